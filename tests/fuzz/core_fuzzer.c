/* Ask the core everything about a scene made of arbitrary bytes, in buffers exactly as large as the binding proves.

   What it may assume is what diffing/core/module.c has proved; what it gives is held against slow code that is plainly
   right, against itself without vectors, and against itself with golden and candidate exchanged. For libFuzzer; and
   core_driver.c calls it with pseudo-random bytes on other machines. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

#define MOST_WIDTH 67
#define MOST_HEIGHT 40
#define MOST_BOXES 100
#define MOST_LINES 200
#define MOST_RUNS 40

void plain_unfilter(uint8_t *raw, uint32_t height, size_t bytes, uint32_t channels, const uint8_t *zeros);
void plain_unfilter_pair(uint8_t *golden, uint8_t *candidate, uint32_t height, size_t bytes, uint32_t channels,
                         const uint8_t *zeros, uint8_t *rows);
void plain_row(const gd_scene *scene, int side, uint32_t y, uint32_t left, uint32_t right, uint32_t *out);
void plain_measure(const gd_scene *scene, const gd_tolerance *tolerance, uint8_t *mask, uint32_t *work,
                   gd_measured *out);

uint64_t fuzz_digest; /* of all that was answered: the same on every machine */

#define HOLDS(what) \
    do { \
        if (!(what)) { \
            fprintf(stderr, "%s:%d: it does not hold that %s\n", __FILE__, __LINE__, #what); \
            abort(); \
        } \
    } while (0)

/* ---------------------------------------------------------------------------------------- what is asked */

typedef struct {
    const uint8_t *at, *end;
} input;

static uint8_t byte(input *in) { return in->at < in->end ? *in->at++ : 0; }

static void *room(size_t bytes) {
    void *found = malloc(bytes);
    HOLDS(found != NULL);
    return found;
}

static void *copied(const void *from, size_t bytes) { return memcpy(room(bytes), from, bytes); }

static void fill(input *in, uint8_t *out, size_t bytes) {
    size_t left = (size_t)(in->end - in->at), taken = left < bytes ? left : bytes;
    memcpy(out, in->at, taken);
    memset(out + taken, 0, bytes - taken);
    in->at += taken;
}

/* One side as the binding gets it. */
typedef struct {
    uint32_t width, height, channels;
    size_t bytes, stride, length; /* of a row of pixels; with its filter byte; of all */
    int filtered;
    uint32_t *palette;
    uint8_t *raw;
} picture;

static void lay_out(picture *made, uint32_t width, uint32_t height, uint32_t channels, int filtered) {
    made->width = width, made->height = height, made->channels = channels, made->filtered = filtered;
    made->bytes = (size_t)width * channels;
    made->stride = made->bytes + (filtered ? 1 : 0);
    made->length = made->stride * height;
    made->raw = room(made->length);
}

static void paint(input *in, picture *made) {
    uint8_t style = byte(in);
    if (style & 1) { /* few different bytes: rows and pixels that are alike */
        uint8_t few[4] = {byte(in), byte(in), 255, 0};
        for (size_t i = 0; i < made->length; i += 4) {
            uint8_t four = byte(in);
            for (size_t k = i; k < i + 4 && k < made->length; k++, four >>= 2) made->raw[k] = few[four & 3];
        }
    } else {
        fill(in, made->raw, made->length);
    }
    if (style & 2 && made->channels == 4)
        for (size_t y = 0; y < made->height; y++)
            for (size_t x = 3; x < made->bytes; x += 4) made->raw[y * made->stride + made->stride - made->bytes + x] = 255;
    for (size_t y = 0; made->filtered && y < made->height; y++) made->raw[y * made->stride] = byte(in) % 5;
}

static uint32_t *colours(input *in) {
    uint8_t few[64];
    uint8_t *palette = room(1024);
    fill(in, few, sizeof few);
    for (size_t i = 0; i < 1024; i++) palette[i] = (uint8_t)(few[i % 64] + i / 64);
    return (uint32_t *)palette;
}

/* The candidate is the golden with some bytes changed, or a picture of its own. */
static void depict(input *in, picture pair[2]) {
    uint8_t form = byte(in);
    uint32_t width = 1 + byte(in) % MOST_WIDTH, height = 1 + byte(in) % MOST_HEIGHT;
    lay_out(&pair[0], width, height, 1 + form % 4, form & 4);
    paint(in, &pair[0]);
    pair[0].palette = pair[0].channels == 1 && form & 8 ? colours(in) : NULL;
    if (form & 16) {
        uint32_t other_width = 1 + byte(in) % MOST_WIDTH, other_height = 1 + byte(in) % MOST_HEIGHT;
        lay_out(&pair[1], other_width, other_height, 1 + (form >> 5) % 4, byte(in) & 1);
        paint(in, &pair[1]);
        pair[1].palette = pair[1].channels == 1 && form & 8 ? colours(in) : NULL;
        return;
    }
    pair[1] = pair[0];
    pair[1].raw = copied(pair[0].raw, pair[0].length);
    pair[1].palette = pair[0].palette ? copied(pair[0].palette, 1024) : NULL;
    for (int edits = byte(in) % 16; edits > 0; edits--) {
        size_t at = (((size_t)byte(in) << 8) | byte(in)) % pair[1].length;
        int filter = pair[1].filtered && at % pair[1].stride == 0;
        pair[1].raw[at] = filter ? byte(in) % 5 : byte(in);
    }
}

/* ------------------------------------------------------------------------------------------- as it is held */

/* A scene with all that belongs to it, unfiltered side by side, or each side by itself. */
typedef struct {
    picture pair[2];
    gd_scene scene;
    uint8_t *zeros, *rows, *ignored;
    uint32_t *work;
} stage;

static int alike(const picture pair[2]) {
    const picture *one = &pair[0], *two = &pair[1];
    return one->filtered && two->filtered && one->width == two->width && one->height == two->height &&
           one->channels == two->channels && !one->palette == !two->palette &&
           (!one->palette || memcmp(one->palette, two->palette, 1024) == 0);
}

static void look(stage *made) {
    for (int k = 0; k < 2; k++) {
        picture *from = &made->pair[k];
        made->scene.side[k] = (gd_side){from->raw + (from->filtered ? 1 : 0), from->stride, from->width, from->height,
                                        from->channels, from->palette};
    }
    const gd_side *side = made->scene.side;
    made->scene.width = side[0].width > side[1].width ? side[0].width : side[1].width;
    made->scene.height = side[0].height > side[1].height ? side[0].height : side[1].height;
}

typedef void unfilter_one(uint8_t *, uint32_t, size_t, uint32_t, const uint8_t *);
typedef void unfilter_both(uint8_t *, uint8_t *, uint32_t, size_t, uint32_t, const uint8_t *, uint8_t *);

/* Take copies, so that every byte beyond them is out of bounds; `both` is NULL to take each side by itself. */
static stage set_up(const picture pair[2], const uint8_t *ignored, unfilter_one *one, unfilter_both *both) {
    stage made = {.rows = NULL};
    for (int k = 0; k < 2; k++) {
        made.pair[k] = pair[k];
        made.pair[k].raw = copied(pair[k].raw, pair[k].length);
        made.pair[k].palette = pair[k].palette ? copied(pair[k].palette, 1024) : NULL;
    }
    look(&made);
    size_t longest = pair[0].bytes > pair[1].bytes ? pair[0].bytes : pair[1].bytes;
    made.zeros = memset(room(longest), 0, longest);
    made.work = room(2 * gd_measure_work(&made.scene) * sizeof *made.work);
    made.ignored = ignored ? copied(ignored, (size_t)made.scene.width * made.scene.height) : NULL;
    made.scene.ignored = made.ignored;
    if (both && alike(pair)) {
        made.scene.rows = made.rows = memset(room(pair->height), 0, pair->height);
        both(made.pair[0].raw, made.pair[1].raw, pair->height, pair->bytes, pair->channels, made.zeros, made.rows);
        return made;
    }
    for (int k = 0; k < 2; k++)
        if (pair[k].filtered) one(made.pair[k].raw, pair[k].height, pair[k].bytes, pair[k].channels, made.zeros);
    return made;
}

static void clear(stage *made) {
    for (int k = 0; k < 2; k++) free(made->pair[k].raw), free(made->pair[k].palette);
    free(made->zeros), free(made->rows), free(made->ignored), free(made->work);
}

static void settle(stage *made, uint32_t first, uint32_t last) {
    const picture *pair = made->pair;
    if (made->rows) gd_settle(pair[0].raw, first, last, pair->bytes, pair->channels, made->zeros, made->rows);
}

/* ------------------------------------------------------------------------------------------------ digests */

static void note(const void *bytes, size_t length) {
    const uint8_t *at = bytes;
    for (size_t i = 0; i < length; i++) fuzz_digest = (fuzz_digest ^ at[i]) * 0x100000001b3u; /* FNV-1a */
}

static void note_measured(const gd_measured *found) {
    note(&found->touched, sizeof found->touched);
    note(found->count + 1, 2 * sizeof *found->count);
    note(found->removed + 1, 2 * sizeof *found->removed);
    note(found->added + 1, 2 * sizeof *found->added);
    note(&found->total, sizeof found->total);
    note(&found->largest, sizeof found->largest);
    note(&found->left, 4 * sizeof found->left);
}

/* --------------------------------------------------------------------------------------------- questions */

typedef void give_row(const gd_scene *, int, uint32_t, uint32_t, uint32_t, uint32_t *);
typedef void take_measure(const gd_scene *, const gd_tolerance *, uint8_t *, uint32_t *, gd_measured *);

static uint32_t *drawn(const gd_scene *scene, int side, give_row *row) {
    uint32_t *all = room((size_t)4 * scene->width * scene->height);
    for (uint32_t y = 0; y < scene->height; y++) {
        uint32_t *exact = room((size_t)4 * scene->width);
        row(scene, side, y, 0, scene->width, exact);
        memcpy(all + (size_t)y * scene->width, exact, (size_t)4 * scene->width);
        free(exact);
    }
    return all;
}

/* Rows are the same by themselves, together, without vectors, and pixel by pixel. */
static void hold_rows(stage *together, const stage *apart, const stage *plain) {
    const gd_scene *scene = &apart->scene;
    size_t pixels = (size_t)scene->width * scene->height;
    settle(together, 0, scene->height);
    for (int side = 0; side < 2; side++) {
        uint32_t *one = drawn(&together->scene, side, gd_row), *two = drawn(scene, side, gd_row);
        uint32_t *three = drawn(&plain->scene, side, plain_row);
        HOLDS(memcmp(one, two, 4 * pixels) == 0);
        HOLDS(memcmp(two, three, 4 * pixels) == 0);
        for (size_t i = 0; i < pixels; i++)
            HOLDS(two[i] == gd_pixel(scene, side, (uint32_t)(i % scene->width), (uint32_t)(i / scene->width)));
        note(two, 4 * pixels);
        free(one), free(two), free(three);
    }
}

static gd_measured measured(const stage *of, const gd_tolerance *tolerance, take_measure *measure, uint8_t **mask) {
    size_t pixels = (size_t)of->scene.width * of->scene.height;
    gd_measured found;
    *mask = memset(room(pixels), 0, pixels);
    measure(&of->scene, tolerance, *mask, of->work, &found);
    return found;
}

static int equally(const gd_measured *one, const gd_measured *two) {
    return one->touched == two->touched && memcmp(one->count + 1, two->count + 1, 16) == 0 && one->total == two->total &&
           one->largest == two->largest && memcmp(&one->left, &two->left, 16) == 0;
}

static void hold_exchanged(const gd_measured *one, const uint64_t *removed, const uint64_t *added) {
    HOLDS(memcmp(one->removed + 1, removed + 1, 16) == 0 && memcmp(one->added + 1, added + 1, 16) == 0);
}

static void hold_counts(const gd_measured *found, const uint8_t *mask, const gd_scene *scene) {
    uint64_t count[3] = {0, 0, 0};
    for (uint32_t y = 0; y < scene->height; y++)
        for (uint32_t x = 0; x < scene->width; x++) {
            uint8_t mark = mask[(size_t)y * scene->width + x];
            HOLDS(mark <= GD_DIFFERS);
            count[mark]++;
            HOLDS(!mark || (x >= found->left && x < found->right && y >= found->top && y < found->bottom));
            HOLDS(!mark || !scene->ignored || !scene->ignored[(size_t)y * scene->width + x]);
        }
    HOLDS(count[1] == found->count[1] && count[2] == found->count[2]);
    HOLDS(count[1] + count[2] <= found->touched && found->right <= scene->width && found->bottom <= scene->height);
    HOLDS(found->largest <= 35215.0 * 1.0001);
}

/* Give the mask; it is the same however rows were unfiltered, without vectors, and the other way round. */
static uint8_t *hold_measures(const stage *together, const stage *apart, const stage *plain, const stage *swapped,
                              const gd_tolerance *tolerance) {
    uint8_t *mask[5];
    size_t pixels = (size_t)apart->scene.width * apart->scene.height;
    gd_measured one = measured(together, tolerance, gd_measure, &mask[0]);
    gd_measured two = measured(apart, tolerance, gd_measure, &mask[1]);
    gd_measured three = measured(plain, tolerance, plain_measure, &mask[2]);
    gd_measured four = measured(swapped, tolerance, gd_measure, &mask[3]);
    gd_measured five = measured(together, tolerance, gd_measure_halves, &mask[4]);
    HOLDS(equally(&one, &two) && equally(&two, &three) && equally(&three, &four) && equally(&four, &five));
    hold_exchanged(&one, five.removed, five.added);
    hold_exchanged(&one, two.removed, two.added);
    hold_exchanged(&two, three.removed, three.added);
    hold_exchanged(&three, four.added, four.removed);
    for (int k = 1; k < 5; k++) HOLDS(memcmp(mask[0], mask[k], pixels) == 0);
    hold_counts(&one, mask[0], &together->scene);
    note_measured(&one);
    note(mask[0], pixels);
    free(mask[1]), free(mask[2]), free(mask[3]), free(mask[4]);
    return mask[0];
}

static int same(const gd_scene *scene, uint32_t x, uint32_t y) {
    return gd_pixel(scene, 0, x, y) == gd_pixel(scene, 1, x, y);
}

static int row_same(const gd_scene *scene, gd_box part, uint32_t step, uint32_t y) {
    uint32_t x = part.left;
    while (x < part.right && same(scene, x, y)) x += step;
    return x >= part.right;
}

/* Of the rows that differ in the part, every `step`-th is looked at. */
static int column_same(const gd_scene *scene, gd_box part, uint32_t step, uint32_t x) {
    uint32_t unlike = 0;
    for (uint32_t y = part.top; y < part.bottom; y++)
        if (!row_same(scene, part, 1, y) && unlike++ % step == 0 && !same(scene, x, y)) return 0;
    return 1;
}

/* Lines of the same pixels have the same sums on both sides, and others have others. */
static void hold_sums(const stage *of, const stage *apart, gd_box part, uint32_t step) {
    uint32_t across = part.right - part.left, down = part.bottom - part.top;
    uint64_t *rows[2], *columns[2];
    for (int k = 0; k < 2; k++) rows[k] = room(8 * (size_t)down), columns[k] = room(8 * (size_t)across);
    gd_row_sums(&of->scene, part, step, rows[0], rows[1], of->work);
    gd_column_sums(&of->scene, part, step, columns[0], columns[1], of->work);
    for (uint32_t y = 0; y < down; y++)
        HOLDS(row_same(&apart->scene, part, step, part.top + y) == (rows[0][y] == rows[1][y]));
    for (uint32_t x = 0; x < across; x++)
        HOLDS(column_same(&apart->scene, part, step, part.left + x) == (columns[0][x] == columns[1][x]));
    for (int k = 0; k < 2; k++) {
        note(rows[k], 8 * (size_t)down), note(columns[k], 8 * (size_t)across);
        free(rows[k]), free(columns[k]);
    }
}

/* Every sampled pixel is counted, and no pair twice; and nothing is written where there are too many. */
static void hold_tally(stage *of, gd_box part, uint32_t step, long most) {
    gd_box *parts = room(2 * sizeof *parts);
    uint64_t *pairs = room(8 * (size_t)most);
    int64_t *counts = room(8 * (size_t)most), total = 0;
    uint32_t across = (part.right - part.left + step - 1) / step, down = (part.bottom - part.top + step - 1) / step;
    parts[0] = parts[1] = part;
    settle(of, part.top, part.bottom);
    long found = gd_tally(&of->scene, parts, 2, step, pairs, counts, most, of->work);
    HOLDS(found >= 0 || found == -2);
    for (long k = 0; k < found; k++) {
        total += counts[k];
        for (long j = 0; j < k; j++) HOLDS(pairs[j] != pairs[k]);
    }
    HOLDS(found < 0 || total == 2 * (int64_t)across * down);
    HOLDS(found != -2 || most < (long)across * down);
    note(&found, sizeof found);
    free(parts), free(pairs), free(counts);
}

static int holds(const gd_box *box, uint32_t x, uint32_t y) {
    return x >= box->left && x < box->right && y >= box->top && y < box->bottom;
}

/* Count the regions slowly: cells of 8 × 8 pixels, from the first marked row on, take their least neighbour's number. */
static long regions(const uint8_t *mask, uint32_t width, uint32_t height, uint8_t mark) {
    uint32_t top = 0, across = (width + 7) / 8;
    while (top < height && !memchr(mask + (size_t)top * width, mark, width)) top++;
    uint32_t down = (height - top + 7) / 8, count = across * down;
    uint32_t *number = memset(room(4 * (size_t)count + 1), 0xff, 4 * (size_t)count);
    for (uint32_t y = top; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            if (mask[(size_t)y * width + x] == mark) number[(y - top) / 8 * across + x / 8] = (y - top) / 8 * across + x / 8;
    for (int again = 1; again;) {
        again = 0;
        for (uint32_t one = 0; one < count; one++)
            for (uint32_t two = 0; two < count; two++) {
                int apart = abs((int)(one % across) - (int)(two % across)), below = abs((int)(one / across) - (int)(two / across));
                if (apart > 1 || below > 1 || number[one] == UINT32_MAX || number[two] >= number[one]) continue;
                number[one] = number[two], again = 1;
            }
    }
    long found = 0;
    for (uint32_t cell = 0; cell < count; cell++) found += number[cell] == cell;
    free(number);
    return found;
}

/* There are as many boxes as regions, each marked pixel lies in one, and each box has marked pixels on all four edges. */
static void hold_boxes(const uint8_t *mask, uint32_t width, uint32_t height, uint8_t mark, long most) {
    gd_box *boxes = room((size_t)most * sizeof *boxes);
    long found = gd_boxes(mask, width, height, mark, boxes, most);
    long all = regions(mask, width, height, mark);
    HOLDS(found == (all < most ? all : most));
    for (long k = 0; k < found; k++) {
        gd_box box = boxes[k];
        HOLDS(box.left < box.right && box.top < box.bottom && box.right <= width && box.bottom <= height);
        int left = 0, top = 0, right = 0, bottom = 0;
        for (uint32_t y = box.top; y < box.bottom; y++)
            for (uint32_t x = box.left; x < box.right; x++) {
                if (mask[(size_t)y * width + x] != mark) continue;
                left |= x == box.left, top |= y == box.top, right |= x + 1 == box.right, bottom |= y + 1 == box.bottom;
            }
        HOLDS(left && top && right && bottom);
    }
    for (uint32_t y = 0; found < most && y < height; y++)
        for (uint32_t x = 0; x < width; x++) {
            int within = mask[(size_t)y * width + x] != mark;
            for (long k = 0; !within && k < found; k++) within = holds(&boxes[k], x, y);
            HOLDS(within);
        }
    note(boxes, (size_t)found * sizeof *boxes);
    free(boxes);
}

static void hold_squeezed(const uint8_t *content, size_t size, size_t row);

static void hold_packed(const uint8_t *mask, uint32_t width, uint32_t height) {
    size_t size = gd_packed_size(width, height), stride = size / height;
    uint8_t *packed = room(size);
    gd_pack(mask, width, height, packed);
    for (uint32_t y = 0; y < height; y++) {
        HOLDS(packed[y * stride] == 0);
        for (uint32_t x = 0; x < width; x++)
            HOLDS((packed[y * stride + 1 + x / 4] >> (6 - 2 * (x % 4)) & 3) == mask[(size_t)y * width + x]);
    }
    note(packed, size);
    hold_squeezed(packed, size, stride);
    free(packed);
}

/* ------------------------------------------------------------------------------------------------- moves */

/* The lines that differ and stand `by` further on, where there is a line that differs too. */
static uint64_t explained(const int64_t *golden, const int64_t *candidate, int64_t count, int64_t by) {
    uint64_t found = 0;
    for (int64_t i = 0; i < count; i++) {
        if (i + by < 0 || i + by >= count || golden[i] == candidate[i] || golden[i + by] == candidate[i + by]) continue;
        found += golden[i] == candidate[i + by];
    }
    return found;
}

static void hold_moves(input *in) {
    int64_t count = byte(in) % MOST_LINES, farthest = (int64_t)(byte(in) % 80) - 8;
    int64_t *golden = room(8 * (size_t)count + 1), *candidate = room(8 * (size_t)count + 1); /* none may be asked */
    for (int64_t i = 0; i < count; i++) {
        uint8_t both = byte(in);
        golden[i] = both & 7, candidate[i] = both >> 4 & 7;
    }
    gd_move found = gd_best_move(golden, candidate, count, farthest);
    HOLDS(found.explained <= found.changed && found.changed <= (uint64_t)count);
    HOLDS(!found.explained || (found.first >= 0 && found.first <= found.last && found.last < count));
    HOLDS(!found.explained || (found.by >= -farthest && found.by <= farthest && found.by));
    HOLDS(found.explained == explained(golden, candidate, count, found.by ? found.by : count));
    for (int64_t by = -farthest; by <= farthest; by++)
        HOLDS(by == 0 || explained(golden, candidate, count, by) <= found.explained);
    note(&found, sizeof found);
    free(golden), free(candidate);
}

/* -------------------------------------------------------------------------------------------- squeezing */

typedef struct {
    const uint8_t *at, *end;
    uint32_t held, count;
} bits;

static uint32_t bit(bits *from) {
    if (!from->count) {
        HOLDS(from->at < from->end);
        from->held = *from->at++, from->count = 8;
    }
    uint32_t found = from->held & 1;
    from->held >>= 1, from->count--;
    return found;
}

static uint32_t number(bits *from, uint32_t count) {
    uint32_t found = 0;
    for (uint32_t k = 0; k < count; k++) found |= bit(from) << k;
    return found;
}

static uint32_t longer(bits *from, uint32_t code, uint32_t count) {
    while (count--) code = code << 1 | bit(from);
    return code;
}

/* RFC 1951, § 3.2.6, read from its table: 7 bits up to 0010111, 8 up to 11000111, else 9. */
static uint32_t fixed_symbol(bits *from) {
    uint32_t code = longer(from, 0, 7);
    if (code <= 0x17) return 256 + code;
    code = longer(from, code, 1);
    if (code >= 0x30 && code <= 0xbf) return code - 0x30;
    if (code >= 0xc0 && code <= 0xc7) return 280 + code - 0xc0;
    return 144 + longer(from, code, 1) - 0x190;
}

/* The tables of RFC 1951, § 3.2.5, as they are printed there. */
static const uint16_t first_length[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                        31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
static const uint8_t length_bits[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const uint16_t first_distance[] = {1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
                                          193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};

/* Read what was squeezed slowly; it is the same, byte for byte, and nothing follows. */
static void hold_read_back(bits from, const uint8_t *content, size_t size) {
    uint8_t *found = room(size + 1);
    size_t length = 0;
    HOLDS(number(&from, 1) == 0 && number(&from, 2) == 1);
    for (uint32_t symbol = fixed_symbol(&from); symbol != 256; symbol = fixed_symbol(&from)) {
        if (symbol < 256) {
            HOLDS(length < size);
            found[length++] = (uint8_t)symbol;
            continue;
        }
        HOLDS(symbol <= 285);
        uint32_t again = first_length[symbol - 257] + number(&from, length_bits[symbol - 257]);
        uint32_t code = longer(&from, 0, 5);
        HOLDS(code < 30);
        uint32_t back = first_distance[code] + number(&from, code < 4 ? 0 : code / 2 - 1);
        HOLDS(again <= size - length && back <= length);
        for (; again; again--, length++) found[length] = found[length - back];
    }
    HOLDS(number(&from, 1) == 0 && number(&from, 2) == 0);
    from.count = 0;
    HOLDS(number(&from, 16) == 0 && number(&from, 16) == 0xffff && from.at == from.end);
    HOLDS(length == size && memcmp(found, content, size) == 0);
    free(found);
}

static void hold_squeezed(const uint8_t *content, size_t size, size_t row) {
    uint8_t *exact = copied(content, size), *out = room(gd_squeezed_most(size));
    size_t squeezed = gd_squeeze(exact, size, row, out);
    HOLDS(squeezed <= gd_squeezed_most(size));
    hold_read_back((bits){out, out + squeezed, 0, 0}, content, size);
    note(out, squeezed);
    free(exact), free(out);
}

/* Runs of one byte, up to beyond the longest match, in rows of any length. */
static void hold_runs(input *in) {
    size_t row = (size_t)byte(in) << (byte(in) % 10), size = 0;
    uint8_t *content = room(MOST_RUNS * 4 * 255 + 1);
    for (int runs = byte(in) % MOST_RUNS; runs > 0; runs--) {
        uint8_t value = byte(in), length = byte(in);
        size_t times = length & 1 ? (size_t)length * 4 : length / 16;
        memset(content + size, value, times);
        size += times;
    }
    hold_squeezed(content, size, row);
    free(content);
}

/* --------------------------------------------------------------------------------------------- all of it */

static void ask(input *in, const picture pair[2], const uint8_t *ignored, const gd_tolerance *tolerance) {
    const picture exchanged[2] = {pair[1], pair[0]};
    stage together = set_up(pair, ignored, gd_unfilter, gd_unfilter_pair);
    stage apart = set_up(pair, ignored, gd_unfilter, NULL);
    stage plain = set_up(pair, ignored, plain_unfilter, plain_unfilter_pair);
    stage swapped = set_up(exchanged, ignored, gd_unfilter, gd_unfilter_pair);
    uint32_t width = apart.scene.width, height = apart.scene.height;
    uint8_t *mask = hold_measures(&together, &apart, &plain, &swapped, tolerance);
    gd_box part = {byte(in) % width, byte(in) % height, 0, 0};
    part.right = part.left + 1 + byte(in) % (width - part.left);
    part.bottom = part.top + 1 + byte(in) % (height - part.top);
    uint32_t step = 1 + byte(in) % 9;
    hold_sums(&together, &apart, part, step);
    hold_sums(&swapped, &apart, part, step);
    hold_tally(&together, part, step, 1 + byte(in) * 4);
    for (uint8_t mark = GD_ANTIALIASED; mark <= GD_DIFFERS; mark++)
        hold_boxes(mask, width, height, mark, 1 + byte(in) % MOST_BOXES);
    hold_packed(mask, width, height);
    settle(&plain, 0, height);
    hold_rows(&together, &apart, &plain);
    free(mask);
    clear(&together), clear(&apart), clear(&plain), clear(&swapped);
}

static uint8_t *blanked(const uint8_t pattern[16], const picture pair[2]) {
    uint32_t width = pair[0].width > pair[1].width ? pair[0].width : pair[1].width;
    uint32_t height = pair[0].height > pair[1].height ? pair[0].height : pair[1].height;
    size_t pixels = (size_t)width * height;
    uint8_t *ignored = memset(room(pixels), 0, pixels);
    for (size_t i = 0; i < pixels; i += 8) {
        uint8_t eight = pattern[i / 8 % 16];
        for (size_t k = i; k < i + 8 && k < pixels; k++) ignored[k] = eight >> (k - i) & 1;
    }
    return ignored;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const double thresholds[] = {0.0, 0.05, 0.1, 0.3, 1.0, 2.0, -1.0, 1e300};
    input in = {data, data + size};
    picture pair[2];
    uint8_t how = byte(&in), questions[16], pattern[16];
    fill(&in, questions, sizeof questions); /* before the pixels, which take all there is */
    fill(&in, pattern, sizeof pattern);
    gd_tolerance tolerance = {thresholds[how & 7], how >> 3 & 1, (how >> 4 & 3) == 3};
    hold_moves(&in);
    hold_runs(&in);
    depict(&in, pair);
    uint8_t *ignored = how & 64 ? blanked(pattern, pair) : NULL;
    input asked = {questions, questions + sizeof questions};
    for (int k = 0; k < 2; k++)
        HOLDS(!pair[k].filtered || gd_filters_known(pair[k].raw, pair[k].height, pair[k].stride));
    ask(&asked, pair, ignored, &tolerance);
    for (int k = 0; k < 2; k++) free(pair[k].raw), free(pair[k].palette);
    free(ignored);
    return 0;
}
