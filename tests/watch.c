/* watch.c - an engine with one output that writes expectations, and memory that can be refused.
 * SPDX-License-Identifier: MIT
 *
 * The lines are made of what every output gets (sink.h), so that they hold nothing which a user
 * could not see. Compiled with WL_MAY_ALLOCATE (it stands in for the allocator) and
 * _DEFAULT_SOURCE (MAP_ANONYMOUS).
 */
#include "watch.h"

#include "diag.h"
#include "line.h"

#include <inttypes.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FENCE_ROOM = 1 << 17 };

/* ---------------------------------------------------------------------------------- memory */

static void *take_memory(void *user, size_t n)
{
    struct watch_memory *m = user;
    void *p;

    m->n_calls++;
    if (m->fail_at && (m->n_calls == m->fail_at || (m->fail_after && m->n_calls > m->fail_at))) {
        m->failed = true;
        return NULL;
    }
    p = malloc(n);
    m->n_out += p != NULL;
    return p;
}

static void give_memory(void *user, void *p)
{
    struct watch_memory *m = user;

    m->n_out -= p != NULL;
    free(p);
}

struct watch_fence {
    uint8_t *pages;
    size_t n; /* readable octets; the page after them is not */
};

struct watch_fence *watch_fence_new(struct wl_arena *a)
{
    struct watch_fence *f = wl_arena_alloc(a, sizeof(*f));
    long page = sysconf(_SC_PAGESIZE);
    void *pages;

    if (!f || page <= 0)
        return NULL;
    pages = mmap(NULL, FENCE_ROOM + (size_t)page, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        return NULL;
    f->pages = pages;
    f->n = FENCE_ROOM;
    if (mprotect(f->pages + f->n, (size_t)page, PROT_NONE) != 0) {
        watch_fence_free(f);
        return NULL;
    }
    return f;
}

void watch_fence_free(struct watch_fence *f)
{
    if (f)
        (void)munmap(f->pages, f->n);
}

/** The same octets, ending where reading ends. */
static struct wl_span against_fence(struct watch_fence *f, struct wl_span bytes)
{
    uint8_t *p = f->pages + f->n - bytes.n;

    WL_ASSERT(bytes.n <= f->n);
    if (bytes.n)
        memcpy(p, bytes.p, bytes.n);
    return wl_span(p, bytes.n);
}

/* ---------------------------------------------------------------------------------- output */

static void put_finding(struct wl_text *t, const struct wl_finding *f, bool of_connection)
{
    wl_text_printf(t, "%s%s %s %c %" PRIu64, of_connection ? "conn " : "",
                   wl_severity_name(f->severity), f->rule->id,
                   f->at.dir == WL_TO_SERVER ? '>' : '<', f->at.offset);
    if (of_connection && f->ordinal)
        wl_text_printf(t, " n=%u", f->ordinal);
    wl_text_put(t, " | ");
    wl_text_terminal(t, f->message);
    wl_text_char(t, '\n');
}

static int on_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    struct wl_text *t = s->state;

    wl_text_printf(t, "%u ", ex->ordinal);
    wl_line_exchange(t, ex, 0);
    wl_text_char(t, '\n');
    for (uint32_t i = 0; i < ex->n_findings; i++)
        put_finding(t, &ex->findings[i], false);
    return 0;
}

static int on_connection(struct wl_sink *s, const struct wl_conn_record *conn)
{
    for (uint32_t i = 0; i < conn->n_findings; i++)
        put_finding(s->state, &conn->findings[i], true);
    return 0;
}

static int on_open(struct wl_sink *s, const struct wl_sink_config *cfg, struct wl_error *err)
{
    (void)s, (void)cfg, (void)err;
    return 0;
}

static int on_close(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    (void)s, (void)st, (void)err;
    return 0;
}

static const struct wl_sink_ops output = {
    .name = "watch",
    .summary = "expectations of dialogues",
    .open = on_open,
    .exchange = on_exchange,
    .connection = on_connection,
    .close = on_close,
    .wants_connections = true,
    .wants_exchanges = true,
};

/* ---------------------------------------------------------------------------------- engine */

/** One setting "key=value" of a case. */
static int apply_setting(struct wl_config *cfg, const char *setting, struct wl_error *err)
{
    char key[64];
    size_t n = strcspn(setting, "=");

    if (setting[n] == 0 || n >= sizeof(key))
        return wl_fail(err, WL_EINVAL, "no setting '%s'", setting);
    memcpy(key, setting, n);
    key[n] = 0;
    return wl_config_set(cfg, key, setting + n + 1, err);
}

/** A new engine with the settings of the case and our output. */
static int begin(struct watch *w, const struct wl_config *cfg, struct wl_engine **ret,
                 struct wl_error *err)
{
    static const struct wl_sink_config sink = {.path = "-", .command = "audit"};
    int code = wl_engine_new(cfg, ret, err);

    if (code == 0) {
        code = wl_engine_add_sink(*ret, &output, w->lines, &sink, err);
        if (code != 0)
            wl_engine_free(*ret);
    }
    return code;
}

static int configure(struct watch *w, struct wl_config *cfg, struct wl_error *err)
{
    int code = 0;

    wl_text_reset(w->lines);
    wl_config_init(cfg);
    cfg->correlate = w->c->legs;
    cfg->limits.max_connections = 64; /* a dialogue is one connection: keep tables small */
    cfg->shards = w->shards;
    if (w->shards <= 1) { /* the counters are for one thread */
        cfg->alloc = take_memory;
        cfg->release = give_memory;
        cfg->alloc_user = &w->memory;
    }
    if (w->c) {
        cfg->overrides = w->c->overrides;
        cfg->n_overrides = w->c->n_overrides;
    }
    for (uint32_t i = 0; w->c && i < w->c->n_settings && code == 0; i++)
        code = apply_setting(cfg, w->c->settings[i], err);
    return code;
}

/** Ends the run; the first failure counts. */
static int conclude(struct watch *w, struct wl_engine *e, int code, struct wl_error *err)
{
    struct wl_error later = {0};
    int closed = wl_engine_finish(e, &later);

    wl_engine_free(e);
    if (code == 0 && closed != 0) {
        *err = later;
        code = closed;
    }
    if (w->memory.n_out) {
        return wl_fail(err, WL_EINVAL, "%" PRIu64 " allocations were not given back",
                       w->memory.n_out);
    }
    if (w->lines->full)
        return wl_fail(err, WL_NOMEM, "the lines do not fit");
    return code;
}

int watch_frames(struct watch *w, const struct frames *frames, struct watch_fence *fence,
                 struct wl_error *err)
{
    struct wl_config cfg;
    struct wl_engine *e = NULL;
    int code = configure(w, &cfg, err);

    if (code == 0)
        code = begin(w, &cfg, &e, err);
    if (code != 0) {
        if (w->memory.n_out)
            return wl_fail(err, WL_EINVAL, "a failed start keeps its memory");
        return code;
    }
    for (uint32_t i = 0; i < frames->n && code == 0; i++) {
        struct wl_span whole = frames->p[i].bytes;
        struct wl_span bytes = wl_span_sub(whole, 0, frames->snap ? frames->snap : whole.n);

        code = wl_engine_packet(e, frames->linktype, frames->p[i].t, against_fence(fence, bytes),
                                (uint32_t)whole.n);
    }
    return conclude(w, e, code, err);
}

int watch_file(struct watch *w, const char *path, struct wl_error *err)
{
    struct wl_source_config source = {.files = &path, .n_files = 1};
    struct wl_config cfg;
    struct wl_engine *e = NULL;
    int code = configure(w, &cfg, err);

    if (code == 0)
        code = begin(w, &cfg, &e, err);
    if (code != 0)
        return code;
    code = wl_engine_run(e, &source, err);
    return conclude(w, e, code, err);
}
