/* Files that a manifest names must lie in its directory. */
#ifndef QREF_VECTORS_CONTAINED_PATH_H
#define QREF_VECTORS_CONTAINED_PATH_H

#include <qref/types.h>

/* The real path of `file` as a malloc'ed string. `directory` is a real path itself; the file must be named relative to
 * it and lie below it, links followed. `source` and `where` name the manifest and the entry in errors. */
qref_status qref_contained_path(const char *directory, const char *file, const char *source, const char *where,
                                char **path, qref_error *error);

#endif
