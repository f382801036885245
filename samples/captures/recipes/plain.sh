# shellcheck shell=bash disable=SC2034,SC2154 # the variables of ../make
# recipes/plain.sh - everyday servers and clients. Read by ../make, which says how recipes work.

make-python-http-server() {
    static_files
    start "$front" "$python" -m http.server -d "$tmp/www" -b 127.0.0.1 "$front"
    record python-http-server.pcap
    fetch "$front_url/hello.txt"
    fetch -I "$front_url/hello.txt"
    fetch "$front_url/missing"
    fetch -H 'If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT' "$front_url/hello.txt"
    fetch -d answer=42 "$front_url/hello.txt"
    save
    shows python-http-server.pcap 'python3.11 curl tcpdump' \
        'python3 -m http.server (HTTP/1.0): GET, HEAD, 404, 304 and 501'
}

make-curl-keepalive() {
    nginx_static
    record curl-keepalive.pcap
    fetch "$front_url/hello.txt" \
        --next -sS -I "$front_url/digits.txt" \
        --next -sS "$front_url/empty" \
        --next -sS "$front_url/missing" \
        --next -sS -L "$front_url/moved" \
        --next -sS -X OPTIONS "$front_url/hello.txt" \
        --next -sS -I "$front_url/missing" \
        --next -sS "$front_url/digits.txt"
    save
    shows curl-keepalive.pcap 'nginx-light curl tcpdump' \
        'nine requests on one connection: 200, HEAD, 204, 404, 301 followed, 405 (conforming)'
}

# A hundred packets of a second: the capture ends in the middle of the load.
make-wrk-nginx() {
    need wrk
    nginx_static
    record wrk-nginx.pcap -B 65536 -c 100
    timeout 10 wrk -t 1 -c 3 -d 1s "$front_url/hello.txt" >>"$tmp/log"
    save
    shows wrk-nginx.pcap 'nginx-light wrk tcpdump' \
        'the first hundred packets of wrk -c 3 against nginx; the capture stops under load (conforming)'
}

# With a small buffer tcpdump loses packets; which ones differs from run to run.
make-wrk-losses() {
    need wrk
    nginx_static
    record wrk-losses.pcap -B 1024 -c 80
    timeout 10 wrk -t 1 -c 3 -d 1s "$front_url/hello.txt" >>"$tmp/log"
    save
    shows wrk-losses.pcap 'nginx-light wrk tcpdump' \
        'the same with packets that tcpdump lost, as happens on a busy machine; the traffic itself was conforming'
}

make-nginx-range-304() {
    nginx_static
    record nginx-range-304.pcap
    fetch -r 0-49 "$front_url/digits.txt" \
        --next -sS -r 0-9,50-59 "$front_url/digits.txt" \
        --next -sS -r 5000- "$front_url/digits.txt" \
        --next -sS -H 'If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT' "$front_url/digits.txt" \
        --next -sS -H 'If-Match: "other"' "$front_url/digits.txt"
    save
    shows nginx-range-304.pcap 'nginx-light curl tcpdump' \
        '206, 206 in several parts, 416, 304 and 412 of nginx on one connection (conforming)'
}

make-node-trailers() {
    node_server "$front"
    record node-trailers.pcap
    fetch -H 'TE: trailers' "$front_url/trailers" --next -sS -I "$front_url/trailers" --next -sS "$front_url/echo"
    save
    shows node-trailers.pcap 'nodejs curl tcpdump' \
        'a chunked response with a trailer section, then HEAD of it and GET on the same connection (conforming)'
}

make-chunked-upload() {
    node_server "$front"
    record chunked-upload.pcap
    fetch -H 'Transfer-Encoding: chunked' -d part=one "$front_url/echo"
    printf 'from standard input' | timeout 10 curl -sS -o /dev/null -H 'Expect:' -T - "$front_url/echo"
    save
    shows chunked-upload.pcap 'nodejs curl tcpdump' 'POST and PUT with chunked content (conforming)'
}

# The CGI answers of http.server have no length: the close ends them.
make-python-close-delimited() {
    static_files
    mkdir -p "$tmp/www/cgi-bin"
    cat >"$tmp/www/cgi-bin/hello.py" <<'PY'
#!/usr/bin/python3
print('Content-Type: text/plain\n\nno length here\nHTTP/1.1 200 this is content')
PY
    cat >"$tmp/www/cgi-bin/count.py" <<'PY'
#!/usr/bin/python3
import os, sys
print('Content-Type: text/plain\n\n', len(sys.stdin.read(int(os.environ['CONTENT_LENGTH']))))
PY
    chmod 755 "$tmp" "$tmp/www" "$tmp/www/cgi-bin" "$tmp"/www/cgi-bin/*.py
    start "$front" "$python" -m http.server --cgi -d "$tmp/www" -b 127.0.0.1 "$front"
    record python-close-delimited.pcap
    (cd "$tmp/www" && fetch "$front_url/cgi-bin/hello.py")
    fetch -H 'Expect: 100-continue' -d answer=42 "$front_url/cgi-bin/count.py"
    save
    shows python-close-delimited.pcap 'python3.11 curl tcpdump' \
        'python3 -m http.server --cgi (HTTP/1.0): content ended by the close, with a line in it that looks like a status line; a 200 begun at once and finished after the content of a POST with Expect'
}

make-pipelined-nginx() {
    nginx_static
    record pipelined-nginx.pcap
    local host='Host: a.test\r\n'
    say "GET /hello.txt HTTP/1.1\r\n${host}\r\nHEAD /digits.txt HTTP/1.1\r\n${host}\r\nGET /missing HTTP/1.1\r\n${host}\r\nGET /empty HTTP/1.1\r\n${host}\r\nGET /digits.txt HTTP/1.1\r\n${host}Connection: close\r\n\r\n" "$front"
    save
    shows pipelined-nginx.pcap 'nginx-light netcat-openbsd tcpdump' \
        'five pipelined requests in one segment, HEAD and 204 among them (conforming)'
}

make-http09() {
    nginx_static
    start "$origin" "$python" -m http.server -d "$tmp/www" -b 127.0.0.1 "$origin"
    record http09.pcap
    say 'GET /hello.txt\r\n' "$front"
    say 'GET /hello.txt\r\n' "$origin"
    # curl speaks no HTTP/0.9, but gopher sends just such a line.
    fetch "gopher://127.0.0.1:$front/1GET%20/hello.txt"
    save
    shows http09.pcap 'nginx-light python3.11 netcat-openbsd curl tcpdump' \
        'simple requests of HTTP/0.9 to nginx and to http.server; the answer is content only'
}

make-client-reset() {
    mkdir -p "$tmp/www"
    head -c 20000 /dev/zero | tr '\0' 'z' >"$tmp/www/big.txt"
    nginx_site "$front" <<CONF
        listen 127.0.0.1:$front;
        limit_rate 4k;
CONF
    record client-reset.pcap
    # curl leaves octets unread when it gives up, and the kernel then resets.
    fetch --limit-rate 500 -m 2 "$front_url/big.txt"
    save
    shows client-reset.pcap 'nginx-light curl tcpdump' 'the client resets the connection in the middle of a response'
}

make-ipv6() {
    nginx_static
    record ipv6.pcap
    fetch -g "http://[::1]:$front/hello.txt" --next -sS -I -g "http://[::1]:$front/digits.txt"
    save
    shows ipv6.pcap 'nginx-light curl tcpdump' 'GET and HEAD over IPv6 (conforming)'
}

make-tls() {
    need openssl
    static_files
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=a.test \
        -keyout "$tmp/key.pem" -out "$tmp/cert.pem" 2>>"$tmp/log"
    nginx_site "$front" <<CONF
        listen 127.0.0.1:$front ssl;
        ssl_certificate $tmp/cert.pem;
        ssl_certificate_key $tmp/key.pem;
CONF
    record tls.pcap
    fetch -k "https://127.0.0.1:$front/hello.txt"
    # nginx tells those who speak HTTP to its TLS port so, in HTTP.
    fetch "$front_url/hello.txt"
    save
    shows tls.pcap 'nginx-light openssl curl tcpdump' \
        'TLS 1.2 without keys: nothing to judge; then plain HTTP to the same port, answered by 400'
}
