/* places.c - where a packet lies in its capture file, for outputs that tell.
 * SPDX-License-Identifier: MIT
 *
 * A few files are read at a time, each forwards and once, and the places of its latest packets are
 * kept in a ring. Findings come about in the order of the capture, so nearly every answer stands
 * there; what lies further back, or in a file that had to make room for another, is not known any
 * more. However strange the order of questions, a file is read once.
 */
#include "places.h"

#include "file.h"

enum {
    AT_ONCE = 8,      /* files */
    RECENT = 1 << 17, /* packets of each whose place is kept */
};

struct known {
    uint64_t offset;
    uint32_t n;
    uint32_t number; /* of the packet, its low bits; 0: nothing stands here */
};

struct reader {
    struct wl_file *file; /* NULL: at its end */
    struct known *ring;   /* RECENT of them, by number */
    size_t input;
    uint64_t number; /* of the latest packet read */
    uint64_t asked;  /* when, counted in questions */
};

struct wl_places {
    struct wl_budget *budget;
    const struct wl_input *inputs;
    size_t n_inputs;
    bool *tried; /* one per input: has had its turn */
    struct reader readers[AT_ONCE];
    size_t n_readers;
    uint64_t n_asked;
};

struct wl_places *wl_places_new(struct wl_budget *budget, const struct wl_input *inputs, size_t n)
{
    struct wl_places *p = wl_alloc(budget, sizeof(*p));

    if (!p)
        return NULL;
    p->budget = budget;
    p->inputs = inputs;
    p->n_inputs = n;
    p->tried = wl_alloc_array(budget, n ? n : 1, sizeof(*p->tried));
    if (!p->tried) {
        wl_free(budget, p, sizeof(*p));
        return NULL;
    }
    return p;
}

static void shut(struct wl_places *p, struct reader *r)
{
    wl_file_free(r->file);
    wl_free(p->budget, r->ring, RECENT * sizeof(*r->ring));
    *r = (struct reader){.file = NULL};
}

void wl_places_free(struct wl_places *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n_readers; i++)
        shut(p, &p->readers[i]);
    wl_free(p->budget, p->tried, (p->n_inputs ? p->n_inputs : 1) * sizeof(*p->tried));
    wl_free(p->budget, p, sizeof(*p));
}

/* A reader for one file more, that of the file not asked about for longest if need be. */
static struct reader *free_reader(struct wl_places *p)
{
    struct reader *oldest = &p->readers[0];

    if (p->n_readers < AT_ONCE)
        return &p->readers[p->n_readers++];
    for (size_t i = 1; i < AT_ONCE; i++) {
        if (p->readers[i].asked < oldest->asked)
            oldest = &p->readers[i];
    }
    shut(p, oldest);
    return oldest;
}

/* Opens an input the first time it is asked for. */
static struct reader *begin(struct wl_places *p, size_t input)
{
    struct wl_error err; /* what is wrong with the file has been told by who read it first */
    struct reader *r;

    if (p->tried[input])
        return NULL;
    p->tried[input] = true;
    r = free_reader(p);
    r->input = input;
    r->ring = wl_alloc_array(p->budget, RECENT, sizeof(*r->ring));
    if (r->ring && wl_file_open(p->inputs[input].name, NULL, p->budget, &r->file, &err) < 0)
        r->file = NULL;
    return r;
}

static struct reader *reader_of(struct wl_places *p, size_t input)
{
    for (size_t i = 0; i < p->n_readers; i++) {
        if (p->readers[i].ring && p->readers[i].input == input)
            return &p->readers[i];
    }
    return begin(p, input);
}

static void read_to(struct reader *r, uint64_t number)
{
    struct wl_packet packet;
    struct wl_error err;
    uint64_t offset;

    while (r->file && r->number < number) {
        if (wl_file_next(r->file, &packet, &err) != 1 ||
            !wl_file_place(r->file, &packet, &offset)) {
            wl_file_free(r->file);
            r->file = NULL;
            return;
        }
        r->number = wl_frame_number(packet.frame);
        r->ring[r->number % RECENT] = (struct known){
            .offset = offset,
            .n = (uint32_t)packet.bytes.n,
            .number = (uint32_t)r->number,
        };
    }
}

bool wl_places_find(void *places, uint64_t frame, struct wl_record_place *ret)
{
    struct wl_places *p = places;
    uint64_t number = wl_frame_number(frame);
    struct reader *r;
    const struct known *k;

    if (wl_frame_file(frame) >= p->n_inputs || number == 0)
        return false;
    r = reader_of(p, wl_frame_file(frame));
    if (!r || !r->ring)
        return false;
    r->asked = ++p->n_asked;
    read_to(r, number);
    k = &r->ring[number % RECENT];
    if (number > r->number || r->number - number >= RECENT || k->number != (uint32_t)number)
        return false;
    *ret = (struct wl_record_place){.offset = k->offset, .n = k->n};
    return true;
}
