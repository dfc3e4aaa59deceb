/* Comparing float32 values by their bits: signs of zero and NaN count. */
#ifndef QREF_TESTS_NUMERICS_ASSERT_FLOAT_H
#define QREF_TESTS_NUMERICS_ASSERT_FLOAT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <qref/numerics.h>

/* `argument` is printed to tell which of many calls failed. */
#define assert_same_f32(got, expected, argument) \
  assert_same_f32_at((got), (expected), (double)(argument), __FILE__, __LINE__)

static inline void assert_same_f32_at(float got, float expected, double argument, const char *file, int line) {
  if (qref_bits_from_f32(got) != qref_bits_from_f32(expected)) {
    print_error("at %a: got %a (0x%08x), expected %a (0x%08x)\n", argument, (double)got, qref_bits_from_f32(got),
                (double)expected, qref_bits_from_f32(expected));
    _fail(file, line);
  }
}

#endif
