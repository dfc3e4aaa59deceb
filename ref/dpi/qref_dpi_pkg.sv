// DPI-C imports of qref's numerics: every function of <qref/dpi.h>, which documents them. A float32 travels as its bit
// pattern in an int unsigned, a float16 in the low 16 bits of an int. Link libqref_dpi.a, or load libqref.so.
package qref_dpi_pkg;
  // verilator lint_off UNUSEDPARAM

  // What an int function returns for an argument outside its documented range; a float32 one returns the NaN.
  localparam int QREF_DPI_INVALID = 32'sh8000_0000;
  localparam int unsigned QREF_F32_NAN_BITS = 32'h7fc0_0000;

  // rounding
  localparam int QREF_ROUND_HALF_AWAY = 0;
  localparam int QREF_ROUND_HALF_EVEN = 1;
  localparam int QREF_ROUND_HALF_UP = 2;
  localparam int QREF_ROUND_TOWARD_ZERO = 3;
  localparam int QREF_ROUND_FLOOR = 4;

  // overflow
  localparam int QREF_OVERFLOW_SATURATE = 0;
  localparam int QREF_OVERFLOW_WRAP = 1;

  // scale_form
  localparam int QREF_SCALE_DIVISOR = 0;
  localparam int QREF_SCALE_MULTIPLIER = 1;

  // linear_form
  localparam int QREF_DPI_LINEAR_TENSOR = 0;
  localparam int QREF_DPI_LINEAR_ROW = 1;
  localparam int QREF_DPI_LINEAR_PER_CHANNEL = 2;
  // verilator lint_on UNUSEDPARAM

  // integer stages
  import "DPI-C" pure function int qref_dpi_accumulate(input int acc, input int a, input int b, input int bits,
      input int overflow);
  import "DPI-C" pure function int qref_dpi_accumulate_overflows(input int acc, input int a, input int b,
      input int bits);
  import "DPI-C" pure function int qref_dpi_dot_i8(input int acc, input longint unsigned a, input longint unsigned b,
      input int lanes, input int bits, input int overflow);
  import "DPI-C" pure function int qref_dpi_saturate_i8(input int value);
  import "DPI-C" pure function int qref_dpi_wrap_i8(input int value);

  // rounding and requantization
  import "DPI-C" pure function int qref_dpi_round_to_int8(input int unsigned v, input int rounding,
      input int overflow);
  import "DPI-C" pure function int qref_dpi_round_to_int8_stochastic(input int unsigned v, input int overflow,
      input longint unsigned seed, input longint unsigned index);
  import "DPI-C" pure function int unsigned qref_dpi_apply_scale(input int unsigned v, input int unsigned scale,
      input int scale_form);
  import "DPI-C" pure function int unsigned qref_dpi_linear_before_rounding(input int acc,
      input int unsigned weight_scale, input int unsigned input_scale, input int linear_form);
  import "DPI-C" pure function int qref_dpi_requantize_linear(input int acc, input int unsigned weight_scale,
      input int unsigned input_scale, input int linear_form, input int rounding, input int overflow);
  import "DPI-C" pure function int unsigned qref_dpi_conv1d_before_activation(input int acc,
      input int unsigned wx_scale, input int unsigned bias);
  import "DPI-C" pure function int qref_dpi_requantize_conv1d(input int acc, input int unsigned wx_scale,
      input int unsigned bias, input int unsigned out_scale, input int silu, input int rounding, input int overflow);

  // float32 arithmetic and functions
  import "DPI-C" pure function int unsigned qref_dpi_f32_from_i32(input int value);
  import "DPI-C" pure function int unsigned qref_dpi_add_f32(input int unsigned a, input int unsigned b);
  import "DPI-C" pure function int unsigned qref_dpi_mul_f32(input int unsigned a, input int unsigned b);
  import "DPI-C" pure function int unsigned qref_dpi_fma_f32(input int unsigned a, input int unsigned b,
      input int unsigned c);
  import "DPI-C" pure function int unsigned qref_dpi_exp_f32(input int unsigned x);
  import "DPI-C" pure function int unsigned qref_dpi_log_f32(input int unsigned x);
  import "DPI-C" pure function int unsigned qref_dpi_log1p_f32(input int unsigned x);
  import "DPI-C" pure function int unsigned qref_dpi_silu_f32(input int unsigned x);
  import "DPI-C" pure function int unsigned qref_dpi_sigmoid_f32(input int unsigned x);
  import "DPI-C" pure function int unsigned qref_dpi_softplus_f32(input int unsigned x);
  import "DPI-C" pure function int unsigned qref_dpi_softplus_log_exp_plus_1_f32(input int unsigned x);

  // float16
  import "DPI-C" pure function int qref_dpi_f16_from_f32(input int unsigned x);
  import "DPI-C" pure function int unsigned qref_dpi_f32_from_f16(input int x);

  // stimulus
  import "DPI-C" pure function longint unsigned qref_dpi_random_bits(input longint unsigned seed,
      input longint unsigned stream, input longint unsigned index);

endpackage
