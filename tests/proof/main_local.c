/* prove_functions: in one process. */
#include "tests/proof/prove_functions.h"

int main(int argc, char **argv) {
  return prove_functions(argc, argv);
}
