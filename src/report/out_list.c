/* out_list.c - the text of `wirelint list`: one line per exchange, as it completes.
 * SPDX-License-Identifier: MIT
 *
 *     20:31:07.123456 10.0.0.2:51514 > 10.0.0.9:3000  GET /page HTTP/1.0 -> 103, 200  43 ms  RULE
 *
 * Fields are separated by two spaces. To a terminal long targets are cut; to a pipe nothing is.
 */
#include "layout.h"
#include "line.h"
#include "output.h"
#include "stamp.h"

struct list {
    struct wl_output out; /* first: wl_output_new */
    struct wl_stamp stamp;
};

enum {
    LEAST_TARGET = 20,  /* columns of a target on the narrowest terminal */
    BESIDE_TARGET = 90, /* columns that the rest of a line usually takes */
};

static int list_open(struct wl_sink *s, const struct wl_sink_config *cfg, struct wl_error *err)
{
    return wl_output_new(s, sizeof(struct list), cfg, err);
}

/* When the exchange began, and the last octet of its responses; false when none came. */
static bool times_of(const struct wl_exchange *ex, wl_ns *ret_start, wl_ns *ret_end)
{
    const struct wl_message *last = ex->res.state != WL_ABSENT ? &ex->res
                                    : ex->n_interim            ? &ex->interim[ex->n_interim - 1]
                                                               : NULL;
    const struct wl_message *first = ex->req.state != WL_ABSENT ? &ex->req
                                     : ex->n_interim            ? &ex->interim[0]
                                                                : last;

    *ret_start = first ? first->t_first : ex->t_end;
    *ret_end = last ? last->t_last : 0;
    return last != NULL;
}

static size_t target_columns(const struct wl_sink_config *cfg)
{
    if (cfg->columns == 0)
        return 0;
    return cfg->columns > BESIDE_TARGET + LEAST_TARGET ? cfg->columns - BESIDE_TARGET
                                                       : LEAST_TARGET;
}

/* The other leg, on a line of its own. */
static void put_leg(struct wl_text *t, const struct wl_sink_config *cfg, const struct wl_leg *leg)
{
    wl_text_put(t, leg->upstream ? "    upstream " : "    client ");
    wl_text_endpoint(t, &leg->client);
    wl_text_put(t, " > ");
    wl_text_endpoint(t, &leg->server);
    wl_text_put(t, "  ");
    wl_layout_ink(t, cfg->color, WL_INK_FAINT);
    wl_text_put(t, leg->line);
    wl_layout_ink(t, cfg->color, WL_INK_PLAIN);
    if (leg->confidence == WL_CERTAIN) {
        wl_text_char(t, '\n');
    } else {
        wl_text_printf(t, "  (%s)\n", wl_confidence_name(leg->confidence));
    }
}

/* What is the same whatever is found. */
static void put_own(struct wl_text *t, struct wl_stamp *stamp, const struct wl_sink_config *cfg,
                    const struct wl_exchange *ex)
{
    wl_ns start, end;
    bool answered = times_of(ex, &start, &end);

    if (cfg->verbosity > 0) {
        wl_stamp_rfc3339(stamp, t, start);
    } else {
        wl_stamp_clock(stamp, t, start, cfg->utc);
    }
    wl_text_char(t, ' ');
    wl_text_endpoint(t, &ex->conn.client);
    wl_text_put(t, " > ");
    wl_text_endpoint(t, &ex->conn.server);
    wl_text_put(t, "  ");
    wl_layout_ink(t, cfg->color, WL_INK_STRONG);
    wl_line_exchange(t, ex, target_columns(cfg));
    wl_layout_ink(t, cfg->color, WL_INK_PLAIN);
    if (answered && ex->req.state != WL_ABSENT) { /* else nothing says when it was asked for */
        wl_text_put(t, "  ");
        wl_text_duration(t, end - start);
    }
}

static size_t list_draft(const struct wl_sink *s, void *memo, const struct wl_exchange *ex,
                         uint8_t *out, size_t room)
{
    const struct list *list = s->state;
    struct wl_text t;

    static_assert(sizeof(struct wl_stamp) <= WL_DRAFT_MEMO, "what is kept between drafts");
    wl_text_init_fixed(&t, out, room);
    put_own(&t, memo, &list->out.cfg, ex);
    return t.full ? 0 : t.buf.n;
}

static int list_drafted(struct wl_sink *s, const struct wl_exchange *ex, struct wl_span draft)
{
    struct list *list = s->state;
    const struct wl_sink_config *cfg = &list->out.cfg;
    struct wl_text *t = &list->out.text;

    if (draft.n) {
        wl_text_span_raw(t, draft);
    } else {
        put_own(t, &list->stamp, cfg, ex);
    }
    for (uint32_t i = 0; i < ex->n_findings; i++) {
        wl_text_put(t, i ? " " : "  ");
        wl_layout_ink(t, cfg->color, wl_layout_severity_ink(ex->findings[i].severity));
        wl_text_put(t, ex->findings[i].rule->id);
        wl_layout_ink(t, cfg->color, WL_INK_PLAIN);
    }
    wl_text_char(t, '\n');
    if (ex->leg)
        put_leg(t, cfg, ex->leg);
    return wl_output_room(&list->out);
}

static int list_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    return list_drafted(s, ex, wl_span(NULL, 0));
}

static int list_connection(struct wl_sink *s, const struct wl_conn_record *conn)
{
    (void)s;
    (void)conn;
    return 0;
}

static int list_tick(struct wl_sink *s, const struct wl_stats *st)
{
    struct list *list = s->state;

    (void)st;
    return wl_output_flush(&list->out);
}

static int list_flush(struct wl_sink *s)
{
    struct list *list = s->state;

    return wl_output_flush(&list->out);
}

static int list_close(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    if (s->state && st && (st->n_inputs || st->counters.packets)) /* a list of none is one, too */
        wl_output_begin(s->state);
    return wl_output_finish(s, sizeof(struct list), err);
}

extern const struct wl_sink_ops wl_out_list;

const struct wl_sink_ops wl_out_list = {
    .name = "list",
    .summary = "one line per exchange",
    .open = list_open,
    .exchange = list_exchange,
    .draft = list_draft,
    .drafted = list_drafted,
    .connection = list_connection,
    .tick = list_tick,
    .close = list_close,
    .reads = wl_output_reads_none,
    .shows_lines = true,
    .wants_exchanges = true,
    .flush = list_flush,
};
