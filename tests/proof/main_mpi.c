/* prove_functions_mpi: by the ranks of an MPI job. */
#include "ref/mpi/member.h"
#include "tests/proof/prove_functions.h"

const char qref_program_name[] = "prove_functions_mpi";

int main(int argc, char **argv) {
  return qref_mpi_main(argc, argv, prove_functions);
}
