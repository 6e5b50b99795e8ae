#!/usr/bin/env bats
# Whom portclaim never touches.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load scenarios

setup() {
    harness_setup
    make_network
}

teardown() {
    harness_teardown
    remove_public
}

# A refused bind whose budget of ten minutes was not used.
assert_refused_at_once() {
    assert_refused "$1"
    [ "$(refused_after "$1")" -lt 2000 ] || fail "after $(refused_after "$1") ms"
}

# gateway COMMAND [VARIABLE=VALUE ...]: a server under portclaim that starts a sidecar, which binds
# the gateway's own port. Both write to one log.
gateway() {
    claim gateway PORTCLAIM_WAIT_MS=400 "${@:2}" -- --spawn "$1"
    assert_listening gateway
    wait_for_line gateway '^(bind: .*|listening .*)$' # the gateway's own
    wait_until 20 sidecar_settled
}

sidecar_settled() {
    said gateway '^bind:' || [ "$(count gateway '^listening')" -gt 1 ]
}

assert_gateway_spared() {
    assert_untouched gateway
    assert_said gateway '^bind: EADDRINUSE'
    assert_equal "$(answer)" "$(pid_of gateway)"
}

@test "N01 a second bind of the same process fails at once" {
    claim new PORTCLAIM_WAIT_MS=600000 -- --twice
    assert_listening new
    assert_said new '^second: EADDRINUSE'
    assert_not_said new portclaim
    assert_untouched new
}

@test "N01 a dual-stack server that binds IPv4 too fails at once, without a word" {
    claim new PORTCLAIM_WAIT_MS=600000 -- --address :: --address 0.0.0.0
    assert_refused_at_once new
    assert_not_said new portclaim
}

@test "N01 a second bind of the same UDP port fails at once" {
    claim new PORTCLAIM_WAIT_MS=600000 -- --udp --address 127.0.0.1 --address 127.0.0.1
    assert_refused_at_once new
    assert_not_said new portclaim
}

@test "N01 its own children that share the socket are no reason to act" {
    claim new PORTCLAIM_WAIT_MS=600000 -- --leak-child --twice
    assert_listening new
    assert_said new '^second: EADDRINUSE'
    assert_alive "$(sed -n 's/^child //p' "$(log_of new)")"
}

@test "N02 its parent: a sidecar of the same program never kills the gateway" {
    gateway "exec $server --port $port"
    assert_gateway_spared
    assert_said gateway "held by $(pid_of gateway) .*: lineage, an ancestor of this process; waiting"
}

@test "N02 its parent, though both have the same service label" {
    gateway "exec $server --port $port" PORTCLAIM_SERVICE=gateway
    assert_gateway_spared
}

@test "N02 its parent, though PORTCLAIM_MATCH says any" {
    gateway "exec $server --port $port" PORTCLAIM_MATCH=any
    assert_gateway_spared
}

@test "N03 an ancestor across shells and wrappers" {
    gateway "sh -c 'setsid nice sh -c \"env A=b timeout 60 $server --port $port; true\"; true'"
    assert_gateway_spared
    assert_said gateway 'lineage, an ancestor'
}

@test "N03 an ancestor whose socket was left to a worker: the worker is not ours to stop either" {
    # The worker is no ancestor, but it holds the ancestor's socket.
    claim gateway PORTCLAIM_WAIT_MS=400 -- --fork-workers 2 --spawn "sleep 0.1; $server --port $port; true"
    wait_for_line gateway '^bind: EADDRINUSE'
    assert_untouched gateway
    local workers
    mapfile -t workers < <(sed -n 's/^worker //p' "$(log_of gateway)")
    assert_equal "${#workers[@]}" 2
    assert_alive "${workers[@]}"
    assert_said gateway 'lineage, an ancestor'
    assert_equal "$(count gateway 'sent SIG')" 0
}

@test "N03 a stale instance beside an ancestor's port is still taken over" {
    # The gateway serves another port; its sidecar replaces a sidecar that was left over.
    serve old
    start gateway "${network[@]}" "${under[@]}" "$server" --port "$other_port" \
        --spawn "exec $server --port $port"
    wait_until 10 said gateway "^listening $port"
    assert_dead "$(pid_of old)"
    assert_untouched gateway
}

# in_container NAME COMMAND...: as PID 1 of a PID namespace with its own /proc
in_container() {
    start "$1" "${network[@]}" unshare --pid --fork --kill-child --mount-proc "${@:2}"
}

@test "N04 PID 1, when it is the gateway in a container and starts a sidecar" {
    require_root
    in_container gateway "${under[@]}" PORTCLAIM_WAIT_MS=400 "$server" --port "$port" \
        --spawn "exec $server --port $port"
    wait_for_line gateway '^bind: EADDRINUSE'
    assert_not_said gateway '^signal'
    assert_not_said gateway 'sent SIG'
    assert_said gateway 'held by 1 "server" .*: lineage, PID 1'
    assert_equal "$(answer)" 1
}

@test "N04 PID 1, when the new one came into the container from outside" {
    require_root
    in_container gateway "$server" --port "$port"
    wait_for_line gateway '^listening'
    local inside
    inside=$(descendants_of "$(pid_of gateway)" | head -n 1)
    next_tick
    start new nsenter --target "$inside" --pid --mount --net "${under[@]}" \
        PORTCLAIM_WAIT_MS=400 "$server" --port "$port"
    assert_refused new
    assert_said new 'held by 1 "server" .*: lineage, PID 1; waiting'
    assert_not_said gateway '^signal'
    assert_alive "$inside"
}

@test "N04 below PID 1 a container's stale instance is taken over" {
    require_root
    # shellcheck disable=SC2016
    in_container container sh -c '"$@" & until grep -q "^listening" "$0"; do sleep 0.02; done
        sleep 0.05; '"${under[*]@Q}"' "$@"; echo ended' \
        "$(log_of container)" setsid "$server" --port "$port"
    wait_until 10 said container 'claimed in .*: 1 stale holder (stopped|let go)'
    assert_said container '^signal SIGTERM'
}

# hidden DENIED... -- VARIABLE=VALUE...: an instance of user 65534 that sees, in /proc, nobody's
# processes but its own, and so no ancestor.
start_hidden() {
    local denied=()
    while [ "$1" != -- ]; do
        denied+=("$1")
        shift
    done
    shift
    become 65534
    start new "${network[@]}" unshare --mount sh -c \
        'mount -t proc -o hidepid=2 proc /proc && exec "$@"' sh "${as[@]}" \
        "$public/deny" "${denied[@]}" -- "${under[@]}" "$@" "$program" --port "$port"
}

@test "N05 nobody, when the way up to the root cannot be read" {
    require_root
    make_public
    become 65534
    serve old
    start_hidden pidfd-info -- PORTCLAIM_WAIT_MS=400
    assert_refused new
    assert_said new "held by $(pid_of old) .*: unknown, our own ancestors cannot be read; waiting"
    assert_untouched old
}

@test "N05 where pidfds tell the parents, the way up can be read without /proc" {
    require_root
    printf '6.13\n%s\n' "$(uname -r)" | sort -CV || skip "PIDFD_GET_INFO came with Linux 6.13"
    make_public
    become 65534
    serve old
    start_hidden --
    assert_took_over new "$(pid_of old)"
}

# Its own shell ends first, so the sidecar has another parent by the time that it binds.
orphan='(sleep 0.3; exec env $SETTINGS '$server' --port $PORT) & exit 0'

@test "N06 a protected PID, after reparenting has hidden that it is an ancestor" {
    gateway "SETTINGS=PORTCLAIM_PROTECT=\$PPID; PORT=$port; $orphan"
    assert_gateway_spared
    assert_said gateway "held by $(pid_of gateway) .*: lineage, protected by PORTCLAIM_PROTECT; waiting"
}

@test "N06 protected names, and a list of them" {
    local list
    serve old
    for list in server 'serv*' '1, nobody ,s[e]rver'; do
        claim "new $list" PORTCLAIM_WAIT_MS=600 "PORTCLAIM_PROTECT=$list"
        assert_refused "new $list"
        assert_said "new $list" 'lineage, protected by PORTCLAIM_PROTECT'
    done
    assert_untouched old
}

@test "N06 a name that protects others does not protect it" {
    serve old --title gateway
    claim new 'PORTCLAIM_PROTECT=gate,1,gateway-main'
    assert_took_over new "$(pid_of old)"
}

@test "N07 another program" {
    serve_stranger old
    claim new PORTCLAIM_WAIT_MS=600
    assert_refused new
    assert_said new 'foreign, another program'
    assert_untouched old
}

@test "N07 another program whose name contains the service's name" {
    local service
    make_stranger gateway-helper
    service=$BATS_TEST_TMPDIR/gateway
    cp "$server" "$service"
    program=$stranger
    serve old
    program=$service
    claim new PORTCLAIM_WAIT_MS=600 PORTCLAIM_MATCH=comm:gateway,exe:gateway
    assert_refused new
    assert_said new 'held by .* "gateway-helper" .*: foreign, another program'
    assert_untouched old
}

@test "N07 another program with our very title" {
    make_stranger
    program=$stranger
    serve old --title server
    program=$server
    claim new PORTCLAIM_WAIT_MS=600 -- --title server
    assert_refused new
    assert_said new '"server" \(stranger, .*foreign, another program'
    assert_untouched old
}

@test "N07 our program with other arguments in another directory" {
    as=(env -C /)
    serve old --title a-service
    as=(env -C /tmp)
    claim new PORTCLAIM_WAIT_MS=600
    assert_refused new
    assert_said new 'foreign, same program with other arguments or directory'
    assert_untouched old
}

@test "N07 another program that the same loader was called to run" {
    only_preload "its programs have no loader"
    local loader
    loader=$(readelf --program-headers "$server" | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
    make_stranger
    start old "${network[@]}" "$loader" "$stranger" --port "$port"
    assert_listening old
    next_tick
    start new "${network[@]}" "${under[@]}" PORTCLAIM_WAIT_MS=600 "$loader" "$server" --port "$port"
    assert_refused new
    assert_said new 'foreign, another (program|script)'
    assert_untouched old
}

@test "N07 another service label" {
    start old "${network[@]}" env PORTCLAIM_SERVICE=alpha "$server" --port "$port"
    assert_listening old
    next_tick
    claim new PORTCLAIM_WAIT_MS=600 PORTCLAIM_SERVICE=beta
    assert_refused new
    assert_said new 'foreign, another service label'
    assert_untouched old
}

# perl_server NAME DIRECTORY [COMMAND THAT STARTS ANOTHER ...]: each project starts it as "perl server.pl PORT"
perl_server() {
    only_glibc "$perls_libc"
    mkdir -p "$BATS_TEST_TMPDIR/$2"
    [ -e "$BATS_TEST_TMPDIR/$2/server.pl" ] ||
        cp "$repository/tests/linux/perl_server.pl" "$BATS_TEST_TMPDIR/$2/server.pl"
    start "$1" "${network[@]}" env -C "$BATS_TEST_TMPDIR/$2" "${@:3}" perl server.pl "$port"
}

@test "N08 another script under the same interpreter" {
    perl_server old first
    assert_listening old
    next_tick
    perl_server new second "${under[@]}" PORTCLAIM_WAIT_MS=600
    assert_exit new 1
    assert_said new '^bind: EADDRINUSE'
    assert_said new 'foreign, another script'
    assert_untouched old
}

@test "N08 another script that is a hard link to the same file" {
    perl_server old first
    assert_listening old
    next_tick
    mkdir "$BATS_TEST_TMPDIR/second"
    ln "$BATS_TEST_TMPDIR/first/server.pl" "$BATS_TEST_TMPDIR/second/server.pl"
    perl_server new second "${under[@]}" PORTCLAIM_WAIT_MS=600
    assert_exit new 1
    assert_untouched old
}

@test "N08 the same script is the same service" {
    perl_server old first
    assert_listening old
    next_tick
    perl_server new first "${under[@]}"
    assert_took_over new "$(pid_of old)"
    assert_said new 'stale, same script; sent SIGTERM'
}

@test "N08 code on the command line: the same code in another directory is another service" {
    only_glibc "$perls_libc"
    local code
    code=$(cat "$repository/tests/linux/perl_server.pl")
    start old "${network[@]}" env -C / perl -e "$code" "$port"
    assert_listening old
    next_tick
    start new "${network[@]}" env -C /tmp "${under[@]}" PORTCLAIM_WAIT_MS=600 perl -e "$code" "$port"
    assert_exit new 1
    assert_untouched old
    start again "${network[@]}" env -C / "${under[@]}" perl -e "$code" "$port"
    assert_took_over again "$(pid_of old)"
}

@test "N09 another user's process, by root" {
    require_root
    make_public
    become 65534
    serve old
    as=()
    claim new PORTCLAIM_WAIT_MS=600
    assert_refused new
    assert_said new "held by $(pid_of old) .*: foreign, another user's process"
    assert_untouched old
}

@test "N09 another user's process, by a third user and of root" {
    require_root
    make_public
    become 65534
    serve old
    become 65533
    claim third PORTCLAIM_WAIT_MS=600 PORTCLAIM_MATCH=any
    assert_refused third
    assert_said third "foreign, another user's process"
    assert_untouched old
    send old KILL
    as=()
    serve roots
    become 65533
    under+=("PORTCLAIM_STATE_DIR=$public/state")
    claim fourth PORTCLAIM_WAIT_MS=600
    assert_refused fourth
    assert_said fourth "foreign, another user's process"
    assert_untouched roots
}

@test "N09 one that dropped its privileges after bind is still ours" {
    require_root
    make_public
    serve old --drop-to 65534
    claim new -- --drop-to 65534
    assert_took_over new "$(pid_of old)"
}

# A client whose connection has our port as its local one.
serve_elsewhere() {
    start elsewhere "${network[@]}" "$server" --port "$other_port"
    assert_listening elsewhere
}

@test "N10 a client with our port as its local port" {
    serve_elsewhere
    start client "${network[@]}" "$build/tests/client" --from "$port" 127.0.0.1 "$other_port"
    wait_for_line client '^[0-9]+$'
    next_tick
    claim new PORTCLAIM_WAIT_MS=600 PORTCLAIM_MATCH=comm:server
    assert_refused new
    assert_said new "held by $(pid_of client) \"client\" .*: client, its connection has our local port"
    assert_said new 'ip_local_reserved_ports'
    assert_alive "$(pid_of client)"
    assert_untouched elsewhere
}

@test "N10 a client that leaves within the budget" {
    serve_elsewhere
    start client "${network[@]}" "$build/tests/client" --from "$port" 127.0.0.1 "$other_port"
    wait_for_line client '^[0-9]+$'
    next_tick
    claim new PORTCLAIM_WAIT_MS=15000
    wait_for_line new 'client, .*; waiting'
    # Who closes first keeps the port in TIME_WAIT: let that be the server.
    send elsewhere KILL
    assert_listening new
    assert_exit client 0
}

@test "N10 another instance of our program, whose outgoing connection has our port" {
    serve_elsewhere
    start second "${network[@]}" "$server" --port $((other_port + 1)) --connect-from "$port" \
        --connect-to "$other_port"
    assert_listening second
    next_tick
    claim new PORTCLAIM_WAIT_MS=600
    assert_refused new
    assert_said new "held by $(pid_of second) .*: client"
    assert_untouched second elsewhere
}

@test "N10 the clients of the stale one live on" {
    serve old --reuseaddr
    start client "${network[@]}" "$build/tests/client" --stay 127.0.0.1 "$port"
    wait_for_line client '^[0-9]+$'
    claim new
    assert_took_over new "$(pid_of old)"
    wait_for_line client '^eof'
    assert_alive "$(pid_of client)"
    refute said new "$(pid_of client)"
}

@test "N11 an instance younger than itself" {
    claim older PORTCLAIM_WAIT_MS=600 -- --bind-when "$BATS_TEST_TMPDIR/go"
    wait_for_line older '^started'
    next_tick
    serve younger
    touch "$BATS_TEST_TMPDIR/go"
    assert_refused older
    assert_said older "held by $(pid_of younger) .*: newer, started after us; waiting"
    assert_untouched younger
}

@test "N11 of two started together one wins and lives, eight times" {
    # Each two on a port of their own: who has lost waits while the next two are at it.
    local round winner first=$port
    for round in {1..8}; do
        port=$((first + round))
        serve "old$round"
        claim "one$round" PORTCLAIM_WAIT_MS=400 -- --bind-when "$BATS_TEST_TMPDIR/go$round"
        claim "other$round" PORTCLAIM_WAIT_MS=400 -- --bind-when "$BATS_TEST_TMPDIR/go$round"
    done
    for round in {1..8}; do
        wait_for_line "one$round" '^started'
        wait_for_line "other$round" '^started'
        touch "$BATS_TEST_TMPDIR/go$round"
        next_tick
    done
    for round in {1..8}; do
        port=$((first + round))
        wait_until 20 settled "one$round"
        wait_until 20 settled "other$round"
        assert_dead "$(pid_of "old$round")"
        assert_equal $(($(count "one$round" '^listening') + $(count "other$round" '^listening'))) 1
        winner=one$round
        said "$winner" '^listening' || winner=other$round
        assert_untouched "$winner"
        assert_equal "$(answer)" "$(pid_of "$winner")"
    done
}

@test "N11 of two started together, who have to wait for the old one, one wins and lives" {
    serve old --stop-delay 400
    claim one PORTCLAIM_WAIT_MS=400
    next_tick
    claim other PORTCLAIM_WAIT_MS=400
    wait_until 20 settled one
    wait_until 20 settled other
    assert_exit old 0
    assert_equal "$(signals_of old)" SIGTERM
    assert_equal $(($(count one '^listening') + $(count other '^listening'))) 1
    local winner=one
    said one '^listening' || winner=other
    assert_untouched "$winner"
}

@test "N11 of five started together without anybody before them one is left, and lives" {
    # Who comes later replaces who came first, as in any restart; but in the end somebody serves.
    local name living=()
    for name in a b c d e; do claim "$name" PORTCLAIM_WAIT_MS=400; done
    for name in a b c d e; do wait_until 20 settled "$name"; done
    next_tick
    for name in a b c d e; do alive "$(pid_of "$name")" && living+=("$name"); done
    assert_equal "${#living[@]}" 1
    assert_untouched "${living[0]}"
    assert_equal "$(answer)" "$(pid_of "${living[0]}")"
}

@test "N12 a pre-fork sibling" {
    # One parent, one process group, started within a second.
    local go=$BATS_TEST_TMPDIR/go
    start family "${network[@]}" "${under[@]}" PORTCLAIM_WAIT_MS=400 sh -c "
        $server --port $port --on-signal $go-signals &
        until $build/tests/client --once 127.0.0.1 $port; do sleep 0.01; done
        sleep 0.05
        $server --port $port &
        wait"
    wait_for_line family '^bind: EADDRINUSE'
    assert_said family ': sibling, started together with us by one parent; waiting'
    assert_equal "$(cat "$go-signals")" ""
    local left=1
    [ "$engine" = preload ] || left=3 # and the supervisor with its guard
    assert_equal "$(descendants_of "$(pid_of family)" | wc -l)" "$left"
}

@test "N12 a child of the same parent in another process group is none" {
    serve old
    local parent
    parent=$(parent_of "$(pid_of old)")
    claim new
    assert_took_over new "$(pid_of old)"
    assert_equal "$(parent_of "$(pid_of new)")" "$parent"
}

@test "N13 the same service on the same port in another network namespace" {
    require_root
    local here=("${network[@]}")
    make_network elsewhere
    serve other
    network=("${here[@]}")
    claim first
    assert_listening first
    assert_not_said first portclaim
    next_tick
    claim second PORTCLAIM_SERVICE=gateway PORTCLAIM_MATCH=any
    assert_took_over second "$(pid_of first)"
    refute said second "$(pid_of other)"
    assert_untouched other
}

@test "N13 the same service on other ports and addresses" {
    local name port_wanted=$port
    for name in 1 2 3; do
        port=$((other_port + name))
        serve "port$name"
    done
    port=$port_wanted
    serve address --address 127.0.0.9
    serve udp --udp
    serve old
    claim new
    assert_took_over new "$(pid_of old)"
    assert_untouched port1 port2 port3 address udp
}

@test "N13 the same service and port on another device" {
    require_root
    "${network[@]}" ip link add veth-a type veth peer name veth-b || skip "the kernel has no veth"
    serve other --address 0.0.0.0 --device veth-a
    serve old --address 0.0.0.0 --device lo
    claim new -- --address 0.0.0.0 --device lo
    assert_took_over new "$(pid_of old)"
    assert_untouched other
}

@test "N14 anybody, when a foreign holder beside the stale one makes the claim hopeless" {
    serve_stranger foreign --address 127.0.0.1
    serve stale --address ::1
    claim new PORTCLAIM_WAIT_MS=400 -- --address ::
    assert_refused new
    assert_untouched foreign stale
    assert_said new "held by $(pid_of stale) .*: stale, same program; left alone"
    assert_said new "not claimed in .* (still|last seen) held by $(pid_of foreign) \"stranger\""
}

@test "N14 the same in the other order" {
    serve stale --address 127.0.0.1
    serve_stranger foreign --address ::1
    claim new PORTCLAIM_WAIT_MS=400 -- --address ::
    assert_refused new
    assert_untouched foreign stale
}

@test "N14 the same where both share the port and the foreign one is only bound" {
    require_bound_shown
    make_stranger
    start stranger "${network[@]}" "$stranger" --port "$port" --reuseport \
        --listen-when "$BATS_TEST_TMPDIR/never"
    wait_for_line stranger '^bound'
    serve old --reuseport
    claim new PORTCLAIM_WAIT_MS=300
    assert_refused new
    assert_untouched old stranger
    assert_said new "held by $(pid_of stranger) .*: foreign, another program"
}

@test "N14 once the foreign one leaves, the stale one is stopped" {
    serve_stranger foreign --address 127.0.0.1
    serve stale --address ::1
    claim new PORTCLAIM_WAIT_MS=15000 -- --address ::
    wait_for_line new 'left alone'
    send foreign TERM
    assert_took_over new "$(pid_of stale)"
}

@test "N14 a stranger that shares the stale one's very socket is not touched, and is named" {
    # A worker and a helper program of a master that is dead: nothing tells whose the helper is.
    # Processes of our own program are looked at first (a full search would cost every takeover its
    # time), so the worker is asked before the helper is seen; the force is decided on a full one.
    serve old --leak-child --fork-workers 1 --ignore-term
    local child
    child=$(sed -n 's/^child //p' "$(log_of old)")
    send old KILL
    assert_dead "$(pid_of old)"
    claim new PORTCLAIM_TERM_MS=200 PORTCLAIM_WAIT_MS=400
    assert_refused new
    assert_alive "$child" "$(sed -n 's/^worker //p' "$(log_of old)")"
    assert_not_said new 'sent SIGKILL'
    assert_said new "still held by $child \"sleep\""
}

@test "N15 anybody, once the breaker is open; the message names both sides" {
    # Two supervisors start what they call the same service, one program each.
    local name
    for name in alpha beta; do cp "$server" "$BATS_TEST_TMPDIR/$name"; done
    duel() {
        program=$BATS_TEST_TMPDIR/$1
        claim "$2" PORTCLAIM_SERVICE=gateway PORTCLAIM_LIMIT=3/60 PORTCLAIM_WAIT_MS=400
    }
    duel alpha first
    assert_listening first
    next_tick
    duel beta second
    assert_took_over second "$(pid_of first)"
    next_tick
    duel alpha third
    assert_took_over third "$(pid_of second)"
    next_tick
    duel beta fourth
    assert_took_over fourth "$(pid_of third)"
    next_tick
    duel alpha fifth
    assert_refused fifth
    assert_said fifth 'kill war: 3 kills in 60 s, the last of .*"alpha" by .*"beta"'
    assert_untouched fourth
}

@test "N15 another port has a breaker of its own, and the window ends" {
    local settings=(PORTCLAIM_LIMIT=1/2 PORTCLAIM_WAIT_MS=300)
    serve old
    claim first "${settings[@]}"
    assert_took_over first "$(pid_of old)"
    next_tick
    claim second "${settings[@]}"
    assert_refused second
    assert_said second 'kill war: 1 kills? in 2 s'
    assert_untouched first
    local busy=$port
    port=$other_port
    serve other_old
    claim other_new "${settings[@]}"
    assert_took_over other_new "$(pid_of other_old)"
    port=$busy
    sleep 2
    claim third "${settings[@]}"
    assert_took_over third "$(pid_of first)"
}

@test "N16 anybody in dry-run, which says what it would have done" {
    serve old
    claim new PORTCLAIM=dry-run PORTCLAIM_WAIT_MS=600000 PORTCLAIM_TERM_MS=600000
    assert_refused_at_once new
    assert_said new "held by $(pid_of old) .*: stale, same program; would send SIGTERM \(dry run\)"
    assert_not_said new ' sent SIG'
    assert_untouched old
}

@test "N16 in dry-run a foreign holder is told as such" {
    serve_stranger old
    claim new PORTCLAIM=dry-run PORTCLAIM_WAIT_MS=600000
    assert_refused_at_once new
    assert_said new 'foreign, another program'
    assert_not_said new 'would send'
    assert_untouched old
}

@test "N16 dry-run does not touch the socket either" {
    only_preload "where the supervisor sets SO_REUSEADDR, the program's trace does not show it"
    require_command strace
    start new "${network[@]}" strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -e trace=setsockopt \
        -E "LD_PRELOAD=$preloaded" -E PORTCLAIM=dry-run "$server" --port "$port"
    assert_listening new
    refute grep -q SO_REUSEADDR "$BATS_TEST_TMPDIR/trace"
}

# start_privileged NAME COMMAND-TO-PREPARE: user 65534 starts a program with the object in
# /etc/ld.so.preload, which the loader honours for set-uid programs as well.
start_privileged() {
    only_preload "a program that gains privileges is not the engine's: run refuses it"
    only_glibc "musl's loader reads no /etc/ld.so.preload, and no LD_PRELOAD for set-uid programs"
    become 65534
    start "$1" "${network[@]}" unshare --mount sh -ec '
        directory=$1 object=$2 prepare=$3
        shift 3
        mount -t tmpfs -o mode=755,suid tmpfs "$directory/privileged"
        cp "$directory/server" "$directory/privileged/server"
        eval "$prepare"
        cp -a /etc "$directory/privileged/etc"
        echo "$object" >"$directory/privileged/etc/ld.so.preload"
        mount --bind "$directory/privileged/etc" /etc
        exec "$@"
        ' sh "$public" "$preloaded" "$2" "${as[@]}" \
        env PORTCLAIM_WAIT_MS=600 "PORTCLAIM_MATCH=any" "PORTCLAIM_STATE_DIR=$public/state" \
        "$public/privileged/server" --port "$port"
}

@test "N17 a set-uid program: inert" {
    require_root
    make_public
    mkdir "$public/privileged"
    serve old
    start_privileged new 'chmod 4755 "$directory/privileged/server"'
    assert_refused new
    assert_not_said new portclaim
    [ "$(refused_after new)" -lt 300 ]
    assert_untouched old
}

@test "N17 a program with file capabilities: inert" {
    require_root
    require_command setcap
    make_public
    mkdir "$public/privileged"
    become 65534
    serve old
    start_privileged new 'setcap cap_net_bind_service+ep "$directory/privileged/server"'
    assert_refused new
    assert_not_said new portclaim
    assert_untouched old
}

@test "N17 the same program in the same place without privilege is not" {
    require_root
    make_public
    mkdir "$public/privileged"
    become 65534
    serve old
    start_privileged new true
    assert_took_over new "$(pid_of old)"
}
