/* A directory of many small files that appears whole or not at all: written under a temporary name beside its final
 * one, then renamed. Files are not synchronized one by one: there are thousands, and all can be made again. */
#ifndef QREF_VECTORS_SUITE_TREE_H
#define QREF_VECTORS_SUITE_TREE_H

#include <qref/types.h>

typedef struct qref_tree {
  char *target;
  char *temporary;
} qref_tree;

/* Fails unless `directory` does not exist, or is empty. */
qref_status qref_tree_open(const char *directory, qref_tree *tree, qref_error *error);
/* Writes a new file of head, then data, below the temporary directory; makes its folders. Any thread. */
qref_status qref_tree_write(const qref_tree *tree, const char *path, const void *head, size_t head_size,
                            const void *data, size_t size, qref_error *error);
/* Gives the directory its name. On failure everything is removed. Frees the tree. */
qref_status qref_tree_commit(qref_tree *tree, qref_error *error);
/* Removes everything and frees the tree. */
void qref_tree_discard(qref_tree *tree);

#endif
