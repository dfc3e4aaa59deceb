/* Cases: memory, absent tensors, in-place ops, element digests, clones, captures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* CMocka needs the above first. */
#include <cmocka.h>

#include "ref/base/sha256.h"
#include "ref/vectors/case/case.h"
#include "ref/vectors/case/flags.h"

static const qref_backend *reference(void) {
  const qref_backend *backend = NULL;
  qref_error error;
  assert_int_equal(qref_backend_find("ref", &backend, &error), QREF_OK);
  return backend;
}

/* Every size 4, every float 0.5, every switch on; float inputs are 1, the others 0. */
static void begin_any(qref_case *item, qref_op op) {
  qref_error error;
  qref_case_begin(item, op, "any/case", qref_profile_builtin("quamba"));
  for (size_t i = 0; item->schema->attributes[i].name != NULL; i++) {
    switch (item->schema->attributes[i].kind) {
      case QREF_ATTRIBUTE_SIZE:
        qref_case_set_size_attribute(item, i, 4);
        break;
      case QREF_ATTRIBUTE_F32:
        qref_case_set_f32_attribute(item, i, 0.5f);
        break;
      case QREF_ATTRIBUTE_BOOL:
        qref_case_set_bool_attribute(item, i, true);
        break;
    }
  }
  assert_int_equal(qref_case_allocate(item, &error), QREF_OK);
  for (size_t t = 0; t < item->tensor_count; t++) {
    const qref_case_tensor *tensor = &item->tensors[t];
    for (size_t i = 0;
         tensor->schema->role == QREF_ROLE_INPUT && tensor->schema->dtype == QREF_DTYPE_FLOAT32 && i < tensor->count;
         i++) {
      ((float *)tensor->data)[i] = 1.0f;
    }
  }
}

static void every_op_has_a_schema_and_runs(void **state) {
  (void)state;
  for (int op = 0; op < QREF_OP_COUNT; op++) {
    qref_case item;
    qref_error error = {""};
    begin_any(&item, (qref_op)op);
    assert_ptr_equal(qref_op_schema_find(qref_op_name((qref_op)op)), item.schema);
    if (qref_case_run(&item, reference(), 1, &error) != QREF_OK) {
      fail_msg("%s", error.message);
    }
    qref_case_free(&item);
  }
  assert_null(qref_op_schema_find("no_such_op"));
}

/* Inputs before intermediates before outputs, names once, every name of a shape known. */
static void schemas_are_well_formed(void **state) {
  (void)state;
  for (int op = 0; op < QREF_OP_COUNT; op++) {
    const qref_op_schema *schema = qref_op_schema_of((qref_op)op);
    qref_tensor_role role = QREF_ROLE_INPUT;
    qref_op_args args = {.hadamard = {.rows = 1}};
    for (const qref_tensor_schema *tensor = schema->tensors; tensor->name != NULL; tensor++) {
      assert_true(tensor->role >= role);
      role = tensor->role;
      for (const qref_tensor_schema *other = schema->tensors; other != tensor; other++) {
        assert_string_not_equal(other->name, tensor->name);
      }
      for (size_t axis = 0; axis < QREF_OP_MAX_RANK && tensor->shape[axis] != NULL; axis++) {
        size_t size;
        assert_true(qref_op_size(schema, &args, tensor->shape[axis], &size));
      }
    }
  }
}

static void an_op_in_place_leaves_its_input_alone(void **state) {
  (void)state;
  qref_case item;
  qref_error error;
  begin_any(&item, QREF_OP_CONV1D_SILU_UPDATE);
  int8_t *before = qref_case_i8(&item, "state");
  int8_t *x = qref_case_i8(&item, "x");
  for (int i = 0; i < 4 * 4 * 4; i++) {
    before[i] = (int8_t)i;
  }
  memset(x, 77, 16);
  for (int run = 0; run < 2; run++) { /* a second run starts from the same state */
    assert_int_equal(qref_case_run(&item, reference(), 1, &error), QREF_OK);
    const int8_t *after = qref_case_i8(&item, "state_out");
    for (int i = 0; i < 4 * 4 * 4; i++) {
      assert_int_equal(before[i], i);
      assert_int_equal(after[i], i % 4 == 3 ? 77 : i + 1);
    }
  }
  qref_case_free(&item);
}

static void absent_tensors_take_what_depends_on_them_along(void **state) {
  (void)state;
  qref_case item;
  qref_error error;
  qref_case_begin(&item, QREF_OP_SELECTIVE_SCAN, "a/b", qref_profile_builtin("quamba"));
  qref_case_without(&item, "u"); /* not optional */
  qref_case_without(&item, "state");
  qref_case_without(&item, "z");
  assert_true(qref_case_tensor_const(&item, "u")->present);
  assert_false(qref_case_tensor_const(&item, "state")->present);
  assert_false(qref_case_tensor_const(&item, "state_before_rounding")->present);
  assert_false(qref_case_tensor_const(&item, "z")->present);
  assert_int_equal(qref_case_allocate(&item, &error), QREF_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "'batch'"));
  item.args.selective_scan.batch = SIZE_MAX / 2;
  item.args.selective_scan.channels = 4;
  item.args.selective_scan.length = 4;
  item.args.selective_scan.states = 4;
  assert_int_equal(qref_case_allocate(&item, &error), QREF_ERROR_OVERFLOW);
}

static void accumulators_have_the_width_of_their_rule(void **state) {
  (void)state;
  qref_case item;
  qref_error error;
  qref_case_begin(&item, QREF_OP_LINEAR_W8A8, "a/b", qref_profile_builtin("quamba"));
  item.profile.linear.accumulator.bits = 21;
  item.args.linear_w8a8.rows = 2;
  item.args.linear_w8a8.columns = 3;
  item.args.linear_w8a8.depth = 5;
  assert_int_equal(qref_case_resolve_shapes(&item, &error), QREF_OK);
  assert_int_equal(qref_case_tensor_const(&item, "accumulator")->bits, 21);
  assert_int_equal(qref_case_tensor_const(&item, "before_rounding")->bits, 32);
  assert_int_equal(qref_case_tensor_const(&item, "w")->count, 15);
  assert_int_equal(qref_case_tensor_const(&item, "w")->bits, 8);
}

static void digests_are_of_little_endian_bytes(void **state) {
  (void)state;
  qref_case item;
  char expected[65], actual[65];
  begin_any(&item, QREF_OP_EMBEDDING_W8);
  qref_case_i32(&item, "tokens")[1] = 0x01020304;
  static const uint8_t bytes[16] = {0, 0, 0, 0, 4, 3, 2, 1};
  qref_sha256_of(bytes, sizeof bytes, expected);
  qref_case_tensor_digest(qref_case_tensor_const(&item, "tokens"), actual);
  assert_string_equal(actual, expected);
  assert_int_equal(qref_case_tensor_bits(qref_case_tensor_const(&item, "tokens"), 1), 0x01020304);
  qref_case_free(&item);
}

static void clones_and_captures_are_equal_but_apart(void **state) {
  (void)state;
  qref_case item, copy, captured;
  qref_error error;
  begin_any(&item, QREF_OP_RMSNORM);
  qref_case_f32(&item, "residual")[3] = 2.5f;
  assert_int_equal(qref_case_clone(&item, &copy, &error), QREF_OK);
  qref_case_f32(&item, "residual")[5] = 7.0f;
  assert_int_equal(
      qref_case_tensor_difference(qref_case_tensor_const(&item, "residual"), qref_case_tensor_const(&copy, "residual")),
      5);

  qref_rmsnorm_args args = item.args.rmsnorm;
  args.x = qref_case_f16(&item, "x");
  args.weight = qref_case_f32(&item, "weight");
  args.residual = NULL;
  args.row_scale = NULL;
  assert_int_equal(qref_case_capture(&captured, QREF_OP_RMSNORM, "c/d", &item.profile, &args, &error), QREF_OK);
  assert_false(qref_case_tensor_const(&captured, "residual")->present);
  assert_false(qref_case_tensor_const(&captured, "row_scale")->present);
  assert_int_equal(captured.args.rmsnorm.rows, 4);
  assert_int_equal(
      qref_case_tensor_difference(qref_case_tensor_const(&item, "weight"), qref_case_tensor_const(&captured, "weight")),
      SIZE_MAX);
  qref_case_free(&item);
  qref_case_free(&copy);
  qref_case_free(&captured);
}

static void every_flag_has_a_name_and_a_note(void **state) {
  (void)state;
  for (int flag = 0; flag < QREF_FLAG_COUNT; flag++) {
    assert_non_null(qref_flag_name((qref_flag)flag));
    assert_non_null(strstr(qref_flag_note((qref_flag)flag), "catches"));
  }
  assert_null(qref_flag_name(QREF_FLAG_COUNT));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_op_has_a_schema_and_runs),
      cmocka_unit_test(schemas_are_well_formed),
      cmocka_unit_test(an_op_in_place_leaves_its_input_alone),
      cmocka_unit_test(absent_tensors_take_what_depends_on_them_along),
      cmocka_unit_test(accumulators_have_the_width_of_their_rule),
      cmocka_unit_test(digests_are_of_little_endian_bytes),
      cmocka_unit_test(clones_and_captures_are_equal_but_apart),
      cmocka_unit_test(every_flag_has_a_name_and_a_note),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
