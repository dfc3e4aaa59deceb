/* Whole models: import of a Hugging Face Mamba checkpoint, the float32 model, offline quantization, the quantized
 * model on disk, and its execution on the INT8 and float-simulation paths. SPEC section 4.
 *
 * Objects are opaque, created and destroyed by the functions here. A destroy function accepts NULL. Models are
 * immutable once created and may be shared between threads; a session belongs to one thread. */
#ifndef QREF_MODEL_H
#define QREF_MODEL_H

#include <qref/backend.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct qref_model_config {
  size_t n_layers;
  size_t vocab_size; /* rows of the embedding, padding included */
  size_t d_model;    /* M */
  size_t d_inner;    /* D, from the shape of out_proj, not from config.json */
  size_t d_state;    /* N */
  size_t d_conv;     /* W */
  size_t dt_rank;    /* R */
  float norm_eps;
  bool tied_lm_head;           /* the checkpoint has no lm_head.weight of its own */
  qref_dtype checkpoint_dtype; /* FLOAT16, BFLOAT16 or FLOAT32: that of in_proj. Each tensor is quantized in its own. */
} qref_model_config;

/* Where work runs. A zeroed struct means the `cpu` backend on one thread. */
typedef struct qref_execution {
  const qref_backend *backend;
  int threads;
  /* Called now and then during long work with what is done and the total, in units of that work. Optional. */
  void (*progress)(void *context, const char *what, size_t done, size_t total);
  void *progress_context;
} qref_execution;

/* ---- float32 model ---- */

typedef struct qref_float_model qref_float_model;

/* Opens directory `path`: config.json with model.safetensors, or shards with model.safetensors.index.json. Weights
 * stay memory-mapped; every tensor's name, dtype, shape and finiteness is checked here. */
QREF_API qref_status qref_float_model_open(const char *path, qref_float_model **model, qref_error *error);
QREF_API void qref_float_model_close(qref_float_model *model);
QREF_API const qref_model_config *qref_float_model_config(const qref_float_model *model);

/* Runs one sequence from a fresh state. tokens: (length), each in [0, vocab_size). logits: (length, vocab_size),
 * optional. hidden: (n_layers + 1, length, d_model), optional: the residual stream as Hugging Face's
 * output_hidden_states returns it (behind each layer, then the last one again behind norm_f). */
QREF_API qref_status qref_float_model_forward(const qref_float_model *model, const qref_execution *execution,
                                              const int32_t *tokens, size_t length, float *logits, float *hidden,
                                              qref_error *error);

/* ---- offline quantization ---- */

typedef struct qref_quantize_model_options {
  const qref_profile *profile; /* NULL: quamba. Its `weight` rule is used and recorded; the rest changes nothing. */
  const int32_t *tokens;       /* (window_count, window_length) calibration windows, row-major */
  size_t window_count;         /* >= 1 */
  size_t window_length;        /* >= 1 */
  double quantile;             /* of x_proj:input and the scan state; 0 means 0.9995; otherwise in (0, 1] */
  bool float16_embedding;      /* keep the embedding in float16 */
  bool float16_lm_head;        /* keep lm_head in float16 */
} qref_quantize_model_options;

typedef struct qref_quantized_model qref_quantized_model;

/* Fuses, rotates, calibrates and quantizes. Deterministic: the same checkpoint and options give the same model
 * whatever the backend and the number of threads. Works layer by layer: beside the mapped checkpoint it needs the
 * quantized model, one layer in float32 and the activations of the windows. */
QREF_API qref_status qref_quantize_model(const qref_float_model *model, const qref_quantize_model_options *options,
                                         const qref_execution *execution, qref_quantized_model **quantized,
                                         qref_error *error);
QREF_API void qref_quantized_model_destroy(qref_quantized_model *model);
QREF_API const qref_model_config *qref_quantized_model_config(const qref_quantized_model *model);

/* Scales of one layer, float32. SPEC section 4, step 5. */
typedef struct qref_layer_scales {
  float norm_out; /* in_proj:input */
  float in_proj_w;
  float in_proj_out;           /* in_proj:output = conv1d in = scan z */
  float conv1d_w, conv1d_bias; /* conv1d_bias is 1 without a bias */
  float conv1d_out;            /* x_proj:input = scan u */
  float x_proj_w;
  float x_proj_out; /* dt_proj in = scan B = scan C */
  float dt_proj_w;
  float dt_proj_out; /* scan dt */
  float dt_bias, A_log, D;
  float scan_state;
  float hadamard_out; /* out_proj:input */
  float out_proj_w;
} qref_layer_scales;
/* Rows of the embedding whose scale max(row) / 127 is not positive, because the original takes no absolute value: their
 * int8 values carry little or nothing of the row. 0 with float16_embedding. */
QREF_API size_t qref_quantized_model_nonpositive_rows(const qref_quantized_model *model);
/* layer < n_layers. Owned by the model. */
QREF_API const qref_layer_scales *qref_quantized_model_layer_scales(const qref_quantized_model *model, size_t layer);

/* One safetensors file: int8 tensors, config and scales in its metadata. The file appears whole or not at all. The
 * bytes are a function of the model alone. */
QREF_API qref_status qref_quantized_model_save(const qref_quantized_model *model, const char *path, qref_error *error);
/* Checks names, dtypes, shapes and scales. */
QREF_API qref_status qref_quantized_model_load(const char *path, qref_quantized_model **model, qref_error *error);
/* SHA-256 of the bytes that qref_quantized_model_save writes, in lower-case hex with a final NUL. */
QREF_API qref_status qref_quantized_model_digest(const qref_quantized_model *model, char hex[65], qref_error *error);

/* Packs the weights of every linear the way that the backend of `execution` (NULL: cpu) reads them fastest, once, for
 * all sessions with that backend; results do not depend on it. Does nothing if they are packed so already, or for a
 * backend that does not pack. The packed weights take the place of a loaded model's mapped ones in memory. No session
 * of the model may be running. A failure leaves the model unpacked. */
QREF_API qref_status qref_quantized_model_pack(qref_quantized_model *model, const qref_execution *execution,
                                               qref_error *error);

/* ---- running the quantized model ---- */

typedef enum qref_scale_policy_kind {
  QREF_SCALE_POLICY_FIXED,      /* a constant factor */
  QREF_SCALE_POLICY_ABSMAX,     /* the smallest grid that covers the layer's |y| in `bits` signed bits */
  QREF_SCALE_POLICY_PERCENTILE, /* the same for the given percentile of the layer's |y| */
} qref_scale_policy_kind;

/* Where the factor of the better scale comes from. "2025", "fixed:2025", "absmax:8", "percentile:99.9:8". */
typedef struct qref_scale_policy {
  qref_scale_policy_kind kind;
  float factor;      /* fixed: finite, > 0 */
  double percentile; /* percentile: in (0, 100] */
  uint32_t bits;     /* absmax, percentile: 2..24 */
} qref_scale_policy;

/* Parses the notation above. */
QREF_API qref_status qref_scale_policy_parse(const char *text, qref_scale_policy *policy, qref_error *error);
/* The factor that the policy gives for the `count` float32 outputs y of a layer whose output scale is out_scale: the
 * effective scale is then out_scale / factor in float32. A layer whose |y| is all zero gets factor 1. */
QREF_API qref_status qref_scale_policy_factor(const qref_scale_policy *policy, const float *y, size_t count,
                                              float out_scale, float *factor, qref_error *error);

/* The float-simulation switches; all false is the INT8 path. */
typedef struct qref_float_simulation {
  bool enabled;             /* FLOAT_SIM_ASIC */
  bool better_scale;        /* FLOAT_SIM_BETTER_SCALE, only with `enabled` */
  qref_scale_policy policy; /* FLOAT_SIM_SCALE_FACTOR */
} qref_float_simulation;

/* What a layer's conv1d did, for logs and comparisons. Pointers are valid during the call only. */
typedef struct qref_conv1d_observation {
  size_t layer;
  size_t batch, channels, length, width;
  float x_scale, w_scale, bias_scale; /* as the op got them */
  float output_scale;                 /* the layer's static output scale */
  float effective_scale;              /* step of the grid: output_scale on the INT8 path */
  float factor;                       /* output_scale / effective_scale as asked for; 1 without the better scale */
  const int8_t *x;                    /* (B, D, T) int8 input */
  const int8_t *w;                    /* (D, W) */
  const int8_t *bias;                 /* (D), NULL without one */
  const int8_t *y;                    /* (B, D, T) INT8 path; NULL under float simulation */
  const float *before_quant;          /* (B, D, T) float simulation; NULL on the INT8 path */
  const float *after_quant; /* (B, D, T) float simulation; NULL on the INT8 path (there it is y * output_scale) */
  bool decode;              /* one token of decode rather than a prefill */
} qref_conv1d_observation;
typedef qref_status (*qref_conv1d_observer)(void *context, const qref_conv1d_observation *observation,
                                            qref_error *error);

typedef struct qref_session_options {
  size_t batch;                /* sequences in step; 0 means 1 */
  const qref_profile *profile; /* NULL: quamba */
  qref_execution execution;
  qref_float_simulation float_simulation;
  qref_conv1d_observer observer; /* optional */
  void *observer_context;
} qref_session_options;

/* The state of `batch` sequences: int8 conv and scan states of every layer. */
typedef struct qref_session qref_session;

/* The model must outlive the session. The profile is copied. */
QREF_API qref_status qref_session_create(const qref_quantized_model *model, const qref_session_options *options,
                                         qref_session **session, qref_error *error);
QREF_API void qref_session_destroy(qref_session *session);
/* Forgets all tokens. */
QREF_API void qref_session_reset(qref_session *session);

/* Feeds a whole sequence to a fresh session (QREF_ERROR_ARGUMENT otherwise). tokens: (batch, length). logits:
 * (batch, length, vocab_size), optional. Afterwards the session continues with decode. */
QREF_API qref_status qref_session_prefill(qref_session *session, const int32_t *tokens, size_t length,
                                          qref_float16 *logits, qref_error *error);
/* Feeds one token per sequence. tokens: (batch). logits: (batch, vocab_size), optional. */
QREF_API qref_status qref_session_decode(qref_session *session, const int32_t *tokens, qref_float16 *logits,
                                         qref_error *error);
/* Events counted since the session was created or reset. */
QREF_API const qref_counts *qref_session_counts(const qref_session *session);

#ifdef __cplusplus
}
#endif
#endif
