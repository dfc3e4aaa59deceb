/* The ops of backend `cpu`, each with the instruction set to use. All give the reference's bits; what a fast path does
 * not cover (a narrow accumulator, intermediates, a function table) falls back to slices of the reference. */
#ifndef QREF_BACKENDS_CPU_CPU_H
#define QREF_BACKENDS_CPU_CPU_H

#include <qref/ops.h>

#include "ref/backends/cpu/level.h"
#include "ref/backends/op_list.h"

#define DECLARE(op, enumerator, arguments) \
  qref_status qref_cpu_##op(qref_cpu_level level, const arguments *args, qref_error *error);
QREF_OP_LIST(DECLARE)
#undef DECLARE

#endif
