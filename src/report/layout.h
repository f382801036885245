/* layout.h - text in columns: inks, padding, wrapping, lists of pieces.
 * SPDX-License-Identifier: MIT
 *
 * Works on text that is escaped already; widths count characters of UTF-8, one column each.
 */
#ifndef WL_LAYOUT_H
#define WL_LAYOUT_H

#include "text.h"

/** What a stretch of text is; how that looks is decided in one table. Never the only sign. */
enum wl_ink {
    WL_INK_PLAIN, /* ends whatever was on */
    WL_INK_STRONG,
    WL_INK_FAINT,
    WL_INK_NOTE,
    WL_INK_WARNING,
    WL_INK_VIOLATION,
    WL_N_INKS,
};

/** Switches to an ink; writes nothing unless color. */
void wl_layout_ink(struct wl_text *t, bool color, enum wl_ink ink);
/** The ink of a severity. */
enum wl_ink wl_layout_severity_ink(enum wl_severity s);
/** Characters of escaped text. */
size_t wl_layout_width(struct wl_span s);
/** Fills with spaces until columns characters stand since octet from of t (no inks between). */
void wl_layout_pad(struct wl_text *t, size_t from, size_t columns);
/** A count ("104 221") right-aligned in columns. */
void wl_layout_count(struct wl_text *t, uint64_t n, size_t columns);
/** A duration right-aligned in columns, "-" when d is negative. */
void wl_layout_duration(struct wl_text *t, wl_ns d, size_t columns);
/**
 * Words separated by spaces, each line indented and at most columns wide where words allow it; a
 * newline at the end. Newlines in words break the line.
 */
void wl_layout_wrap(struct wl_text *t, struct wl_span words, size_t indent, size_t columns);

/** Pieces separated by commas that flow over lines: begin, pieces, end. */
struct wl_flow_text {
    struct wl_text *t;
    size_t indent, columns; /* of the lines after the first; width of a line */
    size_t at;              /* columns used of this line */
    bool any;               /* a piece stands already */
};

/** at: columns that the line holds already. */
void wl_layout_flow(struct wl_flow_text *f, struct wl_text *t, size_t at, size_t indent,
                    size_t columns);
void wl_layout_piece(struct wl_flow_text *f, struct wl_span piece);

#endif
