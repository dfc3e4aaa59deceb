#include "ref/backends/cpu/scan/scan.h"

#include <stdint.h>

#include "ref/base/error.h"
#include "ref/base/size.h"

enum { ALIGNMENT = 64 };

void *qref_cpu_scan_allocate(size_t count, size_t size, void **allocation, qref_status *status, qref_error *error) {
  size_t bytes = 0;
  *allocation = qref_size_multiply(count, size, &bytes) && bytes <= SIZE_MAX - ALIGNMENT
                    ? qref_allocate_zeroed(bytes + ALIGNMENT, 1)
                    : NULL;
  if (*allocation == NULL) {
    *status =
        qref_fail(error, QREF_ERROR_MEMORY, "selective scan: no memory for %zu elements of %zu bytes", count, size);
    return NULL;
  }
  char *memory = *allocation;
  return memory + (ALIGNMENT - (uintptr_t)memory % ALIGNMENT) % ALIGNMENT;
}

double qref_cpu_scan_row_cost(size_t length, size_t states) {
  return (double)length * (50.0 + 20.0 * (double)states);
}
