#!/usr/bin/env bats
# The retry and its budget: what the caller of bind() and listen() sees.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load scenarios

setup() {
    harness_setup
    make_network
}

teardown() {
    harness_teardown
}

# between LOW VALUE HIGH
between() {
    (($1 <= $2 && $2 <= $3)) || fail "$2 is not between $1 and $3"
}

@test "R01 a stranger that leaves within the budget: one successful bind" {
    serve_stranger old
    claim new PORTCLAIM_WAIT_MS=15000
    wait_for_line new 'is held by .*foreign, another program; waiting'
    assert_equal "$(signals_of old)" ""
    send old TERM
    assert_listening new
    assert_said new 'claimed in .*: it became free by itself'
    assert_equal "$(count new '^listening')" 1
    assert_equal "$(answer)" "$(pid_of new)"
}

@test "R01 the same for UDP" {
    serve_stranger old --udp
    claim new PORTCLAIM_WAIT_MS=15000 -- --udp
    wait_for_line new "udp:127.0.0.1:$port is held by .*foreign"
    send old TERM
    assert_listening new
}

@test "R01 the same for IPv6, and for a socket that is only bound" {
    require_bound_shown
    serve_stranger old --address ::1 --no-listen
    claim new PORTCLAIM_WAIT_MS=15000 -- --address ::1
    wait_for_line new "\[::1\]:$port is held by .*foreign"
    send old KILL
    assert_listening new
}

# The kernel takes the memory first, which can take long, and the sockets last. A look that falls
# into that last moment finds a socket, and then nobody who has it.
@test "R01 one that was killed before the claim and is still ending: that is said, and waited for" {
    local round
    for round in {1..8}; do
        serve "old$round" --allocate 512
        claim "new$round" -- --bind-when "$BATS_TEST_TMPDIR/go$round"
        wait_for_line "new$round" '^started'
        send "old$round" KILL
        : >"$BATS_TEST_TMPDIR/go$round"
        assert_listening "new$round"
        assert_not_said "new$round" 'cannot be read|not claimed'
        ! said "new$round" 'unknown, it is ending; waiting' || break
        send "new$round" KILL
        assert_dead "$(pid_of "new$round")"
    done
    assert_said "new$round" 'unknown, it is ending; waiting'
    assert_said "new$round" 'claimed in .*: it became free by itself'
}

@test "R02 the budget used up, of two seconds by default: EADDRINUSE in time, and the line says who holds the port" {
    local name
    serve_stranger old
    claim given PORTCLAIM_WAIT_MS=2000
    claim default
    for name in given default; do
        assert_refused "$name"
        between 2000 "$(refused_after "$name")" 2200
        assert_said "$name" "127.0.0.1:$port not claimed in 2.[01] s: (still|last seen) held by $(pid_of old) \"stranger\" \(stranger, up .*\): foreign, another program; "
    done
    assert_untouched old
}

@test "R02 with somebody who was asked to stop, all three parts count" {
    # Its end frees nothing: what it sent to a client that does not read holds the port on.
    serve old --flood
    start client "${network[@]}" "$build/tests/client" --no-read 127.0.0.1 "$port"
    wait_for_line old '^flooded'
    claim new PORTCLAIM_TERM_MS=300 PORTCLAIM_KILL_MS=300 PORTCLAIM_WAIT_MS=900
    assert_refused new
    between 1500 "$(refused_after new)" 1650
    assert_said new 'not claimed in 1.[56] s: leftovers of closed connections are still there'
    assert_exit old 0
}

@test "R02 a budget of nothing is one look and one last try" {
    serve_stranger old
    claim new PORTCLAIM_WAIT_MS=0
    assert_refused new
    # On a busy machine the one look, which has 100 ms, may be cut short.
    assert_said new 'not claimed in .*(foreign|not found in time)'
    between 0 "$(refused_after new)" 1000
}

@test "R03 other errors, and EADDRINUSE of what has no port, return at once and untouched" {
    run -0 --separate-stderr "${network[@]}" env -C "$BATS_TEST_TMPDIR" "$programs/errors"
    local plain=$output
    assert_equal "$(grep -c : <<<"$plain")" 12
    run -0 --separate-stderr timeout 20 "${network[@]}" env -C "$BATS_TEST_TMPDIR" "${under[@]}" \
        PORTCLAIM_WAIT_MS=600000 "$programs/errors"
    assert_equal "$output" "$plain"
    # shellcheck disable=SC2154
    assert_equal "$stderr" ""
}

@test "R03 EACCES for a port below 1024" {
    require_root
    make_public
    become 65534
    port=80
    claim new PORTCLAIM_WAIT_MS=600000
    assert_exit new 1
    remove_public
    assert_said new '^bind: EACCES'
    assert_not_said new 'portclaim'
}

@test "R03 no call is made twice" {
    only_preload "the supervisor makes the program's call"
    require_command strace
    trace() {
        "${network[@]}" env -C "$BATS_TEST_TMPDIR" strace -f -qq -e trace=bind,listen \
            -o "$BATS_TEST_TMPDIR/trace" "$@" >/dev/null
        sed 's/^[0-9]* *//' "$BATS_TEST_TMPDIR/trace"
    }
    local plain
    plain=$(trace "$programs/errors")
    assert_equal "$(trace -E "LD_PRELOAD=$preloaded" "$programs/errors")" "$plain"
}

@test "R04 a busy port on another local address does not matter" {
    serve_stranger other --address 127.0.0.2
    serve old
    claim new -- --address 127.0.0.1
    assert_took_over new "$(pid_of old)"
    assert_untouched other
}

@test "R04 our own stale instance on another address is left alone" {
    serve other --address 127.0.0.2
    serve old --address 127.0.0.1
    claim new -- --address 127.0.0.1
    assert_took_over new "$(pid_of old)"
    assert_untouched other
    assert_not_said new "$(pid_of other)"
}

@test "R04 a free address beside a busy one: not a word" {
    serve_stranger other --address 127.0.0.2
    claim new -- --address 127.0.0.1
    assert_listening new
    assert_not_said new portclaim
}

@test "R04 an IPv6-only bind does not mind IPv4" {
    serve_stranger other --address 0.0.0.0
    claim new -- --address :: --v6only
    assert_listening new
    assert_not_said new portclaim
    assert_untouched other
}

@test "R04 an IPv6-only bind takes over the IPv6 instance and leaves the IPv4 one" {
    serve other --address 0.0.0.0
    serve old --address :: --v6only
    claim new -- --address :: --v6only
    assert_took_over new "$(pid_of old)"
    assert_untouched other
}

@test "R04 a dual-stack bind and a stale instance on IPv4" {
    serve old --address 127.0.0.1
    claim new -- --address ::
    assert_took_over new "$(pid_of old)"
}

@test "R04 an IPv4 bind and a stale dual-stack instance" {
    serve old --address ::
    claim new -- --address 127.0.0.1
    assert_took_over new "$(pid_of old)"
}

@test "R04 a mapped address is its IPv4 address" {
    serve other --address 127.0.0.2
    serve old --address 127.0.0.1
    claim new -- --address ::ffff:127.0.0.1
    assert_took_over new "$(pid_of old)"
    assert_untouched other
}

@test "R04 the wildcard and a stale instance on one address" {
    serve old --address 127.0.0.3
    claim new -- --address 0.0.0.0
    assert_took_over new "$(pid_of old)"
}

@test "R05 success leaves errno as it was: at once, after a wait, after a takeover" {
    # The server says "errno changed" when it was; assert_listening looks for it.
    claim first
    assert_listening first
    next_tick
    claim second
    assert_took_over second "$(pid_of first)"
    send second KILL
    serve_stranger stranger
    claim third PORTCLAIM_WAIT_MS=10000
    wait_for_line third waiting
    send stranger KILL
    assert_listening third
}

@test "R05 giving up is EADDRINUSE and nothing else, whatever the look-up met" {
    serve_stranger old
    local fault
    for fault in sendto:error=EIO:when=2+ getdents64:error=EIO:when=1+ openat:error=EIO:when=40+; do
        inject "$fault"
        claim "${fault%%:*}" PORTCLAIM_WAIT_MS=200
        assert_refused "${fault%%:*}"
    done
    assert_untouched old
}

@test "R06 the first free moment is taken" {
    # What passes from the end of a holder to the bind that succeeds, on nine ports. The claims have
    # waited so long that nothing but the holder's end wakes them in time: their backoff has grown to
    # its most, 50 ms, which would show in the middle one. The worst ones are left to the machine.
    local number gap gaps=() first=$port
    make_stranger
    for number in {1..9}; do
        port=$((first + number))
        program=$stranger
        serve "old$number"
        program=$server
        claim "new$number" PORTCLAIM_WAIT_MS=20000
    done
    sleep 0.8
    for number in {1..9}; do
        send "old$number" TERM
        assert_listening "new$number"
        gap=$(($(sed -n 's/^listening .* at //p' "$(log_of "new$number")") - \
            $(sed -n 's/^ended at //p' "$(log_of "old$number")")))
        gaps+=("$gap")
    done
    mapfile -t gaps < <(printf '%s\n' "${gaps[@]}" | sort -n)
    [ "${gaps[4]}" -le 12 ] || fail "milliseconds: ${gaps[*]}"
    echo "milliseconds: ${gaps[*]}"
}

@test "R07 a look-up that takes for ever does not use up the budget, and nobody is stopped" {
    serve old
    # Each process costs 300 ms: the look is never finished.
    inject readlinkat:delay_enter=300000
    claim new PORTCLAIM_WAIT_MS=2000
    assert_refused new
    between 2000 "$(refused_after new)" 2900
    assert_said new 'takes too long'
    assert_not_said new 'became free'
    assert_untouched old
}

@test "R07 a look-up that fails stops nobody, and is not read as a free port" {
    serve old
    inject getdents64:error=EIO
    claim new PORTCLAIM_WAIT_MS=500
    assert_refused new
    assert_said new 'nobody is stopped|nobody can be identified'
    assert_untouched old
}

@test "R07 a look-up that fails at first is repeated" {
    serve old
    inject getdents64:error=EIO:when=1
    claim new
    assert_listening new
    assert_dead "$(pid_of old)"
}

@test "R07 netlink without an answer: the other way is taken, or nobody is stopped" {
    serve old
    inject recvfrom:error=ENOBUFS
    claim new PORTCLAIM_WAIT_MS=500
    wait_until 20 settled new
    if said new '^listening'; then
        assert_dead "$(pid_of old)"
    else
        assert_refused new
        assert_untouched old
    fi
}

@test "R08 signal handlers during the wait do not stretch the budget" {
    serve_stranger old
    claim new PORTCLAIM_WAIT_MS=2000 -- --alarm 5
    assert_refused new
    between 2000 "$(refused_after new)" 2200
    # The seccomp engine's program runs them when the call is over.
    case $engine in
    preload) assert_said new '^alarms [1-9][0-9]' ;;
    *) assert_said new '^alarms 1$' ;;
    esac
}

@test "R08 signal handlers during the wait do not end the claim" {
    serve old --stop-delay 400
    claim new PORTCLAIM_TERM_MS=10000 -- --alarm 5
    assert_took_over new "$(pid_of old)"
    assert_said new '^alarms [1-9]'
    assert_exit old 0
}

@test "R09 a listen that fails is claimed as a bind is" {
    local go=$BATS_TEST_TMPDIR/go
    start old "${network[@]}" "$server" --port "$port" --reuseaddr --listen-when "$go-old"
    wait_for_line old '^bound'
    next_tick
    claim new -- --reuseaddr --listen-when "$go-new"
    wait_for_line new '^bound'
    touch "$go-old"
    assert_listening old
    touch "$go-new"
    assert_took_over new "$(pid_of old)"
}

@test "R09 a listen that fails for a stranger's sake is refused after the budget" {
    local go=$BATS_TEST_TMPDIR/go
    make_stranger
    start old "${network[@]}" "$stranger" --port "$port" --reuseaddr --listen-when "$go-old"
    wait_for_line old '^bound'
    next_tick
    claim new PORTCLAIM_WAIT_MS=500 -- --reuseaddr --listen-when "$go-new"
    wait_for_line new '^bound'
    touch "$go-old"
    assert_listening old
    touch "$go-new"
    assert_exit new 1
    assert_said new '^listen: EADDRINUSE'
    assert_said new 'not claimed in .*foreign'
    assert_untouched old
}

@test "R09 a socket that was never bound to a fixed port is passed through" {
    port=0
    claim new
    assert_listening new
    assert_not_said new portclaim
    run -0 "${network[@]}" "${under[@]}" env -C "$BATS_TEST_TMPDIR" "$programs/errors"
    [[ $output == *"listening unbound: 0"* ]]
    [[ $output != *portclaim* ]]
}

@test "R10 a server that binds two addresses gets both from one that held both" {
    serve old --address 127.0.0.1 --address ::1
    claim new -- --address 127.0.0.1 --address ::1
    assert_took_over new "$(pid_of old)"
    assert_equal "$(answer 127.0.0.1)" "$(pid_of new)"
    assert_equal "$(answer ::1)" "$(pid_of new)"
}

@test "R10 ... and from two that held one each" {
    serve old4 --address 127.0.0.1
    serve old6 --address ::1
    claim new -- --address 127.0.0.1 --address ::1
    assert_took_over new "$(pid_of old4)" "$(pid_of old6)"
    assert_equal "$(answer 127.0.0.1)" "$(pid_of new)"
    assert_equal "$(answer ::1)" "$(pid_of new)"
}
