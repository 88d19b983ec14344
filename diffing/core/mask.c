/* Pack a mask into the rows of a PNG of two bits a pixel. */
#include "core.h"

#include <string.h>

int gd_marked(const uint8_t *row, uint32_t width, uint8_t mark) {
    uint32_t x = 0;
    for (; x + 8 <= width; x += 8) {
        uint64_t eight;
        memcpy(&eight, row + x, 8);
        if (!eight) continue;
        for (uint32_t k = x; k < x + 8; k++)
            if (row[k] == mark) return 1;
    }
    for (; x < width; x++)
        if (row[x] == mark) return 1;
    return 0;
}

size_t gd_packed_size(uint32_t width, uint32_t height) { return (size_t)height * (1 + ((size_t)width + 3) / 4); }

static uint8_t four(const uint8_t *mask) {
    return (uint8_t)(mask[0] << 6 | mask[1] << 4 | mask[2] << 2 | mask[3]);
}

static int blank(const uint8_t *mask, size_t count) {
    uint64_t any = 0, eight;
    for (size_t k = 0; k < count; k += 8) memcpy(&eight, mask + k, 8), any |= eight;
    return !any;
}

void gd_pack(const uint8_t *mask, uint32_t width, uint32_t height, uint8_t *out) {
    size_t bytes = ((size_t)width + 3) / 4;
    memset(out, 0, gd_packed_size(width, height));
    for (uint32_t y = 0; y < height; y++, mask += width, out += 1 + bytes) {
        uint32_t x = 0;
        for (; x + 64 <= width; x += 64) {
            if (blank(mask + x, 64)) continue;
            for (uint32_t k = x; k < x + 64; k += 4) out[1 + k / 4] = four(mask + k);
        }
        for (; x < width; x++) out[1 + x / 4] |= (uint8_t)(mask[x] << (6 - 2 * (x % 4)));
    }
}
