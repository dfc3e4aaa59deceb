/* qref cross: a backend against the reference, every bit. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ref/base/decimal.h"
#include "ref/base/error.h"
#include "ref/cli/backends.h"
#include "ref/cli/cli.h"
#include "ref/cli/cross_report.h"
#include "ref/cli/layer_input.h"
#include "ref/cli/output.h"
#include "ref/cli/supervise.h"

enum { MAX_PROFILES = 2 * QREF_OPTION_MAX_STRINGS, SECONDS_BETWEEN_LINES = 10 };

static const char *const every_suite[] = {"smoke", "standard", "thorough", "block"};
enum { EVERY_SUITE_COUNT = sizeof every_suite / sizeof every_suite[0] };

typedef struct cross_request {
  /* as given */
  qref_option_strings suites, ops, profiles;
  const char *against, *case_text, *seed_text;
  uint64_t random, first;
  bool forever, keep_going;
  qref_layer_input layer;
  /* resolved: what the options of qref_cross point to */
  const char *suite_names[QREF_OPTION_MAX_STRINGS + EVERY_SUITE_COUNT];
  qref_op op_numbers[QREF_OPTION_MAX_STRINGS];
  qref_profile profile_list[MAX_PROFILES];
  const char *profile_texts[MAX_PROFILES];
  qref_cross_options options;
} cross_request;

/* ---- signals, and what is seen of the work ---- */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number) {
  (void)signal_number;
  interrupted = 1;
}

/* The second signal is not caught. */
static void catch_interrupts(void) {
  struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

/* What a crash is in. The handler prints it and the signal then does what it does. */
static qref_case_position position;
static const qref_cross_options *running;
static const char *running_backend;

static void on_crash(int signal_number) {
  char text[512];
  char options[256];
  int length = 0;
  if (position.op != NULL) {
    qref_position_options(&position, running->seed, options, sizeof options);
    length = snprintf(text, sizeof text,
                      "qref cross: signal %d in backend %s or ref: %s; the same --profile and --threads, and %s "
                      "repeat it\n",
                      signal_number, running_backend, position.op, options);
  }
  if (length > 0) {
    const ssize_t ignored = write(STDERR_FILENO, text, (size_t)length);
    (void)ignored;
  }
}

static void report_crashes(const qref_cross_options *options, const char *backend) {
  static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
  running = options;
  running_backend = backend;
  struct sigaction action = {.sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND};
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
    sigaction(signals[i], &action, NULL);
  }
}

static bool stop(void *context) {
  (void)context;
  return interrupted != 0;
}

typedef struct progress_state {
  const qref_common *common;
  const qref_cross_results *results;
  double start, last_line;
} progress_state;

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* A bar where there is an end, a line now and then where there is none. */
static void show_progress(void *context, const char *what, size_t done, size_t total) {
  progress_state *state = context;
  const qref_execution *execution = &state->common->execution;
  if (total != 0) {
    if (execution->progress != NULL) {
      execution->progress(execution->progress_context, what, done, total);
    }
    return;
  }
  const double now = seconds();
  if (!state->common->quiet && now - state->last_line >= SECONDS_BETWEEN_LINES) {
    state->last_line = now;
    fprintf(stderr, "qref cross: %zu %s, %.0f s, %llu divergences\n", done, what, now - state->start,
            (unsigned long long)state->results->all);
  }
}

/* ---- the command line ---- */

static qref_status resolve_suites(cross_request *request, qref_error *error) {
  for (size_t i = 0; i < request->suites.count; i++) {
    const char *name = request->suites.values[i];
    const bool all = strcmp(name, "all") == 0;
    for (size_t k = 0; k < (all ? EVERY_SUITE_COUNT : 1); k++) {
      if (request->options.suite_count == sizeof request->suite_names / sizeof request->suite_names[0]) {
        return qref_fail(error, QREF_ERROR_ARGUMENT, "option --suite: too many suites");
      }
      request->suite_names[request->options.suite_count++] = all ? every_suite[k] : name;
    }
  }
  request->options.suites = request->suite_names;
  return QREF_OK;
}

static qref_status resolve_ops(cross_request *request, qref_error *error) {
  for (size_t i = 0; i < request->ops.count; i++) {
    int op = 0;
    while (op < QREF_OP_COUNT && strcmp(qref_op_name((qref_op)op), request->ops.values[i]) != 0) {
      op++;
    }
    if (op == QREF_OP_COUNT) {
      return qref_fail(error, QREF_ERROR_ARGUMENT,
                       "option --op: expected the name of an op, such as hadamard, not '%s'", request->ops.values[i]);
    }
    request->op_numbers[request->options.op_count++] = (qref_op)op;
  }
  request->options.ops = request->op_numbers;
  return QREF_OK;
}

static qref_status add_profile(cross_request *request, const char *text, qref_error *error) {
  size_t *count = &request->options.profile_count;
  if (*count == MAX_PROFILES) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "option --profile: too many profiles");
  }
  QREF_TRY(qref_profile_resolve(text, &request->profile_list[*count], error));
  request->profile_texts[(*count)++] = text;
  return QREF_OK;
}

static qref_status resolve_profiles(cross_request *request, qref_error *error) {
  for (size_t i = 0; i < request->profiles.count; i++) {
    const char *text = request->profiles.values[i];
    const bool all = strcmp(text, "all") == 0;
    if (all || strcmp(text, QREF_CROSS_RANDOM_RULES) == 0) {
      request->options.random_rules = true;
    } else {
      QREF_TRY(add_profile(request, text, error));
    }
    for (size_t k = 0; all && k < qref_profile_count(); k++) {
      QREF_TRY(add_profile(request, qref_profile_at(k)->name, error));
    }
  }
  request->options.profiles = request->profile_list;
  return QREF_OK;
}

/* An index is a random case's, anything else the id of a suite's. */
static qref_status resolve_case(cross_request *request, qref_error *error) {
  qref_cross_options *options = &request->options;
  if (request->case_text == NULL) {
    return QREF_OK;
  }
  if (request->forever || request->random != 0 || request->first != 0) {
    return qref_fail(error, QREF_ERROR_ARGUMENT,
                     "option --case: expected without --random, --first and --forever: it is one case");
  }
  uint64_t index = 0;
  if (!qref_parse_u64(request->case_text, &index)) {
    options->case_id = request->case_text;
    return QREF_OK;
  }
  if (request->ops.count != 1 || request->suites.count != 0 || index == UINT64_MAX) {
    return qref_fail(error, QREF_ERROR_ARGUMENT,
                     "option --case %s: the index of a random case: expected one --op with it, and no --suite",
                     request->case_text);
  }
  options->first_random = index;
  options->random_cases = 1;
  return QREF_OK;
}

/* Where no end is asked for, another seed each time shows more. */
static qref_status resolve_seed(cross_request *request, qref_error *error) {
  qref_cross_options *options = &request->options;
  if (request->seed_text != NULL) {
    if (!qref_parse_u64(request->seed_text, &options->seed)) {
      return qref_fail(error, QREF_ERROR_ARGUMENT, "option --seed: expected a whole number, not '%s'",
                       request->seed_text);
    }
  } else if (request->forever) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    options->seed = (uint64_t)now.tv_sec ^ (uint64_t)now.tv_nsec << 20 ^ (uint64_t)getpid() << 44;
  } else {
    options->seed = QREF_SUITE_DEFAULT_SEED;
  }
  return QREF_OK;
}

static bool has_layer(const cross_request *request) {
  for (size_t i = 0; i < request->options.suite_count; i++) {
    if (strcmp(request->options.suites[i], "layer") == 0) {
      return true;
    }
  }
  return false;
}

static qref_status resolve(cross_request *request, const qref_common *common, qref_error *error) {
  qref_cross_options *options = &request->options;
  options->backend = common->execution.backend;
  QREF_TRY(qref_named_backend(request->against, &options->against, error));
  options->random_cases = request->random;
  options->first_random = request->first;
  options->forever = request->forever;
  options->keep_going = request->keep_going;
  options->threads = common->execution.threads;
  QREF_TRY(resolve_seed(request, error));
  QREF_TRY(resolve_ops(request, error));
  QREF_TRY(resolve_profiles(request, error));
  QREF_TRY(resolve_case(request, error));
  const bool random = options->random_cases != 0 || options->forever;
  if (request->suites.count == 0 && !random) {
    request->suites.values[request->suites.count++] = "standard";
  }
  if (!random && request->first != 0) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "option --first: expected only with --random or --forever");
  }
  QREF_TRY(resolve_suites(request, error));
  if (!has_layer(request) && qref_layer_option_given(&request->layer) != NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "option %s: expected only with --suite layer",
                     qref_layer_option_given(&request->layer));
  }
  return QREF_OK;
}

static qref_status open_layer(cross_request *request, const qref_common *common, qref_error *error) {
  if (!has_layer(request)) {
    return QREF_OK;
  }
  qref_gen_options layer = {.suite = "layer"};
  QREF_TRY(qref_layer_input_open(&request->layer, common, &layer, error));
  request->options.model = layer.model;
  request->options.layer = layer.layer;
  request->options.tokens = layer.tokens;
  request->options.prefill_length = layer.prefill_length;
  request->options.decode_length = layer.decode_length;
  return QREF_OK;
}

/* ---- the work ---- */

/* A proof that was cut short, or that compared nothing, is none. */
static int exit_code_of(const qref_cross_summary *summary) {
  if (summary->report->failed != 0) {
    return QREF_EXIT_DIFFERENCES;
  }
  return summary->report->cases == 0 || (summary->interrupted && !summary->options->forever) ? QREF_EXIT_BAD
                                                                                             : QREF_EXIT_EXPLAINED;
}

static int report_results(const qref_cross_summary *summary, const qref_common *common) {
  if (!common->json) {
    qref_cross_print_text(summary);
  } else if (!qref_print_json(common->command, qref_cross_to_json(summary))) {
    return QREF_EXIT_BAD;
  }
  const int exit_code = exit_code_of(summary);
  if (exit_code == QREF_EXIT_BAD) {
    fflush(stdout);
    fprintf(stderr, "qref cross: %s\n",
            summary->report->cases != 0         ? "interrupted before the end: not all was compared"
            : summary->report->unsupported == 0 ? "interrupted before anything was compared"
                                                : "the backend supports no case: nothing was compared");
  }
  qref_junit *junit = qref_junit_create(common->command);
  if (junit != NULL) {
    qref_cross_add_junit(summary, junit);
  }
  return qref_conclude(common, junit, exit_code);
}

static int cross(cross_request *request, const qref_common *common) {
  qref_error error;
  qref_cross_results results = {.kept = NULL};
  qref_cross_report report = {.rows = NULL};
  progress_state progress = {.common = common, .results = &results, .start = seconds()};
  qref_cross_options *options = &request->options;
  qref_watch *watch = qref_watch_here(); /* with a module: then the process above reports crashes */
  options->stop = stop;
  options->progress = show_progress;
  options->context = &progress;
  options->position = watch != NULL ? &watch->position : &position;
  progress.last_line = progress.start;
  if (options->forever && !common->quiet) {
    fprintf(stderr, "qref cross: seed %llu; ends at a divergence or an interrupt\n", (unsigned long long)options->seed);
  }
  catch_interrupts();
  if (watch != NULL) {
    watch->seed = options->seed;
  } else {
    report_crashes(options, common->backend_name);
  }
  qref_status status = open_layer(request, common, &error);
  if (status == QREF_OK) {
    status = qref_cross(options, qref_cross_collect, &results, &report, &error);
  }
  if (status == QREF_OK && results.out_of_memory) {
    status = qref_fail(&error, QREF_ERROR_MEMORY, "out of memory");
  }
  const qref_cross_summary summary = {
      .backend = common->backend_name,
      .against = request->against,
      .given_profiles = &request->profiles,
      .profile_texts = request->profile_texts,
      .options = options,
      .interrupted = interrupted != 0,
      .seconds = seconds() - progress.start,
      .results = &results,
      .report = &report,
  };
  const int exit_code =
      status == QREF_OK ? report_results(&summary, common) : qref_report_error(common->command, &error);
  qref_layer_input_close(&request->layer);
  qref_cross_results_free(&results);
  qref_cross_report_free(&report);
  return exit_code;
}

int qref_command_cross(int argc, char **argv) {
  static cross_request request; /* large */
  request = (cross_request){.against = "ref"};
  const qref_option options[] = {
      QREF_STRING("--against", "NAME|FILE.so", "compare with this backend (default ref)", &request.against),
      QREF_STRINGS("--suite", "NAME",
                   "smoke, standard (default), thorough, block, all of these, or layer; may be repeated",
                   &request.suites),
      QREF_UINT64("--random", "N", "N random cases of each op", &request.random),
      QREF_FLAG("--forever", "random cases until a divergence or an interrupt; a new seed unless one is given",
                &request.forever),
      QREF_UINT64("--first", "I", "begin with random case I (default 0), to share the work out", &request.first),
      QREF_STRINGS("--op", "OP", "only this op; may be repeated", &request.ops),
      QREF_STRING("--case", "ID|I", "only this case of a suite, or random case I of one --op", &request.case_text),
      QREF_STRING("--seed", "S", "of suites and random cases (default 2025)", &request.seed_text),
      QREF_FLAG("--keep-going", "count all divergences rather than end at the first", &request.keep_going),
  };
  qref_option layer_options[QREF_LAYER_OPTION_COUNT];
  qref_layer_options(&request.layer, layer_options);
  const qref_option_table tables[] = {QREF_OPTION_TABLE(options), QREF_OPTION_TABLE(layer_options)};
  const qref_command_line line = {
      .command = "cross",
      .arguments = "",
      .description =
          "Proves a backend equal to the reference: runs every case on both from the same inputs, with all,\n"
          "some and no intermediates, with packed weights, in place, on 1 and on --threads threads, and\n"
          "compares all bytes, event counts, and that nothing else was written to. Cases come from suites,\n"
          "made in memory, and at random: small, awkward, extreme. The first divergence is printed with the\n"
          "command that repeats it. Cases that the backend does not support are listed. Exit code 1 for a\n"
          "divergence, an unexpected failure of an op among them; 2 if nothing was compared, or an interrupt\n"
          "ended the work before its end (--forever has none: then 0).",
      .example =
          "  qref cross --backend cpu --suite smoke\n"
          "  qref cross --backend cpu --op rmsnorm --op hadamard --random 1000 --threads 2\n"
          "  qref cross --backend cpu --op rmsnorm --case 7 --seed 2025\n",
      .tables = tables,
      .table_count = 2,
      .backend = "cpu",
      .backend_help = "the backend or module under test (default cpu; qref info lists them)",
      .other_backend = &request.against,
      .profiles = &request.profiles,
      .profile_help =
          "profile by name or JSON file; random: random rules; all: these and the built-in ones; repeatable",
  };
  qref_common common;
  int exit_code = QREF_EXIT_BAD;
  if (!qref_parse_command_line(argc, argv, &line, &common, &exit_code)) {
    return exit_code;
  }
  qref_error error;
  if (resolve(&request, &common, &error) != QREF_OK) {
    return qref_report_error(common.command, &error);
  }
  return cross(&request, &common);
}
