/* CUDA's vector types, with their alignments. */
#ifndef QREF_TESTS_CUDA_VECTOR_TYPES_H
#define QREF_TESTS_CUDA_VECTOR_TYPES_H

struct __attribute__((aligned(2))) char2 {
  signed char x, y;
};
inline char2 make_char2(signed char x, signed char y) {
  return {x, y};
}
struct __attribute__((aligned(4))) char4 {
  signed char x, y, z, w;
};
inline char4 make_char4(signed char x, signed char y, signed char z, signed char w) {
  return {x, y, z, w};
}
struct __attribute__((aligned(2))) uchar2 {
  unsigned char x, y;
};
inline uchar2 make_uchar2(unsigned char x, unsigned char y) {
  return {x, y};
}
struct __attribute__((aligned(4))) uchar4 {
  unsigned char x, y, z, w;
};
inline uchar4 make_uchar4(unsigned char x, unsigned char y, unsigned char z, unsigned char w) {
  return {x, y, z, w};
}
struct __attribute__((aligned(4))) short2 {
  short x, y;
};
inline short2 make_short2(short x, short y) {
  return {x, y};
}
struct __attribute__((aligned(8))) short4 {
  short x, y, z, w;
};
inline short4 make_short4(short x, short y, short z, short w) {
  return {x, y, z, w};
}
struct __attribute__((aligned(4))) ushort2 {
  unsigned short x, y;
};
inline ushort2 make_ushort2(unsigned short x, unsigned short y) {
  return {x, y};
}
struct __attribute__((aligned(8))) ushort4 {
  unsigned short x, y, z, w;
};
inline ushort4 make_ushort4(unsigned short x, unsigned short y, unsigned short z, unsigned short w) {
  return {x, y, z, w};
}
struct __attribute__((aligned(8))) int2 {
  int x, y;
};
inline int2 make_int2(int x, int y) {
  return {x, y};
}
struct __attribute__((aligned(16))) int4 {
  int x, y, z, w;
};
inline int4 make_int4(int x, int y, int z, int w) {
  return {x, y, z, w};
}
struct __attribute__((aligned(8))) uint2 {
  unsigned int x, y;
};
inline uint2 make_uint2(unsigned int x, unsigned int y) {
  return {x, y};
}
struct __attribute__((aligned(16))) uint4 {
  unsigned int x, y, z, w;
};
inline uint4 make_uint4(unsigned int x, unsigned int y, unsigned int z, unsigned int w) {
  return {x, y, z, w};
}
struct __attribute__((aligned(8))) float2 {
  float x, y;
};
inline float2 make_float2(float x, float y) {
  return {x, y};
}
struct __attribute__((aligned(16))) float4 {
  float x, y, z, w;
};
inline float4 make_float4(float x, float y, float z, float w) {
  return {x, y, z, w};
}
struct __attribute__((aligned(16))) longlong2 {
  long long x, y;
};
inline longlong2 make_longlong2(long long x, long long y) {
  return {x, y};
}
struct __attribute__((aligned(16))) ulonglong2 {
  unsigned long long x, y;
};
inline ulonglong2 make_ulonglong2(unsigned long long x, unsigned long long y) {
  return {x, y};
}
struct __attribute__((aligned(16))) double2 {
  double x, y;
};
inline double2 make_double2(double x, double y) {
  return {x, y};
}

#endif
