#include "ref/vectors/generate/hard_arguments.h"

const float qref_hard_exp_arguments[QREF_HARD_EXP_ARGUMENTS] = {
    0x1.8d7cb6p-12f,  0x1.cb763ap-12f, 0x1.f79a1p-11f,  0x1.31e68cp-9f,   0x1.192e5cp-8f,   0x1.c1141cp-7f,
    0x1.2e3554p-6f,   0x1.5ffc5cp-6f,  0x1.344e9cp-5f,  0x1.e021bcp-5f,   0x1.f613acp-4f,   0x1.eeffd8p-3f,
    0x1.b78498p-1f,   0x1.43ad06p+0f,  0x1.cce332p+0f,  0x1.036492p+1f,   0x1.62b666p+1f,   0x1.69a056p+1f,
    0x1.172096p+2f,   0x1.48e1c4p+2f,  0x1.bae196p+2f,  0x1.f12cdcp+3f,   0x1.97f0f6p+4f,   0x1.eef802p+4f,
    0x1.060e1ep+6f,   0x1.112856p+6f,  0x1.15298ap+6f,  -0x1.a4af32p-11f, -0x1.e4854cp-11f, -0x1.ba156p-10f,
    -0x1.c1c4b8p-10f, -0x1.1b31eap-8f, -0x1.35f0d4p-8f, -0x1.39771cp-8f,  -0x1.6e1ddp-8f,   -0x1.e1dbe2p-8f,
    -0x1.548c34p-7f,  -0x1.71e81ep-6f, -0x1.c02f76p-6f, -0x1.cf6ab2p-3f,  -0x1.edfb24p-1f,  -0x1.7f4296p+0f,
    -0x1.66b396p+1f,  -0x1.f02a66p+1f, -0x1.7acc62p+3f, -0x1.d2259ap+3f};

const float qref_hard_softplus_arguments[QREF_HARD_SOFTPLUS_ARGUMENTS] = {
    0x1.88b56p-3f,   0x1.88b562p-3f,  0x1.88b564p-3f,  0x1.88b566p-3f,  0x1.88b568p-3f,  0x1.88b56ap-3f,
    0x1.88b56cp-3f,  0x1.3efb56p-1f,  0x1.972a6ep-1f,  0x1.a042a8p-1f,  0x1.b743a4p-1f,  0x1.b743a6p-1f,
    0x1.513ab2p+0f,  0x1.a6c1fcp+0f,  0x1.d54d3ep+2f,  0x1.453202p+3f,  -0x1.4f1254p-2f, -0x1.4f1256p-2f,
    -0x1.4f1258p-2f, -0x1.b6bce8p-2f, -0x1.b6bceap-2f, -0x1.b6bcecp-2f, -0x1.39f692p-1f, -0x1.67e718p-1f,
    -0x1.fa04e2p-1f, -0x1.fa04e4p-1f, -0x1.3411f4p+0f, -0x1.73ce58p+1f, -0x1.3bf756p+3f, -0x1.754d8cp+3f,
    -0x1.0a2b24p+4f};
