/* The ops of a quantized Mamba block, SPEC sections 2 and 3, and the float32 ops of calibration.
 *
 * Each op is an argument struct and a function. All memory is the caller's; no op allocates, and none keeps state
 * between calls. Tensors are dense and row-major in the shape that a field's comment gives, unless a stride is named.
 * Inputs and outputs must not overlap unless a comment allows it.
 *
 * Every op returns QREF_ERROR_ARGUMENT for a missing pointer, a zero dimension, or a scale that is not finite and
 * positive, QREF_ERROR_OVERFLOW for dimensions whose product does not fit size_t or whose sum may leave int32, and
 * writes nothing in both cases. A field said to be optional may be NULL. `counts`, optional everywhere, is added to.
 * `threads` is the most threads that a backend may use; 0 means 1, and the reference always uses 1. Results never
 * depend on it.
 *
 * B batch, T time, D d_inner channels, M d_model, N d_state, W d_conv taps, R dt_rank. */
#ifndef QREF_OPS_H
#define QREF_OPS_H

#include <qref/numerics.h>
#include <qref/profile.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- causal conv1d + SiLU, whole sequence ----
 * acc = sum_{k<W} w[d,k] * x[b,d,t-W+1+k]      int32, time before 0 reads 0
 * v   = fma(w_scale * x_scale, (float)acc, (float)bias[d] * bias_scale)
 * y   = saturate(half_away(silu(v) / out_scale))                          (profile quamba) */
typedef struct qref_conv1d_silu_args {
  const qref_conv1d_silu_rule *rule;
  size_t batch, channels, length, width;
  const int8_t *x;    /* (B, D, T) */
  const int8_t *w;    /* (D, W), oldest tap first */
  const int8_t *bias; /* (D), optional */
  float x_scale, w_scale, bias_scale, out_scale;
  bool silu;                /* false: y is quantized from v */
  int8_t *y;                /* (B, D, T) */
  int32_t *accumulator;     /* (B, D, T), optional: acc */
  float *before_activation; /* (B, D, T), optional: v */
  float *after_activation;  /* (B, D, T), optional: silu(v) */
  float *before_rounding;   /* (B, D, T), optional: silu(v) / out_scale */
  qref_counts *counts;
  int threads;
} qref_conv1d_silu_args;
QREF_API qref_status qref_conv1d_silu(const qref_conv1d_silu_args *args, qref_error *error);

/* ---- causal conv1d + SiLU, one token ----
 * state shifts left by one and takes x at its end;
 * v = (float)bias[d] * bias_scale; for k: v = fma((w_scale * x_scale) * (float)w[d,k], (float)state[k], v) */
typedef struct qref_conv1d_silu_update_args {
  const qref_conv1d_silu_update_rule *rule;
  size_t batch, channels, width;
  int8_t *state;      /* (B, D, W), read and written: the last W samples, oldest first */
  const int8_t *x;    /* (B, D) */
  const int8_t *w;    /* (D, W), oldest tap first */
  const int8_t *bias; /* (D), optional */
  float x_scale, w_scale, bias_scale, out_scale;
  bool silu;
  int8_t *y;                /* (B, D) */
  float *tap_sum;           /* (B, D, W), optional: v behind each tap */
  float *before_activation; /* (B, D), optional: v */
  float *after_activation;  /* (B, D), optional: silu(v) */
  float *before_rounding;   /* (B, D), optional: silu(v) / out_scale */
  qref_counts *counts;
  int threads;
} qref_conv1d_silu_update_args;
QREF_API qref_status qref_conv1d_silu_update(const qref_conv1d_silu_update_args *args, qref_error *error);

/* ---- conv1d + SiLU, float simulation ----
 * v = bias; for k ascending: v = fma(w[k], x[t-W+1+k], v), all dequantized to float32; y = silu(v);
 * after_quant = half_even(y / effective_scale) * effective_scale, without a clamp */
typedef struct qref_conv1d_silu_floatsim_args {
  const qref_conv1d_floatsim_rule *rule;
  size_t batch, channels, length, width;
  const int8_t *x;    /* (B, D, T) */
  const int8_t *w;    /* (D, W), oldest tap first */
  const int8_t *bias; /* (D), optional */
  float x_scale, w_scale, bias_scale;
  float effective_scale; /* step of the simulated grid */
  bool silu;
  float *before_activation; /* (B, D, T), optional: v */
  float *before_quant;      /* (B, D, T), optional: y */
  float *before_rounding;   /* (B, D, T), optional: y / effective_scale */
  float *after_quant;       /* (B, D, T) */
  int threads;
} qref_conv1d_silu_floatsim_args;
QREF_API qref_status qref_conv1d_silu_floatsim(const qref_conv1d_silu_floatsim_args *args, qref_error *error);

/* ---- float32 to int8: y = saturate(half_even(x / scale)) ---- */
typedef struct qref_requantize_args {
  const qref_quantize_rule *rule;
  size_t count;
  const float *x; /* (count) */
  float scale;
  int8_t *y;              /* (count) */
  float *before_rounding; /* (count), optional: x / scale */
  qref_counts *counts;
  int threads;
} qref_requantize_args;
QREF_API qref_status qref_requantize(const qref_requantize_args *args, qref_error *error);

/* ---- linear W8A8: int8 or float16 out, one weight scale ----
 * acc = sum_k x[m,k] * w[n,k]; t = ((float)acc * weight_scale) * input_scale, two roundings;
 * int8: saturate(half_even(t)), input_scale being s_in / s_out; float16: t rounded to float16, input_scale being s_in.
 * The parallel form has a weight scale per output column: s_w of the column's split / that split's s_out. */
typedef struct qref_linear_w8a8_args {
  const qref_linear_rule *rule;
  size_t rows, columns, depth; /* output (rows, columns); depth = K <= 131071 so that int32 holds every sum */
  const int8_t *x;             /* (rows, depth) */
  const int8_t *w;             /* (columns, depth) */
  const void *w_packed; /* optional: w as the backend's own linear_pack left it, which is then read instead of w. The
                           reference ignores it. */
  const float *weight_scale; /* (1); (columns) in the parallel and per-channel forms */
  float input_scale;
  int8_t *y;              /* (rows, columns): int8 forms */
  qref_float16 *y_f16;    /* (rows, columns): float16 form */
  int32_t *accumulator;   /* (rows, columns), optional */
  float *before_rounding; /* (rows, columns), optional: t */
  qref_counts *counts;
  int threads;
} qref_linear_w8a8_args;
QREF_API qref_status qref_linear_w8a8(const qref_linear_w8a8_args *args, qref_error *error);
QREF_API qref_status qref_linear_w8a8_f16(const qref_linear_w8a8_args *args, qref_error *error);
QREF_API qref_status qref_linear_w8a8_parallel(const qref_linear_w8a8_args *args, qref_error *error);
/* Single row, one factor: t = (float)acc * weight_scale[0], where weight_scale[0] is alpha = s_w * s_in / s_out, in
 * float32 from left to right. input_scale is not used. half_even, saturate. */
QREF_API qref_status qref_linear_w8a8_row(const qref_linear_w8a8_args *args, qref_error *error);
/* Single row, a factor per output channel: t = (weight_scale[n] * input_scale) * (float)acc, half_away, saturate. */
QREF_API qref_status qref_linear_w8a8_per_channel(const qref_linear_w8a8_args *args, qref_error *error);

/* ---- scales of both selective scans; those of absent inputs are not read ---- */
typedef struct qref_scan_scales {
  float u, dt, dt_bias, A_log, B, C, D, z, state;
} qref_scan_scales;

/* ---- selective scan with gate, whole sequence ----
 * u = q_u*s_u; dt = fma(s_dt, q_dt, q_db*s_db), softplus if enabled; A[d,n] = -exp(s_A*q_A[d,n])
 * per t and n: a = exp(dt*A[d,n]); x = (s_B*q_B[n,t]) * (dt*u); h[n] = fma(a, h[n], x)
 * y = D*u (0 without D); for n ascending: y = fma(h[n], s_C*q_C[n,t], y)
 * gate: zf = q_z*s_z; y = (y*zf) / (1 + exp(-zf)); y is stored as float16
 * after every chunk_length steps and after the last: state = saturate(half_away(h / s_state)) */
typedef struct qref_selective_scan_args {
  const qref_scan_rule *rule;
  size_t batch, channels, length, states;
  const int8_t *u;       /* (B, D, T) */
  const int8_t *dt;      /* (B, D, T) */
  const int8_t *A_log;   /* (D, N) */
  const int8_t *B;       /* (B, N, T) */
  const int8_t *C;       /* (B, N, T) */
  const int8_t *D;       /* (D), optional */
  const int8_t *z;       /* (B, D, T), optional: no gate without it */
  const int8_t *dt_bias; /* (D), optional */
  qref_scan_scales scales;
  bool softplus;
  size_t chunk_length;    /* steps between stored states; 0 means 2048 */
  const float *h_initial; /* (B, D, N), optional: zeros without it */
  qref_float16 *y;        /* (B, T, D) with y_time_stride elements from one t to the next */
  size_t y_time_stride;   /* 0 means D; otherwise >= D. A batch takes T * y_time_stride elements. */
  int8_t *state;          /* (B, D, ceil(T / chunk_length), N), optional */
  float *h_final;         /* (B, D, N), optional; may be h_initial */
  /* What hardware has between the inputs and the outputs, each optional. */
  float *dt_before_softplus;    /* (B, D, T): dt with its bias */
  float *dt_after_softplus;     /* (B, D, T): dt as the recurrence takes it */
  float *decay;                 /* (B, D, T, N): a */
  float *state_input;           /* (B, D, T, N): x */
  float *h;                     /* (B, D, T, N): behind each step */
  float *sum;                   /* (B, D, T): y in front of the gate */
  float *before_store;          /* laid out as y: y before rounding to float16 */
  float *state_before_rounding; /* laid out as state, only with it: h / s_state */
  float *scratch;               /* qref_selective_scan_scratch(N) floats */
  qref_counts *counts;
  int threads;
} qref_selective_scan_args;
QREF_API qref_status qref_selective_scan(const qref_selective_scan_args *args, qref_error *error);
/* Floats of scratch that a scan or scan update over `states` states needs. */
QREF_API size_t qref_selective_scan_scratch(size_t states);

/* ---- selective scan with gate, one token ----
 * h = q_h*s_state; dt = q_dt*s_dt + q_db*s_db (no fma), softplus as log(exp(dt)+1); a = exp(dt*A)
 * h = h*a + ((s_B*q_B)*dt)*u (no fma); state = saturate(half_even((h*100) / (s_state*100)))
 * y = 0; for n ascending: y = fma(h[n], s_C*q_C[n], y); y = y + u*D; y = y * (zf * sigmoid(zf)); float16 */
typedef struct qref_selective_scan_update_args {
  const qref_scan_rule *rule;
  size_t batch, channels, states;
  int8_t *state;         /* (B, D, N), read and written */
  const int8_t *u;       /* (B, D) */
  const int8_t *dt;      /* (B, D) */
  const int8_t *A_log;   /* (D, N) */
  const int8_t *B;       /* (B, N) */
  const int8_t *C;       /* (B, N) */
  const int8_t *D;       /* (D), optional */
  const int8_t *z;       /* (B, D), optional */
  const int8_t *dt_bias; /* (D), optional */
  qref_scan_scales scales;
  bool softplus;
  qref_float16 *y; /* (B, D) */
  /* As in the whole-sequence scan, each optional. */
  float *dt_before_softplus;    /* (B, D) */
  float *dt_after_softplus;     /* (B, D) */
  float *decay;                 /* (B, D, N) */
  float *state_input;           /* (B, D, N) */
  float *h;                     /* (B, D, N) */
  float *sum;                   /* (B, D): y with u*D, in front of the gate */
  float *before_store;          /* (B, D) */
  float *state_before_rounding; /* (B, D, N) */
  qref_counts *counts;
  int threads;
} qref_selective_scan_update_args;
QREF_API qref_status qref_selective_scan_update(const qref_selective_scan_update_args *args, qref_error *error);

/* ---- RMSNorm, quantized, with residual ----
 * r = x + residual; ms = mean(r*r), summed in binary64: partial j takes elements i with i mod 32 = j in ascending
 * order, partials added in ascending j, divided by n, rounded to float32; rstd = 1 / sqrt(ms + eps)
 * y = (r*rstd)*w; static: saturate(half_even(y / out_scale));
 * dynamic: scale of a row = max(y) / 127 without absolute value; rows with max <= 0 are counted */
typedef struct qref_rmsnorm_args {
  const qref_rmsnorm_rule *rule;
  size_t rows, n;
  const qref_float16 *x;  /* (rows, n) */
  const float *residual;  /* (rows, n), optional: 0 without it */
  const float *weight;    /* (n) */
  float eps;              /* finite, >= 0 */
  float out_scale;        /* static mode; not read in dynamic mode */
  float *row_scale;       /* (rows), written: selects dynamic mode when not NULL */
  float *residual_out;    /* (rows, n): r. May be `residual`. */
  int8_t *y;              /* (rows, n) */
  float *mean_square;     /* (rows), optional: ms */
  float *rstd;            /* (rows), optional */
  float *normalized;      /* (rows, n), optional: (r*rstd)*w */
  float *before_rounding; /* (rows, n), optional: y / scale */
  qref_counts *counts;
  int threads;
} qref_rmsnorm_args;
QREF_API qref_status qref_rmsnorm(const qref_rmsnorm_args *args, qref_error *error);

/* ---- Hadamard transform, float16 in, int8 out ----
 * v[j] = (sum_i x[i] * K[i][j]) * scale in float32: butterflies smallest stride first, then the base-12 or base-40
 * matrix with ascending index; q = half_away(v), which wraps modulo 256 in profile quamba and clamps in
 * quamba-saturating. */
typedef struct qref_hadamard_args {
  const qref_hadamard_rule *rule;
  size_t rows, dim;       /* dim: 2^k, 12*2^k or 40*2^k */
  const qref_float16 *x;  /* (rows, dim) */
  float scale;            /* (1 / sqrt(dim)) / s_x, see qref_hadamard_scale */
  int8_t *y;              /* (rows, dim) */
  float *transformed;     /* (rows, dim), optional: x K, before the scale */
  float *before_rounding; /* (rows, dim), optional: v */
  float *scratch;         /* dim floats */
  qref_counts *counts;
  int threads;
} qref_hadamard_args;
QREF_API qref_status qref_hadamard(const qref_hadamard_args *args, qref_error *error);
/* Whether dim is one of 2^k, 12*2^k, 40*2^k. */
QREF_API bool qref_hadamard_supports(size_t dim);
/* (1 / sqrt(dim)) / out_scale in binary64, then rounded to float32. */
QREF_API float qref_hadamard_scale(size_t dim, float out_scale);

/* ---- embedding W8: y = float16(scale[token] * q[token, m]) ---- */
typedef struct qref_embedding_w8_args {
  size_t count, vocab_size, d_model;
  const int32_t *tokens;     /* (count), each in [0, vocab_size) */
  const int8_t *weight;      /* (vocab_size, d_model) */
  const qref_float16 *scale; /* (vocab_size) */
  qref_float16 *y;           /* (count, d_model) */
  float *before_store;       /* (count, d_model), optional: the product before rounding to float16 */
} qref_embedding_w8_args;
QREF_API qref_status qref_embedding_w8(const qref_embedding_w8_args *args, qref_error *error);

/* ---- float32 ops of the calibration and baseline model; all functions exact, every multiply-add fused ---- */

/* y[m,n] = sum_k x[m,k] * w[n,k]: k ascending by fma from 0. */
typedef struct qref_linear_f32_args {
  size_t rows, columns, depth;
  const float *x;      /* (rows, depth) */
  const float *w;      /* (columns, depth) */
  float *y;            /* (rows, columns) with y_row_stride elements from one row to the next */
  size_t y_row_stride; /* 0 means columns; otherwise >= columns */
  int threads;
} qref_linear_f32_args;
QREF_API qref_status qref_linear_f32(const qref_linear_f32_args *args, qref_error *error);

/* v = bias; for k ascending: v = fma(w[k], x[t-W+1+k], v); y = silu(v) */
typedef struct qref_conv1d_silu_f32_args {
  size_t batch, channels, length, width;
  const float *x;    /* (B, D, T) */
  const float *w;    /* (D, W), oldest tap first */
  const float *bias; /* (D), optional */
  float *y;          /* (B, D, T) */
  int threads;
} qref_conv1d_silu_f32_args;
QREF_API qref_status qref_conv1d_silu_f32(const qref_conv1d_silu_f32_args *args, qref_error *error);

/* The formula of qref_selective_scan on float32 inputs, softplus on, y kept in float32; dt = dt + dt_bias. */
typedef struct qref_selective_scan_f32_args {
  size_t batch, channels, length, states;
  const float *u;       /* (B, D, T) */
  const float *dt;      /* (B, D, T) */
  const float *A_log;   /* (D, N) */
  const float *B;       /* (B, N, T) */
  const float *C;       /* (B, N, T) */
  const float *D;       /* (D), optional */
  const float *z;       /* (B, D, T), optional */
  const float *dt_bias; /* (D), optional */
  float *y;             /* (B, T, D) with y_time_stride elements from one t to the next */
  size_t y_time_stride; /* 0 means D */
  float *h;             /* (B, D, N): read as the initial state, written as the final one */
  float *scratch;       /* qref_selective_scan_scratch(N) floats */
  int threads;
} qref_selective_scan_f32_args;
QREF_API qref_status qref_selective_scan_f32(const qref_selective_scan_f32_args *args, qref_error *error);

/* y = (x * rstd) * w with the mean and rstd of qref_rmsnorm. */
typedef struct qref_rmsnorm_f32_args {
  size_t rows, n;
  const float *x;      /* (rows, n) */
  const float *weight; /* (n) */
  float eps;
  float *y; /* (rows, n) */
  int threads;
} qref_rmsnorm_f32_args;
QREF_API qref_status qref_rmsnorm_f32(const qref_rmsnorm_f32_args *args, qref_error *error);

/* y = (x K) * (float)(1 / sqrt(dim)) */
typedef struct qref_hadamard_f32_args {
  size_t rows, dim;
  const float *x; /* (rows, dim) */
  float *y;       /* (rows, dim); may be x */
  int threads;
} qref_hadamard_f32_args;
QREF_API qref_status qref_hadamard_f32(const qref_hadamard_f32_args *args, qref_error *error);

/* Offline rotation in binary64: x <- (x K) * (1 / sqrt(dim)), in place. dim must be supported. */
QREF_API qref_status qref_hadamard_f64(double *x, size_t dim, qref_error *error);

#ifdef __cplusplus
}
#endif
#endif
