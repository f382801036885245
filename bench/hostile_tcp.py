# hostile_tcp - TCP and IP that are made to be slow to follow: cases for bench/hostile.
# SPDX-License-Identifier: MIT
"""Each case: name, what grows, n, the function that writes a capture of size n, options of wirelint.
Connections that never end, queues in the worst order, holes everywhere, pairs that a simple hash
would put into one slot: a case whose cost per packet grows with n has found a quadratic path."""
import struct

from hostile_wire import ACK, FIN, SYN, TO_CLIENT, TO_SERVER, Talk

RST = 4
SERVER = b"\xc0\xa8\x00\x01"
GET = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
HOSTLESS = b"GET / HTTP/1.1\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
POST = b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: %d\r\n\r\n"
BLOCK = 1000  # segments behind one hole; max_reorder_pieces is 1,024


def address(number):
    return struct.pack("!I", 0x0A000000 + number)


def syn_flood(capture, n):
    """n SYNs, each of another pair, beyond max_connections: every one evicts another."""
    for i in range(n):
        capture.packet(address(i >> 14), 1024 + (i & 0x3FFF), SERVER, 80, SYN, i * 64000, 0)


def idle_connections(capture, n):
    """n connections that had one exchange and stay open."""
    for i in range(n):
        talk = Talk(capture, i)
        talk.ask(GET)
        talk.answer(OK)


def visited_in_turn(capture, n):
    """8 n packets on n open connections, one on each in turn."""
    talks = [Talk(capture, i) for i in range(n)]
    for _ in range(2):
        for talk in talks:
            talk.ask(GET)
        for talk in talks:
            talk.answer(OK)


def one_pair_again_and_again(capture, n):
    """n connections between the same two endpoints, told apart by their SYN alone."""
    for i in range(n):
        capture.packet(address(1), 1024, SERVER, 80, SYN, i * 64000, 0)
        capture.packet(address(1), 1024, SERVER, 80, ACK, i * 64000 + 1, 1, GET)


def one_pair_with_findings(capture, n):
    """The same with a violation in each, and all of them are written (-w)."""
    for i in range(n):
        capture.packet(address(1), 1024, SERVER, 80, SYN, i * 64000, 0)
        capture.packet(address(1), 1024, SERVER, 80, ACK, i * 64000 + 1, 1, HOSTLESS)


def late_packets(capture, n):
    """n connections that were reset, and a late packet of each."""
    for late in (False, True):
        for i in range(n):
            pair = (address(i >> 14), 1024 + (i & 0x3FFF), SERVER, 80)
            if late:
                capture.packet(*pair, ACK, 6, 1, b"late")
            else:
                capture.packet(*pair, SYN, 1, 0)
                capture.packet(*pair, RST, 2, 0)


def pairs_of_one_sum(capture, n):
    """n pairs whose addresses and ports have the same sums and the same exclusive ors."""
    for i in range(n):
        a, port = i & 0xFFFF, 1024 + (i >> 16)
        capture.packet(struct.pack("!HH", 0x0A00, a), port, struct.pack("!HH", 0x0A00, 0xFFFF - a),
                       0xFFFF - port, SYN, 1, 0)


def _blocks(capture, n, order, size=1):
    """n segments of size octets as the content of a POST, BLOCK of them at a time in an order of its own."""
    talk = Talk(capture)
    talk.ask(POST % (n * size))
    source, target = talk.ends
    for block in range(0, n, BLOCK):
        count = min(BLOCK, n - block)
        for k in order(count):
            capture.packet(*source, *target, ACK, talk.seq[TO_SERVER] + (block + k) * size,
                           talk.seq[TO_CLIENT], b"x" * size)
    talk.seq[TO_SERVER] += n * size
    talk.answer(OK)


def _shuffled(count):
    return [i * 617 % count for i in range(count)] if count == BLOCK else list(range(count))


def backwards(capture, n):
    """n segments of one octet, in blocks, each from its last to its first."""
    _blocks(capture, n, lambda count: range(count - 1, -1, -1))


def outside_in(capture, n):
    """n segments of one octet, every other one first, then those between from behind."""
    _blocks(capture, n, lambda count: list(range(1, count, 2)) + list(range((count - 1) & ~1, -1, -2)))


def shuffled(capture, n):
    """n segments of one octet in an order without an order."""
    _blocks(capture, n, _shuffled)


def overlapping(capture, n):
    """n segments behind a hole, each of 500 octets and one octet further than the last."""
    talk = Talk(capture)
    talk.ask(POST % (n + 500))
    source, target = talk.ends
    for i in range(n):
        capture.packet(*source, *target, ACK, talk.seq[TO_SERVER] + 1 + i, talk.seq[TO_CLIENT], b"x" * 500)


def fragments_backwards(capture, n):
    """n fragments of eight octets, of datagrams that come from their last to their first."""
    for i in range(n):
        capture.fragment(address(1), SERVER, i // 1000 & 0xFFFF, 999 - i % 1000)


def comb_and_blanket(capture, n):
    """n segments: combs of single octets behind a hole, then one blanket over each comb."""
    talk = Talk(capture)
    talk.ask(POST % n)
    source, target = talk.ends
    for block in range(0, n, 1000):
        at = talk.seq[TO_SERVER] + block
        for k in range(1, 1000, 2):
            capture.packet(*source, *target, ACK, at + k, talk.seq[TO_CLIENT], b"x")
        for _ in range(10):
            capture.packet(*source, *target, ACK, at + 1, talk.seq[TO_CLIENT], b"y" * 999)
        capture.packet(*source, *target, ACK, at, talk.seq[TO_CLIENT], b"x")


def holes_on_many(capture, n):
    """A hole that was acknowledged on each of n connections: all wait at once."""
    for i in range(n):
        talk = Talk(capture, i)
        talk.seq[TO_SERVER] += 100
        talk.ask(GET)
        talk.answer(OK)


def holes_in_a_row(capture, n):
    """n holes on one connection, one behind the other."""
    talk = Talk(capture)
    for _ in range(n):
        talk.ask(GET)
        talk.seq[TO_SERVER] += 1000


def the_same_again(capture, n):
    """A head that is sent n times over, every other time with other octets."""
    talk = Talk(capture)
    talk.ask(GET)
    source, target = talk.ends
    for i in range(n):
        data = GET if i & 1 else b"g" + GET[1:]
        capture.packet(*source, *target, ACK, talk.seq[TO_SERVER] - len(GET), talk.seq[TO_CLIENT], data)
    talk.answer(OK)


def many_again(capture, n):
    """Five hundred octets, each in a segment of its own, that are sent n times over in one."""
    talk = Talk(capture)
    head = GET[:-2] + b"X: " + b"a" * 500
    source, target = talk.ends
    for i in range(len(head)):
        talk.ask(head[i:i + 1])
    for _ in range(n):
        capture.packet(*source, *target, ACK, talk.seq[TO_SERVER] - len(head), talk.seq[TO_CLIENT], head)


def empty_acknowledgements(capture, n):
    """n acknowledgements of nothing new, while the server waits for content that is expected."""
    talk = Talk(capture)
    talk.ask(b"POST / HTTP/1.1\r\nHost: a.example\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
    source, target = talk.ends
    for _ in range(n):
        capture.packet(*target, *source, ACK, talk.seq[TO_CLIENT], talk.seq[TO_SERVER])
    talk.answer(b"HTTP/1.1 100 Continue\r\n\r\n")
    talk.ask(b"hello")
    talk.answer(OK)


def half_closed(capture, n):
    """n connections on which one side closes and nothing more happens."""
    for i in range(n):
        talk = Talk(capture, i)
        talk.ask(GET)
        capture.packet(*talk.ends[TO_SERVER], *talk.ends[TO_CLIENT], FIN | ACK, talk.seq[TO_SERVER],
                       talk.seq[TO_CLIENT])


CASES = [
    ("syn-flood", 500000, 150000, syn_flood, []),
    ("idle-connections", 100000, 30000, idle_connections, []),
    ("visited-in-turn", 50000, 15000, visited_in_turn, []),
    ("one-pair-again", 200000, 50000, one_pair_again_and_again, []),
    ("one-pair-evidence", 40000, 10000, one_pair_with_findings, ["-w", "/dev/null"]),
    ("late-packets", 100000, 40000, late_packets, []),
    ("pairs-of-one-sum", 120000, 60000, pairs_of_one_sum, []),
    ("backwards", 400000, 100000, backwards, []),
    ("outside-in", 400000, 100000, outside_in, []),
    ("shuffled", 400000, 100000, shuffled, []),
    ("overlapping", 200000, 50000, overlapping, []),
    ("fragments-backwards", 400000, 100000, fragments_backwards, []),
    ("comb-and-blanket", 400000, 100000, comb_and_blanket, []),
    ("holes-on-many", 50000, 15000, holes_on_many, []),
    ("holes-in-a-row", 100000, 40000, holes_in_a_row, []),
    ("the-same-again", 200000, 60000, the_same_again, []),
    ("many-again", 20000, 10000, many_again, []),
    ("empty-acknowledgements", 500000, 200000, empty_acknowledgements, []),
    ("half-closed", 60000, 20000, half_closed, []),
]
