/* oneDNN: the inner product on int8, and the depthwise convolution in float32 with a swish behind it. Weights and
 * activations are in the layouts that the library asks for; bringing them there is not timed. */
#include "bench/peers/peers.h"

#if defined(QREF_BENCH_ONEDNN)
#include <math.h>
#include <omp.h>
#include <oneapi/dnnl/dnnl.h>
#include <string.h>

enum { MOST_THREADS = 64, MOST_ARGUMENTS = 4 };

/* A primitive with its memory. One is made for every number of threads. */
typedef struct prepared {
  dnnl_primitive_t primitive;
  dnnl_exec_arg_t arguments[MOST_ARGUMENTS];
  int count;
} prepared;

typedef struct layer {
  const bench_linear *linear;
  const bench_conv1d *conv1d;
  prepared by_threads[MOST_THREADS + 1];
} layer;

static dnnl_engine_t engine;
static dnnl_stream_t stream;

static void check(dnnl_status_t status, const char *what) {
  if (status != dnnl_success) {
    bench_fail("oneDNN: %s failed with status %d", what, (int)status);
  }
}

static void initialize(const bench_options *options) {
  if (engine == NULL) {
    if (options->avx2) {
      check(dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2), "dnnl_set_max_cpu_isa");
    }
    check(dnnl_engine_create(&engine, dnnl_cpu, 0), "dnnl_engine_create");
    check(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags), "dnnl_stream_create");
  }
}

static dnnl_memory_desc_t describe(int dimensions, const dnnl_dims_t sizes, dnnl_data_type_t type,
                                   dnnl_format_tag_t tag) {
  dnnl_memory_desc_t result;
  check(dnnl_memory_desc_init_by_tag(&result, dimensions, sizes, type, tag), "dnnl_memory_desc_init_by_tag");
  return result;
}

static void execute(dnnl_primitive_t primitive, int count, const dnnl_exec_arg_t *arguments) {
  check(dnnl_primitive_execute(primitive, stream, count, arguments), "dnnl_primitive_execute");
  check(dnnl_stream_wait(stream), "dnnl_stream_wait");
}

/* `from` in layout `from_desc` -> `to`. */
static void reorder(const dnnl_memory_desc_t *from_desc, dnnl_memory_t from, const dnnl_memory_desc_t *to_desc,
                    dnnl_memory_t to) {
  dnnl_primitive_desc_t description;
  dnnl_primitive_t primitive;
  check(dnnl_reorder_primitive_desc_create(&description, from_desc, engine, to_desc, engine, NULL), "a reorder");
  check(dnnl_primitive_create(&primitive, description), "dnnl_primitive_create");
  const dnnl_exec_arg_t arguments[2] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
  execute(primitive, 2, arguments);
  dnnl_primitive_destroy(primitive);
  dnnl_primitive_desc_destroy(description);
}

static dnnl_memory_t wrap(const dnnl_memory_desc_t *description, const void *data) {
  dnnl_memory_t memory;
  check(dnnl_memory_create(&memory, description, engine, (void *)(uintptr_t)data), "dnnl_memory_create");
  return memory;
}

static void *data_of(dnnl_memory_t memory) {
  void *data = NULL;
  check(dnnl_memory_get_data_handle(memory, &data), "dnnl_memory_get_data_handle");
  return data;
}

/* Gives an argument memory in the layout of the primitive, filled from `data` in the plain one unless it is NULL. */
static void add_argument(prepared *made, dnnl_primitive_desc_t description, dnnl_query_t query, int argument,
                         const dnnl_memory_desc_t *plain, const void *data) {
  const dnnl_memory_desc_t *wanted = dnnl_primitive_desc_query_md(description, query, argument == DNNL_ARG_BIAS);
  dnnl_memory_t memory;
  check(dnnl_memory_create(&memory, wanted, engine, DNNL_MEMORY_ALLOCATE), "dnnl_memory_create");
  memset(data_of(memory), 0, dnnl_memory_desc_get_size(wanted));
  if (data != NULL) {
    dnnl_memory_t source = wrap(plain, data);
    reorder(plain, source, wanted, memory);
    dnnl_memory_destroy(source);
  }
  made->arguments[made->count++] = (dnnl_exec_arg_t){argument, memory};
}

static prepared prepare_linear(const bench_linear *problem) {
  dnnl_dims_t x_sizes = {(dnnl_dim_t)problem->rows, (dnnl_dim_t)problem->depth};
  dnnl_dims_t w_sizes = {(dnnl_dim_t)problem->columns, (dnnl_dim_t)problem->depth};
  dnnl_dims_t y_sizes = {(dnnl_dim_t)problem->rows, (dnnl_dim_t)problem->columns};
  dnnl_memory_desc_t x = describe(2, x_sizes, dnnl_s8, dnnl_ab);
  dnnl_memory_desc_t w = describe(2, w_sizes, dnnl_s8, dnnl_ab);
  dnnl_memory_desc_t any_w = describe(2, w_sizes, dnnl_s8, dnnl_format_tag_any);
  dnnl_memory_desc_t y = describe(2, y_sizes, dnnl_s32, dnnl_ab);
  dnnl_inner_product_desc_t operation;
  dnnl_primitive_desc_t description;
  prepared made = {.count = 0};
  check(dnnl_inner_product_forward_desc_init(&operation, dnnl_forward_inference, &x, &any_w, NULL, &y),
        "dnnl_inner_product_forward_desc_init");
  check(dnnl_primitive_desc_create(&description, &operation, NULL, engine, NULL), "dnnl_primitive_desc_create");
  check(dnnl_primitive_create(&made.primitive, description), "dnnl_primitive_create");
  add_argument(&made, description, dnnl_query_src_md, DNNL_ARG_SRC, &x, problem->x);
  add_argument(&made, description, dnnl_query_weights_md, DNNL_ARG_WEIGHTS, &w, problem->w);
  add_argument(&made, description, dnnl_query_dst_md, DNNL_ARG_DST, &y, NULL);
  dnnl_primitive_desc_destroy(description);
  return made;
}

/* In two dimensions with a height of 1, because the library has no depthwise kernel for one dimension. */
static prepared prepare_conv1d(const bench_conv1d *problem) {
  dnnl_dim_t channels = (dnnl_dim_t)problem->channels, length = (dnnl_dim_t)problem->length;
  dnnl_dim_t width = (dnnl_dim_t)problem->width;
  dnnl_dims_t x_sizes = {1, channels, 1, length}, w_sizes = {channels, 1, 1, 1, width}, bias_sizes = {channels};
  dnnl_dims_t strides = {1, 1}, left = {0, width - 1}, right = {0, 0};
  dnnl_memory_desc_t x = describe(4, x_sizes, dnnl_f32, dnnl_abcd);
  dnnl_memory_desc_t any_x = describe(4, x_sizes, dnnl_f32, dnnl_format_tag_any);
  dnnl_memory_desc_t w = describe(5, w_sizes, dnnl_f32, dnnl_abcde);
  dnnl_memory_desc_t any_w = describe(5, w_sizes, dnnl_f32, dnnl_format_tag_any);
  dnnl_memory_desc_t bias = describe(1, bias_sizes, dnnl_f32, dnnl_a);
  dnnl_convolution_desc_t operation;
  dnnl_primitive_attr_t attributes;
  dnnl_post_ops_t post;
  dnnl_primitive_desc_t description;
  prepared made = {.count = 0};
  check(dnnl_convolution_forward_desc_init(&operation, dnnl_forward_inference, dnnl_convolution_direct, &any_x, &any_w,
                                           &bias, &any_x, strides, left, right),
        "dnnl_convolution_forward_desc_init");
  check(dnnl_primitive_attr_create(&attributes), "dnnl_primitive_attr_create");
  check(dnnl_post_ops_create(&post), "dnnl_post_ops_create");
  check(dnnl_post_ops_append_eltwise(post, 1.0f, dnnl_eltwise_swish, 1.0f, 0.0f), "dnnl_post_ops_append_eltwise");
  check(dnnl_primitive_attr_set_post_ops(attributes, post), "dnnl_primitive_attr_set_post_ops");
  check(dnnl_primitive_desc_create(&description, &operation, attributes, engine, NULL), "dnnl_primitive_desc_create");
  check(dnnl_primitive_create(&made.primitive, description), "dnnl_primitive_create");
  add_argument(&made, description, dnnl_query_src_md, DNNL_ARG_SRC, &x, problem->x);
  add_argument(&made, description, dnnl_query_weights_md, DNNL_ARG_WEIGHTS, &w, problem->w);
  add_argument(&made, description, dnnl_query_weights_md, DNNL_ARG_BIAS, &bias, problem->bias);
  add_argument(&made, description, dnnl_query_dst_md, DNNL_ARG_DST, &x, NULL);
  dnnl_post_ops_destroy(post);
  dnnl_primitive_attr_destroy(attributes);
  dnnl_primitive_desc_destroy(description);
  return made;
}

static void run(void *context, int threads) {
  layer *self = context;
  prepared *made = &self->by_threads[threads < MOST_THREADS ? threads : MOST_THREADS];
  omp_set_num_threads(threads);
  if (made->primitive == NULL && self->linear != NULL) {
    *made = prepare_linear(self->linear);
  } else if (made->primitive == NULL && self->conv1d != NULL) {
    *made = prepare_conv1d(self->conv1d);
  }
  execute(made->primitive, made->count, made->arguments);
}

static layer *add(bench_work *work, const char *name, const bench_linear *linear, const bench_conv1d *conv1d) {
  layer *self = bench_allocate(1, sizeof *self);
  self->linear = linear;
  self->conv1d = conv1d;
  run(self, 1);
  bench_contestant *contestant = bench_add(work, name);
  contestant->run = run;
  contestant->context = self;
  return self;
}

void bench_add_onednn_linear(bench_work *work, const bench_options *options, const bench_linear *problem) {
  initialize(options);
  layer *self = add(work, "oneDNN s8s8s32", problem, NULL);
  bench_contestant *contestant = &work->contestants[work->count - 1];
  contestant->note = "int32 accumulators";
  contestant->accuracy = bench_compare_i32(problem->accumulator, data_of(self->by_threads[1].arguments[2].memory),
                                           problem->rows * problem->columns);
}

void bench_add_onednn_conv1d(bench_work *work, const bench_options *options, const bench_conv1d *problem) {
  initialize(options);
  layer *self = add(work, "oneDNN f32 + swish", NULL, problem);
  bench_contestant *contestant = &work->contestants[work->count - 1];
  size_t count = problem->channels * problem->length;
  float *y = bench_allocate(count, sizeof(float));
  dnnl_dims_t sizes = {1, (dnnl_dim_t)problem->channels, 1, (dnnl_dim_t)problem->length};
  dnnl_memory_desc_t plain = describe(4, sizes, dnnl_f32, dnnl_abcd);
  dnnl_memory_t result = self->by_threads[1].arguments[3].memory;
  const dnnl_memory_desc_t *own = NULL;
  check(dnnl_memory_get_memory_desc(result, &own), "dnnl_memory_get_memory_desc");
  dnnl_memory_t copy = wrap(&plain, y);
  reorder(own, result, &plain, copy);
  dnnl_memory_destroy(copy);
  contestant->note = "float32, rounded here";
  contestant->accuracy = bench_compare_rounded(problem->expected, y, count, problem->out_scale);
}
#else
static const char *const missing = "not built in: libdnnl-dev";

void bench_add_onednn_linear(bench_work *work, const bench_options *options, const bench_linear *problem) {
  (void)options;
  (void)problem;
  bench_add_absent(work, "oneDNN s8s8s32", missing);
}

void bench_add_onednn_conv1d(bench_work *work, const bench_options *options, const bench_conv1d *problem) {
  (void)options;
  (void)problem;
  bench_add_absent(work, "oneDNN f32 + swish", missing);
}
#endif
