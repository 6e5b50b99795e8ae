#!/usr/bin/env bats
# PORTCLAIM_UNIX: Unix sockets, and the paths that dead servers leave.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load scenarios

setup() {
    only_preload "the program's paths are not its supervisor's"
    harness_setup
    make_network
    program=$build/tests/unix_server
    path=$BATS_TEST_TMPDIR/app.sock
    switch=on
}

teardown() {
    harness_teardown
    remove_public
}

# serve NAME [OPTION...]: on $path, without portclaim
serve() {
    start "$1" "${network[@]}" "${as[@]}" "$program" "${@:2}" "$path"
    assert_listening "$1"
    next_tick
}

# claim NAME [VARIABLE=VALUE ...] [-- OPTION...]
claim() {
    local name=$1 settings=()
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        settings+=("$1")
        shift
    done
    shift || true
    start "$name" "${network[@]}" "${as[@]}" "${tracer[@]}" "${under[@]}" "PORTCLAIM_UNIX=$switch" \
        "${settings[@]}" "$program" "$@" "$path"
}

# leave_path [OPTION...]: a server was killed, and its path is there
leave_path() {
    serve dead "$@"
    send dead KILL
    exit_of dead
    [ -S "$path" ]
}

answer() {
    "${network[@]}" "$program" --ask "$path"
}

serve_stranger() {
    local program=$BATS_TEST_TMPDIR/stranger
    cp "$build/tests/unix_server" "$program"
    serve "$@"
}

assert_took_over() {
    assert_listening "$1"
    assert_said "$1" "portclaim\[${process_of[$1]}\]: unix:.* claimed in "
    assert_dead "${@:2}"
}

# ----- a path that a dead server left ---------------------------------------------------------------

@test "the path of a killed server is removed, and the next one binds at its first attempt" {
    local option
    for option in --no-listen --dgram --seqpacket; do
        leave_path "$option"
        claim "new$option" -- "$option"
        assert_listening "new$option"
        assert_said "new$option" "unix:$path is held by nobody: a server that has ended left its path; removed it"
        assert_said "new$option" "unix:$path claimed in .*: the path of a server that has ended was removed"
        send "new$option" KILL
        exit_of "new$option"
        rm "$path"
    done
    leave_path
    claim new
    assert_listening new
    assert_equal "$(answer)" "$(pid_of new)"
    assert_equal "$(count new portclaim)" 2
    assert_equal "$(find "$BATS_TEST_TMPDIR" -name '.portclaim*')" ""
}

@test "without the setting it stays, nothing is said, and not one system call is made for it" {
    local calls
    require_command strace
    leave_path
    switch=off
    tracer=(strace -f -qq -o "$BATS_TEST_TMPDIR/trace")
    claim new
    assert_exit new 1
    assert_said new '^bind: EADDRINUSE'
    assert_not_said new portclaim
    [ -S "$path" ]
    calls=$(grep -A1 'bind(.*app.sock' "$BATS_TEST_TMPDIR/trace" | sed -n '2s/^[0-9]* *//p')
    [[ $calls =~ ^(write|newfstatat|fstat)\(1, ]] || fail "after bind: $calls"
}

@test "dry-run says that it would be removed" {
    leave_path
    claim new PORTCLAIM=dry-run
    assert_exit new 1
    assert_said new 'is held by nobody: .* left its path; would remove it \(dry run\)'
    [ -S "$path" ]
}

@test "a relative path, by a server that is elsewhere; the lock is the same" {
    leave_path
    path=./app.sock
    start new "${network[@]}" env -C "$BATS_TEST_TMPDIR" "${under[@]}" PORTCLAIM_UNIX=on "$program" \
        ./app.sock
    assert_listening new
    start next "${network[@]}" env -C "$BATS_TEST_TMPDIR" "${under[@]}" PORTCLAIM_UNIX=on \
        PORTCLAIM_WAIT_MS=0 "$program" "../${BATS_TEST_TMPDIR##*/}/app.sock"
    assert_took_over next "$(pid_of new)"
    assert_equal "$(find "$BATS_TEST_TMPDIR/state" -name 'unix-*' | wc -l)" 1
}

@test "a path that another file took meanwhile is put back" {
    leave_path
    inject renameat2:delay_enter=700000:when=3
    claim new PORTCLAIM_WAIT_MS=900
    wait_until 10 grep -qs 'renameat2(.*\.portclaim' "$BATS_TEST_TMPDIR/trace" ||
        skip "strace does not tell of a call before it is delayed"
    rm "$path"
    serve_stranger other
    assert_exit new 1
    assert_said new '^bind: EADDRINUSE'
    assert_untouched other
    assert_equal "$(answer)" "$(pid_of other)"
    assert_equal "$(find "$BATS_TEST_TMPDIR" -name '.portclaim*')" ""
}

@test "what stands where a path would be moved to stays, and is not in the way" {
    local planted=$BATS_TEST_TMPDIR/.portclaim-7
    leave_path
    echo mine >"$planted"
    inject gettid:retval=7
    claim new
    assert_listening new
    assert_equal "$(cat "$planted")" mine
}

@test "of two that start at once one wins, and a client reaches it" {
    leave_path
    claim one
    claim two
    wait_until 20 settled one
    wait_until 20 settled two
    sleep 0.2
    local pid
    pid=$(answer)
    assert_alive "$pid"
    [ "$pid" = "$(pid_of one)" ] || [ "$pid" = "$(pid_of two)" ] || fail "$pid answers"
}

# ----- what is never removed ------------------------------------------------------------------------

make_file() { touch "$path"; }
make_directory() { mkdir "$path"; }
make_link() { ln -s "$path.dead" "$path"; }

@test "what is no socket stays: a file, a directory, a link to a dead path" {
    local kind
    leave_path
    mv "$path" "$path.dead"
    for kind in file directory link; do
        make_"$kind"
        claim "new$kind" PORTCLAIM_WAIT_MS=100
        assert_exit "new$kind" 1
        assert_said "new$kind" '^bind: EADDRINUSE'
        assert_said "new$kind" "unix:$path not claimed in .*: what stands there is no socket"
        [ -e "$path" ]
        [ -S "$path.dead" ]
        rm -r "$path"
    done
}

@test "another user's path stays, also from root" {
    require_root
    make_public
    cp "$build/tests/unix_server" "$public"
    program=$public/unix_server
    path=$public/app.sock
    leave_path
    chown 65534 "$path"
    claim new PORTCLAIM_WAIT_MS=100
    assert_exit new 1
    assert_said new "not claimed in .*: another user's socket stands there"
    [ -S "$path" ]
}

@test "in a directory that it may not write to, it says so" {
    require_root
    make_public
    cp "$build/tests/unix_server" "$public"
    program=$public/unix_server
    path=$public/app.sock
    leave_path
    chown 65534 "$path"
    become 65534
    claim new PORTCLAIM_WAIT_MS=100
    assert_exit new 1
    assert_said new '^bind: EADDRINUSE'
    assert_said new 'it cannot be removed from here'
    [ -S "$path" ]
}

@test "a server of another network namespace, which listens or does not yet" {
    require_root
    local option
    for option in "" --no-listen --dgram --seqpacket; do
        # shellcheck disable=SC2086
        start "other$option" unshare --net "$program" $option "$path"
        assert_listening "other$option"
        claim "new$option" PORTCLAIM_WAIT_MS=100
        assert_exit "new$option" 1
        assert_said "new$option" 'a server is bound to this path that is not seen from here'
        assert_untouched "other$option"
        [ -S "$path" ]
        send "other$option" KILL
        exit_of "other$option"
        rm "$path"
    done
}

@test "where it cannot be told whether anybody is bound, nothing is removed" {
    leave_path
    inject connect:error=EACCES
    claim new PORTCLAIM_WAIT_MS=100
    assert_exit new 1
    assert_said new 'it cannot be told whether a server is bound to the path'
    [ -S "$path" ]
}

@test "a server that refuses datagrams only, as all do in gVisor, is not dead" {
    require_root
    start other unshare --net "$program" "$path"
    assert_listening other
    inject connect:error=ECONNREFUSED:when=1..2
    claim new PORTCLAIM_WAIT_MS=100
    assert_exit new 1
    assert_said new 'a server is bound to this path that is not seen from here'
    assert_equal "$(answer)" "$(pid_of other)"
}

@test "without sock_diag the dead path is removed, and nobody is stopped" {
    inject socket:error=EAFNOSUPPORT:when=2+2
    serve old
    claim new PORTCLAIM_WAIT_MS=100
    assert_exit new 1
    assert_untouched old
    assert_equal "$(answer)" "$(pid_of old)"
    tracer=()
    send old KILL
    exit_of old
    inject socket:error=EAFNOSUPPORT:when=2
    claim last
    assert_listening last
}

# ----- live holders ---------------------------------------------------------------------------------

@test "S01 a stale server is asked, and its path removed, for every kind of socket" {
    local option
    for option in --no-listen --dgram --seqpacket; do
        serve "old$option" "$option"
        claim "new$option" -- "$option"
        assert_took_over "new$option" "$(pid_of "old$option")"
        assert_equal "$(signals_of "old$option")" SIGTERM
        assert_said "new$option" "unix:$path is held by $(pid_of "old$option") \"unix_server\" .*: stale, same program; sent SIGTERM"
        send "new$option" KILL
        exit_of "new$option"
        rm "$path"
    done
}

@test "S02 one that ignores SIGTERM gets SIGKILL after the grace" {
    serve old --ignore-term
    claim new PORTCLAIM_TERM_MS=300 PORTCLAIM_WAIT_MS=6000
    assert_took_over new
    assert_exit old 137
    assert_said new "unix:$path is still held by $(pid_of old) \"unix_server\" .* after SIGTERM; sent SIGKILL"
    assert_equal "$(answer)" "$(pid_of new)"
}

@test "an abstract name, which leaves nothing behind" {
    path=@portclaim-test-$TEST_TAG
    serve old
    claim new
    assert_took_over new "$(pid_of old)"
    assert_said new "unix:@portclaim-test-.* is held by $(pid_of old) "
    assert_equal "$(answer)" "$(pid_of new)"
}

@test "N01 a second bind of the same program to its own path fails at once" {
    claim new -- --twice
    assert_exit new 1
    assert_said new '^bind: EADDRINUSE after [0-9]{1,3} ms'
    assert_not_said new portclaim
    [ -S "$path" ]
}

@test "N07 another program that answers is untouched, and named" {
    serve_stranger other
    claim new PORTCLAIM_WAIT_MS=600
    assert_exit new 1
    assert_said new "unix:$path not claimed in .*: (still|last seen) held by $(pid_of other) \"stranger\" .*: foreign"
    assert_untouched other
    assert_equal "$(answer)" "$(pid_of other)"
}

@test "N13 the same service on the same path in another directory" {
    local here=$path
    mkdir "$BATS_TEST_TMPDIR/elsewhere"
    path=$BATS_TEST_TMPDIR/elsewhere/app.sock
    serve other
    path=$here
    leave_path
    claim new
    assert_listening new
    assert_untouched other
}

@test "N13 the same service on a path whose inode differs in the upper 32 bits only" {
    require_root
    local here=$path inode head
    mkdir "$BATS_TEST_TMPDIR/elsewhere"
    path=$BATS_TEST_TMPDIR/elsewhere/app.sock
    serve other
    inode=$(stat -c %i "$path")
    path=$here
    leave_path
    # What statx() says of our path, as far as the inode's number: mode 0140777, the number behind it.
    head=$(printf '00%.0s' {1..28})ffc10000
    inode=$(printf %016x $((inode | 1 << 32)) | fold -w 2 | tac | tr -d '\n')
    inject "statx:poke_exit=@arg5=$head$inode"
    tracer+=(-P "$path")
    claim new PORTCLAIM_WAIT_MS=100
    assert_exit new 1
    assert_untouched other
    assert_not_said new "held by $(pid_of other) "
}

@test "PORTCLAIM_PORTS is about ports only" {
    serve old
    claim new PORTCLAIM_PORTS=1
    assert_took_over new "$(pid_of old)"
}

@test "C02 PORTCLAIM_CLAIM takes a path, frees it before main() and leaves none" {
    serve old
    run -0 "${network[@]}" "${under[@]}" "PORTCLAIM_CLAIM=unix:$path" "PORTCLAIM_MATCH=any" test ! -e "$path"
    assert_dead "$(pid_of old)"
}

@test "C02 C04 a path that is free is left alone, for what is bound there cannot be removed everywhere" {
    inject renameat2:error=ENOSYS
    run -0 "${tracer[@]}" "${network[@]}" "${under[@]}" "PORTCLAIM_CLAIM=unix:$path" test ! -e "$path"
    run -0 "${tracer[@]}" "${network[@]}" "$build/portclaim" free "unix:$path"
    [ ! -e "$path" ]
    run -2 "${network[@]}" "$build/portclaim" free "unix:$BATS_TEST_TMPDIR/none/app.sock"
    [[ $output == *"No such file or directory"* ]] || fail "$output"
}

# ----- what is said ---------------------------------------------------------------------------------

@test "O06 a path of control characters and the record" {
    path=$BATS_TEST_TMPDIR/$'a\nportclaim[1]: \e[2J"\\.sock'
    leave_path
    claim new "PORTCLAIM_LOG=$BATS_TEST_TMPDIR/log" PORTCLAIM_LOG_FORMAT=json
    assert_listening new
    run -0 grep -c '"endpoint":"unix:.*/a\\\\x0aportclaim\[1\]: \\\\x1b\[2J\\\\x22\\\\x5c.sock","protocol":"unix"' "$BATS_TEST_TMPDIR/log"
    assert_equal "$output" 2
    run -0 "$build/portclaim" explain "$BATS_TEST_TMPDIR/log"
    [[ $output == *"The path of an ended server"*"the path of an ended server, removed"* ]] ||
        fail "$output"
}

@test "C03 C04 who and free take a path" {
    serve_stranger old
    run -0 "${network[@]}" "$build/portclaim" who "unix:$path"
    [[ $output == *"unix:$path "*" listening "*" $(pid_of old) "* ]] || fail "$output"
    run -1 "${network[@]}" "$build/portclaim" free --wait-ms 100 "unix:$path"
    assert_untouched old
    run -0 "${network[@]}" "$build/portclaim" free --match "exe:*/stranger" "unix:$path"
    assert_dead "$(pid_of old)"
    [ ! -e "$path" ]
    run -1 "${network[@]}" "$build/portclaim" who "unix:$path"
    leave_path
    run -0 "${network[@]}" "$build/portclaim" who "unix:$path"
    [[ $output == *"is held by nobody"* ]] || fail "$output"
    run -0 "${network[@]}" "$build/portclaim" free "unix:$path"
    [ ! -e "$path" ]
}
