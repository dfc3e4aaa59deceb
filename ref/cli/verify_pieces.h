/* A suite verified by a team. */
#ifndef QREF_CLI_VERIFY_PIECES_H
#define QREF_CLI_VERIFY_PIECES_H

#include "ref/cli/team.h"

/* As qref_verify, for the leader: the callback gets every case in the order of the manifest when all are done. Other
 * members verify what they are given; their report stays empty. All must see the suite. */
qref_status qref_verify_in_pieces(const qref_team *team, const char *directory, const qref_verify_options *options,
                                  qref_verify_callback callback, void *context, qref_verify_report *report,
                                  qref_error *error);

#endif
