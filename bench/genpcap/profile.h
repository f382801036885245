/* profile.h - kinds of traffic: how much is said, with which methods and statuses, in which manner.
 * SPDX-License-Identifier: MIT
 */
#ifndef GENPCAP_PROFILE_H
#define GENPCAP_PROFILE_H

#include "prng.h"

#include <stddef.h>

enum method {
    METHOD_GET,
    METHOD_HEAD,
    METHOD_POST,
    METHOD_PUT,
    METHOD_DELETE,
    METHOD_PATCH,
    METHOD_OPTIONS,
    METHOD_CONNECT,
};

struct planning;
/** Plans the steps of one exchange, or of two that are pipelined (plan.h). */
typedef void plan_fn(const struct planning *p);

/** A profile: a row of the table. */
struct profile {
    const char *name;
    const char *help;       /* lines, without the last line end */
    plan_fn *plan;          /* of an exchange */
    struct range exchanges; /* of a connection */
    struct range body;      /* of a response, octets; most 0: heavy-tailed */
    struct range upload;    /* of a request, octets */
    uint32_t chunked;       /* chance that a 200 is chunked */
    uint32_t pipelining;    /* chance of a pipelined pair, where no option says otherwise */
    const struct weighted *methods;
    const struct weighted *statuses;
    bool closes;    /* the last request says Connection: close */
    bool api_paths; /* targets are those of an API, otherwise those of a site */
    bool service;   /* the client is a program with a token, otherwise a browser with cookies */
    bool pages;     /* responses are HTML with a site's fields, otherwise JSON */
};

/** The profile of that name; NULL when there is none. */
const struct profile *profile_find(const char *name);
/** The i-th of all; NULL after the last. */
const struct profile *profile_at(size_t i);

#endif
