/* Find where a mask is marked: boxes around connected regions of cells, the largest first. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

#define CELL 8 /* pixels in the same or in touching cells of this width and height are one region */

typedef struct {
    uint32_t across, down; /* cells */
    uint32_t *root;        /* a cell's region: the index of one of its cells. Empty cells: NOWHERE */
    gd_box *edges;
} grid;

#define NOWHERE UINT32_MAX

static uint32_t find(uint32_t *root, uint32_t cell) {
    while (root[cell] != cell) cell = root[cell] = root[root[cell]];
    return cell;
}

static void join(uint32_t *root, uint32_t one, uint32_t two) {
    one = find(root, one), two = find(root, two);
    if (one < two) root[two] = one;
    else root[one] = two;
}

static void stretch(gd_box *box, gd_box by) {
    box->left = by.left < box->left ? by.left : box->left;
    box->top = by.top < box->top ? by.top : box->top;
    box->right = by.right > box->right ? by.right : box->right;
    box->bottom = by.bottom > box->bottom ? by.bottom : box->bottom;
}

static void mark_cell(grid *cells, uint32_t x, uint32_t y) {
    uint32_t cell = (y / CELL) * cells->across + x / CELL;
    gd_box here = {x, y, x + 1, y + 1};
    if (cells->root[cell] == NOWHERE) {
        cells->root[cell] = cell;
        cells->edges[cell] = here;
    } else {
        stretch(&cells->edges[cell], here);
    }
}

static void mark_row(grid *cells, const uint8_t *row, uint32_t width, uint32_t y, uint8_t mark) {
    for (uint32_t x = 0; x < width; x += CELL) {
        uint32_t end = x + CELL < width ? x + CELL : width, last = end;
        uint64_t eight = 1;
        if (end - x == CELL) memcpy(&eight, row + x, CELL);
        if (!eight) continue;
        uint32_t u = x;
        while (u < end && row[u] != mark) u++;
        if (u == end) continue;
        while (last - 1 > u && row[last - 1] != mark) last--;
        mark_cell(cells, u, y);
        mark_cell(cells, last - 1, y);
    }
}

static void connect(grid *cells) {
    uint32_t across = cells->across;
    for (uint32_t y = 0; y < cells->down; y++)
        for (uint32_t x = 0; x < across; x++) {
            uint32_t cell = y * across + x;
            if (cells->root[cell] == NOWHERE) continue;
            if (x && cells->root[cell - 1] != NOWHERE) join(cells->root, cell, cell - 1);
            if (!y) continue;
            uint32_t from = x ? x - 1 : 0, to = x + 1 < across ? x + 1 : x;
            for (uint32_t u = from; u <= to; u++) {
                uint32_t above = (y - 1) * across + u;
                if (cells->root[above] != NOWHERE) join(cells->root, cell, above);
            }
        }
}

static uint64_t size_of(const gd_box *box) {
    return (uint64_t)(box->right - box->left) * (box->bottom - box->top);
}

static int larger_first(const void *a, const void *b) {
    const gd_box *one = a, *two = b;
    uint64_t ours = size_of(one), theirs = size_of(two);
    if (ours != theirs) return ours < theirs ? 1 : -1;
    if (one->top != two->top) return one->top < two->top ? -1 : 1;
    if (one->left != two->left) return one->left < two->left ? -1 : 1;
    if (one->right != two->right) return one->right < two->right ? -1 : 1;
    return 0;
}

/* Bring each region's box to the front of `edges`; give their number. */
static long gather(grid *cells) {
    uint32_t count = cells->across * cells->down;
    for (uint32_t cell = 0; cell < count; cell++) {
        if (cells->root[cell] == NOWHERE) continue;
        uint32_t root = find(cells->root, cell);
        if (root != cell) stretch(&cells->edges[root], cells->edges[cell]);
    }
    long found = 0;
    for (uint32_t cell = 0; cell < count; cell++)
        if (cells->root[cell] == cell) cells->edges[found++] = cells->edges[cell];
    return found;
}

long gd_boxes(const uint8_t *mask, uint32_t width, uint32_t height, uint8_t mark, gd_box *out, long most) {
    uint32_t top = 0; /* cells begin at the first marked row */
    while (top < height && !gd_marked(mask + (size_t)top * width, width, mark)) top++;
    while (height > top && !gd_marked(mask + (size_t)(height - 1) * width, width, mark)) height--;
    if (top == height) return 0;
    mask += (size_t)top * width;
    height -= top;
    grid cells = {.across = (width + CELL - 1) / CELL, .down = (height + CELL - 1) / CELL};
    size_t count = (size_t)cells.across * cells.down;
    cells.root = malloc(count * sizeof *cells.root);
    cells.edges = malloc(count * sizeof *cells.edges);
    if (!cells.root || !cells.edges || count >= NOWHERE) {
        free(cells.root), free(cells.edges);
        return -1;
    }
    memset(cells.root, 0xff, count * sizeof *cells.root);
    for (uint32_t y = 0; y < height; y++) mark_row(&cells, mask + (size_t)y * width, width, y, mark);
    connect(&cells);
    long found = gather(&cells);
    qsort(cells.edges, (size_t)found, sizeof *cells.edges, larger_first);
    found = found < most ? found : most;
    for (long k = 0; k < found; k++) {
        out[k] = cells.edges[k];
        out[k].top += top, out[k].bottom += top;
    }
    free(cells.root), free(cells.edges);
    return found;
}
