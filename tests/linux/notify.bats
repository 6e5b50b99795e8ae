#!/usr/bin/env bats
# The seccomp engine, where it differs from the shared object: the programs it is there for, rights,
# the supervisor's end and the program's, the ABIs. What both have in common is in tests/seccomp.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load scenarios

setup() {
    harness_setup
    make_network
    portclaim=$build/portclaim
    under=("$repository/tests/lib/under-seccomp")
    program=$build/tests/static/server
    unusual=$build/tests/unusual
}

teardown() {
    harness_teardown
    remove_public
}

# The processes of portclaim's that answer for a program: first the receiver, its child, then the
# guard, that one's child.
supervisors_of() {
    local pid
    for pid in $(descendants_of "$1"); do
        [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != portclaim ] || echo "$pid"
    done
}

receiver_of() {
    supervisors_of "$1" | sed -n 1p
}

# The receiver's children that are not the guard.
workers_of() {
    supervisors_of "$1" | sed 1,2d
}

# has_supervisors NAME COUNT
has_supervisors() {
    [ "$(supervisors_of "$(pid_of "$1")" | wc -l)" -eq "$2" ]
}

# All of this test's, wherever they hang in the tree of processes.
tagged_supervisors() {
    local path
    for path in $(tagged); do
        path=${path#/proc/}
        path=${path%/environ}
        if [ "$(cat "/proc/$path/comm" 2>/dev/null)" = portclaim ] && alive "$path"; then
            echo "$path"
        fi
    done
}

pair_is_complete() {
    [ "$(tagged_supervisors | wc -l)" -eq 2 ]
}

all_dead() {
    local pid
    for pid in "$@"; do dead "$pid" || return 1; done
}

# ----- the programs it is there for -----------------------------------------------------------------

@test "B01 run picks the engine for a static program, which takes its port over" {
    serve old
    start new "${network[@]}" "$portclaim" run "$program" --port "$port"
    assert_took_over new "$(pid_of old)"
    assert_equal "$(answer)" "$(pid_of new)"
    assert_equal "$(signals_of old)" SIGTERM
}

@test "B01 a Go server is taken over by the next, at its first attempt" {
    require_command go
    local go_server=$build/tests/gateway_go
    [ -x "$go_server" ] || (cd "$repository/tests/servers/go" &&
        CGO_ENABLED=0 GOCACHE=$build/go GOPATH=$build/go go build -o "$go_server" gateway.go)
    start old "${network[@]}" "$portclaim" run "$go_server" "127.0.0.1:$port"
    wait_for_line old '^listening'
    next_tick
    start new "${network[@]}" "$portclaim" run "$go_server" "127.0.0.1:$port"
    wait_for_line new '^listening'
    assert_said new ":$port claimed in .*: 1 stale holder"
    assert_dead "$(pid_of old)"
    assert_said old '^signal terminated'
}

@test "B01 a static program of musl" {
    program=$build/tests/musl/server_static
    [ -x "$program" ] || skip "needs musl-gcc"
    serve old
    start new "${network[@]}" "$portclaim" run "$program" --port "$port"
    assert_took_over new "$(pid_of old)"
}

@test "B01 a static server that a shell script starts is served as well" {
    serve old
    start new "${network[@]}" "$portclaim" run --engine=seccomp -- \
        sh -c "$program --port $port; echo over"
    wait_for_line new ":$port claimed in"
    wait_for_line new '^listening'
    assert_dead "$(pid_of old)"
}

@test "B01 --claim frees port and lock before a static program begins, and not again in children" {
    local lock=$BATS_TEST_TMPDIR/lock
    serve old --lock "$lock"
    start new "${network[@]}" "$portclaim" run --claim "127.0.0.1:$port" -- "$program" \
        --port "$port" --lock "$lock" --spawn 'echo "claim <$PORTCLAIM_CLAIM>"'
    assert_took_over new "$(pid_of old)"
    wait_for_line new '^claim <>'
}

@test "B01 by i386's system calls, and by its socketcall" {
    [ "$(uname -m)" = x86_64 ] || skip "x86-64 only"
    local way
    for way in int80 socketcall; do
        start "old $way" "${network[@]}" "$unusual" "$way" "$port"
        wait_for_line "old $way" '^listening'
        assert_said "old $way" '^bind: 0'
        next_tick
        start "new $way" "${network[@]}" "${under[@]}" "$unusual" "$way" "$port"
        wait_for_line "new $way" '^listening'
        assert_said "new $way" ":$port claimed in"
        assert_said "new $way" '^bind: 0'
        assert_said "new $way" '^listen: 0'
        assert_dead "$(pid_of "old $way")"
        send "new $way" TERM
        assert_exit "new $way" 0
    done
}

@test "B01 the socket of a thread with descriptors of its own" {
    printf '6.9\n%s\n' "$(uname -r)" | sort -CV || skip "pidfds of threads came with Linux 6.9"
    start old "${network[@]}" "$unusual" own-files "$port"
    wait_for_line old '^listening'
    next_tick
    start new "${network[@]}" "${under[@]}" "$unusual" own-files "$port"
    wait_for_line new '^listening'
    assert_said new '^bind: 0'
    assert_dead "$(pid_of old)"
}

# has_bound COUNT: so many threads of new have
has_bound() {
    [ "$(count new '^thread: 0')" -eq "$1" ]
}

@test "B01 calls at once do not wait for each other's claims" {
    # Eight threads on eight ports, one of which a stranger holds for good.
    local number
    make_stranger
    start other "${network[@]}" "$stranger" --port $((port + 3))
    assert_listening other
    start new "${network[@]}" "${under[@]}" PORTCLAIM_WAIT_MS=600000 "$unusual" threads "$port" 8
    wait_for_line new 'is held by .*foreign'
    wait_until 10 has_bound 7
    assert_not_said new '^listening'
    send other TERM
    wait_for_line new '^listening'
    assert_equal "$(count new '^thread: 0')" 8
}

@test "B01 a Unix socket is the program's own affair: a client sees who listens" {
    run -0 "${under[@]}" "$unusual" unix "$BATS_TEST_TMPDIR/path"
    [[ $output == *"peer: the listener"* ]] || fail "$output"
}

# ----- rights ---------------------------------------------------------------------------------------

# same_as_without COMMAND...: what it says under portclaim is what it says without.
same_as_without() {
    local plain
    plain=$("${network[@]}" "${as[@]}" "$@" 2>&1) || true
    run "${network[@]}" "${as[@]}" "${under[@]}" "$@"
    assert_equal "$output" "$plain"
    [[ $output == *"$wanted"* ]] || fail "$output"
}

@test "B01 once a program has closed its socket the port is free: nobody of ours has it still" {
    require_command strace
    # The supervisor is kept for a while after each answer that it gives.
    run -0 "${network[@]}" strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -e trace=ioctl \
        -e inject=ioctl:delay_exit=100000 "${under[@]}" perl -MSocket -e '
            socket my $server, PF_INET, SOCK_STREAM, 0;
            socket my $client, PF_INET, SOCK_STREAM, 0;
            my $address = pack_sockaddr_in(shift, INADDR_LOOPBACK);
            bind $server, $address or die "bind: $!";
            listen $server, 1 or die "listen: $!";
            close $server;
            print connect($client, $address) ? "still open" : $!{ECONNREFUSED} ? "free" : "$!"
        ' "$port"
    assert_equal "$output" free
}

@test "B02 a port below 1024 without the capability for it" {
    require_root
    wanted="bind: EACCES"
    become 65534
    same_as_without "$unusual" bind 80
}

@test "B02 after setuid, though the supervisor is still root" {
    require_root
    run "${network[@]}" "${under[@]}" "$unusual" drop 65534 80
    [[ $output == *"bind: EACCES"* ]] || fail "$output"
    # It is not dumpable any more, and gets its line all the same.
    [[ $output == *"]: warning: it has rights that portclaim has not, or has given some up"* ]] || fail "$output"
}

@test "B02 after the capability was given up, though the user is still root" {
    require_root
    wanted="bind: EACCES"
    same_as_without setpriv --bounding-set -net_bind_service --inh-caps -net_bind_service \
        -- "$unusual" bind 80
}

@test "B02 in a user namespace: its root has no right to the network outside" {
    unshare --user --map-root-user true || skip "no user namespaces here"
    wanted="bind: EACCES"
    same_as_without unshare --user --map-root-user "$unusual" bind 80
    wanted="bind: 0"
    same_as_without unshare --user --map-root-user --net "$unusual" bind 80
}

@test "B02 in a Landlock domain" {
    run "$unusual" landlock "$port"
    [[ $output == *"landlock: 0"*"bind: EACCES"* ]] || skip "no Landlock for ports here: $output"
    wanted="bind: EACCES"
    same_as_without "$unusual" landlock "$port"
}

@test "B02 one that gave up being root is served with its own rights" {
    require_root
    make_public
    under=("$repository/tests/lib/under-seccomp")
    program=$public/server
    as=(setpriv --reuid 65534 --regid 65534 --clear-groups --)
    serve old
    start new "${network[@]}" "${under[@]}" "${as[@]}" "$program" --port "$port"
    assert_took_over new "$(pid_of old)"
    # Root's own stale instance is another user's to it.
    as=()
    serve_as_root=$((port + 1))
    port=$serve_as_root serve root
    start third "${network[@]}" "${under[@]}" PORTCLAIM_WAIT_MS=600 \
        setpriv --reuid 65534 --regid 65534 --clear-groups -- "$program" --port "$serve_as_root"
    assert_refused third
    assert_said third "another user's"
    assert_untouched root
}

@test "B02 a process of another PID namespace signals nobody outside" {
    require_root
    serve old
    start new "${network[@]}" "${under[@]}" unshare --pid --fork --kill-child \
        "$program" --port "$port"
    wait_for_line new '^bind: EADDRINUSE'
    assert_said new 'warning: .*PID namespace'
    assert_untouched old
}

@test "B02 without CAP_SYS_ADMIN no_new_privs is set, with it nothing is" {
    require_root
    run -0 "${under[@]}" grep NoNewPrivs /proc/self/status
    assert_equal "$output" $'NoNewPrivs:\t0'
    become 65534
    run -0 "${as[@]}" "${under[@]}" grep NoNewPrivs /proc/self/status
    assert_equal "$output" $'NoNewPrivs:\t1'
}

# ----- what the program sees ------------------------------------------------------------------------

assert_childless() {
    wait_for_line childless '^signals'
    assert_equal "$(cat "$(log_of childless)")" $'bind: 0\nwait: ECHILD\nsignals: 0'
}

@test "B03 no child that wait(2) knows, no SIGCHLD, no descriptor of ours" {
    start childless "${under[@]}" "$unusual" children
    assert_childless
    run -0 "${under[@]}" sh -c 'ls /proc/$$/fd'
    assert_equal "$output" "$(sh -c 'ls /proc/$$/fd')"
}

@test "B03 the same as PID 1 of a container" {
    require_root
    start childless unshare --pid --fork --kill-child --mount-proc "${under[@]}" "$unusual" children
    assert_childless
}

@test "B03 who reads its output to the end is not kept by the supervisor" {
    # The filter lives on in the background, and the supervisor with it.
    start reader sh -c '"$@" 2>&1 | cat; echo "the end"' sh \
        "${under[@]}" sh -c 'sleep 300 >/dev/null 2>&1 & echo started'
    wait_for_line reader '^the end'
    assert_said reader '^started'
    pair_is_complete
}

@test "B03 who looks for the program by its command line finds it alone" {
    local pid command_line
    claim new
    assert_listening new
    for pid in $(supervisors_of "$(pid_of new)"); do
        command_line=$(tr '\0' ' ' <"/proc/$pid/cmdline")
        [[ $command_line == "portclaim supervisor of $(pid_of new) "* ]] || fail "$command_line"
        refute grep -aF -e "$program" "/proc/$pid/cmdline"
    done
}

# ----- the end ----------------------------------------------------------------------------------------

@test "B03 the program ends by itself or is killed: nothing of ours is left" {
    local signal pids
    for signal in TERM KILL; do
        claim "$signal"
        assert_listening "$signal"
        mapfile -t pids < <(supervisors_of "$(pid_of "$signal")")
        assert_equal "${#pids[@]}" 2
        send "$signal" "$signal"
        wait_until 5 all_dead "${pids[@]}"
    done
}

@test "B03 a unit's stop, which signals every process: the supervisor outlives the program, no more" {
    local pids signal
    claim new -- --stop-delay 300
    assert_listening new
    mapfile -t pids < <(supervisors_of "$(pid_of new)")
    for signal in TERM HUP INT QUIT USR1; do kill "-$signal" "${pids[@]}"; done
    send new TERM
    wait_for_line new '^signal SIGTERM'
    assert_alive "${pids[@]}"
    assert_exit new 0
    wait_until 5 all_dead "${pids[@]}"
}

@test "B03 a daemon that its starter leaves behind is served on" {
    local go=$BATS_TEST_TMPDIR/go
    serve old
    start starter "${network[@]}" "${under[@]}" sh -c \
        "setsid $program --port $port --bind-when $go & exit 0"
    assert_exit starter 0
    touch "$go"
    wait_for_line starter ":$port claimed in"
    assert_dead "$(pid_of old)"
}

@test "B03 receiver and guard are killed, one after the other: the next one serves" {
    local go=$BATS_TEST_TMPDIR/go pid guard
    serve old
    claim new -- --bind-when "$go"
    wait_for_line new '^started'
    wait_until 5 has_supervisors new 2
    kill -KILL "$(receiver_of "$(pid_of new)")"
    wait_until 5 pair_is_complete
    # The guard is the receiver now, and nobody's descendant of the program's; its child guards it.
    for pid in $(tagged_supervisors); do
        [ -n "$(descendants_of "$pid")" ] || guard=$pid
    done
    kill -KILL "$guard"
    wait_until 5 pair_is_complete
    touch "$go"
    assert_took_over new "$(pid_of old)"
}

said_twice() {
    [ "$(count "$1" "$2")" -ge 2 ]
}

@test "B03 the receiver is killed in the midst of a claim: the guard begins with it anew" {
    local worker
    serve_stranger old
    claim new PORTCLAIM_WAIT_MS=15000
    wait_for_line new 'is held by .*foreign'
    worker=$(workers_of "$(pid_of new)")
    kill -KILL "$(receiver_of "$(pid_of new)")"
    wait_until 5 all_dead "$worker"
    wait_until 5 said_twice new 'is held by .*foreign'
    send old TERM
    assert_listening new
    assert_equal "$(answer)" "$(pid_of new)"
}

@test "B03 a worker is killed in the midst of its claim: the program sees what the kernel says" {
    serve_stranger old
    claim new PORTCLAIM_WAIT_MS=600000
    wait_for_line new 'is held by .*foreign'
    kill -KILL "$(workers_of "$(pid_of new)")"
    assert_refused new
    assert_untouched old
}

@test "B03 both are killed at once: a clear failure, and no program that hangs" {
    local go=$BATS_TEST_TMPDIR/go pids
    claim new -- --bind-when "$go"
    wait_for_line new '^started'
    wait_until 5 has_supervisors new 2
    mapfile -t pids < <(supervisors_of "$(pid_of new)")
    kill -STOP "${pids[@]}"
    kill -KILL "${pids[@]}"
    wait_until 5 all_dead "${pids[@]}"
    touch "$go"
    assert_exit new 1
    assert_said new '^bind: ENOSYS'
}

@test "B03 the program is killed in the midst of its claim: the claim ends with it" {
    local worker
    serve_stranger old
    start new "${network[@]}" "${under[@]}" PORTCLAIM_WAIT_MS=600000 sh -c \
        "$program --port $port; echo over; exec sleep 300"
    wait_for_line new 'is held by .*foreign'
    worker=$(workers_of "$(pid_of new)")
    kill -KILL "$(sed -n 's/^portclaim\[\([0-9]*\)\].*/\1/p;T;q' "$(log_of new)")"
    wait_for_line new '^over'
    wait_until 5 all_dead "$worker"
    assert_untouched old
}

@test "B03 on a kernel whose calls a signal can end (before 5.19), the call is made again" {
    require_command strace
    local calls
    # libseccomp asks the kernel what it can do before; the last call installs the filter.
    calls=$(strace -e trace=seccomp "${under[@]}" true 2>&1 | grep -c '^seccomp(')
    serve_stranger old
    start tracer "${network[@]}" strace -f -qq -o /dev/null -e trace=seccomp \
        -e "inject=seccomp:error=EINVAL:when=$calls" \
        "${under[@]}" PORTCLAIM_WAIT_MS=600000 "$program" --port "$port"
    wait_for_line tracer 'is held by .*foreign'
    kill -CONT "$(sed -n 's/^portclaim\[\([0-9]*\)\].*/\1/p;T;q' "$(log_of tracer)")"
    # The handler runs at once, with SA_RESTART, and another claim begins.
    wait_for_line tracer '^signal SIGCONT'
    wait_until 5 said_twice tracer 'is held by .*foreign'
    send old TERM
    assert_listening tracer
}

# ----- run ------------------------------------------------------------------------------------------

@test "B01 what run says of engines" {
    run -2 "$portclaim" run --engine=ptrace true
    [[ $output == *'--engine "ptrace": want auto, preload or seccomp'* ]] || fail "$output"
    run -125 "$portclaim" run --engine=preload "$program"
    [[ $output == *"statically linked"* ]] || fail "$output"
    run -125 "$portclaim" run --engine=seccomp "$portclaim" run --engine=seccomp true
    [[ $output == *"there can be one only"* ]] || fail "$output"
    run -127 "$portclaim" run --engine=seccomp ./no-such-program
}

@test "B01 where a container keeps pidfd_getfd back, it is refused by name; --claim still helps" {
    run -125 "$build/tests/deny" getfd -- "$portclaim" run "$program"
    [[ $output == *"cannot serve"*pidfd_getfd*SYS_PTRACE*--claim* ]] || fail "$output"
    serve old
    start new "${network[@]}" "$build/tests/deny" getfd -- \
        "$portclaim" run --claim "127.0.0.1:$port" "$program" --port "$port"
    assert_took_over new "$(pid_of old)"
    assert_said new 'warning: but for --claim nothing is done for it: pidfd_getfd'
}

@test "B01 where nobody could receive a call, it is refused by name" {
    run -125 "$build/tests/deny" ioctl -- "$portclaim" run "$program"
    [[ $output == *"cannot serve"*"ioctl(2) is not permitted"* ]] || fail "$output"
}

@test "B01 where Yama lets nobody look into the program, it is refused by name" {
    require_root
    local incapable=(setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace --)
    run -125 with_yama 3 "$portclaim" run --engine=seccomp true
    [[ $output == *"cannot serve"*ptrace_scope\ is\ 3* ]] || fail "$output"
    run -125 with_yama 2 "${incapable[@]}" "$portclaim" run --engine=seccomp true
    [[ $output == *"cannot serve"*CAP_SYS_PTRACE*ptrace_scope=1* ]] || fail "$output"
    run -0 with_yama 2 "$portclaim" run --engine=seccomp true
    assert_equal "$output" ""
    run -0 with_yama 1 "${incapable[@]}" "$portclaim" run --engine=seccomp true
    assert_equal "$output" ""
}
