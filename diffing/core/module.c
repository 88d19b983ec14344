/* Offer the core to Python, by the limited interface of CPython 3.11. Here every size is proved before a buffer is used. */
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#include <stdlib.h>
#include <string.h>

#include "core.h"

#define MOST_SIDE (1u << 24) /* pixels a side; products of two sides and a channel count stay far below 2^63 */

/* BROKEN: making it failed. BUSY: a thread is at work on it, and holds the only room to work in. */
enum { NEW = 0, MAKING, BROKEN, READY, BUSY };

typedef struct {
    PyObject_HEAD
    int state;
    Py_buffer pixels[2], palette[2], ignored;
    gd_scene scene;
    uint8_t *rows;     /* NULL where the two sides were not unfiltered together */
    uint32_t *work;
    uint8_t *zeros;
} SceneObject;

/* -------------------------------------------------------------------------------------- proving the sizes */

static int proved(int fine, const char *what) {
    if (!fine) PyErr_SetString(PyExc_ValueError, what);
    return fine;
}

/* Read a whole number of 32 bits: the format "I" would drop what is beyond them. */
static int whole(PyObject *told, void *out) {
    PyObject *index = PyNumber_Index(told);
    if (!index) return 0;
    unsigned long found = PyLong_AsUnsignedLong(index);
    Py_DECREF(index);
    if (found == (unsigned long)-1 && PyErr_Occurred()) return 0;
    if (!proved(found <= UINT32_MAX, "a number has more than 32 bits")) return 0;
    *(uint32_t *)out = (uint32_t)found;
    return 1;
}

/* Sizes are multiplied with 64 bits, where a size_t has 32 too. */
static int as_many(const Py_buffer *buffer, uint64_t one, uint64_t two) {
    return buffer->len >= 0 && (uint64_t)buffer->len == one * two;
}

static int share(const Py_buffer *one, const Py_buffer *two) {
    uintptr_t first = (uintptr_t)one->buf, second = (uintptr_t)two->buf;
    return first < second + (size_t)two->len && second < first + (size_t)one->len;
}

/* Read (pixels, width, height, channels, palette or None, filtered) into one side. */
static int read_side(SceneObject *self, int which, PyObject *told, int *filtered) {
    gd_side *side = &self->scene.side[which];
    PyObject *pixels, *palette;
    uint32_t width, height, channels;
    if (!PyArg_ParseTuple(told, "OO&O&O&Op", &pixels, whole, &width, whole, &height, whole, &channels, &palette, filtered))
        return 0;
    if (!proved(width && height && width <= MOST_SIDE && height <= MOST_SIDE, "a side has no pixels, or too many"))
        return 0;
    if (!proved(channels >= 1 && channels <= 4, "channels are 1 to 4")) return 0;
    if (PyObject_GetBuffer(pixels, &self->pixels[which], *filtered ? PyBUF_WRITABLE : PyBUF_SIMPLE) < 0) return 0;
    size_t stride = (size_t)width * channels + (*filtered ? 1 : 0);
    Py_buffer *buffer = &self->pixels[which];
    if (!proved(as_many(buffer, stride, height), "the pixels are not as many as the size says"))
        return 0;
    if (palette != Py_None) {
        if (PyObject_GetBuffer(palette, &self->palette[which], PyBUF_SIMPLE) < 0) return 0;
        if (!proved(self->palette[which].len == 1024 && channels == 1, "a palette has 256 colours of one channel")) return 0;
        if (!proved(((uintptr_t)self->palette[which].buf & 3) == 0, "a palette lies where no number can be read")) return 0;
        side->palette = self->palette[which].buf;
    }
    if (*filtered && !proved(gd_filters_known(buffer->buf, height, stride), "a row has an unknown filter")) return 0;
    side->base = (const uint8_t *)buffer->buf + (*filtered ? 1 : 0);
    side->stride = stride;
    side->width = width, side->height = height, side->channels = channels;
    return 1;
}

static int read_ignored(SceneObject *self, PyObject *told) {
    if (told == Py_None) return 1;
    if (PyObject_GetBuffer(told, &self->ignored, PyBUF_SIMPLE) < 0) return 0;
    if (!proved(as_many(&self->ignored, self->scene.width, self->scene.height), "what is ignored is not as large as the canvas"))
        return 0;
    self->scene.ignored = self->ignored.buf;
    return 1;
}

/* ------------------------------------------------------------------------------------------- unfiltering */

static size_t row_bytes(const gd_side *side) { return (size_t)side->width * side->channels; }

static int same_layout(const SceneObject *self) {
    const gd_side *one = &self->scene.side[0], *two = &self->scene.side[1];
    if (one->width != two->width || one->height != two->height || one->channels != two->channels) return 0;
    if (!one->palette != !two->palette) return 0;
    return !one->palette || memcmp(one->palette, two->palette, 1024) == 0;
}

static void unfilter(SceneObject *self, const int filtered[2]) {
    const gd_side *side = self->scene.side;
    if (self->rows) {
        gd_unfilter_pair(self->pixels[0].buf, self->pixels[1].buf, side->height, row_bytes(side), side->channels,
                         self->zeros, self->rows);
        self->scene.rows = self->rows;
        return;
    }
    for (int k = 0; k < 2; k++)
        if (filtered[k])
            gd_unfilter(self->pixels[k].buf, side[k].height, row_bytes(&side[k]), side[k].channels, self->zeros);
}

/* Have rows decoded that were left as they were. */
static void settle(SceneObject *self, uint32_t first, uint32_t last) {
    const gd_side *side = self->scene.side;
    if (self->rows)
        gd_settle(self->pixels[0].buf, first, last, row_bytes(side), side->channels, self->zeros, self->rows);
}

static int make_room(SceneObject *self, const int filtered[2]) {
    const gd_side *side = self->scene.side;
    size_t longest = row_bytes(&side[0]) > row_bytes(&side[1]) ? row_bytes(&side[0]) : row_bytes(&side[1]);
    self->zeros = calloc(longest, 1);
    self->work = malloc(2 * gd_measure_work(&self->scene) * sizeof *self->work); /* two halves are measured at once */
    int paired = filtered[0] && filtered[1] && same_layout(self);
    if (paired) self->rows = calloc(side->height, 1);
    if (self->zeros && self->work && (self->rows || !paired)) return 1;
    PyErr_NoMemory();
    return 0;
}

static int make(SceneObject *self, PyObject *args) {
    PyObject *golden, *candidate, *ignored = Py_None;
    int filtered[2];
    if (!PyArg_ParseTuple(args, "O!O!|O", &PyTuple_Type, &golden, &PyTuple_Type, &candidate, &ignored)) return 0;
    if (!read_side(self, 0, golden, &filtered[0]) || !read_side(self, 1, candidate, &filtered[1])) return 0;
    if (!proved(!(filtered[0] || filtered[1]) || !share(&self->pixels[0], &self->pixels[1]), "both sides lie in one buffer")) return 0;
    gd_scene *scene = &self->scene;
    scene->width = scene->side[0].width > scene->side[1].width ? scene->side[0].width : scene->side[1].width;
    scene->height = scene->side[0].height > scene->side[1].height ? scene->side[0].height : scene->side[1].height;
    if (!read_ignored(self, ignored) || !make_room(self, filtered)) return 0;
    Py_BEGIN_ALLOW_THREADS
    unfilter(self, filtered);
    Py_END_ALLOW_THREADS
    return 1;
}

static int scene_init(PyObject *object, PyObject *args, PyObject *named) {
    SceneObject *self = (SceneObject *)object;
    if (!proved(self->state == NEW && !named, "a scene is made once, without names")) return -1;
    self->state = MAKING; /* reading arguments may lead back here */
    int made = make(self, args);
    self->state = made ? READY : BROKEN;
    return made ? 0 : -1;
}

static void scene_dealloc(PyObject *object) {
    SceneObject *self = (SceneObject *)object;
    PyTypeObject *type = Py_TYPE(object);
    for (int k = 0; k < 2; k++) {
        PyBuffer_Release(&self->pixels[k]);
        PyBuffer_Release(&self->palette[k]);
    }
    PyBuffer_Release(&self->ignored);
    free(self->rows), free(self->work), free(self->zeros);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(object);
    Py_DECREF(type);
}

static int ready(const SceneObject *self) { return proved(self->state >= READY, "the scene was never made"); }

/* Take the scene for one question, before others get the interpreter; and give it back. */
static int begin(SceneObject *self) {
    if (!ready(self) || !proved(self->state != BUSY, "the scene is at work for another thread")) return 0;
    self->state = BUSY;
    return 1;
}

static void end(SceneObject *self) { self->state = READY; }

/* --------------------------------------------------------------------------------------------- methods */

static PyObject *scene_equal(PyObject *object, PyObject *nothing) {
    SceneObject *self = (SceneObject *)object;
    (void)nothing;
    if (!begin(self)) return NULL;
    gd_scene plain = self->scene;
    const gd_side *side = plain.side;
    int equal = side[0].width == side[1].width && side[0].height == side[1].height;
    plain.ignored = NULL;
    Py_BEGIN_ALLOW_THREADS
    for (uint32_t y = 0; equal && y < plain.height; y++) {
        equal = gd_same(&plain, y, 0, plain.width, self->work);
    }
    Py_END_ALLOW_THREADS
    end(self);
    return PyBool_FromLong(equal);
}

static PyObject *scene_measure(PyObject *object, PyObject *args) {
    SceneObject *self = (SceneObject *)object;
    gd_tolerance tolerance;
    Py_buffer mask;
    gd_measured found;
    if (!ready(self)) return NULL;
    if (!PyArg_ParseTuple(args, "dppw*", &tolerance.threshold, &tolerance.antialiasing, &tolerance.exact, &mask)) return NULL;
    if (!proved(as_many(&mask, self->scene.width, self->scene.height), "the mask is not as large as the canvas") ||
        !begin(self)) {
        PyBuffer_Release(&mask);
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    gd_measure_halves(&self->scene, &tolerance, mask.buf, self->work, &found);
    Py_END_ALLOW_THREADS
    end(self);
    PyBuffer_Release(&mask);
    return Py_BuildValue("K(KK)(KK)(KK)Kd(IIII)", (unsigned long long)found.touched,
                         (unsigned long long)found.count[1], (unsigned long long)found.count[2],
                         (unsigned long long)found.removed[1], (unsigned long long)found.removed[2],
                         (unsigned long long)found.added[1], (unsigned long long)found.added[2],
                         (unsigned long long)found.total, found.largest, found.left, found.top, found.right,
                         found.bottom);
}

static int inside(const SceneObject *self, gd_box part) {
    return proved(part.left < part.right && part.top < part.bottom && part.right <= self->scene.width &&
                      part.bottom <= self->scene.height,
                  "a part is empty, or reaches beyond the canvas");
}

static PyObject *sums(PyObject *object, PyObject *args, int columns) {
    SceneObject *self = (SceneObject *)object;
    gd_box part;
    uint32_t step;
    Py_buffer out[2];
    if (!ready(self)) return NULL;
    if (!PyArg_ParseTuple(args, "(O&O&O&O&)O&w*w*", whole, &part.left, whole, &part.top, whole, &part.right, whole,
                          &part.bottom, whole, &step, &out[0], &out[1]))
        return NULL;
    int fine = inside(self, part) && proved(step && step <= MOST_SIDE, "a step is 1 or more");
    size_t lines = fine ? (columns ? part.right - part.left : part.bottom - part.top) : 0;
    for (int k = 0; fine && k < 2; k++)
        fine = proved((size_t)out[k].len == lines * 8 && ((uintptr_t)out[k].buf & 7) == 0, "the sums are not as many as the lines");
    fine = fine && begin(self);
    if (fine) {
        Py_BEGIN_ALLOW_THREADS
        (columns ? gd_column_sums : gd_row_sums)(&self->scene, part, step, out[0].buf, out[1].buf, self->work);
        Py_END_ALLOW_THREADS
        end(self);
    }
    PyBuffer_Release(&out[0]);
    PyBuffer_Release(&out[1]);
    if (!fine) return NULL;
    Py_RETURN_NONE;
}

static PyObject *scene_row_sums(PyObject *self, PyObject *args) { return sums(self, args, 0); }
static PyObject *scene_column_sums(PyObject *self, PyObject *args) { return sums(self, args, 1); }

/* The parts are a copy: nobody changes them once they are proved. */
static long tally(SceneObject *self, const gd_box *boxes, long number, uint32_t step, const Py_buffer *pairs, const Py_buffer *counts) {
    long found;
    int fine = proved(step && step <= MOST_SIDE && pairs->len == counts->len && !(((uintptr_t)pairs->buf | (uintptr_t)counts->buf) & 7) &&
                          pairs->len / 8 < (1 << 24),
                      "the pairs are not as many as the counts");
    for (long k = 0; fine && k < number; k++) fine = inside(self, boxes[k]);
    if (!fine || !begin(self)) return -3;
    Py_BEGIN_ALLOW_THREADS
    for (long k = 0; k < number; k++) settle(self, boxes[k].top, boxes[k].bottom);
    found = gd_tally(&self->scene, boxes, number, step, pairs->buf, counts->buf, (long)(pairs->len / 8), self->work);
    Py_END_ALLOW_THREADS
    end(self);
    return found;
}

static long tally_parts(SceneObject *self, const Py_buffer *parts, uint32_t step, const Py_buffer *pairs, const Py_buffer *counts) {
    size_t size = (size_t)parts->len;
    if (!proved(size % sizeof(gd_box) == 0, "a part has four edges")) return -3;
    gd_box *boxes = malloc(size + 1);
    if (!boxes) return -1;
    memcpy(boxes, parts->buf, size);
    long found = tally(self, boxes, (long)(size / sizeof(gd_box)), step, pairs, counts);
    free(boxes);
    return found;
}

static PyObject *scene_tally(PyObject *object, PyObject *args) {
    SceneObject *self = (SceneObject *)object;
    Py_buffer parts, pairs, counts;
    uint32_t step;
    if (!ready(self)) return NULL;
    if (!PyArg_ParseTuple(args, "y*O&w*w*", &parts, whole, &step, &pairs, &counts)) return NULL;
    long found = tally_parts(self, &parts, step, &pairs, &counts);
    PyBuffer_Release(&parts), PyBuffer_Release(&pairs), PyBuffer_Release(&counts);
    if (found == -3) return NULL;
    if (found == -1) return PyErr_NoMemory();
    return PyLong_FromLong(found == -2 ? -1 : found);
}

static PyMethodDef scene_methods[] = {
    {"equal", scene_equal, METH_NOARGS, "Are both sides the same to the bit, ignored pixels too?"},
    {"measure", scene_measure, METH_VARARGS, "measure(threshold, antialiasing, exact, mask): mark the mask, give sums."},
    {"row_sums", scene_row_sums, METH_VARARGS, "row_sums(part, step, golden, candidate): one number a row."},
    {"column_sums", scene_column_sums, METH_VARARGS, "column_sums(part, step, golden, candidate): one number a column."},
    {"tally", scene_tally, METH_VARARGS, "tally(parts, step, pairs, counts): count pairs of colours; -1 where there are too many."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot scene_slots[] = {
    {Py_tp_doc, "Golden and candidate on a canvas that holds both."},
    {Py_tp_init, scene_init},
    {Py_tp_dealloc, scene_dealloc},
    {Py_tp_methods, scene_methods},
    {0, NULL},
};

static PyType_Spec scene_spec = {"diffing._core.Scene", sizeof(SceneObject), 0, Py_TPFLAGS_DEFAULT, scene_slots};

/* --------------------------------------------------------------------------------------------- functions */

static PyObject *core_boxes(PyObject *module, PyObject *args) {
    Py_buffer mask;
    uint32_t width, height;
    unsigned char mark;
    int most;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*O&O&bi", &mask, whole, &width, whole, &height, &mark, &most)) return NULL;
    int fine = proved(width && height && width <= MOST_SIDE && height <= MOST_SIDE && most > 0 && most <= 1 << 20 &&
                          as_many(&mask, width, height),
                      "the mask is not as large as the size says");
    gd_box *boxes = fine ? malloc((size_t)most * sizeof *boxes) : NULL;
    long found = -1;
    if (boxes) {
        Py_BEGIN_ALLOW_THREADS
        found = gd_boxes(mask.buf, width, height, mark, boxes, most);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&mask);
    if (fine && found < 0) PyErr_NoMemory();
    PyObject *list = found < 0 ? NULL : PyList_New(found);
    for (long k = 0; list && k < found; k++) {
        PyObject *box = Py_BuildValue("(IIII)", boxes[k].left, boxes[k].top, boxes[k].right, boxes[k].bottom);
        if (!box || PyList_SetItem(list, k, box) < 0) Py_CLEAR(list);
    }
    free(boxes);
    return list;
}

static PyObject *core_pack(PyObject *module, PyObject *args) {
    Py_buffer mask;
    uint32_t width, height;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*O&O&", &mask, whole, &width, whole, &height)) return NULL;
    PyObject *packed = NULL;
    if (proved(width && height && width <= MOST_SIDE && height <= MOST_SIDE && as_many(&mask, width, height),
               "the mask is not as large as the size says"))
        packed = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)gd_packed_size(width, height));
    if (packed) gd_pack(mask.buf, width, height, (uint8_t *)PyBytes_AsString(packed));
    PyBuffer_Release(&mask);
    return packed;
}

static PyObject *core_squeeze(PyObject *module, PyObject *args) {
    Py_buffer rows;
    uint32_t row;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*O&", &rows, whole, &row)) return NULL;
    uint8_t *out = malloc(gd_squeezed_most((size_t)rows.len));
    size_t size = 0;
    if (out) {
        Py_BEGIN_ALLOW_THREADS
        size = gd_squeeze(rows.buf, (size_t)rows.len, row, out);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&rows);
    PyObject *squeezed = out ? PyBytes_FromStringAndSize((const char *)out, (Py_ssize_t)size) : PyErr_NoMemory();
    free(out);
    return squeezed;
}

static PyObject *core_best_move(PyObject *module, PyObject *args) {
    Py_buffer golden, candidate;
    int farthest;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*y*i", &golden, &candidate, &farthest)) return NULL;
    gd_move best = {0};
    int fine = proved(golden.len == candidate.len && !(((uintptr_t)golden.buf | (uintptr_t)candidate.buf) & 7),
                      "golden and candidate have other numbers of lines");
    if (fine) {
        Py_BEGIN_ALLOW_THREADS
        best = gd_best_move(golden.buf, candidate.buf, golden.len / 8, farthest);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&golden), PyBuffer_Release(&candidate);
    if (!fine) return NULL;
    return Py_BuildValue("KKLLL", (unsigned long long)best.explained, (unsigned long long)best.changed,
                         (long long)best.first, (long long)best.last, (long long)best.by);
}

static PyMethodDef functions[] = {
    {"best_move", core_best_move, METH_VARARGS, "best_move(golden, candidate, farthest): explained, changed, first, last, by."},
    {"boxes", core_boxes, METH_VARARGS, "boxes(mask, width, height, mark, most): left, top, right, bottom of marked regions."},
    {"squeeze", core_squeeze, METH_VARARGS, "squeeze(rows, row): deflate blocks of nearly equal rows of so many bytes, none the last."},
    {"pack", core_pack, METH_VARARGS, "pack(mask, width, height): the rows of a PNG of two bits a pixel."},
    {NULL, NULL, 0, NULL},
};

static int fill(PyObject *module) {
    PyObject *type = PyType_FromSpec(&scene_spec);
    if (!type) return -1;
    int failed = PyModule_AddObjectRef(module, "Scene", type);
    Py_DECREF(type);
    return failed;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, fill}, {0, NULL}};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "diffing._core",
    .m_doc = "Compare pictures fast. diffing.scenes says the same with NumPy.",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__core(void) { return PyModuleDef_Init(&definition); }
