/* What the choice of a kernel asks of the current device. */
#ifndef QREF_BACKENDS_CUDA_DEVICE_LIMITS_H
#define QREF_BACKENDS_CUDA_DEVICE_LIMITS_H

#include <qref/types.h>

struct qref_cuda_device_limits {
  int multiprocessors;
  int shared_bytes; /* of a block that asks for all it may have */
  int capability_major, capability_minor;
};

/* `op` is what a message begins with. */
qref_status qref_cuda_find_device_limits(qref_cuda_device_limits *limits, const char *op, qref_error *error);

#endif
