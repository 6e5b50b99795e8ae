#!/usr/bin/env bats
# Real, unmodified servers by both engines (tests/seccomp links here): an old instance is alive, a
# new one starts under portclaim on the same port with the same command line, once. It answers, the
# old one is gone, nobody else is touched; and where a stranger has the port, that one is left alone.
#
# One line each, of which `make matrix` makes a line in README.md.

# shellcheck disable=SC2154 # variables of the files loaded
load ../lib/harness
load ../servers/servers
load ../servers/kinds

setup() {
    servers_setup
}

teardown() {
    harness_teardown
}

@test "S01 N07 Node http, by $engine" { kind node; }
@test "S08 Node cluster, by $engine" { kind node_cluster; }
@test "S01 N07 Python http.server, by $engine" { kind python_module; }
@test "S01 N07 Python asyncio, by $engine" { kind asyncio; }
@test "S01 N07 PHP's own server, by $engine" { kind php; }
@test "S08 nginx, by $engine" { kind nginx; }
@test "S01 N07 lighttpd, by $engine" { kind lighttpd; }
@test "S01 N07 haproxy with noreuseport, by $engine" { kind haproxy_alone; }
@test "N07 haproxy, by $engine" { kind haproxy; }
@test "N07 Caddy, by $engine" { kind caddy; }
@test "S01 N07 redis, by $engine" { kind redis; }
@test "S01 N07 memcached (TCP and UDP), by $engine" { kind memcached; }
@test "S01 N07 dnsmasq (TCP and UDP), by $engine" { kind dnsmasq; }
@test "S01 B01 N07 busybox httpd, static, by $engine" { kind busybox; }
@test "S01 N07 C, by $engine" { kind c_server; }
@test "S01 B01 N07 C, static, by $engine" { kind c_static; }
@test "S01 N07 C with musl, by $engine" { kind c_musl; }
@test "S01 B01 N07 C with musl, static, by $engine" { kind c_musl_static; }
@test "S01 N07 C of 32 bits, by $engine" { kind c_i386; }

@test "N08 PHP's own server: another router is another service" {
    require_kind php
    choose_way php
    launch_old php
    cp "$servers/router.php" "$BATS_TEST_TMPDIR/router.php"
    PORTCLAIM_WAIT_MS=20000 start new "${network[@]}" "${under[@]}" \
        php -n -S "127.0.0.1:$port" "$BATS_TEST_TMPDIR/router.php"
    wait_for_line new ":$port is held by $old .*: foreign, .*; waiting" 20
    answers php "$port" "$old"
}
