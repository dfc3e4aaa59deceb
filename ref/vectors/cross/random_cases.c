#include "ref/vectors/cross/random_case.h"
#include "ref/vectors/cross/session.h"

enum { CASES_IN_TURN = 256 };

static qref_status check_random(qref_cross_session *session, const qref_cross_random_options *options, qref_op op,
                                uint64_t index, qref_error *error) {
  qref_case item;
  uint64_t variation = 0;
  const qref_cross_origin origin = {.suite = "", .index = index};
  const qref_status status = qref_cross_random_case(options, op, index, &session->workspace, &item, &variation, error);
  return status != QREF_OK ? status : qref_cross_check_case(session, &item, &origin, variation, error);
}

qref_status qref_cross_random_cases(qref_cross_session *session, qref_error *error) {
  const qref_cross_options *options = session->options;
  const bool any = options->profile_count == 0 && !options->random_rules;
  const qref_cross_random_options random = {.seed = options->seed,
                                            .profiles = any ? NULL : options->profiles,
                                            .profile_count = any ? qref_profile_count() : options->profile_count,
                                            .random_rules = any || options->random_rules};
  const uint64_t first = options->first_random;
  const uint64_t most = UINT64_MAX - first; /* indices end there */
  const uint64_t count = options->forever || options->random_cases > most ? most : options->random_cases;
  uint64_t done = 0;
  while (done < count && !session->stopped) {
    const uint64_t turn = count - done < CASES_IN_TURN ? count - done : CASES_IN_TURN;
    for (int op = 0; op < QREF_OP_COUNT && !session->stopped; op++) {
      for (uint64_t i = 0; i < turn && qref_cross_has_op(options, (qref_op)op) && !qref_cross_stopped(session); i++) {
        const qref_status status = check_random(session, &random, (qref_op)op, first + done + i, error);
        if (status != QREF_OK) {
          return status;
        }
      }
    }
    done += turn;
    if (options->progress != NULL) {
      options->progress(options->context, "random cases of each op", (size_t)done,
                        options->forever ? 0 : (size_t)count);
    }
  }
  return QREF_OK;
}
