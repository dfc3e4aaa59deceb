/* qref_vectors_pkg.sv: what a testbench needs of the .hex files of a suite, as localparams of a SystemVerilog package.
 * Names are those of cases, attributes and tensors in upper case, joined by "__". */
#ifndef QREF_VECTORS_SUITE_PACKAGE_H
#define QREF_VECTORS_SUITE_PACKAGE_H

#include "ref/vectors/suite/manifest.h"

#define QREF_SUITE_PACKAGE_FILE "qref_vectors_pkg.sv"

/* The text of the whole package. Cases whose names differ only in characters that an identifier cannot have get their
 * number behind the name. text->failed when out of memory. */
void qref_suite_package_print(const qref_suite_header *header, const char *digest, const qref_text *cases, size_t count,
                              qref_text *text);

/* The lines of one case. Identifiers begin with QREF_SUITE_PACKAGE_MARK in place of the name of the case, which
 * qref_suite_package_print puts in. */
#define QREF_SUITE_PACKAGE_MARK '@'
void qref_suite_package_case(const qref_suite_header *header, const qref_case *item, qref_text *text);

#endif
