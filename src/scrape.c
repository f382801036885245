/* scrape.c - `--metrics`: where Prometheus fetches the numbers of a run while it goes on.
 * SPDX-License-Identifier: MIT
 *
 * Two threads. The engine's writes a page, both forms of it, whenever an output is told the time,
 * and puts it into a ring; the other takes it out at once, keeps the latest and sends the one
 * before back, so that three pages go round and neither ever waits. It spends its life in poll: for
 * the bell that says that there is a page, and for libmicrohttpd, which has no thread of its own
 * here and is run from this one.
 *
 * What is asked is little, so little is taken: GET and HEAD of /metrics, one request for a
 * connection, few connections, for a few seconds. Nothing of a request is kept or shown to
 * anybody.
 */
#include "scrape.h"

#include "clock.h"
#include "diag.h"
#include "grammar.h"
#include "metrics.h"
#include "microhttpd_calls.h"
#include "ring.h"
#include "thread.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PAGES = 3, /* one is written, one is on its way, one is shown */
    PAGE_TEXT = 1 << 20,
    MEMORY = 1 << 20,
    CONNECTIONS = 32,
    CONNECTIONS_PER_ADDRESS = 8,
    CONNECTION_MEMORY = 16 << 10,
    IDLE_SECONDS = 5,
    BACKLOG = 16,
};

/* The longest that a connection may take, whatever it does. */
static const wl_ns longest = 20 * WL_SECOND;

static const char path[] = "/metrics";

/* The numbers of one moment. */
struct page {
    struct wl_budget budget; /* its own: a page goes from thread to thread */
    struct wl_text forms[WL_N_METRICS_FORMS];
};

struct visitor {
    int fd; /* -1: none */
    wl_ns since;
};

struct wl_scrape {
    struct wl_budget budget;
    struct wl_mhd_calls http;
    int fd; /* listens; -1 once libmicrohttpd has it */
    struct page pages[PAGES];
    struct wl_ring *fresh, *used;
    struct wl_bell *bell; /* of the thread that answers */
    struct wl_thread thread;
    bool started;
    /* the engine's */
    struct page *spare[PAGES];
    unsigned n_spare;
    /* of the thread that answers */
    struct MHD_Daemon *daemon;
    struct page *shown;
    struct visitor visitors[CONNECTIONS];
};

/* ------------------------------------------------------------------------------------ address */

static bool parse_ip(struct wl_span s, struct wl_endpoint *ret)
{
    char text[INET6_ADDRSTRLEN];

    if (s.n == 0 || s.n >= sizeof(text))
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    ret->family = 4;
    if (strcmp(text, "localhost") == 0)
        return inet_pton(AF_INET, "127.0.0.1", ret->ip) == 1;
    if (inet_pton(AF_INET, text, ret->ip) == 1)
        return true;
    ret->family = 6;
    return inet_pton(AF_INET6, text, ret->ip) == 1;
}

bool wl_scrape_address(const char *value, struct wl_endpoint *ret)
{
    const char *colon = strrchr(value, ':');
    struct wl_span ip = WL_SPAN("localhost");
    struct wl_endpoint e = {.family = 0};
    uint64_t port;

    if (colon)
        ip = wl_span(value, (size_t)(colon - value));
    if (!wl_parse_u64(wl_span_text(colon ? colon + 1 : value), &port) || port > UINT16_MAX)
        return false;
    if (ip.n >= 2 && ip.p[0] == '[' && ip.p[ip.n - 1] == ']') {
        if (!parse_ip(wl_span_sub(ip, 1, ip.n - 2), &e) || e.family != 6)
            return false;
    } else if (!parse_ip(ip, &e) || e.family != 4) {
        return false; /* without brackets nobody knows where an IPv6 address ends */
    }
    e.port = (uint16_t)port;
    *ret = e;
    return true;
}

/* Both families of addresses, as the calls want them. */
union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t to_address(const struct wl_endpoint *e, union address *ret)
{
    memset(ret, 0, sizeof(*ret));
    if (e->family == 6) {
        ret->v6.sin6_family = AF_INET6;
        ret->v6.sin6_port = htons(e->port);
        memcpy(&ret->v6.sin6_addr, e->ip, sizeof(ret->v6.sin6_addr));
        return sizeof(ret->v6);
    }
    ret->v4.sin_family = AF_INET;
    ret->v4.sin_port = htons(e->port);
    memcpy(&ret->v4.sin_addr, e->ip, sizeof(ret->v4.sin_addr));
    return sizeof(ret->v4);
}

/* ------------------------------------------------------------------------------------ the port */

/* A socket that listens, or -1 and errno. */
static int listen_at(const struct wl_endpoint *at)
{
    union address address;
    socklen_t n = to_address(at, &address);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1, off = 0;
    int errno_value;

    if (fd < 0)
        return -1;
    /* what an earlier run has left in TIME_WAIT is no reason to refuse */
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (at->family == 6) /* [::] is every address, of either family */
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    if (bind(fd, &address.any, n) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    errno_value = errno;
    (void)close(fd);
    errno = errno_value;
    return -1;
}

/* "127.0.0.1:9464", ended by a NUL */
static const char *spell(struct wl_text *t, const struct wl_endpoint *e)
{
    wl_text_endpoint(t, e);
    wl_text_char(t, '\0');
    return t->full ? "the port" : (const char *)wl_text_span(t).p;
}

static int fail_to_listen(const struct wl_endpoint *at, int errno_value, struct wl_text *t,
                          struct wl_error *err)
{
    char reason[128];

    (void)wl_fail(err, WL_EOUTPUT, "cannot listen on %s: %s", spell(t, at),
                  wl_errno_text(errno_value, reason, sizeof(reason)));
    if (errno_value == EADDRINUSE)
        wl_hint(err, "--metrics 0 takes a port that is free, and says which");
    if (errno_value == EADDRNOTAVAIL)
        wl_hint(err, "the address must be one of this machine, such as 127.0.0.1 or 0.0.0.0");
    if (errno_value == EACCES) {
        err->code = WL_EPERM;
        wl_hint(err, "ports below 1024 are for root");
    }
    return (int)err->code;
}

static int bind_port(struct wl_scrape *s, const struct wl_endpoint *at, wl_log_fn *log,
                     void *log_user, struct wl_error *err)
{
    struct wl_endpoint told = *at;
    union address address;
    socklen_t n = sizeof(address);
    struct wl_text text;
    char line[128];
    int rc = 0;

    wl_text_init(&text, &s->budget, sizeof(line));
    s->fd = listen_at(at);
    if (s->fd < 0) {
        rc = fail_to_listen(at, errno, &text, err);
    } else {
        if (at->port == 0 && getsockname(s->fd, &address.any, &n) == 0)
            told.port = ntohs(at->family == 6 ? address.v6.sin6_port : address.v4.sin_port);
        (void)snprintf(line, sizeof(line), "metrics are at http://%s%s", spell(&text, &told), path);
        log(log_user, at->port ? WL_LOG_INFO : WL_LOG_WARN, line);
    }
    wl_text_release(&text);
    return rc;
}

/* ---------------------------------------------------------------------- on the engine's thread */

/* A page that nobody looks at, or NULL: then all are on their way, and the next one will do. */
static struct page *take_page(struct wl_scrape *s)
{
    struct page *back = wl_ring_pop(s->used);

    while (back) {
        s->spare[s->n_spare++] = back;
        back = wl_ring_pop(s->used);
    }
    return s->n_spare ? s->spare[--s->n_spare] : NULL;
}

static void publish(struct wl_scrape *s, const struct wl_stats *st)
{
    struct page *page = take_page(s);
    bool full = false;

    if (!page)
        return;
    for (unsigned form = 0; form < WL_N_METRICS_FORMS; form++) {
        wl_text_reset(&page->forms[form]);
        wl_metrics_put(&page->forms[form], st, (enum wl_metrics_form)form);
        full |= page->forms[form].full;
    }
    /* half a page is worse than an old one */
    if (full || !wl_ring_push(s->fresh, page, 0)) {
        s->spare[s->n_spare++] = page;
        return;
    }
    wl_bell_ring(s->bell);
}

static int scrape_tick(struct wl_sink *sink, const struct wl_stats *st)
{
    publish(sink->state, st);
    return 0;
}

static int scrape_close(struct wl_sink *sink, const struct wl_stats *st, struct wl_error *err)
{
    (void)sink; /* wl_scrape_free */
    (void)st;
    (void)err;
    return 0;
}

const struct wl_sink_ops wl_scrape_sink = {
    .name = "metrics",
    .summary = "the numbers of the run, for Prometheus to fetch",
    .tick = scrape_tick,
    .close = scrape_close,
};

/* --------------------------------------------------------------------- which form is preferred */

/* How much somebody wants one form: the weight that the most specific range gives it. */
struct wish {
    unsigned weight; /* thousandths */
    unsigned specific;
};

enum { ANYTHING = 1, ITS_TYPE, ITSELF };

static void wish_for(struct wish *w, unsigned specific, unsigned weight)
{
    if (specific > w->specific || (specific == w->specific && weight > w->weight))
        *w = (struct wish){weight, specific};
}

/* Does a range want a version that this is? A parameter of another meaning is passed over. */
static bool is_version(struct wl_span member, struct wl_span version, struct wl_span older)
{
    struct wl_param p;

    if (!wl_grammar_param_find(member, WL_SPAN("version"), &p))
        return true;
    return wl_grammar_value_is(p.value, version) || wl_grammar_value_is(p.value, older);
}

static void read_range(struct wish wishes[WL_N_METRICS_FORMS], struct wl_span member)
{
    struct wl_span name = wl_grammar_name(member);
    struct wish *open = &wishes[WL_METRICS_OPENMETRICS], *plain = &wishes[WL_METRICS_PROMETHEUS];
    unsigned weight;

    if (!wl_grammar_weight(member, &weight))
        return;
    if (wl_span_equal_nocase(name, WL_SPAN("application/openmetrics-text"))) {
        if (is_version(member, WL_SPAN("1.0.0"), WL_SPAN("0.0.1")))
            wish_for(open, ITSELF, weight);
    } else if (wl_span_equal_nocase(name, WL_SPAN("text/plain"))) {
        if (is_version(member, WL_SPAN("0.0.4"), WL_SPAN("0.0.4")))
            wish_for(plain, ITSELF, weight);
    } else if (wl_span_equal_nocase(name, WL_SPAN("application/*"))) {
        wish_for(open, ITS_TYPE, weight);
    } else if (wl_span_equal_nocase(name, WL_SPAN("text/*"))) {
        wish_for(plain, ITS_TYPE, weight);
    } else if (wl_span_equal(name, WL_SPAN("*/*"))) {
        wish_for(open, ANYTHING, weight);
        wish_for(plain, ANYTHING, weight);
    }
}

/* One line of Accept. */
static enum MHD_Result read_accept(void *user, enum MHD_ValueKind kind, const char *key,
                                   const char *value)
{
    struct wish *wishes = user;
    struct wl_cursor c;
    struct wl_span member;

    (void)kind;
    if (!value || !wl_span_equal_nocase(wl_span_text(key), WL_SPAN("accept")))
        return MHD_YES;
    c = wl_cursor(wl_span_text(value));
    while ((member = wl_grammar_member(&c)).n)
        read_range(wishes, member);
    return MHD_YES;
}

/* RFC 9110 12.5.1. OpenMetrics for those who name it and want it no less; others may not know
 * it. */
static enum wl_metrics_form preferred_form(const struct wl_scrape *s,
                                           struct MHD_Connection *connection)
{
    struct wish wishes[WL_N_METRICS_FORMS] = {{0, 0}};
    const struct wish *open = &wishes[WL_METRICS_OPENMETRICS];
    const struct wish *plain = &wishes[WL_METRICS_PROMETHEUS];

    (void)s->http.get_connection_values(connection, MHD_HEADER_KIND, read_accept, wishes);
    if (open->weight > plain->weight ||
        (open->weight && open->weight == plain->weight && open->specific == ITSELF))
        return WL_METRICS_OPENMETRICS;
    return WL_METRICS_PROMETHEUS;
}

/* ------------------------------------------------------------------ on the thread that answers */

/* The rest of a response, and away with it; no connection is kept for a second request. */
static enum MHD_Result respond(const struct wl_scrape *s, struct MHD_Connection *connection,
                               unsigned status, struct wl_span content, const char *type,
                               const char *field, const char *value)
{
    /* copied: the page may be written anew before a slow visitor has all of it */
    const union {
        const uint8_t *given;
        void *taken; /* only read, whatever its type says */
    } octets = {content.p};
    struct MHD_Response *response = s->http.create_response_from_buffer(content.n, octets.taken,
                                                                        MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result;

    if (!response)
        return MHD_NO;
    result = s->http.add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    if (result == MHD_YES)
        result = s->http.add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (result == MHD_YES)
        result = s->http.add_response_header(response, field, value);
    if (result == MHD_YES)
        result = s->http.queue_response(connection, status, response);
    s->http.destroy_response(response);
    return result;
}

static enum MHD_Result refuse(const struct wl_scrape *s, struct MHD_Connection *connection,
                              unsigned status, const char *text)
{
    bool method = status == MHD_HTTP_METHOD_NOT_ALLOWED;

    return respond(s, connection, status, wl_span_text(text), "text/plain; charset=utf-8",
                   method ? MHD_HTTP_HEADER_ALLOW : MHD_HTTP_HEADER_CACHE_CONTROL,
                   method ? "GET, HEAD" : "no-store");
}

/* Everything but GET and HEAD (RFC 9110 15.5.6, 15.6.2). */
static enum MHD_Result refuse_method(const struct wl_scrape *s, struct MHD_Connection *connection,
                                     const char *method)
{
    bool known = wl_grammar_method(wl_span_text(method)) != WL_METHOD_OTHER;

    return known ? refuse(s, connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET or HEAD.\n")
                 : refuse(s, connection, MHD_HTTP_NOT_IMPLEMENTED, "GET or HEAD.\n");
}

/* RFC 9112 3.2.2: a server must take the absolute form, too. */
static const char *path_of(const char *target)
{
    const char *authority = strstr(target, "://");

    if (target[0] == '/' || !authority)
        return target;
    authority = strchr(authority + strlen("://"), '/');
    return authority ? authority : "/";
}

static enum MHD_Result count_host(void *user, enum MHD_ValueKind kind, const char *key,
                                  const char *value)
{
    unsigned *n = user;

    (void)kind;
    (void)value;
    *n += wl_span_equal_nocase(wl_span_text(key), WL_SPAN("host"));
    return MHD_YES;
}

/* RFC 9112 3.2: 400 for a request of HTTP/1.1 without Host, and for any with more than one. */
static bool names_host(const struct wl_scrape *s, struct MHD_Connection *connection,
                       const char *version)
{
    unsigned n = 0;

    (void)s->http.get_connection_values(connection, MHD_HEADER_KIND, count_host, &n);
    return n == 1 || (n == 0 && strcmp(version, MHD_HTTP_VERSION_1_0) == 0);
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *target,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_octets, void **state)
{
    struct wl_scrape *s = user;
    enum wl_metrics_form form;

    (void)upload;
    (void)state;
    *upload_octets = 0; /* whatever it is, it is of no interest */
    if (!names_host(s, connection, version))
        return refuse(s, connection, MHD_HTTP_BAD_REQUEST, "One Host, please.\n");
    if (strcmp(path_of(target), path) != 0)
        return refuse(s, connection, MHD_HTTP_NOT_FOUND, "The numbers are at /metrics.\n");
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return refuse_method(s, connection, method);
    form = preferred_form(s, connection);
    return respond(s, connection, MHD_HTTP_OK, wl_text_span(&s->shown->forms[form]),
                   wl_metrics_media_type(form), MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT);
}

/* Notes who is there, and since when. */
static void on_connection(void *user, struct MHD_Connection *connection, void **state,
                          enum MHD_ConnectionNotificationCode what)
{
    struct wl_scrape *s = user;
    const union MHD_ConnectionInfo *info = s->http.get_connection_info(
        connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    (void)state;
    for (size_t i = 0; info && i < CONNECTIONS; i++) {
        struct visitor *v = &s->visitors[i];

        if (what == MHD_CONNECTION_NOTIFY_STARTED && v->fd < 0) {
            *v = (struct visitor){info->connect_fd, wl_clock_monotonic()};
            return;
        }
        if (what == MHD_CONNECTION_NOTIFY_CLOSED && v->fd == info->connect_fd) {
            v->fd = -1;
            return;
        }
    }
}

/* Who sends an octet now and then is never idle, and is shown the door all the same. */
static void end_visits(struct wl_scrape *s)
{
    wl_ns now = wl_clock_monotonic();

    for (size_t i = 0; i < CONNECTIONS; i++) {
        struct visitor *v = &s->visitors[i];

        if (v->fd >= 0 && now - v->since > longest)
            (void)shutdown(v->fd, SHUT_RDWR); /* libmicrohttpd closes it when it notices */
    }
}

static void take_fresh(struct wl_scrape *s)
{
    struct page *page;

    while ((page = wl_ring_pop(s->fresh)) != NULL) {
        bool sent = wl_ring_push(s->used, s->shown, 0);

        WL_ASSERT(sent); /* it has room for all pages */
        (void)sent;
        s->shown = page;
    }
}

/* Milliseconds until libmicrohttpd wants to be run without anything having happened; -1: never. */
static int patience(struct wl_scrape *s)
{
    MHD_UNSIGNED_LONG_LONG ms = 0;

    if (s->http.get_timeout(s->daemon, &ms) != MHD_YES)
        return -1;
    return ms > 1000 ? 1000 : (int)ms;
}

static void answer(void *user)
{
    struct wl_scrape *s = user;
    const union MHD_DaemonInfo *info = s->http.get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd fds[2] = {
        {.fd = wl_bell_fd(s->bell), .events = POLLIN},
        {.fd = info ? info->epoll_fd : -1, .events = POLLIN},
    };

    for (;;) {
        take_fresh(s);
        if (wl_ring_done(s->fresh))
            return;
        wl_bell_arm(s->bell);
        if (wl_ring_empty(s->fresh) && !wl_ring_done(s->fresh))
            (void)poll(fds, WL_COUNT(fds), patience(s));
        wl_bell_disarm(s->bell);
        take_fresh(s);
        end_visits(s);
        (void)s->http.run(s->daemon);
    }
}

/* ------------------------------------------------------------------------------- life cycle */

static bool make_pages(struct wl_scrape *s)
{
    /* what was counted before the first tick: nothing yet */
    struct wl_stats *nothing = wl_alloc(&s->budget, sizeof(*nothing));
    bool full = !nothing;

    for (size_t i = 0; i < PAGES; i++) {
        wl_budget_init(&s->pages[i].budget, (size_t)2 * PAGE_TEXT, NULL, NULL, NULL);
        for (unsigned form = 0; form < WL_N_METRICS_FORMS; form++)
            wl_text_init(&s->pages[i].forms[form], &s->pages[i].budget, PAGE_TEXT);
    }
    if (nothing)
        nothing->live = true;
    for (unsigned form = 0; nothing && form < WL_N_METRICS_FORMS; form++) {
        wl_metrics_put(&s->pages[0].forms[form], nothing, (enum wl_metrics_form)form);
        full |= s->pages[0].forms[form].full;
    }
    wl_free(&s->budget, nothing, sizeof(*nothing));
    s->shown = &s->pages[0];
    for (size_t i = 1; i < PAGES; i++)
        s->spare[s->n_spare++] = &s->pages[i];
    return !full;
}

int wl_scrape_open(const struct wl_endpoint *at, wl_log_fn *log, void *log_user,
                   struct wl_scrape **ret, struct wl_error *err)
{
    struct wl_budget budget;
    struct wl_scrape *s;
    int rc;

    wl_budget_init(&budget, MEMORY, NULL, NULL, NULL);
    s = wl_alloc(&budget, sizeof(*s));
    if (!s)
        return wl_fail(err, WL_NOMEM, "out of memory");
    s->budget = budget;
    s->fd = -1;
    for (size_t i = 0; i < CONNECTIONS; i++)
        s->visitors[i].fd = -1;
    rc = wl_mhd_load(&s->http, err);
    if (rc < 0) {
        wl_scrape_free(s);
        return rc;
    }
    s->fresh = wl_ring_new(&s->budget, PAGES + 1, UINT64_MAX);
    s->used = wl_ring_new(&s->budget, PAGES + 1, UINT64_MAX);
    s->bell = wl_bell_new(&s->budget, err);
    if (!s->bell) {
        rc = WL_NOMEM;
    } else if (!make_pages(s) || !s->fresh || !s->used) {
        rc = wl_fail(err, WL_NOMEM, "out of memory");
    }
    if (rc == 0)
        rc = bind_port(s, at, log, log_user, err);
    if (rc < 0) {
        wl_scrape_free(s);
        return rc;
    }
    *ret = s;
    return 0;
}

int wl_scrape_start(struct wl_scrape *s, struct wl_error *err)
{
    /* It would refuse a request without Host by itself, and its version 0.9.75 sends the head of
     * that response twice. */
    const int lenient = -1;
    int rc;

    s->daemon = s->http.start_daemon(
        MHD_USE_EPOLL, 0, NULL, NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET, s->fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_PER_ADDRESS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
        MHD_OPTION_STRICT_FOR_CLIENT, lenient, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
        MHD_OPTION_END);
    if (!s->daemon)
        return wl_fail(err, WL_EOUTPUT, "cannot answer on the port of --metrics");
    s->fd = -1; /* libmicrohttpd closes it */
    rc = wl_thread_start(&s->thread, false, answer, s, err);
    s->started = rc == 0;
    return rc;
}

void wl_scrape_free(struct wl_scrape *s)
{
    struct wl_budget budget;

    if (!s)
        return;
    if (s->started) {
        wl_ring_close(s->fresh);
        wl_bell_ring(s->bell);
        wl_thread_join(&s->thread);
    }
    if (s->daemon)
        s->http.stop_daemon(s->daemon);
    if (s->fd >= 0)
        (void)close(s->fd);
    for (size_t i = 0; i < PAGES; i++) {
        for (unsigned form = 0; form < WL_N_METRICS_FORMS; form++)
            wl_text_release(&s->pages[i].forms[form]);
    }
    wl_ring_free(s->fresh);
    wl_ring_free(s->used);
    wl_bell_free(s->bell);
    budget = s->budget; /* it lies in what it shall free */
    wl_free(&budget, s, sizeof(*s));
}
