# shellcheck shell=bash disable=SC2034,SC2154 # the variables of ../make
# recipes/upgrade.sh - WebSocket and h2c. Read by ../make, which says how recipes work.

# The echo server and client of python3-websockets.
make-websocket-python() {
    need python3-websockets
    cat >"$tmp/server.py" <<'PY'
import asyncio, sys, websockets

async def echo(socket):
    async for message in socket:
        await socket.send(message)

async def main():
    async with websockets.serve(echo, '127.0.0.1', int(sys.argv[1])):
        await asyncio.Future()

asyncio.run(main())
PY
    cat >"$tmp/client.py" <<'PY'
import asyncio, sys, websockets

async def main():
    async with websockets.connect(sys.argv[1]) as socket:
        for text in ('hello', 'x' * 200):
            await socket.send(text)
            assert await socket.recv() == text

asyncio.run(main())
PY
    start "$front" "$python" "$tmp/server.py" "$front"
    record websocket-python.pcap
    timeout 10 "$python" "$tmp/client.py" "ws://127.0.0.1:$front/chat"
    save
    shows websocket-python.pcap 'python3-websockets tcpdump' \
        'a WebSocket upgrade with permessage-deflate, two texts each way and an orderly close (conforming)'
}

# Server ws (node), client aiohttp (Python), subprotocol chosen by the server.
ws_server() {
    need_node
    need node-ws
    cat >"$tmp/ws.js" <<'JS'
const { WebSocketServer } = require('ws');
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2]) });
server.on('connection', socket => socket.on('message', (data, binary) => socket.send(data, { binary })));
JS
    start "$1" run_node "$tmp/ws.js" "$1"
}

aiohttp_client() {
    need python3-aiohttp
    cat >"$tmp/client.py" <<'PY'
import asyncio, sys, aiohttp

async def main():
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(sys.argv[1], protocols=sys.argv[2:]) as socket:
            await socket.send_str('hello')
            assert await socket.receive_str() == 'hello'
            await socket.send_bytes(b'HTTP/1.1 200 OK\r\n\r\n')
            await socket.receive_bytes()

asyncio.run(main())
PY
    timeout 10 "$python" "$tmp/client.py" "$@"
}

make-websocket-subprotocol() {
    ws_server "$front"
    record websocket-subprotocol.pcap
    aiohttp_client "ws://127.0.0.1:$front/chat" chat superchat
    save
    shows websocket-subprotocol.pcap 'node-ws nodejs python3-aiohttp tcpdump' \
        'a WebSocket upgrade with a subprotocol of two offered; one message is text that looks like HTTP (conforming)'
}

make-websocket-nginx() {
    ws_server "$origin"
    nginx_site "$front" <<CONF
        listen 127.0.0.1:$front;
        location / {
            proxy_pass http://127.0.0.1:$origin;
            proxy_http_version 1.1;
            proxy_set_header Upgrade \$http_upgrade;
            proxy_set_header Connection \$connection_upgrade;
        }
CONF
    record websocket-nginx.pcap
    aiohttp_client "ws://127.0.0.1:$front/chat"
    fetch "$front_url/chat"
    save
    shows websocket-nginx.pcap 'nginx-light node-ws nodejs python3-aiohttp curl tcpdump' \
        'a WebSocket upgrade through nginx, both legs (conforming); then a plain GET that ws answers with a 426 without Upgrade'
}

lighttpd_server() {
    need lighttpd
    static_files
    mkdir -p "$tmp/www/cgi"
    printf '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\nwc -c\n' >"$tmp/www/cgi/count"
    chmod 755 "$tmp/www/cgi/count"
    cat >"$tmp/lighttpd.conf" <<CONF
server.modules = ("mod_cgi")
server.document-root = "$tmp/www"
server.bind = "127.0.0.1"
server.port = $front
server.errorlog = "$tmp/lighttpd.log"
mimetype.assign = (".txt" => "text/plain")
\$HTTP["url"] =~ "^/cgi/" { cgi.assign = ("" => "") }
CONF
    start "$front" lighttpd -D -f "$tmp/lighttpd.conf"
}

make-lighttpd-h2c() {
    lighttpd_server
    record lighttpd-h2c.pcap
    fetch --http2 "$front_url/hello.txt"
    save
    shows lighttpd-h2c.pcap 'lighttpd curl tcpdump' \
        'curl --http2 asks for h2c, lighttpd switches with 101 and answers 200 in HTTP/2 (conforming)'
}

make-h2c-declined() {
    nginx_static
    record h2c-declined.pcap
    fetch --http2 "$front_url/hello.txt"
    save
    shows h2c-declined.pcap 'nginx-light curl tcpdump' \
        'curl --http2 asks for h2c, nginx ignores the offer and answers 200 in HTTP/1.1 (conforming)'
}
