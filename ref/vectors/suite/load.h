/* Tensors of a suite from its files. */
#ifndef QREF_VECTORS_SUITE_LOAD_H
#define QREF_VECTORS_SUITE_LOAD_H

#include "ref/vectors/suite/manifest.h"

/* What is wrong with a stored tensor. */
typedef struct qref_load_problem {
  qref_vector_problem kind; /* NONE, FILE, DIGEST */
  char message[512];
  bool has_element; /* the two files of the tensor differ: */
  size_t element, different;
  uint32_t npy_bits, hex_bits;
} qref_load_problem;

/* Reads tensor `t` of a case into `tensor`, a copy of the entry's that has no data yet; the caller frees the data. With
 * both formats the elements are those of the .npy file, and the .hex file must hold the same words. With a problem of
 * kind FILE there is no data. The status is not QREF_OK only when memory ran out. */
qref_status qref_suite_load_tensor(const qref_suite_manifest *manifest, const qref_suite_case *entry, size_t t,
                                   qref_case_tensor *tensor, qref_load_problem *problem, qref_error *error);

/* The whole case; counts as stored. Any problem is a failure. The caller frees the case after QREF_OK. */
qref_status qref_suite_load_case(const qref_suite_manifest *manifest, const qref_suite_case *entry, qref_case *item,
                                 qref_error *error);

#endif
