#!/usr/bin/env bats
# The object for aarch64: as a file, and in servers under qemu-user, against the real kernel. The
# unit tests under qemu-user are files of their own in `make check`.
#
# What qemu-user 7.2 lets through: pidfd_open, pidfd_send_signal, ppoll on a pidfd, statx, flock.
# Not: a socket of NETLINK_SOCK_DIAG (EPROTONOSUPPORT) and PIDFD_GET_INFO (ENOSYS). A program reads
# its own /proc/self/exe and cmdline as if there were no qemu; /proc/PID of any process, its own
# among them, has qemu's executable and arguments: two emulated programs have the same executable.
# shellcheck disable=SC2034,SC2154 # harness.bash and scenarios.bash set and use much
bats_require_minimum_version 1.5.0

load ../lib/harness
load scenarios

setup() {
    harness_setup
    emulated=$build/aarch64/tests/server
    # Where Debian has what a cross compiler links; qemu's -L.
    export QEMU_LD_PREFIX=/usr/aarch64-linux-gnu
    under=(env "QEMU_SET_ENV=LD_PRELOAD=$build/aarch64/libportclaim.so")
    require_aarch64
    make_network
    program=$(make_wrapper "$emulated")
}

teardown() {
    harness_teardown
}

require_aarch64() {
    [ -z "${AARCH64_OBSTACLE:-}" ] || skip "$AARCH64_OBSTACLE"
    require_command qemu-aarch64
    [ -e "$QEMU_LD_PREFIX/lib/ld-linux-aarch64.so.1" ] || skip "needs libc6-arm64-cross"
    [ -x "$emulated" ] || skip "needs ${emulated#"$repository"/}: make aarch64-tests"
}

# make_wrapper PROGRAM: a native one of the same PID, as binfmt_misc would do it.
make_wrapper() {
    local wrapper=$BATS_TEST_TMPDIR/emulated-${1##*/}
    printf '#!/bin/sh\nexec qemu-aarch64 "%s" "$@"\n' "$1" >"$wrapper"
    chmod +x "$wrapper"
    echo "$wrapper"
}

# What an object calls and what it offers, libc's symbol versions with it.
symbols_of() {
    readelf --dyn-syms --wide "$1" | awk '$1 ~ /^[0-9]+:$/ && $4 != "SECTION" && $8 != "" {
        print ($7 == "UND" ? "calls" : "offers"), $8 }' | sort
}

@test "the object for aarch64 calls and offers what the one of this machine does" {
    require_command readelf
    local arm=$build/aarch64/libportclaim.so
    assert_equal "$(symbols_of "$arm")" "$(symbols_of "$object")"
    refute grep -Eq 'NEEDED|TEXTREL|VERNEED' <<<"$(readelf --dynamic --wide "$arm")"
    refute grep -q 'GNU_STACK.*RWE' <<<"$(readelf --segments --wide "$arm")"
    grep -q 'Machine:.*AArch64' <<<"$(readelf --file-header "$arm")"
}

# Its libraries are missing here, its sources are not.
@test "the command compiles for aarch64" {
    cd "$repository"
    shopt -s globstar
    "${AARCH64_CC:-aarch64-linux-gnu-gcc}" -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE \
        '-DPORTCLAIM_LIBDIR="/usr/lib"' '-DPORTCLAIM_KNOWN_LIBS="lib"' -Ipreload -fsyntax-only \
        preload/command/**/*.c preload/linux/command/**/*.c preload/linux/notify/*.c
}

@test "the simulation takes the same course on aarch64, call by call" {
    local schedules=(--schedules 5000 --seed "$RANDOM" --verbose) here=$BATS_TEST_TMPDIR
    "$build/tests/simulate" "${schedules[@]}" >"$here/native"
    qemu-aarch64 "$build/aarch64/tests/simulate" "${schedules[@]}" >"$here/emulated"
    assert_equal "$(diff "$here/native" "$here/emulated" | head -n 20)" ""
}

@test "a takeover on aarch64" {
    claim old
    assert_listening old
    next_tick
    claim new
    assert_took_over new "$(pid_of old)"
    assert_equal "$(signals_of old)" SIGTERM
    assert_equal "$(answer)" "$(pid_of new)"
    assert_said new 'same program'
}

@test "a takeover on aarch64 from one that does not end when it is asked" {
    serve old --ignore-term
    claim new PORTCLAIM_TERM_MS=100
    assert_took_over new "$(pid_of old)"
    assert_said new '1 stale holder'
    exit_of old
    assert_equal "$exit_status" $((128 + 9))
}

# All have the same executable: qemu.
@test "N07 under qemu-user another program is a stranger" {
    serve old
    cp "$emulated" "$BATS_TEST_TMPDIR/another"
    program=$(make_wrapper "$BATS_TEST_TMPDIR/another")
    claim new PORTCLAIM_WAIT_MS=600
    assert_refused new
    assert_said new 'foreign, another program'
    assert_untouched old
}

# "qemu-aarch64 /usr/bin/python3 one.py": what follows qemu is the same file.
@test "N08 under qemu-user another script is a stranger" {
    cp "$emulated" "$BATS_TEST_TMPDIR/python3"
    program=$(make_wrapper "$BATS_TEST_TMPDIR/python3")
    serve old --title one
    claim new PORTCLAIM_WAIT_MS=600 -- --title two
    assert_refused new
    assert_said new 'foreign, same program with other arguments'
    assert_untouched old
}

# bind() of an emulated program is a bind() of qemu's own.
@test "run serves qemu-user itself, and so what it emulates" {
    serve old
    start new "${network[@]}" "$build/portclaim" run qemu-aarch64 "$emulated" --port "$port"
    assert_took_over new "$(pid_of old)"
    assert_equal "$(answer)" "$(pid_of new)"
}
