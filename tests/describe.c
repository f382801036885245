/* describe.c - every fact of an exchange or a record as text, to compare two of them.
 * SPDX-License-Identifier: MIT
 */
#include "describe.h"

#include "wirelint/rule.h"

static void number(struct wl_text *t, const char *name, uint64_t value)
{
    if (value == 0)
        return;
    wl_text_char(t, ' ');
    wl_text_put(t, name);
    wl_text_char(t, '=');
    wl_text_u64(t, value);
}

#define NUMBER(t, p, member) number((t), #member, (uint64_t)(p)->member)

static void octets(struct wl_text *t, const char *name, struct wl_span s)
{
    wl_text_char(t, ' ');
    wl_text_put(t, name);
    wl_text_char(t, '=');
    for (size_t i = 0; i < s.n; i++)
        wl_text_printf(t, "%02x", s.p[i]);
}

static void where(struct wl_text *t, const char *name, const struct wl_at *at)
{
    wl_text_put(t, " ");
    wl_text_put(t, name);
    NUMBER(t, at, frame);
    NUMBER(t, at, offset);
    NUMBER(t, at, dir);
}

static void endpoint(struct wl_text *t, const struct wl_endpoint *e)
{
    octets(t, "ip", wl_span(e->ip, sizeof(e->ip)));
    NUMBER(t, e, port);
    NUMBER(t, e, family);
}

static void conn_ref(struct wl_text *t, const struct wl_conn_ref *c)
{
    NUMBER(t, c, id);
    NUMBER(t, c, number);
    endpoint(t, &c->client);
    endpoint(t, &c->server);
    endpoint(t, &c->proxied);
    NUMBER(t, c, proto);
    NUMBER(t, c, tls);
    NUMBER(t, c, midstream);
    NUMBER(t, c, t_first);
    NUMBER(t, c, rtt);
}

static void marks(struct wl_text *t, const struct wl_mark *m, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++, m++) {
        wl_text_put(t, "\n  mark");
        NUMBER(t, m, id);
        NUMBER(t, m, count);
        where(t, "at", &m->at);
        NUMBER(t, m, value);
        NUMBER(t, m, ordinal);
        NUMBER(t, m, status);
        NUMBER(t, m, certain);
        octets(t, "octets", m->octets);
    }
}

static void fields(struct wl_text *t, const struct wl_message *m, const struct wl_field *f,
                   uint32_t n)
{
    for (uint32_t i = 0; i < n; i++, f++) {
        struct wl_at at = wl_field_at(m, f);

        wl_text_put(t, "\n  field");
        octets(t, "name", wl_field_sent_name(f));
        octets(t, "value", f->value);
        NUMBER(t, f, id);
        NUMBER(t, f, odd);
        where(t, "at", &at);
    }
}

static void message(struct wl_text *t, const char *name, const struct wl_message *m)
{
    wl_text_put(t, "\n ");
    wl_text_put(t, name);
    NUMBER(t, m, state);
    if (m->state == WL_ABSENT)
        return;
    NUMBER(t, m, end);
    NUMBER(t, m, status);
    NUMBER(t, m, early);
    NUMBER(t, m, stray);
    NUMBER(t, m, major);
    NUMBER(t, m, minor);
    NUMBER(t, m, method_id);
    NUMBER(t, m, framing);
    octets(t, "head", m->head);
    octets(t, "status_text", m->status_text);
    octets(t, "method", m->method);
    octets(t, "target", m->target);
    octets(t, "reason", m->reason);
    NUMBER(t, m, declared);
    NUMBER(t, m, other_declared);
    NUMBER(t, m, body_bytes);
    where(t, "at", &m->at);
    where(t, "body_at", &m->body_at);
    NUMBER(t, m, end_offset);
    NUMBER(t, m, acked);
    NUMBER(t, m, t_first);
    NUMBER(t, m, t_head);
    NUMBER(t, m, t_last);
    NUMBER(t, m, last_frame);
    NUMBER(t, m, n_body_lost);
    fields(t, m, m->fields, m->n_fields);
    fields(t, m, m->trailers, m->n_trailers);
    marks(t, m->marks, m->n_marks);
}

static void findings(struct wl_text *t, const struct wl_finding *f, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++, f++) {
        wl_text_printf(t, "\n finding %s", f->rule->id);
        NUMBER(t, f, severity);
        NUMBER(t, f, confidence);
        NUMBER(t, f, fault);
        where(t, "at", &f->at);
        NUMBER(t, f, n_frames);
        for (uint32_t k = 0; k < WL_FINDING_FRAMES; k++)
            number(t, "frame", f->frames[k]);
        NUMBER(t, f, ordinal);
        NUMBER(t, f, stream);
        NUMBER(t, f, status);
        NUMBER(t, f, t);
        octets(t, "message", f->message);
    }
}

static void waited(struct wl_text *t, const struct wl_wait *w)
{
    wl_text_put(t, "\n wait");
    NUMBER(t, w, t_head_acked);
    NUMBER(t, w, t_content);
    NUMBER(t, w, t_server);
    NUMBER(t, w, t_client_end);
    NUMBER(t, w, t_server_end);
    NUMBER(t, w, t_final_acked);
    NUMBER(t, w, content_before_final);
    NUMBER(t, w, content_after_final);
    NUMBER(t, w, content_acked);
    NUMBER(t, w, zero_window);
}

void describe_exchange(struct wl_text *t, const struct wl_exchange *ex)
{
    wl_text_reset(t);
    wl_text_put(t, "exchange");
    conn_ref(t, &ex->conn);
    NUMBER(t, ex, ordinal);
    NUMBER(t, ex, stream);
    NUMBER(t, ex, state);
    NUMBER(t, ex, paired);
    NUMBER(t, ex, clocked);
    NUMBER(t, ex, guessed);
    NUMBER(t, ex, unjudged);
    message(t, "req", &ex->req);
    for (uint32_t i = 0; i < ex->n_interim; i++)
        message(t, "interim", &ex->interim[i]);
    for (uint32_t i = 0; i < ex->n_interim_more; i++) {
        const struct wl_interim_note *note = &ex->interim_more[i];

        wl_text_put(t, "\n note");
        NUMBER(t, note, status);
        NUMBER(t, note, t);
        NUMBER(t, note, frame);
    }
    NUMBER(t, ex, n_interim_lost);
    message(t, "res", &ex->res);
    if (ex->wait)
        waited(t, ex->wait);
    wl_text_put(t, "\n end");
    NUMBER(t, ex, switched);
    NUMBER(t, ex, end);
    NUMBER(t, ex, end_by);
    NUMBER(t, ex, rst_suspect);
    NUMBER(t, ex, end_unseen);
    NUMBER(t, ex, t_end);
    findings(t, ex->findings, ex->n_findings);
    wl_text_char(t, '\n');
}

void describe_record(struct wl_text *t, const struct wl_conn_record *conn)
{
    wl_text_reset(t);
    wl_text_put(t, "connection");
    conn_ref(t, &conn->conn);
    NUMBER(t, conn, n_exchanges);
    NUMBER(t, conn, bytes[0]);
    NUMBER(t, conn, bytes[1]);
    NUMBER(t, conn, gaps[0]);
    NUMBER(t, conn, gaps[1]);
    NUMBER(t, conn, packets);
    NUMBER(t, conn, first_packet);
    NUMBER(t, conn, last_packet);
    NUMBER(t, &conn->conn, first_frame);
    NUMBER(t, conn, last_frame);
    marks(t, conn->marks, conn->n_marks);
    wl_text_put(t, "\n end");
    NUMBER(t, conn, unjudged);
    NUMBER(t, conn, end);
    NUMBER(t, conn, end_by);
    NUMBER(t, conn, rst_suspect);
    NUMBER(t, conn, t_first);
    NUMBER(t, conn, t_last);
    findings(t, conn->findings, conn->n_findings);
    wl_text_char(t, '\n');
}
