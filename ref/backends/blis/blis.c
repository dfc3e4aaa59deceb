/* Backends `blis` and `blis-dgemm`: linear W8A8 as a second engine beside `cpu`, independent of it and as exact, and
 * nothing else. Where BLIS was not found when this was built they support no op. */
#include "ref/backends/builtin.h"
#include "ref/base/error.h"

#if defined(QREF_HAVE_BLIS)
#include "ref/backends/blis/linear.h"

/* The sum of a narrow accumulator depends on its order, which BLIS chooses. */
static bool supports(qref_op op, const qref_profile *profile) {
  if (profile == NULL) {
    return false;
  }
  switch (op) {
    case QREF_OP_LINEAR_W8A8:
    case QREF_OP_LINEAR_W8A8_F16:
    case QREF_OP_LINEAR_W8A8_PARALLEL:
      return profile->linear.accumulator.bits == 32;
    case QREF_OP_LINEAR_W8A8_ROW:
      return profile->linear_row.accumulator.bits == 32;
    case QREF_OP_LINEAR_W8A8_PER_CHANNEL:
      return profile->linear_per_channel.accumulator.bits == 32;
    default:
      return false;
  }
}

const char *qref_blis_unavailable(void) {
  return NULL;
}

#define ENTRY(engine, form)                                                                  \
  static qref_status engine##_##form(const qref_linear_w8a8_args *args, qref_error *error) { \
    return qref_blis_linear(&qref_blis_##engine, &qref_linear_form_##form, args, error);     \
  }
#define ENTRIES(engine)        \
  ENTRY(engine, w8a8)          \
  ENTRY(engine, w8a8_f16)      \
  ENTRY(engine, w8a8_parallel) \
  ENTRY(engine, w8a8_row)      \
  ENTRY(engine, w8a8_per_channel)
ENTRIES(sgemm)
ENTRIES(dgemm)
#define OPS(engine)                                                                                                   \
  .linear_w8a8 = engine##_w8a8, .linear_w8a8_f16 = engine##_w8a8_f16, .linear_w8a8_parallel = engine##_w8a8_parallel, \
  .linear_w8a8_row = engine##_w8a8_row, .linear_w8a8_per_channel = engine##_w8a8_per_channel

#else
static bool supports(qref_op op, const qref_profile *profile) {
  (void)op;
  (void)profile;
  return false;
}

const char *qref_blis_unavailable(void) {
  return "this build has no BLIS";
}

#define OPS(engine) .linear_w8a8 = NULL
#endif

const qref_backend qref_backend_blis = {
    .abi_version = QREF_BACKEND_ABI_VERSION,
    .struct_size = sizeof(qref_backend),
    .name = "blis",
    .description = "linear W8A8 in float32 through sgemm of BLIS, in blocks of K that are exact",
    .supports = supports,
    OPS(sgemm),
};

const qref_backend qref_backend_blis_dgemm = {
    .abi_version = QREF_BACKEND_ABI_VERSION,
    .struct_size = sizeof(qref_backend),
    .name = "blis-dgemm",
    .description = "linear W8A8 in binary64 through dgemm of BLIS, exact for every K",
    .supports = supports,
    OPS(dgemm),
};
