/* explain.h - a rule explained on the screen: what is wrong, why it matters, what to do, who
 * says so. SPDX-License-Identifier: MIT
 */
#ifndef WL_EXPLAIN_H
#define WL_EXPLAIN_H

#include "canvas.h"
#include "wirelint/rule.h"

/** The panel beside a table of rules. */
struct wl_explained {
    const struct wl_rule *rule; /* shown last */
    int skip;                   /* lines scrolled away */
    int lines, room;            /* it has; there is room for */
};

/** Takes the panel's part off area: at the right where it is wide, else at the bottom; nothing where
 * it is small. */
struct wl_rect wl_explain_place(struct wl_rect *area);
/** Draws it; severity: in force now. Another rule than before is shown from its beginning. */
void wl_explain_draw(struct wl_explained *e, struct wl_canvas *c, struct wl_rect r,
                     const struct wl_rule *rule, enum wl_severity severity);
/** Scrolls it by lines. */
void wl_explain_scroll(struct wl_explained *e, int lines);

#endif
