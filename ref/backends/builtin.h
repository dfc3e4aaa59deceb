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

#endif
