#include <string.h>

#include "ref/backends/builtin.h"
#include "ref/backends/cpu/level.h"
#include "ref/backends/op_list.h"
#include "ref/base/error.h"

static const qref_backend *const backends[] = {
    &qref_backend_ref,      &qref_backend_cpu,        &qref_backend_cpu_portable, &qref_backend_cpu_neon,
    &qref_backend_cpu_avx2, &qref_backend_cpu_avx512, &qref_backend_blis,         &qref_backend_blis_dgemm,
};

static const qref_backend *const of_level[] = {
    [QREF_CPU_PORTABLE] = &qref_backend_cpu_portable,
    [QREF_CPU_NEON] = &qref_backend_cpu_neon,
    [QREF_CPU_AVX2] = &qref_backend_cpu_avx2,
    [QREF_CPU_AVX512] = &qref_backend_cpu_avx512,
};

static const char *const op_names[QREF_OP_COUNT] = {
#define NAME(name, enumerator, arguments) [QREF_OP_##enumerator] = #name,
    QREF_OP_LIST(NAME)
#undef NAME
};

const char *qref_op_name(qref_op op) {
  return op < QREF_OP_COUNT ? op_names[op] : NULL;
}

size_t qref_backend_count(void) {
  return sizeof backends / sizeof backends[0];
}

const qref_backend *qref_backend_at(size_t i) {
  return i < qref_backend_count() ? backends[i] : NULL;
}

qref_status qref_backend_find(const char *name, const qref_backend **backend, qref_error *error) {
  char known[128] = "";
  for (size_t i = 0; i < qref_backend_count(); i++) {
    if (name != NULL && strcmp(name, backends[i]->name) == 0) {
      *backend = backends[i];
      return QREF_OK;
    }
    strncat(known, i == 0 ? "" : ", ", sizeof known - strlen(known) - 1);
    strncat(known, backends[i]->name, sizeof known - strlen(known) - 1);
  }
  return qref_fail(error, QREF_ERROR_ARGUMENT, "backend: expected one of %s, got '%s'", known,
                   name != NULL ? name : "");
}

const qref_backend *qref_backend_of_cpu(void) {
  return of_level[qref_cpu_level_best()];
}

const char *qref_backend_unavailable(const qref_backend *backend) {
  if (backend == &qref_backend_blis || backend == &qref_backend_blis_dgemm) {
    return qref_blis_unavailable();
  }
  for (size_t level = 0; level < sizeof of_level / sizeof of_level[0]; level++) {
    if (backend == of_level[level] && !qref_cpu_level_available((qref_cpu_level)level)) {
      return "not on this processor";
    }
  }
  return NULL;
}
