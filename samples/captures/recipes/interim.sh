# shellcheck shell=bash disable=SC2034,SC2154 # the variables of ../make
# recipes/interim.sh - interim responses: 103 and 102. Read by ../make, which says how recipes work.

make-nginx-node-103() {
    node_server "$origin"
    nginx_site "$front" <<CONF
        listen 127.0.0.1:$front;
        location / { proxy_pass http://127.0.0.1:$origin; }
CONF
    record nginx-node-103.pcap
    fetch "$front_url/hint"
    save
    shows nginx-node-103.pcap 'nginx-light nodejs curl tcpdump' \
        'nginx, default proxy settings, asks node with HTTP/1.0; node sends 103 all the same (writeEarlyHints); both legs'
}

make-nginx-node-103-hang() {
    node_server "$origin"
    nginx_site "$front" <<CONF
        listen 127.0.0.1:$front;
        location / { proxy_pass http://127.0.0.1:$origin; }
CONF
    record nginx-node-103-hang.pcap
    fetch -m 2 "$front_url/hint-no-length"
    save
    shows nginx-node-103-hang.pcap 'nginx-light nodejs curl tcpdump' \
        'as nginx-node-103, with a 200 that the close must end: nginx took the 103 for the final response of a kept connection and does not close, so curl waits until it gives up (-m 2)'
}

make-nginx-keepalive-node-103() {
    node_server "$origin"
    nginx_site "$front" <<CONF
        listen 127.0.0.1:$front;
        location / {
            proxy_pass http://kept;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_read_timeout 2s;
        }
CONF
    record nginx-keepalive-node-103.pcap
    fetch "$front_url/hint"
    save
    shows nginx-keepalive-node-103.pcap 'nginx-light nodejs curl tcpdump' \
        'nginx with HTTP/1.1 and keepalive to node takes the 103 for the final response, withholds the 200 and closes after proxy_read_timeout (2 s); both legs'
}

make-node-103() {
    node_server "$front"
    record node-103.pcap
    fetch "$front_url/hint"
    fetch -0 "$front_url/hint"
    fetch "$front_url/fails"
    save
    shows node-103.pcap 'nodejs curl tcpdump' \
        '103 of node: to HTTP/1.1 (conforming), to HTTP/1.0, and with the connection closed after it'
}

make-haproxy-103-http10() {
    node_server "$origin"
    haproxy_proxy
    record haproxy-103-http10.pcap
    fetch -0 "$front_url/hint"
    fetch "$front_url/hint"
    save
    shows haproxy-103-http10.pcap 'haproxy nodejs curl tcpdump' \
        'HAProxy relays 103 of node to a client of HTTP/1.0, then to one of HTTP/1.1; both legs'
}

make-puma-103-http10() {
    puma_server
    record puma-103-http10.pcap
    fetch -0 "$front_url/hint"
    fetch "$front_url/hint"
    save
    shows puma-103-http10.pcap 'puma curl tcpdump' \
        'puma --early-hints sends 103 to HTTP/1.0; then the same with HTTP/1.1 (conforming)'
}

puma_server() {
    need puma
    cat >"$tmp/config.ru" <<'RUBY'
run lambda { |env|
  env['rack.input'].read
  if env['PATH_INFO'] == '/hint' && env['rack.early_hints']
    env['rack.early_hints'].call('Link' => '</s.css>; rel=preload; as=style')
  end
  [200, { 'Content-Type' => 'text/plain' }, ["ok\n"]]
}
RUBY
    start "$front" puma --early-hints -e production -t 1:1 -b "tcp://127.0.0.1:$front" "$tmp/config.ru"
}

make-slow-102() {
    node_server "$front"
    record slow-102.pcap
    fetch -X COPY -H 'Destination: /b' "$front_url/long-job"
    save
    shows slow-102.pcap 'nodejs curl tcpdump' \
        'COPY answered by 102 at once, 8 s and 16 s later, and by 200 after 22 s (conforming)'
}

make-silent-22s() {
    node_server "$front"
    record silent-22s.pcap
    fetch -d job=1 "$front_url/silent-job"
    save
    shows silent-22s.pcap 'nodejs curl tcpdump' 'POST answered by 200 after 22 s without any interim response'
}

make-premature-102() {
    node_server "$front"
    record premature-102.pcap
    fetch -d job=1 "$front_url/job"
    fetch -0 -d job=1 "$front_url/job"
    fetch -X COPY -H 'Destination: /b' "$front_url/job-fails"
    save
    shows premature-102.pcap 'nodejs curl tcpdump' \
        '102 followed by 200 at once (HTTP/1.1, then HTTP/1.0), and 102 followed by the close of the connection'
}
