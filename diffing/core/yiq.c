/* Measure how far pixels differ in colour, anti-aliasing apart, exactly as pixelmatch 7.2.0 (npm) counts.

   The distance is Kotsarenko and Ramos's (2010), the detector Vyšniauskas's (2009); see diffing/yiq.py, whose numbers
   these are. The order of the floating-point operations is the reference's, and none may be contracted. */
#include "core.h"

#include <math.h>
#if !defined(_WIN32)
#include <pthread.h>
#endif
#include <string.h>

#include "vectors.h"

#define FARTHEST 35215.0
#define RIM 2
#define WORTH_A_THREAD 500000 /* pixels */
#define KEPT 5 /* rows around the one that is looked at */

typedef struct {
    int red, green, blue, alpha;
} colour;

#define REMEMBERED 256

/* A pair of opaque colours, as often seen side by side, with what was worked out of it. */
typedef struct {
    uint32_t one, two;
    int known;
    double squared;
    uint64_t distance, removed, added;
} pair_seen;

/* Rows of both sides, from two above the one that is looked at to two below; NULL outside the picture. */
typedef struct {
    const gd_scene *scene;
    uint32_t y;
    const uint32_t *near[2][KEPT];
    uint32_t *rows[2][KEPT];
    int64_t holds[2][KEPT];
    pair_seen pairs[REMEMBERED];
} window;

static colour of(uint32_t pixel) {
    uint8_t bytes[4];
    memcpy(bytes, &pixel, 4);
    return (colour){bytes[0], bytes[1], bytes[2], bytes[3]};
}

static const uint32_t *row_of(window *seen, int side, uint32_t y) {
    uint32_t slot = y % KEPT;
    if (seen->holds[side][slot] != (int64_t)y) {
        gd_row(seen->scene, side, y, 0, seen->scene->width, seen->rows[side][slot]);
        seen->holds[side][slot] = y;
    }
    return seen->rows[side][slot];
}

/* Have all rows at hand that the anti-aliasing of a row asks for. */
static void surround(window *seen, uint32_t y) {
    for (int side = 0; side < 2; side++)
        for (int64_t k = 0; k < KEPT; k++) {
            int64_t at = (int64_t)y + k - RIM;
            int there = at >= 0 && at < (int64_t)seen->scene->height;
            seen->near[side][k] = there ? row_of(seen, side, (uint32_t)at) : NULL;
        }
    seen->y = y;
}

/* ---------------------------------------------------------------------------------------------- colours */

/* How far two colours lie apart, red, green and blue; where they are transparent, over the reference's background
   at this place. `at` counts pixels from the first. */
static void apart(colour one, colour two, uint64_t at, double out[3]) {
    if (one.alpha == 255 && two.alpha == 255) {
        out[0] = one.red - two.red;
        out[1] = one.green - two.green;
        out[2] = one.blue - two.blue;
        return;
    }
    double k = 4.0 * (double)at;
    int green = 48 + 159 * (int)((uint64_t)(k / 1.618033988749895) % 2);
    int blue = 48 + 159 * (int)((uint64_t)(k / 2.618033988749895) % 2);
    int alpha = one.alpha - two.alpha;
    out[0] = (one.red * one.alpha - two.red * two.alpha - 48 * alpha) / 255.0;
    out[1] = (one.green * one.alpha - two.green * two.alpha - green * alpha) / 255.0;
    out[2] = (one.blue * one.alpha - two.blue * two.alpha - blue * alpha) / 255.0;
}

static double squared_distance(uint32_t one, uint32_t two, uint64_t at) {
    double d[3];
    apart(of(one), of(two), at, d);
    double y = d[0] * 0.29889531 + d[1] * 0.58662247 + d[2] * 0.11448223;
    double i = d[0] * 0.59597799 - d[1] * 0.27417610 - d[2] * 0.32180189;
    double q = d[0] * 0.21147017 - d[1] * 0.52261711 + d[2] * 0.31114694;
    return 0.5053 * y * y + 0.299 * i * i + 0.1957 * q * q;
}

static double brightness(uint32_t one, uint32_t two, uint64_t at) {
    double d[3];
    apart(of(one), of(two), at, d);
    return d[0] * 0.29889531 + d[1] * 0.58662247 + d[2] * 0.11448223;
}

/* ---------------------------------------------------------------------------------------- anti-aliasing */

/* A pixel of the window: its column, and its row as one of those at hand. */
typedef struct {
    uint32_t x;
    int row;
} place;

typedef struct {
    uint32_t left, right;
    int top, bottom, edge; /* inclusive; is there an edge of the picture? It counts as an equal neighbour */
} around;

static around neighbours(const window *seen, place at) {
    around near = {at.x ? at.x - 1 : 0, at.x + 1 < seen->scene->width ? at.x + 1 : at.x, at.row - 1, at.row + 1, 0};
    near.top += near.top < 0 || !seen->near[0][near.top];
    near.bottom -= near.bottom >= KEPT || !seen->near[0][near.bottom];
    near.edge = near.left == at.x || near.right == at.x || near.top == at.row || near.bottom == at.row;
    return near;
}

#if defined(GD_SSSE3)

#define GD_NINE 1

/* Count, of three rows of three pixels, those like the one in the middle. The fourth of each is read, and left out. */
static int nine_alike(const uint32_t *above, const uint32_t *row, const uint32_t *below) {
    static const uint8_t bits[8] = {0, 1, 1, 2, 1, 2, 2, 3};
    const __m128i own = _mm_set1_epi32((int)row[1]);
    const uint32_t *rows[3] = {above, row, below};
    int count = 0;
    for (int k = 0; k < 3; k++) {
        __m128i alike = _mm_cmpeq_epi32(_mm_loadu_si128((const __m128i *)rows[k]), own);
        count += bits[_mm_movemask_ps(_mm_castsi128_ps(alike)) & 7];
    }
    return count;
}

/* Say by bits which of four pixels in a row have more than two neighbours of their own colour: none of those is
   anti-aliased on this side. All rows and columns around them are there. */
static int four_settled(const uint32_t *above, const uint32_t *row, const uint32_t *below) {
    const __m128i own = _mm_loadu_si128((const __m128i *)row);
    const uint32_t *near[8] = {above - 1, above, above + 1, row - 1, row + 1, below - 1, below, below + 1};
    __m128i alike = _mm_setzero_si128();
    for (int k = 0; k < 8; k++)
        alike = _mm_sub_epi32(alike, _mm_cmpeq_epi32(_mm_loadu_si128((const __m128i *)near[k]), own));
    return _mm_movemask_ps(_mm_castsi128_ps(_mm_cmpgt_epi32(alike, _mm_set1_epi32(2))));
}

#else

#define GD_NINE 0

static int four_settled(const uint32_t *above, const uint32_t *row, const uint32_t *below) {
    (void)above, (void)row, (void)below;
    return 0;
}

static int nine_alike(const uint32_t *above, const uint32_t *row, const uint32_t *below) {
    (void)above, (void)row, (void)below;
    return 0;
}

#endif

/* Count the neighbours of a pixel's own colour. Nobody asks beyond three. */
static inline __attribute__((always_inline)) int equal_neighbours(const window *seen, int side, place at) {
    const uint32_t *const *rows = seen->near[side];
    uint32_t x = at.x, own = rows[at.row][x];
    int inner = x && x + 1 < seen->scene->width && at.row && at.row + 1 < KEPT;
    if (inner && rows[at.row - 1] && rows[at.row + 1]) {
        const uint32_t *above = rows[at.row - 1] + x, *row = rows[at.row] + x, *below = rows[at.row + 1] + x;
        if (GD_NINE && x + 2 < seen->scene->width) return nine_alike(above - 1, row - 1, below - 1) - 1;
        return (above[-1] == own) + (above[0] == own) + (above[1] == own) + (row[-1] == own) + (row[1] == own) +
               (below[-1] == own) + (below[0] == own) + (below[1] == own);
    }
    around near = neighbours(seen, at);
    int equal = near.edge - 1; /* it is found among its neighbours too */
    for (int v = near.top; v <= near.bottom; v++)
        for (uint32_t u = near.left; u <= near.right; u++) equal += rows[v][u] == own;
    return equal;
}

static int settled(const window *seen, place at) {
    return equal_neighbours(seen, 0, at) > 2 && equal_neighbours(seen, 1, at) > 2;
}

/* Weigh an opaque pixel's brightness. No two colours weigh the same, so whole numbers give the order that the
   reference's rounded differences give (diffing/yiq.py; a test proves it). */
static int64_t weight(uint32_t pixel) {
    colour own = of(pixel);
    return own.red * (int64_t)29889531 + own.green * (int64_t)58662247 + own.blue * (int64_t)11448223;
}

static int opaque(const uint32_t *const *rows, around near) {
    uint32_t all = UINT32_MAX;
    for (int v = near.top; v <= near.bottom; v++)
        for (uint32_t u = near.left; u <= near.right; u++) all &= rows[v][u];
    return of(all).alpha == 255;
}

/* Find the darkest and the brightest neighbour, the first of equals column by column. 0 where one is lacking. */
static int extremes_opaque(const uint32_t *const *rows, around near, place at, place *dark, place *bright) {
    int64_t own = weight(rows[at.row][at.x]), least = own, most = own;
    for (uint32_t u = near.left; u <= near.right; u++)
        for (int v = near.top; v <= near.bottom; v++) {
            int64_t other = weight(rows[v][u]);
            if (other > most) most = other, *bright = (place){u, v};
            else if (other < least) least = other, *dark = (place){u, v};
        }
    return least != own && most != own;
}

static int extremes(const window *seen, const uint32_t *const *rows, around near, place at, int equal, place *dark,
                    place *bright) {
    uint32_t own = rows[at.row][at.x];
    uint64_t index = (uint64_t)seen->y * seen->scene->width + at.x;
    double least = 0, most = 0;
    for (uint32_t u = near.left; u <= near.right; u++)
        for (int v = near.top; v <= near.bottom; v++) {
            if (rows[v][u] == own) continue;
            double delta = brightness(own, rows[v][u], index);
            if (delta == 0 && ++equal > 2) return 0; /* other pixels of one brightness, seen through */
            if (delta < least) least = delta, *bright = (place){u, v};
            else if (delta > most) most = delta, *dark = (place){u, v};
        }
    return least != 0 && most != 0;
}

static int antialiased(const window *seen, int side, uint32_t x) {
    place at = {x, RIM}, dark = at, bright = at;
    int equal = equal_neighbours(seen, side, at);
    if (equal > 2) return 0;
    const uint32_t *const *rows = seen->near[side];
    around near = neighbours(seen, at);
    int both = opaque(rows, near) ? extremes_opaque(rows, near, at, &dark, &bright)
                                  : extremes(seen, rows, near, at, equal, &dark, &bright);
    return both && (settled(seen, dark) || settled(seen, bright));
}

/* ---------------------------------------------------------------------------------------------- measuring */

/* Mix a pixel so that chains of pixels tell which there were, and in which order (the finaliser of Steele, Lea and
   Flood's SplitMix, 2014). */
static uint64_t mixed(uint32_t pixel) {
    uint64_t z = pixel + 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

#define LINK 0x9e3779b97f4a7c15u

size_t gd_measure_work(const gd_scene *scene) { return (size_t)2 * KEPT * scene->width; }

/* Give what is known of a pair of pixels; `seen` holds what was worked out before, by the pair's bits. */
static const pair_seen *work_out(pair_seen *seen, uint32_t one, uint32_t two, uint64_t at) {
    pair_seen *pair = &seen[(one * 0x9e3779b1u ^ two * 0x85ebca77u) >> 24];
    if (pair->known && pair->one == one && pair->two == two) return pair;
    double squared = squared_distance(one, two, at);
    *pair = (pair_seen){
        .one = one,
        .two = two,
        .known = of(one).alpha == 255 && of(two).alpha == 255, /* else the place counts too */
        .squared = squared,
        .distance = (uint64_t)(sqrt(squared / FARTHEST) * 4294967296.0),
        .removed = mixed(one),
        .added = mixed(two),
    };
    return pair;
}

/* Four pixels, the first of them at `x`, and by bits which are not anti-aliased on either side. */
typedef struct {
    uint32_t x;
    int settled;
} four;

/* Look at four pixels at a time where four in a row differ, as in plain areas. */
static four look_ahead(const window *seen, uint32_t x) {
    const uint32_t *const *one = seen->near[0] + RIM, *const *two = seen->near[1] + RIM;
    four found = {x, 0};
    if (!GD_NINE || !x || x + 5 > seen->scene->width || !one[-1] || !one[1]) return found;
    for (uint32_t u = x + 1; u < x + 4; u++)
        if (one[0][u] == two[0][u]) return found;
    found.settled = four_settled(one[-1] + x, one[0] + x, one[1] + x) & four_settled(two[-1] + x, two[0] + x, two[1] + x);
    return found;
}

static int mark_of(const window *seen, const gd_tolerance *tolerance, double squared, double limit, uint32_t x,
                   four *ahead) {
    if (tolerance->exact) return GD_DIFFERS;
    if (squared <= limit) return GD_SAME;
    if (tolerance->antialiasing) return GD_DIFFERS;
    if (x >= ahead->x + 4) *ahead = look_ahead(seen, x);
    if (ahead->settled >> (x - ahead->x) & 1) return GD_DIFFERS;
    return antialiased(seen, 0, x) || antialiased(seen, 1, x) ? GD_ANTIALIASED : GD_DIFFERS;
}

static void enclose(gd_measured *out, uint32_t y, uint32_t first, uint32_t last) {
    if (out->right == 0) out->left = first, out->top = y;
    out->left = first < out->left ? first : out->left;
    out->right = last + 1 > out->right ? last + 1 : out->right;
    out->bottom = y + 1;
}

static int eight_alike(const uint32_t *one, const uint32_t *two) {
    uint64_t unlike = 0;
    for (int k = 0; k < 8; k += 2) {
        uint64_t a, b;
        memcpy(&a, one + k, 8);
        memcpy(&b, two + k, 8);
        unlike |= a ^ b;
    }
    return !unlike;
}

static void measure_row(window *seen, const gd_tolerance *tolerance, double limit, uint32_t y, uint8_t *mask,
                        gd_measured *out) {
    uint32_t width = seen->scene->width, first = UINT32_MAX, last = 0;
    const uint32_t *one = row_of(seen, 0, y), *two = row_of(seen, 1, y);
    if (memcmp(one, two, (size_t)4 * width) == 0) return;
    surround(seen, y);
    four ahead = look_ahead(seen, 0);
    for (uint32_t x = 0; x < width; x++) {
        while (x + 8 <= width && eight_alike(one + x, two + x)) x += 8;
        while (x < width && one[x] == two[x]) x++;
        if (x == width) break;
        first = first == UINT32_MAX ? x : first;
        last = x;
        const pair_seen *pair = work_out(seen->pairs, one[x], two[x], (uint64_t)y * width + x);
        int mark = mark_of(seen, tolerance, pair->squared, limit, x, &ahead);
        out->touched++;
        out->largest = pair->squared > out->largest ? pair->squared : out->largest;
        out->total += pair->distance;
        if (!mark) continue;
        mask[x] = (uint8_t)mark;
        out->count[mark]++;
        out->removed[mark] = out->removed[mark] * LINK + pair->removed;
        out->added[mark] = out->added[mark] * LINK + pair->added;
    }
    enclose(out, y, first, last);
}

static void measure_rows(const gd_scene *scene, const gd_tolerance *tolerance, uint32_t from, uint32_t to,
                         uint8_t *mask, uint32_t *work, gd_measured *out) {
    window seen = {.scene = scene};
    for (int side = 0; side < 2; side++)
        for (int slot = 0; slot < KEPT; slot++) {
            seen.rows[side][slot] = work + (size_t)(side * KEPT + slot) * scene->width;
            seen.holds[side][slot] = -1;
        }
    double limit = FARTHEST * tolerance->threshold * tolerance->threshold;
    memset(out, 0, sizeof *out);
    for (uint32_t y = from; y < to; y++)
        if (!scene->rows || scene->rows[y] == GD_UNLIKE)
            measure_row(&seen, tolerance, limit, y, mask + (size_t)y * scene->width, out);
}

void gd_measure(const gd_scene *scene, const gd_tolerance *tolerance, uint8_t *mask, uint32_t *work,
                gd_measured *out) {
    measure_rows(scene, tolerance, 0, scene->height, mask, work, out);
}

/* --------------------------------------------------------------------------------------------- two halves */

/* Go on with a chain by another one of so many links. */
static uint64_t linked(uint64_t upper, uint64_t lower, uint64_t links) {
    for (uint64_t power = LINK; links; links >>= 1, power *= power)
        if (links & 1) upper *= power;
    return upper + lower;
}

static void join(gd_measured *upper, const gd_measured *lower) {
    if (!lower->touched) return;
    if (!upper->touched) {
        *upper = *lower;
        return;
    }
    upper->touched += lower->touched;
    upper->total += lower->total;
    upper->largest = lower->largest > upper->largest ? lower->largest : upper->largest;
    for (int mark = GD_ANTIALIASED; mark <= GD_DIFFERS; mark++) {
        upper->count[mark] += lower->count[mark];
        upper->removed[mark] = linked(upper->removed[mark], lower->removed[mark], lower->count[mark]);
        upper->added[mark] = linked(upper->added[mark], lower->added[mark], lower->count[mark]);
    }
    upper->left = lower->left < upper->left ? lower->left : upper->left;
    upper->right = lower->right > upper->right ? lower->right : upper->right;
    upper->bottom = lower->bottom;
}

#if defined(_WIN32)

void gd_measure_halves(const gd_scene *scene, const gd_tolerance *tolerance, uint8_t *mask, uint32_t *work,
                       gd_measured *out) {
    gd_measure(scene, tolerance, mask, work, out);
}

#else

typedef struct {
    const gd_scene *scene;
    const gd_tolerance *tolerance;
    uint32_t from, to;
    uint8_t *mask;
    uint32_t *work;
    gd_measured found;
} half;

static void *measure_half(void *told) {
    half *own = told;
    measure_rows(own->scene, own->tolerance, own->from, own->to, own->mask, own->work, &own->found);
    return NULL;
}

void gd_measure_halves(const gd_scene *scene, const gd_tolerance *tolerance, uint8_t *mask, uint32_t *work,
                       gd_measured *out) {
    uint32_t first = 0, last = scene->height;
    while (scene->rows && first < last && scene->rows[first] != GD_UNLIKE) first++;
    while (scene->rows && last > first && scene->rows[last - 1] != GD_UNLIKE) last--;
    uint32_t middle = first + (last - first) / 2;
    half upper = {scene, tolerance, first, middle, mask, work, {0}};
    half lower = {scene, tolerance, middle, last, mask, work + gd_measure_work(scene), {0}};
    pthread_t thread;
    int apart = (uint64_t)(last - first) * scene->width >= WORTH_A_THREAD &&
                pthread_create(&thread, NULL, measure_half, &lower) == 0;
    measure_half(&upper);
    if (apart) pthread_join(thread, NULL);
    else measure_half(&lower);
    *out = upper.found;
    join(out, &lower.found);
}

#endif
