# shellcheck shell=bash disable=SC2034,SC2154 # the variables of ../make
# recipes/container.sh - capture formats. Read by ../make, which says how recipes work.

make-nano-pcap() {
    nginx_static
    record nano.pcap --time-stamp-precision=nano
    fetch "$front_url/hello.txt"
    save
    shows nano.pcap 'nginx-light curl tcpdump' 'pcap with nanoseconds (conforming)'
}

# dumpcap would write the host's kernel and processor into the file; editcap does not.
make-nano-pcapng() {
    need wireshark-common
    nginx_static
    record plain.pcap --time-stamp-precision=nano
    fetch "$front_url/hello.txt" --next -sS -I "$front_url/digits.txt"
    save
    editcap -F pcapng "$tmp/plain.pcap" "$tmp/nano.pcapng"
    shows nano.pcapng 'nginx-light curl tcpdump wireshark-common' 'pcapng with nanoseconds, by editcap (conforming)'
}

make-merged-pcapng() {
    need wireshark-common
    nginx_static
    record one.pcap --time-stamp-precision=nano
    fetch "$front_url/hello.txt"
    save
    nginx_static
    interface=any
    record two.pcap
    fetch -I "$front_url/digits.txt"
    save
    interface=
    mergecap -F pcapng -w "$tmp/merged.pcapng" "$tmp/one.pcap" "$tmp/two.pcap"
    # mergecap notes the host's kernel, which is of no interest to anybody.
    local kernel
    kernel=$(uname -r)
    LC_ALL=C sed -i "s/$kernel/${kernel//?/-}/g" "$tmp/merged.pcapng"
    shows merged.pcapng 'nginx-light curl tcpdump wireshark-common' \
        'pcapng by mergecap: an Ethernet interface with nanoseconds and one of Linux cooked v2 with microseconds (conforming)'
}

make-any-sll2() {
    nginx_static
    interface=any
    record any-sll2.pcap
    fetch "$front_url/hello.txt"
    save
    interface=
    shows any-sll2.pcap 'nginx-light curl tcpdump' 'tcpdump -i any: Linux cooked v2 (conforming)'
}

make-any-sll1() {
    nginx_static
    interface=any
    record any-sll1.pcap -y LINUX_SLL
    fetch "$front_url/hello.txt"
    save
    interface=
    shows any-sll1.pcap 'nginx-light curl tcpdump' 'tcpdump -i any -y LINUX_SLL: Linux cooked v1 (conforming)'
}

# Captures of which a part is missing or that are packed: made from node-103.
make-packed() {
    need gzip zstd xz-utils lz4
    node_server "$front"
    record plain.pcap
    fetch -0 "$front_url/hint"
    save
    gzip -9 -n -c "$tmp/plain.pcap" >"$tmp/packed.pcap.gz"
    zstd -q -19 -c "$tmp/plain.pcap" >"$tmp/packed.pcap.zst"
    xz -c "$tmp/plain.pcap" >"$tmp/packed.pcap.xz"
    lz4 -q -c "$tmp/plain.pcap" >"$tmp/packed.pcap.lz4"
    # The last record but one is whole; of the last, eight octets are left after its header.
    local size
    size=$(stat -c %s "$tmp/plain.pcap")
    head -c "$((size - 66 + 8))" "$tmp/plain.pcap" >"$tmp/damaged.pcap"
    local what='103 of node to HTTP/1.0'
    shows packed.pcap.gz 'nodejs curl tcpdump gzip' "$what, packed by gzip"
    shows packed.pcap.zst 'nodejs curl tcpdump zstd' "$what, packed by zstd"
    shows packed.pcap.xz 'nodejs curl tcpdump xz-utils' "$what, packed by xz"
    shows packed.pcap.lz4 'nodejs curl tcpdump lz4' "$what, packed by lz4"
    shows damaged.pcap 'nodejs curl tcpdump' "$what; cut in the middle of the last packet record"
}
