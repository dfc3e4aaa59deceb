#define _DEFAULT_SOURCE /* MAP_ANONYMOUS: NOLINT(bugprone-reserved-identifier) */

#include "ref/cli/supervise.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "ref/base/error.h"

static qref_watch *here; /* in the child */

qref_watch *qref_watch_here(void) {
  return here;
}

void qref_watch_done(int exit_code) {
  if (here != NULL) {
    here->exit_code = exit_code;
    atomic_store(&here->done, true);
  }
}

/* ---- what became of the child ---- */

void qref_position_options(const qref_case_position *position, uint64_t seed, char *text, size_t size) {
  if (position->case_id[0] == '\0') {
    snprintf(text, size, "--seed %llu --op %s --case %llu", (unsigned long long)seed, position->op,
             (unsigned long long)position->index);
  } else {
    snprintf(text, size, "--seed %llu --suite %s --case %s", (unsigned long long)seed, position->suite,
             position->case_id);
  }
}

/* "in hadamard, case hadamard/uniform_00", or with the options that repeat it */
static void describe_place(const qref_watch *watch, char *text, size_t size) {
  const bool inside = atomic_load(&watch->begun) != atomic_load(&watch->ended);
  const qref_case_position *position = &watch->position;
  const char *where = inside ? "in" : "outside of its functions, after";
  char options[256];
  if (position->op == NULL) {
    snprintf(text, size, "%s %s", where, watch->function);
  } else if (position->suite == NULL) {
    snprintf(text, size, "%s %s, case %s", where, watch->function, position->case_id);
  } else {
    qref_position_options(position, watch->seed, options, sizeof options);
    snprintf(text, size, "%s %s, in a case of %s: the same --profile and --threads, and %s repeat it", where,
             watch->function, position->op, options);
  }
}

static qref_status explain(const qref_watch *watch, const char *event, qref_error *error) {
  char place[384];
  if (watch->function == NULL) {
    return qref_fail(error, QREF_ERROR_DEVICE, "%s before the module was loaded", event);
  }
  describe_place(watch, place, sizeof place);
  return qref_fail(error, QREF_ERROR_DEVICE, "%s%smodule %s: %s %s", watch->member,
                   watch->member[0] != '\0' ? ": " : "", watch->module, event, place);
}

static qref_status conclude(const qref_watch *watch, int ending, int *exit_code, qref_error *error) {
  char event[96];
  if (WIFSIGNALED(ending)) {
    snprintf(event, sizeof event, "signal %d (%s)", WTERMSIG(ending), strsignal(WTERMSIG(ending)));
    return explain(watch, event, error);
  }
  *exit_code = WEXITSTATUS(ending);
  if (!atomic_load(&watch->done) || watch->exit_code != *exit_code) {
    snprintf(event, sizeof event, "ended the program, with exit code %d,", *exit_code);
    return explain(watch, event, error);
  }
  return QREF_OK;
}

/* ---- the parent ---- */

static volatile sig_atomic_t child_id;
static volatile sig_atomic_t received; /* SIGINT or SIGTERM */

static void on_child(int signal_number) {
  (void)signal_number; /* ends the parent's sleep */
}

/* What a terminal sends, it sends to the child too. */
static void pass_on(int signal_number, siginfo_t *information, void *context) {
  (void)context;
  received = signal_number;
  if (information->si_code <= 0) {
    kill((pid_t)child_id, signal_number);
  }
}

static const int handled[] = {SIGCHLD, SIGINT, SIGTERM};
enum { HANDLED = sizeof handled / sizeof handled[0] };

static void handle_signals(pid_t child, struct sigaction before[HANDLED]) {
  child_id = (sig_atomic_t)child;
  for (size_t i = 0; i < HANDLED; i++) {
    struct sigaction action = {.sa_sigaction = pass_on, .sa_flags = SA_SIGINFO};
    if (handled[i] == SIGCHLD) {
      action = (struct sigaction){.sa_handler = on_child};
    }
    sigemptyset(&action.sa_mask);
    sigaction(handled[i], &action, &before[i]);
  }
}

static void restore_signals(const struct sigaction before[HANDLED]) {
  for (size_t i = 0; i < HANDLED; i++) {
    sigaction(handled[i], &before[i], NULL);
  }
}

/* False: the child was ended for a call that took too long. Time is counted in pauses: while both processes are
 * stopped, none passes. */
static bool wait_for(pid_t child, const qref_watch *watch, int *ending) {
  enum { PAUSES_A_SECOND = 50 };
  const struct timespec pause = {.tv_nsec = 1000 * 1000 * 1000 / PAUSES_A_SECOND};
  unsigned calls = 0;
  size_t pauses = 0;
  while (waitpid(child, ending, WNOHANG) == 0) {
    const unsigned ended = atomic_load(&watch->ended);
    const unsigned begun = atomic_load(&watch->begun);
    const size_t seconds = atomic_load(&watch->seconds);
    if (begun == ended || calls != begun + ended) {
      calls = begun + ended;
      pauses = 0;
    } else if (seconds != 0 && pauses++ / PAUSES_A_SECOND >= seconds) {
      kill(child, SIGKILL);
      waitpid(child, ending, 0);
      return false;
    }
    nanosleep(&pause, NULL);
  }
  return true;
}

bool qref_supervise(size_t seconds, qref_status *status, int *exit_code, qref_error *error) {
  qref_watch *watch = mmap(NULL, sizeof *watch, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (watch == MAP_FAILED) {
    *status = qref_fail(error, QREF_ERROR_MEMORY, "out of memory");
    return true;
  }
  atomic_store(&watch->seconds, seconds);
  fflush(NULL);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) {
    here = watch;
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != parent) {
      _exit(2);
    }
    return false;
  }
  int ending = 0;
  if (child < 0) {
    *status = qref_fail(error, QREF_ERROR_MEMORY, "cannot start a process for the module: %s", strerror(errno));
  } else {
    struct sigaction before[HANDLED];
    handle_signals(child, before);
    const bool in_time = wait_for(child, watch, &ending);
    restore_signals(before);
    if (in_time && WIFSIGNALED(ending) && WTERMSIG(ending) == received) {
      raise(received); /* who sent it knows what happened */
    }
    if (in_time) {
      *status = conclude(watch, ending, exit_code, error);
    } else {
      char event[64];
      snprintf(event, sizeof event, "no answer within %zu s (--timeout)", atomic_load(&watch->seconds));
      *status = explain(watch, event, error);
    }
  }
  munmap(watch, sizeof *watch);
  return true;
}
