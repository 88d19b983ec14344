/* Give each row or column of a part one number, so that finding a move costs one comparison a line. */
#include "core.h"

#define SEED 0x9e3779b97f4a7c15u
#define ODD 0xd6e8feb86659fd93u

static uint64_t stirred(uint64_t z) {
    z = (z ^ (z >> 32)) * ODD;
    return z ^ (z >> 32);
}

static uint64_t row_sum(const uint32_t *row, uint32_t count) {
    uint64_t sum[4] = {SEED, SEED ^ 1, SEED ^ 2, SEED ^ 3};
    uint32_t x = 0;
    for (; x + 8 <= count; x += 8)
        for (uint32_t k = 0; k < 4; k++) {
            uint64_t two = row[x + 2 * k] | (uint64_t)row[x + 2 * k + 1] << 32;
            sum[k] = (sum[k] ^ two) * ODD;
            sum[k] ^= sum[k] >> 29;
        }
    for (; x < count; x++) sum[0] = (sum[0] ^ row[x]) * ODD, sum[0] ^= sum[0] >> 29;
    return stirred(sum[0] + 3 * stirred(sum[1] + 5 * stirred(sum[2] + 7 * stirred(sum[3]))));
}

static uint64_t with(uint64_t sum, uint32_t pixel) {
    sum = (sum ^ pixel) * ODD;
    return sum ^ (sum >> 29);
}

static int alike(const gd_scene *scene, uint32_t y) { return scene->rows && scene->rows[y] != GD_UNLIKE; }

static uint64_t sum_of(const gd_scene *scene, int side, uint32_t y, gd_box part, uint32_t step, uint32_t *work) {
    if (step == 1) {
        gd_row(scene, side, y, part.left, part.right, work);
        return row_sum(work, part.right - part.left);
    }
    uint64_t sum = SEED;
    for (uint32_t x = part.left; x < part.right; x += step) sum = with(sum, gd_pixel(scene, side, x, y));
    return sum;
}

void gd_row_sums(const gd_scene *scene, gd_box part, uint32_t step, uint64_t *golden, uint64_t *candidate,
                 uint32_t *work) {
    for (uint32_t y = part.top; y < part.bottom; y++) {
        int known = alike(scene, y); /* of a row that is the same on both sides nobody asks more */
        golden[y - part.top] = known ? 0 : sum_of(scene, 0, y, part, step, work);
        candidate[y - part.top] = known ? 0 : sum_of(scene, 1, y, part, step, work);
    }
}

void gd_column_sums(const gd_scene *scene, gd_box part, uint32_t step, uint64_t *golden, uint64_t *candidate,
                    uint32_t *work) {
    uint32_t count = part.right - part.left, unlike = 0, *one = work, *two = work + count;
    for (uint32_t x = 0; x < count; x++) golden[x] = candidate[x] = SEED;
    for (uint32_t y = part.top; y < part.bottom; y++) {
        if (gd_same(scene, y, part.left, part.right, work) || unlike++ % step) continue;
        gd_row(scene, 0, y, part.left, part.right, one);
        gd_row(scene, 1, y, part.left, part.right, two);
        for (uint32_t x = 0; x < count; x++) {
            golden[x] = with(golden[x], one[x]);
            candidate[x] = with(candidate[x], two[x]);
        }
    }
}
