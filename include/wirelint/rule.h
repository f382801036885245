/* rule.h - what a rule is: one table entry and at most one function.
 * SPDX-License-Identifier: MIT
 *
 * A rule looks at facts (model.h) and reports. It never parses octets of the wire beyond the
 * values of fields, allocates, prints or remembers; the judge (rules/judge.c) calls it only where
 * its evidence is complete. Embedders add groups of their own with wl_engine_add_rules.
 */
#ifndef WIRELINT_RULE_H
#define WIRELINT_RULE_H

#include "wirelint/api.h"
#include "wirelint/model.h"

WL_API_BEGIN

/** What a rule is offered. */
enum wl_when {
    WL_ON_MARK,       /* a message or connection record that bears .mark; needs no function */
    WL_ON_REQUEST,    /* every request whose head was seen */
    WL_ON_RESPONSE,   /* every response whose head was seen: interim (101 included) and final */
    WL_ON_EXCHANGE,   /* every exchange once it is over; m is its final response (maybe ABSENT) */
    WL_ON_CONNECTION, /* every connection record; ex and m are NULL */
    WL_ON_MESSAGE,    /* every message whose head was seen: requests and responses */
    WL_ON_RELATED,    /* every exchange for which an earlier one of .relation is remembered */
};

/** What must be certain before a rule is asked: docs/judging.md 2. Bits of wl_rule.needs. */
enum wl_needs {
    WL_NEEDS_PAIR = 1,        /* request and response belong together for certain */
    WL_NEEDS_BODY = 2,        /* mark rules: the mark's position was certain; others: m is WHOLE */
    WL_NEEDS_END_SERVER = 4,  /* the server ended the connection first, by FIN or RST of its own */
    WL_NEEDS_END_CLIENT = 8,  /* the client did */
    WL_NEEDS_CLK = 16,        /* times are monotonic, and finer than seconds; no drops */
    WL_NEEDS_ACK = 32,        /* acknowledgements were seen: for exchange rules, ex->wait is set;
                                 for message rules, m->acked is known */
    WL_NEEDS_REQUEST = 64,    /* the request's head was seen whole */
    WL_NEEDS_RESPONSE = 128,  /* the final response's head was seen whole */
    WL_NEEDS_HANDSHAKE = 256, /* the connection did not start mid-stream */
};

struct wl_judge;      /* who asks the rules */
struct wl_thresholds; /* wirelint.h */

/**
 * Looks at one thing and calls wl_report for what breaks the rule.
 * ex  the exchange; NULL for WL_ON_CONNECTION
 * m   the message offered (see wl_when); never NULL but for WL_ON_CONNECTION
 */
typedef void wl_check_fn(struct wl_judge *j, const struct wl_exchange *ex,
                         const struct wl_message *m);
/** The same for connection records, which are borrowed for the call. */
typedef void wl_check_conn_fn(struct wl_judge *j, const struct wl_conn_record *conn);

/** What is remembered from one exchange for another: tbl/relations.h. */
enum wl_relation {
    WL_RELATION_NONE,
#define WL_RELATION(ID, text) WL_RELATION_##ID,
#include "wirelint/tbl/relations.h"
#undef WL_RELATION
    WL_N_RELATIONS,
};

enum { WL_PAST_WALK = 6 };

/**
 * What remains of an exchange that was told before. Octets are not kept, only whether two are
 * equal: a uint64_t that is named after octets is a hash of them, 0 where there are none.
 */
struct wl_past {
    uint64_t conn;                 /* number of its connection */
    uint64_t req_frame, res_frame; /* packets where its request and final response began */
    wl_ns t_request, t_response, t_end;
    uint32_t ordinal;
    enum wl_method method;
    uint16_t status;    /* final; 0 when none came */
    bool whole;         /* the final response was seen whole */
    bool only_continue; /* all that its request expected was 100-continue */
    bool as_proxy;      /* the request has the form of one to a proxy */
    bool via;           /* an intermediary showed itself on either message */
    bool dated;         /* there is a Date that could be read */
    bool interim;       /* an interim response other than 101 came first */
    uint64_t req_fields[WL_FIELD_WORDS], res_fields[WL_FIELD_WORDS]; /* one bit per wl_field_id */
    const struct wl_leg *leg; /* WL_RELATION_LEG: its leg of a proxy; else NULL */
    /* 0, or not told, where an exchange is found by its server or client alone (SERVER, PROXY,
     * INTERIM): */
    uint64_t negotiated; /* Accept, User-Agent and their kin: what the response may vary by */
    uint64_t identity;   /* Cookie and Authorization */
    uint64_t etag;
    uint64_t declared;   /* Content-Length of the final response, or WL_NONE */
    uint64_t body_bytes; /* of the final response */
    uint64_t allow;      /* one bit per wl_method in Allow of the final response */
    int64_t offset;      /* Date minus the time of the capture, in seconds, where dated */
    /* from here on remembered of redirects only (engine/past.c), 0 where none was near */
    uint64_t uri, location;      /* target URI of the request; Location resolved against it */
    uint64_t step;               /* this redirect: uri, location and method together */
    uint64_t walk[WL_PAST_WALK]; /* the last redirects that led the client here, as steps */
    uint8_t n_walk;
    bool walk_cookies; /* a cookie was set on the way */
    /* of the exchange in hand, not remembered */
    uint32_t n_median; /* how many clocks agree; 0 when most do not, or this one is near */
    int64_t median;    /* of this offset over the servers seen before, if this one is far from it */
};

/** Is the bit of a field set in wl_past.req_fields or .res_fields? */
static inline bool wl_past_has(const uint64_t fields[WL_FIELD_WORDS], enum wl_field_id id)
{
    return fields[id / 64] >> id % 64 & 1;
}

/**
 * Looks at an exchange beside an earlier one. Called behind the merge, where all connections are in
 * one order (engine/relate.c).
 * past  the earlier exchange; NULL only for rules with .alone
 * now   the same facts of ex itself
 */
typedef void wl_check_related_fn(struct wl_judge *j, const struct wl_exchange *ex,
                                 const struct wl_past *past, const struct wl_past *now);

enum {
    WL_RULE_CITES = 4,
    WL_RULE_SEE = 4,
    WL_RULE_FIELDS = 6,
    WL_RULE_MARKS = 12,
    WL_RULE_CASES = 4,
};

/**
 * One of several cases in which a rule is asked; everything that is set must fit. What is 0 (NONE,
 * OTHER) asks for nothing.
 */
struct wl_case {
    uint16_t status_from, status_to; /* of the message offered, or of the final response */
    enum wl_field_id field, lacks;   /* likewise: it has the one and not the other */
    enum wl_method method;           /* of the request; and of that: */
    enum wl_field_id req_field, req_lacks;
    bool req_marked; /* it bears marks */
};

/**
 * One rule of a group; const, and static strings. docs/adding-a-rule.md goes through it. All that
 * is not given is 0, and asks for nothing; but there must be id, severity, title, when, and what
 * that asks for.
 */
struct wl_rule {
    /* what it is called, and what people read */
    const char *id;                  /* flat, kebab case, never reused; unique */
    enum wl_severity severity;       /* as a rule; single cases may be reported lower or higher */
    enum wl_fault fault;             /* EITHER: the sender of the evidence */
    const char *area;                /* "INT", "TIM", ... of the catalogue */
    const char *cite[WL_RULE_CITES]; /* "RFC 9110 15.2"; NULL-ended when fewer */
    const char *title;               /* what is wrong, no full stop */
    const char *why;                 /* what comes of it: sentences */
    const char *advice;              /* what to do about it: sentences */
    const char *see[WL_RULE_SEE];    /* ids of related rules; NULL-ended when fewer */
    const char *saw; /* plain mark rules: what was seen. {n octet} is the mark's value with its
                        noun, {octets} the first octets in quotes, {status} the status */

    /* when it is asked, about what, and by which function */
    enum wl_when when;
    enum wl_mark_id mark;                 /* for WL_ON_MARK */
    enum wl_mark_id marks[WL_RULE_MARKS]; /* with mark: asked about each of these as well */
    /* NULL for plain mark rules, of which saw is reported, for WL_ON_CONNECTION and for
     * WL_ON_RELATED */
    wl_check_fn *check;
    wl_check_conn_fn *check_conn; /* for WL_ON_CONNECTION */

    /* Filters: what does not fit is not offered, and costs nothing (rules/index.h). */
    /* of the request: "HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3, ICAP"; HTTP/0.9 counts as HTTP/1.0 */
    const char *versions;
    /* Only messages with a status in this range; both 0: any. A range that begins above its end
     * wraps: 600 to 99 is all that lies outside 100 to 599, what was no number (0) included. For
     * exchange rules: of the final response, 0 when absent. */
    uint16_t status_from, status_to;
    enum wl_method method;                   /* only exchanges whose request has this method */
    enum wl_field_id field;                  /* only messages that have this field, */
    enum wl_field_id fields[WL_RULE_FIELDS]; /* or one of these */
    enum wl_field_id lacks;                  /* only messages without this field */
    uint32_t needs;                          /* what must be certain: bits of wl_needs */
    /* for responses; exchange rules with interim_only are asked of exchanges with interim
     * responses */
    bool interim_only, final_only;
    /* One of them must fit, if any is set. Of a rule that has .check and .check_related they are
     * about .check alone. */
    struct wl_case cases[WL_RULE_CASES];

    /* Beside an earlier exchange: for WL_ON_RELATED, or besides .when and .check. The filters are
     * those of an exchange rule. */
    enum wl_relation relation;
    enum wl_relation also; /* a second relation it is asked about in the same way */
    wl_check_related_fn *check_related;
    bool alone; /* also where nothing is remembered: past is NULL */
    bool again; /* whatever the status: the range is that of .check */

    /* what becomes of its findings */
    bool once_per_target; /* those for the same server and target are one (engine/relate.c) */
    const char *yields[WL_RULE_SEE]; /* ids of more specific rules: where one of them fired on the
                                        same exchange, this one is not reported */
};

/** Rules that belong together. All of it is borrowed by whoever is given the group. */
struct wl_rule_group {
    const char *name; /* "interim", the file's subject */
    const struct wl_rule *rules;
    size_t n_rules;
};

/** All groups of the catalogue, NULL-ended; rules sorted by id within a group. */
const struct wl_rule_group *const *wl_rule_groups(void);
/** Finds a rule of the catalogue by id; NULL when there is none. */
const struct wl_rule *wl_rule_find(const char *id);
/** Number of rules in the catalogue. */
size_t wl_rule_count(void);
/** The i-th of them, from 0, in order of group and id; NULL behind the last. */
const struct wl_rule *wl_rule_at(size_t i);

/* ---------------------------------------------------------------------- what a check may call */

/** Thresholds in force. */
const struct wl_thresholds *wl_judge_thresholds(const struct wl_judge *j);
/** The mark in hand, for checks of WL_ON_MARK rules; NULL in other checks. */
const struct wl_mark *wl_judge_mark(const struct wl_judge *j);
/** The connection record in hand; NULL while an exchange is judged. */
const struct wl_conn_record *wl_judge_conn(const struct wl_judge *j);

/**
 * Reports that the rule in hand is broken.
 * m           the message at fault (its status and frames go into the finding); NULL: the connection
 * at          where the evidence begins
 * severity    the rule's, or another that the catalogue has for the case; an override replaces the
 *             rule's and higher ones, and what was lower stays lower
 * fmt         what was seen, one sentence, no full stop; octets of the wire escaped before
 */
void wl_report(struct wl_judge *j, const struct wl_message *m, struct wl_at at,
               enum wl_severity severity, enum wl_confidence confidence, const char *fmt, ...)
    WL_PRINTF(6, 7);
/** The same with a sentence that is static, and so neither made nor copied: for what very many
 * messages of a capture may have. */
void wl_report_plain(struct wl_judge *j, const struct wl_message *m, struct wl_at at,
                     enum wl_severity severity, enum wl_confidence confidence,
                     const char *sentence);
/** Adds a packet to the evidence of the finding just reported. */
void wl_report_frame(struct wl_judge *j, uint64_t frame);
/** Names another fault than the rule's for the finding just reported. */
void wl_report_fault(struct wl_judge *j, enum wl_fault fault);

WL_API_END

#endif
