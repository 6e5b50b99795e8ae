#!/usr/bin/env bats
# What kinds.bats shows, for servers whose packages are large, and what takes longer: make
# check-servers.

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

@test "S01 B01 N07 Go net/http, by $engine" { kind go; }
@test "S01 N07 Java HttpServer, by $engine" { kind jvm; }
@test "S01 N07 unbound with so-reuseport: no, by $engine" { kind unbound_alone; }
@test "N07 unbound, by $engine" { kind unbound; }

# Who changes its user without exec() is not dumpable (prctl(2)), and its files in /proc are root's.
@test "memcached that gives up root before it binds: the old one can't be seen and is left alone" {
    only_preload "the supervisor says nothing of it"
    require_root
    require_kind memcached
    local command=(memcached -l 127.0.0.1 -p "$port" -u nobody)
    start old "${network[@]}" "${command[@]}"
    wait_until 20 listens_or_ended "$port" "$started"
    next_tick
    start new "${network[@]}" "${under[@]}" PORTCLAIM_WAIT_MS=20000 "${command[@]}"
    wait_for_line new ":$port is held by a process of user [0-9]+: unknown, holder not visible" 20
    assert_alive "$(pid_of old)"
    assert_not_said new 'sent SIG'
}

# many_restarts KIND
many_restarts() {
    [ "$engine" = seccomp ] || skip "by seccomp only"
    require_kind "$1"
    choose_way "$1"
    restarts "$1" 20
}

@test "S01 B01 20 restarts of a Go server over the one before" {
    many_restarts go
}

@test "S01 B01 20 restarts of Caddy over the one before" {
    knows_reuseport || skip "needs PORTCLAIM_REUSEPORT: Caddy shares its port"
    PORTCLAIM_REUSEPORT=on many_restarts caddy
}
