/* The built-in backends. */
#ifndef QREF_BACKENDS_BUILTIN_H
#define QREF_BACKENDS_BUILTIN_H

#include <qref/backend.h>

extern const qref_backend qref_backend_ref;
extern const qref_backend qref_backend_cpu;
extern const qref_backend qref_backend_cpu_portable;
extern const qref_backend qref_backend_cpu_neon;
extern const qref_backend qref_backend_cpu_avx2;
extern const qref_backend qref_backend_cpu_avx512;
extern const qref_backend qref_backend_blis;
extern const qref_backend qref_backend_blis_dgemm;

/* Why a built-in backend computes nothing here: "not on this processor", "this build has no BLIS". NULL if it does, and
 * for a backend that is not built in. Static storage. */
const char *qref_backend_unavailable(const qref_backend *backend);

/* The backend whose instruction set `cpu` takes on this processor. */
const qref_backend *qref_backend_of_cpu(void);

/* NULL, or why there is no BLIS. */
const char *qref_blis_unavailable(void);

#endif
