#!/usr/bin/env bats
# The way of the DLL into a process that has just been created, and into what it starts: with a probe
# in the place of portclaim.dll, which tells in $events when, where and how often it was loaded.
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; wine.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load wine

setup_file() {
    make_prefix
}

teardown_file() {
    end_prefix
}

setup() {
    wine_setup
    events=$BATS_TEST_TMPDIR/events
    PROBE_LOG=$(windows_path "$events")
    export PROBE_LOG NODE_SKIP_PLATFORM_CHECK=1
    probe=$(windows_path "$programs/inject_probe.dll")
    subject=$(windows_path "$programs/inject_subject.exe")
}

teardown() {
    wine_teardown
}

# launch WAY COMMAND...: its output, without the carriage returns, is in $output, the launcher's line
# in $started_line, its exit status in $status
launch() {
    status=0
    timeout 60 wine "$programs/inject_launch.exe" "$1" "$probe" "${@:2}" </dev/null \
        >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- 4>&- || status=$?
    output=$(tr -d '\r' <"$BATS_TEST_TMPDIR/out")
    started_line=$(grep '^started ' "$BATS_TEST_TMPDIR/err" | tr -d '\r')
    read -r _ _ process _ thread result <<<"$started_line"
    thread=${thread%:}
    cat "$BATS_TEST_TMPDIR/err" "$events" || true # for who reads why a test failed
}

# fetch NAME: sets $fetched to the program, or skips
fetch() {
    fetched=$("$repository/tests/windows/fetch" "$1" 2>"$BATS_TEST_TMPDIR/fetch") ||
        skip "$(tail -n 1 "$BATS_TEST_TMPDIR/fetch")"
}

# The probe was loaded once, with the headers as in the program's file, before anything else wrote a
# line: on the main thread by the import table, on a thread of its own by the other way.
assert_loaded_by() {
    assert_equal "$result" "nothing is wrong"
    assert_equal "$(grep -c "^loaded process $process " "$events")" 1
    assert_equal "$(head -n 1 "$events" | cut -d ' ' -f 1-3)" "loaded process $process"
    grep -q "^loaded process $process .* headers as-in-file children hooked " "$events"
    case $1 in
    imports) grep -q "^loaded process $process thread $thread " "$events" ;;
    thread) refute grep -q "^loaded process $process thread $thread " "$events" ;;
    esac
}

# loaded NAME: in how many processes of this program, each counted once
loaded() {
    assert_equal "$(grep '^loaded ' "$events" | cut -d ' ' -f 3 | sort | uniq -d)" "" || return 1
    grep -c "^loaded .* in $1.exe" "$events" || true
}

console_program() {
    launch "$1" "$subject" say 'a b'
    assert_equal "$status" 0
    assert_equal "$output" "$(printf '%s\n' "$subject say \"a b\"" "$subject" say 'a b')"
    assert_loaded_by "$1"
    # Its own code came later, on the main thread.
    assert_equal "$(tail -n 1 "$events" | tr -d '\r')" "main process $process thread $thread"
}

# It works, and so does what it starts, which is hooked in turn.
node_program() {
    local script='const {spawnSync} = require("child_process")
        const {status} = spawnSync(process.argv[1], ["start", process.argv[1], "exit", "7"])
        console.log(process.version.split(".")[0], status)'
    fetch "$2"
    launch "$1" "$fetched" -e "$script" "$subject"
    assert_equal "$status" 0
    assert_equal "$output" "v${2#node-} 7"
    assert_loaded_by "$1"
    assert_equal "$(loaded inject_subject)" 2
}

go_program() {
    fetch esbuild
    launch none "$fetched" --version
    [ "$status" -eq 0 ] || skip "this Go program does not run here: $(head -n 1 "$BATS_TEST_TMPDIR/err")"
    launch "$1" "$fetched" --version
    assert_equal "$status" 0
    grep -Eqx '[0-9.]+' <<<"$output"
    assert_loaded_by "$1"
}

# ----- both ways ------------------------------------------------------------------------------

@test "import table: a console program" {
    console_program imports
}

@test "remote thread: a console program" {
    console_program thread
}

@test "import table: Node 18" {
    node_program imports node-18
}

@test "import table: Node 20" {
    node_program imports node-20
}

@test "import table: Node 22" {
    node_program imports node-22
}

@test "remote thread: Node 18" {
    node_program thread node-18
}

@test "remote thread: Node 20" {
    node_program thread node-20
}

@test "remote thread: Node 22" {
    node_program thread node-22
}

@test "import table: a Go program" {
    go_program imports
}

@test "remote thread: a Go program" {
    go_program thread
}

@test "injected twice it is loaded once" {
    launch twice "$subject" exit 3
    assert_equal "$status" 3
    assert_loaded_by imports
}

@test "a program whose headers say .NET gets a remote thread" {
    launch managed "$subject" exit 3
    assert_equal "$status" 3
    assert_equal "$result" "nothing is wrong"
    refute grep -q "^loaded process $process thread $thread " "$events"
    assert_equal "$(loaded inject_subject)" 1
}

@test "the DLL and the program in a directory with blanks" {
    mkdir "$BATS_TEST_TMPDIR/a b"
    cp "$programs"/inject_{probe.dll,subject.exe} "$BATS_TEST_TMPDIR/a b"
    probe=$(windows_path "$BATS_TEST_TMPDIR/a b/inject_probe.dll")
    launch inject "$(windows_path "$BATS_TEST_TMPDIR/a b/inject_subject.exe")" \
        start "$subject" exit 3
    assert_equal "$status" 3
    assert_loaded_by imports
    assert_equal "$(loaded inject_subject)" 2
}

@test "a DLL in a directory that is not ASCII comes by a remote thread, into children too" {
    mkdir "$BATS_TEST_TMPDIR/ä 日本"
    cp "$programs"/inject_{probe.dll,subject.exe} "$BATS_TEST_TMPDIR/ä 日本"
    probe=$(windows_path "$BATS_TEST_TMPDIR/ä 日本/inject_probe.dll")
    launch inject "$(windows_path "$BATS_TEST_TMPDIR/ä 日本/inject_subject.exe")" \
        start "$subject" exit 3
    assert_equal "$status" 3
    assert_loaded_by thread
    assert_equal "$(loaded inject_subject)" 2
}

# ----- what can't be hooked -------------------------------------------------------------------

@test "W09 a program for another machine runs unhooked" {
    launch foreign "$subject" exit 3
    assert_equal "$status" 3
    assert_equal "$result" "it is no program for x86-64"
    assert_equal "$(loaded inject_subject)" 0
}

@test "W09 without the DLL the program runs unhooked" {
    probe=$(windows_path "$BATS_TEST_TMPDIR/missing.dll")
    launch inject "$subject" exit 3
    assert_equal "$status" 3
    assert_equal "$result" "the DLL is not there"
}

@test "by a remote thread without the DLL the program runs unhooked" {
    probe=$(windows_path "$BATS_TEST_TMPDIR/missing.dll")
    launch thread "$subject" exit 3
    assert_equal "$status" 3
    assert_equal "$result" "it could not load the DLL"
}

@test "W09 children that can't be hooked run unhooked, with one warning" {
    cp "$programs/inject_probe.dll" "$BATS_TEST_TMPDIR/probe.dll"
    probe=$(windows_path "$BATS_TEST_TMPDIR/probe.dll")
    {
        wait_until 20 grep -qs '^main ' "$events"
        rm "$BATS_TEST_TMPDIR/probe.dll"
    } | wine "$programs/inject_launch.exe" inject "$probe" "$subject" start-later "$subject" exit 3 ||
        status=$?
    assert_equal "$status" 3
    assert_equal "$(loaded inject_subject)" 1
    assert_equal "$(grep -c '^main ' "$events")" 3
    assert_equal "$(grep -c '^warning: ' "$events")" 1
    grep -Eq '^warning: its child "inject_subject.exe" \(PID [0-9]+\) runs without portclaim: the DLL is not there' \
        "$events"
}

# ----- children -------------------------------------------------------------------------------

@test "W09 children and grandchildren: CreateProcessW, CreateProcessA, one that is to be suspended" {
    launch inject "$subject" start "$subject" start-narrow "$subject" start-suspended "$subject" exit 9
    assert_equal "$status" 9
    assert_equal "$output" "" # else it was not suspended as its parent wanted
    assert_equal "$(loaded inject_subject)" 4
}

@test "W09 through a shell and a batch file" {
    printf '@echo off\r\n%%1 start %%1 exit 9\r\n' >"$BATS_TEST_TMPDIR/run.cmd"
    launch inject "$subject" start cmd /c "$(windows_path "$BATS_TEST_TMPDIR/run.cmd")" "$subject"
    assert_equal "$status" 9
    assert_equal "$(loaded cmd)" 1
    assert_equal "$(loaded inject_subject)" 3
}

@test "a batch file that CreateProcess is given: its cmd.exe is hooked once" {
    printf '@echo off\r\n%%1 exit 9\r\n' >"$BATS_TEST_TMPDIR/run.cmd"
    launch inject "$subject" start "$(windows_path "$BATS_TEST_TMPDIR/run.cmd")" "$subject"
    assert_equal "$status" 9
    assert_equal "$(loaded cmd)" 1
    assert_equal "$(loaded inject_subject)" 2
}

@test "W09 through ShellExecuteEx" {
    launch inject cmd /c start /wait "$subject" exit 9
    assert_equal "$(loaded cmd)" 1
    assert_equal "$(loaded start)" 1
    assert_equal "$(loaded inject_subject)" 1
}

# Where CreateProcessInternalW can't be hooked, the public functions are; where no code can be
# changed, the import tables.
@test "W09 children, with the public functions hooked" {
    PROBE_DETOUR=public launch inject "$subject" start "$subject" start-narrow "$subject" \
        start-suspended "$subject" exit 9
    assert_equal "$status" 9
    assert_equal "$output" ""
    assert_equal "$(loaded inject_subject)" 4
}

@test "W09 children, by import tables" {
    PROBE_DETOUR=none launch inject "$subject" start "$subject" start-narrow "$subject" \
        start-suspended "$subject" exit 9
    assert_equal "$status" 9
    assert_equal "$output" ""
    assert_equal "$(loaded inject_subject)" 4
}

@test "W09 children of Node, by import tables" {
    PROBE_DETOUR=none node_program imports node-20
}

@test "W10 a CreateProcess that fails leaves the last error that it leaves without" {
    local without
    launch none "$subject" fail
    without=$output
    launch inject "$subject" fail
    assert_equal "$output" "$without"
    assert_equal "$output" "started 0 error 2"
}

# ----- command lines --------------------------------------------------------------------------

@test "W05 command lines are read as CommandLineToArgvW reads them, and quoted so" {
    run -0 wine "$programs/inject_lines.exe" "$RANDOM"
    assert_equal "${output%$'\r'}" "the same"
}
