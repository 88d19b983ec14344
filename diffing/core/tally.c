/* Count which colours became which, in parts of a scene, by every so many pixels across and down. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

#define EMPTY UINT32_MAX

typedef struct {
    uint32_t *slots; /* indexes into `pairs` */
    uint32_t mask;
    uint64_t *pairs;
    int64_t *counts;
    long used, most;
} table;

static uint32_t slot_of(const table *seen, uint64_t pair) {
    uint64_t z = (pair ^ (pair >> 32)) * 0xd6e8feb86659fd93u;
    uint32_t slot = (uint32_t)(z >> 32) & seen->mask;
    while (seen->slots[slot] != EMPTY && seen->pairs[seen->slots[slot]] != pair) slot = (slot + 1) & seen->mask;
    return slot;
}

static int count(table *seen, uint64_t pair, int64_t times) {
    uint32_t slot = slot_of(seen, pair);
    if (seen->slots[slot] == EMPTY) {
        if (seen->used == seen->most) return 0;
        seen->pairs[seen->used] = pair;
        seen->counts[seen->used] = 0;
        seen->slots[slot] = (uint32_t)seen->used++;
    }
    seen->counts[seen->slots[slot]] += times;
    return 1;
}

/* Runs of one pair are counted in one go: flat pictures are made of them. */
static int count_row(table *seen, const uint32_t *one, const uint32_t *two, uint32_t width, uint32_t step) {
    uint64_t last = 0;
    int64_t times = 0;
    for (uint32_t x = 0; x < width; x += step) {
        uint64_t pair = (uint64_t)one[x] << 32 | two[x];
        if (times && pair == last) {
            times++;
            continue;
        }
        if (times && !count(seen, last, times)) return 0;
        last = pair, times = 1;
    }
    return !times || count(seen, last, times);
}

long gd_tally(const gd_scene *scene, const gd_box *parts, long number, uint32_t step, uint64_t *pairs,
              int64_t *counts, long most, uint32_t *work) {
    table seen = {.mask = 1, .pairs = pairs, .counts = counts, .most = most};
    while (seen.mask < 2 * (uint64_t)most) seen.mask <<= 1;
    seen.slots = malloc(seen.mask * sizeof *seen.slots);
    if (!seen.slots) return -1;
    memset(seen.slots, 0xff, seen.mask * sizeof *seen.slots);
    seen.mask--;
    uint32_t *one = work, *two = work + scene->width;
    for (long k = 0; k < number; k++)
        for (uint32_t y = parts[k].top; y < parts[k].bottom; y += step) {
            gd_row(scene, 0, y, parts[k].left, parts[k].right, one);
            gd_row(scene, 1, y, parts[k].left, parts[k].right, two);
            if (!count_row(&seen, one, two, parts[k].right - parts[k].left, step)) {
                free(seen.slots);
                return -2;
            }
        }
    free(seen.slots);
    return seen.used;
}
