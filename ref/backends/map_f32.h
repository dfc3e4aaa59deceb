/* The functions on float32 over arrays, qref_backend.map_f32. */
#ifndef QREF_BACKENDS_MAP_F32_H
#define QREF_BACKENDS_MAP_F32_H

#include <qref/backend.h>

/* What every backend refuses: a function past the end, and a missing pointer. */
qref_status qref_map_f32_check(qref_map_function function, const float *x, size_t count, const float *y,
                               qref_error *error);
/* Of backend `ref`. */
qref_status qref_map_f32_reference(qref_map_function function, const float *x, size_t count, float *y, int threads,
                                   qref_error *error);

#endif
