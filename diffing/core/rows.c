/* Give a row of either side as RGBA pixels on the common canvas. */
#include "core.h"

#include <string.h>

#include "vectors.h"

#if defined(GD_SSSE3)

GD_VECTOR static size_t rgb_vectors(const uint8_t *in, uint32_t *out, size_t width) {
    const __m128i order = _mm_set_epi8(-1, 11, 10, 9, -1, 8, 7, 6, -1, 5, 4, 3, -1, 2, 1, 0);
    const __m128i opaque = _mm_set1_epi32((int)0xff000000u);
    size_t x = 0;
    for (; x + 6 <= width; x += 4) { /* sixteen bytes are read for twelve */
        __m128i raw = _mm_loadu_si128((const __m128i *)(in + 3 * x));
        _mm_storeu_si128((__m128i *)(out + x), _mm_or_si128(_mm_shuffle_epi8(raw, order), opaque));
    }
    return x;
}

#elif defined(GD_NEON)

static size_t rgb_vectors(const uint8_t *in, uint32_t *out, size_t width) {
    size_t x = 0;
    for (; x + 16 <= width; x += 16) {
        uint8x16x3_t rgb = vld3q_u8(in + 3 * x);
        uint8x16x4_t rgba = {{rgb.val[0], rgb.val[1], rgb.val[2], vdupq_n_u8(255)}};
        vst4q_u8((uint8_t *)(out + x), rgba);
    }
    return x;
}

#else

static size_t rgb_vectors(const uint8_t *in, uint32_t *out, size_t width) {
    (void)in, (void)out, (void)width;
    return 0;
}

#endif

static uint32_t pixel(uint8_t red, uint8_t green, uint8_t blue, uint8_t alpha) {
    uint8_t bytes[4] = {red, green, blue, alpha};
    uint32_t found;
    memcpy(&found, bytes, 4);
    return found;
}

static uint32_t one_pixel(const gd_side *side, const uint8_t *at) {
    switch (side->channels) {
    case 1: return side->palette ? side->palette[*at] : pixel(at[0], at[0], at[0], 255);
    case 2: return pixel(at[0], at[0], at[0], at[1]);
    case 3: return pixel(at[0], at[1], at[2], 255);
    default: return pixel(at[0], at[1], at[2], at[3]);
    }
}

static void expand(const gd_side *side, const uint8_t *in, size_t count, uint32_t *out) {
    size_t x = 0;
    if (side->channels == 4) {
        memcpy(out, in, 4 * count);
        return;
    }
    if (side->channels == 3 && gd_vectors()) x = rgb_vectors(in, out, count);
    for (; x < count; x++) out[x] = one_pixel(side, in + x * side->channels);
}

/* Rows that are alike may be decoded on the golden's side alone. */
static const gd_side *decoded(const gd_scene *scene, int which, uint32_t y) {
    return &scene->side[scene->rows && scene->rows[y] != GD_UNLIKE ? 0 : which];
}

uint32_t gd_pixel(const gd_scene *scene, int which, uint32_t x, uint32_t y) {
    const gd_side *side = decoded(scene, which, y);
    if (y >= side->height || x >= side->width) return 0;
    if (scene->ignored && scene->ignored[(size_t)y * scene->width + x]) return 0;
    return one_pixel(side, side->base + y * side->stride + (size_t)x * side->channels);
}

void gd_row(const gd_scene *scene, int which, uint32_t y, uint32_t left, uint32_t right, uint32_t *out) {
    const gd_side *side = decoded(scene, which, y);
    size_t last = y < side->height ? side->width < right ? side->width : right : 0;
    size_t drawn = last > left ? last - left : 0;
    if (drawn) expand(side, side->base + y * side->stride + (size_t)left * side->channels, drawn, out);
    memset(out + drawn, 0, 4 * (right - left - drawn));
    if (!scene->ignored) return;
    const uint8_t *ignored = scene->ignored + (size_t)y * scene->width;
    for (uint32_t x = left; x < right; x++)
        if (ignored[x]) out[x - left] = 0;
}

int gd_same(const gd_scene *scene, uint32_t y, uint32_t left, uint32_t right, uint32_t *work) {
    const gd_side *one = &scene->side[0], *two = &scene->side[1];
    if (scene->rows && scene->rows[y] != GD_UNLIKE) return 1;
    int both = y < one->height && y < two->height && right <= one->width && right <= two->width;
    if (both && one->channels == two->channels && !one->palette && !two->palette && !scene->ignored) {
        size_t from = (size_t)left * one->channels;
        return memcmp(one->base + y * one->stride + from, two->base + y * two->stride + from,
                      (size_t)(right - left) * one->channels) == 0;
    }
    gd_row(scene, 0, y, left, right, work);
    gd_row(scene, 1, y, left, right, work + (right - left));
    return memcmp(work, work + (right - left), (size_t)4 * (right - left)) == 0;
}
