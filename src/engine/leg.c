/* leg.c - what remains of an exchange beside that of its other leg.
 * SPDX-License-Identifier: MIT
 *
 * As much as rules compare of two legs (rules/legs.c), and outputs show of the other one.
 */
#include "leg.h"

#include "begun.h"
#include "facts.h"
#include "grammar.h"
#include "line.h"

enum { MAX_HOPS = 16 }; /* members of Via that are compared */

/* received-protocol RWS received-by (RFC 9110 7.6.3) */
static struct wl_span received_by(struct wl_span member)
{
    struct wl_span rest = wl_span_trim(wl_span_after(member, wl_span_find(member, ' ')));

    return wl_span_sub(rest, 0, wl_span_find(rest, ' '));
}

/* RFC 9110 7.6.3: a host, or a pseudonym, which all proxies of one kind may have: "1.1 varnish". */
static bool is_pseudonym(struct wl_span received_by)
{
    return wl_span_find(received_by, '.') == received_by.n &&
           wl_span_find(received_by, ':') == received_by.n;
}

static void look_for_loop(const struct wl_message *m, struct wl_leg *ret)
{
    const struct wl_field *f = wl_message_field(m, WL_FIELD_VIA);
    struct wl_span hops[MAX_HOPS], member;
    uint32_t n = 0;

    for (; f; f = wl_message_next_field(m, f)) {
        struct wl_cursor c = wl_cursor(f->value);

        while (n < MAX_HOPS && (member = wl_grammar_member(&c)).n) {
            hops[n] = received_by(member);
            for (uint32_t i = 0; i < n && hops[n].n; i++) {
                if (!wl_span_equal_nocase(hops[i], hops[n]))
                    continue;
                *(is_pseudonym(hops[n]) ? &ret->via_pseudonym_again : &ret->via_again) = true;
            }
            n++;
        }
    }
}

/* Could everybody read what was answered? A switch that goes on with a final response is none,
 * transfer codings besides chunked are known to few (RFC 9112 7.2), and codes outside 100 to 599
 * are invalid, for the recipient to take as 5xx (RFC 9110 15). */
static bool is_plain(const struct wl_exchange *ex)
{
    const struct wl_message *res = &ex->res;

    for (uint32_t i = 0; i < ex->n_interim; i++) {
        if (ex->interim[i].n_marks || ex->interim[i].status == 101)
            return false;
    }
    return res->state == WL_WHOLE && res->n_marks == 0 && res->status < 600 &&
           res->status / 100 > 1 && wl_grammar_list_count(res, WL_FIELD_TRANSFER_ENCODING) <= 1 &&
           (res->framing == WL_FRAMING_CHUNKED ||
            !wl_message_field(res, WL_FIELD_TRANSFER_ENCODING));
}

static void note_statuses(struct wl_leg *leg, const struct wl_exchange *ex)
{
    uint32_t n = wl_exchange_n_interim(ex);
    bool ended;

    leg->n_interim = (uint16_t)wl_min_u64(n, UINT16_MAX);
    for (uint32_t i = 0; i < WL_LEG_STATUSES && i < ex->n_interim + ex->n_interim_more; i++)
        leg->interim[i] = wl_exchange_interim_status(ex, i);
    /* it is missed where the server itself ends the connection, or could go on and does not */
    ended = (ex->end == WL_END_CLOSED || ex->end == WL_END_RESET) && !ex->rst_suspect &&
            !ex->end_unseen && (ex->end_by == WL_TO_CLIENT || wl_facts_half_closed(ex, 0));
    leg->excused = ex->req.major == 0 || wl_facts_interim(ex, 101, NULL) || !ended;
    if (ex->res.state == WL_ABSENT || ex->res.status == 0)
        return;
    leg->status = ex->res.status;
    leg->t_response = ex->res.t_first;
    leg->res_frame = ex->res.at.frame;
    leg->whole = is_plain(ex);
    /* where the head breaks off it may have stood */
    leg->res_via = ex->res.state < WL_HEAD || wl_message_field(&ex->res, WL_FIELD_VIA) != NULL;
}

void wl_leg_describe(const struct wl_exchange *ex, struct wl_text *line, struct wl_leg *ret)
{
    const struct wl_message *req = &ex->req;
    struct wl_span text;

    *ret = (struct wl_leg){
        .conn = ex->conn.number,
        .ordinal = ex->ordinal,
        .client = ex->conn.client,
        .server = ex->conn.server,
        .t_request = req->t_first,
        .t_head = req->t_head,
        .t_end = ex->res.state >= WL_HEAD ? ex->res.t_last : ex->t_end,
        .req_frame = req->at.frame,
        .http10 = wl_facts_http10(req),
        .expects = wl_grammar_expects_continue(req),
        .via = wl_message_field(req, WL_FIELD_VIA) != NULL,
    };
    look_for_loop(req, ret);
    note_statuses(ret, ex);
    (void)wl_begun_path(req->target, &ret->absolute);
    wl_text_reset(line);
    wl_line_exchange(line, ex, WL_LEG_TEXT - 1);
    text = wl_text_span(line);
    if (text.n) /* memory was refused: no line */
        memcpy(ret->line, text.p, wl_min_size(text.n, WL_LEG_TEXT - 1));
}
