/* profile.c - the profiles and their tables of methods and statuses.
 * SPDX-License-Identifier: MIT
 *
 * Weights are estimates of what such servers answer in a day without incidents: they decide what a
 * benchmark meets, not what is right. A change here is another capture: its numbers do not compare.
 */
#include "profile.h"

#include "plan.h"

#include <string.h>

static const struct weighted api_methods[] = {
    {70, METHOD_GET},
    {19, METHOD_POST},
    {5, METHOD_PUT},
    {3, METHOD_DELETE},
    {2, METHOD_PATCH},
    {1, METHOD_HEAD},
    {0},
};

static const struct weighted site_methods[] = {
    {955, METHOD_GET}, {10, METHOD_HEAD}, {30, METHOD_POST}, {5, METHOD_OPTIONS}, {0},
};

static const struct weighted api_statuses[] = {
    {7800, 200}, {600, 201}, {100, 202}, {500, 204}, {300, 304}, {150, 400},
    {100, 401},  {50, 403},  {250, 404}, {20, 405},  {40, 409},  {30, 422},
    {20, 429},   {25, 500},  {10, 502},  {20, 503},  {5, 504},   {0},
};

static const struct weighted site_statuses[] = {
    {7700, 200}, {300, 206}, {100, 204}, {150, 301}, {300, 302}, {30, 303},
    {900, 304},  {40, 307},  {20, 308},  {40, 403},  {300, 404}, {20, 410},
    {10, 416},   {30, 500},  {20, 502},  {20, 503},  {0},
};

static const struct profile profiles[] = {
    {
        .name = "api",
        .help =
            "keep-alive, 10-50 exchanges, JSON of 200-2000 octets, 25% chunked; 2% begin a\npipelined pair",
        .plan = plan_exchange,
        .exchanges = {10, 50},
        .body = {200, 2000},
        .upload = {50, 1500},
        .chunked = PRNG_ALWAYS / 4,
        .pipelining = PRNG_ALWAYS / 50 + 1, /* 2% */
        .methods = api_methods,
        .statuses = api_statuses,
        .api_paths = true,
        .service = true,
    },
    {
        .name = "web",
        .help = "keep-alive, 1-20 exchanges, heavy-tailed bodies of 512 octets to 2 MiB\n"
                "(bounded Pareto, mean about 27 KiB), 35% chunked",
        .plan = plan_exchange,
        .exchanges = {1, 20},
        .upload = {50, 4000},
        .chunked = 22938, /* 35% */
        .methods = site_methods,
        .statuses = site_statuses,
        .closes = true,
        .pages = true,
    },
    {
        .name = "churn",
        .help = "one exchange per connection, SYN to FIN; 30% of the bodies that are not\n"
                "chunked end with the connection",
        .plan = plan_only_exchange,
        .exchanges = {1, 1},
        .body = {200, 8000},
        .upload = {50, 1500},
        .chunked = PRNG_ALWAYS / 8,
        .methods = api_methods,
        .statuses = api_statuses,
        .closes = true,
        .api_paths = true,
    },
    {
        .name = "interim",
        .help = "3-15 exchanges with 100-continue, 102 and 103 in front of the final\n"
                "response, upgrades to WebSocket (101), a few CONNECT tunnels",
        .plan = plan_with_interim,
        .exchanges = {3, 15},
        .body = {300, 6000},
        .upload = {50, 1500},
        .chunked = PRNG_ALWAYS / 4,
        .methods = site_methods,
        .statuses = site_statuses,
        .closes = true,
    },
};

const struct profile *profile_at(size_t i)
{
    return i < sizeof(profiles) / sizeof(profiles[0]) ? &profiles[i] : NULL;
}

const struct profile *profile_find(const char *name)
{
    for (size_t i = 0; profile_at(i); i++) {
        if (strcmp(profiles[i].name, name) == 0)
            return &profiles[i];
    }
    return NULL;
}
