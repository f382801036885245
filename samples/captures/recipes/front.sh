# shellcheck shell=bash disable=SC2034,SC2154 # the variables of ../make
# recipes/front.sh - what stands in front of HTTP: CONNECT, PROXY protocol, SOCKS. Read by ../make, which says how recipes work.

make-connect-tinyproxy() {
    need tinyproxy
    static_files
    nginx_site "$origin" <<CONF
        listen 127.0.0.1:$origin;
CONF
    cat >"$tmp/tinyproxy.conf" <<CONF
Port $front
Listen 127.0.0.1
Timeout 10
LogFile "$tmp/tinyproxy.log"
Allow 127.0.0.1
ConnectPort $origin
ViaProxyName "proxy.test"
CONF
    start "$front" tinyproxy -d -c "$tmp/tinyproxy.conf"
    record connect-tinyproxy.pcap
    fetch -p -x "$front_url" "http://127.0.0.1:$origin/hello.txt" --next -sS -p -x "$front_url" -I "http://127.0.0.1:$origin/hello.txt"
    fetch -x "$front_url" "http://127.0.0.1:$origin/hello.txt"
    fetch -p -x "$front_url" "http://127.0.0.1:1/refused"
    save
    shows connect-tinyproxy.pcap 'tinyproxy nginx-light curl tcpdump' \
        'CONNECT to a plain HTTP origin, a GET with an absolute target, and a CONNECT that is refused; both legs'
}

make-connect-squid() {
    need squid
    static_files
    nginx_site "$origin" <<CONF
        listen 127.0.0.1:$origin;
CONF
    cat >"$tmp/squid.conf" <<CONF
http_port 127.0.0.1:$front
http_access allow all
cache deny all
access_log none
cache_log $tmp/squid.log
pid_filename $tmp/squid.pid
coredump_dir $tmp
visible_hostname proxy.test
shutdown_lifetime 0 seconds
pinger_enable off
CONF
    chmod 777 "$tmp"
    start "$front" squid -N -f "$tmp/squid.conf"
    record connect-squid.pcap
    fetch -p -x "$front_url" "http://127.0.0.1:$origin/hello.txt"
    fetch -x "$front_url" "http://127.0.0.1:$origin/hello.txt"
    save
    shows connect-squid.pcap 'squid nginx-light curl tcpdump' \
        'CONNECT to a plain HTTP origin and a GET with an absolute target through squid; both legs (conforming)'
}

proxy_protocol() {
    static_files
    nginx_site "$origin" <<CONF
        listen 127.0.0.1:$origin proxy_protocol;
CONF
    haproxy_proxy "$2"
    record "$1"
    fetch "$front_url/hello.txt" --next -sS -I "$front_url/digits.txt"
    save
}

make-proxy-protocol-v1() {
    proxy_protocol proxy-protocol-v1.pcap send-proxy
    shows proxy-protocol-v1.pcap 'haproxy nginx-light curl tcpdump' \
        'HAProxy sends the text header of the PROXY protocol to nginx; both legs (conforming)'
}

make-proxy-protocol-v2() {
    proxy_protocol proxy-protocol-v2.pcap send-proxy-v2
    shows proxy-protocol-v2.pcap 'haproxy nginx-light curl tcpdump' \
        'HAProxy sends the binary header of the PROXY protocol to nginx; both legs (conforming)'
}

make-socks5() {
    need microsocks
    static_files
    nginx_site "$origin" <<CONF
        listen 127.0.0.1:$origin;
        listen [::1]:$origin;
CONF
    start "$front" microsocks -i 127.0.0.1 -p "$front"
    record socks5.pcap
    fetch --socks5 "127.0.0.1:$front" "http://127.0.0.1:$origin/hello.txt"
    fetch --socks5-hostname "127.0.0.1:$front" "http://localhost:$origin/hello.txt"
    save
    shows socks5.pcap 'microsocks nginx-light curl tcpdump' \
        'SOCKS 5 by address and by name, then HTTP; both legs (conforming)'
}

make-socks5-password() {
    need microsocks
    static_files
    nginx_site "$origin" <<CONF
        listen 127.0.0.1:$origin;
CONF
    start "$front" microsocks -i 127.0.0.1 -p "$front" -u user -P sample
    filter="tcp port $front"
    record socks5-password.pcap
    fetch --socks5 "user:sample@127.0.0.1:$front" "http://127.0.0.1:$origin/hello.txt"
    save
    filter=
    shows socks5-password.pcap 'microsocks nginx-light curl tcpdump' \
        'SOCKS 5 with user name and password, then HTTP; the client leg only (conforming)'
}

make-socks4() {
    need dante-server
    static_files
    nginx_site "$origin" <<CONF
        listen 127.0.0.1:$origin;
CONF
    cat >"$tmp/danted.conf" <<CONF
errorlog: $tmp/danted.log
logoutput: $tmp/danted.log
internal: 127.0.0.1 port = $front
external: 127.0.0.1
clientmethod: none
socksmethod: none
client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }
socks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }
CONF
    start "$front" danted -p "$tmp/danted.pid" -f "$tmp/danted.conf"
    record socks4.pcap
    fetch --socks4 "127.0.0.1:$front" "http://127.0.0.1:$origin/hello.txt"
    fetch --socks4a "127.0.0.1:$front" "http://localhost:$origin/hello.txt"
    save
    shows socks4.pcap 'dante-server nginx-light curl tcpdump' \
        'SOCKS 4, then HTTP, both legs; then a SOCKS 4a request, which danted refuses (conforming)'
}
