/* Undo PNG's filters (PNG specification, third edition, § 9), in place, and only where a pair asks for it.

   A row of `bytes` bytes follows its filter byte. Rows that are equal before they are unfiltered, below rows that
   are equal, are equal afterwards: they stay as they are until a row that differs needs them. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

#include "vectors.h"

enum { NONE, SUB, UP, AVERAGE, PAETH };

int gd_filters_known(const uint8_t *raw, uint32_t height, size_t stride) {
    uint8_t worst = 0;
    for (uint32_t y = 0; y < height; y++) {
        uint8_t filter = raw[y * stride];
        worst = filter > worst ? filter : worst;
    }
    return worst <= PAETH;
}

static void up(uint8_t *row, const uint8_t *above, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) row[i] = (uint8_t)(row[i] + above[i]);
}

static void average(uint8_t *row, const uint8_t *above, size_t bytes, size_t step) {
    for (size_t i = 0; i < step; i++) row[i] = (uint8_t)(row[i] + above[i] / 2);
    for (size_t i = step; i < bytes; i++) row[i] = (uint8_t)(row[i] + (row[i - step] + above[i]) / 2);
}

static uint8_t nearest(int left, int above, int corner) {
    int p = abs(above - corner), q = abs(left - corner), r = abs(left + above - 2 * corner);
    return (uint8_t)(p <= q && p <= r ? left : q <= r ? above : corner);
}

static void paeth(uint8_t *row, const uint8_t *above, size_t bytes, size_t step) {
    for (size_t i = 0; i < step; i++) row[i] = (uint8_t)(row[i] + above[i]);
    for (size_t i = step; i < bytes; i++)
        row[i] = (uint8_t)(row[i] + nearest(row[i - step], above[i], above[i - step]));
}

static void sub(uint8_t *row, size_t bytes, size_t step) {
    for (size_t i = step; i < bytes; i++) row[i] = (uint8_t)(row[i] + row[i - step]);
}

/* ------------------------------------------------------------------------------------------ with vectors */

#if defined(GD_SSSE3) || defined(GD_NEON)

/* Of three bytes, which no register of four may reach over. */
static void last_pixel(uint8_t *row, const uint8_t *above, size_t from, size_t bytes, size_t step) {
    for (size_t i = from; i < bytes; i++)
        row[i] = (uint8_t)(row[i] + nearest(i < step ? 0 : row[i - step], above[i], i < step ? 0 : above[i - step]));
}

#endif

#if defined(GD_SSSE3)

/* Add up pixels along a register: each lane gets the sum of those before it. */
GD_VECTOR static void sub_vectors(uint8_t *row, size_t bytes, size_t step) {
    size_t i = 0;
    if (step == 4) {
        const __m128i last = _mm_set_epi8(15, 14, 13, 12, 15, 14, 13, 12, 15, 14, 13, 12, 15, 14, 13, 12);
        __m128i carry = _mm_setzero_si128();
        for (; i + 16 <= bytes; i += 16) {
            __m128i x = _mm_loadu_si128((const __m128i *)(row + i));
            x = _mm_add_epi8(x, _mm_slli_si128(x, 4));
            x = _mm_add_epi8(x, _mm_slli_si128(x, 8));
            x = _mm_add_epi8(x, carry);
            _mm_storeu_si128((__m128i *)(row + i), x);
            carry = _mm_shuffle_epi8(x, last);
        }
    } else if (step == 3) { /* five pixels at a time; the sixteenth byte is put back */
        const __m128i last = _mm_set_epi8(-1, 14, 13, 12, 14, 13, 12, 14, 13, 12, 14, 13, 12, 14, 13, 12);
        const __m128i five = _mm_set_epi8(0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
        __m128i carry = _mm_setzero_si128();
        for (; i + 16 <= bytes; i += 15) {
            __m128i raw = _mm_loadu_si128((const __m128i *)(row + i)), x = _mm_and_si128(raw, five);
            x = _mm_add_epi8(x, _mm_slli_si128(x, 3));
            x = _mm_add_epi8(x, _mm_slli_si128(x, 6));
            x = _mm_add_epi8(x, _mm_slli_si128(x, 12));
            x = _mm_add_epi8(x, carry);
            carry = _mm_shuffle_epi8(x, last);
            _mm_storeu_si128((__m128i *)(row + i),
                             _mm_or_si128(_mm_and_si128(x, five), _mm_andnot_si128(five, raw)));
        }
    }
    if (i < step) i = step;
    for (; i < bytes; i++) row[i] = (uint8_t)(row[i] + row[i - step]);
}

GD_INLINE static __m128i load(const uint8_t *one, const uint8_t *two) {
    uint32_t a, b = 0;
    memcpy(&a, one, 4);
    if (two) memcpy(&b, two, 4);
    __m128i bytes = _mm_unpacklo_epi32(_mm_cvtsi32_si128((int)a), _mm_cvtsi32_si128((int)b));
    return _mm_unpacklo_epi8(bytes, _mm_setzero_si128());
}

/* One row, or golden's and candidate's at a time: the chain from pixel to pixel is what takes the time. */
GD_INLINE static void paeth_by(uint8_t *one, const uint8_t *above_one, uint8_t *two, const uint8_t *above_two,
                               size_t bytes, const size_t step, const int both) {
    __m128i left = _mm_setzero_si128(), corner = left;
    size_t i = 0;
    for (; i + 4 <= bytes; i += step) {
        __m128i above = load(above_one + i, both ? above_two + i : NULL), x = load(one + i, both ? two + i : NULL);
        __m128i p = _mm_sub_epi16(above, corner), q = _mm_sub_epi16(left, corner), r = _mm_add_epi16(p, q);
        p = _mm_abs_epi16(p);
        q = _mm_abs_epi16(q);
        r = _mm_abs_epi16(r);
        __m128i least = _mm_min_epi16(r, _mm_min_epi16(p, q));
        __m128i is_p = _mm_cmpeq_epi16(least, p), is_q = _mm_cmpeq_epi16(least, q);
        __m128i other = _mm_or_si128(_mm_and_si128(is_q, above), _mm_andnot_si128(is_q, corner));
        __m128i best = _mm_or_si128(_mm_and_si128(is_p, left), _mm_andnot_si128(is_p, other));
        corner = above;
        left = _mm_add_epi8(x, best);
        __m128i packed = _mm_packus_epi16(left, left);
        uint32_t a = (uint32_t)_mm_cvtsi128_si32(packed), b = (uint32_t)_mm_cvtsi128_si32(_mm_srli_si128(packed, 4));
        memcpy(one + i, &a, step);
        if (both) memcpy(two + i, &b, step);
    }
    last_pixel(one, above_one, i, bytes, step);
    if (both) last_pixel(two, above_two, i, bytes, step);
}

GD_VECTOR static void paeth_vectors(uint8_t *one, const uint8_t *above_one, uint8_t *two, const uint8_t *above_two,
                                    size_t bytes, size_t step) {
    if (step == 3 && two) paeth_by(one, above_one, two, above_two, bytes, 3, 1);
    else if (step == 3) paeth_by(one, above_one, NULL, NULL, bytes, 3, 0);
    else if (two) paeth_by(one, above_one, two, above_two, bytes, 4, 1);
    else paeth_by(one, above_one, NULL, NULL, bytes, 4, 0);
}

#elif defined(GD_NEON)

static void sub_vectors(uint8_t *row, size_t bytes, size_t step) {
    const uint8x16_t zero = vdupq_n_u8(0);
    size_t i = 0;
    if (step == 4) {
        uint8x16_t carry = zero;
        for (; i + 16 <= bytes; i += 16) {
            uint8x16_t x = vld1q_u8(row + i);
            x = vaddq_u8(x, vextq_u8(zero, x, 12));
            x = vaddq_u8(x, vextq_u8(zero, x, 8));
            x = vaddq_u8(x, carry);
            vst1q_u8(row + i, x);
            carry = vreinterpretq_u8_u32(vdupq_laneq_u32(vreinterpretq_u32_u8(x), 3));
        }
    } else if (step == 3) {
        static const uint8_t order[16] = {12, 13, 14, 12, 13, 14, 12, 13, 14, 12, 13, 14, 12, 13, 14, 255};
        const uint8x16_t last = vld1q_u8(order), five = vsetq_lane_u8(0, vdupq_n_u8(255), 15);
        uint8x16_t carry = zero;
        for (; i + 16 <= bytes; i += 15) {
            uint8x16_t raw = vld1q_u8(row + i), x = vandq_u8(raw, five);
            x = vaddq_u8(x, vextq_u8(zero, x, 13));
            x = vaddq_u8(x, vextq_u8(zero, x, 10));
            x = vaddq_u8(x, vextq_u8(zero, x, 4));
            x = vaddq_u8(x, carry);
            carry = vqtbl1q_u8(x, last);
            vst1q_u8(row + i, vbslq_u8(five, x, raw));
        }
    }
    if (i < step) i = step;
    for (; i < bytes; i++) row[i] = (uint8_t)(row[i] + row[i - step]);
}

static inline int16x8_t load(const uint8_t *one, const uint8_t *two) {
    uint32_t both[2] = {0, 0};
    memcpy(&both[0], one, 4);
    if (two) memcpy(&both[1], two, 4);
    return vreinterpretq_s16_u16(vmovl_u8(vreinterpret_u8_u32(vld1_u32(both))));
}

static void paeth_vectors(uint8_t *one, const uint8_t *above_one, uint8_t *two, const uint8_t *above_two,
                          size_t bytes, size_t step) {
    int16x8_t left = vdupq_n_s16(0), corner = left;
    const int16x8_t low = vdupq_n_s16(0xff);
    size_t i = 0;
    for (; i + 4 <= bytes; i += step) {
        int16x8_t above = load(above_one + i, two ? above_two + i : NULL), x = load(one + i, two ? two + i : NULL);
        int16x8_t p = vsubq_s16(above, corner), q = vsubq_s16(left, corner), r = vaddq_s16(p, q);
        p = vabsq_s16(p);
        q = vabsq_s16(q);
        r = vabsq_s16(r);
        int16x8_t least = vminq_s16(r, vminq_s16(p, q));
        int16x8_t other = vbslq_s16(vceqq_s16(least, q), above, corner);
        int16x8_t best = vbslq_s16(vceqq_s16(least, p), left, other);
        corner = above;
        left = vandq_s16(vaddq_s16(x, best), low);
        uint32_t both[2];
        vst1_u32(both, vreinterpret_u32_u8(vmovn_u16(vreinterpretq_u16_s16(left))));
        memcpy(one + i, &both[0], step);
        if (two) memcpy(two + i, &both[1], step);
    }
    last_pixel(one, above_one, i, bytes, step);
    if (two) last_pixel(two, above_two, i, bytes, step);
}

#else

static void sub_vectors(uint8_t *row, size_t bytes, size_t step) { sub(row, bytes, step); }

static void paeth_vectors(uint8_t *one, const uint8_t *above_one, uint8_t *two, const uint8_t *above_two,
                          size_t bytes, size_t step) {
    paeth(one, above_one, bytes, step);
    if (two) paeth(two, above_two, bytes, step);
}

#endif

/* -------------------------------------------------------------------------------------------- row by row */

static void unfilter(uint8_t *row, const uint8_t *above, size_t bytes, uint32_t channels) {
    switch (row[-1]) {
    case SUB:
        if (channels >= 3 && gd_vectors()) sub_vectors(row, bytes, channels);
        else sub(row, bytes, channels);
        break;
    case UP: up(row, above, bytes); break;
    case AVERAGE: average(row, above, bytes, channels); break;
    case PAETH:
        if (channels >= 3 && gd_vectors()) paeth_vectors(row, above, NULL, NULL, bytes, channels);
        else paeth(row, above, bytes, channels);
        break;
    default: break;
    }
    row[-1] = NONE; /* so that nobody does it twice */
}

static void unfilter_two(uint8_t *one, const uint8_t *above_one, uint8_t *two, const uint8_t *above_two,
                         size_t bytes, uint32_t channels) {
    if (one[-1] == PAETH && two[-1] == PAETH && channels >= 3 && gd_vectors()) {
        paeth_vectors(one, above_one, two, above_two, bytes, channels);
        one[-1] = two[-1] = NONE;
        return;
    }
    unfilter(one, above_one, bytes, channels);
    unfilter(two, above_two, bytes, channels);
}

void gd_unfilter(uint8_t *raw, uint32_t height, size_t bytes, uint32_t channels, const uint8_t *zeros) {
    const uint8_t *above = zeros;
    for (uint32_t y = 0; y < height; y++) {
        uint8_t *row = raw + y * (bytes + 1) + 1;
        unfilter(row, above, bytes, channels);
        above = row;
    }
}

static int looks_up(const uint8_t *row) { return row[-1] >= UP; }

void gd_settle(uint8_t *golden, uint32_t first, uint32_t last, size_t bytes, uint32_t channels,
               const uint8_t *zeros, uint8_t *rows) {
    size_t stride = bytes + 1;
    uint32_t from = first;
    while (from > 0 && rows[from] == GD_ALIKE && looks_up(golden + from * stride + 1) && rows[from - 1] == GD_ALIKE)
        from--;
    for (uint32_t y = from; y < last; y++) {
        if (rows[y] != GD_ALIKE) continue;
        uint8_t *row = golden + y * stride + 1;
        unfilter(row, y ? row - stride : zeros, bytes, channels);
        rows[y] = GD_ALIKE_DECODED;
    }
}

void gd_unfilter_pair(uint8_t *golden, uint8_t *candidate, uint32_t height, size_t bytes, uint32_t channels,
                      const uint8_t *zeros, uint8_t *rows) {
    size_t stride = bytes + 1;
    int owed = 0; /* alike rows below one that differs, which its anti-aliasing looks at */
    for (uint32_t y = 0; y < height; y++) {
        uint8_t *one = golden + y * stride + 1, *two = candidate + y * stride + 1;
        int above_alike = y == 0 || rows[y - 1] != GD_UNLIKE;
        if ((above_alike || !looks_up(one)) && memcmp(one - 1, two - 1, stride) == 0) {
            rows[y] = GD_ALIKE;
            if (owed) {
                owed--;
                gd_settle(golden, y, y + 1, bytes, channels, zeros, rows);
            }
            continue;
        }
        if (y) gd_settle(golden, y >= 2 ? y - 2 : 0, y, bytes, channels, zeros, rows);
        const uint8_t *above_one = y ? one - stride : zeros;
        const uint8_t *above_two = !y ? zeros : rows[y - 1] == GD_UNLIKE ? two - stride : one - stride;
        unfilter_two(one, above_one, two, above_two, bytes, channels);
        if (memcmp(one, two, bytes) == 0) {
            rows[y] = GD_ALIKE_DECODED;
            if (owed) owed--;
        } else {
            rows[y] = GD_UNLIKE;
            owed = 2;
        }
    }
}
