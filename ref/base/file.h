/* Files in: mapped read-only. Files out: whole or not at all. */
#ifndef QREF_BASE_FILE_H
#define QREF_BASE_FILE_H

#include <qref/types.h>

typedef struct qref_mapped_file {
  const uint8_t *data; /* NULL for an empty file */
  size_t size;
} qref_mapped_file;

/* Maps a regular file read-only. */
qref_status qref_mapped_file_open(const char *path, qref_mapped_file *file, qref_error *error);
void qref_mapped_file_close(qref_mapped_file *file);
/* Lets the system take back the memory of [data, data + size) of the file, which is read again if it is used again. A
 * hint: nothing happens where the system does not know it. */
void qref_mapped_file_release(const uint8_t *data, size_t size);

/* A small file read into memory with a final NUL that is not counted; *text is malloc'ed. Larger than `limit` bytes is
 * an error. Works on pipes too. */
qref_status qref_read_file(const char *path, size_t limit, char **text, size_t *size, qref_error *error);

/* A file being written under a temporary name beside its final one. A path that exists and is not a regular file
 * (a device, a pipe) is written in place. */
typedef struct qref_output qref_output;

qref_status qref_output_open(const char *path, qref_output **output, qref_error *error);
qref_status qref_output_write(qref_output *output, const void *data, size_t size, qref_error *error);
/* Flushes, fsyncs, renames, destroys the handle. On failure the temporary file is removed and the handle destroyed. */
qref_status qref_output_commit(qref_output *output, qref_error *error);
/* Removes the temporary file and destroys the handle. NULL is allowed. */
void qref_output_discard(qref_output *output);

/* Writes several files whose contents are in memory: all appear, or (short of a failing rename) none. */
typedef struct qref_output_item {
  const char *path;
  const void *data;
  size_t size;
} qref_output_item;
qref_status qref_output_write_all(const qref_output_item *items, size_t count, qref_error *error);

/* mkdir -p of one level: succeeds if the directory exists. *created tells whether it was made here. */
qref_status qref_make_directory(const char *path, bool *created, qref_error *error);
/* "directory/name" as a malloc'ed string, or NULL. */
char *qref_path_join(const char *directory, const char *name);
/* The folder of the running program with its final '/', malloc'ed; NULL where the system does not tell. False when out
 * of memory. */
bool qref_program_folder(char **folder);
bool qref_path_exists(const char *path);
bool qref_path_is_directory(const char *path);
/* Removes a directory and what is in it, as far as possible; links are not followed. */
void qref_remove_directory(const char *path);

#endif
