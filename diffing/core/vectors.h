/* The few vector instructions that pay: SSSE3 where the processor has it, NEON on arm64, else none. */
#ifndef GOLDDIGGER_VECTORS_H
#define GOLDDIGGER_VECTORS_H

#include <stdint.h>

#if !defined(GD_PLAIN) && (defined(__x86_64__) || defined(__i386__)) && (defined(__GNUC__) || defined(__clang__))
#include <immintrin.h>
#define GD_SSSE3 1
#define GD_VECTOR __attribute__((target("ssse3")))
#define GD_INLINE __attribute__((target("ssse3"), always_inline)) inline
static inline int gd_vectors(void) { return __builtin_cpu_supports("ssse3"); }
#elif !defined(GD_PLAIN) && defined(__aarch64__) && (defined(__GNUC__) || defined(__clang__))
#include <arm_neon.h>
#define GD_NEON 1
#define GD_VECTOR
static inline int gd_vectors(void) { return 1; }
#else
static inline int gd_vectors(void) { return 0; }
#endif

#endif
