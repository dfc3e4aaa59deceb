/* Fuse and rotate leave the model what it is: the rotated float32 layers carry the rotated residual stream. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "ref/model/float_forward.h"
#include "ref/model/fuse.h"
#include "ref/model/rotate.h"
#include "ref/model/transpose.h"
#include "tests/model/synthetic_checkpoint.h"

enum { LENGTH = 10, MODEL = 24 };

static void fuse_multiplies_once(void **state) {
  (void)state;
  float row[2] = {0x1.004p0f, 3.0f};
  const float norm[2] = {0x1.004p0f, -0.5f}; /* (1 + 2^-10)^2 = 1 + 2^-9 + 2^-20 */
  qref_fuse_norm_row(row, norm, 2, QREF_DTYPE_FLOAT16);
  assert_true(row[0] == 0x1.008p0f);
  assert_true(row[1] == -1.5f);
}

static void rotate_is_orthogonal(void **state) {
  (void)state;
  float row[MODEL];
  double scratch[MODEL], before = 0.0, after = 0.0;
  for (size_t i = 0; i < MODEL; i++) {
    row[i] = synthetic_value(1, i, 0.0f, 1.0f);
    before += (double)row[i] * (double)row[i];
  }
  assert_int_equal(qref_rotate_row(row, MODEL, QREF_DTYPE_FLOAT32, scratch, NULL), QREF_OK);
  for (size_t i = 0; i < MODEL; i++) {
    after += (double)row[i] * (double)row[i];
  }
  assert_true(fabs(after - before) < 1e-6 * before);
}

static void run_layer(const qref_float_model *model, const qref_float_layer *layer, float *residual) {
  const qref_op ops[] = {QREF_OP_HADAMARD_F32};
  qref_resolved_execution execution;
  qref_float_work work;
  assert_int_equal(qref_execution_resolve(NULL, NULL, ops, 1, &execution, NULL), QREF_OK);
  assert_int_equal(qref_float_work_create(&model->config, 1, LENGTH, &work, NULL), QREF_OK);
  assert_int_equal(qref_float_layer_forward(&model->config, layer, &execution, 1, residual, &work, NULL, NULL, NULL),
                   QREF_OK);
  qref_float_work_destroy(&work);
}

static void rotated_layers_compute_the_same(void **state) {
  (void)state;
  char directory[TEST_PATH_SIZE];
  synthetic_checkpoint checkpoint;
  qref_float_model *model = NULL;
  double scratch[MODEL];
  float plain[LENGTH * MODEL], rotated[LENGTH * MODEL];
  temporary_directory_create(directory);
  synthetic_create(&checkpoint, QREF_DTYPE_FLOAT32);
  synthetic_save(&checkpoint, directory);
  assert_int_equal(qref_float_model_open(directory, &model, NULL), QREF_OK);
  for (size_t t = 0; t < LENGTH; t++) {
    for (size_t i = 0; i < MODEL; i++) {
      plain[t * MODEL + i] = synthetic_value(99, t * MODEL + i, 0.0f, 1.0f);
      rotated[t * MODEL + i] = plain[t * MODEL + i];
    }
    assert_int_equal(qref_rotate_row(rotated + t * MODEL, MODEL, QREF_DTYPE_FLOAT32, scratch, NULL), QREF_OK);
  }
  for (size_t layer = 0; layer < 2; layer++) {
    qref_float_layer weights;
    assert_int_equal(qref_float_layer_load(model, layer, &weights, NULL), QREF_OK);
    run_layer(model, &weights, plain);
    qref_float_layer_free(&weights);
    assert_int_equal(qref_rotated_layer_load(model, layer, &weights, NULL), QREF_OK);
    assert_true(weights.rotated && weights.norm[5] == 1.0f);
    run_layer(model, &weights, rotated);
    qref_float_layer_free(&weights);
  }
  float moved = 0.0f;
  for (size_t t = 0; t < LENGTH; t++) {
    moved = fmaxf(moved, fabsf(plain[t * MODEL] - rotated[t * MODEL]));
    assert_int_equal(qref_rotate_row(plain + t * MODEL, MODEL, QREF_DTYPE_FLOAT32, scratch, NULL), QREF_OK);
    for (size_t i = 0; i < MODEL; i++) {
      assert_true(fabsf(plain[t * MODEL + i] - rotated[t * MODEL + i]) < 1e-3f);
    }
  }
  assert_true(moved > 0.1f); /* and the bases are not the same one */
  qref_float_model_close(model);
  synthetic_destroy(&checkpoint);
  temporary_directory_remove(directory);
}

static void transpose_moves_every_element(void **state) {
  (void)state;
  enum { ROWS = 37, COLUMNS = 65, STRIDE = 70, BATCH = 2 };
  static float x[BATCH * ROWS * STRIDE], y[BATCH * COLUMNS * ROWS];
  static int8_t x8[BATCH * ROWS * STRIDE], y8[BATCH * COLUMNS * ROWS];
  for (size_t i = 0; i < BATCH * ROWS * STRIDE; i++) {
    x[i] = (float)i;
    x8[i] = (int8_t)(i % 251 - 125);
  }
  qref_transpose_batch_f32(x, BATCH, ROWS, COLUMNS, STRIDE, y);
  qref_transpose_batch_i8(x8, BATCH, ROWS, COLUMNS, STRIDE, y8);
  for (size_t b = 0; b < BATCH; b++) {
    for (size_t r = 0; r < ROWS; r++) {
      for (size_t c = 0; c < COLUMNS; c++) {
        const size_t from = (b * ROWS + r) * STRIDE + c, to = (b * COLUMNS + c) * ROWS + r;
        assert_true(y[to] == x[from]);
        assert_int_equal(y8[to], x8[from]);
      }
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fuse_multiplies_once),
      cmocka_unit_test(rotate_is_orthogonal),
      cmocka_unit_test(rotated_layers_compute_the_same),
      cmocka_unit_test(transpose_moves_every_element),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
