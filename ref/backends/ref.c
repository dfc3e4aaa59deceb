/* Backend `ref`: the specification itself. */
#include "ref/backends/builtin.h"
#include "ref/backends/map_f32.h"
#include "ref/backends/op_list.h"

static bool supports(qref_op op, const qref_profile *profile) {
  return op < QREF_OP_COUNT && profile != NULL;
}

const qref_backend qref_backend_ref = {
    .abi_version = QREF_BACKEND_ABI_VERSION,
    .struct_size = sizeof(qref_backend),
    .name = "ref",
    .description = "the specification: scalar, one thread",
    .supports = supports,
#define FIELD(op, enumerator, arguments) .op = qref_##op,
    QREF_OP_LIST(FIELD)
#undef FIELD
        .map_f32 = qref_map_f32_reference,
};
