/* The plans of the scans, RMSNorm, Hadamard, embedding and the float32 ops: every case can be made, is the same when
 * made again, and shows what its flags claim. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* Before cmocka.h, which wants the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "ref/backends/builtin.h"
#include "ref/vectors/case/flags.h"
#include "ref/vectors/generate/plan.h"
#include "ref/vectors/generate/seek.h"

static const qref_op ops[] = {QREF_OP_SELECTIVE_SCAN,  QREF_OP_SELECTIVE_SCAN_UPDATE, QREF_OP_RMSNORM,
                              QREF_OP_HADAMARD,        QREF_OP_EMBEDDING_W8,          QREF_OP_LINEAR_F32,
                              QREF_OP_CONV1D_SILU_F32, QREF_OP_SELECTIVE_SCAN_F32,    QREF_OP_RMSNORM_F32,
                              QREF_OP_HADAMARD_F32};
enum { OPS = sizeof ops / sizeof ops[0], SMOKE_BYTES_PER_OP = 100 * 1000 };

static const uint64_t seed = 2025;

static void make_plan(qref_suite_size size, qref_op op, qref_plan *plan) {
  qref_error error;
  if (qref_plan_create(size, op, qref_profile_builtin("quamba"), plan, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  assert_true(plan->count > 0);
}

static void make_case(const qref_plan *plan, size_t i, uint64_t key, qref_case *item) {
  qref_error error;
  if (qref_plan_make_case(plan, i, key, &qref_backend_ref, 1, item, &error) != QREF_OK) {
    fail_msg("%s: %s", plan->cases[i].item.id, error.message);
  }
}

/* The case of that id; free it. */
static void make_named(const qref_plan *plan, const char *id, qref_case *item) {
  item->tensor_count = 0;
  for (size_t i = 0; i < plan->count; i++) {
    if (strcmp(plan->cases[i].item.id, id) == 0) {
      make_case(plan, i, seed, item);
      return;
    }
  }
  fail_msg("no case %s", id);
}

static void assert_same(const qref_case *a, const qref_case *b) {
  for (size_t t = 0; t < a->tensor_count; t++) {
    if (a->tensors[t].present && qref_case_tensor_difference(&a->tensors[t], &b->tensors[t]) != SIZE_MAX) {
      fail_msg("%s: tensor %s differs", a->id, a->tensors[t].schema->name);
    }
  }
}

/* Some output differs. */
static bool differ(const qref_case *a, const qref_case *b) {
  for (size_t t = 0; t < a->tensor_count; t++) {
    const qref_case_tensor *tensor = &a->tensors[t];
    if (tensor->present && tensor->schema->role == QREF_ROLE_OUTPUT &&
        qref_case_tensor_difference(tensor, &b->tensors[t]) != SIZE_MAX) {
      return true;
    }
  }
  return false;
}

static void test_same_bits_twice(void **state) {
  (void)state;
  for (size_t o = 0; o < OPS; o++) {
    qref_plan plan;
    make_plan(QREF_SUITE_STANDARD, ops[o], &plan);
    for (size_t i = 0; i < plan.count; i++) {
      qref_case first, second;
      make_case(&plan, i, seed, &first);
      make_case(&plan, i, seed, &second);
      assert_same(&first, &second);
      assert_memory_equal(&first.counts, &second.counts, sizeof first.counts);
      qref_case_free(&first);
      qref_case_free(&second);
    }
    qref_plan_free(&plan);
  }
}

static void test_every_size_and_seed(void **state) {
  (void)state;
  for (size_t o = 0; o < OPS; o++) {
    size_t smoke_bytes = 0;
    for (int size = QREF_SUITE_SMOKE; size <= QREF_SUITE_THOROUGH; size += 2) {
      qref_plan plan;
      make_plan((qref_suite_size)size, ops[o], &plan);
      for (size_t i = 0; i < plan.count; i++) {
        qref_case item;
        make_case(&plan, i, size == QREF_SUITE_SMOKE ? seed : 7, &item);
        for (size_t t = 0; size == QREF_SUITE_SMOKE && t < item.tensor_count; t++) {
          if (item.tensors[t].present) {
            smoke_bytes += item.tensors[t].count * qref_dtype_size(item.tensors[t].schema->dtype);
          }
        }
        qref_case_free(&item);
      }
      qref_plan_free(&plan);
    }
    assert_in_range(smoke_bytes, 1, SMOKE_BYTES_PER_OP);
  }
}

/* ---- what the flags claim ---- */

static const float *before_int8(const qref_case *item, size_t *count) {
  static const char *const names[] = {"before_rounding", "state_before_rounding"};
  for (size_t i = 0; i < 2; i++) {
    const qref_case_tensor *tensor = qref_case_tensor_const(item, names[i]);
    if (tensor != NULL && tensor->present) {
      *count = tensor->count;
      return tensor->data;
    }
  }
  *count = 0;
  return NULL;
}

static bool has_tie_distance(const qref_case *item, int32_t low, int32_t high) {
  size_t count;
  const float *v = before_int8(item, &count);
  for (size_t i = 0; i < count; i++) {
    const int32_t distance = qref_seek_tie_distance(v[i]);
    if (distance >= low && distance <= high) {
      return true;
    }
  }
  return false;
}

static bool has_f16(const qref_case *item, bool (*what)(float before, qref_float16 y)) {
  const qref_case_tensor *before = qref_case_tensor_const(item, "before_store");
  const qref_case_tensor *y = qref_case_tensor_const(item, "y");
  for (size_t i = 0; i < before->count; i++) {
    if (what(((const float *)before->data)[i], ((const qref_float16 *)y->data)[i])) {
      return true;
    }
  }
  return false;
}

static bool is_f16_tie(float before, qref_float16 y) {
  (void)y;
  return qref_seek_f16_tie_distance(before) == 0;
}

static bool is_f16_overflow(float before, qref_float16 y) {
  return before - before == 0.0f && (y & 0x7fffu) == 0x7c00u;
}

static bool is_f16_subnormal(float before, qref_float16 y) {
  (void)before;
  return (y & 0x7fffu) != 0 && (y & 0x7fffu) < 0x400u;
}

/* An infinity or NaN in any float tensor. */
static bool has_not_finite(const qref_case *item) {
  for (size_t t = 0; t < item->tensor_count; t++) {
    const qref_case_tensor *tensor = &item->tensors[t];
    const qref_dtype dtype = tensor->schema->dtype;
    const uint32_t exponent = dtype == QREF_DTYPE_FLOAT32 ? 0x7f800000u : dtype == QREF_DTYPE_FLOAT16 ? 0x7c00u : 0;
    for (size_t i = 0; tensor->present && exponent != 0 && i < tensor->count; i++) {
      if ((qref_case_tensor_bits(tensor, i) & exponent) == exponent) {
        return true;
      }
    }
  }
  return false;
}

static bool has_all_codes(const qref_case *item) {
  for (size_t t = 0; t < item->tensor_count; t++) {
    const qref_case_tensor *tensor = &item->tensors[t];
    if (!tensor->present || tensor->schema->role != QREF_ROLE_INPUT || tensor->schema->dtype != QREF_DTYPE_INT8) {
      continue;
    }
    bool seen[256] = {false};
    size_t distinct = 0;
    for (size_t i = 0; i < tensor->count; i++) {
      bool *code = &seen[qref_case_tensor_bits(tensor, i)];
      distinct += *code ? 0 : 1;
      *code = true;
    }
    if (distinct == 256) {
      return true;
    }
  }
  return false;
}

static bool lacks_input(const qref_case *item) {
  for (size_t t = 0; t < item->tensor_count; t++) {
    if (!item->tensors[t].present) {
      return true;
    }
  }
  return false;
}

static bool claim_holds(const qref_case *item, qref_flag flag) {
  const bool named_ties = strstr(item->id, "boundaries") != NULL || strstr(item->id, "state_ties") != NULL;
  const uint64_t beyond = item->counts.saturated + item->counts.wrapped;
  switch (flag) {
    case QREF_FLAG_TIE:
      return has_tie_distance(item, 0, 0);
    case QREF_FLAG_NEAR_TIE:
      return !named_ties || (has_tie_distance(item, -2, -2) && has_tie_distance(item, -1, -1) &&
                             has_tie_distance(item, 1, 1) && has_tie_distance(item, 2, 2));
    case QREF_FLAG_SATURATION:
    case QREF_FLAG_WRAP:
      return beyond > 0;
    case QREF_FLAG_F16_TIE:
      return has_f16(item, is_f16_tie);
    case QREF_FLAG_F16_OVERFLOW:
      return has_f16(item, is_f16_overflow);
    case QREF_FLAG_F16_SUBNORMAL:
      return has_f16(item, is_f16_subnormal);
    case QREF_FLAG_NONPOSITIVE_ROW:
      return item->counts.nonpositive_rows > 0;
    case QREF_FLAG_INFINITY:
      return has_not_finite(item);
    case QREF_FLAG_ALL_CODES:
      return has_all_codes(item);
    case QREF_FLAG_ABSENT_INPUT:
      return lacks_input(item);
    default:
      return true;
  }
}

static void test_claims_of_flags(void **state) {
  (void)state;
  size_t broken = 0;
  for (size_t o = 0; o < OPS; o++) {
    qref_plan plan;
    make_plan(QREF_SUITE_STANDARD, ops[o], &plan);
    for (size_t i = 0; i < plan.count; i++) {
      qref_case item;
      make_case(&plan, i, seed, &item);
      for (int flag = 0; flag < QREF_FLAG_COUNT; flag++) {
        if ((item.flags & QREF_FLAG_BIT(flag)) != 0 && !claim_holds(&item, (qref_flag)flag)) {
          print_error("%s does not show '%s'\n", item.id, qref_flag_name((qref_flag)flag));
          broken++;
        }
      }
      qref_case_free(&item);
    }
    qref_plan_free(&plan);
  }
  assert_int_equal(broken, 0);
}

/* ---- sequences in parts ---- */

static void test_snapshots_concatenate(void **state) {
  (void)state;
  static const char *const parts[] = {"selective_scan/snapshot_part_1_of_3", "selective_scan/snapshot_part_2_of_3",
                                      "selective_scan/snapshot_part_3_of_3"};
  qref_plan plan;
  make_plan(QREF_SUITE_STANDARD, QREF_OP_SELECTIVE_SCAN, &plan);
  qref_case whole;
  make_named(&plan, "selective_scan/snapshot_whole", &whole);
  const qref_selective_scan_args *all = &whole.args.selective_scan;
  const size_t D = all->channels, T = all->length, N = all->states;
  const size_t chunks = qref_case_tensor_of(&whole, "state")->shape[2];
  const qref_float16 *y = qref_case_f16(&whole, "y");
  size_t first = 0, first_chunk = 0;
  for (size_t p = 0; p < 3; p++) {
    qref_case part;
    make_named(&plan, parts[p], &part);
    const size_t length = part.args.selective_scan.length;
    const size_t part_chunks = qref_case_tensor_of(&part, "state")->shape[2];
    for (size_t b = 0; b < all->batch; b++) {
      assert_memory_equal(qref_case_f16(&part, "y") + b * length * D, y + (b * T + first) * D, 2 * length * D);
    }
    for (size_t row = 0; row < all->batch * D; row++) {
      assert_memory_equal(qref_case_i8(&part, "state") + row * part_chunks * N,
                          qref_case_i8(&whole, "state") + (row * chunks + first_chunk) * N, part_chunks * N);
    }
    first += length;
    first_chunk += part_chunks;
    if (p == 2) {
      assert_memory_equal(qref_case_f32(&part, "h_final"), qref_case_f32(&whole, "h_final"),
                          all->batch * D * N * sizeof(float));
    }
    qref_case_free(&part);
  }
  assert_int_equal(first, T);
  assert_int_equal(first_chunk, chunks);
  qref_case_free(&whole);
  qref_plan_free(&plan);
}

static void test_decode_continues_prefill(void **state) {
  (void)state;
  qref_plan prefills, updates;
  make_plan(QREF_SUITE_STANDARD, QREF_OP_SELECTIVE_SCAN, &prefills);
  make_plan(QREF_SUITE_STANDARD, QREF_OP_SELECTIVE_SCAN_UPDATE, &updates);
  qref_case before;
  make_named(&prefills, "selective_scan/prefill_in_front_of_decode", &before);
  for (size_t step = 1; step <= 6; step++) {
    char id[96];
    snprintf(id, sizeof id, "selective_scan_update/decode_step_%zu_behind_prefill", step);
    qref_case item;
    make_named(&updates, id, &item);
    const char *handed_over = step == 1 ? "state" : "state_out";
    assert_memory_equal(qref_case_i8(&item, "state"), qref_case_i8(&before, handed_over),
                        qref_case_tensor_of(&item, "state")->count);
    qref_case_free(&before);
    before = item;
  }
  qref_case_free(&before);
  qref_plan_free(&prefills);
  qref_plan_free(&updates);
}

/* ---- cases that tell rules apart ---- */

/* Runs the inputs of a case under another rule: some output must differ. */
static void assert_tells(qref_op op, const char *id, void (*change)(qref_profile *profile)) {
  qref_plan plan;
  make_plan(QREF_SUITE_STANDARD, op, &plan);
  qref_case item, other;
  qref_error error;
  make_named(&plan, id, &item);
  assert_int_equal(qref_case_clone(&item, &other, &error), QREF_OK);
  change(&other.profile);
  assert_int_equal(qref_case_run(&other, &qref_backend_ref, 1, &error), QREF_OK);
  if (!differ(&item, &other)) {
    fail_msg("%s tells nothing", id);
  }
  qref_case_free(&item);
  qref_case_free(&other);
  qref_plan_free(&plan);
}

static void separate_update(qref_profile *profile) {
  profile->selective_scan.state_update = QREF_MULTIPLY_ADD_SEPARATE;
  profile->selective_scan_update.state_update = QREF_MULTIPLY_ADD_FUSED;
}

static void other_bias(qref_profile *profile) {
  profile->selective_scan.dt_bias_add = QREF_MULTIPLY_ADD_SEPARATE;
  profile->selective_scan_update.dt_bias_add = QREF_MULTIPLY_ADD_FUSED;
}

static void separate_sum(qref_profile *profile) {
  profile->selective_scan.output_sum = QREF_MULTIPLY_ADD_SEPARATE;
  profile->selective_scan_update.output_sum = QREF_MULTIPLY_ADD_SEPARATE;
}

static void other_softplus(qref_profile *profile) {
  profile->selective_scan.softplus_form = QREF_SOFTPLUS_LOG_EXP_PLUS_1;
  profile->selective_scan_update.softplus_form = QREF_SOFTPLUS_LOG1P_EXP;
}

static void other_prescale(qref_profile *profile) {
  profile->selective_scan.state_prescale = 100.0f;
  profile->selective_scan_update.state_prescale = 1.0f;
}

static void multiplier(qref_profile *profile) {
  profile->selective_scan.state.scale_form = QREF_SCALE_MULTIPLIER;
  profile->selective_scan_update.state.scale_form = QREF_SCALE_MULTIPLIER;
  profile->rmsnorm.output.scale_form = QREF_SCALE_MULTIPLIER;
}

static void test_scans_tell_arithmetic(void **state) {
  (void)state;
  static void (*const arithmetic[])(qref_profile *) = {separate_update, other_bias, separate_sum, other_softplus};
  for (size_t i = 0; i < sizeof arithmetic / sizeof arithmetic[0]; i++) {
    assert_tells(QREF_OP_SELECTIVE_SCAN, "selective_scan/cancelling_states_00", arithmetic[i]);
    assert_tells(QREF_OP_SELECTIVE_SCAN_UPDATE, "selective_scan_update/cancelling_states_00", arithmetic[i]);
  }
  assert_tells(QREF_OP_SELECTIVE_SCAN, "selective_scan/state_forms", other_prescale);
  assert_tells(QREF_OP_SELECTIVE_SCAN, "selective_scan/state_forms", multiplier);
  assert_tells(QREF_OP_SELECTIVE_SCAN_UPDATE, "selective_scan_update/state_ties", other_prescale);
  assert_tells(QREF_OP_SELECTIVE_SCAN_UPDATE, "selective_scan_update/state_ties", multiplier);
}

static void sum_by_1(qref_profile *profile) {
  profile->rmsnorm.partial_sums = 1;
}

static void sum_by_16(qref_profile *profile) {
  profile->rmsnorm.partial_sums = 16;
}

static void sum_by_31(qref_profile *profile) {
  profile->rmsnorm.partial_sums = 31;
}

static void sum_by_64(qref_profile *profile) {
  profile->rmsnorm.partial_sums = 64;
}

static void test_rmsnorm_tells_sums_and_forms(void **state) {
  (void)state;
  static void (*const sums[])(qref_profile *) = {sum_by_1, sum_by_16, sum_by_31, sum_by_64};
  for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
    assert_tells(QREF_OP_RMSNORM, "rmsnorm/sum_order_128", sums[i]);
  }
  assert_tells(QREF_OP_RMSNORM, "rmsnorm/forms", multiplier);
  assert_tells(QREF_OP_RMSNORM, "rmsnorm/forms_dynamic", multiplier);
}

/* Every other rounding in place of the one of the case's profile. */
static void test_boundaries_tell_roundings(void **state) {
  (void)state;
  static const struct {
    qref_op op;
    const char *id;
    size_t offset;
  } cases[] = {
      {QREF_OP_SELECTIVE_SCAN, "selective_scan/state_boundaries", offsetof(qref_profile, selective_scan.state.round)},
      {QREF_OP_SELECTIVE_SCAN, "selective_scan/state_boundaries_few",
       offsetof(qref_profile, selective_scan.state.round)},
      {QREF_OP_SELECTIVE_SCAN_UPDATE, "selective_scan_update/state_ties",
       offsetof(qref_profile, selective_scan_update.state.round)},
      {QREF_OP_RMSNORM, "rmsnorm/boundaries", offsetof(qref_profile, rmsnorm.output.round)},
      {QREF_OP_RMSNORM, "rmsnorm/boundaries_dynamic", offsetof(qref_profile, rmsnorm.output.round)},
      {QREF_OP_HADAMARD, "hadamard/boundaries_exact", offsetof(qref_profile, hadamard.output)},
  };
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    qref_plan plan;
    make_plan(QREF_SUITE_STANDARD, cases[c].op, &plan);
    qref_case item, other;
    qref_error error;
    make_named(&plan, cases[c].id, &item);
    assert_int_equal(qref_case_clone(&item, &other, &error), QREF_OK);
    qref_rounding_rule own;
    memcpy(&own, (const unsigned char *)&item.profile + cases[c].offset, sizeof own);
    for (int rounding = QREF_ROUND_HALF_AWAY; rounding <= QREF_ROUND_STOCHASTIC; rounding++) {
      for (int overflow = QREF_OVERFLOW_SATURATE; overflow <= QREF_OVERFLOW_WRAP; overflow++) {
        const qref_rounding_rule rule = {(qref_rounding)rounding, (qref_overflow)overflow, 0};
        if (rule.rounding == own.rounding && rule.overflow == own.overflow) {
          continue;
        }
        memcpy((unsigned char *)&other.profile + cases[c].offset, &rule, sizeof rule);
        assert_int_equal(qref_case_run(&other, &qref_backend_ref, 1, &error), QREF_OK);
        if (!differ(&item, &other)) {
          fail_msg("%s does not tell rounding %d and overflow %d", cases[c].id, rounding, overflow);
        }
      }
    }
    qref_case_free(&item);
    qref_case_free(&other);
    qref_plan_free(&plan);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_same_bits_twice),
      cmocka_unit_test(test_every_size_and_seed),
      cmocka_unit_test(test_claims_of_flags),
      cmocka_unit_test(test_snapshots_concatenate),
      cmocka_unit_test(test_decode_continues_prefill),
      cmocka_unit_test(test_scans_tell_arithmetic),
      cmocka_unit_test(test_rmsnorm_tells_sums_and_forms),
      cmocka_unit_test(test_boundaries_tell_roundings),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
