#!/usr/bin/env bats
# Who is stale is stopped, as gently as it goes and as firmly as it must.
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
    remove_public
}

# connect NAME [OPTION...]: a client of whoever serves now; it was answered when this returns.
connect() {
    start "$1" "${network[@]}" "$build/tests/client" "${@:2}" 127.0.0.1 "$port"
    wait_for_line "$1" '^[0-9]+$'
}

@test "S01 a polite stale holder gets SIGTERM and nothing else" {
    serve old
    claim new
    assert_took_over new
    assert_exit old 0
    assert_equal "$(signals_of old)" SIGTERM
    assert_said new "127.0.0.1:$port is held by $(pid_of old) \"server\" \(server, up .*\): stale, same program; sent SIGTERM"
    assert_said new 'claimed in .*: 1 stale holder (stopped|let go)'
    assert_not_said new SIGKILL
    assert_equal "$(answer)" "$(pid_of new)"
}

@test "S01 one that takes its time within the grace is not forced" {
    serve old --stop-delay 700
    claim new PORTCLAIM_TERM_MS=8000
    assert_took_over new
    assert_exit old 0
    assert_equal "$(signals_of old)" SIGTERM
    assert_equal "$(count new 'sent SIGTERM')" 1
    assert_not_said new SIGKILL
}

@test "S01 the same for UDP" {
    serve old --udp
    claim new -- --udp
    assert_took_over new
    assert_exit old 0
    assert_equal "$(signals_of old)" SIGTERM
}

@test "S01 an earlier instance with a living parent, which is no relative of the new one" {
    local keeper=("${network[@]}" sh -c '"$@" & wait' keeper)
    start old "${keeper[@]}" "$server" --port "$port"
    assert_listening old
    process_of[server]=$(descendants_of "$(pid_of old)" | tail -n 1)
    next_tick
    claim new
    assert_took_over new "$(pid_of server)"
    assert_said new "is held by $(pid_of server) .*: stale, same program; sent SIGTERM"
}

@test "S01 a stale holder that bound the port and never listened" {
    require_bound_shown
    serve old --no-listen
    claim new
    assert_took_over new "$(pid_of old)"
    assert_equal "$(signals_of old)" SIGTERM
}

# reserve NAME OPTION...: binds and does not listen
reserve() {
    start "$1" "${network[@]}" "$program" --port "$port" "${@:2}" \
        --listen-when "$BATS_TEST_TMPDIR/never"
    wait_for_line "$1" '^bound'
    next_tick
}

@test "S01 one that shares the port with a stale holder and never listened goes with it" {
    require_bound_shown
    reserve first --reuseport
    serve second --reuseport
    claim new PORTCLAIM_TERM_MS=300
    assert_took_over new "$(pid_of first)" "$(pid_of second)"
    assert_not_said new 'took the port'
}

@test "S02 one that is only bound beside it, with SO_REUSEADDR, keeps nobody from the port" {
    reserve first --reuseaddr
    serve second --reuseaddr --ignore-term
    claim new PORTCLAIM_TERM_MS=300
    assert_took_over new "$(pid_of second)"
    assert_untouched first
    assert_not_said new "held by $(pid_of first)"
}

@test "S02 one that ignores SIGTERM gets SIGKILL after the grace" {
    serve old --ignore-term
    claim new PORTCLAIM_TERM_MS=300
    assert_took_over new
    assert_exit old 137
    assert_equal "$(signals_of old)" SIGTERM
    assert_said new "127.0.0.1:$port is still held by $(pid_of old) \"server\" 3[0-9][0-9] ms after SIGTERM; sent SIGKILL"
    assert_said new 'claimed in .*: 1 stale holder (stopped|let go)'
}

@test "S02 the default budget is enough for it" {
    serve old --ignore-term
    claim new
    assert_took_over new
    assert_exit old 137
}

@test "S03 one that drains is left to drain, and ends by itself" {
    serve old --reuseaddr --drain
    connect client
    claim new PORTCLAIM_TERM_MS=300 PORTCLAIM_KILL_MS=100
    assert_took_over new
    assert_said new '1 stale holder let go and ends by itself'
    sleep 0.6
    assert_alive "$(pid_of old)" "$(pid_of client)"
    assert_equal "$(signals_of old)" SIGTERM
    send client TERM
    assert_exit old 0
    assert_not_said new SIGKILL
    assert_equal "$(answer)" "$(pid_of new)"
}

@test "S03 a drain of an instance under portclaim, which never set SO_REUSEADDR itself" {
    claim old -- --drain
    assert_listening old
    next_tick
    connect client
    claim new PORTCLAIM_TERM_MS=300
    assert_took_over new
    sleep 0.6
    assert_alive "$(pid_of old)" "$(pid_of client)"
    assert_equal "$(signals_of old)" SIGTERM
}

@test "S03 an old generation that drains is not disturbed by the next takeover" {
    serve first --reuseaddr --drain
    connect client
    claim second
    assert_took_over second
    next_tick
    claim third PORTCLAIM_TERM_MS=300
    assert_took_over third "$(pid_of second)"
    sleep 0.5
    assert_alive "$(pid_of first)" "$(pid_of client)"
    assert_equal "$(signals_of first)" SIGTERM
    refute said third "held by $(pid_of first) "
}

@test "S04 one hung in shutdown on a client that never closes" {
    serve old --reuseaddr --hang-on-client
    connect client --stay
    claim new PORTCLAIM_TERM_MS=300
    assert_took_over new
    assert_exit old 137
    assert_equal "$(signals_of old)" SIGTERM
    assert_alive "$(pid_of client)"
    assert_equal "$(count new '^listening')" 1
    assert_equal "$(answer)" "$(pid_of new)"
}

@test "S04 ... that never set SO_REUSEADDR" {
    require_root # the connection outlives it, and has to be closed
    serve old --hang-on-client
    connect client --stay
    claim new PORTCLAIM_TERM_MS=300
    assert_took_over new
    assert_exit old 137
    assert_equal "$(answer)" "$(pid_of new)"
}

@test "S04 ... that was told to stop long before, and hangs since" {
    serve old --reuseaddr --hang-on-client
    connect client --stay
    send old TERM
    wait_for_line old '^signal SIGTERM'
    claim new PORTCLAIM_TERM_MS=300
    assert_took_over new
    assert_exit old 137
}

@test "S05 already dead when the signal comes" {
    serve old --ignore-term
    # It was seen alive; then it dies by another's hand, while the signal is held up.
    inject pidfd_send_signal:delay_enter=700000:when=2
    claim new
    wait_until 10 grep -qs 'SIGTERM' "$BATS_TEST_TMPDIR/trace"
    send old KILL
    assert_listening new
    assert_exit old 137
    assert_equal "$(signals_of old)" ""
    assert_said new 'it ended just now'
    assert_not_said new 'not permitted|cannot send|SIGKILL'
}

@test "S05 it dies of itself during the grace" {
    serve old --ignore-term
    claim new PORTCLAIM_TERM_MS=15000
    wait_for_line new 'sent SIGTERM'
    send old KILL
    assert_took_over new
    assert_not_said new SIGKILL
}

@test "S06 a stopped holder that would be polite is woken, and ends by SIGTERM" {
    serve old
    send old STOP
    claim new PORTCLAIM_TERM_MS=5000
    assert_took_over new
    assert_exit old 0
    assert_not_said new SIGKILL
    # Which of the two it sees first is the kernel's choice.
    [[ $(signals_of old) == *SIGTERM* ]]
}

@test "S06 a stopped holder that ignores SIGTERM is killed" {
    serve old --ignore-term
    send old STOP
    claim new PORTCLAIM_TERM_MS=300
    assert_took_over new
    assert_exit old 137
}

@test "S06 a holder that runs gets no SIGCONT" {
    serve old --stop-delay 300
    claim new
    assert_took_over new
    assert_equal "$(signals_of old)" SIGTERM
}

@test "S07 two generations, on IPv4 and IPv6, are ended together" {
    serve first --address 127.0.0.1 --stop-delay 1000
    serve second --address ::1 --stop-delay 1000
    claim new PORTCLAIM_TERM_MS=8000 -- --address ::
    assert_took_over new
    assert_exit first 0
    assert_exit second 0
    assert_equal "$(signals_of first) $(signals_of second)" "SIGTERM SIGTERM"
    assert_claimed_from new 2
    # Each takes a second to end: one after the other, their ends were as far apart.
    local name ends=()
    for name in first second; do ends+=("$(sed -n 's/^ended at //p' "$(log_of "$name")")"); done
    (((ends[0] - ends[1]) ** 2 < 800 ** 2)) || fail "ended at ${ends[*]}"
}

@test "S07 many generations, each on its own address, are ended together" {
    local number
    for number in 1 2 3 4 5 6; do serve "old$number" --address "127.0.0.$number"; done
    claim new -- --address 0.0.0.0
    assert_took_over new
    for number in 1 2 3 4 5 6; do
        assert_exit "old$number" 0
        assert_equal "$(signals_of "old$number")" SIGTERM
    done
    assert_claimed_from new 6
}

@test "S07 one that holds IPv4 and IPv6 is signalled once" {
    serve old --address 127.0.0.1 --address ::1 --stop-delay 300
    claim new -- --address ::
    assert_took_over new
    assert_exit old 0
    assert_equal "$(signals_of old)" SIGTERM
    assert_equal "$(count new 'sent SIGTERM')" 1
}

@test "S07 one that ignores SIGTERM beside one that is polite" {
    serve first --address 127.0.0.1 --ignore-term
    serve second --address ::1
    claim new PORTCLAIM_TERM_MS=300 -- --address ::
    assert_took_over new
    assert_exit first 137
    assert_exit second 0
}

@test "S08 master and workers that inherited the socket are all ended" {
    serve old --fork-workers 3
    local workers
    mapfile -t workers < <(descendants_of "$(pid_of old)")
    assert_equal "${#workers[@]}" 3
    claim new
    assert_took_over new "$(pid_of old)" "${workers[@]}"
    # Each was told once.
    assert_equal "$(count old '^signal SIGTERM')" 4
    assert_not_said new SIGKILL
}

@test "S08 ... all of whom ignore SIGTERM" {
    serve old --fork-workers 3 --ignore-term
    local workers
    mapfile -t workers < <(descendants_of "$(pid_of old)")
    claim new PORTCLAIM_TERM_MS=300
    assert_took_over new "$(pid_of old)" "${workers[@]}"
    assert_equal "$(count new 'sent SIGKILL')" 4
}

@test "S08 workers whose master is dead" {
    serve old --fork-workers 2
    local workers
    mapfile -t workers < <(descendants_of "$(pid_of old)")
    send old KILL
    assert_dead "$(pid_of old)"
    assert_alive "${workers[@]}"
    claim new
    assert_took_over new "${workers[@]}"
}

@test "S08 a stray child of another program that inherited the listening socket" {
    serve old --leak-child
    local child
    child=$(sed -n 's/^child //p' "$(log_of old)")
    assert_alive "$child"
    claim new
    assert_took_over new "$(pid_of old)" "$child"
    assert_said new "held by $child \"sleep\" .*: stale, inherited its socket from $(pid_of old)"
}

@test "S08 a stray child whose parent ignores SIGTERM" {
    serve old --leak-child --ignore-term
    local child
    child=$(sed -n 's/^child //p' "$(log_of old)")
    claim new PORTCLAIM_TERM_MS=300
    assert_took_over new "$(pid_of old)" "$child"
    assert_exit old 137
}

@test "S08 a stray child that outlived its parent: by the label, not without" {
    start old "${network[@]}" env PORTCLAIM_SERVICE=gateway "$server" --port "$port" --leak-child
    assert_listening old
    local child
    child=$(sed -n 's/^child //p' "$(log_of old)")
    send old KILL
    next_tick
    claim unlabelled PORTCLAIM_WAIT_MS=600
    assert_refused unlabelled
    assert_alive "$child"
    claim new PORTCLAIM_SERVICE=gateway
    assert_took_over new "$child"
    assert_said new "held by $child \"sleep\" .*: stale, same service label"
}

@test "S09 a zombie leader with a living thread that holds the socket" {
    serve old --leader-exits
    assert_equal "$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$(pid_of old)/status")" Z
    claim new
    assert_took_over new
    assert_exit old 0
    assert_equal "$(signals_of old)" SIGTERM
}

@test "S09 ... that ignores SIGTERM" {
    serve old --leader-exits --ignore-term
    claim new PORTCLAIM_TERM_MS=300
    assert_took_over new "$(pid_of old)"
    assert_said new 'sent SIGKILL'
}

# recycle SYSTEM-CALL NUMBER: see recycle.sh
recycle() {
    only_preload "recycle.sh counts the system calls of the program's own process"
    require_root
    require_command strace
    [ -w /proc/sys/kernel/ns_last_pid ] || skip "the kernel has no ns_last_pid"
    start driver "${network[@]}" unshare --pid --fork --kill-child --mount-proc \
        "$repository/tests/linux/recycle.sh" "$server" "$preloaded" "$port" "$BATS_TEST_TMPDIR" "$@"
    assert_exit driver 0
    assert_said driver '^recycled [0-9]+$'
    assert_said driver '^successor: listening'
    assert_said driver '^bystander is alive, signals: none$'
}

@test "S09 a thread that alone has the socket, while the leader lives on without" {
    serve old --own-files
    assert_equal "$(find "/proc/$(pid_of old)/fd" -lname 'socket:*' | wc -l)" 0
    claim new
    assert_took_over new
    assert_exit old 0
}

@test "S10 a PID that is recycled before it is opened is not signalled" {
    recycle pidfd_open 1
    assert_said driver '^old: signals $'
}

@test "S10 a PID that is recycled while its process is looked at is not signalled" {
    recycle pidfd_send_signal 1
    assert_said driver '^old: signals $'
}

@test "S10 a PID that is recycled between look-up and signal is not signalled" {
    recycle pidfd_send_signal 2
    assert_said driver '^old: signals $'
    grep -q SIGTERM "$BATS_TEST_TMPDIR/trace"
}

@test "S10 a PID that is recycled before SIGKILL is not killed" {
    recycle pidfd_send_signal 4
    assert_said driver '^old: signals SIGTERM$'
    grep -q SIGKILL "$BATS_TEST_TMPDIR/trace"
}

@test "S11 EPERM on the signal is reported as such, and the claim waits" {
    require_root
    make_public
    # The same user made the socket, and then became another one: such a process can be seen with
    # CAP_SYS_PTRACE and the like, and not be signalled without CAP_KILL.
    become 65534 --inh-caps +setuid --ambient-caps +setuid
    serve old --drop-to 65533
    local see=+sys_ptrace,+dac_read_search
    become 65534 --inh-caps "$see" --ambient-caps "$see"
    claim new PORTCLAIM_TERM_MS=300 PORTCLAIM_KILL_MS=0 PORTCLAIM_WAIT_MS=1000
    assert_refused new
    assert_said new "held by $(pid_of old) .*: stale, same program; not permitted to send SIGTERM \(EPERM\)"
    assert_not_said new 'sent SIG'
    assert_said new 'not claimed in 1.[0-9] s'
    assert_untouched old
}

@test "S11 EPERM of a security module; the claim goes on when the holder leaves" {
    serve old
    tracer=("$build/tests/deny" signal --)
    claim new PORTCLAIM_WAIT_MS=15000
    wait_for_line new 'not permitted to send SIGTERM \(EPERM\)'
    send old TERM
    assert_listening new
    assert_equal "$(signals_of old)" SIGTERM
}

@test "S12 a holder with much memory is waited for" {
    local free_mb
    free_mb=$(sed -n 's/^MemAvailable: *\([0-9]*\)[0-9]\{3\} kB/\1/p' /proc/meminfo)
    [ "$free_mb" -gt 1500 ] || skip "needs 1.5 GB of memory"
    serve old --ignore-term --allocate 600
    claim new PORTCLAIM_TERM_MS=100 PORTCLAIM_KILL_MS=0 PORTCLAIM_WAIT_MS=10000
    assert_took_over new "$(pid_of old)"
    assert_exit old 137
    assert_equal "$(count new 'sent SIGKILL')" 1
}

@test "S13 an executable replaced by an upgrade still counts as the same program" {
    local program=$BATS_TEST_TMPDIR/gateway
    cp "$server" "$program"
    serve old
    cp "$server" "$program.new"
    mv "$program.new" "$program"
    [[ $(readlink "/proc/$(pid_of old)/exe") == *"/gateway (deleted)" ]]
    claim new
    assert_took_over new "$(pid_of old)"
    assert_said new 'stale, same program; sent SIGTERM'
}

@test "S13 an executable that was removed, and another program in another place" {
    local program=$BATS_TEST_TMPDIR/gateway
    cp "$server" "$program"
    serve old
    rm "$program"
    program=$server
    claim new PORTCLAIM_WAIT_MS=600
    assert_refused new
    assert_said new 'foreign, another program'
    assert_untouched old
}

@test "S14 a rewritten process title still counts" {
    serve old --title openclaw-gateway-main
    # comm has 15 characters, the arguments are gone.
    assert_equal "$(cat "/proc/$(pid_of old)/comm")" openclaw-gatewa
    assert_equal "$(tr -d '\0' <"/proc/$(pid_of old)/cmdline")" openclaw-gateway-main
    claim new
    assert_took_over new "$(pid_of old)"
    assert_said new "held by $(pid_of old) \"openclaw-gatewa[a-z-]*\" \(server, .*: stale, same program"
}

@test "S14 a rewritten title of an interpreter, whose script it hides" {
    local program=$BATS_TEST_TMPDIR/node
    cp "$server" "$program"
    serve old --title openclaw-gateway
    claim new -- --title openclaw-gateway
    assert_took_over new "$(pid_of old)"
    assert_said new 'stale, same title or arguments, same directory'
}

@test "S14 the same title in another directory is another service" {
    local program=$BATS_TEST_TMPDIR/node
    cp "$server" "$program"
    as=(env -C /)
    serve old --title openclaw-gateway
    as=()
    claim new PORTCLAIM_WAIT_MS=600 -- --title openclaw-gateway
    assert_refused new
    assert_said new 'foreign'
    assert_untouched old
}
