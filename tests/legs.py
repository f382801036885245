# legs.py - made-up captures of a proxy with many alike requests under way, and what is true of them.
# SPDX-License-Identifier: MIT
"""A model of a proxy on the wire: make(seed, options) gives a capture and the truth about its legs."""
import collections
import heapq
import random
import struct

import packets as k

MS = 1000000
BEGIN = 1700000000 * k.SECOND
PROXY, ORIGIN = "10.0.1.1", "10.0.2."

# n: requests; at_once: how many begin together; via, forwarded, ids, date: what their heads bear; keep,
# pipeline: of connections; dropping: share of the 103 that the proxy keeps; skew: of the upstream tap's
# clock; losses: share of the packets; alone: all on one machine; cache: some are answered from it; hidden:
# share of the clients that the taps do not see; slow: some wait for up to two seconds; failing: some are
# answered 504 before the server answers
Options = collections.namedtuple(
    "Options", "n at_once via forwarded ids date keep pipeline dropping skew losses alone cache hidden slow "
    "failing", defaults=(8, 4, True, False, None, True, True, False, 0, 0, 0, False, False, 0, False, False))
# of the capture; request: number by (client, port, when its first octet passed); dropped: requests whose
# 103 the proxy has kept
Truth = collections.namedtuple("Truth", "request dropped")


class Connection:
    """One TCP connection as it passes the tap: messages become segments with acknowledgements."""

    def __init__(self, wire, client, server, t):
        self.wire, self.ends = wire, (client, server)
        self.sequence = [1000, 5000]
        self.free = t  # when the last response has gone by
        self.segment(t - 300000, 0, k.SYN)
        self.segment(t - 200000, 1, k.SYN | k.ACK)
        self.segment(t - 100000, 0, k.ACK)

    def segment(self, t, side, flags, payload=b""):
        (source, port), (target, to) = self.ends[side], self.ends[1 - side]
        acked = 0 if flags == k.SYN else self.sequence[1 - side]
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 0, 0, 0x4000, 64, 6, 0, address(source), address(target))
        tcp = struct.pack(">HHIIBBHHH", port, to, self.sequence[side], acked, 0x50, flags, 64240, 0, 0)
        self.wire.append((t, k.Segment(b"", ip, tcp, payload, True)))
        self.sequence[side] += len(payload) + bool(flags & (k.SYN | k.FIN))

    def say(self, t, side, text):
        """A message of this side, and its acknowledgement."""
        self.segment(t, side, k.PSH | k.ACK, text)
        self.segment(t + 20000, 1 - side, k.ACK)

    def end(self, t):
        self.segment(t, 0, k.FIN | k.ACK)
        self.segment(t + 30000, 1, k.FIN | k.ACK)
        self.segment(t + 60000, 0, k.ACK)


def address(text):
    return bytes(int(part) for part in text.split("."))


class Model:
    """The proxy, its clients and the servers behind it. What happens is played in order of time, so that
    every connection numbers its octets as they go by."""

    def __init__(self, seed, options):
        self.chance = random.Random(seed)
        self.o = options
        self.client_wire, self.up_wire = [], []
        self.todo, self.order = [], 0
        self.clients, self.pool, self.all = {}, [], []
        self.port = 20000
        self.truth = Truth({}, set())

    def at(self, t, function, *arguments):
        self.order += 1
        heapq.heappush(self.todo, (t, self.order, function, arguments))

    def play(self):
        while self.todo:
            t, _, function, arguments = heapq.heappop(self.todo)
            function(t, *arguments)

    def connect(self, wire, client, server, t):
        self.port += 1
        self.all.append(Connection(wire, (client, self.port), server, t))
        return self.all[-1]

    def delay(self, least, most):
        return round(self.chance.uniform(least, most) * MS)

    def head(self, rid, client, forwarded):
        lines = ["GET /a HTTP/1.1", "Host: a.example"]
        if self.o.ids == "request":
            lines.append(f"X-Request-ID: {rid:08x}")
        elif self.o.ids == "trace":
            lines.append(f"traceparent: 00-{rid + 1:032x}-00f067aa0ba902b7-01")
        if forwarded and self.o.via:
            lines.append("Via: 1.1 p")
        if forwarded and self.o.forwarded:
            lines.append(f"X-Forwarded-For: {client}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def answer(self, status=200):
        """A final response."""
        date = "Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n" if self.o.date else ""
        return f"HTTP/1.1 {status} X\r\n{date}Content-Length: 2\r\n\r\nok".encode()

    def ask(self, t, rid, client):
        """A client sends a request, on a connection of its own or on the one that it has."""
        conn = self.clients.get(client) if self.o.keep or self.o.pipeline else None
        if conn is None or (conn.waiting and not self.o.pipeline):
            proxy = "127.0.0.1" if self.o.alone else PROXY
            wire = [] if self.chance.random() < self.o.hidden else self.client_wire
            conn = self.connect(wire, client, (proxy, 8080), t)
            conn.waiting = collections.deque()
            self.clients[client] = conn
        self.truth.request[(*conn.ends[0], t)] = rid
        state = {"rid": rid, "conn": conn, "out": [], "over": False}
        conn.waiting.append(state)
        conn.say(t, 0, self.head(rid, client, False))
        if self.o.cache and self.chance.random() < 0.3:
            self.at(t + self.delay(0.1, 1), self.pass_on, state, self.answer(), True)
        else:
            most = self.chance.choice((1, 20, 2000)) if self.o.slow else self.chance.choice((1, 20))
            self.at(t + self.delay(0.1, most), self.forward, state, client)

    def forward(self, t, state, client):
        """The proxy passes it on."""
        free = [c for c in self.pool if not c.busy]
        if free and self.o.keep:
            conn = self.chance.choice(free)
        else:
            own = "127.0.0.1" if self.o.alone else PROXY
            origin = "127.0.0.1" if self.o.alone else ORIGIN + str(self.chance.randrange(1, 4))
            conn = self.connect(self.up_wire, own, (origin, 80), t)
            self.pool.append(conn)
        conn.busy = True
        self.truth.request[(*conn.ends[0], t + self.o.skew)] = state["rid"]
        conn.say(t, 0, self.head(state["rid"], client, True))
        if self.chance.random() < 0.4:
            t += self.delay(0.5, 30)
            self.at(t, self.hint, conn, state)
        if self.o.failing and self.chance.random() < 0.3:
            self.at(t + self.delay(5, 50), self.pass_on, state, self.answer(504), True)
        t += self.delay(1, self.chance.choice((5, 50, 300)))
        self.at(t, self.finish, conn, state)

    def hint(self, t, conn, state):
        """The server says 103, which the proxy should pass on."""
        hint = b"HTTP/1.1 103 Early Hints\r\nLink: </s>; rel=preload\r\n\r\n"
        conn.say(t, 1, hint)
        if self.chance.random() < self.o.dropping:
            self.truth.dropped.add(state["rid"])
        else:
            self.at(t + self.delay(0.05, 0.5), self.pass_on, state, hint, False)

    def finish(self, t, conn, state):
        conn.say(t, 1, self.answer())
        conn.busy = False
        if not self.o.keep:
            conn.busy = True
            self.at(t + 2 * MS, conn.end)
        self.at(t + self.delay(0.6, 3), self.pass_on, state, self.answer(), True)

    def pass_on(self, t, state, octets, last):
        """In the order of the requests of its connection; what comes behind the final response is nobody's."""
        if state["over"]:
            return
        state["over"] = last
        state["out"].append((octets, last))
        conn = state["conn"]
        while conn.waiting and conn.waiting[0]["out"]:
            first = conn.waiting[0]
            for one, over in first["out"]:
                conn.say(t, 1, one)
                if over:
                    conn.waiting.popleft()
            first["out"] = []


def make(seed, options):
    """A capture and its truth."""
    m = Model(seed, options)
    t, n_clients = BEGIN, max(2, options.at_once)
    for rid in range(options.n):
        if rid % options.at_once == 0 and rid:
            t += m.delay(400, 900) if options.at_once == 1 or m.chance.random() < 0.3 else m.delay(1, 40)
        client = "127.0.0.1" if options.alone else f"10.0.0.{1 + rid % n_clients}"
        m.at(t + (m.delay(0, 10) if options.at_once > 1 else 0), m.ask, rid, client)
    m.play()
    last = t + 2 * k.SECOND
    for conn in m.all:
        conn.end(last)
    found = [(at, s) for at, s in m.client_wire] + [(at + options.skew, s) for at, s in m.up_wire]
    found.sort(key=lambda one: one[0])
    kept = [(at, s) for at, s in found if not options.losses or m.chance.random() >= options.losses]
    return k.save(k.RAW, [k.put_together(at, s) for at, s in kept]), m.truth
