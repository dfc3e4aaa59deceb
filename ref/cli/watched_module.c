#include "ref/cli/watched_module.h"

#include <stddef.h>

#include "ref/backends/op_list.h"
#include "ref/base/error.h"
#include "ref/cli/supervise.h"

typedef struct watched_module {
  const char *name;
  const qref_backend *own; /* the module's table */
} watched_module;

static watched_module modules[QREF_WATCHED_MODULES];

void qref_watch_begin(const char *module, const char *function) {
  qref_watch *watch = qref_watch_here();
  if (watch != NULL) {
    watch->module = module;
    watch->function = function;
    atomic_fetch_add(&watch->begun, 1);
  }
}

void qref_watch_end(void) {
  if (qref_watch_here() != NULL) {
    atomic_fetch_add(&qref_watch_here()->ended, 1);
  }
}

static qref_status finish(qref_status status, qref_error *error) {
  qref_watch_end();
  if (status != QREF_OK && error != NULL) {
    error->message[sizeof error->message - 1] = '\0';
  }
  return status;
}

static qref_status missing(const char *function, qref_error *error) {
  return qref_fail(error, QREF_ERROR_DEVICE, "the module supports %s, but has no function for it", function);
}

#ifdef _OPENMP
#define ONE_AT_A_TIME _Pragma("omp critical(qref_module)")
#else
#define ONE_AT_A_TIME
#endif

/* Calls a function of modules[index], one thread at a time. */
#define CALL(index, function, ...)                                     \
  const watched_module *module = &modules[index];                      \
  qref_status status = QREF_OK;                                        \
  if (module->own->function == NULL) {                                 \
    return missing(#function, error);                                  \
  }                                                                    \
  ONE_AT_A_TIME {                                                      \
    qref_watch_begin(module->name, #function);                         \
    status = finish(module->own->function(__VA_ARGS__, error), error); \
  }                                                                    \
  return status

#define FUNCTIONS(index)                                                                                          \
  static bool supports_##index(qref_op op, const qref_profile *profile) {                                         \
    qref_watch_begin(modules[index].name, "supports");                                                            \
    const bool supported = modules[index].own->supports(op, profile);                                             \
    qref_watch_end();                                                                                             \
    return supported;                                                                                             \
  }                                                                                                               \
  static size_t packed_size_##index(size_t columns, size_t depth) {                                               \
    qref_watch_begin(modules[index].name, "linear_packed_size");                                                  \
    const size_t size = modules[index].own->linear_packed_size(columns, depth);                                   \
    qref_watch_end();                                                                                             \
    return size;                                                                                                  \
  }                                                                                                               \
  static qref_status pack_##index(const int8_t *w, size_t columns, size_t depth, void *packed, int threads,       \
                                  qref_error *error) {                                                            \
    CALL(index, linear_pack, w, columns, depth, packed, threads);                                                 \
  }                                                                                                               \
  static qref_status map_##index(qref_map_function function, const float *x, size_t count, float *y, int threads, \
                                 qref_error *error) {                                                             \
    CALL(index, map_f32, function, x, count, y, threads);                                                         \
  }
FUNCTIONS(0)
FUNCTIONS(1)

#define OP_0(op, enumerator, arguments)                                 \
  static qref_status op##_0(const arguments *args, qref_error *error) { \
    CALL(0, op, args);                                                  \
  }
#define OP_1(op, enumerator, arguments)                                 \
  static qref_status op##_1(const arguments *args, qref_error *error) { \
    CALL(1, op, args);                                                  \
  }
QREF_OP_LIST(OP_0)
QREF_OP_LIST(OP_1)

static qref_backend tables[QREF_WATCHED_MODULES] = {
#define FIELD(op, enumerator, arguments) .op = op##_0,
    {.supports = supports_0,
     .linear_packed_size = packed_size_0,
     .linear_pack = pack_0,
     QREF_OP_LIST(FIELD).map_f32 = map_0},
#undef FIELD
#define FIELD(op, enumerator, arguments) .op = op##_1,
    {.supports = supports_1,
     .linear_packed_size = packed_size_1,
     .linear_pack = pack_1,
     QREF_OP_LIST(FIELD).map_f32 = map_1},
#undef FIELD
};

const qref_backend *qref_watched_module(size_t index, const char *name, const qref_backend *module) {
  qref_backend *table = &tables[index];
  modules[index] = (watched_module){.name = name, .own = module};
  table->abi_version = module->abi_version;
  table->struct_size = module->struct_size;
  table->name = module->name;
  table->description = module->description;
  if (module->linear_pack == NULL) {
    table->linear_packed_size = NULL;
    table->linear_pack = NULL;
  }
  if (module->map_f32 == NULL) {
    table->map_f32 = NULL;
  }
  return table;
}
