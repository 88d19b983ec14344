/* Ask the core about so many pseudo-random scenes and print one number for all its answers: the same on every machine. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

extern uint64_t fuzz_digest;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* SplitMix (Steele, Lea and Flood, 2014). */
static uint64_t next(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

int main(int count, char **words) {
    static uint8_t bytes[12000];
    uint64_t state = 7;
    long scenes = count > 1 ? atol(words[1]) : 1000;
    for (long k = 0; k < scenes; k++) {
        size_t size = next(&state) % sizeof bytes;
        for (size_t i = 0; i < size; i++) bytes[i] = (uint8_t)next(&state);
        LLVMFuzzerTestOneInput(bytes, size);
    }
    printf("%ld scenes %016" PRIx64 "\n", scenes, fuzz_digest);
    return 0;
}
