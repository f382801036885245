/* catalogue.h - the rules as documents: table, JSON, Markdown, and the page of one rule.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_CATALOGUE_H
#define WL_CATALOGUE_H

#include "text.h"
#include "wirelint/rule.h"

/** How a page for people is laid out. */
struct wl_page {
    size_t columns; /* 0 unlimited */
    bool color;
};

/** One line per rule, sorted by id: id, severity, fault, title (cut to the width, if there is
 * one). */
void wl_catalogue_text(struct wl_text *t, const struct wl_page *page);
/** One array of objects, sorted by id. */
void wl_catalogue_json(struct wl_text *t);
/** A document with one section per area. */
void wl_catalogue_markdown(struct wl_text *t);
/**
 * Everything about one rule. dialogue: its sample file (docs/dialogues.md), empty when there is
 * none: the first case that expects the rule and the first that does not are shown.
 */
void wl_catalogue_page(struct wl_text *t, const struct wl_rule *rule, struct wl_span dialogue,
                       const struct wl_page *page);

enum { WL_CATALOGUE_LINK = 160, WL_CATALOGUE_GUARDS = 9 };

/**
 * "RFC 9110 15.2" as "https://www.rfc-editor.org/rfc/rfc9110#section-15.2"; "" when it is no RFC.
 * Returns buf.
 */
const char *wl_catalogue_link(const char *cite, char buf[WL_CATALOGUE_LINK]);
/** What must be certain before the rule is asked: the i-th guard in words, NULL when it needs not
 * that. */
const char *wl_catalogue_guard(const struct wl_rule *rule, unsigned i);
enum { WL_CATALOGUE_RULES = 1024 };

/** The catalogue sorted by id; returns how many. */
size_t wl_catalogue_sorted(const struct wl_rule *ret[WL_CATALOGUE_RULES]);
/** The i-th area in the catalogue's order, "INT", with its title; NULL after the last. */
const char *wl_catalogue_area(size_t i, const char **ret_title);
/** The rule whose id is nearest to text, NULL when none is near. */
const struct wl_rule *wl_catalogue_nearest(const char *text);

#endif
