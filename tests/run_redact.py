"""run_redact.py - what no output may show, at every level of --redact.

usage: run_redact.py PROGRAM

A capture is made here of requests and responses full of words that say what they are: SECRET1, VALUE1, PATH1,
HOST1. They stand where they belong and where they do not: in lines that are no fields, behind a space before the
colon, in folded lines, in parameters, in what findings quote. Then every output is written, and none may hold a
word that its level hides.
SPDX-License-Identifier: MIT
"""
import os
import re
import sys
import tempfile

import rawip
from program import Complaint, Run, check

CLIENT, SERVER = bytes((127, 9, 8, 7)), bytes((127, 6, 5, 4))
FORMATS = ("text", "json", "csv", "csv-findings", "html", "openmetrics", "sarif", "junit", "har")
LEVELS = ("credentials", "values", "targets", "addresses")
HIDDEN = {"credentials": (b"SECRET",), "values": (b"VALUE",), "targets": (b"PATH", b"HOST"),
          "addresses": (b"127.9.8.7", b"127.6.5.4")}

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
EXCHANGES = [
    # plain places
    (b"GET /PATH1?access_token=SECRET1&page=VALUE1 HTTP/1.1\r\nHost: HOST1.example\r\n"
     b"Authorization: Bearer SECRET2\r\nCookie: sid=SECRET3; theme=SECRET4\r\nX-Api-Key: SECRET5\r\n"
     b"Proxy-Authorization: Basic SECRET6\r\nX-Acme-Session-Id: SECRET7\r\nAccept: VALUE2\r\n"
     b"Referer: http://u:SECRET8@HOST1.example/PATH1?sig=SECRET9#code=SECRET10\r\n",
     OK + b"Set-Cookie: sid=SECRET11; Path=/\r\nLocation: /PATH1;jsessionid=SECRET12?password=SECRET13\r\n"
     b"X-Auth-Token: SECRET14\r\nServer: VALUE3\r\nWWW-Authenticate: Negotiate SECRET15\r\n"),
    # absolute-form, with a user; TRACE; what rules quote
    (b"TRACE http://user:SECRET16@HOST2.example/PATH2 HTTP/1.1\r\nHost: HOST2.example\r\n"
     b"Authorization: Basic SECRET17\r\nCookie: SECRET18\r\n", OK),
    # no fields, or hardly
    (b"GET /PATH3 HTTP/1.1\r\nHost: HOST3.example\r\nAuthorization : Basic SECRET19\r\n", OK),
    (b"GET /PATH3 HTTP/1.1\r\nHost: HOST3.example\r\nAuthorization Basic SECRET20\r\n", OK),
    (b"GET /PATH3 HTTP/1.1\r\nHost: HOST3.example\r\nAuthorization: Basic\r\n SECRET21\r\n", OK),
    (b"GET /PATH3 HTTP/1.1\r\nHost: HOST3.example\r\nAuthorization:\r\n Basic SECRET80\r\n"
     b"Cookie: a=SECRET81;\r\n\tb=SECRET82 \t\r\nX-Api-Key:\r\n \tSECRET83\r\n", OK + b"Set-Cookie:\r\n sid=SECRET84\r\n"),
    # the same in a trailer section
    (b"POST /PATH3 HTTP/1.1\r\nHost: HOST3.example\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
     b"Authorization:\r\n Basic SECRET93\r\nCookie: a=\x01SECRET94\r\nX-Api-Key : SECRET95\r\n",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nSet-Cookie:\r\n sid=SECRET96\r\n"),
    (b"GET /PATH3 HTTP/1.1\r\nHost: HOST3.example\r\nCookie: a=\x01SECRET22\r\nCookie: b=SECRET23\r\n", OK),
    (b"GET /PATH3 HTTP/1.1\r\nHost: HOST3.example\nX-Token: SECRET24\n", OK),
    # users where RFCs have none: Host, CONNECT, a reference without a scheme
    (b"GET /PATH3 HTTP/1.1\r\nHost: user:SECRET30@HOST3.example\r\nAccept-Language: VALUE30\r\n",
     OK + b"Location: //u:SECRET31@HOST3.example/PATH3\r\n"),
    (b"CONNECT u:SECRET32@HOST3.example:443 HTTP/1.1\r\nHost: u:SECRET32@p@HOST3.example:443\r\n",
     b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n"),
    # users of whom a quote does not reach the "@"
    (b"GET http://u:SECRET97" + b"w" * 90 + b"@HOST3.example/PATH3\xe9 HTTP/1.1\r\nHost: HOST3.example\r\n",
     OK + b"Location: http://u:SECRET98" + b"w" * 90 + b"@HOST3.example/PATH3\xe9\r\n"),
    # names that are encoded, several challenges, what clouds call their keys
    (b"GET /PATH3?%70assword=SECRET33&pass=SECRET34&bearer=SECRET35&access%5Ftoken=SECRET36 HTTP/1.1\r\n"
     b"Host: HOST3.example\r\nToken: SECRET37\r\nX-Access-Key: SECRET38\r\nDPoP: SECRET39\r\n"
     b"Ocp-Apim-Subscription-Key: SECRET40\r\n",
     b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n"
     b"WWW-Authenticate: Basic realm=x, Negotiate SECRET41, NTLM SECRET42\r\n"),
    # a URL in the parameter of another, encoded once and twice; userinfo, and nothing of what follows
    (b"GET /PATH7?next=https%3A%2F%2FHOST7.example%2F%3Ftoken%3DSECRET50%26page%3DVALUE50&page=VALUE51 HTTP/1.1\r\n"
     b"Host: HOST7.example\r\nReferer: http://HOST7.example/PATH7?u=http%253A%252F%252Fq%253Fsig%253DSECRET51\r\n",
     OK + b"Location: /PATH7?next=https%3A%2F%2Fu%3ASECRET52%40HOST7.example%2F&a=%2f%2fu:SECRET53@HOST7.example\r\n"),
    (b"GET /PATH7?state=access_token%3DSECRET54%26page%3DVALUE52 HTTP/1.1\r\nHost: HOST7.example\r\n",
     OK + b"Location: /PATH7?x=http://q/?y=http://q/?password=SECRET55\r\n"),
    # JSON in a query, as it is and encoded; in a field; a string in a string
    (b"GET /PATH8?q={\"password\":\"SECRET56\\\"SECRET57\",\"page\":\"VALUE53\"} HTTP/1.1\r\nHost: HOST8.example\r\n"
     b"X-Client: {\"api_key\": \"SECRET58 SECRET59\", \"pin\": SECRET60}\r\n",
     OK + b"X-Inner: {\"a\":\"{\\\"token\\\":\\\"SECRET61\\\"}\",\"session\":{\"a\":\"SECRET62\"}}\r\n"),
    (b"GET /PATH8?q=%7B%22password%22%3A%22SECRET63%22%2C%22page%22%3A%22VALUE54%22%7D&page=VALUE55 HTTP/1.1\r\n"
     b"Host: HOST8.example\r\nReferer: /PATH8?q=%257B%2522token%2522%253A+%2522SECRET64%2522%257D\r\n", OK),
    # escapes of JSON, in names, around them, in strings within strings, encoded
    (b"GET /PATH8?q={\"p\\u0061ssword\":\"SECRET65\",\"page\":\"VALUE56\"} HTTP/1.1\r\nHost: HOST8.example\r\n"
     b"X-Client: {\"a\":\"{\\u0022token\\u0022:\\u0022SECRET66\\u0022}\", \"\\u0073\\u0065\\u0063\\u0072\\u0065\\u0074\": \"SECRET67\"}\r\n",
     OK + b"X-Inner: {\"a\":\"{\\\"b\\\":\\\"{\\\\u0022pin\\\\u0022:\\\\u0022SECRET68\\\\u0022}\\\"}\"}\r\n"
     b"Location: /PATH8?q=%7B%22%5Cu0074oken%22%3A%22SECRET69%22%7D&page=VALUE57\r\n"),
    # what says itself that it is a credential, under any name
    (b"GET /PATH8?t=eyJhbGciOiJIUzI1NiJ9.SECRET70.SECRET71&page=VALUE58&x=Basic%20SECRET72&y=bearer+SECRET73 HTTP/1.1\r\n"
     b"Host: HOST8.example\r\nX-Amzn-Oidc-Data: eyJhbGciOiJIUzI1NiJ9.SECRET74\r\nX-Original: Bearer SECRET75\r\n"
     b"X-Amzn-Oidc-Accesstoken: SECRET76\r\n", OK + b"X-Inner: {\"a\":\"eyJhbGciOiJIUzI1NiJ9.SECRET77\",\"page\":1}\r\n"),
    (b"POST /PATH8 HTTP/1.1\r\nHost: HOST8.example\r\nExpect: Bearer SECRET85\r\nUpgrade: Basic SECRET86\r\n"
     b"Content-Length: eyJhbGciOiJIUzI1NiJ9.SECRET87\r\n", OK + b"Last-Modified: Bearer SECRET88\r\n"),
    # quoted: dates, expectations, redirects, challenges, ranges
    (b"GET /PATH4?token=SECRET25 HTTP/1.1\r\nHost: HOST4.example\r\nExpect: VALUE4\r\nRange: VALUE5\r\n"
     b"If-None-Match: VALUE6\r\n", b"HTTP/1.1 302 Found VALUE7\r\nContent-Length: 0\r\nDate: VALUE8\r\n"
     b"Location: /PATH4?token=SECRET25\r\nETag: VALUE9\r\nLast-Modified: VALUE10\r\nRetry-After: VALUE11\r\n"),
    (b"GET /PATH4?token=SECRET25 HTTP/1.1\r\nHost: HOST4.example\r\nAuthorization: Bearer SECRET26\r\n",
     b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nWWW-Authenticate: VALUE12 realm=VALUE13\r\n"),
    (b"GET /PATH4?token=SECRET25 HTTP/1.1\r\nHost: HOST4.example\r\nUpgrade: VALUE14\r\n",
     b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://x:SECRET27@HOST4.example/PATH4 VALUE15\r\n"),
    (b"GET /PATH5 HTTP/1.1\r\nHost: HOST5.example, HOST6.example\r\nTransfer-Encoding: VALUE16\r\n", OK),
    (b"GET /PATH6?api_key=SECRET28 PATH6 HTTP/1.1\r\nHost: HOST5.example\r\n", OK),
    # what no URL holds, and clients that do not encode send: it ends no secret
    (b"GET /PATH6?password=SECRET101 SECRET102\"SECRET103<SECRET104&page=VALUE60 HTTP/1.1\r\n"
     b"Host: us er:SECRET105@HOST5.example\r\nReferer: http://HOST5.example/PATH6?sig=SECRET106 SECRET107\r\n",
     OK + b"Location: http://u:SECRET108 SECRET109@HOST5.example/PATH6?token=SECRET110 'SECRET111\r\n"),
    (b"GET /PATH6?password=SECRET112\x00SECRET113\tSECRET114 HTTP/1.1\r\nHost: us\x00er:SECRET115@HOST5.example\r\n", OK),
    (b"GET  /PATH6?password=SECRET116 SECRET117 HTTP/1.1\r\nHost: HOST5.example\r\n", OK),
    (b"POST /PATH6 HTTP/1.1\r\nHost: HOST5.example\r\nContent-Length: VALUE17\r\n", OK + b"Age: VALUE18\r\n"),
]


def packet(sport, dport, to_server, seq, ack, flags, payload, client=CLIENT, server=SERVER):
    source, target = (client, server) if to_server else (server, client)
    return rawip.packet((source, sport), (target, dport), seq, ack, flags, payload)


def write_capture(path):
    packets = []
    for i, (request, response) in enumerate(EXCHANGES):
        port = 40000 + i
        request, response = request + b"\r\n", response + b"\r\n"
        packets += [
            packet(port, 80, True, 0, 0, 2, b""),
            packet(80, port, False, 0, 1, 0x12, b""),
            packet(port, 80, True, 1, 1, 0x18, request),
            packet(80, port, False, 1, 1 + len(request), 0x18, response),
            packet(port, 80, True, 1 + len(request), 1 + len(response), 0x11, b""),
            packet(80, port, False, 1 + len(response), 2 + len(request), 0x11, b""),
        ]
    rawip.write(path, packets)


def write_legs(path):
    """A request that a proxy passes on, and its answer."""
    origin, packets, later = bytes((127, 3, 2, 1)), [], []
    request = b"GET /PATH9?token=SECRET90 SECRET91&page=VALUE90 HTTP/1.1\r\nHost: HOST9.example\r\n\r\n"
    for port, ends in ((40000, (CLIENT, SERVER)), (50000, (SERVER, origin))):
        packets += [packet(port, 80, True, 0, 0, 2, b"", *ends), packet(80, port, False, 0, 1, 0x12, b"", *ends),
                    packet(port, 80, True, 1, 1, 0x18, request, *ends)]
        later.insert(0, packet(80, port, False, 1, 1 + len(request), 0x18, OK + b"\r\n", *ends))
    rawip.write(path, packets + later)


def read(path):
    with open(path, "rb") as f:
        return f.read()


class Place:
    def __init__(self, program, work):
        self.program, self.work = program, work
        self.capture = os.path.join(work, "run.pcap")
        write_capture(self.capture)

    def run(self, *words):
        return Run([self.program, *words], cwd=self.work)

    def formats(self):
        """Those that this version writes."""
        return [f for f in FORMATS
                if self.run("audit", "--report", f"{f}=probe", self.capture).status != 2]

    def outputs(self, formats, level, *words):
        """Name and octets of everything that one level can be asked for."""
        redact = () if level is None else ("--redact", level)
        reports = [w for f in formats for w in ("--report", f"{f}=out.{f}")]
        done = self.run("audit", "-v", "--examples", "1000", *reports, *redact, *words, self.capture)
        check(done.status in (0, 1), done.status, done.err)
        yield "text on standard output", done.out
        yield "messages", done.err.encode()
        for f in formats:
            yield f, read(os.path.join(self.work, f"out.{f}"))
        for command in (("list",), ("list", "-j", "2"), ("list", "--json"), ("list", "--json", "-j", "2"),
                        ("stats",), ("stats", "--json"),
                        ("audit", "--json", "-j", "3"), ("audit", "--json", "--correlate")):
            yield " ".join(command), self.run(*command, *redact, *words, self.capture).out
        if level in (None, "credentials", "values"):
            self.run("audit", "--write-baseline", "out.known", *redact, *words, self.capture)
            yield "baseline", read(os.path.join(self.work, "out.known"))


def levels(p):
    formats = p.formats()
    check("html" in formats and "json" in formats, formats)
    hidden = ()
    for level in LEVELS:
        hidden += HIDDEN[level]
        for words in ((), ("--set", "max_fields=3"), ("--set", "max_head=256"), ("--set", "max_marks=1")):
            for name, octets in p.outputs(formats, level, *words):
                if name == "baseline" and level == "values":
                    octets = re.sub(rb"PATH\d+", b"", octets)
                for word in hidden:
                    at = octets.find(word)
                    check(at < 0, level, words, name, "shows", octets[max(at - 80, 0):at + 80])
    # the default is the least level, and the least is not nothing
    for (name, with_level), (_, without) in zip(p.outputs(formats, "credentials"), p.outputs(formats, None)):
        check(with_level == without, name, "differs by default")


def legs(p):
    """The line of the other leg is one that the exchange does not hold itself."""
    capture = os.path.join(p.work, "legs.pcap")
    write_legs(capture)
    for command in (("list",), ("list", "--json"), ("audit", "--json")):
        for level in LEVELS:
            out = p.run(*command, "--correlate", "--redact", level, capture).out
            check(b'"leg"' in out or b"    client " in out, command, level, "shows no leg", out)
            for word in sum((HIDDEN[l] for l in LEVELS[:LEVELS.index(level) + 1]), ()):
                check(word not in out, command, level, "shows", word, out)


def what_stays(p):
    """Hiding everything would be easy: names, paths, statuses and what is no secret are there."""
    done = p.run("audit", "--json", p.capture)
    text = done.out.decode()
    for word in ("/PATH1?access_token=*******&page=VALUE1", "HOST1.example", "TRACE http://*************@HOST2.example/PATH2",
                 "127.9.8.7", "next=https%3A%2F%2FHOST7.example%2F%3Ftoken%3D********%26page%3DVALUE50&page=VALUE51",
                 "%22password%22%3A%22********%22%2C%22page%22%3A%22VALUE54%22%7D&page=VALUE55"):
        check(word in text, word, "is not shown")
    p.run("audit", "--report", "html=out.html", "--examples", "100", p.capture)
    values = p.run("audit", "--json", "--redact", "values", p.capture).out.decode()
    check("/PATH1?" in values and "VALUE" not in values, "values hides paths")
    for key in ("codes", "findings", "rules", "exchanges"):
        all_levels = {str(p.run("audit", "--json", "--redact", level, p.capture).records()[-1][key]) for level in LEVELS}
        check(len(all_levels) == 1, key, "depends on the level", all_levels)
    records = p.run("audit", "--json", "--redact", "addresses", p.capture).records()
    ends = {(r["client"]["ip"], r["server"]["ip"]) for r in records if r["type"] == "exchange"}
    check(len(ends) == 1 and all(re.fullmatch(r"240\.0\.0\.[12]", ip) for ip in ends.pop()), ends)


def refusals(p):
    for words, message in (
            (("--redact", "none"), "credentials are never shown"),
            (("--redact", "all"), "credentials, values, targets or addresses"),
            (("--redact", "values", "-w", "x.pcapng"), "-w writes packets as they were captured"),
            (("--redact", "targets", "--write-baseline", "x"), "a baseline is made of targets")):
        done = p.run("audit", *words, p.capture)
        check(done.status == 2 and message in done.err, words, done.status, done.err)
    done = p.run("watch", "--plain", "--redact", "addresses", p.capture)
    check(done.status == 2, "watch takes addresses")
    # a comment of -w is an output as well: its packets are not
    check(p.run("audit", "-w", "x.pcapng", p.capture).status == 1, "-w")
    octets = read(os.path.join(p.work, "x.pcapng"))
    for request_or_response in sorted((b for pair in EXCHANGES for b in pair), key=len, reverse=True):
        octets = octets.replace(request_or_response, b"")
    check(b"SECRET" not in octets, "a comment shows", octets[max(octets.find(b"SECRET") - 80, 0):][:160])


def main():
    program, failed = os.path.abspath(sys.argv[1]), 0
    for case in (levels, legs, what_stays, refusals):
        with tempfile.TemporaryDirectory() as work:
            try:
                case(Place(program, work))
            except Complaint as complaint:
                failed += 1
                print(f"FAILED {case.__name__}: {complaint}")
    print("redact: all well" if not failed else f"{failed} cases failed")
    sys.exit(failed != 0)


main()
