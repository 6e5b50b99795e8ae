#!/usr/bin/env bats
# `portclaim explain` on Windows: records of the DLL, and the same answer as on Linux, byte by byte.
# shellcheck disable=SC2013,SC2016,SC2030,SC2031,SC2034,SC2154 # each test is a subshell; wine.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load wine
load ../command/explain

setup_file() {
    make_prefix
}

teardown_file() {
    end_prefix
}

setup() {
    wine_setup
    require_command jq
    directory=$BATS_TEST_TMPDIR/récords
    mkdir "$directory"
    record=$directory/record.json
    page=$directory/page.html
    export TZ=UTC
}

teardown() {
    wine_teardown
}

# recorded NAME [VARIABLE=VALUE ...] [-- OPTION ...]: claim, with a record; with patience, for a
# look-up that fails on a busy machine would be another story.
recorded() {
    claim "$1" "PORTCLAIM_LOG=$(windows_path "$record")" PORTCLAIM_LOG_FORMAT=json \
        PORTCLAIM_WAIT_MS=5000 "${@:2}"
    wait_until 30 settled "$1"
    next_start
}

# explain ARGUMENT...: into $output and $status, what is said on stderr into $stderr
explain() {
    run --separate-stderr wine "$windows/portclaim.exe" explain "$@"
}

# query FILTER: of the record, as JSON
query() {
    wine "$windows/portclaim.exe" explain --json "$(windows_path "$record")" | jq -r "$1"
}

# assert_same ARGUMENT...: both systems write the same bytes, the page too
assert_same() {
    local into=$BATS_TEST_TMPDIR/answers
    mkdir -p "$into"
    wine "$windows/portclaim.exe" explain --json --html "$(windows_path "$into/windows.html")" \
        "$(windows_path "$record")" >"$into/windows.json"
    "$build/portclaim" explain --json --html "$into/linux.html" "$record" >"$into/linux.json"
    wine "$windows/portclaim.exe" explain "$(windows_path "$record")" >"$into/windows.text"
    "$build/portclaim" explain "$record" >"$into/linux.text"
    cmp "$into/windows.json" "$into/linux.json"
    cmp "$into/windows.html" "$into/linux.html"
    cmp "$into/windows.text" "$into/linux.text"
}

# refuse_page PAGE PROBLEM: nothing is written, and it is said why
refuse_page() {
    explain --json --html "$1" "$(windows_path "$record")"
    assert_equal "$status $output" "2 "
    grep -Eq "cannot write the page \".*\": .*$2" <<<"$stderr" || fail "$1: $stderr"
}

# ----- real records ---------------------------------------------------------------------------

@test "C05 W06 a loop: holders that ignore Ctrl-Break, and cures for Windows" {
    serve old --ignore-break
    recorded first PORTCLAIM_TERM_MS=300 -- --ignore-break
    recorded second PORTCLAIM_TERM_MS=300
    assert_took_over_in_record first second
    assert_equal "$(causes)" stubborn-holder
    assert_equal "$(cures stubborn-holder | grep -c SIGBREAK)" 1
    cures stubborn-holder | grep -qx 'set PORTCLAIM_TERM_MS=10000'
    explain "$(windows_path "$record")"
    assert_output_has 'In 2 of 2 starts the old instance did not end when it was asked, and was killed \(TerminateProcess\) after [0-9.]+ m?s' \
        "server.exe [0-9]+: CTRL_BREAK to server.exe $(windows_pid_of old) \(same program\); TerminateProcess after" \
        "last seen as PID $(windows_pid_of first)"
    refute grep -Eq 'SIG(KILL|TERM)|systemd|user [0-9]' <<<"$output"
    assert_same
}

# assert_took_over_in_record NAME...: each listens
assert_took_over_in_record() {
    local name
    for name in "$@"; do assert_said "$name" '^listening'; done
}

@test "C05 N07 a loop: polite predecessors, then a foreign holder" {
    serve old
    recorded first
    recorded second
    finish second
    serve_stranger foreign
    recorded third PORTCLAIM_WAIT_MS=2000
    assert_refused third
    assert_equal "$(causes)" foreign-holder
    assert_equal "$(query '.endpoints[0] | "\(.starts) \(.claimed) \(.not_claimed)"')" "3 2 1"
    cures foreign-holder | grep -qx "portclaim who tcp:$port"
    cures foreign-holder | grep -qx 'set PORTCLAIM_SERVICE=server'
    explain "$(windows_path "$record")"
    assert_output_has "\"stranger.exe\" \(Z:.*/stranger.exe, last seen as PID $(windows_pid_of foreign)\) in 1 start: another program" \
        'taskkill /PID NUMBER'
    TZ=Asia/Tokyo assert_same
}

@test "C05 a log in text has no times: it says how to get a record" {
    local log=$logs/portclaim.log
    serve old
    claim new PORTCLAIM_WAIT_MS=5000 "PORTCLAIM_LOG=$(windows_path "$log")"
    assert_listening new
    explain "$(windows_path "$log")"
    assert_equal "$status" 0
    assert_output_has 'no event of portclaim' '2 of these are what portclaim writes for people' \
        'PORTCLAIM_LOG_FORMAT=json'
}

@test "C05 a full record can be rotated while it is read, and FILE.1 is read with it" {
    local pipe=$BATS_TEST_TMPDIR/pipe reader
    takeover 0 101 node.exe "" 100 node.exe "" program 20 >"$record"
    yes "$(printf '%4000s' '' | tr ' ' x)" | head -c $((16 * 1024 * 1024 - 600)) >>"$record"
    echo >>"$record"
    mkfifo "$pipe"
    serve old
    wine "$windows/portclaim.exe" explain --json "$(windows_path "$record")" - <"$pipe" \
        >"$(log_of reader)" 2>&1 3>&- &
    reader=$!
    exec 9>"$pipe"
    wait_until 10 opened_by_wine "$record"
    recorded new 9>&-
    assert_listening new
    [ -e "$record.1" ]
    exec 9>&-
    wait "$reader"
    assert_equal "$(jq -r '"\(.files) \(.endpoints[0].starts)"' "$(log_of reader)")" "2 1"
    assert_equal "$(query '"\(.files) \([.endpoints[].starts] | add)"')" "2 2"
}

# opened_by_wine FILE: does a process of this prefix have it open?
opened_by_wine() {
    local path
    for path in $(grep -lzsxF "WINEPREFIX=$WINEPREFIX" /proc/[0-9]*/environ); do
        ! find "${path%/environ}/fd" -lname "$1" 2>/dev/null | grep -q . || return 0
    done
    return 1
}

# ----- written records ------------------------------------------------------------------------

@test "C05 a record of Linux is explained as on Linux" {
    local round
    for round in 0 1 2; do
        takeover $((round * 20000)) $((101 + 2 * round)) node beta.service $((100 + 2 * round)) node alpha.service script 50
        takeover $((round * 20000 + 10000)) $((102 + 2 * round)) node alpha.service $((101 + 2 * round)) node beta.service script 640
    done >"$record"
    event 253402300799999 8 node "" forced ',"after_ms":9223372036854775807,"action":"forced"' >>"$record"
    cures kill-war | grep -qx 'systemctl disable --now beta.service'
    assert_same
}

@test "C05 line ends and a mark as editors of Windows write them, and standard input" {
    takeover 0 101 node.exe "" 100 node.exe "" program 20 >"$record"
    { printf '\xEF\xBB\xBF' && sed 's/$/\r/' "$record"; } >"$record.edited"
    run -0 wine "$windows/portclaim.exe" explain --json "$(windows_path "$record.edited")"
    assert_equal "$(jq -r '"\(.lines) \(.skipped) \(.endpoints[0].claimed)"' <<<"$output")" "2 0 1"
    # \x1A ends a file for what reads text on Windows.
    printf '\x1A\r\n' | cat - "$record.edited" >"$record"
    run -0 bash -c 'wine "$1" explain --json <"$2"' - "$windows/portclaim.exe" "$record"
    assert_equal "$(jq -r '"\(.lines) \(.endpoints[0].claimed)"' <<<"$output")" "3 1"
    run -0 bash -c 'cat "$2" | wine "$1" explain --json -' - "$windows/portclaim.exe" "$record"
    assert_equal "$(jq -r '"\(.lines) \(.endpoints[0].claimed)"' <<<"$output")" "3 1"
}

@test "C05 a file that cannot be read: its name, exit status 2, and nothing on standard output" {
    local bad
    takeover 0 101 node.exe "" 100 node.exe "" program 20 >"$record"
    for bad in "$directory/missing" "$directory"; do
        explain "$(windows_path "$record")" "$(windows_path "$bad")" --html "$(windows_path "$page")"
        assert_equal "$status $output" "2 "
        grep -Eq 'cannot read the record "Z:/.*": (there is no such file|it is a directory); ' <<<"$stderr"
        [ ! -e "$page" ]
    done
}

# ----- the page -------------------------------------------------------------------------------

@test "C05 the page: replaced as a whole; no device, stream, directory or record is" {
    takeover 0 101 node.exe "" 100 node.exe "" program 20 >"$record"
    cp "$record" "$record.copy"
    echo old >"$page"
    refuse_page "$(windows_path "$record")" 'one of the records'
    refuse_page "$(windows_path "$directory/RECORD.json")" 'one of the records'
    refuse_page NUL device
    refuse_page "$(windows_path "$directory")\\con" device
    refuse_page "$(windows_path "$page"):part" 'stream within a file'
    refuse_page "$(windows_path "$directory")" 'something else than a regular file'
    refuse_page "$(windows_path "$directory/missing/page.html")" 'no such directory'
    cmp "$record" "$record.copy"
    assert_equal "$(cat "$page")" old
    run -0 wine "$windows/portclaim.exe" explain --html "$(windows_path "$page")" "$(windows_path "$record")"
    assert_equal "$output" ""
    grep -q '</html>' "$page"
    assert_equal "$(cd "$directory" && echo *)" "page.html record.json record.json.copy"
}

@test "C05 a disk that is full leaves the old page, and nothing beside it" {
    takeover 0 101 node.exe "" 100 node.exe "" program 20 >"$record"
    echo old >"$page"
    run -2 bash -c 'trap "" XFSZ; ulimit -f 1; exec wine "$1" explain --html "$2" "$3"' - \
        "$windows/portclaim.exe" "$(windows_path "$page")" "$(windows_path "$record")"
    assert_output_has 'cannot write the page'
    assert_equal "$(cat "$page")" old
    assert_equal "$(cd "$directory" && echo *)" "page.html record.json"
}
