/* Compare pictures, row by row. Arithmetic only: whoever calls has proved the size of every buffer. */
#ifndef GOLDDIGGER_CORE_H
#define GOLDDIGGER_CORE_H

#include <stddef.h>
#include <stdint.h>

enum { GD_SAME = 0, GD_ANTIALIASED = 1, GD_DIFFERS = 2 };

/* What is known of a row of two PNGs: it may differ (both decoded); it is alike and not decoded yet;
   it is alike, and decoded on the golden's side alone. */
enum { GD_UNLIKE = 0, GD_ALIKE = 1, GD_ALIKE_DECODED = 2 };

/* One side of a scene. `channels`: 1 grey or palette index, 2 grey and alpha, 3 RGB, 4 RGBA. */
typedef struct {
    const uint8_t *base; /* the first pixel */
    size_t stride;       /* bytes from a row to the next */
    uint32_t width, height;
    uint32_t channels;
    const uint32_t *palette; /* 256 RGBA in memory order, or NULL */
} gd_side;

/* Golden (0) and candidate (1) on a canvas that holds both. */
typedef struct {
    gd_side side[2];
    uint32_t width, height;
    const uint8_t *rows;    /* a GD_…LIKE… a row of the canvas, or NULL */
    const uint8_t *ignored; /* width × height, not 0 where nothing is compared, or NULL */
} gd_scene;

typedef struct {
    double threshold; /* 0 to 1 */
    int antialiasing; /* count anti-aliased pixels too */
    int exact;        /* count every pixel that is not the same to the bit */
} gd_tolerance;

typedef struct {
    uint64_t touched;     /* pixels that differ at all */
    uint64_t count[3];    /* by mark; GD_SAME is not counted */
    uint64_t removed[3];  /* by mark: the chain of the golden's mixed pixels, in reading order */
    uint64_t added[3];    /* … and of the candidate's */
    uint64_t total;       /* the sum of distances, each as a whole number of 2^-32 */
    double largest;       /* the largest squared distance, in the metric's own unit */
    uint32_t left, top, right, bottom; /* around what is touched; the last two exclusive */
} gd_measured;

typedef struct {
    uint32_t left, top, right, bottom;
} gd_box;

/* png.c */
int gd_filters_known(const uint8_t *raw, uint32_t height, size_t stride);
void gd_unfilter(uint8_t *raw, uint32_t height, size_t bytes, uint32_t channels, const uint8_t *zeros);
void gd_unfilter_pair(uint8_t *golden, uint8_t *candidate, uint32_t height, size_t bytes, uint32_t channels,
                      const uint8_t *zeros, uint8_t *rows);
void gd_settle(uint8_t *golden, uint32_t first, uint32_t last, size_t bytes, uint32_t channels,
               const uint8_t *zeros, uint8_t *rows);

/* rows.c: the pixels of a row from `left` up to `right`; or one of them. */
void gd_row(const gd_scene *scene, int side, uint32_t y, uint32_t left, uint32_t right, uint32_t *out);
uint32_t gd_pixel(const gd_scene *scene, int side, uint32_t x, uint32_t y);
/* Are both sides the same there? `work` has room for 2 × (right - left) pixels. */
int gd_same(const gd_scene *scene, uint32_t y, uint32_t left, uint32_t right, uint32_t *work);

/* yiq.c: `work` has room for as many pixels as gd_measure_work says. */
size_t gd_measure_work(const gd_scene *scene);
void gd_measure(const gd_scene *scene, const gd_tolerance *tolerance, uint8_t *mask, uint32_t *work,
                gd_measured *out);

/* The same, large pictures by two threads; `work` has room for twice as many. */
void gd_measure_halves(const gd_scene *scene, const gd_tolerance *tolerance, uint8_t *mask, uint32_t *work,
                       gd_measured *out);

/* sums.c: one number a line, equal for equal lines; of every `step`-th pixel of it, for columns in the rows that
   differ alone. Rows that are known to be alike get 0. `work` has room for 2 × width pixels. */
void gd_row_sums(const gd_scene *scene, gd_box part, uint32_t step, uint64_t *golden, uint64_t *candidate,
                 uint32_t *work);
void gd_column_sums(const gd_scene *scene, gd_box part, uint32_t step, uint64_t *golden, uint64_t *candidate,
                    uint32_t *work);

/* moves.c */
typedef struct {
    uint64_t explained, changed; /* lines: those that the best move explains, of those that differ */
    int64_t first, last, by;
} gd_move;

gd_move gd_best_move(const int64_t *golden, const int64_t *candidate, int64_t count, int64_t farthest);

/* regions.c: -1 where there is no memory. */
long gd_boxes(const uint8_t *mask, uint32_t width, uint32_t height, uint8_t mark, gd_box *out, long most);

/* tally.c: pairs of colours, golden's in the upper half. -1: no memory; -2: more different pairs than `most`. */
long gd_tally(const gd_scene *scene, const gd_box *parts, long count, uint32_t step, uint64_t *pairs,
              int64_t *counts, long most, uint32_t *work);

/* mask.c: rows of a PNG of 2 bits a pixel, each with filter byte 0; and whether a mark stands anywhere in a row. */
int gd_marked(const uint8_t *row, uint32_t width, uint8_t mark);
size_t gd_packed_size(uint32_t width, uint32_t height);
void gd_pack(const uint8_t *mask, uint32_t width, uint32_t height, uint8_t *out);

/* squeeze.c: deflate rows of so many bytes; `out` has room for gd_squeezed_most. Gives how many bytes it wrote. */
size_t gd_squeezed_most(size_t size);
size_t gd_squeeze(const uint8_t *in, size_t size, size_t row, uint8_t *out);

#endif
