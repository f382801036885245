/* redact_text.h - what of octets of the network is a secret, and how it is made unreadable.
 * SPDX-License-Identifier: MIT
 *
 * Everything here writes '*' over octets where they lie: nothing moves, nothing is allocated,
 * and nothing can fail.
 */
#ifndef WL_REDACT_TEXT_H
#define WL_REDACT_TEXT_H

#include "span.h"

/** Over every octet but CR and LF. The octets must be writable, whatever the span says. */
void wl_redact_mask(struct wl_span s);
/**
 * User and password of URLs ("//user:password@"), and the values of parameters and of
 * members of JSON whose names say that they are secrets ("?access_token=...",
 * ";jsessionid=...", "{"password":..."), wherever they stand in s, also where they are
 * encoded in the parameter of another URL.
 */
void wl_redact_urls(struct wl_span s);
/** The same where all of s is a URL, so that a blank or a quote in it ends nothing: a request
 * target, Location. Or where nobody knows what it is. */
void wl_redact_url(struct wl_span s);
/** Does s begin as a credential does that says itself that it is one: "Basic ", "Bearer ", and a
 * JSON Web Token? */
bool wl_redact_is_credential(struct wl_span s);
/** All of s, if it does. */
void wl_redact_credential(struct wl_span s);
/** A word begins with c, or with its like. */
#define WL_REDACT_FIRST(c) (UINT64_C(1) << (c) % 64)
/**
 * Does one of the words (in small letters, the list ended by NULL) stand in s?
 * firsts  WL_REDACT_FIRST of each: most of s is passed over by them
 */
bool wl_redact_contains(struct wl_span s, const char *const *words, uint64_t firsts);
/** User and password before the "@" of an authority (RFC 3986 3.2), with which s begins, as Host
 * and CONNECT have it. */
void wl_redact_authority(struct wl_span s);
/** What follows the schemes whose challenges are tokens ("Basic realm=x, Negotiate TOKEN"). */
void wl_redact_tokens(struct wl_span challenges);
/** Does the name of a field say that its value is a secret
 * (Authorization, Cookie, X-Api-Key ...)? */
bool wl_redact_is_secret_name(struct wl_span field_name);
bool wl_redact_is_secret(const struct wl_field *f);
/**
 * The value of a field that is one: the scheme of Authorization and the names of cookies stay
 * readable. Of any other, what wl_redact_credential and wl_redact_urls find, and the tokens of
 * Negotiate and NTLM.
 */
void wl_redact_field(const struct wl_field *f);
/** A line that may be a field and was not read as one ("Authorization Basic ..."). */
void wl_redact_line(struct wl_span s);

#endif
