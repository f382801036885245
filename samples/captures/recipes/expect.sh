# shellcheck shell=bash disable=SC2034,SC2154 # the variables of ../make
# recipes/expect.sh - Expect and what servers make of it. Read by ../make, which says how recipes work.

make-gunicorn-100-http10() {
    need gunicorn
    cat >"$tmp/app.py" <<'PY'
def app(environ, start_response):
    environ['wsgi.input'].read()
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', '3')])
    return [b'ok\n']
PY
    start "$front" gunicorn --chdir "$tmp" -b "127.0.0.1:$front" app:app
    record gunicorn-100-http10.pcap
    fetch -0 -H 'Expect: 100-continue' -d answer=42 "$front_url/"
    fetch -H 'Expect: 100-continue' -d answer=42 "$front_url/"
    save
    shows gunicorn-100-http10.pcap 'gunicorn curl tcpdump' \
        'gunicorn sends 100 to a POST of HTTP/1.0 with Expect; then the same with HTTP/1.1 (conforming)'
}

make-puma-100-http10() {
    puma_server
    record puma-100-http10.pcap
    fetch -0 -H 'Expect: 100-continue' -d answer=42 "$front_url/"
    fetch -H 'Expect: 100-continue' -d answer=42 "$front_url/"
    save
    shows puma-100-http10.pcap 'puma curl tcpdump' \
        'puma sends 100 to a POST of HTTP/1.0 with Expect; then the same with HTTP/1.1 (conforming)'
}

# Apache needs a user other than root, so the directory is opened to it.
apache_server() {
    need apache2
    static_files
    mkdir -p "$tmp/cgi"
    printf '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\nwc -c\n' >"$tmp/cgi/count"
    chmod 755 "$tmp" "$tmp/www" "$tmp/cgi" "$tmp/cgi/count"
    cat >"$tmp/apache.conf" <<CONF
ServerRoot /etc/apache2
ServerName a.test
Listen 127.0.0.1:$front
PidFile $tmp/apache.pid
DefaultRuntimeDir $tmp
ErrorLog $tmp/apache.log
User www-data
Group www-data
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule cgid_module /usr/lib/apache2/modules/mod_cgid.so
ScriptSock $tmp/cgid.sock
DocumentRoot $tmp/www
ScriptAlias /cgi/ $tmp/cgi/
StartServers 1
CONF
    start "$front" apache2 -f "$tmp/apache.conf" -DFOREGROUND
}

make-apache-expect() {
    apache_server
    record apache-expect.pcap
    fetch -H 'Expect: 100-continue' -d answer=42 "$front_url/cgi/count"
    fetch -0 -H 'Expect: 100-continue' -d answer=42 "$front_url/cgi/count"
    save
    shows apache-expect.pcap 'apache2 curl tcpdump' \
        'Apache answers Expect with 100 and 200, and sends no 100 to HTTP/1.0 (conforming)'
}

make-apache-417() {
    apache_server
    record apache-417.pcap
    fetch -H 'Expect: the-unexpected' -d answer=42 "$front_url/cgi/count"
    fetch -H 'Expect: 100-continue' -H 'Expect: 100-continue' -d answer=42 "$front_url/cgi/count"
    save
    shows apache-417.pcap 'apache2 curl tcpdump' \
        '417 of Apache to an unknown expectation; given 100-continue twice, it waits for the content before it says 417'
}

make-node-expect() {
    node_server "$front"
    record node-expect.pcap
    fetch -H 'Expect: 100-continue' -d answer=42 "$front_url/echo"
    fetch -0 -H 'Expect: 100-continue' -d answer=42 "$front_url/echo"
    fetch -H 'Expect: the-unexpected' -d answer=42 "$front_url/echo"
    save
    shows node-expect.pcap 'nodejs curl tcpdump' \
        'node: 100 and 200 to HTTP/1.1, 200 only to HTTP/1.0, 417 to an unknown expectation'
}

make-nginx-expect() {
    static_files
    node_server "$origin"
    nginx_site "$front" <<CONF
        listen 127.0.0.1:$front;
        location /proxied/ { proxy_pass http://127.0.0.1:$origin; }
CONF
    record nginx-expect.pcap
    fetch -H 'Expect: 100-continue' -d answer=42 "$front_url/hello.txt"
    fetch -H 'Expect: 100-continue' -d answer=42 "$front_url/proxied/echo"
    save
    shows nginx-expect.pcap 'nginx-light nodejs curl tcpdump' \
        'nginx answers Expect with 405 at once for a file, and with a 100 of its own for a proxied path; both legs'
}

make-lighttpd-expect() {
    need lighttpd
    static_files
    lighttpd_server
    record lighttpd-expect.pcap
    fetch -H 'Expect: 100-continue' -d answer=42 "$front_url/hello.txt"
    fetch -H 'Expect: 100-continue' -d answer=42 "$front_url/cgi/count"
    save
    shows lighttpd-expect.pcap 'lighttpd curl tcpdump' 'lighttpd answers POST with Expect at once for a file, and with 100 for a CGI program (conforming)'
}

make-busybox-expect() {
    need busybox
    static_files
    mkdir -p "$tmp/www/cgi-bin"
    printf '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\n"\nwc -c\n' >"$tmp/www/cgi-bin/count"
    chmod 755 "$tmp/www/cgi-bin/count"
    start "$front" busybox httpd -f -p "127.0.0.1:$front" -h "$tmp/www"
    record busybox-expect.pcap
    fetch -H 'Expect: 100-continue' -d answer=42 "$front_url/cgi-bin/count"
    save
    shows busybox-expect.pcap 'busybox curl tcpdump' \
        'busybox httpd knows no Expect and sends the head of its 200 at once; curl sends the content a second later all the same'
}

make-php-expect-ignored() {
    need php-cli
    mkdir -p "$tmp/www"
    printf '%s\n' '<?php echo strlen(file_get_contents("php://input"));' >"$tmp/www/index.php"
    start "$front" php -S "127.0.0.1:$front" -t "$tmp/www"
    record php-expect-ignored.pcap
    fetch -H 'Expect: 100-continue' -d answer=42 "$front_url/"
    fetch -0 -H 'Expect: 100-continue' -d answer=42 "$front_url/"
    save
    shows php-expect-ignored.pcap "$(php_package) curl tcpdump" \
        'php -S ignores Expect: curl waits a second and sends the content unasked; with HTTP/1.0 that is as it should be'
}

# php-cli names no version of its own: the one it depends on does.
php_package() {
    dpkg-query -W -f '${Depends}' php-cli | grep -o 'php[0-9.]*-cli'
}

make-werkzeug-100-http10() {
    need python3-werkzeug
    cat >"$tmp/app.py" <<'PY'
import sys
from werkzeug.serving import run_simple
from werkzeug.wrappers import Request, Response

@Request.application
def app(request):
    return Response('%d\n' % len(request.get_data()))

run_simple('127.0.0.1', int(sys.argv[1]), app)
PY
    start "$front" "$python" "$tmp/app.py" "$front"
    record werkzeug-100-http10.pcap
    fetch -0 -H 'Expect: 100-continue' -d answer=42 "$front_url/"
    fetch -H 'Expect: 100-continue' -d answer=42 "$front_url/"
    save
    shows werkzeug-100-http10.pcap 'python3-werkzeug python3.11 curl tcpdump' \
        'the development server of Werkzeug (Flask) sends 100 to a POST of HTTP/1.0 with Expect; then to one of HTTP/1.1, whose final is HTTP/1.0'
}

make-python-expect() {
    static_files
    start "$front" "$python" -m http.server -d "$tmp/www" -b 127.0.0.1 -p HTTP/1.1 "$front"
    record python-expect.pcap
    fetch -H 'Expect: 100-continue' -d answer=42 "$front_url/hello.txt"
    save
    shows python-expect.pcap 'python3.11 curl tcpdump' \
        'python3 -m http.server -p HTTP/1.1: POST with Expect answered by 100, then 501'
}
