/* list.h - a list of any length on the screen: selection, scrolling, sorting, following.
 * SPDX-License-Identifier: MIT
 *
 * The engine gives pages of at most WL_PAGE_ROWS rows; the screen holds one. What is selected is
 * kept by the row's id, not by its place: when rows come in above, the selected one stays where it
 * is on the screen. The question that a list asks stays the same until the user moves far enough,
 * so that scrolling does not wait.
 */
#ifndef WL_LIST_H
#define WL_LIST_H

#include "grid.h"
#include "view.h"

/** What a kind of list is: one constant per view. */
struct wl_list_kind {
    enum wl_list list;
    const char *title; /* "Connections" */
    struct wl_grid grid;
    enum wl_sort sort; /* at the beginning */
    bool descending;
    /** Row i of a page, and what it is known by (WL_NONE: nothing). */
    const void *(*row)(const struct wl_page *p, uint32_t i);
    uint64_t (*id)(const void *row);
    bool ids_are_ours; /* made by the view (wl_hash_id); the engine does not know them */
    /** The connection that the row belongs to, for marks and the display filter; or NULL. */
    const struct wl_conn_ref *(*conn)(const void *row);
    /** Its exchange, which is what a mark is on; 0, or no function: the connection. */
    uint32_t (*ordinal)(const void *row);
    /** Whether the row has a finding, for n and N; or NULL. */
    bool (*is_found)(const void *row);
    /** Enter. */
    void (*open)(struct wl_screen *s, const void *row);
    /** Draws more of the selected row into a panel below the list, where there is room; or NULL. */
    void (*profile)(const struct wl_screen *s, struct wl_canvas *c, struct wl_rect r,
                    const void *row);
    const char *beside; /* the view that e changes to; or NULL */
    const char *empty;  /* what an empty list says; or NULL */
};

struct wl_list_state {
    const struct wl_list_kind *kind;
    const struct wl_page *page; /* of the latest answer; NULL: none yet */
    char title[48];             /* what it was narrowed to; "" */
    const struct wl_rule *rule;
    uint64_t connection; /* only of this one; 0: all */
    enum wl_sort sort;
    bool descending;
    bool passive;      /* only shown: the keys belong to another part of the view */
    bool opening;      /* Enter came before the rows did: it opens the first that does */
    bool follow;       /* stays at the newest (the top, when sorted by time and descending) */
    uint64_t cursor;   /* index of the selected row */
    uint64_t top;      /* index of the first row shown */
    uint64_t selected; /* its id; WL_NONE: not known yet */
    uint64_t anchor, anchor_index; /* the row asked to be kept in sight, and where it was */
    uint64_t first;                /* index asked for when there is no anchor */
    int rows;                      /* rows there was room for */
    struct wl_sheet table;         /* as drawn last, for clicks */
    int head_y;
};

void wl_list_open(struct wl_list_state *l, const struct wl_list_kind *kind,
                  const struct wl_place *place);
/** The selected row, or NULL. */
const void *wl_list_selected(const struct wl_list_state *l);

/* Functions of a view whose state begins with a wl_list_state. */
bool wl_list_ask(const struct wl_screen *s, const void *state, struct wl_ask *ret);
void wl_list_answer(struct wl_screen *s, void *state, const struct wl_answer *a);
void wl_list_draw(const struct wl_screen *s, void *state, struct wl_canvas *c, struct wl_rect area);
/** Moving, opening, sorting, following, marking, clicks. */
enum wl_did wl_list_act(struct wl_screen *s, void *state, const struct wl_press *in);
const struct wl_list_state *wl_list_of(const void *state);
bool wl_list_display_filter(const struct wl_screen *s, const void *state, struct wl_text *ret);

/** What a struct wl_view says that is a list and nothing more; its own is only open. */
#define WL_LIST_VIEW                                                                          \
    .state_size = sizeof(struct wl_list_state), .ask = wl_list_ask, .answer = wl_list_answer, \
    .draw = wl_list_draw, .act = wl_list_act, .list = wl_list_of,                             \
    .display_filter = wl_list_display_filter

#endif
