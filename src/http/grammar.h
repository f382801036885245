/* grammar.h - tokens, lists, parameters, dates, validators, ranges, challenges, URIs of HTTP.
 * SPDX-License-Identifier: MIT
 *
 * Borrowed spans in, borrowed spans out; nothing allocates, nothing fails. Every function names the
 * section it reads. What walks through a value takes a cursor over it, as in
 *
 *     struct wl_cursor c = wl_cursor(field->value);
 *     while ((member = wl_grammar_member(&c)).n) ...
 *
 * and leaves c.bad behind where the value did not fit the grammar.
 */
#ifndef WL_GRAMMAR_H
#define WL_GRAMMAR_H

#include "span.h"

/** token = 1*tchar (RFC 9110 5.6.2). */
bool wl_grammar_is_token(struct wl_span s);
/**
 * Splits the next member off a comma-separated field value (RFC 9110 5.6.1).
 * c      cursor over one field value; advanced past the member and its comma
 * Returns the member without surrounding white space, borrowed; empty members are skipped; n == 0
 * at the end. Commas inside quoted strings do not split. An unclosed quoted string sets c->bad.
 */
struct wl_span wl_grammar_member(struct wl_cursor *c);
/** Takes white space and commas off the front: empty members (RFC 9110 5.6.1.2). */
static inline void wl_grammar_skip_empty(struct wl_cursor *c)
{
    while (c->n && (c->p[0] == ',' || c->p[0] == ' ' || c->p[0] == '\t'))
        (void)wl_take(c, 1);
}
/** The member up to its first ';', trimmed: the name of a coding, media type, protocol. */
struct wl_span wl_grammar_name(struct wl_span member);
/** wl_message_field for one that most messages do not have: no call to find that out. */
static inline const struct wl_field *wl_grammar_rare_field(const struct wl_message *m,
                                                           enum wl_field_id id)
{
    return wl_message_may_have(m, id) ? wl_message_field(m, id) : NULL;
}
/** Does any list line with this id in m have a member equal to name, without regard to case and
 * without its parameters? */
bool wl_grammar_list_has(const struct wl_message *m, enum wl_field_id id, struct wl_span name);
/** Number of non-empty members over all lines with this id. */
size_t wl_grammar_list_count(const struct wl_message *m, enum wl_field_id id);
/** method = token: the enum, OTHER when unknown, NONE when s is no token. */
enum wl_method wl_grammar_method(struct wl_span s);
/** WL_SAFE, WL_IDEMPOTENT, WL_WEBDAV bits of methods.h. */
enum { WL_SAFE = 1, WL_IDEMPOTENT = 2, WL_WEBDAV = 4 };
unsigned wl_grammar_method_flags(enum wl_method m);
/** Field name to id, without regard to case. */
enum wl_field_id wl_grammar_field(struct wl_span name);
/** WL_LIST, WL_SINGLE ... bits of fields.h. */
enum { WL_LIST = 1, WL_SINGLE = 2, WL_FRAMING = 4, WL_HOP = 8, WL_NO_TRAILER = 16 };
unsigned wl_grammar_field_flags(enum wl_field_id id);
/** Upgrade protocol = name ["/" version] (RFC 9110 7.8): does an offer cover an answer? Names
 * compare without regard to case; versions only when both give one. */
bool wl_grammar_protocol_match(struct wl_span offered, struct wl_span answered);
/** Type and subtype of a Content-Type value equal "text/event-stream" and the like, parameters
 * aside (RFC 9110 8.3.1). */
bool wl_grammar_media_type_is(struct wl_span value, struct wl_span type);
/** Does the request ask for 100-continue (RFC 9110 10.1.1)? */
bool wl_grammar_expects_continue(const struct wl_message *req);
/** Is 100-continue all that the request expects? False without Expect. */
bool wl_grammar_expects_only_continue(const struct wl_message *req);
/** Is content of this message likely to hold HTTP messages: message/http, application/http, any
 * multipart, application/warc, or what a TRACE asked for (catalogue, http-message-inside-body)? */
bool wl_grammar_carries_messages(const struct wl_message *m, enum wl_method method);
/** Announces content: Content-Length above 0, or Transfer-Encoding (catalogue, area EXP). */
bool wl_grammar_announces_content(const struct wl_message *req);

/* ------------------------------------------------------- values and parameters: grammar_value.c */

/** quoted-string, from its first quote to its last (RFC 9110 5.6.4). */
bool wl_grammar_is_quoted(struct wl_span s);
/** What stands between the quotes, quoted-pairs as they are; a value without quotes is itself. */
struct wl_span wl_grammar_unquoted(struct wl_span value);
/** Does a token or quoted-string, quoted-pairs resolved, say this, without regard to case? */
bool wl_grammar_value_is(struct wl_span value, struct wl_span text);

/** name ["=" value]: a parameter, an auth-param, a directive. */
struct wl_param {
    struct wl_span name;
    struct wl_span value; /* as sent, quotes included; p is NULL where there is no "=" */
};

/**
 * Reads the next of *( OWS ";" OWS [ parameter ] ) (RFC 9110 5.6.6).
 * c      cursor behind the name that the parameters follow (wl_grammar_params)
 * False at the end. A parameter that is no token, has white space around its "=" or an unclosed
 * quoted string is returned as far as it goes, and sets c->bad.
 */
bool wl_grammar_param(struct wl_cursor *c, struct wl_param *ret);
/** A cursor over the parameters of a member: what stands behind wl_grammar_name. */
struct wl_cursor wl_grammar_params(struct wl_span member);
/** The first parameter of a member with this name, without regard to case. */
bool wl_grammar_param_find(struct wl_span member, struct wl_span name, struct wl_param *ret);
/** name ["=" value] of a list member such as a cache directive (RFC 9111 5.2). */
struct wl_param wl_grammar_directive(struct wl_span member);
/** The first such member over all lines of a list field, without regard to case; false when there
 * is none. ret may be NULL. */
bool wl_grammar_directive_find(const struct wl_message *m, enum wl_field_id id, struct wl_span name,
                               struct wl_param *ret);

/** delta-seconds (RFC 9111 1.2.2): what is too large to say becomes 2^31, as the section has it. */
bool wl_grammar_delta_seconds(struct wl_span s, uint64_t *ret);
/** The weight ";q=0.8" of a member in thousandths, 1000 when there is none (RFC 9110 12.4.2); false
 * when it is no qvalue. */
bool wl_grammar_weight(struct wl_span member, unsigned *ret_thousandths);

/** media-type = type "/" subtype parameters (RFC 9110 8.3.1). */
struct wl_media_type {
    struct wl_span type, subtype; /* without regard to case */
    struct wl_span member;        /* the whole, for wl_grammar_param_find */
};

/** False when the value is no media type; parameters are looked at too. */
bool wl_grammar_media_type(struct wl_span value, struct wl_media_type *ret);
/** XML by its name: application/xml, text/xml, or any type whose subtype ends in "+xml" (RFC 7303
 * 4.2). */
bool wl_grammar_media_type_is_xml(struct wl_span value);

/** One challenge, or credentials: auth-scheme [ 1*SP ( token68 / #auth-param ) ] (RFC 9110 11.3,
 * 11.4). */
struct wl_challenge {
    struct wl_span scheme;  /* without regard to case */
    struct wl_span token68; /* empty when there is none */
    struct wl_span params;  /* the auth-params, for wl_grammar_auth_param */
};

/**
 * Reads the next challenge of a WWW-Authenticate or Proxy-Authenticate value (RFC 9110 11.6.1): a
 * comma-separated list whose members may hold comma-separated lists themselves; what decides is
 * whether a name is followed by "=".
 * False at the end. What fits no challenge sets c->bad and is skipped up to the next comma.
 */
bool wl_grammar_challenge(struct wl_cursor *c, struct wl_challenge *ret);
/** Reads the next auth-param = token BWS "=" BWS ( token / quoted-string ) (RFC 9110 11.2). */
bool wl_grammar_auth_param(struct wl_cursor *c, struct wl_param *ret);

/** sf-boolean "?1" or "?0" (RFC 9651 3.3.6). Items of structured fields are otherwise read as
 * members with parameters: the shapes are the same. */
bool wl_grammar_sf_boolean(struct wl_span item, bool *ret);
/** sf-integer: up to 15 digits, perhaps a "-" (RFC 9651 3.3.1). */
bool wl_grammar_sf_integer(struct wl_span item, int64_t *ret);

/** A list of structured fields, of which one line is given: items with parameters, inner lists among
 * them (RFC 9651 3.1, 4.2.1). */
bool wl_grammar_is_sf_list(struct wl_span value);

/* ---------------------------------------------------------------------- dates: grammar_date.c */

enum wl_date_form {
    WL_DATE_NONE,    /* no date of HTTP */
    WL_DATE_IMF,     /* IMF-fixdate: the one form that may be generated */
    WL_DATE_RFC850,  /* obsolete, two-digit year */
    WL_DATE_ASCTIME, /* obsolete */
};

struct wl_date {
    enum wl_date_form form;
    int64_t seconds;      /* since 1970; up to the year 9999 */
    bool impossible;      /* a day or time that does not exist: 31 April, 25 o'clock */
    bool weekday_differs; /* the day of the week is not that of the date */
};

/**
 * HTTP-date in its three forms (RFC 9110 5.6.7), case-sensitive as the grammar has it.
 * now    seconds since 1970: a two-digit year that would be more than 50 years later is in the past
 */
struct wl_date wl_grammar_date(struct wl_span s, int64_t now);

enum {
    WL_DATE_OCTETS = 29,
    WL_DATE_SECONDS = 23,
    WL_DATE_ZONE = 25
}; /* of an IMF-fixdate; places in it */

/** The minute of the last date: what was sent lately differs in its seconds only. */
struct wl_date_memo {
    size_t n; /* WL_DATE_OCTETS once there is one */
    uint8_t octets[WL_DATE_OCTETS];
    struct wl_date minute;
};

/** Reads one of another minute. */
struct wl_date wl_grammar_date_anew(struct wl_date_memo *memo, struct wl_span s, wl_ns t);

/** Do two differ in their seconds at most? Sun, 06 Nov 1994 08:49:|37 GMT */
static inline bool wl_grammar_same_minute(const uint8_t *a, const uint8_t *b)
{
    return memcmp(a, b, 16) == 0 &&
           memcmp(a + WL_DATE_SECONDS - 8, b + WL_DATE_SECONDS - 8, 8) == 0 &&
           memcmp(a + WL_DATE_ZONE, b + WL_DATE_ZONE, WL_DATE_OCTETS - WL_DATE_ZONE) == 0;
}

/**
 * wl_grammar_date, quickly for another date of the same minute.
 * memo   zeroed at first
 * t      when it was seen
 */
static inline struct wl_date wl_grammar_date_again(struct wl_date_memo *memo, struct wl_span s,
                                                   wl_ns t)
{
    struct wl_date date;
    uint8_t tens, ones;

    if (s.n != memo->n || s.n != WL_DATE_OCTETS)
        return wl_grammar_date_anew(memo, s, t);
    tens = (uint8_t)(s.p[WL_DATE_SECONDS] - '0');
    ones = (uint8_t)(s.p[WL_DATE_SECONDS + 1] - '0');
    if (tens > 5 || ones > 9 || !wl_grammar_same_minute(s.p, memo->octets))
        return wl_grammar_date_anew(memo, s, t);
    date = memo->minute;
    date.seconds += tens * 10 + ones;
    return date;
}

/* ------------------------------------------------- validators and ranges: grammar_range.c */

/** entity-tag = [ "W/" ] DQUOTE *etagc DQUOTE (RFC 9110 8.8.3). */
struct wl_etag {
    struct wl_span opaque; /* quotes included */
    bool weak;
};

bool wl_grammar_etag(struct wl_span s, struct wl_etag *ret);
/** Is s one, and nothing more? Without saying which. */
bool wl_grammar_is_etag(struct wl_span s);
/** The next of a list of entity tags (RFC 9110 13.1.1): no quoted-pairs, so that a backslash is an
 * octet like others and a comma may stand in a tag. False at the end; a member that is no entity
 * tag sets c->bad and ends the walk. */
bool wl_grammar_etag_next(struct wl_cursor *c, struct wl_etag *ret);
/** RFC 9110 8.8.3.2. Strong: both are strong and equal; weak: equal, whatever their strength. */
bool wl_grammar_etag_strong(struct wl_etag a, struct wl_etag b);
bool wl_grammar_etag_weak(struct wl_etag a, struct wl_etag b);

/** What a list of entity tags says about one. */
enum wl_etag_listed {
    WL_ETAG_UNREADABLE, /* a member is no entity tag: nothing can be concluded */
    WL_ETAG_ANY,        /* "*" */
    WL_ETAG_LISTED,     /* a member matches, by weak comparison */
    WL_ETAG_NOT_LISTED,
};

/** Looks for a tag in all lines of If-None-Match or If-Match. */
enum wl_etag_listed wl_grammar_etag_listed(const struct wl_message *m, enum wl_field_id id,
                                           struct wl_etag tag);

/** int-range or suffix-range (RFC 9110 14.1.1). Numbers above 2^63-1, which are allowed, are
 * that. */
struct wl_range {
    uint64_t first; /* WL_NONE for a suffix range */
    uint64_t last;  /* WL_NONE when it is open; of a suffix range, its length */
};

/** Takes "unit=" off the front of a Range value (RFC 9110 14.2); empty and c->bad when it is not
 * there. The range set is left in c. */
struct wl_span wl_grammar_range_unit(struct wl_cursor *c);
/** The next range of a set in octets; false at the end; what is none, or ends before it begins,
 * sets c->bad and ends the walk. */
bool wl_grammar_range_next(struct wl_cursor *c, struct wl_range *ret);

/** Content-Range (RFC 9110 14.4). */
struct wl_content_range {
    struct wl_span unit;
    bool unsatisfied;     /* "*" in place of the range */
    uint64_t first, last; /* not ordered: the value may be wrong; WL_NONE when unsatisfied */
    uint64_t complete;    /* WL_NONE: "*" */
};

/** False when the value does not fit the grammar, which numbers in the wrong order do. */
bool wl_grammar_content_range(struct wl_span s, struct wl_content_range *ret);

/* ------------------------------------------------------------------------- URIs: grammar_uri.c */

/** URI-reference (RFC 3986 4.1), split (appendix B). p of a part is NULL where it is undefined. */
struct wl_uri {
    struct wl_span scheme, authority, path, query, fragment; /* without their delimiters */
    struct wl_span host, port;                               /* of the authority */
};

/** Why a value is no URI-reference. */
enum wl_uri_fault {
    WL_URI_FINE,
    WL_URI_SPACE,     /* SP or HTAB */
    WL_URI_CTL,       /* control octet */
    WL_URI_NON_ASCII, /* octet above 0x7f */
    WL_URI_BACKSLASH,
    WL_URI_CHARACTER, /* another character that no URI has: < > " { } | ^ ` or a second "#" */
    WL_URI_PERCENT,   /* "%" without two hexadecimal digits */
    WL_URI_SCHEME,    /* ":" in the first segment of a relative path (RFC 3986 4.2) */
    WL_URI_AUTHORITY, /* no host and port */
};

/** Splits any octets; whether they are a URI-reference is what is returned. */
enum wl_uri_fault wl_grammar_uri(struct wl_span s, struct wl_uri *ret);
/** Splits [ userinfo "@" ] host [ ":" port ] into authority, host and port of ret, the rest of which
 * is empty (RFC 3986 3.2); false when the octets are none. */
bool wl_grammar_authority(struct wl_span s, struct wl_uri *ret);
/** Host = uri-host [ ":" port ] (RFC 9110 7.2), not empty: an authority without userinfo. */
bool wl_grammar_is_host(struct wl_span s);
/**
 * The target URI of a request (RFC 9110 7.1, RFC 9112 3.3): its target in absolute-form, or scheme,
 * Host and target put together.
 * False for other forms (CONNECT, "*") and where Host is missing, repeated or no authority.
 */
bool wl_grammar_target_uri(const struct wl_message *req, struct wl_span scheme, struct wl_uri *ret);
/** The port: as given, or that of "http" and "https"; 0 when it is none. */
uint16_t wl_grammar_uri_port(const struct wl_uri *uri);

/**
 * Writes the URI that a reference means into buf, so that equal ones have equal octets: scheme and
 * host in lower case, the default port left out, no empty path (RFC 3986 6.2.2.1, 6.2.3), no
 * fragment.
 * base   the absolute URI against which ref is resolved (RFC 3986 5.2); dot segments are removed.
 *        NULL: ref is absolute itself and its path is written as it stands
 * Returns its length; 0 when it does not fit into room octets.
 */
size_t wl_grammar_uri_resolve(const struct wl_uri *base, const struct wl_uri *ref, uint8_t *buf,
                              size_t room);

#endif
