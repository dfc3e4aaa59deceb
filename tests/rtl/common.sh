# For the simulator tests, sourced: the suite that drives the RTL, and what every simulator must show of it. A test
# defines simulate, below, and calls check_stages.
# shellcheck shell=bash
source "$QREF_SOURCE_DIR/tests/install/common.sh"
rtl=$QREF_SOURCE_DIR/tests/rtl
dpi_library=$QREF_BINARY_DIR/ref/libqref_dpi.a
suite=$work/suite

# need TOOL...: skips the test where one is not there.
need() {
  for tool in "$@"; do
    command -v "$tool" >/dev/null || skip "$tool was not found (./setup.sh --tests installs it)"
  done
}

# list_cases BITS: in $work, lists of the cases of $suite whose accumulator has so many bits. See list_cases.awk.
list_cases() {
  awk -v bits="$1" -v directory="$work" -f "$rtl/list_cases.awk" "$suite/qref_vectors_pkg.sv"
}

# Makes $suite and lists of its cases. The int8 stores have no op of their own: $suite/stores has their words, the
# accumulators of conv1d among them.
make_suite() {
  "$QREF_PROGRAM" gen --suite smoke --format npy,hex -o "$suite" >"$work/gen.log" 2>&1 ||
    fail "qref gen: $(cat "$work/gen.log")"
  list_cases 32
  [ -s "$work/dot_product_lane.cases" ] && [ -s "$work/conv_accumulator.cases" ] || fail "no cases of both stages"
  $CC -std=c11 -I"$QREF_SOURCE_DIR/include" -o "$work/store_vectors" "$rtl/store_vectors.c" "$dpi_library" -lm
  mkdir "$suite/stores"
  sed -E "s|.* (.*)|$suite/cases/\1/accumulator.hex|" "$work/conv_accumulator.cases" |
    xargs "$work/store_vectors" "$suite/stores" >"$work/store_count" || fail "store_vectors"
}

# Makes another $suite: the case whose accumulator of 20 bits overflows, OVERFLOW being saturate or wrap.
make_narrow_suite() {
  suite=$work/suite_$1
  "$QREF_PROGRAM" gen --suite standard --op linear_w8a8 --case "linear_w8a8/accumulator_20_$1" --format npy,hex \
    -o "$suite" >"$work/gen.log" 2>&1 || fail "qref gen: $(cat "$work/gen.log")"
  list_cases 20
  stage_sources[0]=$suite/qref_vectors_pkg.sv
}

# must_pass COMMAND...: exit status 0 and a line that says so.
must_pass() {
  "$@" >"$work/output" 2>&1 || fail "$*: exit status $?: $(cat "$work/output")"
  grep -aoE 'PASS [a-z0-9_]+: .*' "$work/output" || fail "$*: no PASS line: $(cat "$work/output")"
}

# must_fail PATTERN COMMAND...: another exit status and a line FAIL that matches.
must_fail() {
  local pattern=$1
  shift
  # A simulator may abort; bash would report that.
  if { "$@"; } >"$work/output" 2>&1; then
    fail "$*: passed: $(cat "$work/output")"
  fi
  grep -aoE 'FAIL .*' "$work/output" | grep -E "$pattern" | sed -n 1p >"$work/line" ||
    fail "$*: no line '$pattern': $(cat "$work/output")"
  sed "s|$work/||; s|^|  |" "$work/line"
}

damaged_file=
divergence='first divergence: .*tensor [a-z_]+, index [0-9]+: expected [0-9a-f]+, got [0-9a-f]+'

# Files that a stage reads, those of its first case.
files_of() {
  local folder
  case $1 in
    int8_store) echo "$suite"/stores/{value,saturated,wrapped}.hex ;;
    *)
      folder=$suite/cases/$(head -1 "$work/$1.cases" | sed 's/.* //')
      echo "$folder"/{x,w,accumulator}.hex
      ;;
  esac
}

# with_file COMMAND FILE: $work/damaged is a copy of the suite in which COMMAND < FILE gives the content of FILE, or with
# the command `none` there is no such file.
with_file() {
  local copy=$work/damaged/${2#"$suite"/}
  [ -d "$work/damaged" ] || cp -rl "$suite" "$work/damaged"
  [ ! -e "$work/undamaged" ] || mv -f "$work/undamaged" "$damaged_file"
  mv "$copy" "$work/undamaged"
  damaged_file=$copy
  [ "$1" = none ] || bash -c "$1" <"$2" >"$copy"
}

# check_stages STAGE:BUGS...: every stage passes on the suite, and fails with each of its planted bugs and with a file
# that is short, over-long, missing or malformed. `simulate STAGE SUITE BUG` runs one.
check_stages() {
  local stage bugs bug file
  for stage in "$@"; do
    bugs=${stage#*:}
    stage=${stage%:*}
    step "$stage"
    must_pass simulate "$stage" "$suite" 0
    step "$stage, planted bugs"
    for ((bug = 1; bug <= bugs; bug++)); do
      must_fail "^FAIL $stage: $divergence" simulate "$stage" "$suite" "$bug"
    done
    step "$stage, damaged files"
    for file in $(files_of "$stage"); do
      with_file 'head -n -1' "$file"
      must_fail 'expected [0-9]+ words.*, found [0-9]+' simulate "$stage" "$work/damaged" 0
      with_file "sed '1{h;p;x}'" "$file"
      must_fail 'expected [0-9]+ words.*, found [0-9]+' simulate "$stage" "$work/damaged" 0
      with_file none "$file"
      must_fail 'cannot be opened' simulate "$stage" "$work/damaged" 0
      with_file "sed '1s/.*/0x/'" "$file"
      must_fail 'line 1 is not a word of [0-9]+ digits' simulate "$stage" "$work/damaged" 0
    done
  done
}

# The SystemVerilog of the stages and of their testbenches, and the suite's package.
stage_sources=("$suite/qref_vectors_pkg.sv"
  "$rtl"/{hex_words,dot_product_lane,conv_accumulator,int8_store}.sv
  "$rtl"/{dot_product_lane_tb,conv_accumulator_tb,int8_store_tb,stages_tb}.sv)
