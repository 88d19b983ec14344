/* Find the move that explains most of the lines that differ, the nearest of equals: diffing/shifts.py says the same. */
#include "core.h"

static gd_move tried(const int64_t *golden, const int64_t *candidate, int64_t count, int64_t by) {
    gd_move move = {.by = by, .first = -1};
    for (int64_t i = by < 0 ? -by : 0; i < count && i + by < count; i++) {
        if (golden[i] != candidate[i + by] || golden[i] == candidate[i] || golden[i + by] == candidate[i + by]) continue;
        move.explained++;
        move.first = move.first < 0 ? i : move.first;
        move.last = i;
    }
    return move;
}

gd_move gd_best_move(const int64_t *golden, const int64_t *candidate, int64_t count, int64_t farthest) {
    gd_move best = {0};
    for (int64_t step = 1; step <= farthest && step < count; step++)
        for (int way = 1; way >= -1; way -= 2) {
            gd_move move = tried(golden, candidate, count, way * step);
            if (move.explained > best.explained) best = move;
        }
    best.changed = 0;
    for (int64_t i = 0; i < count; i++) best.changed += golden[i] != candidate[i];
    return best;
}
