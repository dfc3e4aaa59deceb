/* The selective scans against plain loops over libm, chunked states, restart, and the float32 form. */
#include "tests/ops/fixture.h"

typedef struct scan_shape {
  size_t batch, channels, length, states;
} scan_shape;

typedef struct scan_case {
  scan_shape s;
  int8_t *u, *dt, *A, *B, *C, *D, *z, *db;
  float *scratch;
} scan_case;

static const qref_scan_scales scales = {.u = 0.031f,
                                        .dt = 0.021f,
                                        .dt_bias = 0.043f,
                                        .A_log = 0.0218f,
                                        .B = 0.041f,
                                        .C = 0.037f,
                                        .D = 0.012f,
                                        .z = 0.06f,
                                        .state = 0.05f};

static scan_case make_case(scan_shape s) {
  size_t rows = s.batch * s.channels;
  return (scan_case){.s = s,
                     .u = test_int8(rows * s.length, 1),
                     .dt = test_int8(rows * s.length, 2),
                     .A = test_int8(s.channels * s.states, 3),
                     .B = test_int8(s.batch * s.states * s.length, 4),
                     .C = test_int8(s.batch * s.states * s.length, 5),
                     .D = test_int8(s.channels, 6),
                     .z = test_int8(rows * s.length, 7),
                     .db = test_int8(s.channels, 8),
                     .scratch = test_allocate(qref_selective_scan_scratch(s.states), sizeof(float))};
}

static void free_case(scan_case *c) {
  free(c->u);
  free(c->dt);
  free(c->A);
  free(c->B);
  free(c->C);
  free(c->D);
  free(c->z);
  free(c->db);
  free(c->scratch);
}

static qref_selective_scan_args prefill_args(const scan_case *c, bool has_D, bool has_z, bool has_db, bool softplus) {
  return (qref_selective_scan_args){.rule = &quamba()->selective_scan,
                                    .batch = c->s.batch,
                                    .channels = c->s.channels,
                                    .length = c->s.length,
                                    .states = c->s.states,
                                    .u = c->u,
                                    .dt = c->dt,
                                    .A_log = c->A,
                                    .B = c->B,
                                    .C = c->C,
                                    .D = has_D ? c->D : NULL,
                                    .z = has_z ? c->z : NULL,
                                    .dt_bias = has_db ? c->db : NULL,
                                    .scales = scales,
                                    .softplus = softplus,
                                    .scratch = c->scratch};
}

/* The optional tensors of both scans over T steps and as many stored states per row as `chunks`. */
typedef struct scan_trace {
  float *dt_before_softplus, *dt_after_softplus, *decay, *state_input, *h, *sum, *before_store, *state_before_rounding;
} scan_trace;

static scan_trace make_trace(scan_shape s, size_t chunks) {
  size_t steps = s.batch * s.channels * s.length;
  return (scan_trace){
      .dt_before_softplus = test_allocate(steps, sizeof(float)),
      .dt_after_softplus = test_allocate(steps, sizeof(float)),
      .decay = test_allocate(steps * s.states, sizeof(float)),
      .state_input = test_allocate(steps * s.states, sizeof(float)),
      .h = test_allocate(steps * s.states, sizeof(float)),
      .sum = test_allocate(steps, sizeof(float)),
      .before_store = test_allocate(steps, sizeof(float)),
      .state_before_rounding = test_allocate(s.batch * s.channels * chunks * s.states, sizeof(float)),
  };
}

static void free_trace(scan_trace *trace) {
  free(trace->dt_before_softplus);
  free(trace->dt_after_softplus);
  free(trace->decay);
  free(trace->state_input);
  free(trace->h);
  free(trace->sum);
  free(trace->before_store);
  free(trace->state_before_rounding);
}

/* Both argument structs name the tensors alike. */
#define SET_TRACE(args, trace)                                    \
  do {                                                            \
    (args).dt_before_softplus = (trace).dt_before_softplus;       \
    (args).dt_after_softplus = (trace).dt_after_softplus;         \
    (args).decay = (trace).decay;                                 \
    (args).state_input = (trace).state_input;                     \
    (args).h = (trace).h;                                         \
    (args).sum = (trace).sum;                                     \
    (args).before_store = (trace).before_store;                   \
    (args).state_before_rounding = (trace).state_before_rounding; \
  } while (0)

static void check_prefill(scan_shape s, int options, size_t chunk_length) {
  bool has_D = (options & 1) != 0;
  bool has_z = (options & 2) != 0;
  bool has_db = (options & 4) != 0;
  bool softplus = (options & 8) != 0;
  scan_case c = make_case(s);
  size_t chunks = (s.length + chunk_length - 1) / chunk_length;
  qref_float16 *y = test_allocate(s.batch * s.length * s.channels, sizeof(qref_float16));
  int8_t *stored = test_allocate(s.batch * s.channels * chunks * s.states, 1);
  qref_selective_scan_args args = prefill_args(&c, has_D, has_z, has_db, softplus);
  args.chunk_length = chunk_length;
  args.y = y;
  args.state = stored;
  scan_trace trace = make_trace(s, chunks);
  SET_TRACE(args, trace);
  assert_int_equal(qref_selective_scan(&args, NULL), QREF_OK);

  float *h = test_allocate(s.states, sizeof(float));
  for (size_t row = 0; row < s.batch * s.channels; row++) {
    size_t b = row / s.channels;
    size_t d = row % s.channels;
    memset(h, 0, s.states * sizeof(float));
    for (size_t t = 0; t < s.length; t++) {
      float u = (float)c.u[row * s.length + t] * scales.u;
      float dt = fmaf(scales.dt, (float)c.dt[row * s.length + t], has_db ? (float)c.db[d] * scales.dt_bias : 0.0f);
      size_t step = row * s.length + t;
      assert_same_float(trace.dt_before_softplus[step], dt, "dt_before_softplus");
      dt = softplus ? oracle_softplus(dt) : dt;
      assert_same_float(trace.dt_after_softplus[step], dt, "dt_after_softplus");
      float y_t = has_D ? ((float)c.D[d] * scales.D) * u : 0.0f;
      for (size_t n = 0; n < s.states; n++) {
        float A = -oracle_exp(scales.A_log * (float)c.A[d * s.states + n]);
        float x = (scales.B * (float)c.B[(b * s.states + n) * s.length + t]) * (dt * u);
        float decay = oracle_exp(dt * A);
        h[n] = fmaf(decay, h[n], x);
        assert_same_float(trace.decay[step * s.states + n], decay, "decay");
        assert_same_float(trace.state_input[step * s.states + n], x, "state_input");
        assert_same_float(trace.h[step * s.states + n], h[n], "h");
        y_t = fmaf(h[n], scales.C * (float)c.C[(b * s.states + n) * s.length + t], y_t);
      }
      assert_same_float(trace.sum[step], y_t, "sum");
      if (has_z) {
        float z = (float)c.z[row * s.length + t] * scales.z;
        y_t = (y_t * z) / (1.0f + oracle_exp(-z));
      }
      assert_same_float(trace.before_store[(b * s.length + t) * s.channels + d], y_t, "before_store");
      assert_int_equal(y[(b * s.length + t) * s.channels + d], qref_f16_from_f32(y_t));
      if ((t + 1) % chunk_length == 0 || t + 1 == s.length) {
        for (size_t n = 0; n < s.states; n++) {
          size_t i = (row * chunks + t / chunk_length) * s.states + n;
          assert_same_float(trace.state_before_rounding[i], h[n] / scales.state, "state_before_rounding");
          assert_int_equal(stored[i], oracle_saturate(roundf(h[n] / scales.state)));
        }
      }
    }
  }
  free(h);
  free(y);
  free(stored);
  free_trace(&trace);
  free_case(&c);
}

static void test_prefill(void **state) {
  (void)state;
  for (int options = 0; options < 16; options++) {
    /* without softplus dt may be negative and h grows: short sequences only */
    check_prefill((scan_shape){2, 3, 9, 4}, options, 4);
    check_prefill((scan_shape){1, 2, 1, 1}, options, 2048);
  }
  check_prefill((scan_shape){1, 2, 65, 16}, 15, 64);
  check_prefill((scan_shape){1, 2, 64, 16}, 15, 64);
  check_prefill((scan_shape){2, 2, 40, 5}, 13, 2048);
}

/* A sequence cut in two and continued through h_final and h_initial gives the bits of the whole. */
static void test_restart(void **state) {
  (void)state;
  scan_shape s = {1, 4, 50, 8};
  scan_case whole = make_case(s);
  qref_float16 *y = test_allocate(s.length * s.channels, sizeof(qref_float16));
  float *h = test_allocate(s.channels * s.states, sizeof(float));
  qref_selective_scan_args args = prefill_args(&whole, true, true, true, true);
  args.y = y;
  args.h_final = h;
  assert_int_equal(qref_selective_scan(&args, NULL), QREF_OK);

  qref_float16 *y_parts = test_allocate(s.length * s.channels, sizeof(qref_float16));
  float *h_parts = test_allocate(s.channels * s.states, sizeof(float));
  for (size_t first = 0, length = 17; first < s.length; first += length, length = s.length - 17) {
    scan_shape part_shape = {1, s.channels, length, s.states};
    scan_case part = make_case(part_shape);
    for (size_t t = 0; t < length; t++) {
      for (size_t d = 0; d < s.channels; d++) {
        part.u[d * length + t] = whole.u[d * s.length + first + t];
        part.dt[d * length + t] = whole.dt[d * s.length + first + t];
        part.z[d * length + t] = whole.z[d * s.length + first + t];
      }
      for (size_t n = 0; n < s.states; n++) {
        part.B[n * length + t] = whole.B[n * s.length + first + t];
        part.C[n * length + t] = whole.C[n * s.length + first + t];
      }
    }
    qref_selective_scan_args part_args = prefill_args(&part, true, true, true, true);
    part_args.y = y_parts + first * s.channels;
    part_args.h_initial = h_parts;
    part_args.h_final = h_parts;
    assert_int_equal(qref_selective_scan(&part_args, NULL), QREF_OK);
    free_case(&part);
  }
  assert_same_bytes(y_parts, y, s.length * s.channels * sizeof *y, "y of two parts");
  assert_same_bytes(h_parts, h, s.channels * s.states * sizeof *h, "h of two parts");
  free(y);
  free(h);
  free(y_parts);
  free(h_parts);
  free_case(&whole);
}

static void test_update(void **state) {
  (void)state;
  for (int options = 0; options < 16; options++) {
    bool has_D = (options & 1) != 0;
    bool has_z = (options & 2) != 0;
    bool has_db = (options & 4) != 0;
    bool softplus = (options & 8) != 0;
    scan_shape s = {2, 5, 1, 7};
    scan_case c = make_case(s);
    size_t rows = s.batch * s.channels;
    int8_t *h_q = test_int8(rows * s.states, 9);
    int8_t *before = test_allocate(rows * s.states, 1);
    memcpy(before, h_q, rows * s.states);
    qref_float16 *y = test_allocate(rows, sizeof(qref_float16));
    qref_selective_scan_update_args args = {.rule = &quamba()->selective_scan_update,
                                            .batch = s.batch,
                                            .channels = s.channels,
                                            .states = s.states,
                                            .state = h_q,
                                            .u = c.u,
                                            .dt = c.dt,
                                            .A_log = c.A,
                                            .B = c.B,
                                            .C = c.C,
                                            .D = has_D ? c.D : NULL,
                                            .z = has_z ? c.z : NULL,
                                            .dt_bias = has_db ? c.db : NULL,
                                            .scales = scales,
                                            .softplus = softplus,
                                            .y = y};
    scan_trace trace = make_trace(s, 1);
    SET_TRACE(args, trace);
    assert_int_equal(qref_selective_scan_update(&args, NULL), QREF_OK);
    for (size_t row = 0; row < rows; row++) {
      size_t b = row / s.channels;
      size_t d = row % s.channels;
      float u = (float)c.u[row] * scales.u;
      float product = (float)c.dt[row] * scales.dt;
      float dt = product + (has_db ? (float)c.db[d] * scales.dt_bias : 0.0f);
      assert_same_float(trace.dt_before_softplus[row], dt, "dt_before_softplus");
      dt = softplus && dt <= 20.0f ? (float)log((double)(oracle_exp(dt) + 1.0f)) : dt;
      assert_same_float(trace.dt_after_softplus[row], dt, "dt_after_softplus");
      float y_t = 0.0f;
      for (size_t n = 0; n < s.states; n++) {
        size_t i = row * s.states + n;
        float A = -oracle_exp(scales.A_log * (float)c.A[d * s.states + n]);
        float x = ((scales.B * (float)c.B[b * s.states + n]) * dt) * u;
        float decay = oracle_exp(dt * A);
        float decayed = ((float)before[i] * scales.state) * decay;
        float h = decayed + x;
        float numerator = h * 100.0f;
        float scaled = numerator / (scales.state * 100.0f);
        assert_same_float(trace.decay[i], decay, "decay");
        assert_same_float(trace.state_input[i], x, "state_input");
        assert_same_float(trace.h[i], h, "h");
        assert_same_float(trace.state_before_rounding[i], scaled, "state_before_rounding");
        assert_int_equal(h_q[i], oracle_saturate(rintf(scaled)));
        y_t = fmaf(h, scales.C * (float)c.C[b * s.states + n], y_t);
      }
      if (has_D) {
        float skip = u * ((float)c.D[d] * scales.D);
        y_t = y_t + skip;
      }
      assert_same_float(trace.sum[row], y_t, "sum");
      if (has_z) {
        float z = (float)c.z[row] * scales.z;
        y_t = y_t * (z * (1.0f / (1.0f + oracle_exp(-z))));
      }
      assert_same_float(trace.before_store[row], y_t, "before_store");
      assert_int_equal(y[row], qref_f16_from_f32(y_t));
    }
    free(h_q);
    free(before);
    free(y);
    free_trace(&trace);
    free_case(&c);
  }
}

/* Processors disagree on the sign of the NaN that infinity times zero gives: what is stored is the one NaN. */
static void test_not_a_number(void **state) {
  (void)state;
  scan_shape s = {1, 1, 1, 1};
  const int8_t zero = 0, ten = 10;
  float scratch[4];
  qref_float16 y;
  int8_t stored;
  scan_trace trace = make_trace(s, 1);
  qref_selective_scan_args args = {.rule = &quamba()->selective_scan,
                                   .batch = 1,
                                   .channels = 1,
                                   .length = 1,
                                   .states = 1,
                                   .u = &zero,
                                   .dt = &ten,
                                   .A_log = &zero,
                                   .B = &ten,
                                   .C = &ten,
                                   .z = &ten,
                                   .scales = scales,
                                   .y = &y,
                                   .state = &stored,
                                   .scratch = scratch};
  args.scales.B = 1e38f; /* 10 of it is infinite */
  SET_TRACE(args, trace);
  assert_int_equal(qref_selective_scan(&args, NULL), QREF_OK);
  assert_same_float(trace.state_input[0], (float)NAN, "state_input");
  assert_same_float(trace.h[0], (float)NAN, "h");
  assert_same_float(trace.sum[0], (float)NAN, "sum");
  assert_same_float(trace.before_store[0], (float)NAN, "before_store");
  assert_same_float(trace.state_before_rounding[0], (float)NAN, "state_before_rounding");
  free_trace(&trace);

  /* the gate: infinity times zero again, behind a finite recurrence and an infinite skip */
  trace = make_trace(s, 1);
  SET_TRACE(args, trace);
  args.scales.B = scales.B;
  args.scales.D = 1e38f;
  args.u = &ten;
  args.D = &ten;
  args.z = &zero;
  assert_int_equal(qref_selective_scan(&args, NULL), QREF_OK);
  assert_same_float(trace.sum[0], (float)INFINITY, "sum");
  assert_same_float(trace.before_store[0], (float)NAN, "before_store");
  free_trace(&trace);
}

/* The float32 form on dequantized inputs gives the y of the quantized op before its float16 store, since with a zero
 * bias dt = s_dt * q_dt in both. */
static void test_float32_form(void **state) {
  (void)state;
  scan_shape s = {2, 3, 21, 6};
  scan_case c = make_case(s);
  size_t rows = s.batch * s.channels;
  size_t count = rows * s.length;
  size_t bc = s.batch * s.states * s.length;
  float *before_store = test_allocate(count, sizeof(float));
  qref_float16 *y16 = test_allocate(count, sizeof(qref_float16));
  qref_selective_scan_args args = prefill_args(&c, true, true, false, true);
  args.y = y16;
  args.before_store = before_store;
  assert_int_equal(qref_selective_scan(&args, NULL), QREF_OK);

  float *f[7];
  const int8_t *q[7] = {c.u, c.dt, c.z, c.A, c.B, c.C, c.D};
  const size_t n[7] = {count, count, count, s.channels * s.states, bc, bc, s.channels};
  const float scale[7] = {scales.u, scales.dt, scales.z, scales.A_log, scales.B, scales.C, scales.D};
  for (size_t i = 0; i < 7; i++) {
    f[i] = test_allocate(n[i], sizeof(float));
    for (size_t j = 0; j < n[i]; j++) {
      f[i][j] = (float)q[i][j] * scale[i];
    }
  }
  float *y = test_allocate(count, sizeof(float));
  float *h = test_allocate(rows * s.states, sizeof(float));
  qref_selective_scan_f32_args f32_args = {.batch = s.batch,
                                           .channels = s.channels,
                                           .length = s.length,
                                           .states = s.states,
                                           .u = f[0],
                                           .dt = f[1],
                                           .z = f[2],
                                           .A_log = f[3],
                                           .B = f[4],
                                           .C = f[5],
                                           .D = f[6],
                                           .y = y,
                                           .h = h,
                                           .scratch = c.scratch};
  assert_int_equal(qref_selective_scan_f32(&f32_args, NULL), QREF_OK);
  assert_same_bytes(y, before_store, count * sizeof(float), "selective_scan_f32");
  for (size_t i = 0; i < 7; i++) {
    free(f[i]);
  }
  free(y);
  free(h);
  free(y16);
  free(before_store);
  free_case(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_prefill),      cmocka_unit_test(test_restart),      cmocka_unit_test(test_update),
      cmocka_unit_test(test_not_a_number), cmocka_unit_test(test_float32_form),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
