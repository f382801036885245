/* role.c - what a cell is for, and how that may look.
 * SPDX-License-Identifier: MIT
 *
 * The classes and severities are the only strong colours on the screen; everything else is the
 * terminal's own, bold or faint, so that they stand out. Of 256 colours those were searched out
 * that are told apart best also by people who do not see red or green (tests/unit_canvas.c measures
 * it).
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
    [WL_ROLE_CLASS_0]   = {"invalid",   '0', {MAGENTA, MAGENTA},    {165, 54},   WL_REVERSE,          WL_REVERSE},
    [WL_ROLE_CLASS_1]   = {"1xx",       '1', {CYAN, CYAN},          {87, 31},    0,                   WL_UNDERLINE},
    [WL_ROLE_CLASS_2]   = {"2xx",       '2', {GREEN, GREEN},        {114, 29},   0,                   0},
    [WL_ROLE_CLASS_3]   = {"3xx",       '3', {BLUE, BLUE},          {67, 27},    0,                   0},
    [WL_ROLE_CLASS_4]   = {"4xx",       '4', {YELLOW, YELLOW},      {220, 136},  0,                   0},
    [WL_ROLE_CLASS_5]   = {"5xx",       '5', {RED, RED},            {196, 88},   WL_BOLD,             WL_BOLD},
    [WL_ROLE_OFF]       = {"off",       'o', {-1, -1},              {245, 243},  0,                   0},
    [WL_ROLE_NOTE]      = {"note",      'N', {-1, -1},              {-1, -1},    0,                   0},
    [WL_ROLE_WARNING]   = {"warning",   'W', {YELLOW, YELLOW},      {220, 136},  0,                   WL_UNDERLINE},
    [WL_ROLE_VIOLATION] = {"violation", 'V', {RED, RED},            {196, 88},   WL_BOLD,             WL_BOLD},
    [WL_ROLE_GOOD]      = {"good",      'g', {GREEN, GREEN},        {114, 29},   0,                   0},
    [WL_ROLE_BAD]       = {"bad",       'B', {RED, RED},            {196, 88},   WL_BOLD | WL_REVERSE, WL_BOLD | WL_REVERSE},
    [WL_ROLE_REQUEST]   = {"request",   'q', {-1, -1},              {-1, -1},    WL_BOLD,             WL_BOLD},
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
