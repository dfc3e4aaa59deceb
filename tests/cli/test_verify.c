/* qref verify: a suite passes, and every kind of damage is found and named. */
#include "tests/cli/suite_fixture.h"

static int begin(void **state) {
  suite_begin(state, "--suite smoke --op linear_w8a8 --format npy,hex");
  return 0;
}

static void passes(void **state) {
  program *p = *state;
  expect(p, "$Q verify $S", 0);
  assert_contains(p->out, "suite smoke of ");
  assert_contains(p->out, ", backend ref, inputs made anew\n");
  assert_contains(p->out, "every bit as computed");
  assert_contains(p->out, "\ndigest ");
  expect(p, "$Q verify $S --backend cpu --threads 2 --json --junit r.xml", 0);
  cJSON *json = json_of(p);
  const int cases = cJSON_GetObjectItem(json, "cases")->valueint;
  assert_true(cases > 3);
  assert_int_equal(cJSON_GetObjectItem(json, "failed")->valueint, 0);
  assert_string_equal(text_of(json, "backend"), "cpu");
  assert_string_equal(text_of(json, "seed"), "0x00000000000007e9");
  assert_int_equal(strlen(text_of(json, "digest")), 64);
  cJSON_Delete(json);
  char part[64];
  snprintf(part, sizeof part, "tests=\"%d\" failures=\"0\"", cases);
  expect(p, "cat r.xml", 0);
  assert_contains(p->out, part);
  expect(p, "$Q verify --help", 0);
  assert_contains(p->out, "ref (default)");
}

static void usage(void **state) {
  program *p = *state;
  expect_refused(p, "$Q verify", "expected DIR");
  expect_refused(p, "$Q verify /nowhere", "/nowhere");
  expect_refused(p, "$Q verify $M", "manifest.json");
  expect_refused(p, "$Q verify $V/recorded/quamba-h100", "manifest.json");
  expect_refused(p, "$Q verify $S --op no_such_op", "no_such_op");
  expect_refused(p, "$Q verify $S --op hadamard", "hadamard");
  expect_refused(p, "$Q verify $S --case linear_w8a8/no_such_case", "linear_w8a8/no_such_case");
  expect_refused(p, "$Q verify $S --profile quamba", "--profile");
  expect_refused(p, "$Q verify $S --backend gpu", "gpu");
}

/* ---- tensors ---- */

/* A bit of an input, an intermediate and an output: the tensor, the index and the bits are named. */
static void one_bit(void **state) {
  program *p = *state;
  static const char *const tensors[] = {"x", "w", "accumulator", "before_rounding", "y"};
  for (size_t i = 0; i < 2 * (sizeof tensors / sizeof tensors[0]); i++) {
    const bool consistent = i % 2 == 1; /* the manifest's digests lie as well */
    suite_copy copy;
    copy_begin(&copy, p);
    cJSON *item = some_case(&copy);
    cJSON *tensor = tensor_of(item, tensors[i / 2]);
    const size_t element = 5;
    char id[128];
    char name[64];
    char index[64];
    char reproduce[192];
    char anew[192];
    snprintf(id, sizeof id, "FAILED %s\n", text_of(item, "id"));
    snprintf(name, sizeof name, "  tensor           %s, %s (", tensors[i / 2], text_of(tensor, "dtype"));
    snprintf(index, sizeof index, "  index            %zu = (", element);
    snprintf(reproduce, sizeof reproduce, "qref verify damaged --case %s\n", text_of(item, "id"));
    snprintf(anew, sizeof anew, "qref gen --suite smoke --case %s -o NEW\n", text_of(item, "id"));
    flip_bit(&copy, tensor, element, consistent);
    copy_end(&copy);
    const char *const parts[] = {id, name, index, "  stored           0x", "  expected         0x", reproduce, anew};
    expect(p, "$Q verify damaged --junit r.xml", 1);
    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
      assert_contains(p->out, parts[k]);
    }
    assert_contains(p->out, consistent ? (i / 2 < 2 ? "problem          generator: " : "problem          result: ")
                                       : "problem          digest: ");
    assert_contains(p->out, "1 cases FAILED\n");
    expect(p, "cat r.xml", 0);
    assert_contains(p->out, "failures=\"1\"");
    assert_contains(p->out, tensors[i / 2]);
    if (consistent && i / 2 < 2) {
      /* the inputs taken as they are: what follows from them differs */
      expect(p, "$Q verify damaged --stored-inputs", 1);
      assert_contains(p->out, "problem          result: ");
    }
    expect(p, "$Q verify damaged --json", 1);
    cJSON *json = json_of(p);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "digest")));
    cJSON *failure = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "failures"), 0);
    cJSON *first = cJSON_GetObjectItem(failure, "first_divergence");
    assert_string_equal(text_of(first, "tensor"), tensors[i / 2]);
    assert_int_equal(cJSON_GetObjectItem(first, "index")->valueint, (int)element);
    cJSON_Delete(json);
  }
}

/* The other cases pass alone. */
static void filters(void **state) {
  program *p = *state;
  suite_copy copy;
  copy_begin(&copy, p);
  cJSON *item = some_case(&copy);
  cJSON *other = NULL;
  cJSON_ArrayForEach(other, cases_of(&copy)) {
    if (other != item) {
      break;
    }
  }
  char failing[192];
  char passing[192];
  snprintf(failing, sizeof failing, "$Q verify damaged --case %s", text_of(item, "id"));
  snprintf(passing, sizeof passing, "$Q verify damaged --case %s", text_of(other, "id"));
  flip_bit(&copy, tensor_of(item, "y"), 0, false);
  copy_end(&copy);
  expect(p, failing, 1);
  expect(p, passing, 0);
  assert_contains(p->out, "1 cases, ");
}

/* ---- files ---- */

typedef struct file_damage {
  const char *command; /* $F is the file */
  const char *tensor;
  bool hex;
} file_damage;

static void files(void **state) {
  program *p = *state;
  static const file_damage damages[] = {
      {"rm $F", "accumulator", false},
      {"rm $F", "y", true},
      {": >$F", "y", false},
      {"truncate -s -1 $F", "y", false},
      {"truncate -s -1 $F", "accumulator", false},
      {"truncate -s 64 $F", "x", false},
      {"printf '\\0' >>$F", "x", false},
      {"printf 'not npy' | dd of=$F conv=notrunc 2>/dev/null", "y", false},
      {"sed -i 's/|i1/|u1/' $F", "y", false},
      {"sed -i 's/<i4/>i4/' $F", "accumulator", false},
      {"sed -i \"s/'fortran_order': False/'fortran_order': True /\" $F", "before_rounding", false},
      {"rm $F && mkdir $F", "y", false},
      {"sed -i '$d' $F", "y", true},                    /* a word short */
      {"echo 00 >>$F", "y", true},                      /* a word over */
      {"sed -i '3s/.*/0g/' $F", "y", true},             /* no digit */
      {"sed -i '3s/.*/000/' $F", "y", true},            /* too wide */
      {"sed -i '3s/.*//' $F", "y", true},               /* an empty line */
      {"sed -i '3y/01234567/10325476/' $F", "y", true}, /* another word, if it had one of these digits */
      {"truncate -s -1 $F", "x", true},                 /* no line end */
      {": >$F", "x", true},
  };
  for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
    suite_copy copy;
    copy_begin(&copy, p);
    cJSON *tensor = tensor_of(some_case(&copy), damages[i].tensor);
    const char *file = damages[i].hex ? text_of(member(tensor, "hex"), "file") : text_of(tensor, "npy");
    char command[512];
    snprintf(command, sizeof command, "F=damaged/%s; cp $F old; %s; ! cmp -s old $F", file, damages[i].command);
    expect(p, command, 0);
    copy_end(&copy);
    char part[64];
    snprintf(part, sizeof part, "%s.%s", damages[i].tensor, damages[i].hex ? "hex" : "npy");
    expect(p, "$Q verify damaged", 1);
    assert_contains(p->out, part);
    assert_contains(p->out, "1 cases FAILED\n");
  }
}

/* ---- the manifest ---- */

/* Verification of the changed manifest ends with this exit code and names the part. */
static void expect_found(suite_copy *copy, int exit_code, const char *part) {
  program *p = copy->program;
  copy_end(copy);
  expect(p, "$Q verify damaged", exit_code);
  assert_contains(exit_code == 2 ? p->err : p->out, part);
}

static void manifest_head(void **state) {
  program *p = *state;
  suite_copy copy;
  static const struct {
    const char *field, *text, *part;
  } texts[] = {
      {"format", "qref-vectors/2", "qref-vectors/2"},
      {"format", "something", "format"},
      {"seed", "2025", "seed"},
      {"digest", "00", "digest"},
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    copy_begin(&copy, p);
    set_text(copy.manifest, texts[i].field, texts[i].text);
    expect_found(&copy, 2, texts[i].part);
  }
  static const char *const fields[] = {"format", "suite", "seed", "digest", "profiles", "flags", "cases", "formats"};
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
    copy_begin(&copy, p);
    cJSON_DeleteItemFromObjectCaseSensitive(copy.manifest, fields[i]);
    expect_found(&copy, 2, fields[i]);
  }
  copy_begin(&copy, p);
  set_text(copy.manifest, "suite", "own"); /* that no generator knows */
  expect_found(&copy, 0, "inputs as they are stored");
  copy_begin(&copy, p);
  cJSON_AddStringToObject(copy.manifest, "surplus_field", "x");
  expect_found(&copy, 2, "surplus_field");
  copy_begin(&copy, p);
  while (cJSON_GetArraySize(cases_of(&copy)) != 0) {
    cJSON_DeleteItemFromArray(cases_of(&copy), 0);
  }
  char digest[65];
  suite_digest(copy.manifest, digest);
  set_text(copy.manifest, "digest", digest);
  expect_found(&copy, 2, "cases");
  expect(p, "rm -rf damaged; cp -r $S damaged; truncate -s -100 damaged/manifest.json", 0);
  expect(p, "$Q verify damaged", 2);
  assert_contains(p->err, "manifest.json");
}

static void manifest_cases(void **state) {
  program *p = *state;
  suite_copy copy;
  /* a digest that the files do not have */
  copy_begin(&copy, p);
  char zeros[65];
  memset(zeros, '0', 64);
  zeros[64] = '\0';
  set_text(tensor_of(some_case(&copy), "accumulator"), "sha256", zeros);
  suite_digest(copy.manifest, zeros);
  set_text(copy.manifest, "digest", zeros);
  expect_found(&copy, 1, "accumulator");

  copy_begin(&copy, p);
  cJSON_AddStringToObject(some_case(&copy), "surplus_field", "x");
  expect_found(&copy, 2, "surplus_field");

  copy_begin(&copy, p);
  cJSON_AddStringToObject(tensor_of(some_case(&copy), "x"), "surplus_field", "x");
  expect_found(&copy, 2, "surplus_field");

  copy_begin(&copy, p);
  set_text(some_case(&copy), "op", "no_such_op");
  expect_found(&copy, 2, "no_such_op");

  copy_begin(&copy, p);
  set_text(some_case(&copy), "profile", "no_such_profile");
  expect_found(&copy, 2, "no_such_profile");

  copy_begin(&copy, p);
  char id[128];
  snprintf(id, sizeof id, "%s", text_of(some_case(&copy), "id"));
  cJSON_AddItemToArray(cases_of(&copy), cJSON_Duplicate(some_case(&copy), true));
  expect_found(&copy, 2, id);

  copy_begin(&copy, p); /* a case less */
  cJSON_DeleteItemFromArray(cases_of(&copy), cJSON_GetArraySize(cases_of(&copy)) - 1);
  expect_found(&copy, 2, "field 'cases'");

  copy_begin(&copy, p);
  cJSON_DeleteItemFromObjectCaseSensitive(member(some_case(&copy), "outputs"), "y");
  expect_found(&copy, 2, "y");

  copy_begin(&copy, p);
  cJSON *shape = member(tensor_of(some_case(&copy), "y"), "shape");
  cJSON_SetNumberValue(cJSON_GetArrayItem(shape, 1), cJSON_GetArrayItem(shape, 1)->valuedouble + 1);
  expect_found(&copy, 2, "shape");

  copy_begin(&copy, p);
  set_text(tensor_of(some_case(&copy), "y"), "dtype", "int32");
  expect_found(&copy, 2, "dtype");

  copy_begin(&copy, p);
  cJSON *saturated = member(member(some_case(&copy), "counts"), "saturated");
  cJSON_SetNumberValue(saturated, saturated->valuedouble + 1);
  suite_digest(copy.manifest, zeros);
  set_text(copy.manifest, "digest", zeros);
  expect_found(&copy, 1, "saturated");
}

static void manifest_attributes(void **state) {
  program *p = *state;
  suite_copy copy;
  /* value and bits disagree */
  copy_begin(&copy, p);
  cJSON *scale = member(member(some_case(&copy), "attributes"), "input_scale");
  set_text(scale, "bits", "0x3f800001");
  expect_found(&copy, 2, "input_scale");

  /* they agree on another scale than the generator's */
  copy_begin(&copy, p);
  scale = member(member(some_case(&copy), "attributes"), "input_scale");
  set_text(scale, "bits", "0x3fc00000");
  cJSON_SetNumberValue(member(scale, "value"), 1.5);
  expect_found(&copy, 1, "input_scale");
  expect(p, "$Q verify damaged --stored-inputs", 1);
  assert_contains(p->out, "problem          result: ");

  copy_begin(&copy, p);
  set_text(member(member(some_case(&copy), "attributes"), "input_scale"), "bits", "0.05");
  expect_found(&copy, 2, "input_scale");

  copy_begin(&copy, p);
  cJSON_DeleteItemFromObjectCaseSensitive(member(some_case(&copy), "attributes"), "depth");
  expect_found(&copy, 2, "depth");

  copy_begin(&copy, p);
  cJSON_AddNumberToObject(member(some_case(&copy), "attributes"), "surplus_field", 1);
  expect_found(&copy, 2, "surplus_field");

  copy_begin(&copy, p);
  cJSON_SetNumberValue(member(member(some_case(&copy), "attributes"), "depth"), 1e15);
  expect_found(&copy, 2, "shape");
}

/* No file outside the suite is opened. */
static void paths(void **state) {
  program *p = *state;
  suite_copy copy;
  expect(p, "true", 0);
  for (size_t i = 0; i < 6; i++) {
    copy_begin(&copy, p);
    cJSON *tensor = tensor_of(some_case(&copy), "y");
    const char *npy = text_of(tensor, "npy");
    char path[512];
    if (i == 0) {
      snprintf(path, sizeof path, "../damaged/%s", npy);
    } else if (i == 1) {
      snprintf(path, sizeof path, "%s", copy_path(&copy, npy));
    } else if (i == 2) {
      snprintf(path, sizeof path, "cases/../%s", npy);
    }
    char command[1024];
    if (i < 3) {
      set_text(tensor, "npy", path);
    } else if (i == 3) {
      snprintf(command, sizeof command, "mv damaged/%s outside.npy && ln -s \"$PWD/outside.npy\" damaged/%s", npy, npy);
      expect(p, command, 0);
    } else if (i == 4) {
      expect(p, "mv damaged/cases outside && ln -s \"$PWD/outside\" damaged/cases", 0);
    } else {
      set_text(member(tensor, "hex"), "file", "/etc/passwd");
    }
    /* that a link leads out is seen when the file is opened, case by case */
    expect_found(&copy, i == 3 || i == 4 ? 1 : 2, i == 5 ? "/etc/passwd" : ".npy");
    if (i == 3 || i == 4) {
      assert_contains(p->out, "outside the directory");
    }
    expect(p, "rm -rf outside", 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(passes, program_clear),         cmocka_unit_test_setup(usage, program_clear),
      cmocka_unit_test_setup(one_bit, program_clear),        cmocka_unit_test_setup(filters, program_clear),
      cmocka_unit_test_setup(files, program_clear),          cmocka_unit_test_setup(manifest_head, program_clear),
      cmocka_unit_test_setup(manifest_cases, program_clear), cmocka_unit_test_setup(manifest_attributes, program_clear),
      cmocka_unit_test_setup(paths, program_clear),
  };
  return cmocka_run_group_tests(tests, begin, program_end);
}
