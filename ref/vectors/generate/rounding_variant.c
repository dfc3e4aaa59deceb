#include "ref/vectors/generate/rounding_variant.h"

#define VARIANT(name, how, when_too_large, seed)               \
  {                                                            \
    (name), {                                                  \
      QREF_ROUND_##how, QREF_OVERFLOW_##when_too_large, (seed) \
    }                                                          \
  }

static const qref_rounding_variant variants[] = {
    VARIANT("half-away-saturate", HALF_AWAY, SATURATE, 0),
    VARIANT("half-away-wrap", HALF_AWAY, WRAP, 0),
    VARIANT("half-even-saturate", HALF_EVEN, SATURATE, 0),
    VARIANT("half-even-wrap", HALF_EVEN, WRAP, 0),
    VARIANT("half-up-saturate", HALF_UP, SATURATE, 0),
    VARIANT("half-up-wrap", HALF_UP, WRAP, 0),
    VARIANT("toward-zero-saturate", TOWARD_ZERO, SATURATE, 0),
    VARIANT("toward-zero-wrap", TOWARD_ZERO, WRAP, 0),
    VARIANT("floor-saturate", FLOOR, SATURATE, 0),
    VARIANT("floor-wrap", FLOOR, WRAP, 0),
    VARIANT("stochastic-saturate", STOCHASTIC, SATURATE, 1),
    VARIANT("stochastic-wrap", STOCHASTIC, WRAP, UINT64_C(0x9e3779b97f4a7c15)),
};

const qref_rounding_variant *qref_rounding_variant_at(size_t i) {
  return i < sizeof variants / sizeof variants[0] ? &variants[i] : NULL;
}
