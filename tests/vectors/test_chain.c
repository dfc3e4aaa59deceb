/* Chains: what a session feeds to each op of a block is what the op in front of it gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* CMocka needs the above first. */
#include <cmocka.h>

#include "ref/vectors/chain/chain.h"

static const qref_case *find(const qref_chain *chain, const char *id) {
  for (size_t i = 0; i < chain->count; i++) {
    if (strcmp(chain->cases[i].id, id) == 0) {
      return &chain->cases[i];
    }
  }
  fail_msg("no case %s", id);
  return NULL;
}

static void make(const char *profile, qref_chain *chain) {
  qref_error error;
  const qref_backend *backend = NULL;
  assert_int_equal(qref_backend_find("ref", &backend, &error), QREF_OK);
  if (qref_chain_block(2025, qref_profile_builtin(profile), chain, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  for (size_t i = 0; i < chain->count; i++) {
    if (qref_case_run(&chain->cases[i], backend, 1, &error) != QREF_OK) {
      fail_msg("%s", error.message);
    }
  }
}

/* Returns the number of links, each of which gives the very input that the session had. */
static size_t check_links(const qref_chain *chain) {
  size_t links = 0;
  for (size_t i = 0; i < chain->count; i++) {
    const qref_case *item = &chain->cases[i];
    for (size_t l = 0; l < item->link_count; l++) {
      const qref_case_link *link = &item->links[l];
      qref_case copy;
      qref_error error;
      assert_int_equal(qref_case_clone(item, &copy, &error), QREF_OK);
      qref_case_tensor *input = qref_case_tensor_of(&copy, link->tensor);
      memset(input->data, 0x5a, input->count * qref_dtype_size(input->schema->dtype));
      if (qref_case_apply_link(&copy, link, find(chain, link->source_case), &error) != QREF_OK) {
        fail_msg("%s", error.message);
      }
      assert_int_equal(qref_case_tensor_difference(input, qref_case_tensor_const(item, link->tensor)), SIZE_MAX);
      qref_case_free(&copy);
      links++;
    }
  }
  return links;
}

/* 8 ops a step; a prefill and 4 decode tokens of one sequence, a prefill and 3 of a batch. Links of a step: in_proj 1,
 * conv1d 1, x_proj 1, dt_proj 1, scan 5, hadamard 1, out_proj 1, and in decode the two states. */
static void every_step_is_wired_to_the_one_in_front(void **state) {
  (void)state;
  qref_chain chain;
  make("quamba", &chain);
  assert_int_equal(chain.count, 8 * (1 + 4 + 1 + 3));
  assert_int_equal(check_links(&chain), (1 + 4 + 1 + 3) * 11 + (4 + 3) * 2);
  assert_int_equal(find(&chain, "block_one/decode_0_01_in_proj")->schema->op, QREF_OP_LINEAR_W8A8_ROW);
  assert_int_equal(find(&chain, "block_batch/decode_0_01_in_proj")->schema->op, QREF_OP_LINEAR_W8A8);
  assert_int_equal(find(&chain, "block_one/decode_3_05_scan")->schema->op, QREF_OP_SELECTIVE_SCAN_UPDATE);
  qref_chain_free(&chain);
}

static void a_float_simulated_block_has_a_chain_too(void **state) {
  (void)state;
  qref_chain chain;
  make("floatsim", &chain);
  assert_int_equal(chain.count, 9 * (1 + 4 + 1 + 3));
  assert_int_equal(find(&chain, "block_one/prefill_02_conv1d")->schema->op, QREF_OP_CONV1D_SILU_FLOATSIM);
  assert_int_equal(find(&chain, "block_one/prefill_03_requantize")->schema->op, QREF_OP_REQUANTIZE);
  /* x_proj has no link, whose source would be the flat output of requantize; that has one instead, and the conv1d of a
   * decode step none. */
  assert_int_equal(check_links(&chain), (1 + 1) * 11 + (4 + 3) * (10 + 1));
  qref_chain_free(&chain);
}

static void a_wrong_link_is_refused(void **state) {
  (void)state;
  qref_chain chain;
  qref_error error;
  make("quamba", &chain);
  qref_case *scan = &chain.cases[5];
  const qref_case *x_proj = &chain.cases[3], *conv = &chain.cases[2];
  qref_case_link link = {.tensor = "B", .source_tensor = "y", .layout = QREF_LINK_ROWS_TO_CHANNELS, .columns = 4};
  link.first_column = 8; /* beyond R + 2N = 11 */
  assert_int_equal(qref_case_apply_link(scan, &link, x_proj, &error), QREF_ERROR_FORMAT);
  link.layout = QREF_LINK_SAME;
  assert_int_equal(qref_case_apply_link(scan, &link, x_proj, &error), QREF_ERROR_FORMAT);
  /* as many elements, but channels of the target that the columns do not give: 26 x 2 of 52 for 4 x 13 */
  qref_case wide = *x_proj;
  wide.tensors[wide.tensor_count - 1].shape[1] = 4;
  wide.tensors[wide.tensor_count - 1].count = 26 * 4;
  link.layout = QREF_LINK_ROWS_TO_CHANNELS;
  link.first_column = 0;
  link.columns = 2;
  assert_int_equal(qref_case_apply_link(scan, &link, &wide, &error), QREF_ERROR_FORMAT);
  strcpy(link.source_tensor, "before_rounding"); /* another element type */
  assert_int_equal(qref_case_apply_link(scan, &link, conv, &error), QREF_ERROR_FORMAT);
  strcpy(link.source_tensor, "nothing");
  assert_int_equal(qref_case_apply_link(scan, &link, conv, &error), QREF_ERROR_FORMAT);
  qref_chain_free(&chain);
}

static void samples_behind_a_short_prefill_are_padded_with_zeros(void **state) {
  (void)state;
  qref_case source, item;
  qref_error error;
  qref_case_begin(&source, QREF_OP_CONV1D_SILU, "s/prefill_00_conv1d", qref_profile_builtin("quamba"));
  source.args.conv1d_silu =
      (qref_conv1d_silu_args){.batch = 1, .channels = 2, .length = 2, .width = 4, .x_scale = 1.0f};
  assert_int_equal(qref_case_allocate(&source, &error), QREF_OK);
  memcpy(qref_case_i8(&source, "x"), (const int8_t[4]){1, 2, 3, 4}, 4);
  qref_case_begin(&item, QREF_OP_CONV1D_SILU_UPDATE, "s/decode_0_00_conv1d", qref_profile_builtin("quamba"));
  item.args.conv1d_silu_update = (qref_conv1d_silu_update_args){.batch = 1, .channels = 2, .width = 4};
  assert_int_equal(qref_case_allocate(&item, &error), QREF_OK);
  const qref_case_link link = {.tensor = "state", .source_tensor = "x", .layout = QREF_LINK_LAST_SAMPLES, .columns = 4};
  memset(qref_case_i8(&item, "state"), 9, 8);
  assert_int_equal(qref_case_apply_link(&item, &link, &source, &error), QREF_OK);
  assert_memory_equal(qref_case_i8(&item, "state"), ((const int8_t[8]){0, 0, 1, 2, 0, 0, 3, 4}), 8);
  qref_case_free(&source);
  qref_case_free(&item);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_step_is_wired_to_the_one_in_front),
      cmocka_unit_test(a_float_simulated_block_has_a_chain_too),
      cmocka_unit_test(a_wrong_link_is_refused),
      cmocka_unit_test(samples_behind_a_short_prefill_are_padded_with_zeros),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
