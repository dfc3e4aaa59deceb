/* The short form in which plans and coverage tables name flags: FLAG(TIE). For .c files only. */
#ifndef QREF_VECTORS_FLAG_TABLES_H
#define QREF_VECTORS_FLAG_TABLES_H

#include "ref/vectors/case/flags.h"

#define FLAG(name) QREF_FLAG_BIT(QREF_FLAG_##name)

#endif
