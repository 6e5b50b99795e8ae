#!/usr/bin/env bats
# Staying out of the way: of programs that need no help, of other libraries, of hardened units.
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

# ----- O01 --------------------------------------------------------------------------------------

# system_calls NAME [VARIABLE=VALUE] -- OPTION...: all that the server calls, from its first socket
# until it serves.
system_calls() {
    local name=$1 variables=()
    shift
    while [ "$1" != -- ]; do
        variables+=(-E "$1")
        shift
    done
    shift
    require_command strace
    start "$name" "${network[@]}" strace -f -qq -o "$BATS_TEST_TMPDIR/$name.trace" \
        "${variables[@]}" "$server" --port "$port" "$@"
    assert_listening "$name"
    wait_until 10 grep -qs 'poll(' "$BATS_TEST_TMPDIR/$name.trace"
    kill -KILL "$(descendants_of "$(pid_of "$name")")"
    exit_of "$name"
    sed -n '/socket(/,/poll(/p' "$BATS_TEST_TMPDIR/$name.trace" |
        sed '/poll(/d; s/^[0-9]* *//; s/0x[0-9a-f]*/ADDRESS/g; s/\(listening [0-9]*\) at [0-9]*/\1/;
            s/^\(write(.*\), [0-9]*) *= [0-9]*/\1/; s/  */ /g'
}

# What is called with portclaim and not without, and the other way round.
compare_system_calls() {
    system_calls plain -- "$@" >"$BATS_TEST_TMPDIR/plain"
    system_calls wrapped "LD_PRELOAD=$object" -- "$@" >"$BATS_TEST_TMPDIR/wrapped"
    grep -q 'bind(' "$BATS_TEST_TMPDIR/plain"
    diff "$BATS_TEST_TMPDIR/plain" "$BATS_TEST_TMPDIR/wrapped" | sed -n '/^[<>]/s/([0-9]*,/(N,/p'
}

reuse='> setsockopt(N, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0'

@test "O01 a TCP server's system calls are the same but for one setsockopt" {
    assert_equal "$(compare_system_calls)" "$reuse"
}

@test "O01 for two addresses one each, also on IPv6" {
    assert_equal "$(compare_system_calls --address 127.0.0.1 --address ::1)" \
        "$reuse"$'\n'"$reuse"
}

@test "O01 for a server that sets SO_REUSEADDR itself" {
    assert_equal "$(compare_system_calls --reuseaddr)" "$reuse"
}

@test "O01 a UDP server's system calls are the same" {
    assert_equal "$(compare_system_calls --udp)" ""
}

@test "O01 a socket that is only bound is not touched" {
    assert_equal "$(compare_system_calls --no-listen)" ""
}

@test "O01 with PORTCLAIM=off and PORTCLAIM_REUSEADDR=off not even that" {
    local variable
    system_calls plain -- >"$BATS_TEST_TMPDIR/plain"
    for variable in PORTCLAIM=off PORTCLAIM_REUSEADDR=off; do
        system_calls "$variable" "LD_PRELOAD=$object" "$variable" -- >"$BATS_TEST_TMPDIR/wrapped"
        diff "$BATS_TEST_TMPDIR/plain" "$BATS_TEST_TMPDIR/wrapped"
    done
}

@test "O01 loading it opens no file, no socket and no thread" {
    require_command strace
    local wrapped
    wrapped=$(strace -f -E "LD_PRELOAD=$object" true 2>&1)
    refute grep -Eq '(socket|clone3?)\(|/proc/|"/run|"/tmp/portclaim' <<<"$wrapped"
}

# ----- O02 --------------------------------------------------------------------------------------

# odd_place PLACE: takes over from there, then is taken over from there
odd_place() {
    start old "${network[@]}" "$programs/binder" main "$port"
    assert_listening old
    next_tick
    start new "${network[@]}" "${under[@]}" "$programs/binder" "$1" "$port"
    assert_listening new
    assert_said new 'claimed in .*: 1 stale holder (stopped|let go)'
    assert_exit old 143
    next_tick
    start next "${network[@]}" "${under[@]}" "$programs/binder" "$1" "$port"
    assert_listening next
    wait_until 5 eval '[ "$("${network[@]}" ss -Htln "sport = :$port" | wc -l)" = 1 ]'
}

@test "O02 bind on a 64 KiB stack" {
    odd_place thread
}

@test "O02 bind in a signal handler" {
    odd_place signal-handler
}

@test "O02 bind in a vfork child" {
    odd_place vfork
}

@test "O02 bind after fork in a threaded program, whose allocator is locked" {
    odd_place fork-in-thread
}

@test "O02 bind in main, for comparison" {
    odd_place main
}

@test "O02 bind in a constructor, of a library loaded before and behind" {
    local other=$programs/other_preload.so
    early() {
        serve "old$1"
        start "new$1" "${network[@]}" env "LD_PRELOAD=$2" "EARLY_PORT=$port" \
            "$server" --port "$other_port"
        assert_listening "new$1"
        assert_said "new$1" '^early: listening'
        assert_said "new$1" "$port claimed in .*: 1 stale holder (stopped|let go)"
        assert_dead "$(pid_of "old$1")"
        send "new$1" KILL
        assert_dead "$(pid_of "new$1")"
    }
    early 1 "$object $other"
    early 2 "$other $object"
}

# ----- O03 --------------------------------------------------------------------------------------

# preload OBJECT...: claim loads these
preload() {
    under=(env "LD_PRELOAD=$*")
}

# take_over NUMBER: one that ends at once
take_over() {
    serve "old$1"
    claim "new$1"
    assert_took_over "new$1" "$(pid_of "old$1")"
    send "new$1" KILL
    assert_dead "$(pid_of "new$1")"
}

@test "O03 above another preload: that one sees every try" {
    preload "$object" "$programs/other_preload.so"
    serve old --stop-delay 100
    claim new
    assert_took_over new "$(pid_of old)"
    assert_said new '^other_preload: ([2-9]|[1-9][0-9]+) binds, 1 listens'
}

@test "O03 below another preload: that one sees one call" {
    preload "$programs/other_preload.so" "$object"
    serve old --stop-delay 100
    claim new
    assert_took_over new "$(pid_of old)"
    assert_said new '^other_preload: 1 binds, 1 listens'
}

@test "O03 loaded twice by mistake" {
    preload "$object" "$object"
    serve old
    claim new
    assert_took_over new "$(pid_of old)"
    assert_equal "$(signals_of old)" SIGTERM
}

@test "O03 beside a copy of itself from another path" {
    cp "$object" "$BATS_TEST_TMPDIR/copy.so"
    preload "$object" "$BATS_TEST_TMPDIR/copy.so"
    serve old
    claim new
    assert_listening new
    assert_dead "$(pid_of old)"
    assert_equal "$(signals_of old)" SIGTERM
    send new KILL
    assert_dead "$(pid_of new)"
    serve_stranger stranger
    claim refused PORTCLAIM_WAIT_MS=600
    assert_refused refused
    assert_untouched stranger
}

@test "O03 with jemalloc, before and behind" {
    only_glibc "libjemalloc is built for it"
    local jemalloc
    jemalloc=$(ldconfig -p | sed -n 's/.*libjemalloc\.so\.2 .* => //p' | head -n 1)
    [ -n "$jemalloc" ] || skip "needs libjemalloc2"
    preload "$object" "$jemalloc"
    take_over 1
    preload "$jemalloc" "$object"
    take_over 2
}

@test "O03 with AddressSanitizer" {
    only_glibc "the sanitizers' runtime is built for it"
    program=$build/tests/server_asan
    [ -x "$program" ] || skip "needs a server built with AddressSanitizer"
    local runtime
    runtime=$(ldd "$program" | sed -n 's/.*libasan.*=> \([^ ]*\).*/\1/p')
    export ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0
    preload "$runtime" "$object"
    take_over 1
    assert_not_said new1 'ERROR|Sanitizer'
    preload "$object" "$runtime"
    take_over 2
    assert_not_said new2 'ERROR|Sanitizer'
}

@test "O03 in a program that loads it late, with dlopen, nothing happens" {
    only_glibc "$perls_libc"
    require_command perl
    run -0 perl -MDynaLoader -e 'DynaLoader::dl_load_file($ARGV[0]) or die; print "fine"' "$object"
    assert_equal "$output" fine
}

# ----- O04 --------------------------------------------------------------------------------------

@test "O04 no descriptor left: degrades, says so, stops nobody" {
    serve old
    as=(sh -c 'ulimit -n 64; exec "$@"' sh)
    claim new PORTCLAIM_WAIT_MS=600 -- --descriptors-left 0
    assert_refused new
    assert_said new 'nobody is stopped|nobody can be identified'
    assert_untouched old
}

@test "O04 few descriptors left: whatever is done, nobody but the stale one is touched" {
    local left
    serve udp --udp
    for left in 1 2 3 4 5 6 8 12; do
        as=()
        serve "old$left"
        as=(sh -c 'ulimit -n 64; exec "$@"' sh)
        claim "new$left" PORTCLAIM_WAIT_MS=300 PORTCLAIM_TERM_MS=300 -- --descriptors-left "$left"
        wait_until 20 settled "new$left"
        if said "new$left" '^listening'; then
            assert_dead "$(pid_of "old$left")"
            send "new$left" KILL
            assert_dead "$(pid_of "new$left")"
        else
            assert_refused "new$left"
            assert_untouched "old$left"
            send "old$left" KILL
            assert_dead "$(pid_of "old$left")"
        fi
    done
    said new12 '^listening' || fail "twelve descriptors are not enough"
    assert_untouched udp
}

# without_proc COMMAND...: prefix
hide_proc=(unshare --mount sh -c 'mount -t tmpfs tmpfs /proc && exec "$@"' sh)

@test "O04 /proc is missing: says so, stops nobody" {
    require_root
    serve old
    as=("${hide_proc[@]}")
    claim new PORTCLAIM_WAIT_MS=600
    assert_refused new
    assert_said new '/proc is missing'
    assert_untouched old
}

@test "O04 /proc is missing and the port is free" {
    require_root
    as=("${hide_proc[@]}")
    claim new
    assert_listening new
    assert_not_said new portclaim
}

@test "O04 /proc is missing, and the holder leaves" {
    require_root
    serve old
    as=("${hide_proc[@]}")
    claim new PORTCLAIM_WAIT_MS=15000
    wait_for_line new '/proc is missing'
    send old TERM
    assert_listening new
}

@test "O04 /proc of another PID namespace: its numbers mean nothing, and nobody is stopped" {
    require_root
    serve old
    as=(unshare --pid --fork --kill-child)
    claim new PORTCLAIM_WAIT_MS=600
    assert_refused new
    assert_said new "another PID namespace's"
    assert_untouched old
}

@test "O04 the holder is in another PID namespace: not visible, not touched" {
    require_root
    serve old
    as=(unshare --pid --fork --kill-child --mount-proc)
    claim new PORTCLAIM_WAIT_MS=600 PORTCLAIM_MATCH=any
    assert_refused new
    assert_said new 'held by a process of user 0: unknown, holder not visible'
    assert_untouched old
}

# deny WHAT...: what claim starts from now on lacks this
deny() {
    tracer=("$build/tests/deny" "$@" --)
}

@test "O04 no AF_NETLINK: the stale one is found in /proc/net" {
    local options
    deny netlink
    for options in '--address 127.0.0.1' '--address ::1' '--address 0.0.0.0' '--udp'; do
        tracer=()
        # shellcheck disable=SC2086
        serve "old $options" $options
        deny netlink
        # shellcheck disable=SC2086
        claim "new $options" -- $options
        assert_took_over "new $options" "$(pid_of "old $options")"
        send "new $options" KILL
        assert_dead "$(pid_of "new $options")"
    done
}

@test "O04 no AF_NETLINK: a stranger is left alone as ever" {
    serve_stranger old
    deny netlink
    claim new PORTCLAIM_WAIT_MS=600
    assert_refused new
    assert_said new 'foreign, another program'
    assert_untouched old
}

@test "O04 no AF_NETLINK, and a stranger that is bound without listening, which /proc/net hides" {
    serve_stranger old --no-listen
    deny netlink
    claim new PORTCLAIM_WAIT_MS=600
    assert_refused new
    assert_said new 'not claimed in'
    assert_untouched old
}

@test "O04 no AF_NETLINK: a stranger that /proc/net hides spares the stale one beside it" {
    serve_stranger hidden --no-listen --address 127.0.0.1
    serve stale --address ::1
    deny netlink
    claim new PORTCLAIM_WAIT_MS=400 -- --address ::
    assert_refused new
    assert_alive "$(pid_of hidden)"
}

@test "O04 neither AF_NETLINK nor /proc" {
    require_root
    serve old
    deny netlink
    as=("${hide_proc[@]}")
    claim new PORTCLAIM_WAIT_MS=600
    assert_refused new
    assert_said new 'nobody is stopped'
    assert_untouched old
}

@test "O04 no pidfds, as before Linux 5.3: nobody is signalled by a mere number" {
    serve old
    deny pidfd
    claim new PORTCLAIM_WAIT_MS=300 PORTCLAIM_TERM_MS=100 PORTCLAIM_KILL_MS=100
    assert_refused new
    assert_said new 'cannot send SIGTERM safely here'
    assert_said new 'not claimed in .*; it could not be signalled from here: stop it by hand$'
    assert_untouched old
}

# unusable_state DIRECTORY: goes on without, and says so once
unusable_state() {
    serve_round=$((${serve_round:-0} + 1))
    serve "old$serve_round" --address 127.0.0.1 --address ::1 --ignore-term
    claim "new$serve_round" "PORTCLAIM_STATE_DIR=$1" PORTCLAIM_LIMIT=10/60 PORTCLAIM_TERM_MS=200 \
        -- --address ::
    assert_took_over "new$serve_round" "$(pid_of "old$serve_round")"
    assert_equal "$(count "new$serve_round" "PORTCLAIM_STATE_DIR|state directory|breaker")" 1
    send "new$serve_round" KILL
    assert_dead "$(pid_of "new$serve_round")"
}

@test "O04 a state directory that is missing, a file, open to others, or a link" {
    touch "$BATS_TEST_TMPDIR/file"
    mkdir "$BATS_TEST_TMPDIR/open" "$BATS_TEST_TMPDIR/fine"
    chmod 777 "$BATS_TEST_TMPDIR/open"
    chmod 700 "$BATS_TEST_TMPDIR/fine"
    ln -s "$BATS_TEST_TMPDIR/fine" "$BATS_TEST_TMPDIR/link"
    unusable_state /nonexistent/state
    unusable_state "$BATS_TEST_TMPDIR/file"
    unusable_state "$BATS_TEST_TMPDIR/open"
    unusable_state "$BATS_TEST_TMPDIR/link"
    assert_equal "$(find "$BATS_TEST_TMPDIR/open" "$BATS_TEST_TMPDIR/fine" -mindepth 1)" ""
}

@test "O04 a read-only state directory" {
    require_root
    mkdir -m 700 "$BATS_TEST_TMPDIR/read-only"
    as=(unshare --mount sh -c 'mount -t tmpfs -o ro,mode=700 tmpfs "$0" && exec "$@"'
        "$BATS_TEST_TMPDIR/read-only")
    unusable_state "$BATS_TEST_TMPDIR/read-only"
}

@test "O04 another user's state directory" {
    require_root
    mkdir -m 700 "$BATS_TEST_TMPDIR/others"
    chown 65534 "$BATS_TEST_TMPDIR/others"
    unusable_state "$BATS_TEST_TMPDIR/others"
}

@test "O04 garbage and a FIFO in the state directory" {
    mkdir -m 700 "$BATS_TEST_TMPDIR/garbage" "$BATS_TEST_TMPDIR/fifo"
    head -c 100000 /dev/urandom >"$BATS_TEST_TMPDIR/garbage/tcp-$port"
    chmod 600 "$BATS_TEST_TMPDIR/garbage/tcp-$port"
    mkfifo -m 600 "$BATS_TEST_TMPDIR/fifo/tcp-$port"
    local directory
    for directory in garbage fifo; do
        serve "old$directory"
        claim "new$directory" "PORTCLAIM_STATE_DIR=$BATS_TEST_TMPDIR/$directory" PORTCLAIM_LIMIT=10/60
        assert_took_over "new$directory" "$(pid_of "old$directory")"
        send "new$directory" KILL
        assert_dead "$(pid_of "new$directory")"
    done
}

# into_pipe READER: a takeover by a program that does not ignore SIGPIPE, whose messages go into a
# pipe, which is full from the beginning
into_pipe() {
    start old "${network[@]}" "$programs/binder" main "$port"
    assert_listening old
    next_tick
    start new "${network[@]}" bash -c '
        out=$1 reader=$2
        shift 2
        { head -c 65536 /dev/zero; sleep 0.2; exec "$@" 2>&1 >"$out"; } | eval "$reader"' \
        - "$(log_of out)" "$1" "${under[@]}" "$programs/binder" main "$port"
    wait_for_line out '^listening'
    assert_exit old 143
}

@test "O04 nobody reads stderr any more: no SIGPIPE" {
    into_pipe 'head -c 65536 >/dev/null'
}

@test "O04 stderr is a full pipe: no waiting" {
    into_pipe 'sleep 600'
}

@test "O04 descriptors 0, 1 and 2 are closed, so that the socket becomes one of them" {
    claim old
    assert_listening old
    next_tick
    local closed
    for closed in '<&-' '2>&-' '<&- 2>&-'; do
        as=(sh -c "exec \"\$@\" $closed" sh)
        claim "new$closed" "PORTCLAIM_LOG=$BATS_TEST_TMPDIR/record$closed"
        assert_listening "new$closed"
        assert_dead "$(pid_of old)"
        grep -q 'claimed in' "$BATS_TEST_TMPDIR/record$closed"
        process_of[old]=$(pid_of "new$closed")
        next_tick
    done
    # With the messages for stderr, which is a client's or a listening socket now.
    as=(sh -c 'exec "$@" 2>&-' sh)
    claim last
    assert_listening last
    assert_dead "$(pid_of old)"
    assert_equal "$(answer)" "$(pid_of last)"
}

@test "O04 stderr is closed: no message gets into a file of ours that took its number" {
    only_glibc "$perls_libc"
    # As a daemon does that closes 0, 1 and 2 once it has its socket. Of ours, /proc is then 0, the
    # pidfd 1; and when /proc is closed again, the state file is 2.
    require_command perl
    local daemon='use Socket; use POSIX; my ($port, $file) = @ARGV; socket(S, AF_INET, SOCK_STREAM, 0);
        open(F, ">", $file); POSIX::close($_) for 0 .. 2;
        bind(S, sockaddr_in($port, INADDR_LOOPBACK)) && listen(S, 5) && syswrite(F, "up"); sleep 100'
    start old "${network[@]}" perl -e "$daemon" "$port" "$BATS_TEST_TMPDIR/old"
    wait_until 10 test -s "$BATS_TEST_TMPDIR/old"
    sleep 0.1
    start new "${network[@]}" "${under[@]}" PORTCLAIM_MATCH=comm:perl \
        perl -e "$daemon" "$port" "$BATS_TEST_TMPDIR/new"
    wait_until 10 test -s "$BATS_TEST_TMPDIR/new"
    assert_dead "$(pid_of old)"
    [ -s "$PORTCLAIM_STATE_DIR/tcp-$port" ] || fail "nothing was remembered"
    ! grep -aq 'claimed in' "$PORTCLAIM_STATE_DIR/tcp-$port" || fail "a message was written to it"
}

@test "O04 descriptor 2 is a connection by now: the messages are not for its other end" {
    require_command strace
    serve old
    start elsewhere "${network[@]}" "$server" --port "$other_port"
    assert_listening elsewhere
    tracer=(bash -c 'exec 2<>"/dev/tcp/127.0.0.1/$0" && exec "$@"' "$other_port"
        strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -e "trace=write,sendto,sendmsg")
    claim new
    assert_listening new
    assert_dead "$(pid_of old)"
    grep -q 'write(1, "listening' "$BATS_TEST_TMPDIR/trace"
    refute grep -q 'write(2,' "$BATS_TEST_TMPDIR/trace"
}

# ----- O05 --------------------------------------------------------------------------------------

@test "O05 a malformed setting: one line that names it, then inert" {
    serve old
    claim new PORTCLAIM_TERM_MS=fast
    assert_refused new
    assert_equal "$(count new portclaim)" 1
    assert_said new 'PORTCLAIM_TERM_MS="fast": want a number of milliseconds from 0 to 600000'
    [ "$(refused_after new)" -lt 1000 ]
    assert_untouched old
}

@test "O05 a setting that does not exist" {
    serve old
    claim new PORTCLAIM_TERM=500
    assert_refused new
    assert_equal "$(count new portclaim)" 1
    assert_said new 'PORTCLAIM_TERM="500"'
    assert_untouched old
}

@test "O05 a hostile value cannot break the line" {
    claim new $'PORTCLAIM=o\nportclaim[1]: claimed \e[2J'
    assert_listening new
    assert_equal "$(count new portclaim)" 1
    refute grep -q $'\e' "$(log_of new)"
}

@test "O05 inert means that SO_REUSEADDR is not set either" {
    require_command strace
    tracer=(strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -e trace=setsockopt)
    claim new PORTCLAIM_LIMIT=many
    assert_listening new
    refute grep -q SO_REUSEADDR "$BATS_TEST_TMPDIR/trace"
}

# ----- O06 --------------------------------------------------------------------------------------

hostile=$'x\nportclaim[1]: 127.0.0.1:1 claimed\e[31m"\\\r\x80\xff'

# Every line of its own, and nothing but printable ASCII.
assert_clean() {
    refute grep -Eq '^portclaim\[1\]' "$1"
    refute env LC_ALL=C grep -q '[^[:print:]]' "$1"
    refute grep -Ev '^(portclaim\[[0-9]+\]: |\{.*\}$)' "$1"
}

@test "O06 newlines and escapes in a title cannot forge or break a line" {
    serve old --title "$hostile"
    claim new "PORTCLAIM_LOG=$BATS_TEST_TMPDIR/record"
    assert_listening new
    assert_dead "$(pid_of old)"
    assert_clean "$BATS_TEST_TMPDIR/record"
    assert_equal "$(wc -l <"$BATS_TEST_TMPDIR/record")" 2
    grep -q 'x\\x0aportclaim\[' "$BATS_TEST_TMPDIR/record"
}

@test "O06 ... nor a line of JSON" {
    serve_stranger old --title "$hostile"
    claim new "PORTCLAIM_LOG=$BATS_TEST_TMPDIR/record" PORTCLAIM_LOG_FORMAT=json PORTCLAIM_WAIT_MS=600
    assert_refused new
    assert_clean "$BATS_TEST_TMPDIR/record"
    perl -MJSON::PP -ne 'decode_json($_)' "$BATS_TEST_TMPDIR/record"
}

@test "O06 a program file with a hostile name" {
    local program=$BATS_TEST_TMPDIR/$hostile
    cp "$server" "$program"
    serve old
    program=$server
    local format
    for format in text json; do
        claim "$format" "PORTCLAIM_LOG=$BATS_TEST_TMPDIR/record.$format" \
            "PORTCLAIM_LOG_FORMAT=$format" PORTCLAIM_WAIT_MS=600
        assert_refused "$format"
        assert_clean "$BATS_TEST_TMPDIR/record.$format"
    done
    perl -MJSON::PP -ne 'decode_json($_)' "$BATS_TEST_TMPDIR/record.json"
}

@test "O06 two megabytes of arguments, of the holder and of ourselves" {
    local long arguments=() number
    long=$(printf '%120000s' '' | tr ' ' A)
    for number in {1..16}; do arguments+=(--title "$long"); done
    serve old "${arguments[@]}"
    [ "$(wc -c <"/proc/$(pid_of old)/environ")" -gt 0 ]
    claim new "PORTCLAIM_LOG=$BATS_TEST_TMPDIR/record" PORTCLAIM_MATCH='cmdline:*nothing*' \
        -- "${arguments[@]}"
    assert_listening new
    assert_dead "$(pid_of old)"
    assert_clean "$BATS_TEST_TMPDIR/record"
    [ "$(wc -c <"$BATS_TEST_TMPDIR/record")" -lt 2000 ]
}

@test "O06 a title that ends the name field of /proc early" {
    serve old --title 'x) S 1 1 1 (y'
    claim new
    assert_took_over new "$(pid_of old)"
    assert_said new 'held by .* "x\) S 1 1 1 \(y" '
}

