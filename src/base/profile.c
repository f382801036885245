/* profile.c - the thresholds of known gateways, by name.
 * SPDX-License-Identifier: MIT
 *
 * Values are the defaults of the products as their makers document them (docs/decisions.md says how
 * they were checked); who has changed them says so with --set. A gateway that restarts its timer
 * with every octet from the server (nginx, HAProxy) is helped by an interim response; one that
 * limits the whole request (Envoy) is not, and its limit is not set as the time allowed after a
 * 102.
 */
#include "profile.h"

#include <string.h>

#define SECONDS(n) ((wl_ns)(n)*WL_SECOND)

const struct wl_profile wl_profiles[] = {
    {
        .name = "apache",
        .title = "Apache httpd as a proxy",
        .source = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxytimeout",
        .settings = {{"processing.final", "60", "ProxyTimeout, else Timeout (300 in Debian)"},
                     {"silence.warn", "60", "ProxyTimeout, else Timeout (300 in Debian)"}},
    },
    {
        .name = "aws-alb",
        .title = "Amazon Application Load Balancer",
        .source = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
                  "edit-load-balancer-attributes.html",
        .settings = {{"processing.final", "60", "idle timeout of a connection"},
                     {"silence.warn", "60", "idle timeout of a connection"}},
    },
    {
        .name = "cloudflare",
        .title = "Cloudflare",
        .source = "https://developers.cloudflare.com/fundamentals/reference/connection-limits/",
        .settings = {{"processing.final", "120", "Proxy Read Timeout"},
                     {"silence.warn", "120", "Proxy Read Timeout"}},
        .limits = {{522, SECONDS(19), "Complete TCP Connection"},
                   {522, SECONDS(90), "TCP ACK Timeout"},
                   {524, SECONDS(30), "Proxy Write Timeout"},
                   {524, SECONDS(120), "Proxy Read Timeout"},
                   {524, SECONDS(125), "as some editions give it"}},
    },
    {
        .name = "cloudflare-100",
        .title = "Cloudflare, as it was documented before 2025",
        .source = "https://developers.cloudflare.com/fundamentals/reference/connection-limits/ "
                  "as of 2024-05-10",
        .settings = {{"processing.final", "100", "Proxy Read Timeout"},
                     {"silence.warn", "100", "Proxy Read Timeout"}},
        .limits = {{522, SECONDS(15), "Complete TCP Connection"},
                   {522, SECONDS(90), "TCP ACK Timeout"},
                   {524, SECONDS(30), "Proxy Write Timeout"},
                   {522, SECONDS(60), "as some editions give it"},
                   {522, SECONDS(100), "as some editions give it"},
                   {522, SECONDS(120), "as some editions give it"},
                   {522, SECONDS(125), "as some editions give it"},
                   {524, SECONDS(60), "as some editions give it"},
                   {524, SECONDS(100), "Proxy Read Timeout"}},
    },
    {
        .name = "cloudfront",
        .title = "Amazon CloudFront",
        .source = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/"
                  "DownloadDistValuesOrigin.html",
        .settings = {{"processing.final", "30", "origin response timeout"},
                     {"silence.warn", "30", "origin response timeout"}},
    },
    {
        .name = "envoy",
        .title = "Envoy",
        .source = "https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts",
        .settings = {{"silence.warn", "15", "route timeout, for the whole response"}},
    },
    {
        .name = "haproxy",
        .title = "HAProxy, with the configuration that Debian ships",
        .source = "/etc/haproxy/haproxy.cfg; https://docs.haproxy.org/2.6/configuration.html "
                  "(timeout server has no default of its own)",
        .settings = {{"processing.final", "50", "timeout server"},
                     {"silence.warn", "50", "timeout server"}},
    },
    {
        .name = "heroku",
        .title = "Heroku router",
        .source = "https://devcenter.heroku.com/articles/request-timeout",
        .settings = {{"silence.warn", "30", "time to the first octet of the response"},
                     {"processing.final", "55", "time between octets after that"}},
    },
    {
        .name = "nginx",
        .title = "nginx as a proxy",
        .source = "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout",
        .settings = {{"processing.final", "60", "proxy_read_timeout, between two reads"},
                     {"silence.warn", "60", "proxy_read_timeout, between two reads"}},
    },
    {
        .name = "varnish",
        .title = "Varnish Cache",
        .source = "https://varnish-cache.org/docs/trunk/reference/varnishd.html"
                  "#ref-param-first-byte-timeout",
        .settings = {{"processing.final", "60", "first_byte_timeout"},
                     {"silence.warn", "60", "first_byte_timeout"}},
    },
};

const size_t wl_n_profiles = WL_COUNT(wl_profiles);

const struct wl_profile *wl_profile_find(const char *name)
{
    for (size_t i = 0; i < wl_n_profiles; i++) {
        if (strcmp(wl_profiles[i].name, name) == 0)
            return &wl_profiles[i];
    }
    return NULL;
}

bool wl_profile_explains(uint16_t status, wl_ns after, unsigned slack)
{
    for (size_t i = 0; i < wl_n_profiles; i++) {
        const struct wl_profile_limit *limit = wl_profiles[i].limits;

        for (size_t k = 0; k < WL_PROFILE_LIMITS && limit[k].status; k++) {
            wl_ns off = after > limit[k].after ? after - limit[k].after : limit[k].after - after;

            if (limit[k].status == status && off <= limit[k].after / 100 * slack)
                return true;
        }
    }
    return false;
}

bool wl_profile_knows(uint16_t status)
{
    for (size_t i = 0; i < wl_n_profiles; i++) {
        const struct wl_profile_limit *limit = wl_profiles[i].limits;

        for (size_t k = 0; k < WL_PROFILE_LIMITS && limit[k].status; k++) {
            if (limit[k].status == status)
                return true;
        }
    }
    return false;
}
