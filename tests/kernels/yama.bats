#!/usr/bin/env bats
# Yama as it is, and not in words alone: kernel.yama.ptrace_scope says who may look into another
# process. It is the machine's, so these tests want a machine of their own, and come last in it:
# what was set to 3 stays so.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; the harness shares much
bats_require_minimum_version 1.5.0

load ../lib/harness
load ../linux/scenarios

scope=/proc/sys/kernel/yama/ptrace_scope
as_user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
run=("$build/portclaim" run --engine=seccomp)

setup() {
    # /run/share: of tests/kernels/guest
    { [ -d /run/share ] && [ -e "$scope" ]; } || skip "needs Yama, and a machine of its own"
    harness_setup
    make_network
    export PORTCLAIM_WAIT_MS=20000 # a processor that is emulated is slow
    as=()
    program=$build/tests/static/server
}

teardown() {
    harness_teardown
}

set_scope() {
    echo "$1" >"$scope"
}

as_anybody() {
    mkdir -m 1777 "$PORTCLAIM_STATE_DIR.user"
    PORTCLAIM_STATE_DIR=$PORTCLAIM_STATE_DIR.user/state
    as=("${as_user[@]}")
}

# takes_over: by both engines
takes_over() {
    serve old
    under=("${run[@]}")
    claim new
    assert_listening new
    assert_dead "$(pid_of old)"
    next_tick
    program=$build/tests/server
    serve other --address 127.0.0.2
    under=(env "LD_PRELOAD=$object")
    claim third -- --address 127.0.0.2
    assert_listening third
    assert_dead "$(pid_of other)"
}

@test "B01 ptrace_scope 1: root takes over, by both engines" {
    set_scope 1
    takes_over
}

@test "B01 ptrace_scope 1: so does a user" {
    set_scope 1
    as_anybody
    takes_over
}

@test "B01 ptrace_scope 2: root takes over, by both engines" {
    set_scope 2
    takes_over
}

@test "ptrace_scope 2: without CAP_SYS_PTRACE the seccomp engine refuses, the preload engine works" {
    set_scope 2
    as_anybody
    run -125 "${as[@]}" "${run[@]}" true
    [[ $output == *"kernel.yama.ptrace_scope is 2"* ]]
    program=$build/tests/server
    serve old
    claim new
    assert_took_over new
}

@test "ptrace_scope 3: the seccomp engine refuses even root, the preload engine works" {
    set_scope 3
    run -125 "${run[@]}" true
    [[ $output == *"kernel.yama.ptrace_scope is 3"* ]]
    run "$build/portclaim" doctor "$build/tests/static/server"
    [[ $output == *"kernel.yama.ptrace_scope is 3"* ]]
    program=$build/tests/server
    serve old
    claim new
    assert_took_over new
}
