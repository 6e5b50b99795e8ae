#!/usr/bin/env bats
# Programs of 32 bits beside those of 64: the i386 object, and one LD_PRELOAD line for both. That it
# does all that the other one does is shown in tests/i386, by the tests of this directory.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load scenarios

setup() {
    harness_setup
    narrow=$build/tests/i386/server
    narrow_object=$build/i386/libportclaim.so
    [ -x "$narrow" ] || skip "no compiler for programs of 32 bits when the tests were built"
    # An option that it does not know, if it comes as far as that.
    run "$narrow" --none
    [ "$status" -ne 127 ] || skip "no loader for programs of 32 bits"
    make_network
    portclaim=$build/portclaim
    preloaded=$build/\$LIB/libportclaim.so
    under=(env "LD_PRELOAD=$preloaded")
    program=$narrow
}

teardown() {
    harness_teardown
    remove_public
}

# The loader has something to say of an object that it cannot take.
assert_no_loader_complains() {
    assert_not_said "$1" 'ld\.so'
}

@test "O03 the object of 32 bits exports bind and listen, and needs nothing but an unversioned libc" {
    require_command readelf
    readelf --file-header "$narrow_object" | grep -q 'Class: *ELF32'
    assert_equal "$(readelf --dyn-syms --wide "$narrow_object" |
        awk '$1 ~ /^[0-9]+:$/ && $7 != "UND" { print $8 }' | sort | xargs)" "bind listen"
    refute grep -E 'NEEDED|TEXTREL' <<<"$(readelf --dynamic "$narrow_object")"
    assert_equal "$(readelf --version-info "$narrow_object" | grep -c 'GLIBC')" 0
    # Nothing that would touch errno in passing.
    refute grep -w syscall <<<"$(readelf --dyn-syms --wide "$narrow_object")"
}

@test "S01 a program of 32 bits takes its port over, and errno is kept" {
    serve old
    claim new
    assert_took_over new "$(pid_of old)"
    assert_equal "$(signals_of old)" SIGTERM
    assert_equal "$(answer)" "$(pid_of new)"
    assert_no_loader_complains new
}

@test "S02 from one that ignores SIGTERM" {
    serve old --ignore-term
    claim new PORTCLAIM_TERM_MS=100
    assert_took_over new "$(pid_of old)"
    assert_said new 'sent SIGKILL'
}

@test "S01 UDP" {
    serve old --udp
    claim new -- --udp
    assert_took_over new "$(pid_of old)"
}

@test "N07 the same server of the other word size is another program" {
    serve old
    program=$server
    claim new PORTCLAIM_WAIT_MS=600
    assert_refused new
    assert_said new "held by $(pid_of old) .*: foreign"
    program=$narrow
    port=$other_port
    program=$server serve wide
    claim narrow PORTCLAIM_WAIT_MS=600
    assert_refused narrow
    assert_said narrow "held by $(pid_of wide) .*: foreign"
    assert_untouched old wide
}

# duel PROGRAM NAME [SETTING]: one of two supervisors that start what they call the same service.
duel() {
    program=$1
    claim "$2" PORTCLAIM_SERVICE=gateway PORTCLAIM_LIMIT=2/600 "${@:3}"
}

@test "N15 the breaker counts the kills of both word sizes, whoever asks" {
    local files
    duel "$narrow" first
    assert_listening first
    next_tick
    duel "$server" second
    assert_took_over second "$(pid_of first)"
    next_tick
    duel "$narrow" third
    assert_took_over third "$(pid_of second)"
    next_tick
    duel "$server" fourth PORTCLAIM_WAIT_MS=600
    assert_refused fourth
    assert_said fourth "kill war: 2 kills in 600 s, the last of .* by .*$(pid_of third)?"
    duel "$narrow" fifth PORTCLAIM_WAIT_MS=600
    assert_refused fifth
    assert_said fifth "kill war: 2 kills in 600 s"
    assert_untouched third
    files=("$PORTCLAIM_STATE_DIR"/*)
    assert_equal "${files[*]}" "$PORTCLAIM_STATE_DIR/tcp-$port"
}

@test "one line serves a program of 64 bits and one of 32 bits that it starts, and the other way round" {
    serve old
    start shell "${network[@]}" "${under[@]}" sh -c '"$@"; echo over' sh "$narrow" --port "$port"
    wait_for_line shell '^listening'
    assert_said shell ":$port claimed in"
    assert_dead "$(pid_of old)"
    program=$server
    serve wide --address 127.0.0.2
    program=$narrow
    claim spawning -- --address 127.0.0.3 --spawn "$server --port $port --address 127.0.0.2"
    wait_for_line spawning "127.0.0.2:$port claimed in"
    assert_dead "$(pid_of wide)"
    assert_no_loader_complains shell
    assert_no_loader_complains spawning
}

@test "T01 TIME_WAIT left by a program of 32 bits under portclaim" {
    require_root
    as=(setpriv --bounding-set -net_admin --)
    claim old -- --close-first
    assert_listening old
    "${network[@]}" "$build/tests/client" 127.0.0.1 "$port"
    send old KILL
    assert_dead "$(pid_of old)"
    [ -n "$("${network[@]}" ss -Htan state time-wait "sport = :$port")" ]
    claim new PORTCLAIM_WAIT_MS=600
    assert_listening new
}

@test "O04 a user beyond the 16 bits of the first Linux has a state directory" {
    require_root
    make_public
    become 100000
    cp "$narrow" "$program"
    install -d -m 700 -o 100000 "$public/own"
    serve old
    claim new "PORTCLAIM_STATE_DIR=$public/own"
    assert_took_over new "$(pid_of old)"
    assert_not_said new 'state directory'
    [ -e "$public/own/tcp-$port" ]
}

@test "a record beyond 2 GiB is moved away by a program of 32 bits as well" {
    local record=$BATS_TEST_TMPDIR/record
    truncate -s 3G "$record"
    serve old
    claim new "PORTCLAIM_LOG=$record"
    assert_listening new
    wait_for_line "$record" 'claimed in'
    assert_equal "$(stat -c %s "$record.1")" $((3 << 30))
}

# ----- the command ------------------------------------------------------------------------------------

# A place with the command alone, and what else is copied there.
make_place() {
    place=$BATS_TEST_TMPDIR/place
    mkdir "$place"
    cp "$portclaim" "$object" "$place"
}

@test "C01 run gives a program the one line, where both objects are under its names" {
    run -0 "$portclaim" run -- sh -c 'echo "$LD_PRELOAD"'
    assert_equal "$output" "$preloaded"
    serve old
    start new "${network[@]}" "$portclaim" run -- sh -c '"$@"; echo over' sh "$narrow" --port "$port"
    wait_for_line new ":$port claimed in"
    assert_no_loader_complains new
}

@test "C01 run gives it the object of 32 bits that lies beside the other" {
    make_place
    mkdir "$place/i386"
    cp "$narrow_object" "$place/i386"
    serve old
    start new "${network[@]}" "$place/portclaim" run "$narrow" --port "$port"
    assert_took_over new "$(pid_of old)"
    grep -q " $place/i386/libportclaim.so\$" "/proc/$(pid_of new)/maps"
    run -0 "$place/portclaim" run -- sh -c 'echo "$LD_PRELOAD"'
    assert_equal "$output" "$place/libportclaim.so"
}

@test "C01 without an object of 32 bits run takes the seccomp engine, or says what to do" {
    make_place
    serve old
    start new "${network[@]}" "$place/portclaim" run "$narrow" --port "$port"
    assert_took_over new "$(pid_of old)"
    assert_no_loader_complains new
    run -125 "$place/portclaim" run --engine=preload "$narrow"
    [[ $output == *"no libportclaim.so of 32 bits"*"make install-multilib"* ]] || fail "$output"
}

@test "B01 a program of 32 bits under the seccomp engine" {
    serve old
    start new "${network[@]}" "$portclaim" run --engine=seccomp "$narrow" --port "$port"
    assert_took_over new "$(pid_of old)"
    refute grep -q libportclaim "/proc/$(pid_of new)/maps"
}

@test "C06 doctor knows the object for a program of 32 bits" {
    run -0 "$portclaim" doctor "$narrow"
    [[ $output == *"(32 bits, glibc)"* ]] || fail "$output"
    [[ $output =~ object:\ $build/lib[^:]*/libportclaim.so,\ of\ this\ version ]] || fail "$output"
    make_place
    run -0 "$place/portclaim" doctor "$narrow"
    [[ $output == *"32 bits, glibc; by the seccomp engine"* ]] || fail "$output"
    claim new
    assert_listening new
    run -0 "$portclaim" doctor --pid "$(pid_of new)"
    [[ $output =~ loaded:\ $build/[^:]*/libportclaim.so,\ version ]] || fail "$output"
}

@test "the simulation, where words have 32 bits" {
    run -0 "$build/tests/i386/simulate" --schedules 5000
    refute grep -q '^not ok' <<<"$output"
}
