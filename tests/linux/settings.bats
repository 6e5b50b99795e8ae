#!/usr/bin/env bats
# What each variable does.
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
    leave_cgroup
}

# refused_inert NAME: it failed as without portclaim: at once, without a word
refused_inert() {
    assert_refused "$1"
    assert_not_said "$1" portclaim
    [ "$(refused_after "$1")" -lt 300 ] || fail "after $(refused_after "$1") ms"
}

# ----- PORTCLAIM --------------------------------------------------------------------------------

@test "PORTCLAIM=off does nothing" {
    serve old
    claim new PORTCLAIM=off
    refused_inert new
    assert_untouched old
}

@test "PORTCLAIM=on is the default" {
    serve old
    claim new PORTCLAIM=on
    assert_took_over new "$(pid_of old)"
}

# ----- PORTCLAIM_PORTS --------------------------------------------------------------------------

@test "PORTCLAIM_PORTS leaves other ports alone" {
    serve old
    local ports
    for ports in $((port + 1)) "1-$((port - 1))" "$((port + 1))-65535,80"; do
        claim "new$ports" "PORTCLAIM_PORTS=$ports"
        refused_inert "new$ports"
    done
    assert_untouched old
}

@test "PORTCLAIM_PORTS acts on its own: a port, a range, a list" {
    local ports previous=old
    serve old
    for ports in "$port" "$((port - 1))-$((port + 1))" "80, $port"; do
        claim "new$ports" "PORTCLAIM_PORTS=$ports"
        assert_took_over "new$ports" "$(pid_of "$previous")"
        previous=new$ports
        next_tick
    done
}

@test "PORTCLAIM_PORTS concerns SO_REUSEADDR as well" {
    require_command strace
    tracer=(strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -e trace=setsockopt)
    claim new "PORTCLAIM_PORTS=$other_port"
    assert_listening new
    refute grep -q SO_REUSEADDR "$BATS_TEST_TMPDIR/trace"
}

# ----- PORTCLAIM_ONLY ---------------------------------------------------------------------------

@test "PORTCLAIM_ONLY leaves other programs alone" {
    serve old
    local only
    for only in node 'serve,erver' 'SERVER'; do
        claim "new$only" "PORTCLAIM_ONLY=$only"
        refused_inert "new$only"
    done
    assert_untouched old
}

@test "PORTCLAIM_ONLY by name, glob and list" {
    local only previous=old
    serve old
    for only in server 's?rv*' 'node, [s]erver'; do
        claim "new$only" "PORTCLAIM_ONLY=$only"
        assert_took_over "new$only" "$(pid_of "$previous")"
        previous=new$only
        next_tick
    done
}

@test "PORTCLAIM_ONLY by the script's name" {
    only_glibc "$perls_libc"
    start old "${network[@]}" perl "$repository/tests/linux/perl_server.pl" "$port"
    assert_listening old
    next_tick
    start other "${network[@]}" "${under[@]}" PORTCLAIM_ONLY=server.pl \
        perl "$repository/tests/linux/perl_server.pl" "$port"
    assert_exit other 1
    assert_not_said other portclaim
    start new "${network[@]}" "${under[@]}" PORTCLAIM_ONLY=perl_server.pl \
        perl "$repository/tests/linux/perl_server.pl" "$port"
    assert_took_over new "$(pid_of old)"
}

# ----- identity ---------------------------------------------------------------------------------

# serve_labelled NAME LABEL: another program with this label
serve_labelled() {
    local program
    make_stranger
    start "$1" "${network[@]}" env "PORTCLAIM_SERVICE=$2" "$stranger" --port "$port"
    assert_listening "$1"
    next_tick
}

@test "PORTCLAIM_SERVICE: the same label is the same service, whatever the program" {
    serve_labelled old gateway
    claim new PORTCLAIM_SERVICE=gateway
    assert_took_over new "$(pid_of old)"
    assert_said new 'stale, same service label'
}

@test "PORTCLAIM_SERVICE: a label that begins or ends alike is another" {
    serve_labelled old gateway
    local label
    for label in gatewa gateway2 Gateway 'gateway '; do
        claim "new$label" "PORTCLAIM_SERVICE=$label" PORTCLAIM_WAIT_MS=600
        assert_refused "new$label"
        assert_said "new$label" 'foreign, another service label'
    done
    assert_untouched old
}

@test "PORTCLAIM_SERVICE: a variable that ends in that name is no label" {
    make_stranger
    start old "${network[@]}" env X_PORTCLAIM_SERVICE=gateway "$stranger" --port "$port"
    assert_listening old
    next_tick
    claim new PORTCLAIM_SERVICE=gateway PORTCLAIM_WAIT_MS=600
    assert_refused new
    assert_untouched old
}

@test "PORTCLAIM_MATCH: each kind of rule makes a stranger stale" {
    local rule number=0
    make_stranger
    for rule in exe:stranger "exe:$BATS_TEST_TMPDIR/*" comm:strange? "cmdline:*--port $port*" any \
        "comm:nobody, exe:stranger"; do
        number=$((number + 1))
        serve_stranger "old$number"
        claim "new$number" "PORTCLAIM_MATCH=$rule"
        assert_took_over "new$number" "$(pid_of "old$number")"
        assert_said "new$number" 'stale, (matches PORTCLAIM_MATCH|any holder may be stopped); sent SIGTERM'
        send "new$number" KILL
        assert_dead "$(pid_of "new$number")"
    done
}

@test "PORTCLAIM_MATCH: rules that do not match leave it alone" {
    serve_stranger old
    claim new 'PORTCLAIM_MATCH=exe:strange,comm:Stranger,cmdline:stranger,unit:*' PORTCLAIM_WAIT_MS=600
    assert_refused new
    assert_said new 'foreign, another program'
    assert_untouched old
}

# A systemd service is a cgroup of that name in systemd's hierarchy.
join_cgroup() {
    local root
    require_root
    for root in /sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup; do
        cgroup=$root/portclaim-$$-$BATS_TEST_NUMBER.service
        [ ! -e "$root/cgroup.procs" ] || ! mkdir "$cgroup" 2>/dev/null || return 0
    done
    cgroup=
    skip "no cgroup can be made here"
}

leave_cgroup() {
    [ -z "${cgroup:-}" ] || wait_until 5 rmdir "$cgroup" 2>/dev/null
}

in_unit() {
    as=(sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$cgroup")
}

@test "the same unit is the same service, and is named" {
    join_cgroup
    in_unit
    serve_stranger old
    claim new
    assert_took_over new "$(pid_of old)"
    assert_said new "held by $(pid_of old) \"stranger\" \(stranger, up .*, unit ${cgroup##*/}\): stale, same unit"
}

@test "PORTCLAIM_MATCH=unit: names another unit" {
    join_cgroup
    in_unit
    serve_stranger old
    as=()
    claim foreign PORTCLAIM_WAIT_MS=600 'PORTCLAIM_MATCH=unit:other-*'
    assert_refused foreign
    claim new 'PORTCLAIM_MATCH=unit:portclaim-*.service'
    assert_took_over new "$(pid_of old)"
}

@test "a supervisor in the unit that is above both says nothing of identity" {
    join_cgroup
    make_stranger
    start supervisor "${network[@]}" sh -c 'echo $$ >"$0/cgroup.procs"
        setsid "$1" --port "$2" & sleep 0.3; shift; shift; setsid "$@"; sleep 600' \
        "$cgroup" "$stranger" "$port" "${under[@]}" PORTCLAIM_WAIT_MS=600 "$server" --port "$port"
    wait_for_line supervisor '^bind: EADDRINUSE'
    assert_said supervisor 'foreign, another program'
    assert_not_said supervisor '^signal'
}

# ----- how --------------------------------------------------------------------------------------

@test "PORTCLAIM_SIGNAL chooses the asking signal" {
    local name number=0
    for name in INT SIGHUP QUIT 10 USR2; do
        number=$((number + 1))
        serve "old$number"
        claim "new$number" "PORTCLAIM_SIGNAL=$name"
        assert_took_over "new$number"
        assert_exit "old$number" 0
        [ "$name" != 10 ] || name=USR1
        assert_equal "$(signals_of "old$number")" "SIG${name#SIG}"
        assert_said "new$number" "sent SIG${name#SIG}"
        send "new$number" KILL
        assert_dead "$(pid_of "new$number")"
    done
}

@test "PORTCLAIM_SIGNAL=KILL asks for nothing" {
    serve old
    claim new PORTCLAIM_SIGNAL=KILL
    assert_took_over new
    assert_exit old 137
    assert_equal "$(signals_of old)" ""
}

@test "PORTCLAIM_TERM_MS is the grace" {
    serve old --stop-delay 1500
    claim new PORTCLAIM_TERM_MS=10000
    assert_took_over new
    assert_exit old 0
    send new KILL
    assert_dead "$(pid_of new)"
    serve impatient --stop-delay 1500
    claim next PORTCLAIM_TERM_MS=100
    assert_took_over next
    assert_exit impatient 137
}

@test "PORTCLAIM_TERM_MS=0 forces at once" {
    serve old --ignore-term
    claim new PORTCLAIM_TERM_MS=0
    assert_took_over new
    assert_exit old 137
}

@test "PORTCLAIM_WAIT_MS is the budget without anybody to stop" {
    serve_stranger old
    claim short PORTCLAIM_WAIT_MS=100
    assert_refused short
    [ "$(refused_after short)" -lt 600 ]
    claim long PORTCLAIM_WAIT_MS=1500
    assert_refused long
    [ "$(refused_after long)" -ge 1500 ]
}

@test "PORTCLAIM_REUSEADDR=off sets nothing, and takes over all the same" {
    require_command strace
    serve old
    tracer=(strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -e trace=setsockopt)
    claim new PORTCLAIM_REUSEADDR=off
    assert_listening new
    assert_dead "$(pid_of old)"
    refute grep -q SO_REUSEADDR "$BATS_TEST_TMPDIR/trace"
}

@test "PORTCLAIM_LIMIT=0/60 never stops anybody, off always" {
    serve old
    claim never PORTCLAIM_LIMIT=0/60 PORTCLAIM_WAIT_MS=600
    assert_refused never
    assert_said never 'kill war'
    assert_untouched old
    claim always PORTCLAIM_LIMIT=off
    assert_took_over always "$(pid_of old)"
}

@test "PORTCLAIM_LIMIT is ten in a minute by default" {
    unset PORTCLAIM_LIMIT
    local number
    claim new0
    assert_listening new0
    for number in 1 2 3 4 5 6 7 8 9 10; do
        next_tick
        claim "new$number"
        assert_took_over "new$number" "$(pid_of "new$((number - 1))")"
    done
    next_tick
    claim last PORTCLAIM_WAIT_MS=600
    assert_refused last
    assert_said last 'kill war: 10 kills in 60 s'
    assert_untouched new10
}

# ----- messages ---------------------------------------------------------------------------------

@test "PORTCLAIM_LOG=none is silent" {
    serve old
    claim new PORTCLAIM_LOG=none
    assert_listening new
    assert_dead "$(pid_of old)"
    assert_not_said new portclaim
}

@test "PORTCLAIM_LOG names a file, to which is appended" {
    local record=$BATS_TEST_TMPDIR/record
    echo before >"$record"
    serve old
    claim new "PORTCLAIM_LOG=$record"
    assert_listening new
    assert_dead "$(pid_of old)"
    assert_not_said new portclaim
    assert_equal "$(wc -l <"$record")" 3
    assert_equal "$(head -n 1 "$record")" before
    grep -q 'sent SIGTERM' "$record"
    grep -q 'claimed in' "$record"
}

@test "PORTCLAIM_LOG: a file that cannot be written to, and stderr instead" {
    serve old
    claim new PORTCLAIM_LOG=/nonexistent/record
    assert_took_over new "$(pid_of old)"
}

# field FILE KEY: the key's value in each line, "-" where there is none
field() {
    perl -MJSON::PP -e '
        open my $file, "<", $ARGV[0] or die;
        while (<$file>) { my $value = decode_json($_)->{$ARGV[1]}; print $value // "-", "\n" }
    ' "$1" "$2"
}

@test "PORTCLAIM_LOG_FORMAT=json: one object a line" {
    local record=$BATS_TEST_TMPDIR/record
    serve old --ignore-term
    claim new "PORTCLAIM_LOG=$record" PORTCLAIM_LOG_FORMAT=json PORTCLAIM_TERM_MS=200
    assert_listening new
    assert_exit old 137
    assert_equal "$(field "$record" event | xargs)" "held forced claimed"
    assert_equal "$(field "$record" pid | sort -u)" "$(pid_of new)"
    assert_equal "$(field "$record" holder | xargs)" "$(pid_of old) $(pid_of old) -"
    assert_equal "$(field "$record" endpoint | sort -u)" "127.0.0.1:$port"
    assert_equal "$(field "$record" verdict | head -n 1)" stale
    assert_equal "$(field "$record" evidence | head -n 1)" program
    assert_equal "$(field "$record" action | xargs)" "asked forced -"
    assert_equal "$(field "$record" signal | xargs)" "SIGTERM SIGKILL -"
    assert_equal "$(field "$record" stopped | tail -n 1)" 1
}

@test "PORTCLAIM_LOG_FORMAT=json: not claimed, kill war, dry run" {
    local record=$BATS_TEST_TMPDIR/record
    serve old
    claim war "PORTCLAIM_LOG=$record" PORTCLAIM_LOG_FORMAT=json PORTCLAIM_LIMIT=0/60 PORTCLAIM_WAIT_MS=600
    assert_refused war
    assert_equal "$(field "$record" event | xargs)" "kill_war held not_claimed"
    claim dry "PORTCLAIM_LOG=$record.dry" PORTCLAIM_LOG_FORMAT=json PORTCLAIM=dry-run
    assert_refused dry
    assert_equal "$(field "$record.dry" action)" would-ask
    assert_untouched old
}

@test "PORTCLAIM_STATE_DIR is made, for its owner alone" {
    local directory=$BATS_TEST_TMPDIR/private/state
    mkdir "${directory%/*}"
    serve old
    claim new "PORTCLAIM_STATE_DIR=$directory" PORTCLAIM_LIMIT=10/60
    assert_took_over new "$(pid_of old)"
    assert_equal "$(stat -c %a "$directory")" 700
    assert_equal "$(ls "$directory")" "tcp-$port"
    assert_equal "$(stat -c %a "$directory/tcp-$port")" 600
}

@test "XDG_RUNTIME_DIR is where the state is by default" {
    unset PORTCLAIM_STATE_DIR
    mkdir -m 700 "$BATS_TEST_TMPDIR/runtime"
    serve old
    claim new "XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/runtime" PORTCLAIM_LIMIT=10/60
    assert_took_over new "$(pid_of old)"
    assert_equal "$(ls "$BATS_TEST_TMPDIR/runtime")" portclaim
    assert_equal "$(ls "$BATS_TEST_TMPDIR/runtime/portclaim")" "tcp-$port"
}

# ----- malformed --------------------------------------------------------------------------------

@test "O05 every variable: a malformed value is one line, and then nothing" {
    only_preload "run refuses a malformed setting"
    local setting number=0 long
    long=$(printf '%600s' '' | tr ' ' a)
    serve old
    for setting in PORTCLAIM=yes PORTCLAIM= PORTCLAIM_PORTS=0 PORTCLAIM_PORTS=65536 \
        PORTCLAIM_PORTS=9-8 PORTCLAIM_PORTS=http "PORTCLAIM_ONLY=$long" "PORTCLAIM_SERVICE=$long" \
        PORTCLAIM_MATCH=server PORTCLAIM_MATCH=exe: PORTCLAIM_MATCH=any,path:x \
        "PORTCLAIM_PROTECT=$long" PORTCLAIM_SIGNAL=STOPP PORTCLAIM_SIGNAL=65 PORTCLAIM_SIGNAL=0 \
        PORTCLAIM_TERM_MS=-1 PORTCLAIM_KILL_MS=600001 PORTCLAIM_WAIT_MS=1s PORTCLAIM_WAIT_MS= \
        PORTCLAIM_REUSEADDR=maybe PORTCLAIM_REUSEPORT=1 PORTCLAIM_LIMIT=10 PORTCLAIM_LIMIT=65/60 PORTCLAIM_LIMIT=1/0 \
        PORTCLAIM_CLAIM=localhost:80 PORTCLAIM_CLAIM=0 PORTCLAIM_LOG=record PORTCLAIM_LOG= \
        PORTCLAIM_LOG_FORMAT=xml PORTCLAIM_STATE_DIR=state PORTCLAIM_COLOUR=on PORTCLAIM_=; do
        number=$((number + 1))
        claim "new$number" "$setting"
        assert_refused "new$number"
        assert_equal "$setting $(count "new$number" portclaim)" "$setting 1"
        assert_said "new$number" "^portclaim\[${process_of[new$number]}\]: ${setting%%=*}=\".*; portclaim does nothing in this process$"
        [ "$(refused_after "new$number")" -lt 300 ] || fail "$setting: it waited"
    done
    assert_untouched old
}

@test "O05 values that are unusual but well-formed are understood" {
    local setting number=0 previous=old
    serve old
    for setting in PORTCLAIM_SERVICE= PORTCLAIM_MATCH= PORTCLAIM_PROTECT= PORTCLAIM_ONLY= \
        PORTCLAIM_PORTS= PORTCLAIM_CLAIM= PORTCLAIM_TERM_MS=0600 PORTCLAIM_PROTECT=999999999 \
        PORTCLAIM_MATCH=' exe:a , any ' PORTCLAIMED=x PORTCLAIMS_X=y; do
        number=$((number + 1))
        claim "new$number" "$setting"
        assert_took_over "new$number" "$(pid_of "$previous")"
        previous=new$number
        next_tick
    done
}
