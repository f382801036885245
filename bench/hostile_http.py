# hostile_http - HTTP that is made to be slow to read: cases for bench/hostile.
# SPDX-License-Identifier: MIT
"""Each case: name, what grows, n, the function that writes a capture of size n, options of wirelint.
A case whose cost per unit grows with n has found a quadratic path."""
from hostile_wire import ACK, TO_CLIENT, TO_SERVER, Talk

GET = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def octets_one_by_one(capture, n):
    """Requests and answers in segments of one octet."""
    talk = Talk(capture)
    for _ in range(n // (len(GET) + len(OK))):
        talk.ask(GET, 1)
        talk.answer(OK, 1)
    talk.close()


def pipelined(capture, n):
    """n requests before the first answer."""
    talk = Talk(capture)
    talk.ask(GET * n)
    talk.answer(OK * n)
    talk.close()


def _doubtful(capture, n):
    talk = Talk(capture)
    talk.ask(GET * n)
    return talk


def clock_set_back(capture, n):
    """n requests wait while the clock is set back with every interim response."""
    talk = _doubtful(capture, n)
    for _ in range(n // 4):
        capture.now -= 2
        talk.answer(b"HTTP/1.1 100 Continue\r\n\r\n")


def responses_between_holes(capture, n):
    """n requests wait; before every interim response the server's octets are lost."""
    talk = _doubtful(capture, n)
    server, client = talk.ends[TO_CLIENT], talk.ends[TO_SERVER]
    for _ in range(n // 4):
        talk.answer(b"xx")
        talk.seq[TO_CLIENT] += 100
        capture.packet(*client, *server, ACK, talk.seq[TO_SERVER], talk.seq[TO_CLIENT])
        talk.answer(b"HTTP/1.1 100 Continue\r\n\r\n")


def holes_on_both_sides(capture, n):
    """n requests wait; before every further one, and before every answer, octets are lost."""
    talk = _doubtful(capture, n)
    for _ in range(n // 4):
        talk.seq[TO_SERVER] += 7
        talk.ask(GET)
        talk.seq[TO_CLIENT] += 7
        talk.answer(OK)
        capture.now += 200000


def answered_apart(capture, n):
    """n requests wait, and are answered so far apart that each exchange ends before the next."""
    talk = _doubtful(capture, n)
    for _ in range(n // 2):
        talk.answer(OK)
        capture.now += 60000


def responses_apart(capture, n):
    """n responses behind one to a request that never ends, each of which ends before the next."""
    talk = Talk(capture)
    talk.ask(b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 10\r\n\r\n")
    for _ in range(n):
        talk.answer(OK)
        capture.now += 120000


def leftovers(capture, n):
    """n requests wait, behind each of which stand octets that are none."""
    talk = Talk(capture)
    for _ in range(n):
        talk.ask(b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1\r\n\r\nabcdefg\r\n")


def responses_to_nobody(capture, n):
    """n responses behind one to a request that never ends."""
    talk = Talk(capture)
    talk.ask(b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 10\r\n\r\n")
    talk.answer(OK * n)
    talk.close()


def legs_alike(capture, n):
    """n connections with the same request, each of which might be the other leg of any other."""
    for number in range(n):
        talk = Talk(capture, number)
        talk.ask(GET)
        talk.answer(OK)
        talk.close()


def exchanges_in_a_row(capture, n):
    """n exchanges on one connection."""
    talk = Talk(capture)
    for _ in range(n):
        talk.ask(GET)
        talk.answer(OK)
    talk.close()


def slow_field(capture, n):
    """A field line of n octets, one by one, on four connections."""
    for number in range(4):
        talk = Talk(capture, number)
        talk.ask(b"GET / HTTP/1.1\r\nHost: a.example\r\nX-Long: ")
        talk.ask(b"a" * n, 1)
        talk.ask(b"\r\n\r\n")
        talk.answer(OK)
        talk.close()


def slow_target(capture, n):
    """Request targets of n octets, one by one: is it HTTP at all?"""
    for number in range(80):
        talk = Talk(capture, number)
        talk.ask(b"GET /" + b"a" * n, 1)
        talk.ask(b" HTTP/1.1\r\nHost: a.example\r\n\r\n")
        talk.answer(OK)
        talk.close()


def slow_word(capture, n):
    """Words of n octets, one by one, and no answer: is it HTTP, or anything else?"""
    for number in range(80):
        Talk(capture, number).ask(b"a" * n, 1)


def interim_responses(capture, n):
    """n interim responses to one request."""
    talk = Talk(capture)
    talk.ask(GET)
    talk.answer(b"HTTP/1.1 102 Processing\r\n\r\n" * n)
    talk.answer(OK)
    talk.close()


def chunks_of_one_octet(capture, n):
    """Content in n chunks of one octet."""
    talk = Talk(capture)
    talk.ask(GET)
    talk.answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    talk.answer(b"1\r\na\r\n" * n + b"0\r\n\r\n")
    talk.close()


def chunk_extension(capture, n):
    """A chunk extension of n octets, one by one."""
    talk = Talk(capture)
    talk.ask(GET)
    talk.answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=")
    talk.answer(b"b" * n, 1)
    talk.answer(b"\r\na\r\n0\r\n\r\n")
    talk.close()


def _fields(n, line):
    return b"".join(line % i for i in range(n))


def many_fields(capture, n):
    """Heads of n fields, all different."""
    head = b"GET / HTTP/1.1\r\nHost: a.example\r\n" + _fields(n, b"X-Field-%d: value\r\n") + b"\r\n"
    answer = OK[:17] + _fields(n, b"X-Field-%d: value\r\n") + OK[17:]
    talk = Talk(capture)
    for _ in range(800):
        talk.ask(head)
        talk.answer(answer)
    talk.close()


def same_fields(capture, n):
    """Heads of n lines of the same known fields."""
    lines = b"Cache-Control: a\r\nVia: 1.1 b\r\nVary: c\r\n" * (n // 3)
    talk = Talk(capture)
    for _ in range(800):
        talk.ask(b"GET / HTTP/1.1\r\nHost: a.example\r\n" + lines + b"\r\n")
        talk.answer(OK[:17] + lines + OK[17:])
    talk.close()


def odd_fields(capture, n):
    """Heads of n lines with something wrong in each."""
    lines = _fields(n, b"X Y%d : \x01\xe9\n")
    talk = Talk(capture)
    for _ in range(800):
        talk.ask(b"GET / HTTP/1.1\r\nHost: a.example\r\n" + lines + b"\r\n")
        talk.answer(OK[:17] + lines + OK[17:])
    talk.close()


def folded_field(capture, n):
    """A field folded over n lines."""
    talk = Talk(capture)
    for _ in range(100):
        talk.ask(b"GET / HTTP/1.1\r\nHost: a.example\r\nX-Long: a\r\n" + b" b\r\n" * n + b"\r\n")
        talk.answer(OK)
    talk.close()


def _long(n, item):
    names = (b"Connection", b"Accept", b"Upgrade", b"Vary", b"Via", b"Cache-Control", b"Allow", b"Trailer",
             b"TE", b"Expect", b"Transfer-Encoding", b"Content-Encoding", b"Link", b"Content-Length")
    return [name + b": " + item * n + b"end\r\n" for name in names]


def long_lists(capture, n):
    """Lists of n members in every field that is one."""
    number = 0
    for item in (b"a, ", b",", b'"b", ', b"x;q=1;p=2, ", b"close , "):
        for line in _long(n, item):
            number += 1
            talk = Talk(capture, number)
            talk.ask(b"GET / HTTP/1.1\r\nHost: a.example\r\n" + line + b"\r\n")
            talk.answer(b"HTTP/1.1 200 OK\r\n" + line + b"\r\n")
            talk.close()


def lists_beside_each_other(capture, n):
    """Lists of n members in a request and its answer, which are held against each other."""
    pairs = (  # field of the request, of the answer, its status, a member of that
        (b"TE", b"Transfer-Encoding", b"200 OK", b"gzip"),
        (b"Accept-Encoding", b"Content-Encoding", b"200 OK", b"gzip"),
        (b"Accept", b"Vary", b"200 OK", b"accept"),
        (b"Upgrade", b"Upgrade", b"101 Switching Protocols", b"foo"),
        (b"Sec-WebSocket-Protocol", b"Sec-WebSocket-Protocol", b"101 Switching Protocols", b"chat"),
        (b"Sec-WebSocket-Extensions", b"Sec-WebSocket-Extensions", b"101 Switching Protocols", b"x;y"),
        (b"Connection", b"Connection", b"200 OK", b"host"),
        (b"Range", b"Content-Range", b"206 Partial Content", b"bytes 1-2/3"),
        (b"If-None-Match", b"ETag", b"304 Not Modified", b'"a"'),
    )
    more = (b"Connection: Upgrade, TE\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
    for number, (asked, answered, status, member) in enumerate(pairs):
        talk = Talk(capture, number)
        talk.ask(b"GET / HTTP/1.1\r\nHost: a.example\r\n" + more + asked + b": " + b"a," * n + member +
                 b"\r\n\r\n")
        talk.answer(b"HTTP/1.1 " + status + b"\r\nConnection: Upgrade\r\n" + answered + b": " +
                    (member + b",") * (n // len(member)) + b"chunked\r\n\r\n")
        talk.close()


def echoed_lines(capture, n):
    """n lines in the content of a response to TRACE, whose request has a thousand fields."""
    lines = _fields(950, b"X-Field-%d: value\r\n") + b"Cookie: a\r\n"
    talk = Talk(capture)
    talk.ask(b"TRACE / HTTP/1.1\r\nHost: a.example\r\n" + lines + b"\r\n")
    talk.answer(b"HTTP/1.1 200 OK\r\nContent-Type: message/http\r\nContent-Length: %d\r\n\r\n" % n)
    talk.answer(b"\n" * n)
    talk.close()


def trailer_fields(capture, n):
    """Trailer sections of n fields."""
    for number in range(800):
        talk = Talk(capture, number)
        talk.ask(GET)
        talk.answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
        talk.answer(_fields(n, b"X-Field-%d: value\r\n") + b"\r\n")
        talk.close()


def empty_lines(capture, n):
    """n empty lines before a request, and before its answer."""
    talk = Talk(capture)
    talk.ask(b"\r\n" * n + GET)
    talk.answer(b"\r\n" * n + OK)
    talk.close()


def garbage(capture, n):
    """n octets that are no HTTP where messages are due, in lines and without an end."""
    talk = Talk(capture)
    talk.ask(GET)
    talk.answer(OK)
    talk.ask(b"HTTP/1.1 GET / \n" * (n // 16))
    talk.answer(b"HTTP/1.1 20 OK\r\n" * (n // 16))
    talk.ask(b"GET / HTTP/1.1 " * (n // 16))
    talk.answer(b"HTTP/1.1 2" * (n // 16))
    talk.close()


def parked(capture, n):
    """n octets that wait for the answer to CONNECT, one by one."""
    for number in range(16):
        talk = Talk(capture, number)
        talk.ask(b"CONNECT b.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n")
        talk.ask(b"G" * n, 1)
        talk.answer(b"HTTP/1.1 200 OK\r\n\r\n")
        talk.close()


def abandoned_content(capture, n):
    """Answered early; then what may be a request line or content, n times."""
    talk = Talk(capture)
    talk.ask(b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1000000000\r\n\r\n")
    talk.answer(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
    for _ in range(n // 8):
        talk.ask(b"GET /aaa")
    talk.close()


CASES = [
    # name, n in full, n in short, writer, options
    ("octets-one-by-one", 800000, 200000, octets_one_by_one, []),
    ("pipelined", 100000, 26666, pipelined, []),
    ("pipelined-all-pending", 80000, 26666, pipelined, ["--set", "max_pending=100000"]),
    ("clock-set-back", 20000, 6666, clock_set_back, ["--set", "max_pending=100000"]),
    ("responses-between-holes", 20000, 6666, responses_between_holes, ["--set", "max_pending=100000"]),
    ("holes-on-both-sides", 20000, 6666, holes_on_both_sides, ["--set", "max_pending=100000"]),
    ("answered-apart", 20000, 6666, answered_apart, ["--set", "max_pending=100000"]),
    ("responses-apart", 20000, 6666, responses_apart, ["--set", "max_pending=100000"]),
    ("leftovers", 20000, 6666, leftovers, ["--set", "max_pending=100000"]),
    ("responses-to-nobody", 20000, 6666, responses_to_nobody, ["--set", "max_pending=100000"]),
    ("legs-alike", 50000, 10000, legs_alike, ["--correlate", "--set", "max_legs=100000"]),
    ("exchanges-in-a-row", 200000, 40000, exchanges_in_a_row, []),
    ("slow-field", 65536, 40000, slow_field, []),
    ("slow-target", 2000, 2000, slow_target, []),
    ("slow-word", 2000, 2000, slow_word, []),
    ("interim-responses", 400000, 200000, interim_responses, []),
    ("chunks-of-one-octet", 3000000, 666666, chunks_of_one_octet, []),
    ("chunk-extension", 600000, 133333, chunk_extension, []),
    ("many-fields", 480, 480, many_fields, []),
    ("same-fields", 480, 480, same_fields, []),
    ("odd-fields", 480, 480, odd_fields, []),
    ("folded-field", 10000, 10000, folded_field, []),
    ("long-lists", 12000, 12000, long_lists, []),
    ("lists-beside-each-other", 10000, 10000, lists_beside_each_other, []),
    ("echoed-lines", 8000000, 1000000, echoed_lines, []),
    ("trailer-fields", 480, 480, trailer_fields, []),
    ("empty-lines", 8000000, 2666666, empty_lines, []),
    ("garbage", 40000000, 6666666, garbage, []),
    ("parked", 15000, 10000, parked, []),
    ("abandoned-content", 2000000, 533333, abandoned_content, []),
]
