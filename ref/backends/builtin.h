/* The built-in backends. */
#ifndef QREF_BACKENDS_BUILTIN_H
#define QREF_BACKENDS_BUILTIN_H

#include <qref/backend.h>

extern const qref_backend qref_backend_ref;
extern const qref_backend qref_backend_cpu;

#endif
