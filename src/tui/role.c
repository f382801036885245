/* role.c - what a cell is for, and how that may look.
 * SPDX-License-Identifier: MIT
 *
 * The classes and severities are the only strong colours on the screen; everything else is the
 * terminal's own, bold or faint, so that they stand out. Of 256 colours those were searched out
 * that are told apart best also by people who do not see red or green, and that can be read on
 * their ground; of 8 many cannot (yellow on white, blue on black), and the terminal's own does
 * instead (tests/unit_canvas.c measures both).
 */
#include "role.h"

#include "attr.h"

char wl_severity_letter(enum wl_severity s)
{
    return "-NWV"[s];
}

enum { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE };

/* clang-format off */
static const struct wl_style styles[WL_N_ROLES] = {
    /*                      name        letter  8 colours           256 colours  coloured             without */
    [WL_ROLE_PLAIN]     = {"plain",     '.', {-1, -1},              {-1, -1},    0,                   0},
    [WL_ROLE_FAINT]     = {"faint",     ',', {-1, -1},              {245, 243},  0,                   0},
    [WL_ROLE_STRONG]    = {"strong",    's', {-1, -1},              {-1, -1},    WL_BOLD,             WL_BOLD},
    [WL_ROLE_FRAME]     = {"frame",     '-', {-1, -1},              {240, 248},  0,                   0},
    [WL_ROLE_FOCUS]     = {"focus",     '=', {CYAN, BLUE},          {75, 26},    WL_BOLD,             WL_BOLD},
    [WL_ROLE_TITLE]     = {"title",     't', {-1, -1},              {-1, -1},    WL_BOLD,             WL_BOLD},
    [WL_ROLE_HEAD]      = {"head",      'h', {-1, -1},              {247, 241},  0,                   0},
    [WL_ROLE_BAR]       = {"bar",       'b', {-1, -1},              {-1, -1},    0,                   0},
    [WL_ROLE_KEY]       = {"key",       'k', {CYAN, BLUE},          {75, 26},    WL_BOLD,             WL_BOLD},
    [WL_ROLE_CLASS_0]   = {"invalid",   '0', {MAGENTA, MAGENTA},    {165, 55},   WL_REVERSE,          WL_REVERSE},
    [WL_ROLE_CLASS_1]   = {"1xx",       '1', {CYAN, BLUE},          {87, 24},    0,                   WL_UNDERLINE},
    [WL_ROLE_CLASS_2]   = {"2xx",       '2', {GREEN, -1},           {114, 29},   0,                   0},
    [WL_ROLE_CLASS_3]   = {"3xx",       '3', {-1, -1},              {67, 21},    0,                   0},
    [WL_ROLE_CLASS_4]   = {"4xx",       '4', {YELLOW, MAGENTA},     {220, 130},  0,                   0},
    [WL_ROLE_CLASS_5]   = {"5xx",       '5', {RED, RED},            {196, 88},   WL_BOLD,             WL_BOLD},
    [WL_ROLE_OFF]       = {"off",       'o', {-1, -1},              {245, 243},  0,                   0},
    [WL_ROLE_NOTE]      = {"note",      'N', {-1, -1},              {-1, -1},    0,                   0},
    [WL_ROLE_WARNING]   = {"warning",   'W', {YELLOW, MAGENTA},     {220, 130},  0,                   WL_UNDERLINE},
    [WL_ROLE_VIOLATION] = {"violation", 'V', {RED, RED},            {196, 88},   WL_BOLD,             WL_BOLD},
    [WL_ROLE_GOOD]      = {"good",      'g', {GREEN, -1},           {114, 29},   0,                   0},
    [WL_ROLE_BAD]       = {"bad",       'B', {RED, RED},            {196, 88},   WL_BOLD | WL_REVERSE, WL_BOLD | WL_REVERSE},
    [WL_ROLE_REQUEST]   = {"request",   'q', {-1, -1},              {-1, -1},    WL_BOLD,             WL_BOLD},
    [WL_ROLE_BAR_0]     = {"invalid-bar", 'i', {MAGENTA, MAGENTA},  {165, 55},   0,                   0},
    [WL_ROLE_TREND]     = {"trend",     '~', {-1, -1},              {109, 66},   0,                   0},
    [WL_ROLE_BODY]      = {"body",      'y', {-1, -1},              {-1, -1},    0,                   0},
    [WL_ROLE_SELECTED]  = {"selected",  'x', {-1, -1},              {-1, -1},    WL_REVERSE,          WL_REVERSE},
};
/* clang-format on */

static_assert(WL_COUNT(styles) == WL_N_ROLES, "every role has a style");

const struct wl_style *wl_role_style(enum wl_role role)
{
    return &styles[role];
}
