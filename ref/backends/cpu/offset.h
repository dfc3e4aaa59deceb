/* Pointers into optional tensors. */
#ifndef QREF_BACKENDS_CPU_OFFSET_H
#define QREF_BACKENDS_CPU_OFFSET_H

/* pointer + count, or NULL where the tensor is absent. */
#define QREF_OFFSET(pointer, count) ((pointer) != NULL ? (pointer) + (count) : NULL)

#endif
