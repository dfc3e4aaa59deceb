# Lists the cases of a suite, from its qref_vectors_pkg.sv, that a stage runs: those with an accumulator of `bits` bits.
# In `directory`, a line a case:
#   dot_product_lane.cases       rows columns depth id      of every linear W8A8 form
#   conv_accumulator.cases       batch channels length id   of conv1d with 4 taps
#   requantize_cases.svh         of both, all that follows the accumulator; conv1d with bias
#   NAME_cases.svh               a macro call for the testbench NAME_tb: the case's number there, its id and what
#                                its names in the package begin with
# awk -v bits=32 -v directory=DIR -f list_cases.awk qref_vectors_pkg.sv

function add(stage, a, b, c) {
  print value[a], value[b], value[c], id >(directory "/" stage ".cases")
  call("LOAD_CASE", stage)
}

function call(macro, stage) {
  printf "`%s(%d, \"%s\", %s)\n", macro, calls[stage]++, id, prefix >(directory "/" stage "_cases.svh")
}

function end_of_case() {
  if (value["ACCUMULATOR__BITS"] == bits) {
    if (op ~ /^linear_w8a8/) add("dot_product_lane", "ROWS", "COLUMNS", "DEPTH")
    if (op == "conv1d_silu" && value["WIDTH"] == 4) add("conv_accumulator", "BATCH", "CHANNELS", "LENGTH")
    if (op ~ /^linear_w8a8/ || op == "conv1d_silu" && "BIAS__WORDS" in value) call("LOAD_" toupper(op), "requantize")
  }
  delete value
}

BEGIN {
  printf "" >(directory "/dot_product_lane_cases.svh")
  printf "" >(directory "/conv_accumulator_cases.svh")
  printf "" >(directory "/requantize_cases.svh")
}
/^  \/\/ [^ ]*: op / {
  end_of_case()
  id = substr($2, 1, length($2) - 1)
  op = $4
}
/^  localparam int [A-Z0-9_]*__[A-Z0-9_]* = / {
  separator = index($3, "__")
  prefix = substr($3, 1, separator - 1)
  value[substr($3, separator + 2)] = $5 + 0
}
END {
  end_of_case()
}
