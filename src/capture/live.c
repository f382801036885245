/* live.c - one network interface as libpcap captures from it.
 * SPDX-License-Identifier: MIT
 *
 * libpcap opens a packet socket with a ring in shared memory (TPACKET_V3): the kernel fills blocks
 * of many packets and hands a block over when it is full or BLOCK_MS old. So the program wakes up a
 * few dozen times a second, at most, when there is little traffic, and once per block when there is
 * much.
 *
 * What libpcap has no call for is done on its socket. The fanout group deals connections out to
 * several sockets (packet(7)); since a socket sees every packet until it has joined, it is opened
 * with a filter that refuses all. And an interface that went away and came back, under the same
 * name with another index, is bound anew: that needs no right, while opening another socket would
 * need those that were given up long ago.
 *
 * ENETDOWN is how the kernel says that the interface went down or away; a socket stays bound to one
 * that is down and goes on by itself when it is up again.
 */
#include "live.h"

#include "bpf.h"
#include "diag.h"
#include "interfaces.h"
#include "pcap_calls.h"

#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#    include <arpa/inet.h>
#    include <linux/if_ether.h>
#    include <linux/if_packet.h>
#endif

enum {
    BLOCK_MS = 40, /* age at which the kernel hands over a block that is not full */
    DEFAULT_SNAPLEN = 262144,
    COPIES = 1 << 20, /* octets for a burst of packets */
    DEFAULT_BUFFER = 16 << 20,
    PATIENCE = 5, /* looks, a second apart, at an interface that is up and cannot be read */
};

enum condition {
    UP,
    DOWN,
    GONE,
};

/* What is said of one whose socket cannot be bound anew. */
static const char lost_for_good[] = "is back and cannot be taken up again";

struct wl_live {
    struct wl_budget *budget;
    const struct wl_source_config *cfg;
    const char *name;
    struct wl_input *told;
    struct wl_pcap_calls calls;
    pcap_t *pcap;
    int linktype;
    wl_ns per_unit; /* nanoseconds of one unit of its time stamps */
    size_t snaplen;
    uint8_t *copies; /* of the packets of one burst */
    size_t copies_n;
    uint64_t frame;
    bool one_of_many;  /* a fanout group */
    uint16_t group;    /* which holds sockets of one interface only */
    bool is_any;       /* bound to no interface */
    bool rebound;      /* to another index than libpcap knows of, which therefore complains */
    unsigned index;    /* of the interface it is bound to */
    unsigned hardware; /* its type (ARPHRD_) */
    enum condition condition;
    unsigned n_complaints; /* looks in a row at which it could not be read though it is up */
    bool complained;       /* since the last look */
    char complaint[128];
    uint32_t kernel_drops, interface_drops; /* as last told: 32-bit counters that wrap */
};

static void say(const struct wl_live *l, enum wl_log_level level, const char *fmt, ...)
    WL_PRINTF(3, 4);

static void say(const struct wl_live *l, enum wl_log_level level, const char *fmt, ...)
{
    char text[256];
    va_list args;

    if (!l->cfg->log)
        return;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    l->cfg->log(l->cfg->log_user, level, text);
}

/* --------------------------------------------------------------------------- the interface */

#ifdef __linux__

/* What stands under its name now. */
static enum condition condition_of(const struct wl_live *l, unsigned *ret_index,
                                   unsigned *ret_hardware)
{
    int fd = l->calls.fileno(l->pcap);
    struct ifreq request = {.ifr_ifindex = 0};

    *ret_index = l->index;
    *ret_hardware = l->hardware;
    if (l->is_any)
        return UP;
    (void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", l->name);
    if (ioctl(fd, SIOCGIFINDEX, &request) < 0)
        return GONE;
    *ret_index = (unsigned)request.ifr_ifindex;
    if (ioctl(fd, SIOCGIFHWADDR, &request) == 0)
        *ret_hardware = request.ifr_hwaddr.sa_family;
    if (ioctl(fd, SIOCGIFFLAGS, &request) < 0)
        return GONE;
    return request.ifr_flags & IFF_UP ? UP : DOWN;
}

static bool bind_anew(struct wl_live *l, unsigned index)
{
    int fd = l->calls.fileno(l->pcap);
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_protocol = htons(ETH_P_ALL),
        .sll_ifindex = (int)index,
    };
    struct packet_mreq promiscuous = {.mr_ifindex = (int)index, .mr_type = PACKET_MR_PROMISC};
    union {
        struct sockaddr_ll *link;
        struct sockaddr *any;
    } at = {.link = &address};

    if (bind(fd, at.any, sizeof(address)) < 0)
        return false;
    if (!l->cfg->not_promiscuous) {
        (void)setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof(promiscuous));
    }
    l->rebound = true;
    return true;
}

/*
 * A packet passes the loopback interface twice, on its way out and in; libpcap passes over the one,
 * and the kernel need not put it into the ring at all, nor count it when it is lost.
 */
static void see_once(const struct wl_live *l)
{
    struct ifreq request = {.ifr_flags = 0};
    int yes = 1;

    (void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", l->name);
    if (!l->is_any && ioctl(l->calls.fileno(l->pcap), SIOCGIFFLAGS, &request) == 0 &&
        (request.ifr_flags & IFF_LOOPBACK)) {
        (void)setsockopt(l->calls.fileno(l->pcap), SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes,
                         sizeof(yes));
    }
}

static int join_group(struct wl_live *l, struct wl_error *err)
{
    unsigned how = PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_DEFRAG;
    unsigned group = l->group | how << 16;
    char reason[96];

    if (setsockopt(l->calls.fileno(l->pcap), SOL_PACKET, PACKET_FANOUT, &group, sizeof(group)) == 0)
        return 0;
    return wl_fail(err, WL_EOPEN, "cannot share '%s' among %u sockets: %s", l->name,
                   l->cfg->n_shards, wl_errno_text(errno, reason, sizeof(reason)));
}

#else

static enum condition condition_of(const struct wl_live *l, unsigned *ret_index,
                                   unsigned *ret_hardware)
{
    *ret_index = l->index;
    *ret_hardware = l->hardware;
    return UP;
}

static bool bind_anew(struct wl_live *l, unsigned index)
{
    (void)l;
    (void)index;
    return false;
}

static void see_once(const struct wl_live *l)
{
    (void)l;
}

static int join_group(struct wl_live *l, struct wl_error *err)
{
    return wl_fail(err, WL_EINVAL, "this system cannot share '%s' among several sockets", l->name);
}

#endif

/* -------------------------------------------------------------------------------- opening */

static int cannot_open(const struct wl_live *l, int code, struct wl_error *err)
{
    const char *text = l->calls.geterr(l->pcap);

    switch (code) {
    case PCAP_ERROR_NO_SUCH_DEVICE: return wl_interfaces_unknown(l->name, err);
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED: return wl_interfaces_no_right(l->name, err);
    case PCAP_ERROR_IFACE_NOT_UP:
        (void)wl_fail(err, WL_EOPEN, "cannot capture from '%s': it is down", l->name);
        wl_hint(err, "ip link set %s up; 'wirelint interfaces' lists those that are", l->name);
        return WL_EOPEN;
    case PCAP_ERROR: return wl_fail(err, WL_EOPEN, "cannot capture from '%s': %s", l->name, text);
    default:
        return wl_fail(err, WL_EOPEN, "cannot capture from '%s': %s%s%s", l->name,
                       l->calls.statustostr(code), *text ? ": " : "", text);
    }
}

static int set_options(const struct wl_live *l)
{
    const struct wl_source_config *cfg = l->cfg;
    uint64_t buffer = cfg->buffer ? cfg->buffer : DEFAULT_BUFFER;

    /* these fail only when the handle is active already, or the value is one that we do not give */
    if (l->calls.set_snaplen(l->pcap, (int)l->snaplen) || l->calls.set_timeout(l->pcap, BLOCK_MS) ||
        l->calls.set_promisc(l->pcap, !cfg->not_promiscuous && !l->is_any) ||
        l->calls.set_buffer_size(l->pcap, (int)wl_min_u64(buffer, INT32_MAX)))
        return PCAP_ERROR;
    /* finer time stamps where they are offered */
    (void)l->calls.set_tstamp_precision(l->pcap, PCAP_TSTAMP_PRECISION_NANO);
    return 0;
}

static int activate(struct wl_live *l, struct wl_error *err)
{
    char text[PCAP_ERRBUF_SIZE] = "";
    int code;

    l->pcap = l->calls.create(l->name, text);
    if (!l->pcap)
        return wl_fail(err, WL_EOPEN, "cannot capture from '%s': %s", l->name, text);
    code = set_options(l);
    if (code == 0)
        code = l->calls.activate(l->pcap);
    if (code < 0)
        return cannot_open(l, code, err);
    if (code > 0 && code != PCAP_WARNING_PROMISC_NOTSUP)
        say(l, WL_LOG_INFO, "'%s': %s", l->name, l->calls.geterr(l->pcap));
    if (l->calls.setnonblock(l->pcap, 1, text) < 0)
        return wl_fail(err, WL_EOPEN, "cannot capture from '%s': %s", l->name, text);
    if (l->calls.get_selectable_fd(l->pcap) < 0)
        return wl_fail(err, WL_EOPEN, "cannot capture from '%s': it cannot be waited for", l->name);
    l->linktype = l->calls.datalink(l->pcap);
    l->per_unit = l->calls.get_tstamp_precision(l->pcap) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
    (void)condition_of(l, &l->index, &l->hardware);
    see_once(l);
    return 0;
}

static int set_filter(struct wl_live *l, struct wl_error *err)
{
    const char *expression = l->cfg->bpf ? l->cfg->bpf : "";
    struct bpf_program program;
    int code = 0;

    if (l->calls.compile(l->pcap, &program, expression, 1, PCAP_NETMASK_UNKNOWN) < 0)
        return wl_bpf_refused(expression, l->calls.geterr(l->pcap), err);
    if (l->calls.setfilter(l->pcap, &program) < 0)
        code = wl_fail(err, WL_EOPEN, "cannot filter '%s': %s", l->name, l->calls.geterr(l->pcap));
    l->calls.freecode(&program);
    return code;
}

static int refuse_all(struct wl_live *l, struct wl_error *err)
{
    struct bpf_insn nothing = {.code = BPF_RET | BPF_K, .k = 0};
    struct bpf_program program = {.bf_len = 1, .bf_insns = &nothing};

    if (l->calls.setfilter(l->pcap, &program) == 0)
        return 0;
    return wl_fail(err, WL_EOPEN, "cannot filter '%s': %s", l->name, l->calls.geterr(l->pcap));
}

int wl_live_open(const struct wl_source_config *cfg, size_t nth, struct wl_input *told,
                 struct wl_budget *budget, struct wl_live **ret, struct wl_error *err)
{
    const char *name = cfg->interfaces[nth];
    struct wl_live *l = wl_alloc(budget, sizeof(*l));
    int code;

    if (!l)
        return wl_fail(err, WL_NOMEM, "out of memory");
    l->budget = budget;
    l->cfg = cfg;
    l->name = name;
    l->told = told;
    l->is_any = strcmp(name, "any") == 0;
    l->one_of_many = cfg->n_shards > 1;
    l->group = (uint16_t)(cfg->fanout_group + nth);
    l->snaplen = cfg->snaplen ? wl_min_size(cfg->snaplen, DEFAULT_SNAPLEN) : DEFAULT_SNAPLEN;
    l->copies_n = COPIES + l->snaplen;
    l->copies = wl_alloc(budget, l->copies_n);
    code = l->copies ? wl_pcap_load(&l->calls, err) : wl_fail(err, WL_NOMEM, "out of memory");
    if (code == 0)
        code = activate(l, err);
    if (code == 0)
        code = set_filter(l, err);
    if (code == 0 && l->one_of_many)
        code = refuse_all(l, err);
    if (code == 0 && l->one_of_many)
        code = join_group(l, err);
    if (code < 0) {
        wl_live_free(l);
        return code;
    }
    *told = (struct wl_input){.name = name, .is_interface = true};
    *ret = l;
    return 0;
}

int wl_live_begin(struct wl_live *l, struct wl_error *err)
{
    /* what came before has been refused by the other filter: libpcap sees to it */
    return l->one_of_many ? set_filter(l, err) : 0;
}

/* -------------------------------------------------------------------------------- reading */

/*
 * libpcap complains when the interface has gone down or away, and for ever when the socket was
 * bound anew. What matters is whether the interface is there: wl_live_look finds out.
 */
static int note_complaint(struct wl_live *l, struct wl_error *err)
{
    if (l->rebound || l->condition != UP)
        return WL_AGAIN;
    (void)snprintf(l->complaint, sizeof(l->complaint), "%s", l->calls.geterr(l->pcap));
    l->complained = true;
    if (l->n_complaints < PATIENCE)
        return WL_AGAIN;
    return wl_fail(err, WL_EDAMAGED, "cannot capture from '%s' any more: %s", l->name,
                   l->complaint);
}

/* Where a burst of packets is put together. */
struct burst {
    struct wl_live *l;
    struct wl_packet *packets;
    size_t n;
    size_t used; /* octets of the copies */
};

/*
 * A block goes back to the kernel as soon as libpcap has shown its last packet, and is written anew
 * at once when the ring is full, just when it matters: packets that shall be looked at together
 * have to be copied out.
 */
static void collect(u_char *user, /* NOLINT(readability-non-const-parameter): of pcap_handler */
                    const struct pcap_pkthdr *header, const u_char *bytes)
{
    union {
        u_char *in;
        void *out;
    } back = {.in = user};
    struct burst *burst = back.out;
    struct wl_live *l = burst->l;
    struct wl_packet *p = &burst->packets[burst->n++];
    uint8_t *copy = l->copies + burst->used;

    memcpy(copy, bytes, header->caplen);
    burst->used += header->caplen;
    p->ordinal = 0;
    p->frame = ++l->frame;
    p->t = (wl_ns)header->ts.tv_sec * WL_SECOND + (wl_ns)header->ts.tv_usec * l->per_unit;
    p->linktype = l->linktype;
    p->wire_length = header->len;
    p->bytes = wl_span(copy, header->caplen);
}

int wl_live_take(struct wl_live *l, struct wl_packet *ret, size_t max, struct wl_error *err)
{
    struct burst burst = {.l = l, .packets = ret};
    int code = 1;

    while (burst.n < max) {
        /* each may be as long as the snap length */
        size_t room = (l->copies_n - burst.used) / l->snaplen;
        size_t wanted = wl_min_size(max - burst.n, room);
        union {
            struct burst *in;
            u_char *out;
        } user = {.in = &burst};

        if (wanted == 0)
            break;
        code = l->calls.dispatch(l->pcap, (int)wanted, collect, user.out);
        if (code <= 0)
            break;
    }
    if (burst.n)
        return (int)burst.n;
    return code >= 0 ? WL_AGAIN : note_complaint(l, err);
}

int wl_live_fd(const struct wl_live *l)
{
    return l->calls.get_selectable_fd(l->pcap);
}

/* ---------------------------------------------------------------------------- looking after it */

static void count_losses(struct wl_live *l)
{
    struct pcap_stat st;

    if (l->calls.stats(l->pcap, &st) < 0)
        return;
    l->told->dropped += (uint32_t)(st.ps_drop - l->kernel_drops);
    l->told->interface_dropped += (uint32_t)(st.ps_ifdrop - l->interface_drops);
    l->kernel_drops = st.ps_drop;
    l->interface_drops = st.ps_ifdrop;
}

static void tell(struct wl_live *l, enum condition now)
{
    switch (now) {
    case UP:
        say(l, WL_LOG_WARN, "'%s' is back", l->name);
        l->told->notice = NULL;
        break;
    case DOWN:
        say(l, WL_LOG_WARN, "'%s' is down: waiting for it", l->name);
        l->told->notice = "is down";
        break;
    case GONE:
        say(l, WL_LOG_WARN, "'%s' has gone: waiting for it", l->name);
        l->told->notice = "has gone";
        break;
    }
    l->condition = now;
}

/* It was away, and something of its name is there. False when it cannot be captured from. */
static bool take_up(struct wl_live *l, unsigned index, unsigned hardware)
{
    if (index == l->index)
        return true;
    if (l->condition == UP) /* it went and came between two looks */
        tell(l, GONE);
    if (hardware != l->hardware || !bind_anew(l, index)) {
        if (l->told->notice != lost_for_good)
            say(l, WL_LOG_WARN, "'%s' %s: start wirelint anew", l->name, lost_for_good);
        l->told->notice = lost_for_good;
        return false;
    }
    l->index = index;
    return true;
}

void wl_live_look(struct wl_live *l)
{
    unsigned index, hardware;
    enum condition now = condition_of(l, &index, &hardware);

    if (now != GONE && !take_up(l, index, hardware))
        return;
    if (now != l->condition) {
        tell(l, now);
        l->complained = false;
    }
    l->n_complaints = l->complained ? l->n_complaints + 1 : 0;
    l->complained = false;
    if (now != GONE)
        count_losses(l);
}

void wl_live_free(struct wl_live *l)
{
    if (!l)
        return;
    if (l->pcap)
        l->calls.close(l->pcap);
    wl_free(l->budget, l->copies, l->copies_n);
    wl_free(l->budget, l, sizeof(*l));
}
