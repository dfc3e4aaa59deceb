/* The plans of conv1d, requantize and linear: every case can be made and holds what its flags say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* CMocka needs the above first. */
#include <cmocka.h>

#include "tests/vectors/plan_cases.h"

/* What a case's value before rounding and its neighbours show. */
typedef struct values {
  size_t exact_ties;    /* a fraction of exactly 1/2 */
  size_t above, below;  /* 1 or 2 float32 steps from such a one, farther from or nearer to zero */
  size_t near_integers; /* at most 2 steps from an integer, or on it */
  size_t float16_ties, float16_near;
  size_t float16_overflows, float16_subnormals;
  size_t beyond_high, beyond_low; /* of int8 */
  size_t infinite;
} values;

static float stepped(float v, int32_t steps) {
  return qref_f32_from_bits(qref_bits_from_f32(v) + (uint32_t)steps);
}

static bool is_half(float v) {
  const double magnitude = fabs((double)v);
  return magnitude - floor(magnitude) == 0.5;
}

/* By definition: halfway between two float16 numbers, which the conversions of both neighbours name. */
static bool is_float16_half(float v) {
  const qref_float16 below = qref_f16_from_f32(stepped(v, -1));
  const qref_float16 above = qref_f16_from_f32(stepped(v, 1));
  return below != above && (below & 0x7fff) < 0x7c00;
}

static values values_of(const qref_case *item) {
  const qref_case_tensor *tensor = qref_case_tensor_const(item, "before_rounding");
  values seen = {0};
  for (size_t i = 0; i < tensor->count; i++) {
    const float v = ((const float *)tensor->data)[i];
    if (!isfinite(v)) {
      seen.infinite++;
      continue;
    }
    if (v == 0.0f || fabsf(v) < 0x1p-120f) {
      continue;
    }
    seen.exact_ties += is_half(v);
    seen.above += is_half(stepped(v, -1)) || is_half(stepped(v, -2));
    seen.below += is_half(stepped(v, 1)) || is_half(stepped(v, 2));
    for (int32_t step = -2; step <= 2; step++) {
      seen.near_integers += stepped(v, step) == floorf(stepped(v, step));
    }
    seen.float16_ties += is_float16_half(v);
    seen.float16_near += is_float16_half(stepped(v, 1)) || is_float16_half(stepped(v, -1)) ||
                         is_float16_half(stepped(v, 2)) || is_float16_half(stepped(v, -2));
    seen.float16_overflows += fabsf(v) >= 65520.0f;
    seen.float16_subnormals += fabsf(v) < 0x1p-14f && fabsf(v) > 0x1p-26f;
    seen.beyond_high += v > 127.0f;
    seen.beyond_low += v < -128.0f;
  }
  return seen;
}

static bool has_nonfinite(const qref_case *item) {
  for (size_t t = 0; t < item->tensor_count; t++) {
    const qref_case_tensor *tensor = &item->tensors[t];
    for (size_t i = 0; tensor->present && tensor->schema->dtype == QREF_DTYPE_FLOAT32 && i < tensor->count; i++) {
      if (!isfinite(((const float *)tensor->data)[i])) {
        return true;
      }
    }
  }
  return false;
}

static bool every_element_is(const qref_case *item, const char *name, int8_t code) {
  const qref_case_tensor *tensor = qref_case_tensor_const(item, name);
  for (size_t i = 0; i < tensor->count; i++) {
    if (((const int8_t *)tensor->data)[i] != code) {
      return false;
    }
  }
  return true;
}

static qref_rounding rounding_of(const qref_case *item) {
  switch (item->schema->op) {
    case QREF_OP_CONV1D_SILU:
      return item->profile.conv1d_silu.output.round.rounding;
    case QREF_OP_CONV1D_SILU_UPDATE:
      return item->profile.conv1d_silu_update.output.round.rounding;
    case QREF_OP_CONV1D_SILU_FLOATSIM:
      return item->profile.conv1d_floatsim.grid_rounding;
    case QREF_OP_REQUANTIZE:
      return item->profile.requantize.round.rounding;
    default:
      return QREF_ROUND_HALF_EVEN;
  }
}

static void check_ties(const qref_case *item, const values *seen) {
  const bool at_integers = rounding_of(item) == QREF_ROUND_TOWARD_ZERO || rounding_of(item) == QREF_ROUND_FLOOR;
  if (has_flag(item, QREF_FLAG_TIE)) {
    assert_true(seen->exact_ties > 0);
  }
  if (has_flag(item, QREF_FLAG_NEAR_TIE) && !has_flag(item, QREF_FLAG_F16_TIE) &&
      item->schema->op != QREF_OP_LINEAR_W8A8_F16) {
    assert_true(seen->above + seen->below + seen->exact_ties + (at_integers ? seen->near_integers : 0) > 0);
  }
  if (named(item, "tie_near") || named(item, "tie_steps")) {
    if (item->schema->op != QREF_OP_LINEAR_W8A8_F16) {
      assert_true(seen->above > 0 && seen->below > 0);
    }
  }
  if (has_flag(item, QREF_FLAG_F16_TIE)) {
    assert_true(seen->float16_ties + seen->float16_near > 0);
    assert_true(seen->float16_ties > 0 || has_flag(item, QREF_FLAG_NEAR_TIE));
  }
  if (has_flag(item, QREF_FLAG_F16_OVERFLOW)) {
    assert_true(seen->float16_overflows + seen->infinite > 0);
  }
  if (has_flag(item, QREF_FLAG_F16_SUBNORMAL)) {
    assert_true(seen->float16_subnormals > 0);
  }
}

static void check_ranges(const qref_case *item, const values *seen) {
  if (has_flag(item, QREF_FLAG_SATURATION)) {
    assert_true(item->counts.saturated > 0);
    assert_int_equal(item->counts.wrapped, 0);
    if (!named(item, "beyond_")) { /* beyond one side only, by its name */
      assert_true(seen->beyond_high + seen->infinite > 0);
      assert_true(seen->beyond_low + seen->infinite > 0);
    }
  }
  if (has_flag(item, QREF_FLAG_WRAP)) {
    assert_true(item->counts.wrapped > 0);
    assert_int_equal(item->counts.saturated, 0);
  }
  if (has_flag(item, QREF_FLAG_INFINITY)) {
    assert_true(has_nonfinite(item));
  }
}

static void check_accumulator(const qref_case *item) {
  const qref_case_tensor *tensor = qref_case_tensor_const(item, "accumulator");
  size_t past = 0;
  size_t inexact = 0;
  for (size_t i = 0; tensor != NULL && i < tensor->count; i++) {
    const int32_t acc = ((const int32_t *)tensor->data)[i];
    past += acc > 1 << 24 || acc < -(1 << 24);
    inexact += (double)(float)acc != (double)acc;
  }
  if (has_flag(item, QREF_FLAG_ACCUMULATOR_PAST_2_24)) {
    assert_true(past > 0);
    assert_true(inexact > 0 || named(item, "accumulator_l")); /* the largest and least sums may convert exactly */
  }
}

static void check_data(const qref_case *item) {
  if (has_flag(item, QREF_FLAG_ALL_MINIMUM) && item->schema->op != QREF_OP_REQUANTIZE) {
    assert_true(every_element_is(item, "x", -128));
  }
  if (has_flag(item, QREF_FLAG_ALL_MAXIMUM) && item->schema->op != QREF_OP_REQUANTIZE) {
    assert_true(every_element_is(item, "x", 127));
  }
  if (has_flag(item, QREF_FLAG_HARDWARE_PROFILE)) {
    assert_non_null(strchr(item->profile.name, '+'));
  } else {
    assert_string_equal(item->profile.name, "quamba");
  }
}

static void check_case(const qref_case *item) {
  const values seen = values_of(item);
  assert_true(item->flags != 0);
  check_ties(item, &seen);
  check_ranges(item, &seen);
  check_accumulator(item);
  check_data(item);
}

static void claims_hold(void **state) {
  (void)state;
  for (size_t op = 0; op < PLANNED_OPS; op++) {
    qref_plan plan = plan_of(QREF_SUITE_STANDARD, planned_ops[op]);
    for (size_t i = 0; i < plan.count; i++) {
      if (has_flag(&plan.cases[i].item, QREF_FLAG_REAL)) {
        continue;
      }
      qref_case item = made(&plan, i, PLAN_SEED);
      print_message("%s\n", item.id);
      check_case(&item);
      qref_case_free(&item);
    }
    qref_plan_free(&plan);
  }
}

/* Two cases whose profiles have one name have one set of rules. */
static void a_variant_name_stands_for_one_change(void **state) {
  (void)state;
  for (size_t op = 0; op < PLANNED_OPS; op++) {
    qref_plan plan = plan_of(QREF_SUITE_STANDARD, planned_ops[op]);
    char hashes[400][65];
    size_t first[400];
    size_t count = 0;
    for (size_t i = 0; i < plan.count; i++) {
      const qref_profile *profile = &plan.cases[i].item.profile;
      char hash[65];
      qref_error error;
      assert_int_equal(qref_profile_hash(profile, hash, &error), QREF_OK);
      size_t known = 0;
      while (known < count && strcmp(plan.cases[first[known]].item.profile.name, profile->name) != 0) {
        /* The rule of the suite's own profile may come back under a variant's name, other rules may not. */
        known++;
      }
      if (known < count) {
        assert_string_equal(hash, hashes[known]);
      } else {
        assert_true(count < 400);
        first[count] = i;
        memcpy(hashes[count++], hash, sizeof hash);
      }
    }
    qref_plan_free(&plan);
  }
}

/* Every fifth case, made twice. */
static void generation_repeats(void **state) {
  (void)state;
  for (size_t op = 0; op < PLANNED_OPS; op++) {
    qref_plan plan = plan_of(QREF_SUITE_STANDARD, planned_ops[op]);
    qref_plan again = plan_of(QREF_SUITE_STANDARD, planned_ops[op]);
    assert_int_equal(plan.count, again.count);
    for (size_t i = 0; i < plan.count; i++) {
      assert_string_equal(plan.cases[i].item.id, again.cases[i].item.id);
      if (i % 5 != 0) {
        continue;
      }
      qref_case a = made(&plan, i, PLAN_SEED);
      qref_case b = made(&again, i, PLAN_SEED);
      assert_memory_equal(&a.args, &b.args, sizeof a.args);
      for (size_t t = 0; t < a.tensor_count; t++) {
        assert_int_equal(a.tensors[t].present, b.tensors[t].present);
        if (a.tensors[t].present) {
          assert_true(qref_case_tensor_difference(&a.tensors[t], &b.tensors[t]) == SIZE_MAX);
        }
      }
      qref_case_free(&a);
      qref_case_free(&b);
    }
    qref_plan_free(&plan);
    qref_plan_free(&again);
  }
}

/* Cases of the committed suite are few and small, and plain data follow the seed. */
static void smoke_is_small(void **state) {
  (void)state;
  for (size_t op = 0; op < PLANNED_OPS; op++) {
    qref_plan plan = plan_of(QREF_SUITE_SMOKE, planned_ops[op]);
    size_t bytes = 0;
    size_t changed = 0;
    for (size_t i = 0; i < plan.count; i++) {
      qref_case item = made(&plan, i, PLAN_SEED);
      qref_case other = made(&plan, i, PLAN_SEED + 1);
      for (size_t t = 0; t < item.tensor_count; t++) {
        bytes += item.tensors[t].present ? item.tensors[t].count * qref_dtype_size(item.tensors[t].schema->dtype) : 0;
      }
      changed += qref_case_tensor_difference(output_of(&item), output_of(&other)) != SIZE_MAX;
      qref_case_free(&item);
      qref_case_free(&other);
    }
    assert_true(bytes < 80 * 1024);
    assert_true(changed > 0);
    qref_plan_free(&plan);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(claims_hold),
      cmocka_unit_test(a_variant_name_stands_for_one_change),
      cmocka_unit_test(generation_repeats),
      cmocka_unit_test(smoke_is_small),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
