/* grammar.h - tokens, lists, quoted strings, parameters, numbers, dates of RFC 9110.
 * SPDX-License-Identifier: MIT
 *
 * Borrowed spans in, borrowed spans out; nothing allocates, nothing fails. Every function names the
 * section it reads.
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
/** The member up to its first ';', trimmed: the name of a coding, media type, protocol. */
struct wl_span wl_grammar_name(struct wl_span member);
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
/** Announces content: Content-Length above 0, or Transfer-Encoding (catalogue, area EXP). */
bool wl_grammar_announces_content(const struct wl_message *req);

#endif
