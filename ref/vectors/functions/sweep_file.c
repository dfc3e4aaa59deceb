#include "ref/vectors/functions/sweep_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/vectors/suite/text.h"

enum { LINE_SIZE = sizeof "block 000 \n" - 1 + 64 + 1 + 16, NAME_SIZE = 96, MAX_FILE_SIZE = 1 << 22 };

/* ---- lines ---- */

static void format_line(size_t block, const qref_block_digest *digest, char line[LINE_SIZE + 1]) {
  snprintf(line, LINE_SIZE + 1, "block %03u %.64s %016" PRIx64 "\n", (unsigned)block % QREF_FUNCTION_BLOCKS,
           digest->sha256, digest->sum);
}

static bool is_hex(const char *text, size_t size) {
  for (size_t i = 0; i < size; i++) {
    if (!(text[i] >= '0' && text[i] <= '9') && !(text[i] >= 'a' && text[i] <= 'f')) {
      return false;
    }
  }
  return true;
}

/* `line` ends at a newline or NUL. False for anything but a line as format_line makes it. */
static bool parse_line(const char *line, size_t *block, qref_block_digest *digest) {
  char again[LINE_SIZE + 1];
  const char *number = line + strlen("block ");
  if (strcspn(line, "\n") != LINE_SIZE - 1 || line[LINE_SIZE - 1] != '\n' || !is_hex(number + 4, 64) ||
      !is_hex(number + 69, 16)) {
    return false;
  }
  *block = (size_t)strtoul(number, NULL, 10);
  memcpy(digest->sha256, number + 4, 64);
  digest->sha256[64] = '\0';
  digest->sum = strtoull(number + 69, NULL, 16);
  format_line(*block, digest, again);
  return *block < QREF_FUNCTION_BLOCKS && memcmp(line, again, LINE_SIZE) == 0;
}

static void print_complete(const qref_function_sweep *sweep, qref_text *text) {
  char digest[65];
  qref_text_format(text, "qref-function-digests/1 %s\n", sweep->function);
  for (size_t b = 0; b < QREF_FUNCTION_BLOCKS; b++) {
    char line[LINE_SIZE + 1];
    format_line(b, &sweep->blocks[b], line);
    qref_text_append(text, line, LINE_SIZE);
  }
  qref_function_digest(sweep->blocks, digest);
  qref_text_format(text, "digest %s\n", digest);
}

/* ---- names ---- */

/* "directory/exp.txt" or "directory/exp.SHARD.partial"; malloc'ed. */
static char *path_of(const char *directory, const char *function, const char *shard) {
  char name[NAME_SIZE];
  snprintf(name, sizeof name, "%s%s%s%s", function, shard != NULL ? "." : "", shard != NULL ? shard : "",
           shard != NULL ? ".partial" : ".txt");
  return qref_path_join(directory, name);
}

static bool is_partial(const char *name, const char *function) {
  static const char end[] = ".partial";
  const size_t length = strlen(name);
  const size_t start = strlen(function);
  return length > start + sizeof end && strncmp(name, function, start) == 0 && name[start] == '.' &&
         strcmp(name + length - (sizeof end - 1), end) == 0;
}

/* Calls `visit` with the path of each partial file. */
static qref_status for_each_partial(const char *directory, const char *function,
                                    qref_status (*visit)(const char *path, void *context, qref_error *error),
                                    void *context, qref_error *error) {
  DIR *stream = opendir(directory);
  if (stream == NULL) {
    return qref_fail(error, QREF_ERROR_IO, "%s: cannot read the directory: %s", directory, strerror(errno));
  }
  qref_status status = QREF_OK;
  for (struct dirent *entry; status == QREF_OK && (entry = readdir(stream)) != NULL;) {
    if (is_partial(entry->d_name, function)) {
      char *path = qref_path_join(directory, entry->d_name);
      status = path == NULL ? qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", directory)
                            : visit(path, context, error);
      free(path);
    }
  }
  closedir(stream);
  return status;
}

/* ---- reading ---- */

static qref_status add_block(const char *path, qref_function_sweep *sweep, size_t block,
                             const qref_block_digest *digest, qref_error *error) {
  qref_block_digest *known = &sweep->blocks[block];
  if (sweep->done[block] && (known->sum != digest->sum || strcmp(known->sha256, digest->sha256) != 0)) {
    return qref_fail(error, QREF_ERROR_FORMAT,
                     "%s: block %zu: %s, but %s was found before: one of two machines computes %s wrongly", path, block,
                     digest->sha256, known->sha256, sweep->function);
  }
  *known = *digest;
  sweep->done[block] = true;
  return QREF_OK;
}

static qref_status read_partial(const char *path, void *context, qref_error *error) {
  qref_function_sweep *sweep = context;
  char *text = NULL;
  size_t size = 0;
  QREF_TRY(qref_read_file(path, MAX_FILE_SIZE, &text, &size, error));
  qref_status status = QREF_OK;
  for (const char *line = text; status == QREF_OK && *line != '\0';) {
    size_t block = 0;
    qref_block_digest digest;
    if (parse_line(line, &block, &digest)) {
      status = add_block(path, sweep, block, &digest, error);
    }
    line += strcspn(line, "\n");
    line += *line == '\n' ? 1 : 0;
  }
  free(text);
  return status;
}

static qref_status read_complete(const char *path, qref_function_sweep *sweep, qref_error *error) {
  char *text = NULL;
  size_t size = 0;
  qref_text again = {0};
  QREF_TRY(qref_read_file(path, MAX_FILE_SIZE, &text, &size, error));
  const char *line = strchr(text, '\n');
  bool valid = line != NULL;
  for (size_t b = 0; valid && b < QREF_FUNCTION_BLOCKS; b++) {
    size_t block = 0;
    line++;
    valid = parse_line(line, &block, &sweep->blocks[b]) && block == b;
    line += valid ? LINE_SIZE - 1 : 0;
    sweep->done[b] = valid;
  }
  if (valid) {
    print_complete(sweep, &again);
    valid = !again.failed && again.size == size && memcmp(text, again.data, size) == 0;
  }
  const bool out_of_memory = again.failed;
  qref_text_free(&again);
  free(text);
  if (out_of_memory) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", path);
  }
  sweep->complete = valid;
  return valid ? QREF_OK
               : qref_fail(error, QREF_ERROR_FORMAT,
                           "%s: expected the digests of the %d blocks of %s and the digest over them", path,
                           QREF_FUNCTION_BLOCKS, sweep->function);
}

qref_status qref_function_sweep_read(const char *directory, qref_function_sweep *sweep, qref_error *error) {
  char *path = path_of(directory, sweep->function, NULL);
  if (path == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", directory);
  }
  sweep->complete = false;
  memset(sweep->done, 0, sizeof sweep->done);
  const qref_status status = qref_path_exists(path)
                                 ? read_complete(path, sweep, error)
                                 : for_each_partial(directory, sweep->function, read_partial, sweep, error);
  free(path);
  return status;
}

size_t qref_function_sweep_done(const qref_function_sweep *sweep) {
  size_t done = 0;
  for (size_t b = 0; b < QREF_FUNCTION_BLOCKS; b++) {
    done += sweep->done[b] ? 1 : 0;
  }
  return done;
}

/* ---- writing ---- */

static qref_status append(const char *path, const char *line, size_t size, qref_error *error) {
  const int descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    return qref_fail(error, QREF_ERROR_IO, "%s: cannot write: %s", path, strerror(errno));
  }
  char text[LINE_SIZE + 2] = "\n";
  char last = '\n';
  const off_t end = lseek(descriptor, 0, SEEK_END);
  bool good = end >= 0 && (end == 0 || pread(descriptor, &last, 1, end - 1) == 1);
  const size_t cut = last == '\n' ? 0 : 1; /* an earlier run died within a line */
  memcpy(text + cut, line, size);
  good = good && write(descriptor, text, cut + size) == (ssize_t)(cut + size) && fsync(descriptor) == 0;
  const int reason = errno;
  close(descriptor);
  return good ? QREF_OK : qref_fail(error, QREF_ERROR_IO, "%s: cannot write: %s", path, strerror(reason));
}

qref_status qref_function_sweep_append(const char *directory, const char *function, const char *shard, size_t block,
                                       const qref_block_digest *digest, qref_error *error) {
  char line[LINE_SIZE + 1];
  char *path = path_of(directory, function, shard);
  if (path == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", directory);
  }
  format_line(block, digest, line);
  const qref_status status = append(path, line, LINE_SIZE, error);
  free(path);
  return status;
}

static qref_status remove_partial(const char *path, void *context, qref_error *error) {
  (void)context;
  if (unlink(path) != 0 && errno != ENOENT) {
    return qref_fail(error, QREF_ERROR_IO, "%s: cannot remove: %s", path, strerror(errno));
  }
  return QREF_OK;
}

qref_status qref_function_sweep_write(const char *directory, const qref_function_sweep *sweep, qref_error *error) {
  qref_text text = {0};
  char *path = path_of(directory, sweep->function, NULL);
  print_complete(sweep, &text);
  qref_status status = QREF_OK;
  if (path == NULL || text.failed) {
    status = qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", directory);
  } else {
    const qref_output_item item = {.path = path, .data = text.data, .size = text.size};
    status = qref_output_write_all(&item, 1, error);
  }
  qref_text_free(&text);
  free(path);
  return status == QREF_OK ? for_each_partial(directory, sweep->function, remove_partial, NULL, error) : status;
}
