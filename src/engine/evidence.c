/* evidence.c - the packets of connections with findings, for -w.
 * SPDX-License-Identifier: MIT
 *
 * Whether a connection matters is known only after its packets have passed. So the run notes which
 * ones do (their endpoints and the ordinals of their first and last packet) and which packets carry
 * the offence; then the source is read once more and what belongs to them is written. Standard
 * input cannot be read again: its packets go through a spool (spool.h); what that has lost is
 * counted and told, and what was noted of it is forgotten, so that a run of weeks has room for what
 * the spool still holds; where there is none, of connections that are still open as well. The
 * screen saves the connections of its choice in the same way, in portions.
 *
 * Whose a fragment of IP is shows with the packet that makes its datagram whole: until then a copy
 * is held, and written before that one.
 */
#include "evidence.h"

#include "decode.h"
#include "diag.h"
#include "endpoint.h"
#include "pcapng_write.h"
#include "table.h"
#include "text.h"

enum {
    ROWS_FIRST = 64,
    COMMENT_MAX = 4096, /* octets of all comments on one packet */
};

/* A connection with findings. */
struct noted {
    uint64_t id;
    uint64_t first, last; /* ordinals of its packets */
    uint64_t packets;     /* 0 until its record has come */
    uint64_t found;       /* the newest packet when the latest finding was noted */
    struct wl_endpoint a, b;
    uint32_t next;    /* while it is being written: the next one of the same two, index plus one */
    uint32_t current; /* of the first of them: where packets have come to, index plus one */
};

/* One comment on one packet; a chain of those on the same packet. */
struct comment {
    uint64_t frame;
    uint64_t noted; /* the newest packet when it was: that of frame, or a later one */
    size_t offset;  /* in texts */
    uint32_t n;
    uint32_t next; /* index plus one */
    uint32_t last; /* of the chain that begins here, index plus one */
};

/* A packet with a fragment, until its datagram is whole. */
struct held {
    struct wl_link link;
    uint64_t datagram;
    struct wl_packet packet; /* with octets */
    uint8_t octets[];
};

struct wl_evidence {
    struct wl_budget *budget;
    const struct wl_config *cfg;
    enum wl_severity threshold;
    struct wl_pcapng_writer *writer;
    uint64_t seed;
    struct wl_table by_id; /* later by endpoints */
    struct noted *noted;
    uint32_t n_noted, noted_size;
    struct wl_table by_frame;
    struct comment *comments;
    uint32_t n_comments, comments_size;
    uint32_t max; /* of either */
    struct wl_buf texts;
    struct wl_text line;
    uint64_t n_full, n_lost, n_written;
    uint64_t n_forgotten; /* packets of connections that are noted no more */
    uint64_t newest;      /* ordinal of the latest packet in the spool */
    uint64_t forgot;      /* its oldest when that was last looked at; */
    uint64_t forgot_open; /* the same for those that are open */
    bool spooling;
    struct wl_spool *own_spool;   /* of -w: it is fed here; or NULL */
    const struct wl_spool *spool; /* what is written from when there is no second reading */
    /* while it is being written */
    struct wl_spool_cursor at;
    struct wl_source_config source_config;
    struct wl_source *source;
    struct wl_decoder *decoder;
    struct wl_counters uncounted;
    struct wl_link held; /* by the number of the datagram, then in order */
    uint64_t n_held, held_octets;
    uint64_t n_fragments; /* written beside n_written */
};

/* ------------------------------------------------------------------------------- life cycle */

struct wl_evidence *wl_evidence_new(struct wl_budget *budget, const struct wl_config *cfg)
{
    struct wl_evidence *e = wl_alloc(budget, sizeof(*e));

    if (!e)
        return NULL;
    e->budget = budget;
    e->cfg = cfg;
    e->threshold = cfg->fail_on == WL_OFF ? WL_NOTE : cfg->fail_on;
    e->seed = wl_seed();
    e->max = (uint32_t)wl_min_u64(cfg->limits.max_evidence, UINT32_MAX - 1);
    wl_buf_init(&e->texts, budget, (size_t)wl_min_u64(cfg->limits.max_spool, SIZE_MAX));
    wl_text_init(&e->line, budget, COMMENT_MAX);
    wl_list_init(&e->held);
    if (wl_table_init(&e->by_id, budget, e->max) < 0 ||
        wl_table_init(&e->by_frame, budget, e->max) < 0) {
        wl_evidence_free(e);
        return NULL;
    }
    return e;
}

static void drop_held(struct wl_evidence *e, struct held *h)
{
    size_t n = sizeof(*h) + h->packet.bytes.n;

    wl_list_remove(&h->link);
    e->n_held--;
    e->held_octets -= n;
    wl_free(e->budget, h, n);
}

void wl_evidence_free(struct wl_evidence *e)
{
    struct wl_budget *b;

    if (!e)
        return;
    b = e->budget;
    wl_list_each_safe (l, next, &e->held) {
        drop_held(e, WL_CONTAINER(l, struct held, link));
    }
    wl_spool_free(e->own_spool);
    wl_source_free(e->source);
    wl_decoder_free(e->decoder);
    (void)wl_pcapng_writer_close(e->writer, NULL);
    wl_table_release(&e->by_id);
    wl_table_release(&e->by_frame);
    wl_free(b, e->noted, e->noted_size * sizeof(*e->noted));
    wl_free(b, e->comments, e->comments_size * sizeof(*e->comments));
    wl_buf_release(&e->texts);
    wl_text_release(&e->line);
    wl_free(b, e, sizeof(*e));
}

int wl_evidence_open(struct wl_evidence *e, struct wl_error *err)
{
    return wl_pcapng_writer_new(e->cfg->evidence_path, e->budget, &e->writer, err);
}

int wl_evidence_begin(struct wl_evidence *e, const struct wl_input *inputs, size_t n_inputs,
                      bool spool, struct wl_error *err)
{
    e->spooling = spool;
    if (spool) {
        e->own_spool = wl_spool_new(e->budget, &e->cfg->limits);
        if (!e->own_spool)
            return wl_fail(err, WL_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < n_inputs; i++) {
        if (!inputs[i].is_interface && wl_pcapng_writer_is(e->writer, inputs[i].name)) {
            return wl_fail(err, WL_EINVAL, "cannot write '%s': it is one of the inputs",
                           e->cfg->evidence_path);
        }
    }
    return wl_pcapng_writer_begin(e->writer, err);
}

/* ---------------------------------------------------------------------------------- noting */

/* An entry that was taken out comes back under another number: the table need not grow for it. */
static void put_back(struct wl_table *t, uint64_t hash, uint32_t i)
{
    int rc = wl_table_add(t, hash, i);

    WL_ASSERT(rc == 0);
    (void)rc;
}

/* Takes away the connections that were over before the oldest packet that is left; or, while they
 * are open, those of which everything was found before it. */
static void forget_connections(struct wl_evidence *e, uint64_t oldest, bool open)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < e->n_noted; i++) {
        const struct noted one = e->noted[i];
        uint64_t hash = wl_hash(&one.id, sizeof(one.id), e->seed);
        bool stale = open && one.last == UINT64_MAX && one.found < oldest;

        if (one.last < oldest || stale) {
            e->n_forgotten += one.packets;
            e->n_full += stale;
            (void)wl_table_remove(&e->by_id, hash, i);
            continue;
        }
        if (kept != i) {
            (void)wl_table_remove(&e->by_id, hash, i);
            put_back(&e->by_id, hash, kept);
            e->noted[kept] = one;
        }
        kept++;
    }
    e->n_noted = kept;
}

/* The same of comments, which stand in the order in which they were noted. One that is kept may
 * have lost the first of its chain; its packet is gone, too. */
static void forget_comments(struct wl_evidence *e, uint64_t oldest)
{
    uint32_t gone = 0;
    size_t octets;

    while (gone < e->n_comments && e->comments[gone].noted < oldest)
        gone++;
    if (gone == 0)
        return;
    for (uint32_t i = 0; i < e->n_comments; i++) {
        struct comment *c = &e->comments[i];
        uint64_t hash = wl_hash(&c->frame, sizeof(c->frame), e->seed);

        /* only the first of a chain stands in the table */
        if (wl_table_remove(&e->by_frame, hash, i) && i >= gone)
            put_back(&e->by_frame, hash, i - gone);
    }
    octets = gone < e->n_comments ? e->comments[gone].offset : e->texts.n;
    wl_buf_drop(&e->texts, octets);
    e->n_comments -= gone;
    memmove(e->comments, e->comments + gone, e->n_comments * sizeof(*e->comments));
    for (uint32_t i = 0; i < e->n_comments; i++) {
        struct comment *c = &e->comments[i];

        c->offset -= octets;
        c->last -= gone;
        if (c->next)
            c->next -= gone;
    }
}

/* Has the spool given up packets that were not yet looked for, and so many that it is worth the
 * while it takes? *forgot is the oldest one that it had then, and has now. */
static bool gave_up(const struct wl_evidence *e, uint64_t *forgot)
{
    uint64_t oldest = e->own_spool ? wl_spool_oldest(e->own_spool, e->newest + 1) : 0;

    if (oldest <= *forgot || oldest - *forgot < (e->newest + 1 - oldest) / 32)
        return false;
    *forgot = oldest;
    return true;
}

/* Before more room is taken: what concerns packets that the spool has given up needs none. */
static void forget(struct wl_evidence *e)
{
    if (gave_up(e, &e->forgot)) {
        forget_connections(e, e->forgot, false);
        forget_comments(e, e->forgot);
    }
}

/* Nor can any be had: an open connection whose offending packets are gone gives way to one whose
 * are still there. What it sends later is not written then, and that is told. */
static void forget_open(struct wl_evidence *e)
{
    if (gave_up(e, &e->forgot_open))
        forget_connections(e, e->forgot_open, true);
}

/* Makes room for row n; false when there is none. */
static bool grow_rows(struct wl_evidence *e, void **rows, uint32_t n, uint32_t *size,
                      size_t row_octets)
{
    uint64_t larger = wl_min_u64(wl_max_u64((uint64_t)*size * 2, ROWS_FIRST), e->max);
    void *moved;

    if (n < *size)
        return true;
    if (larger <= *size)
        return false;
    moved = wl_resize(e->budget, *rows, *size * row_octets, (size_t)larger * row_octets);
    if (!moved)
        return false;
    *rows = moved;
    *size = (uint32_t)larger;
    return true;
}

static struct noted *find_noted(const struct wl_evidence *e, uint64_t id, uint64_t hash)
{
    size_t probe = 0;

    for (uint32_t i; (i = wl_table_find(&e->by_id, hash, &probe)) != UINT32_MAX;) {
        if (e->noted[i].id == id)
            return &e->noted[i];
    }
    return NULL;
}

/* Makes room for one more; false when there is none. */
static bool grow_noted(struct wl_evidence *e)
{
    void *rows = e->noted;

    if (e->n_noted == e->noted_size)
        forget(e);
    if (!grow_rows(e, &rows, e->n_noted, &e->noted_size, sizeof(*e->noted))) {
        forget_open(e);
        return e->n_noted < e->noted_size;
    }
    e->noted = rows;
    return true;
}

static struct noted *note(struct wl_evidence *e, const struct wl_conn_ref *conn)
{
    uint64_t hash = wl_hash(&conn->id, sizeof(conn->id), e->seed);
    struct noted *entry = find_noted(e, conn->id, hash);

    if (entry) {
        entry->found = e->newest;
        return entry;
    }
    if (!grow_noted(e)) {
        e->n_full++;
        return NULL;
    }
    if (wl_table_add(&e->by_id, hash, e->n_noted) < 0) {
        e->n_full++;
        return NULL;
    }
    entry = &e->noted[e->n_noted++];
    *entry = (struct noted){
        .id = conn->id,
        .first = conn->id,
        .last = UINT64_MAX,
        .found = e->newest,
        .a = conn->client,
        .b = conn->server,
    };
    return entry;
}

static uint32_t find_comment(const struct wl_evidence *e, uint64_t frame, uint64_t hash)
{
    size_t probe = 0;

    for (uint32_t i; (i = wl_table_find(&e->by_frame, hash, &probe)) != UINT32_MAX;) {
        if (e->comments[i].frame == frame)
            return i;
    }
    return UINT32_MAX;
}

/* Makes room for one more; false when there is none. */
static bool grow_comments(struct wl_evidence *e)
{
    void *rows = e->comments;

    if (!grow_rows(e, &rows, e->n_comments, &e->comments_size, sizeof(*e->comments)))
        return false;
    e->comments = rows;
    return true;
}

/* Notes that this text, of the finding just told, stands on the packet; false: there is no room. */
static bool comment_packet(struct wl_evidence *e, uint64_t frame, size_t offset, uint32_t n)
{
    uint64_t hash = wl_hash(&frame, sizeof(frame), e->seed);
    uint32_t head = find_comment(e, frame, hash), added; /* index; index plus one */

    if (!grow_comments(e) ||
        (head == UINT32_MAX && wl_table_add(&e->by_frame, hash, e->n_comments) < 0))
        return false;
    added = ++e->n_comments;
    e->comments[added - 1] = (struct comment){
        .frame = frame,
        .noted = e->newest,
        .offset = offset,
        .n = n,
        .last = added,
    };
    if (head != UINT32_MAX) {
        e->comments[e->comments[head].last - 1].next = added;
        e->comments[head].last = added;
    }
    return true;
}

/* The same text on every packet of the evidence: each of two interim responses offends. */
static void add_comment(struct wl_evidence *e, const struct wl_finding *f)
{
    const uint64_t *frames = f->n_frames ? f->frames : &f->at.frame;
    uint32_t n_frames = f->n_frames ? f->n_frames : 1;
    size_t offset;

    wl_text_reset(&e->line);
    wl_text_put(&e->line, f->rule->id);
    wl_text_put(&e->line, ": ");
    wl_text_terminal(&e->line, f->message);
    if (e->comments_size - e->n_comments < n_frames ||
        e->texts.capacity - e->texts.n < e->line.buf.n)
        forget(e);
    offset = e->texts.n;
    if (!grow_comments(e) || !wl_buf_append(&e->texts, wl_text_span(&e->line))) {
        e->n_full++;
        return;
    }
    for (uint32_t i = 0; i < n_frames; i++) {
        if (!comment_packet(e, frames[i], offset, (uint32_t)(e->texts.n - offset))) {
            e->n_full++;
            return;
        }
    }
}

/* Notes the comments of what reaches the threshold; true when something does. */
static bool note_findings(struct wl_evidence *e, const struct wl_finding *findings, uint32_t n)
{
    bool any = false;

    for (uint32_t i = 0; i < n; i++) {
        if (findings[i].severity >= e->threshold) {
            add_comment(e, &findings[i]);
            any = true;
        }
    }
    return any;
}

void wl_evidence_exchange(struct wl_evidence *e, const struct wl_exchange *ex)
{
    if (ex->n_findings && note_findings(e, ex->findings, ex->n_findings))
        (void)note(e, &ex->conn);
}

void wl_evidence_connection(struct wl_evidence *e, const struct wl_conn_record *conn)
{
    uint64_t hash = wl_hash(&conn->conn.id, sizeof(conn->conn.id), e->seed);
    struct noted *entry;

    if (conn->n_findings && note_findings(e, conn->findings, conn->n_findings)) {
        entry = note(e, &conn->conn);
    } else {
        entry = find_noted(e, conn->conn.id, hash);
    }
    if (!entry)
        return;
    entry->first = conn->first_packet;
    entry->last = conn->last_packet;
    entry->packets = conn->packets;
}

void wl_evidence_add(struct wl_evidence *e, const struct wl_conn_ref *conn, uint64_t last,
                     uint64_t packets)
{
    struct noted *entry = note(e, conn);

    if (!entry)
        return;
    entry->last = last;
    entry->packets = packets;
}

void wl_evidence_comment(struct wl_evidence *e, const struct wl_finding *f)
{
    add_comment(e, f);
}

void wl_evidence_packet(struct wl_evidence *e, const struct wl_packet *p)
{
    if (!e->own_spool)
        return;
    wl_spool_packet(e->own_spool, p);
    e->newest = p->ordinal;
}

/* ----------------------------------------------------------------------------------- writing */

static uint64_t hash_pair(const struct wl_evidence *e, const struct wl_endpoint *a,
                          const struct wl_endpoint *b)
{
    return wl_hash(a->ip, sizeof(a->ip), e->seed ^ a->port) +
           wl_hash(b->ip, sizeof(b->ip), e->seed ^ b->port);
}

static int by_first(const void *left, const void *right)
{
    const struct noted *a = left, *b = right;

    return a->first < b->first ? -1 : a->first > b->first;
}

/* The first one noted of the two that talk; UINT32_MAX: there is none. */
static uint32_t find_pair(const struct wl_evidence *e, const struct wl_endpoint *from,
                          const struct wl_endpoint *to)
{
    uint64_t hash = hash_pair(e, from, to);
    size_t probe = 0;
    uint32_t i;

    while ((i = wl_table_find(&e->by_id, hash, &probe)) != UINT32_MAX) {
        const struct noted *n = &e->noted[i];

        if ((wl_endpoint_equal(&n->a, from) && wl_endpoint_equal(&n->b, to)) ||
            (wl_endpoint_equal(&n->a, to) && wl_endpoint_equal(&n->b, from)))
            break;
    }
    return i;
}

/* Two can have had any number of connections, one after the other: these are a chain in the order
 * of their packets, and only the first one stands in the table. Until all are there, its current is
 * the last of them. */
static int index_by_pair(struct wl_evidence *e)
{
    wl_table_release(&e->by_id);
    if (wl_table_init(&e->by_id, e->budget, e->max) < 0)
        return WL_NOMEM;
    if (e->n_noted)
        qsort(e->noted, e->n_noted, sizeof(*e->noted), by_first);
    for (uint32_t i = 0; i < e->n_noted; i++) {
        struct noted *n = &e->noted[i];
        uint32_t head = find_pair(e, &n->a, &n->b);

        n->next = 0;
        n->current = i + 1;
        if (head != UINT32_MAX) {
            e->noted[e->noted[head].current - 1].next = i + 1;
            e->noted[head].current = i + 1;
        } else if (wl_table_add(&e->by_id, hash_pair(e, &n->a, &n->b), i) < 0) {
            return WL_NOMEM;
        }
    }
    for (uint32_t i = 0; i < e->n_noted; i++)
        e->noted[i].current = i + 1;
    return 0;
}

/* Packets come in their order, so what they have passed needs not be looked at again. */
static bool is_noted(struct wl_evidence *e, const struct wl_segment *seg)
{
    uint32_t head = find_pair(e, &seg->src, &seg->dst);
    uint32_t *current;

    if (head == UINT32_MAX)
        return false;
    current = &e->noted[head].current;
    while (*current && e->noted[*current - 1].last < seg->packet)
        *current = e->noted[*current - 1].next;
    return *current && e->noted[*current - 1].first <= seg->packet;
}

/* All comments on a packet, one per line. */
static struct wl_span comments_on(struct wl_evidence *e, uint64_t frame)
{
    uint32_t i = find_comment(e, frame, wl_hash(&frame, sizeof(frame), e->seed));

    wl_text_reset(&e->line);
    while (i != UINT32_MAX) {
        const struct comment *c = &e->comments[i];

        if (e->line.buf.n)
            wl_text_char(&e->line, '\n');
        wl_text_span_raw(&e->line, wl_span_sub(wl_buf_span(&e->texts), c->offset, c->n));
        i = c->next - 1; /* UINT32_MAX at the end */
    }
    return wl_text_span(&e->line);
}

/* Behind those of the same datagram; or of one before it. */
static void insert_held(struct wl_evidence *e, struct held *h)
{
    struct wl_link *after = e->held.prev;

    while (after != &e->held && WL_CONTAINER(after, struct held, link)->datagram > h->datagram)
        after = after->prev;
    wl_list_append(after->next, &h->link);
}

/* As many as the decoder holds itself: the oldest datagrams make room. */
static void hold(struct wl_evidence *e, const struct wl_packet *p, uint64_t datagram)
{
    size_t n = sizeof(struct held) + p->bytes.n;
    struct held *h;

    while (e->n_held && (e->n_held >= e->cfg->limits.max_fragments ||
                         e->held_octets + n > e->cfg->limits.max_fragment_octets))
        drop_held(e, WL_CONTAINER(e->held.next, struct held, link));
    h = wl_alloc(e->budget, n);
    if (!h)
        return;
    memcpy(h->octets, p->bytes.p, p->bytes.n);
    h->datagram = datagram;
    h->packet = *p;
    h->packet.bytes.p = h->octets;
    e->n_held++;
    e->held_octets += n;
    insert_held(e, h);
}

/* The next one held of a datagram, or NULL. */
static struct held *next_held(struct wl_evidence *e, uint64_t datagram)
{
    struct held *first = NULL;

    for (struct wl_link *l = e->held.prev; l != &e->held; l = l->prev) {
        struct held *h = WL_CONTAINER(l, struct held, link);

        if (h->datagram < datagram)
            break;
        if (h->datagram == datagram)
            first = h;
    }
    return first;
}

/* A datagram is whole: its packets are written, or wait for the one that it is a fragment of, or
 * are of no interest. */
static int end_datagram(struct wl_evidence *e, uint64_t number, uint64_t outer, bool noted,
                        struct wl_error *err)
{
    struct held *h;
    int rc = 0;

    while (rc == 0 && (h = next_held(e, number))) {
        if (outer) {
            wl_list_remove(&h->link);
            h->datagram = outer;
            insert_held(e, h);
            continue;
        }
        if (noted) {
            e->n_fragments++;
            rc = wl_pcapng_write(e->writer, &h->packet, comments_on(e, h->packet.frame), err);
        }
        drop_held(e, h);
    }
    return rc;
}

static int write_if_noted(struct wl_evidence *e, struct wl_decoder *d, const struct wl_packet *p,
                          struct wl_error *err)
{
    const struct wl_datagrams *datagrams = wl_decoder_datagrams(d);
    struct wl_segment seg;
    enum wl_decoded what = wl_decode(d, p, &seg);
    bool noted = what == WL_DECODED_TCP && is_noted(e, &seg);
    uint64_t waiting = 0;
    unsigned n = datagrams->n;
    int rc = 0;

    if (what == WL_DECODED_FRAGMENT && n)
        waiting = datagrams->number[--n];
    for (unsigned i = 0; i < n && rc == 0; i++)
        rc = end_datagram(e, datagrams->number[i], waiting, noted, err);
    if (rc == 0 && waiting)
        hold(e, p, waiting);
    if (rc < 0 || !noted)
        return rc;
    e->n_written++;
    return wl_pcapng_write(e->writer, p, comments_on(e, p->frame), err);
}

static uint64_t expected_packets(const struct wl_evidence *e)
{
    uint64_t expected = e->n_forgotten;

    for (uint32_t i = 0; i < e->n_noted; i++)
        expected += e->noted[i].packets;
    return expected;
}

static void count_loss(struct wl_evidence *e)
{
    uint64_t expected = expected_packets(e);

    if (e->spooling && expected > e->n_written)
        e->n_lost = expected - e->n_written;
}

/* Whoever hears of nothing else hears of this: the file is not what was asked for. */
static void tell_loss(const struct wl_evidence *e)
{
    if (e->n_lost) {
        wl_log(e->cfg, WL_LOG_ERROR,
               "%llu of %llu packets for '%s' were no longer held (max_spool)",
               (unsigned long long)e->n_lost, (unsigned long long)expected_packets(e),
               e->cfg->evidence_path);
    }
    if (e->n_full) {
        wl_log(e->cfg, WL_LOG_ERROR,
               "%llu connections or comments could not be noted, or not to their end, for '%s' "
               "(max_evidence)",
               (unsigned long long)e->n_full, e->cfg->evidence_path);
    }
}

int wl_evidence_start(struct wl_evidence *e, const struct wl_source_config *src,
                      const struct wl_spool *spool, struct wl_error *err)
{
    WL_ASSERT(e->writer && (src || spool));
    e->spool = spool;
    e->spooling = src == NULL;
    e->decoder = wl_decoder_new(e->budget, &e->cfg->limits, &e->uncounted);
    if (!e->decoder || index_by_pair(e) < 0)
        return wl_fail(err, WL_NOMEM, "cannot write '%s': out of memory", e->cfg->evidence_path);
    if (!src)
        return 0;
    e->source_config = *src;
    e->source_config.progress = NULL;
    return wl_source_open(&e->source_config, &e->cfg->limits, e->budget, &e->source, err);
}

int wl_evidence_step(struct wl_evidence *e, size_t n, struct wl_error *err)
{
    struct wl_packet p;
    int rc = 1;

    for (; n && rc == 1; n--) {
        if (e->source) {
            rc = wl_source_next(e->source, &p, err);
        } else {
            rc = wl_spool_next(e->spool, &e->at, &p);
        }
        if (rc == 1 && write_if_noted(e, e->decoder, &p, err) < 0)
            return (int)err->code;
    }
    /* that the source is damaged has been told the first time */
    return rc == WL_EDAMAGED ? 0 : rc;
}

int wl_evidence_close(struct wl_evidence *e, struct wl_error *err)
{
    struct wl_pcapng_writer *writer = e->writer;

    e->writer = NULL;
    count_loss(e);
    return wl_pcapng_writer_close(writer, err);
}

int wl_evidence_write(struct wl_evidence *e, const struct wl_source_config *src,
                      struct wl_error *err)
{
    int rc = 0, closed;

    if (e->n_noted) {
        struct wl_error failure = {.code = WL_OK};

        rc = wl_evidence_start(e, e->spooling ? NULL : src, e->own_spool, &failure);
        while (rc == 0 && (rc = wl_evidence_step(e, SIZE_MAX, &failure)) == 1) {
        }
        if (rc < 0 && err)
            *err = failure;
    }
    closed = wl_evidence_close(e, rc < 0 ? NULL : err);
    if (e->n_noted || e->n_forgotten)
        tell_loss(e);
    return rc < 0 ? rc : closed;
}

uint64_t wl_evidence_written(const struct wl_evidence *e)
{
    return e->n_written + e->n_fragments;
}

uint64_t wl_evidence_lost(const struct wl_evidence *e)
{
    return e->n_lost;
}

uint64_t wl_evidence_full(const struct wl_evidence *e)
{
    return e->n_full;
}
