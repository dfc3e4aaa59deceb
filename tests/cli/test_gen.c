/* qref gen and merge: the bytes of a suite depend on neither run, threads nor shards; reports; what is refused. */
#include "tests/cli/suite_fixture.h"

static int begin(void **state) {
  suite_begin(state, "--suite smoke --format npy,hex");
  return 0;
}

static void same_bytes(void **state) {
  program *p = *state;
  expect(p, "$Q gen --suite smoke --format npy,hex --threads 2 -o again && diff -r $S again", 0);
  expect(p, "rm -rf again", 0);
  static const int counts[] = {2, 3, 7};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    const int count = counts[i];
    char command[512];
    snprintf(command, sizeof command,
             "for i in $(seq %d); do $Q gen --suite smoke --format npy,hex --shard $i/%d -o s$i || exit; done\n"
             "$Q merge -o merged $(seq -f s%%.0f %d -1 1) >text && diff -r $S merged && cat text && rm -rf s* merged",
             count, count, count);
    expect(p, command, 0);
    assert_contains(p->out, "0 holes");
  }
  /* another seed, other bytes */
  expect(p, "$Q gen --suite smoke --format npy,hex --seed 7 -o other && ! diff -rq $S other >/dev/null", 0);
}

/* One case is made with the bytes that it has in the suite. */
static void one_case(void **state) {
  program *p = *state;
  expect(p, "ls $S/cases/requantize | head -n 1", 0);
  p->out[strcspn(p->out, "\n")] = '\0';
  char command[512];
  snprintf(command, sizeof command,
           "$Q gen --suite smoke --format npy,hex --case requantize/%s -o one && diff -r $S/cases/requantize/%s"
           " one/cases/requantize/%s && $Q verify one && find one -name '*.npy' | grep -vc requantize",
           p->out, p->out, p->out);
  run(p, command);
  assert_int_equal(p->exit_code, 1); /* of grep: no other case */
  assert_contains(p->out, "1 cases, ");
  assert_contains(p->out, "every bit as computed");
  expect(p, "$Q gen --op requantize --suite smoke -o op && ls op/cases && $Q verify op", 0);
  assert_contains(p->out, "requantize\n");
  assert_contains(p->out, "every bit as computed");
}

/* $readmemh wants one word a line; the last line is filled up. */
static void hex_lanes(void **state) {
  program *p = *state;
  expect(p,
         "$Q gen --suite smoke --op linear_w8a8 --format hex --hex-lanes 4 -o wide && test -z \"$(find wide -name"
         " '*.npy')\" && $Q verify wide && cat $(find wide -name y.hex | sort | head -n 1) && echo = && cat"
         " $(find $S/cases/linear_w8a8 -name y.hex | sort | head -n 1)",
         0);
  const char *single = strstr(p->out, "\n=\n");
  assert_non_null(single);
  /* every 4 single lines, last one first, are a wide one */
  const char *line = strstr(p->out, "as computed\n");
  assert_non_null(line);
  line = strchr(line, '\n') + 1;
  if (strncmp(line, "digest", 6) == 0) {
    line = strchr(line, '\n') + 1;
  }
  single += 3;
  while (line[0] != '=') {
    for (size_t lane = 0; lane < 4; lane++) {
      const char *word = single[0] != '\0' ? single : "00";
      assert_int_equal(strncmp(line + 6 - 2 * lane, word, 2), 0);
      single += single[0] != '\0' ? 3 : 0;
    }
    assert_int_equal(line[8], '\n');
    line += 9;
  }
  assert_int_equal(single[0], '\0');
}

static void reports(void **state) {
  program *p = *state;
  expect(p, "$Q gen --suite smoke -o text", 0);
  static const char *const parts[] = {"suite     smoke, seed 2025, profile quamba\n",
                                      "cases     ",
                                      "tensors   ",
                                      " of tensors, ",
                                      "digest    ",
                                      "written   text\n",
                                      "op                         tensor",
                                      " points, ",
                                      " required, 0 holes\n"};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    assert_contains(p->out, parts[i]);
  }
  expect(p, "$Q gen --suite smoke --json --junit r.xml -o json", 0);
  cJSON *json = json_of(p);
  assert_string_equal(text_of(json, "suite"), "smoke");
  assert_string_equal(text_of(json, "seed"), "0x00000000000007e9");
  assert_int_equal(strlen(text_of(json, "digest")), 64);
  assert_int_equal(cJSON_GetObjectItem(json, "holes")->valueint, 0);
  const int points = cJSON_GetArraySize(cJSON_GetObjectItem(json, "coverage"));
  assert_true(points > 100);
  expect(p, "cat json/manifest.json", 0);
  cJSON *manifest = json_of(p);
  char digest[65];
  suite_digest(manifest, digest);
  assert_string_equal(text_of(manifest, "digest"), digest);
  assert_string_equal(text_of(json, "digest"), digest);
  const int cases = cJSON_GetArraySize(cJSON_GetObjectItem(manifest, "cases"));
  assert_int_equal(cJSON_GetObjectItem(json, "cases")->valueint, cases);
  assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(manifest, "coverage")), points);
  cJSON_Delete(manifest);
  cJSON_Delete(json);
  char part[64];
  snprintf(part, sizeof part, "tests=\"%d\" failures=\"0\"", points);
  expect(p, "cat r.xml", 0);
  assert_contains(p->out, part);
  /* a shard: a test case for each of its cases, and no coverage */
  expect(p, "$Q gen --suite smoke --json --junit r.xml --shard 2/2 -o shard", 0);
  json = json_of(p);
  assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "coverage")));
  assert_int_equal(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "shard"), "index")->valueint, 2);
  assert_int_equal(cJSON_GetObjectItem(json, "cases")->valueint, cases / 2);
  cJSON_Delete(json);
  snprintf(part, sizeof part, "tests=\"%d\" failures=\"0\"", cases / 2);
  expect(p, "cat r.xml", 0);
  assert_contains(p->out, part);
}

/* Accumulators of 16 bits never need the 32 that the suite must reach. */
static void holes(void **state) {
  program *p = *state;
  static const char profile[] = "{\"base\": \"quamba\", \"linear\": {\"accumulator\": {\"bits\": 16}}}";
  write_text(scratch_file(&p->work, "narrow.json"), profile);
  expect(p, "$Q gen --op linear_w8a8 --profile narrow.json -o own && $Q verify own && rm -r own", 0);
  assert_contains(p->out, "  missed\n");
  expect(p, "$Q gen --op linear_w8a8 --profile narrow.json --require-coverage -o d --junit r.xml", 1);
  assert_contains(p->out, "written   nothing\n");
  assert_contains(p->out, "bits_of_largest");
  assert_contains(p->out, "  HOLE\n");
  assert_contains(p->err, "holes in the coverage, marked HOLE: ");
  assert_contains(p->err, "; d is not written\n");
  expect(p, "ls && grep -c '<failure message=\"a hole in the coverage: seen ' r.xml", 0);
  assert_contains(p->out, "narrow.json\nr.xml\n");
  expect(p, "$Q gen --op linear_w8a8 --profile narrow.json --require-coverage -o d --json", 1);
  cJSON *json = json_of(p);
  assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "directory")));
  assert_true(cJSON_GetObjectItem(json, "holes")->valueint > 0);
  cJSON_Delete(json);
}

static void refused(void **state) {
  program *p = *state;
  static const struct {
    const char *options, *message;
  } cases[] = {
      {"", "expected --suite NAME or --op OP"},
      {"--suite smoke", "expected -o DIR"},
      {"--suite tiny -o d", "tiny"},
      {"--suite smoke --op no_such_op -o d", "no_such_op"},
      {"--suite smoke --case linear_w8a8/no_such_case -o d", "linear_w8a8/no_such_case"},
      {"--suite smoke --format npz -o d", "option --format: expected npy, hex or npy,hex, not 'npz'"},
      {"--suite smoke --format npy, -o d", "option --format"},
      {"--suite smoke --format npy,npy -o d", "option --format"},
      {"--suite smoke --format hex --hex-lanes 0 -o d", "option --hex-lanes"},
      {"--suite smoke --shard 0/3 -o d", "option --shard: expected I/N with I from 1 to N, not '0/3'"},
      {"--suite smoke --shard 4/3 -o d", "option --shard"},
      {"--suite smoke --shard x -o d", "option --shard"},
      {"--suite smoke --shard 1 -o d", "option --shard"},
      {"--suite smoke --shard 1/ -o d", "option --shard"},
      {"--suite smoke --shard /1 -o d", "option --shard"},
      {"--suite smoke --shard 1/2/3 -o d", "option --shard"},
      {"--suite smoke --shard 1/99999999999999999999 -o d", "option --shard"},
      {"--suite smoke --seed -1 -o d", "option --seed"},
      {"--suite smoke --backend cpu -o d", "option --backend: expected ref"},
      {"--suite smoke --layer 1 -o d", "option --layer: expected only with --suite layer"},
      {"--suite standard --model $M -o d", "option --model: expected only with --suite layer"},
      {"--suite layer --layer 99 -o d --model $M", "99"},
      {"--suite layer --model /nowhere -o d", "/nowhere"},
      {"--suite layer --decode 0 -o d", "option --decode"},
      {"--suite layer --model $QM -o d", "q.safetensors"},
      {"--suite layer --model $M --text a --tokens b -o d", "--text and --tokens"},
      {"--suite layer --model $M --seq-len 1000000 -o d", "eval.txt"},
      {"--suite smoke -o /nowhere/d", "/nowhere/d"},
      {"--suite smoke -o $M", "tiny-mamba"},
      {"--suite smoke -o $M/config.json", "config.json"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char command[256];
    snprintf(command, sizeof command, "$Q gen %s", cases[i].options);
    expect_refused(p, command, cases[i].message);
  }
  /* not emptied, not added to */
  expect(p, "mkdir full && touch full/mine && ! $Q gen --suite smoke -o full && ls full", 0);
  assert_string_equal(p->out, "mine\n");
  assert_contains(p->err, "full");
  expect(p, "mkdir empty && $Q gen --suite smoke --op requantize -o empty && $Q verify empty", 0);
}

static void merge_refused(void **state) {
  program *p = *state;
  expect_refused(p, "$Q merge -o d", "expected SHARD...");
  expect_refused(p, "$Q merge /nowhere", "expected -o DIR");
  expect_refused(p, "$Q merge -o d /nowhere", "/nowhere");
  expect(p,
         "$Q gen --suite smoke --op requantize --shard 1/2 -o a && $Q gen --suite smoke --op requantize --shard 2/2 -o "
         "b &&"
         " $Q gen --suite smoke --op requantize --shard 2/2 --seed 3 -o seed &&"
         " $Q gen --suite smoke --op requantize --shard 2/3 -o third &&"
         " $Q gen --suite smoke --op requantize --shard 2/2 --format hex -o hex &&"
         " $Q gen --suite smoke --op requantize --shard 2/2 --profile quamba-saturating -o saturating",
         0);
  static const char *const wrong[] = {"a", "a a", "a b b", "a seed", "a third", "a hex", "a saturating", "b"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    char command[128];
    snprintf(command, sizeof command, "$Q merge -o d %s", wrong[i]);
    expect(p, command, 2);
    assert_string_not_equal(p->err, "");
    expect(p, "test ! -e d", 0);
  }
  expect(p, "$Q merge -o d b a --json --junit r.xml", 0);
  cJSON *json = json_of(p);
  assert_int_equal(cJSON_GetObjectItem(json, "merged_shards")->valueint, 2);
  assert_string_equal(text_of(json, "op"), "requantize");
  cJSON_Delete(json);
  /* a shard is a suite too */
  expect(p, "$Q verify a && $Q verify d", 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(same_bytes, program_clear),    cmocka_unit_test_setup(one_case, program_clear),
      cmocka_unit_test_setup(hex_lanes, program_clear),     cmocka_unit_test_setup(reports, program_clear),
      cmocka_unit_test_setup(holes, program_clear),         cmocka_unit_test_setup(refused, program_clear),
      cmocka_unit_test_setup(merge_refused, program_clear),
  };
  return cmocka_run_group_tests(tests, begin, program_end);
}
