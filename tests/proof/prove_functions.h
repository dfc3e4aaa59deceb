/* The proof as a command, for the threads of one process or the ranks of an MPI job. */
#ifndef QREF_TESTS_PROOF_PROVE_FUNCTIONS_H
#define QREF_TESTS_PROOF_PROVE_FUNCTIONS_H

/* The exit status. */
int prove_functions(int argc, char **argv);

#endif
