/* PyTorch, asked through a pipe. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "bench/peers/peers.h"

typedef struct child {
  FILE *requests, *answers;
  char absent[160]; /* why there is none */
  bool tried;
} child;

typedef struct operation {
  const char *request;
  bool cpu_time;
} operation;

static child torch;

/* An interpreter that may have PyTorch, and the script; the folder of the sources is known from the build. */
static void start(const bench_options *options) {
  torch.tried = true;
  const char *python = getenv("QREF_BENCH_PYTHON");
  if (python == NULL) {
    python = access(QREF_SOURCE_DIR "/build/venv-bench/bin/python3", X_OK) == 0 ? QREF_SOURCE_DIR
                 "/build/venv-bench/bin/python3"
                                                                                : "/usr/bin/python3";
  }
  int down[2], up[2];
  if (pipe(down) != 0 || pipe(up) != 0) {
    snprintf(torch.absent, sizeof torch.absent, "no pipe");
    return;
  }
  pid_t pid = fork();
  if (pid == 0) {
    dup2(down[0], STDIN_FILENO);
    dup2(up[1], STDOUT_FILENO);
    close(down[0]);
    close(down[1]);
    close(up[0]);
    close(up[1]);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (options->avx2) {
      setenv("ATEN_CPU_CAPABILITY", "avx2", 1);
      setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1);
      setenv("MKL_ENABLE_INSTRUCTIONS", "AVX2", 1);
    }
    execl(python, python, QREF_SOURCE_DIR "/bench/peers/torch_ops.py", (char *)NULL);
    _exit(127);
  }
  close(down[0]);
  close(up[1]);
  torch.requests = fdopen(down[1], "w");
  torch.answers = fdopen(up[0], "r");
  char line[128] = "";
  if (pid < 0 || torch.requests == NULL || torch.answers == NULL || fgets(line, sizeof line, torch.answers) == NULL ||
      strncmp(line, "torch ", 6) != 0) {
    snprintf(torch.absent, sizeof torch.absent, "%s does not import torch: bench/setup.sh installs it", python);
  } else {
    fprintf(stderr, "%s", line);
  }
}

/* Threads, repetitions and whether time is the process's; the answer is seconds of one repetition. */
static double measure(void *context, int threads, int repetitions) {
  const operation *self = context;
  fprintf(torch.requests, "%d %d %d %s\n", threads, repetitions, self->cpu_time && threads == 1, self->request);
  fflush(torch.requests);
  char line[128];
  char *end = line;
  double seconds = fgets(line, sizeof line, torch.answers) != NULL ? strtod(line, &end) : 0.0;
  if (end == line) {
    bench_fail("torch_ops.py failed on %s", self->request);
  }
  return seconds;
}

void bench_add_torch(bench_work *work, const bench_options *options, const char *name, const char *request) {
  if (!torch.tried) {
    start(options);
  }
  bench_contestant *contestant = bench_add(work, name);
  if (torch.absent[0] != '\0') {
    contestant->absent = torch.absent;
    return;
  }
  operation *self = bench_allocate(1, sizeof *self);
  self->request = strdup(request);
  self->cpu_time = options->cpu_time;
  contestant->measure = measure;
  contestant->context = self;
  contestant->note = "float32";
}
