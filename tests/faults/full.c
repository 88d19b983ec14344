/* Be a disk that is full: while a file stands at $FULL_WHILE, nothing is written below $FULL_BELOW.
   Loaded before the C library (ld.so(8), LD_PRELOAD). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int full(int file) {
    const char *below = getenv("FULL_BELOW"), *sign = getenv("FULL_WHILE");
    char link[64], path[4096];
    if (!below || !sign || access(sign, F_OK) != 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strncmp(path, below, strlen(below)) == 0;
}

#define FAIL_WHEN_FULL(file) \
    if (full(file)) { errno = ENOSPC; return -1; }

ssize_t write(int file, const void *bytes, size_t count) {
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    FAIL_WHEN_FULL(file)
    return real(file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
    ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
    FAIL_WHEN_FULL(file)
    return real(file, bytes, count, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
    ssize_t (*real)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
    FAIL_WHEN_FULL(file)
    return real(file, bytes, count, at);
}
