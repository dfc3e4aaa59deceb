/* Bad usage and bad input: exit 2, one line that names the file or option and what was expected, nothing written. */
#include "tests/cli/program.h"

static void usage(void **state) {
  program *p = *state;
  expect_refused(p, "$Q", "expected a command");
  expect_refused(p, "$Q frobnicate", "unknown command 'frobnicate'");
  static const char *const commands[] = {"check", "quantize", "run", "eval", "gen", "verify", "replay", "diff", "info"};
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
    char command[128];
    snprintf(command, sizeof command, "$Q %s --no-such-option", commands[i]);
    expect_refused(p, command, "unknown option '--no-such-option'");
    snprintf(command, sizeof command, "$Q %s a b c d", commands[i]);
    expect_refused(p, command, "unexpected argument");
    snprintf(command, sizeof command, "$Q %s --threads", commands[i]);
    expect_refused(p, command, "option --threads: expected a value");
  }
  expect_refused(p, "$Q merge --no-such-option", "unknown option '--no-such-option'");
  expect_refused(p, "$Q replay", "expected DIR");
  expect_refused(p, "$Q diff a", "expected A B");
  expect_refused(p, "$Q quantize", "--model");
  expect_refused(p, "$Q run --model $QM", "--prompt");
  expect_refused(p, "$Q run --model $QM --prompt a --text b", "one of");
  expect_refused(p, "$Q eval --model $QM", "--text");
  expect_refused(p, "$Q info --json=yes", "takes no value");
  expect_refused(p, "$Q info --backend=", "empty");
}

static void numbers(void **state) {
  program *p = *state;
  static const char *const threads[] = {"0", "-1", "1025", "x", "1.5", "99999999999999999999"};
  for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
    char command[128];
    snprintf(command, sizeof command, "$Q info --threads %s", threads[i]);
    expect_refused(p, command, "option --threads: expected a whole number from 1 to 1024");
  }
  expect_refused(p, "$Q check --model $QM --seq-len 0", "--seq-len");
  expect_refused(p, "$Q check --model $QM --seq-len -3", "--seq-len");
  expect_refused(p, "$Q check --model $QM --batch 0", "--batch");
  expect_refused(p, "$Q check --model $QM --seq-len 18446744073709551615 --batch 2", "overflow");
  expect_refused(p, "$Q check --model $QM --seq-len 4294967296 --text $M/eval.txt", "eval.txt");
  expect_refused(p, "$Q quantize --model $M -o q --calib-windows 0", "--calib-windows");
  expect_refused(p, "$Q quantize --model $M -o q --calib-length 0", "--calib-length");
  expect_refused(p, "$Q quantize --model $M -o q --calib-windows 1000", "calib.txt");
  expect_refused(p, "$Q quantize --model $M -o q --quantile 0", "--quantile");
  expect_refused(p, "$Q quantize --model $M -o q --quantile 1.5", "--quantile");
  expect_refused(p, "$Q quantize --model $M -o q --quantile nan", "--quantile");
  expect_refused(p, "$Q eval --model $QM --text $M/eval.txt --window 0", "--window");
  expect_refused(p, "$Q eval --model $QM --text $M/eval.txt --bytes 0", "--bytes");
  expect_refused(p, "$Q eval --model $QM --text $M/eval.txt --bytes 65536", "eval.txt");
  expect_refused(p, "$Q info --backend gpu", "gpu");
  expect_refused(p, "$Q info --profile nowhere.json", "nowhere.json");
}

static void tokens(void **state) {
  program *p = *state;
  expect_refused(p, "$Q run --model $QM --prompt ''", "--prompt");
  expect_refused(p, "$Q run --model $QM --text /dev/null", "at least one byte");
  expect_refused(p, "$Q run --model $QM --text /nowhere", "/nowhere");
  expect_refused(p, "$Q check --model $QM --text $M/eval.txt --tokens x", "one of them");
  expect_refused(p, "$Q run --model $QM --tokens /nowhere.npy", "/nowhere.npy");
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"1 256", "token 1 is 256, outside the vocabulary of 256"},
      {"-1", "expected a decimal number"},
      {"99999999999", "outside the vocabulary"},
      {"1 x", "expected a decimal number"},
      {" \\n ", "at least 1 tokens"},
      {"1.0", "expected a decimal number"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char command[256];
    snprintf(command, sizeof command, "printf '%%b' '%s' | $Q run --model $QM --tokens /dev/stdin", cases[i].text);
    expect_refused(p, command, cases[i].message);
  }
  expect_refused(p, "$Q check --model $QM --tokens $M/hf_logits.npy", "expected int32 or int64");
  expect_refused(p, "$Q check --model $QM --tokens $M/hf_tokens.npy --seq-len 33", "at least 33 tokens");
}

/* ---- models ---- */

static void replace(uint8_t *bytes, size_t size, const char *from, const char *to) {
  const size_t length = strlen(from);
  assert_int_equal(length, strlen(to));
  for (size_t i = 0; i + length <= size; i++) {
    if (memcmp(bytes + i, from, length) == 0) {
      memcpy(bytes + i, to, length);
      return;
    }
  }
  fail_msg("\"%s\" is not in the file", from);
}

static void expect_bad_model(program *p, const char *message) {
  char command[256];
  snprintf(command, sizeof command, "$Q quantize --model %s/bad -o out.safetensors", p->results.directory);
  expect_refused(p, command, message);
  snprintf(command, sizeof command, "$Q check --model %s/bad --quantize", p->results.directory);
  expect_refused(p, command, message);
}

static void checkpoints(void **state) {
  program *p = *state;
  expect(p, "true", 0);
  char command[256];
  char path[192];
  snprintf(command, sizeof command, "cp -r $M %s/bad && chmod -R u+w %s/bad", p->results.directory,
           p->results.directory);
  expect(p, command, 0);
  snprintf(path, sizeof path, "%s/bad/model.safetensors", p->results.directory);
  size_t size = 0;
  uint8_t *good = read_bytes(path, &size);
  uint8_t *bytes = malloc(size);
  assert_non_null(bytes);
  static const struct {
    const char *from, *to, *message;
  } edits[] = {
      {"\"F16\"", "\"Q99\"", "dtype"},                                                        /* unknown dtype */
      {"\"data_offsets\":[98304,110592]", "\"data_offsets\":[98302,110590]", "A_log"},        /* overlap */
      {"\"data_offsets\":[4125696,4126080]", "\"data_offsets\":[9125696,9126080]", "norm_f"}, /* out of range */
      {"\"shape\":[384,16]", "\"shape\":[384,61]", "A_log"},                                  /* lying shape */
      {"layers.3.mixer.D\"", "layers.3.mixer.E\"", "backbone.layers.3.mixer.D"},              /* missing */
      {"\"shape\":[768,192]", "\"shape\":[192,768]", "in_proj"},                              /* misshapen */
      {"{\"__metadata__\"", "[\"__metadata__\"", "model.safetensors"},
  };
  for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
    memcpy(bytes, good, size);
    replace(bytes, size, edits[i].from, edits[i].to);
    write_bytes(path, bytes, size);
    expect_bad_model(p, edits[i].message);
  }
  /* truncated; a header length beyond the file, and beyond any file */
  write_bytes(path, good, size - 1);
  expect_bad_model(p, "model.safetensors");
  write_bytes(path, good, 5);
  expect_bad_model(p, "model.safetensors");
  memcpy(bytes, good, size);
  memset(bytes, 0xff, 8);
  write_bytes(path, bytes, size);
  expect_bad_model(p, "model.safetensors");
  bytes[7] = 0;
  write_bytes(path, bytes, size);
  expect_bad_model(p, "model.safetensors");
  /* weights that are not finite: the last one is in norm_f */
  memcpy(bytes, good, size);
  bytes[size - 1] = 0x7e;
  write_bytes(path, bytes, size);
  expect_bad_model(p, "backbone.norm_f.weight");
  bytes[size - 1] = 0xfc;
  bytes[size - 2] = 0x00;
  write_bytes(path, bytes, size);
  expect_bad_model(p, "backbone.norm_f.weight");
  write_bytes(path, good, size);

  snprintf(path, sizeof path, "%s/bad/config.json", p->results.directory);
  static const struct {
    const char *text, *message;
  } configs[] = {
      {"{\"model_type\": \"mamba\", \"num_hidden_layers\": \"eight\"}", "num_hidden_layers"},
      {"{\"model_type\": 3}", "config.json"},
      {"[]", "config.json"},
      {"", "config.json"},
  };
  for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++) {
    write_text(path, configs[i].text);
    expect_bad_model(p, configs[i].message);
  }
  assert_int_equal(unlink(path), 0);
  expect_bad_model(p, "config.json");
  free(bytes);
  free(good);
}

static void quantized_models(void **state) {
  program *p = *state;
  expect_refused(p, "$Q check --model /nowhere", "/nowhere");
  expect_refused(p, "$Q check --model $M/model.safetensors", "model.safetensors");
  expect_refused(p, "$Q check --model $M/eval.txt", "eval.txt");
  expect_refused(p, "$Q quantize --model $QM -o x", "quantized already");
  expect_refused(p, "$Q eval --model $QM --text $M/eval.txt --path fp32", "checkpoint directory");
  expect_refused(p, "$Q eval --model $QM --text $M/eval.txt --path all", "checkpoint directory");
  expect_refused(p, "$Q run --model $QM --prompt x --path fp32", "checkpoint directory");
  expect_refused(p, "$Q run --model $M --prompt x --path fp32 --compare-decode", "--compare-decode");
}

static void calibration(void **state) {
  program *p = *state;
  char command[256];
  snprintf(command, sizeof command, "mkdir %s/bare && cp $M/config.json $M/model.safetensors %s/bare",
           p->results.directory, p->results.directory);
  expect(p, command, 0);
  snprintf(command, sizeof command, "$Q check --quantize --model %s/bare", p->results.directory);
  expect_refused(p, command, "--calib");
  expect_refused(p, "$Q check --quantize --model $M --calib /nowhere", "/nowhere");
  expect_refused(p, "$Q check --quantize --model $M --calib $M/calib.txt --calib-tokens $M/hf_tokens.npy",
                 "one of them");
  expect_refused(p, "$Q quantize --model $M --calib $M/hf_tokens.npy -o x", "at least 4096 tokens, there are 32");
}

/* ---- recordings and logs ---- */

static void recordings(void **state) {
  program *p = *state;
  expect_refused(p, "$Q replay /nowhere", "/nowhere");
  expect_refused(p, "$Q replay $M", "manifest.json");
  expect_refused(p, "$Q diff /nowhere $M", "/nowhere");
  expect_refused(p, "$Q diff $M $M", "config.json");
}

/* ---- output that cannot be written ---- */

static void outputs(void **state) {
  program *p = *state;
  static const char *const commands[] = {"--help",
                                         "--version",
                                         "info",
                                         "info --json",
                                         "check --help",
                                         "check --model $QM",
                                         "check --model $QM --json",
                                         "replay $V/recorded/quamba-h100",
                                         "replay $V/recorded/quamba-h100 --json --junit r.xml",
                                         "run --model $QM --prompt x --logits l.npy",
                                         "eval --model $QM --text $M/eval.txt --bytes 2",
                                         "quantize --model $M --calib-windows 1 --calib-length 8 -o q.safetensors"};
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
    char command[256];
    snprintf(command, sizeof command, "$Q %s >/dev/full", commands[i]);
    expect_refused(p, command, "standard output: cannot write");
  }
  expect_refused(p, "$Q info >&-", "standard output");
  expect_refused(p, "$Q quantize --model $M --calib-windows 1 --calib-length 8 -o /dev/full", "/dev/full");
  expect_refused(p, "$Q quantize --model $M --calib-windows 1 --calib-length 8 -o /nowhere/q", "/nowhere/q");
  expect_refused(p, "$Q check --model $QM --log-dir /proc/logs", "/proc/logs");
  expect_refused(p, "$Q check --model $QM --log-dir /dev/null", "/dev/null");
  expect_refused(p, "$Q check --model $QM --log-dir /nowhere/logs", "/nowhere/logs");
  expect_refused(p, "$Q run --model $QM --prompt x --logits /dev/full", "/dev/full");
  expect_refused(p, "$Q info --junit /nowhere/r.xml", "/nowhere/r.xml");
  expect_refused(p, "$Q info --junit /dev/full", "/dev/full");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(usage, program_clear),
      cmocka_unit_test_setup(numbers, program_clear),
      cmocka_unit_test_setup(tokens, program_clear),
      cmocka_unit_test_setup(checkpoints, program_clear),
      cmocka_unit_test_setup(quantized_models, program_clear),
      cmocka_unit_test_setup(calibration, program_clear),
      cmocka_unit_test_setup(recordings, program_clear),
      cmocka_unit_test_setup(outputs, program_clear),
  };
  return cmocka_run_group_tests(tests, program_begin, program_end);
}
