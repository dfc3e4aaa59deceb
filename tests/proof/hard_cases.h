/* The float32 arguments whose exact results lie nearest to a midpoint of two float32: 20 for each function, found by
 * `prove_functions FUNCTION --hardest 20` over all 2^32. Beside each, its value and the distance of the result from the
 * midpoint in units of the distance of the two float32. (For exp the widened filter LIBM_ERROR = 2^-48 was used: with
 * the usual one only 8 arguments are in doubt.) */
#ifndef QREF_TESTS_PROOF_HARD_CASES_H
#define QREF_TESTS_PROOF_HARD_CASES_H

#include <stdint.h>

enum { HARD_CASES_PER_FUNCTION = 20 };

static const uint32_t hard_cases_exp[HARD_CASES_PER_FUNCTION] = {
    0xc16912cd, /* -0x1.d2259ap+3: 2.36e-09 */
    0xbbf0edf1, /* -0x1.e1dbe2p-8: 4.51e-09 */
    0x377eff81, /* 0x1.fdff02p-17: 5.08e-09 */
    0xbae0e25c, /* -0x1.c1c4b8p-10: 6.71e-09 */
    0xb3000000, /* -0x1p-25: 7.45e-09 */
    0x39c6be5b, /* 0x1.8d7cb6p-12: 7.64e-09 */
    0x38e69cc1, /* 0x1.cd3982p-14: 8.06e-09 */
    0x383a3ef1, /* 0x1.747de2p-15: 8.49e-09 */
    0x3d1a274e, /* 0x1.344e9cp-5: 9.53e-09 */
    0x40315b33, /* 0x1.62b666p+1: 1.07e-08 */
    0x4001b249, /* 0x1.036492p+1: 1.19e-08 */
    0x39e5bb1d, /* 0x1.cb763ap-12: 1.35e-08 */
    0x36fdffc1, /* 0x1.fbff82p-18: 1.37e-08 */
    0x4288942b, /* 0x1.112856p+6: 1.43e-08 */
    0x367bffe1, /* 0x1.f7ffc2p-19: 1.48e-08 */
    0x35f7fff1, /* 0x1.efffe2p-20: 1.49e-08 */
    0x356ffff9, /* 0x1.dffff2p-21: 1.49e-08 */
    0x34dffffd, /* 0x1.bffffap-22: 1.49e-08 */
    0x343fffff, /* 0x1.7ffffep-23: 1.49e-08 */
    0x33800000, /* 0x1p-24: 1.49e-08 */
};

static const uint32_t hard_cases_log1p[HARD_CASES_PER_FUNCTION] = {
    0x35400003, /* 0x1.800006p-21: 1.28e-13 */
    0xb53ffffd, /* -0x1.7ffffap-21: 1.28e-13 */
    0x65d890d3, /* 0x1.b121a6p+76: 5.65e-11 */
    0x3efd81ad, /* 0x1.fb035ap-2: 1.15e-10 */
    0x3710001b, /* 0x1.200036p-17: 1.66e-10 */
    0xb70fffe5, /* -0x1.1fffcap-17: 1.66e-10 */
    0x55185f82, /* 0x1.30bf04p+43: 2.72e-10 */
    0x41078feb, /* 0x1.0f1fd6p+3: 3.45e-10 */
    0x66a8c860, /* 0x1.5190cp+78: 4.33e-10 */
    0xbb0ec8c4, /* -0x1.1d9188p-9: 4.59e-10 */
    0x6f31a8ec, /* 0x1.6351d8p+95: 8.5e-10 */
    0x3770004b, /* 0x1.e00096p-17: 1.28e-09 */
    0xb76fffb5, /* -0x1.dfff6ap-17: 1.28e-09 */
    0x4665a5a6, /* 0x1.cb4b4cp+13: 1.36e-09 */
    0x5ee8984e, /* 0x1.d1309cp+62: 1.41e-09 */
    0x79e7ec37, /* 0x1.cfd86ep+116: 1.62e-09 */
    0x3ebe9143, /* 0x1.7d2286p-2: 1.64e-09 */
    0x3ddbfec3, /* 0x1.b7fd86p-4: 3.09e-09 */
    0x464d572b, /* 0x1.9aae56p+13: 3.22e-09 */
    0x36dedace, /* 0x1.bdb59cp-18: 3.4e-09 */
};

static const uint32_t hard_cases_log[HARD_CASES_PER_FUNCTION] = {
    0x65d890d3, /* 0x1.b121a6p+76: 5.65e-11 */
    0x4c5d65a5, /* 0x1.bacb4ap+25: 8.22e-11 */
    0x4d604ebe, /* 0x1.c09d7cp+27: 1.43e-10 */
    0x41178feb, /* 0x1.2f1fd6p+3: 3.45e-10 */
    0x1f116ab8, /* 0x1.22d57p-65: 4.24e-10 */
    0x66a8c860, /* 0x1.5190cp+78: 4.33e-10 */
    0x3c413d3a, /* 0x1.827a74p-7: 5.74e-10 */
    0x6f31a8ec, /* 0x1.6351d8p+95: 8.5e-10 */
    0x38dcbe38, /* 0x1.b97c7p-14: 1.03e-09 */
    0x4665a9a6, /* 0x1.cb534cp+13: 1.36e-09 */
    0x5ee8984e, /* 0x1.d1309cp+62: 1.41e-09 */
    0x3bf86ef0, /* 0x1.f0ddep-8: 1.53e-09 */
    0x79e7ec37, /* 0x1.cfd86ep+116: 1.62e-09 */
    0x0dc8bba4, /* 0x1.917748p-100: 1.85e-09 */
    0x2c4c24b7, /* 0x1.98496ep-39: 2.34e-09 */
    0x111c87f8, /* 0x1.390ffp-93: 2.4e-09 */
    0x1a8446cb, /* 0x1.088d96p-74: 3.15e-09 */
    0x464d5b2b, /* 0x1.9ab656p+13: 3.22e-09 */
    0x66abbd63, /* 0x1.577ac6p+78: 3.74e-09 */
    0x2e492984, /* 0x1.925308p-35: 3.88e-09 */
};

#endif
