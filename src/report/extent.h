/* extent.h - where and when an exchange begins and ends, the same in every report.
 * SPDX-License-Identifier: MIT
 *
 * Either side may be missing: a request without answer, a response that nobody asked for.
 */
#ifndef WL_EXTENT_H
#define WL_EXTENT_H

#include "wirelint/model.h"

/** The first response of any kind; NULL when none came. */
static inline const struct wl_message *wl_extent_first(const struct wl_exchange *ex)
{
    if (ex->n_interim)
        return &ex->interim[0];
    return ex->res.state != WL_ABSENT ? &ex->res : NULL;
}

/** Was the end of the request's head seen, so that times from it can be told? */
static inline bool wl_extent_has_zero(const struct wl_exchange *ex)
{
    return ex->req.state >= WL_HEAD && ex->req.t_head != 0;
}

/** When it began: the request, else the first response, else when that there was one was noticed. */
static inline wl_ns wl_extent_time(const struct wl_exchange *ex)
{
    const struct wl_message *first = wl_extent_first(ex);

    return ex->req.state != WL_ABSENT ? ex->req.t_first : first ? first->t_first : ex->t_end;
}

/** The packet it began with; 0: not known. */
static inline uint64_t wl_extent_frame(const struct wl_exchange *ex)
{
    const struct wl_message *first = wl_extent_first(ex);

    return ex->req.state != WL_ABSENT ? ex->req.at.frame : first ? first->at.frame : 0;
}

/** The packet of the last octet seen; 0: not known. */
static inline uint64_t wl_extent_last_frame(const struct wl_exchange *ex)
{
    uint64_t last = ex->req.last_frame;

    if (ex->n_interim && ex->interim[ex->n_interim - 1].last_frame > last)
        last = ex->interim[ex->n_interim - 1].last_frame;
    if (ex->n_interim_more && ex->interim_more[ex->n_interim_more - 1].frame > last)
        last = ex->interim_more[ex->n_interim_more - 1].frame;
    return ex->res.state != WL_ABSENT && ex->res.last_frame > last ? ex->res.last_frame : last;
}

/** From its first octet to the last of the responses; false when no response or no time was seen. */
static inline bool wl_extent_duration(const struct wl_exchange *ex, wl_ns *ret)
{
    const struct wl_message *first = wl_extent_first(ex);
    wl_ns start, last;

    if (!first)
        return false;
    start = ex->req.state != WL_ABSENT ? ex->req.t_first : first->t_first;
    last = ex->res.state != WL_ABSENT ? ex->res.t_last : ex->interim[ex->n_interim - 1].t_last;
    if (last == 0 || start == 0)
        return false;
    *ret = last - start;
    return true;
}

#endif
