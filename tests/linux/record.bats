#!/usr/bin/env bats
# The record, PORTCLAIM_LOG=FILE: whole lines from whoever writes, a bound, one predecessor.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load scenarios

full=$((16 << 20))   # bytes: LOG_FILE_FULL of log_file.h
closed=$((17 << 20)) # LOG_FILE_CLOSED
longest_line=4096    # REPORT_LINE_SIZE of report.h

setup() {
    harness_setup
    make_network
    record=$BATS_TEST_TMPDIR/record
    as_json=("PORTCLAIM_LOG=$record" PORTCLAIM_LOG_FORMAT=json PORTCLAIM_WAIT_MS=0)
}

teardown() {
    harness_teardown
    remove_public
}

# Binds to a port that a stranger holds, and fails, COUNT times: of each it is recorded that the port
# is held, and that it was not claimed. With FILE it begins when that exists.
persist='use Socket;
    my ($port, $count, $file) = @ARGV;
    select(undef, undef, undef, 0.001) until !defined $file || -e $file;
    for (1 .. $count) {
        socket(my $socket, AF_INET, SOCK_STREAM, 0) or die "socket: $!";
        bind($socket, sockaddr_in($port, INADDR_LOOPBACK)) and die "the port is free";
    }'

# persist NAME COUNT [FILE]
persist() {
    start "$1" "${network[@]}" "${as[@]}" "${tracer[@]}" "${under[@]}" "${as_json[@]}" perl -e "$persist" \
        "$port" "${@:2}"
}

# persist_together PROCESSES COUNT: none begins before all are there.
persist_together() {
    local number
    for ((number = 0; number < $1; number++)); do
        persist "writer$number" "$2" "$BATS_TEST_TMPDIR/go"
    done
    touch "$BATS_TEST_TMPDIR/go"
    for ((number = 0; number < $1; number++)); do assert_exit "writer$number" 0; done
}

# fill FILE BYTES: whole lines of JSON
fill() {
    local line
    printf -v line '{"event":"filler","text":"%0995d"}' 0
    yes "$line" | head -c "$(($2 / 1024 * 1024))" >"$1" || true
    # What is missing to the byte, as one line more.
    if [ "$(($2 % 1024))" -gt 0 ]; then printf '{%*s}\n' "$(($2 % 1024 - 3))" '' >>"$1"; fi
    assert_equal "$(stat -c %s "$1")" "$2"
}

# Every line is an object, and none too long: assert_lines FILE...
assert_lines() {
    jq 'if type == "object" then empty else error("no object") end' "$@" || fail "not JSON"
    refute grep -qv '^{.*}$' "$@"
    awk -v most="$longest_line" 'length + 1 > most { exit 1 }' "$@" || fail "too long a line"
}

# How many times somebody was told, in all files together, that the port was not claimed.
told() {
    cat "$@" | grep -c '"not_claimed"' || true
}

# How many lines there are, but for one that a busy machine may bring: that a look was cut short.
lines_of() {
    cat "$@" | grep -vc '"warning".* was cut short' || true
}

# ----- whole lines ------------------------------------------------------------------------------

@test "C05 several processes write at once: every line is whole, none is lost" {
    serve stranger
    persist_together 8 25
    assert_lines "$record"
    local number
    for number in 0 1 2 3 4 5 6 7; do
        assert_equal "$(grep -c "\"pid\":$(pid_of "writer$number"),.*\"not_claimed\"" "$record")" 25
        assert_equal "$(cat "$(log_of "writer$number")")" ""
    done
    assert_equal "$(lines_of "$record")" $((8 * 25 * 2))
    [ ! -e "$record.1" ]
}

@test "O06 names of any length and with any byte: a line of the record stays within 4096 bytes" {
    local byte=$'\x01' long directory=$BATS_TEST_TMPDIR
    printf -v long "%0127d" 0
    long=${long//0/$byte}
    for _ in 1 2 3 4 5 6; do directory+=/$long; done
    mkdir -p "$directory"
    cp "$server" "$directory/$long"
    program=$directory/$long
    as=(env "PORTCLAIM_SERVICE=$long")
    serve old
    claim new "${as_json[@]}" "PORTCLAIM_SERVICE=$long"
    assert_listening new
    assert_not_said new portclaim
    assert_dead "$(pid_of old)"
    assert_lines "$record"
    [ "$(wc -L <"$record")" -gt 600 ] || fail "they were not long to begin with"
}

@test "O01 nothing in the way: the record is neither made nor looked for" {
    require_command strace
    tracer=(strace -f -qq -o "$BATS_TEST_TMPDIR/trace")
    claim new "PORTCLAIM_LOG=$record"
    assert_listening new
    [ ! -e "$record" ]
    grep -q 'bind(' "$BATS_TEST_TMPDIR/trace"
    refute grep -qF "$record" "$BATS_TEST_TMPDIR/trace"
    refute grep -Eq 'flock|prlimit.*FSIZE|rename|ftruncate' "$BATS_TEST_TMPDIR/trace"
}

@test "O01 messages to stderr: no call has to do with a record" {
    require_command strace
    serve old
    tracer=(strace -f -qq -o "$BATS_TEST_TMPDIR/trace")
    claim new
    assert_listening new
    assert_said new 'claimed in'
    refute grep -Eq 'flock|prlimit.*FSIZE|rename|ftruncate' "$BATS_TEST_TMPDIR/trace"
}

# ----- the bound --------------------------------------------------------------------------------

@test "C05 a full record is moved to FILE.1, and a new one begun" {
    serve stranger
    fill "$record" "$full"
    cp "$record" "$BATS_TEST_TMPDIR/before"
    persist new 1
    assert_exit new 0
    cmp "$record.1" "$BATS_TEST_TMPDIR/before"
    assert_lines "$record"
    assert_equal "$(lines_of "$record")" 2
    assert_equal "$(cat "$(log_of new)")" ""
}

@test "C05 up to the last byte a record is not full" {
    serve stranger
    persist first 1
    assert_exit first 0
    local line
    line=$(head -n 1 "$record" | wc -c)
    # Numbers in a line may have a digit more the second time: that much is left.
    fill "$record" $((full - line - 8))
    persist second 1
    assert_exit second 0
    assert_lines "$record" "$record.1"
    # The first of its two lines was the last that went in.
    assert_equal "$(tail -n 1 "$record.1" | jq -r .event)" held
    assert_equal "$(jq -r .event "$record")" not_claimed
    [ "$(stat -c %s "$record.1")" -le "$full" ]
}

@test "C05 an older FILE.1 is replaced, and there is never a FILE.2" {
    serve stranger
    echo older >"$record.1"
    fill "$record" "$full"
    persist new 1
    assert_exit new 0
    assert_equal "$(stat -c %s "$record.1")" "$full"
    assert_equal "$(cd "$BATS_TEST_TMPDIR" && echo record*)" "record record.1"
}

@test "C05 several processes find it full at once: it is moved once, and no line is lost" {
    serve stranger
    echo older >"$record.1"
    fill "$record" $((full - 4096))
    local lines
    lines=$(wc -l <"$record")
    persist_together 8 25
    assert_lines "$record" "$record.1"
    assert_equal "$(told "$record" "$record.1")" $((8 * 25))
    assert_equal "$(lines_of "$record" "$record.1")" $((lines + 8 * 25 * 2))
    [ "$(stat -c %s "$record.1")" -gt $((full - 4096)) ] || fail "the new one was moved onto the full one"
}

# Is the predecessor a file that had become full, at every moment until they end?
predecessor_was_full() {
    local least=$1 number moments=0
    for number in 0 1 2 3; do
        while alive "$(pid_of "writer$number")"; do
            if [ -e "$record.1" ]; then
                [ "$(stat -c %s "$record.1")" -ge "$least" ] || return 1
                moments=$((moments + 1))
            fi
        done
    done
    [ "$moments" -gt 0 ]
}

@test "C05 rotation upon rotation by several processes: FILE.1 always was a full one" {
    local bound=$((32 << 10)) number
    serve stranger
    # RLIMIT_FSIZE is a bound as ours is, only lower; a write beyond it would be a signal.
    as=(prlimit "--fsize=$bound" --)
    for number in 0 1 2 3; do persist "writer$number" 200; done
    predecessor_was_full $((bound - longest_line)) || fail "FILE.1 was a new one"
    for number in 0 1 2 3; do assert_exit "writer$number" 0; done
    assert_lines "$record" "$record.1"
    [ "$(stat -c %s "$record")" -le "$bound" ]
}

# slow_at CALL: the next that persists stays two seconds before it; strace tells how far it came.
slow_at() {
    require_command strace
    tracer=(strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -e "trace=prlimit64,flock,renameat2"
        -e "inject=$1:delay_enter=2000000")
}

@test "C05 one is slow to move it: another one does not, and appends" {
    serve stranger
    fill "$record" "$full"
    slow_at renameat2
    persist slow 1
    wait_for_line "$BATS_TEST_TMPDIR/trace" 'flock\(.*LOCK_EX'
    tracer=()
    persist quick 1
    assert_exit quick 0
    assert_exit slow 0
    assert_lines "$record" "$record.1"
    [ "$(stat -c %s "$record.1")" -gt "$full" ] || fail "the new one was moved onto the full one"
    assert_equal "$(told "$record.1")" 1
    assert_equal "$(told "$record")" 1
}

@test "C05 one finds it full, and another has moved it meanwhile: it is not moved again" {
    serve stranger
    fill "$record" "$full"
    slow_at flock
    persist slow 1
    wait_for_line "$BATS_TEST_TMPDIR/trace" RLIMIT_FSIZE
    tracer=()
    persist quick 1
    assert_exit quick 0
    assert_equal "$(told "$record")" 1
    assert_exit slow 0
    assert_lines "$record" "$record.1"
    assert_equal "$(stat -c %s "$record.1")" "$full"
    assert_equal "$(told "$record")" 2
}

@test "O04 RLIMIT_FSIZE smaller than a line: stderr, and no SIGXFSZ" {
    serve stranger
    mkfifo "$BATS_TEST_TMPDIR/stderr"
    start reader cat "$BATS_TEST_TMPDIR/stderr"
    as=(prlimit --fsize=50 -- sh -c 'exec "$@" 2>"$0"' "$BATS_TEST_TMPDIR/stderr")
    persist new 3
    assert_exit new 0
    assert_exit reader 0
    assert_equal "$(told "$(log_of reader)")" 3
    assert_equal "$(stat -c %s "$record")" 0
    [ ! -e "$record.1" ]
}

@test "O04 a record that is larger than RLIMIT_FSIZE is moved, and no SIGXFSZ" {
    serve stranger
    fill "$record" 65536
    as=(prlimit --fsize=65536 --)
    persist new 3
    assert_exit new 0
    assert_equal "$(stat -c %s "$record.1")" 65536
    assert_equal "$(told "$record")" 3
}

@test "C05 the new record has the owner and the mode of the old one" {
    require_root
    serve stranger
    fill "$record" "$full"
    chown 65534:65533 "$record"
    chmod 664 "$record"
    as=(sh -c 'umask 077 && exec "$@"' sh)
    persist new 1
    assert_exit new 0
    assert_equal "$(stat -c '%u:%g %a' "$record")" "65534:65533 664"
    assert_equal "$(stat -c '%u:%g %a' "$record.1")" "65534:65533 664"
}

# ----- where it cannot be moved -----------------------------------------------------------------

# The record takes what fits until it is closed; the rest is on stderr. Nothing is moved.
# assert_closed NAME COUNT
assert_closed() {
    assert_exit "$1" 0
    assert_lines "$record"
    [ "$(stat -c %s "$record")" -le "$closed" ] || fail "beyond its bound"
    [ "$(stat -c %s "$record")" -gt $((closed - longest_line)) ] || fail "closed too early"
    [ ! -e "$record.1" ]
    [ "$(told "$(log_of "$1")")" -gt 0 ] || fail "nothing on stderr"
    assert_equal "$(told "$record" "$(log_of "$1")")" "$2"
}

@test "O04 a directory that is not ours: up to the bound, then stderr" {
    require_root
    make_public
    serve stranger
    record=$public/record
    fill "$record" $((closed - 2000))
    chown 65534 "$record"
    become 65534
    as_json[0]=PORTCLAIM_LOG=$record
    persist new 20
    assert_closed new 20
}

@test "O04 a record that is a mount of its own: up to the bound, then stderr" {
    require_root
    serve stranger
    fill "$record" $((closed - 2000))
    as=(unshare --mount sh -c 'mount --bind "$0" "$0" && exec "$@"' "$record")
    persist new 20
    assert_closed new 20
}

@test "O04 a directory in the way of FILE.1: up to the bound, then stderr" {
    serve stranger
    mkdir "$record.1"
    fill "$record" $((closed - 2000))
    persist new 20
    assert_exit new 0
    rmdir "$record.1"
    assert_closed new 20
}

@test "O04 the record is a link: what it leads to is written to, and neither is moved" {
    serve stranger
    fill "$BATS_TEST_TMPDIR/elsewhere" $((closed - 2000))
    ln -s elsewhere "$record"
    persist new 20
    assert_exit new 0
    [ -L "$record" ]
    [ ! -e "$BATS_TEST_TMPDIR/elsewhere.1" ]
    assert_lines "$BATS_TEST_TMPDIR/elsewhere"
    assert_equal "$(told "$BATS_TEST_TMPDIR/elsewhere" "$(log_of new)")" 20
    [ "$(stat -c %s "$BATS_TEST_TMPDIR/elsewhere")" -le "$closed" ]
}

@test "O04 somebody has locked the record: it is written to, nobody waits" {
    serve stranger
    fill "$record" "$full"
    start locker flock "$record" sh -c 'echo locked && exec sleep 600'
    wait_for_line locker '^locked$'
    persist new 3
    assert_exit new 0
    assert_lines "$record"
    assert_equal "$(told "$record")" 3
    [ ! -e "$record.1" ]
}

@test "O04 a record that may not be written to: stderr" {
    require_root
    make_public
    serve stranger
    record=$public/record
    echo '{}' >"$record"
    chmod 444 "$record"
    become 65534
    as_json[0]=PORTCLAIM_LOG=$record
    persist new 2
    assert_exit new 0
    assert_equal "$(told "$(log_of new)")" 2
    assert_equal "$(cat "$record")" '{}'
}

# ----- a full disk ------------------------------------------------------------------------------

@test "O04 a full disk: half a line is taken back, and the next whole one follows the last" {
    require_root
    serve stranger
    mkdir "$BATS_TEST_TMPDIR/disk"
    as_json[0]=PORTCLAIM_LOG=$BATS_TEST_TMPDIR/disk/record
    # Of the last page 100 bytes are left, too few for a line.
    fill "$BATS_TEST_TMPDIR/filler" $((4096 - 100))
    start new "${network[@]}" unshare --mount bash -c '
        disk=$0 before=$1
        shift
        mount -t tmpfs -o size=64k tmpfs "$disk"
        cp "$before" "$disk/record"
        dd if=/dev/zero of="$disk/ballast" bs=4096 2>/dev/null
        "$@"
        cp "$disk/record" "$before.full"
        rm "$disk/ballast"
        "$@"
        cp "$disk/record" "$before.after"' "$BATS_TEST_TMPDIR/disk" "$BATS_TEST_TMPDIR/filler" \
        "${under[@]}" "${as_json[@]}" perl -e "$persist" "$port" 2
    assert_exit new 0
    cmp "$BATS_TEST_TMPDIR/filler" "$BATS_TEST_TMPDIR/filler.full"
    assert_equal "$(told "$(log_of new)")" 2
    assert_lines "$BATS_TEST_TMPDIR/filler.after"
    assert_equal "$(told "$BATS_TEST_TMPDIR/filler.after")" 2
}

# ----- no regular file --------------------------------------------------------------------------

# reads NAME FILE: has it the file as its standard input?
reads() {
    [ "$(readlink "/proc/$(pid_of "$1")/fd/0")" = "$2" ]
}

told_so_often() {
    [ "$(told "$2")" -eq "$1" ]
}

@test "O04 the record is a FIFO: it is written to, and never moved" {
    serve stranger
    mkfifo "$record"
    # Open for writing as well, so that no writer's end is the end of the file.
    start reader sh -c 'exec cat <>"$0"' "$record"
    wait_until 10 reads reader "$record"
    as=(prlimit --fsize=50 --) # which is of regular files only
    persist new 3
    assert_exit new 0
    wait_until 10 told_so_often 3 "$(log_of reader)"
    assert_lines "$(log_of reader)"
    assert_equal "$(cat "$(log_of new)")" ""
    [ -p "$record" ]
}

@test "O04 the record is a FIFO that nobody reads, or that is full: stderr at once" {
    serve stranger
    mkfifo "$record"
    persist unread 2
    assert_exit unread 0
    assert_equal "$(told "$(log_of unread)")" 2
    start stalled sh -c 'exec 3<>"$0" && head -c 65536 /dev/zero >&3 && echo filled && exec sleep 600' \
        "$record"
    wait_for_line stalled '^filled$'
    persist new 2
    assert_exit new 0
    assert_equal "$(told "$(log_of new)")" 2
}

@test "O04 the record is a device: written to, never moved; a full one is no record" {
    serve stranger
    as_json[0]=PORTCLAIM_LOG=/dev/null
    persist silent 2
    assert_exit silent 0
    assert_equal "$(cat "$(log_of silent)")" ""
    as_json[0]=PORTCLAIM_LOG=/dev/full
    persist new 2
    assert_exit new 0
    assert_equal "$(told "$(log_of new)")" 2
    as_json[0]=PORTCLAIM_LOG=/dev/stderr
    persist stderr 2
    assert_exit stderr 0
    assert_equal "$(told "$(log_of stderr)")" 2
    [ -c /dev/null ] && [ -c /dev/full ] && [ -L /dev/stderr ]
}
