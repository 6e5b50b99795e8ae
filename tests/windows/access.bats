#!/usr/bin/env bats
# WSAEACCES without anybody on the port: a range that the system keeps for itself. Here the whole of
# Wine runs without the privilege to bind a port below 1024.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; wine.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load wine

setup_file() {
    ! is_root || make_prefix setpriv --bounding-set -net_bind_service --inh-caps -net_bind_service
}

teardown_file() {
    end_prefix
}

setup() {
    require_root
    wine_setup
}

teardown() {
    wine_teardown
}

@test "W02 WSAEACCES without an owner: returned at once, nobody is stopped, and a hint is given" {
    serve elsewhere
    port=80
    claim new PORTCLAIM_MATCH=any PORTCLAIM_WAIT_MS=600000
    assert_refused new WSAEACCES
    between 0 "$(refused_after new)" 1000
    assert_said new 'portclaim\[[0-9]+\]: 127.0.0.1:80: .*WSAEACCES.*excludedportrange'
    assert_not_said new ' sent '
    assert_untouched elsewhere
}
