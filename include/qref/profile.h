/* A numerics profile: for every op its rounding, overflow, scale form, accumulator width, fused or separate
 * multiply-add, and function implementations. A profile is data; no op asks for a profile's name.
 *
 * Built in:
 *   quamba             the original kernels, bit for bit, including the wrap of the quantized Hadamard
 *   quamba-saturating  the same, but the Hadamard clamps
 *   floatsim           quamba with conv1d on the float-simulation path
 * Others are JSON files: {"base": "quamba", "hadamard": {"output": {"overflow": "saturate"}}}. Every field and its
 * values are printed by `qref info --profile NAME --json`, and that output is itself a valid profile file. */
#ifndef QREF_PROFILE_H
#define QREF_PROFILE_H

#include <qref/numerics.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How the softplus of a scan is composed. */
typedef enum qref_softplus_form {
  QREF_SOFTPLUS_LOG1P_EXP,      /* log1p(exp(x)) */
  QREF_SOFTPLUS_LOG_EXP_PLUS_1, /* log(exp(x) + 1) */
} qref_softplus_form;

/* Which arithmetic the model uses for conv1d. */
typedef enum qref_conv1d_arithmetic {
  QREF_CONV1D_INT8,
  QREF_CONV1D_FLOAT_SIMULATION,
} qref_conv1d_arithmetic;

typedef struct qref_conv1d_silu_rule {
  qref_accumulator_rule accumulator;
  qref_multiply_add bias_add; /* s_wx * acc + bias */
  qref_function_rule silu;
  qref_quantize_rule output;
} qref_conv1d_silu_rule;

typedef struct qref_conv1d_silu_update_rule {
  qref_multiply_add tap_add; /* (s_wx * q_w) * state + v */
  qref_function_rule silu;
  qref_quantize_rule output;
} qref_conv1d_silu_update_rule;

typedef struct qref_linear_rule {
  qref_accumulator_rule accumulator;
  qref_rounding_rule output; /* unused by the float16 form */
} qref_linear_rule;

typedef struct qref_scan_rule {
  qref_multiply_add dt_bias_add;  /* s_dt * q_dt + dt_bias */
  qref_multiply_add state_update; /* a * h + x */
  qref_multiply_add output_sum;   /* h * C + y */
  qref_softplus_form softplus_form;
  qref_function_rule softplus;
  qref_function_rule decay; /* exp in a = exp(dt * A) */
  float state_prescale;     /* both sides of h / s_state are multiplied by it first; 1 does nothing. Positive. */
  qref_quantize_rule state;
} qref_scan_rule;

typedef struct qref_rmsnorm_rule {
  uint32_t partial_sums; /* element i goes to partial i mod partial_sums; 1..1024 */
  qref_quantize_rule output;
} qref_rmsnorm_rule;

typedef struct qref_hadamard_rule {
  qref_rounding_rule output;
} qref_hadamard_rule;

typedef struct qref_conv1d_floatsim_rule {
  qref_multiply_add tap_add; /* w * x + v */
  qref_function_rule silu;
  qref_scale_form grid_scale_form;
  qref_rounding grid_rounding; /* not stochastic */
} qref_conv1d_floatsim_rule;

typedef struct qref_profile {
  char name[64];
  qref_conv1d_arithmetic conv1d_arithmetic;
  qref_conv1d_silu_rule conv1d_silu;
  qref_conv1d_silu_update_rule conv1d_silu_update;
  qref_linear_rule linear;             /* int8 and float16 outputs, and the parallel form */
  qref_linear_rule linear_row;         /* single row, one factor alpha */
  qref_linear_rule linear_per_channel; /* single row, a factor per output channel */
  qref_scan_rule selective_scan;
  qref_scan_rule selective_scan_update;
  qref_rmsnorm_rule rmsnorm;
  qref_hadamard_rule hadamard;
  qref_conv1d_floatsim_rule conv1d_floatsim;
  qref_quantize_rule requantize; /* y_sim to int8 in front of x_proj and the scan */
  qref_quantize_rule weight;     /* offline quantization of weights, biases and embedding rows */
} qref_profile;

/* Number of built-in profiles and the i-th of them (NULL past the end). Static storage. */
QREF_API size_t qref_profile_count(void);
QREF_API const qref_profile *qref_profile_at(size_t i);
/* The built-in profile of that name, or NULL. Static storage. */
QREF_API const qref_profile *qref_profile_builtin(const char *name);

/* Reads a profile file. Unknown keys, wrong types and values outside their range are errors. */
QREF_API qref_status qref_profile_load(const char *path, qref_profile *profile, qref_error *error);
/* A built-in name, or else the path of a profile file. */
QREF_API qref_status qref_profile_resolve(const char *name_or_path, qref_profile *profile, qref_error *error);

/* The profile as canonical JSON (keys in a fixed order, no white space): *text is malloc'ed, the caller frees it. */
QREF_API qref_status qref_profile_to_json(const qref_profile *profile, char **text, qref_error *error);
/* SHA-256 of the canonical JSON without the name, in lower-case hex with a final NUL: equal hashes mean equal
 * numerics. */
QREF_API qref_status qref_profile_hash(const qref_profile *profile, char hex[65], qref_error *error);

#ifdef __cplusplus
}
#endif
#endif
