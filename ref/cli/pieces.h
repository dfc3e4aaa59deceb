/* A suite made in pieces, which the members of a team share and which outlive a run that is cut short. */
#ifndef QREF_CLI_PIECES_H
#define QREF_CLI_PIECES_H

#include "ref/cli/options.h"
#include "ref/cli/team.h"

/* As qref_gen makes it, to the byte: the suite is made as `pieces` shards (at most one a case) in DIRECTORY.pieces,
 * which must be a place that all members see; each appears there whole or not at all. Those that are there already,
 * with the same options, are not made again. The leader then puts them together and removes DIRECTORY.pieces, and has
 * the report. Says on stderr, unless told to be quiet, how many there were and how many are to be done. */
qref_status qref_gen_in_pieces(const qref_team *team, const char *directory, const qref_gen_options *options,
                               size_t pieces, const qref_common *common, qref_gen_report *report, qref_error *error);

#endif
