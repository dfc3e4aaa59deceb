/* Writes the inputs of the suite `layer` (layer 3 of the model in the tree, its defaults) for digest_suites.
 *   write_layer FILE */
#include "tests/portability/chain_file.h"
#include "tests/vectors/real_layer.h"

int main(int argc, char **argv) {
  enum { DECODE = 4 };
  qref_chain chain;
  if (argc != 2) {
    fprintf(stderr, "usage: write_layer FILE\n");
    return 2;
  }
  if (!real_layer_record(DECODE, &chain)) {
    return 1;
  }
  const bool written = chain_file_write(argv[1], &chain);
  qref_chain_free(&chain);
  if (!written) {
    fprintf(stderr, "write_layer: %s: cannot write\n", argv[1]);
  }
  return written ? 0 : 1;
}
