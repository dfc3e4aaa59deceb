/* Where the inputs of a block's ops come from. */
#ifndef QREF_VECTORS_CHAIN_LINKS_H
#define QREF_VECTORS_CHAIN_LINKS_H

#include "ref/vectors/chain/chain.h"

/* Links the inputs of the chain's last case, whose stage is `stage`, to the cases in front of it. Stages of one step
 * are found by the end of their ids. */
qref_status qref_chain_link(qref_chain *chain, const qref_model_config *config, const char *stage, qref_error *error);

#endif
