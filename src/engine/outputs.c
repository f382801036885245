/* outputs.c - the outputs of a run, all told the same.
 * SPDX-License-Identifier: MIT
 *
 * An output that fails is closed at once, which may tell more than the failed call did, and is not
 * called again; the others are. Only one for which other threads write drafts stays open until they
 * have ended.
 */
#include "outputs.h"

#include "diag.h"

void wl_outputs_fail(struct wl_outputs *o, int code, const struct wl_error *err, const char *name)
{
    if (o->failure.code && o->failure.text[0])
        return;
    o->failure = *err;
    if (err->code == WL_OK || err->text[0] == '\0')
        (void)wl_fail(&o->failure, (enum wl_code)code, "cannot write output '%s'", name);
    o->failure.code = (enum wl_code)code;
}

static void close_failed(struct wl_outputs *o, struct wl_output *out)
{
    struct wl_error err = {.code = WL_OK};
    int code = out->failed;

    out->failed = 0;
    (void)out->sink.ops->close(&out->sink, o->stats(o->user), &err);
    wl_outputs_fail(o, code, &err, out->sink.ops->name);
}

static void has_failed(struct wl_outputs *o, struct wl_output *out, int code)
{
    out->open = false;
    out->failed = code;
    if (&out->sink != o->lent) {
        close_failed(o, out);
    } else if (!o->failure.code) {
        o->failure.code = (enum wl_code)code;
    }
}

int wl_outputs_add(struct wl_outputs *o, const struct wl_sink_ops *ops, void *state,
                   const struct wl_sink_config *cfg, struct wl_error *err)
{
    struct wl_output *out = &o->all[o->n];
    int rc;

    if (o->n == WL_MAX_OUTPUTS)
        return wl_fail(err, WL_EINVAL, "at most %d outputs can be used", (int)WL_MAX_OUTPUTS);
    out->sink = (struct wl_sink){.ops = ops, .state = state};
    rc = ops->open ? ops->open(&out->sink, cfg, err) : 0;
    if (rc < 0)
        return rc;
    out->open = true;
    o->n++;
    return 0;
}

bool wl_outputs_want_steps(const struct wl_outputs *o)
{
    for (size_t i = 0; i < o->n; i++) {
        if (o->all[i].sink.ops->wants_connections)
            return true;
    }
    return false;
}

static bool want(const struct wl_outputs *o, bool lines)
{
    for (size_t i = 0; i < o->n; i++) {
        const struct wl_sink_ops *ops = o->all[i].sink.ops;

        if (ops->wants_exchanges && ops->shows_lines == lines)
            return true;
    }
    return false;
}

bool wl_outputs_want_lines(const struct wl_outputs *o)
{
    return want(o, true);
}

bool wl_outputs_want_exchanges(const struct wl_outputs *o)
{
    return want(o, false);
}

bool wl_outputs_want_ticks(const struct wl_outputs *o)
{
    for (size_t i = 0; i < o->n; i++) {
        if (o->all[i].sink.ops->tick)
            return true;
    }
    return false;
}

bool wl_outputs_want_places(const struct wl_outputs *o)
{
    for (size_t i = 0; i < o->n; i++) {
        if (o->all[i].sink.ops->wants_places)
            return true;
    }
    return false;
}

void wl_outputs_places(struct wl_outputs *o, wl_record_place_fn *place, void *user)
{
    for (size_t i = 0; i < o->n; i++) {
        if (o->all[i].sink.ops->wants_places) {
            o->all[i].sink.place = place;
            o->all[i].sink.place_user = user;
        }
    }
}

void wl_outputs_inputs(struct wl_outputs *o, const struct wl_input *inputs, size_t n)
{
    for (size_t i = 0; i < o->n; i++) {
        o->all[i].sink.inputs = inputs;
        o->all[i].sink.n_inputs = (uint32_t)n;
    }
}

const struct wl_sink *wl_outputs_lend(struct wl_outputs *o)
{
    const struct wl_sink *drafting = NULL;

    for (size_t i = 0; i < o->n; i++) {
        if (!o->all[i].sink.ops->draft)
            continue;
        if (drafting)
            return NULL;
        drafting = &o->all[i].sink;
    }
    o->lent = drafting;
    return drafting;
}

void wl_outputs_take_back(struct wl_outputs *o)
{
    o->lent = NULL;
    for (size_t i = 0; i < o->n; i++) {
        if (o->all[i].failed)
            close_failed(o, &o->all[i]);
    }
}

/* Is ex given to this output? */
static bool takes(const struct wl_output *out, const struct wl_exchange *ex)
{
    const struct wl_sink_ops *ops = out->sink.ops;

    return out->open && ops->exchange &&
           (ex->n_findings || ex->n_suppressed || ops->wants_exchanges);
}

bool wl_outputs_show(const struct wl_outputs *o, const struct wl_exchange *ex)
{
    for (size_t i = 0; i < o->n; i++) {
        const struct wl_sink *sink = &o->all[i].sink;

        if (takes(&o->all[i], ex) && !sink->ops->shows_lines &&
            (!sink->ops->shows || sink->ops->shows(sink, ex)))
            return true;
    }
    return false;
}

bool wl_outputs_read(const struct wl_outputs *o, const struct wl_rule *rule)
{
    for (size_t i = 0; i < o->n; i++) {
        const struct wl_sink *sink = &o->all[i].sink;
        const struct wl_sink_ops *ops = sink->ops;

        if (o->all[i].open && (ops->exchange || ops->connection) &&
            (!ops->reads || ops->reads(sink, rule)))
            return true;
    }
    return false;
}

void wl_outputs_exchange(struct wl_outputs *o, const struct wl_exchange *ex, struct wl_span draft)
{
    for (size_t i = 0; i < o->n; i++) {
        struct wl_output *out = &o->all[i];
        const struct wl_sink_ops *ops = out->sink.ops;
        int rc;

        if (!takes(out, ex))
            continue;
        rc = draft.n && ops->drafted ? ops->drafted(&out->sink, ex, draft)
                                     : ops->exchange(&out->sink, ex);
        if (rc < 0)
            has_failed(o, out, rc);
    }
}

void wl_outputs_connection(struct wl_outputs *o, const struct wl_conn_record *conn)
{
    for (size_t i = 0; i < o->n; i++) {
        struct wl_output *out = &o->all[i];
        const struct wl_sink_ops *ops = out->sink.ops;
        int rc;

        if (!out->open || !ops->connection ||
            !(conn->n_findings || conn->n_suppressed || ops->wants_connections))
            continue;
        rc = ops->connection(&out->sink, conn);
        if (rc < 0)
            has_failed(o, out, rc);
    }
}

void wl_outputs_tick(struct wl_outputs *o)
{
    const struct wl_stats *st = NULL;

    for (size_t i = 0; i < o->n; i++) {
        struct wl_output *out = &o->all[i];
        int rc;

        if (!out->open || !out->sink.ops->tick)
            continue;
        if (!st)
            st = o->stats(o->user);
        rc = out->sink.ops->tick(&out->sink, st);
        if (rc < 0)
            has_failed(o, out, rc);
    }
}

void wl_outputs_flush(struct wl_outputs *o)
{
    for (size_t i = 0; i < o->n; i++) {
        struct wl_output *out = &o->all[i];
        int rc = out->open && out->sink.ops->flush ? out->sink.ops->flush(&out->sink) : 0;

        if (rc < 0)
            has_failed(o, out, rc);
    }
}

void wl_outputs_close(struct wl_outputs *o)
{
    const struct wl_stats *st = o->n ? o->stats(o->user) : NULL;

    for (size_t i = 0; i < o->n; i++) {
        struct wl_output *out = &o->all[i];
        struct wl_error err = {.code = WL_OK};
        int rc;

        if (!out->open)
            continue;
        out->open = false;
        rc = out->sink.ops->close(&out->sink, st, &err);
        if (rc < 0)
            wl_outputs_fail(o, rc, &err, out->sink.ops->name);
    }
}
