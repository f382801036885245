# shellcheck shell=bash disable=SC2034,SC2154 # the variables of ../make
# recipes/servers.sh - the servers that several recipes start. Read by ../make, which says how recipes work.

# nginx_site PORT < SERVER BLOCK CONTENT: starts nginx with one server block.
nginx_site() {
    need nginx-light
    mkdir -p "$tmp/www" "$tmp/nginx-state"
    cat >"$tmp/nginx.conf" <<CONF
user root;
worker_processes 1;
daemon off;
pid $tmp/nginx.pid;
error_log $tmp/nginx-error.log;
events { worker_connections 64; }
http {
    access_log off;
    include /etc/nginx/mime.types;
    client_body_temp_path $tmp/nginx-state/body;
    proxy_temp_path $tmp/nginx-state/proxy;
    fastcgi_temp_path $tmp/nginx-state/fastcgi;
    uwsgi_temp_path $tmp/nginx-state/uwsgi;
    scgi_temp_path $tmp/nginx-state/scgi;
    map \$http_upgrade \$connection_upgrade { default upgrade; '' ''; }
    upstream kept { server 127.0.0.1:$origin; keepalive 4; }
    server {
        root $tmp/www;
$(cat)
    }
}
CONF
    start "$1" nginx -c "$tmp/nginx.conf"
}

# Small files for the servers of static content.
static_files() {
    mkdir -p "$tmp/www"
    printf 'hello\n' >"$tmp/www/hello.txt"
    printf '0123456789%.0s' {1..20} >"$tmp/www/digits.txt"
    touch -d '2024-01-02 03:04:05 UTC' "$tmp/www/hello.txt" "$tmp/www/digits.txt"
}

nginx_static() {
    static_files
    nginx_site "$front" <<CONF
        listen 127.0.0.1:$front;
        listen [::1]:$front;
        location = /empty { return 204; }
        location = /moved { return 301 /hello.txt; }
CONF
}

# One Node.js server for all recipes; its paths say what it does.
node_server() {
    need_node
    cat >"$tmp/app.js" <<'JS'
const http = require('http');
http.createServer((req, res) => {
  if (req.url === '/hint') {
    res.writeEarlyHints({ link: '</s.css>; rel=preload; as=style' });
    res.setHeader('content-length', 2);
    setTimeout(() => res.end('ok'), 20);
  } else if (req.url === '/hint-no-length') {
    res.writeEarlyHints({ link: '</s.css>; rel=preload; as=style' });
    setTimeout(() => res.end('ok'), 20);
  } else if (req.url === '/job') {
    res.writeProcessing();
    res.end('done');
  } else if (req.url === '/long-job') {
    const tick = setInterval(() => res.writeProcessing(), 8000);
    res.writeProcessing();
    setTimeout(() => { clearInterval(tick); res.end('done'); }, 22000);
  } else if (req.url === '/silent-job') {
    setTimeout(() => res.end('done'), 22000);
  } else if (req.url === '/fails') {
    res.writeEarlyHints({ link: '</s.css>; rel=preload; as=style' });
    setTimeout(() => res.socket.destroy(), 20);
  } else if (req.url === '/job-fails') {
    res.writeProcessing();
    setTimeout(() => res.socket.destroy(), 20);
  } else if (req.url === '/trailers') {
    if (req.method === 'HEAD') return res.writeHead(200, { 'content-type': 'text/plain' }).end();
    res.writeHead(200, { 'content-type': 'text/plain', trailer: 'x-sum' });
    res.write('one ');
    setTimeout(() => { res.addTrailers({ 'x-sum': '42' }); res.end('two'); }, 20);
  } else {
    req.resume().on('end', () => res.end('got it'));
  }
}).listen(Number(process.argv[2]), '127.0.0.1');
JS
    start "$1" run_node "$tmp/app.js" "$1"
}

haproxy_proxy() {
    need haproxy
    cat >"$tmp/haproxy.cfg" <<CONF
defaults
    mode http
    timeout connect 2s
    timeout client 10s
    timeout server 10s
listen front
    bind 127.0.0.1:$front
    server origin 127.0.0.1:$origin ${1:-}
CONF
    start "$front" haproxy -db -f "$tmp/haproxy.cfg"
}
