/* Deflate what is nearly all runs, as masks are (RFC 1951): one block of the fixed codes, whose matches are the byte
   before and the row above alone, and an empty one that ends at a whole byte. Runs are found at the speed of memory,
   where a general deflate hashes each byte. More blocks must follow: neither is the last. */
#include "core.h"

#include <string.h>

enum { SHORTEST = 4, LONGEST = 258, FARTHEST_BACK = 32768, END_OF_BLOCK = 256, LENGTHS = 29 };

typedef struct {
    uint32_t bits, count;
} code;

typedef struct {
    uint8_t *out;
    uint64_t held; /* bits that are not written yet, the oldest lowest */
    uint32_t count;
    code literals[256], lengths[LONGEST + 1], before, above;
} writer;

/* § 3.1.1: codes begin with their highest bit, everything else with its lowest. */
static code coded(uint32_t bits, uint32_t count) {
    code found = {0, count};
    for (uint32_t k = 0; k < count; k++) found.bits |= (bits >> k & 1) << (count - 1 - k);
    return found;
}

/* § 3.2.6 */
static code symbol(uint32_t value) {
    if (value < 144) return coded(0x30 + value, 8);
    if (value < 256) return coded(0x190 + value - 144, 9);
    if (value < 280) return coded(value - 256, 7);
    return coded(0xc0 + value - 280, 8);
}

static code with_extra(code found, uint32_t extra, uint32_t count) {
    return (code){found.bits | extra << found.count, found.count + count};
}

/* § 3.2.5: four lengths a doubling, after eight that stand alone; and one of its own for the longest. */
static void learn_lengths(code *lengths) {
    uint32_t length = 3;
    for (uint32_t k = 0; k < LENGTHS - 1; k++) {
        uint32_t extra = k < 8 ? 0 : k / 4 - 1;
        for (uint32_t more = 0; more < 1u << extra; more++, length++)
            lengths[length] = with_extra(symbol(257 + k), more, extra);
    }
    lengths[LONGEST] = symbol(257 + LENGTHS - 1);
}

/* § 3.2.5: two distances a doubling, after four that stand alone. */
static code distance(uint32_t back) {
    uint32_t first = 1;
    for (uint32_t k = 0;; k++) {
        uint32_t extra = k < 4 ? 0 : k / 2 - 1;
        if (back < first + (1u << extra)) return with_extra(coded(k, 5), back - first, extra);
        first += 1u << extra;
    }
}

static void put(writer *to, code one, code two) {
    to->held |= ((uint64_t)one.bits | (uint64_t)two.bits << one.count) << to->count;
    to->count += one.count + two.count;
    for (; to->count >= 8; to->count -= 8, to->held >>= 8) *to->out++ = (uint8_t)to->held;
}

/* How many bytes are as those so far back? */
static size_t alike(const uint8_t *at, const uint8_t *end, size_t back) {
    const uint8_t *from = at;
    for (; at + 8 <= end; at += 8) {
        uint64_t one, two;
        memcpy(&one, at, 8);
        memcpy(&two, at - back, 8);
        if (one != two) break;
    }
    while (at < end && *at == at[-(ptrdiff_t)back]) at++;
    return (size_t)(at - from);
}

static void repeat(writer *to, size_t length, code back) {
    for (; length > LONGEST + SHORTEST; length -= LONGEST) put(to, to->lengths[LONGEST], back);
    if (length > LONGEST) {
        put(to, to->lengths[length - SHORTEST], back);
        length = SHORTEST;
    }
    put(to, to->lengths[length], back);
}

size_t gd_squeezed_most(size_t size) { return size + size / 8 + 16; }

size_t gd_squeeze(const uint8_t *in, size_t size, size_t row, uint8_t *out) {
    const code nothing = {0, 0};
    const uint8_t *at = in, *end = in + size;
    size_t above = row > 1 && row <= FARTHEST_BACK ? row : 0;
    writer to = {.out = out, .before = distance(1), .above = above ? distance((uint32_t)above) : nothing};
    for (uint32_t value = 0; value < 256; value++) to.literals[value] = symbol(value);
    learn_lengths(to.lengths);
    put(&to, (code){1 << 1, 3}, nothing); /* a block of the fixed codes */
    while (at < end) {
        size_t run = at > in ? alike(at, end, 1) : 0;
        size_t copy = above && run < LONGEST && (size_t)(at - in) >= above ? alike(at, end, above) : 0;
        size_t length = run > copy ? run : copy;
        if (length >= SHORTEST) repeat(&to, length, run >= copy ? to.before : to.above);
        else put(&to, to.literals[*at], nothing), length = 1;
        at += length;
    }
    put(&to, symbol(END_OF_BLOCK), (code){0, 3}); /* … and one of bytes as they are: */
    put(&to, nothing, (code){0, to.count ? 8 - to.count : 0});
    put(&to, (code){0xffff0000, 32}, nothing); /* none */
    return (size_t)(to.out - out);
}
