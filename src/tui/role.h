/* role.h - what a cell is for, and how that may look.
 * SPDX-License-Identifier: MIT
 *
 * Views name roles; one table turns them into colours and attributes. No role is told by colour
 * alone: what it says also stands there as a letter, a digit or a word, and terminals without
 * colour show it by bold, underline and reverse.
 */
#ifndef WL_ROLE_H
#define WL_ROLE_H

#include "wirelint/model.h"

enum wl_role {
    WL_ROLE_PLAIN,
    WL_ROLE_FAINT,  /* of second importance: units, rest of a path */
    WL_ROLE_STRONG, /* what the eye should find */
    WL_ROLE_FRAME,
    WL_ROLE_FOCUS,   /* frame of the panel that has the keys */
    WL_ROLE_TITLE,   /* of a panel */
    WL_ROLE_HEAD,    /* of a column */
    WL_ROLE_BAR,     /* the first line of the screen */
    WL_ROLE_KEY,     /* a key that can be pressed */
    WL_ROLE_CLASS_0, /* an invalid status; + class 1..5 */
    WL_ROLE_CLASS_1,
    WL_ROLE_CLASS_2,
    WL_ROLE_CLASS_3,
    WL_ROLE_CLASS_4,
    WL_ROLE_CLASS_5,
    WL_ROLE_OFF, /* + enum wl_severity */
    WL_ROLE_NOTE,
    WL_ROLE_WARNING,
    WL_ROLE_VIOLATION,
    WL_ROLE_GOOD,    /* all is well: live, a filter that compiles */
    WL_ROLE_BAD,     /* it is not: drops, a filter that does not */
    WL_ROLE_REQUEST, /* what the client sent */
    WL_ROLE_BAR_0,   /* an invalid status as a bar, which reversed would be the room beside it */
    WL_ROLE_TREND,
    WL_ROLE_BODY,     /* octets from the network, shown as such */
    WL_ROLE_SELECTED, /* the row that Enter opens, in the panel that has the keys */
    WL_N_ROLES,
};

/* Attribute bits of a look, beside its role. */
enum wl_attribute {
    WL_BOLD = 0x100,
    WL_UNDERLINE = 0x200,
    WL_REVERSE = 0x400,
    WL_DIM = 0x800,
    WL_ROLE_BITS = 0xff,
};

/** The role of a class of statuses (0: invalid), and of a severity. */
static inline unsigned wl_role_class(unsigned class)
{
    return WL_ROLE_CLASS_0 + class;
}
/** The same of a bar or a column of a chart. */
static inline unsigned wl_role_bar(unsigned class)
{
    return class ? wl_role_class(class) : (unsigned)WL_ROLE_BAR_0;
}
static inline unsigned wl_role_status(uint16_t status)
{
    return status >= 100 && status <= 599 ? WL_ROLE_CLASS_0 + status / 100u : WL_ROLE_CLASS_0;
}
static inline unsigned wl_role_severity(enum wl_severity s)
{
    return (unsigned)WL_ROLE_OFF + (unsigned)s;
}
/** 'V', 'W', 'N'; '-' for WL_OFF. */
char wl_severity_letter(enum wl_severity s);

enum wl_theme { WL_THEME_DARK, WL_THEME_LIGHT, WL_N_THEMES };

/** How a role looks. Colours as in xterm's palette; -1: the terminal's own. */
struct wl_style {
    const char *name; /* "note": in settings and tests */
    char letter;      /* in wl_canvas_dump_looks */
    short colour_8[WL_N_THEMES], colour_256[WL_N_THEMES];
    unsigned with_colour, without; /* attribute bits on top, with colours and without */
};

const struct wl_style *wl_role_style(enum wl_role role);

#endif
