/* Weight quantization of SPEC section 4, step 4, by hand: the element type decides about the last bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include <qref/profile.h>

#include "ref/model/quantize_weights.h"
#include "ref/model/weights.h"

static const qref_quantize_rule *weight_rule(void) {
  return &qref_profile_builtin("quamba")->weight;
}

static void scale_is_rounded_to_the_element_type(void **state) {
  (void)state;
  /* 1/127 = 0x1.020408p-7: 11 significant bits give 0x1.02p-7, 8 give 0x1.02p-7
   */
  assert_true(qref_weight_scale(1.0f, QREF_DTYPE_FLOAT32) == 1.0f / 127.0f);
  assert_true(qref_weight_scale(1.0f, QREF_DTYPE_FLOAT16) == 0x1.02p-7f);
  assert_true(qref_weight_scale(1.0f, QREF_DTYPE_BFLOAT16) == 0x1.02p-7f);
  /* 3/127 = 0x1.83060cp-6 lies between 0x1.83p-6 and the next float16, and rounds to even in bfloat16 */
  assert_true(qref_weight_scale(3.0f, QREF_DTYPE_FLOAT16) == 0x1.83p-6f);
  assert_true(qref_weight_scale(3.0f, QREF_DTYPE_BFLOAT16) == 0x1.84p-6f);
  /* the floor 1e-5, itself in the element type; the float16 scale is then the smallest subnormal */
  assert_true(qref_weight_scale(0.0f, QREF_DTYPE_FLOAT32) == 1e-5f / 127.0f);
  assert_true(qref_weight_scale(0.0f, QREF_DTYPE_FLOAT16) == 0x1p-24f);
}

static void quotients_are_rounded_to_the_element_type(void **state) {
  (void)state;
  int8_t q[4];
  /* scale 1: halves go to even; 127.5 and 200 saturate, and so does -128.5 */
  const float ties[4] = {0.5f, 1.5f, -2.5f, 127.5f}, outside[4] = {200.0f, -200.0f, -128.5f, 126.5f};
  qref_quantize_weights(ties, 4, 0, 1.0f, QREF_DTYPE_FLOAT16, weight_rule(), q);
  assert_memory_equal(q, ((const int8_t[]){0, 2, -2, 127}), 4);
  qref_quantize_weights(outside, 4, 0, 1.0f, QREF_DTYPE_FLOAT16, weight_rule(), q);
  assert_memory_equal(q, ((const int8_t[]){127, -128, -128, 126}), 4);
  /* 100.51 in bfloat16 is 100.5, which goes to 100; in float16 it is 100.5, in float32 above it */
  const float above[1] = {100.51f};
  qref_quantize_weights(above, 1, 0, 1.0f, QREF_DTYPE_BFLOAT16, weight_rule(), q);
  assert_int_equal(q[0], 100);
  qref_quantize_weights(above, 1, 0, 1.0f, QREF_DTYPE_FLOAT16, weight_rule(), q);
  assert_int_equal(q[0], 100);
  qref_quantize_weights(above, 1, 0, 1.0f, QREF_DTYPE_FLOAT32, weight_rule(), q);
  assert_int_equal(q[0], 101);
}

static void embedding_rows_take_the_signed_maximum(void **state) {
  (void)state;
  int8_t q[3];
  qref_float16 scale;
  /* max = 1.27, not 2.54: the negative value saturates */
  const float row[3] = {1.27f, -2.54f, 0.635f};
  assert_int_equal(qref_quantize_embedding_row(row, 3, 0, QREF_DTYPE_FLOAT32, weight_rule(), q, &scale, NULL), QREF_OK);
  assert_int_equal(scale, qref_f16_from_f32(0.01f));
  assert_memory_equal(q, ((const int8_t[]){127, -128, 63}), 3);
  /* all negative: max = -127 gives the scale -1, with which every value is positive and saturates */
  const float negative[3] = {-127.0f, -254.0f, -127.0f};
  assert_int_equal(qref_quantize_embedding_row(negative, 3, 0, QREF_DTYPE_FLOAT16, weight_rule(), q, &scale, NULL),
                   QREF_OK);
  assert_int_equal(scale, qref_f16_from_f32(-1.0f));
  assert_memory_equal(q, ((const int8_t[]){127, 127, 127}), 3);
  /* 0 / 0 is 0 */
  const float zeros[3] = {0.0f, -0.0f, -1.0f};
  assert_int_equal(qref_quantize_embedding_row(zeros, 3, 0, QREF_DTYPE_FLOAT16, weight_rule(), q, &scale, NULL),
                   QREF_OK);
  assert_int_equal(scale, 0);
  assert_memory_equal(q, ((const int8_t[]){0, 0, -128}), 3);
  /* a scale of 1e6 does not fit float16 */
  const float huge[1] = {127e6f};
  assert_int_equal(qref_quantize_embedding_row(huge, 1, 0, QREF_DTYPE_FLOAT32, weight_rule(), q, &scale, NULL),
                   QREF_ERROR_FORMAT);
}

static void float16_weights_must_fit(void **state) {
  (void)state;
  qref_float16 y[2];
  const float good[2] = {1.0f, -65504.0f}, bad[2] = {1.0f, 65536.0f};
  assert_int_equal(qref_weights_to_f16(good, 2, y, NULL), QREF_OK);
  assert_int_equal(y[0], 0x3c00);
  assert_int_equal(y[1], 0xfbff);
  assert_int_equal(qref_weights_to_f16(bad, 2, y, NULL), QREF_ERROR_FORMAT);
}

static void stored_elements_are_little_endian(void **state) {
  (void)state;
  static const uint8_t bytes[] = {0xff, 0x00, 0x3c, 0x00, 0xc0}; /* one byte off: data need not be aligned */
  static const uint8_t bfloat[] = {0x80, 0x3f, 0x00, 0xc0}, wide[] = {0, 0, 0xc0, 0x3f};
  float values[2];
  qref_weights_to_f32(&(qref_stored_tensor){.dtype = QREF_DTYPE_FLOAT16, .data = bytes + 1}, 0, 2, values);
  assert_true(values[0] == 1.0f && values[1] == -2.0f);
  qref_weights_to_f32(&(qref_stored_tensor){.dtype = QREF_DTYPE_BFLOAT16, .data = bfloat}, 1, 1, values);
  assert_true(values[0] == -2.0f);
  qref_weights_to_f32(&(qref_stored_tensor){.dtype = QREF_DTYPE_FLOAT32, .data = wide}, 0, 1, values);
  assert_true(values[0] == 1.5f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scale_is_rounded_to_the_element_type),
      cmocka_unit_test(quotients_are_rounded_to_the_element_type),
      cmocka_unit_test(embedding_rows_take_the_signed_maximum),
      cmocka_unit_test(float16_weights_must_fit),
      cmocka_unit_test(stored_elements_are_little_endian),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
