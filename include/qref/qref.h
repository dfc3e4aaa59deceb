/* Everything. */
#ifndef QREF_H
#define QREF_H

#include <qref/backend.h>
#include <qref/dpi.h>
#include <qref/model.h>
#include <qref/numerics.h>
#include <qref/ops.h>
#include <qref/profile.h>
#include <qref/types.h>
#include <qref/vectors.h>
#include <qref/version.h>

#endif
