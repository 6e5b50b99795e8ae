#!/usr/bin/env bats
# portclaim.exe run: the program as if it were in its place, and what it says when it can't be. The
# probe of inject.bats is in the place of portclaim.dll.
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; wine.bash sets much
# shellcheck disable=SC1003 # backslashes at an end are what is tested
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
    unset PORTCLAIM_STATE_DIR PORTCLAIM_LIMIT
    events=$BATS_TEST_TMPDIR/events
    : >"$events"
    PROBE_LOG=$(windows_path "$events")
    export PROBE_LOG
    subject=$(windows_path "$programs/inject_subject.exe")
    install_portclaim "$BATS_TEST_TMPDIR"
}

teardown() {
    wine_teardown
}

# install_portclaim DIRECTORY: the command with the probe beside it
install_portclaim() {
    cp "$windows/portclaim.exe" "$1"
    cp "$programs/inject_probe.dll" "$1/portclaim.dll"
    portclaim=(timeout 60 wine "$1/portclaim.exe")
}

# ask COMMAND...: $output and $errors without carriage returns, $status
ask() {
    status=0
    "$@" </dev/null >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- 4>&- || status=$?
    output=$(tr -d '\r' <"$BATS_TEST_TMPDIR/out")
    errors=$(tr -d '\r' <"$BATS_TEST_TMPDIR/err")
    cat "$BATS_TEST_TMPDIR/err"
}

loaded() {
    grep -c '^loaded ' "$events" || true
}

# assert_ended STATUS LINE: with one line on stderr, or its first
assert_ended() {
    assert_equal "$status" "$1"
    assert_equal "$(head -n 1 <<<"$errors")" "$2"
}

# ----- as without it --------------------------------------------------------------------------

@test "exit codes of 32 bits" {
    local code
    for code in 0 7 259 0xC0000005; do
        ask wine "$subject" status "$(windows_path "$BATS_TEST_TMPDIR/portclaim.exe")" run "$subject" exit $code
        assert_equal "$output" "status $((code))"
    done
    assert_equal "$(loaded)" 4
}

@test "stdin, stdout and stderr are the program's" {
    local output errors
    output=$(printf 'one\ntwo' | "${portclaim[@]}" run "$subject" copy 2>"$BATS_TEST_TMPDIR/err" | tr -d '\r')
    errors=$(tr -d '\r' <"$BATS_TEST_TMPDIR/err")
    assert_equal "$output" $'one\ntwo'
    assert_equal "$errors" end
}

@test "arguments arrive as they do without it" {
    local arguments=('a b' '' 'q"q' '"' 'back\' 'back \' 'back\\"q"' $'tab\tx' '*.c' 'ä日' "'" '%PATH%' '^&|' '--dry-run' '-h')
    local without
    ask wine "$subject" say "${arguments[@]}"
    without=$output
    ask "${portclaim[@]}" run -- "$subject" say "${arguments[@]}"
    # Wine quotes a program's name always.
    assert_equal "$(sed '1s/^"\([^"]*\)"/\1/' <<<"$output")" "$(sed '1s/^"\([^"]*\)"/\1/' <<<"$without")"
    assert_equal "$(wc -l <<<"$output")" $((3 + ${#arguments[@]}))
    assert_equal "$(loaded)" 1
}

@test "a program with rules of its own gets its command line as it was written" {
    # Not from here: Wine makes a command line of arguments, by the common rules.
    printf '@"%s" run cmd /c "echo "one  two" & echo three"\r\n' \
        "$(windows_path "$BATS_TEST_TMPDIR/portclaim.exe")" >"$BATS_TEST_TMPDIR/raw.cmd"
    ask wine cmd /c "$(windows_path "$BATS_TEST_TMPDIR/raw.cmd")"
    [[ $output == '"one  two"'*$'\n'three ]] # its echo keeps the blank before the "&"
}

@test "the settings are handed on, options before variables, lists joined" {
    PORTCLAIM_TERM_MS=1 PORTCLAIM_KILL_MS=2 ask "${portclaim[@]}" run --dry-run --term-ms 5 --ports 1 \
        --ports 2-3 --claim 80 --service gateway --log 'C:\a b.log' cmd /c 'set PORTCLAIM'
    assert_equal "$(sort <<<"$output")" "$(printf '%s\n' PORTCLAIM=dry-run PORTCLAIM_CLAIM=80 \
        PORTCLAIM_KILL_MS=2 'PORTCLAIM_LOG=C:\a b.log' PORTCLAIM_PORTS=1,2-3 PORTCLAIM_SERVICE=gateway \
        PORTCLAIM_TERM_MS=5 | sort)"
}

# How many programs are in their main(), and how many processes of what was started as NAME live?
mains_are() {
    [ "$(grep -c '^main ' "$events")" -eq "$1" ]
}

living_are() {
    [ "$(processes_of "$1" | wc -l)" -eq "$2" ]
}

@test "it ends with its wrapper, but not what it has started" {
    start_in_wine wrapped wine "$BATS_TEST_TMPDIR/portclaim.exe" run "$subject" start "$subject" sleep
    wait_until 20 mains_are 2
    living_are wrapped 3
    send wrapped KILL
    wait_until 5 living_are wrapped 1
    sleep 0.2
    living_are wrapped 1
    finish wrapped
}

@test "settings that are not ASCII" {
    ask "${portclaim[@]}" run --service 'ä 日' "$subject" variable PORTCLAIM_SERVICE
    assert_equal "$output" 'ä 日'
    PORTCLAIM_LOG='C:\ä.log' PORTCLAIM_MATCH='exe:*ä' ask "${portclaim[@]}" run --match 'exe:日' \
        "$subject" variable PORTCLAIM_LOG
    assert_equal "$output" 'C:\ä.log'
}

# shows FILE WORD: without what moves the cursor between any two letters
shows() {
    sed 's/\x1b[^a-zA-Z]*[a-zA-Z]//g' "$1" 2>/dev/null | grep -q "$2"
}

# Of Ctrl-Break Wine's console knows nothing: GenerateConsoleCtrlEvent fails, and there is no key.
# on_console FILE KEYS COMMAND...: on a console of its own, on which the keys are pressed when it says
# "ready"; what appears on it goes to the file. script(1) takes the shell of $SHELL, which may be none;
# and not every shell gives its place to its last command by itself, where the keys are read.
on_console() {
    local file=$1 keys=$2
    shift 2
    {
        wait_until 20 shows "$file" ready || true
        sleep 0.3
        printf '%b' "$keys"
        wait_until 5 test -e "$file.over" || true
    } | {
        status=0
        SHELL=/bin/sh timeout 60 script --quiet --return --flush --command "exec ${*@Q}" "$file" \
            >/dev/null 2>&1 || status=$?
        echo "$status" >"$file.over"
    }
}

@test "Ctrl-C on its console goes to the program" {
    require_command script
    on_console "$BATS_TEST_TMPDIR/console" '\x03' wine "$BATS_TEST_TMPDIR/portclaim.exe" run "$subject" break
    assert_equal "$(cat "$BATS_TEST_TMPDIR/console.over")" 40
    assert_equal "$(loaded)" 1
}

@test "under portclaim already, the program is hooked once" {
    ask "${portclaim[@]}" run "$(windows_path "$BATS_TEST_TMPDIR/portclaim.exe")" run "$subject" exit 4
    assert_equal "$status" 4
    assert_equal "$(loaded)" 2
    assert_equal "$(grep -c '^loaded .* in inject_subject.exe' "$events")" 1
}

@test "in a directory with blanks and letters that are not ASCII" {
    mkdir "$BATS_TEST_TMPDIR/ä 日"
    install_portclaim "$BATS_TEST_TMPDIR/ä 日"
    cp "$programs/inject_subject.exe" "$BATS_TEST_TMPDIR/ä 日"
    ask "${portclaim[@]}" run "$(windows_path "$BATS_TEST_TMPDIR/ä 日/inject_subject.exe")" say x
    assert_equal "$(tail -n 1 <<<"$output")" x
    assert_equal "$(loaded)" 1
}

# ----- which program --------------------------------------------------------------------------

@test "a program is found in the current directory and in PATH, with the endings of PATHEXT" {
    mkdir "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two"
    cp "$programs/inject_subject.exe" "$BATS_TEST_TMPDIR/one/here.exe"
    cp "$programs/inject_subject.exe" "$BATS_TEST_TMPDIR/two/there.exe"
    printf '@exit 5\r\n' >"$BATS_TEST_TMPDIR/two/batch.cmd"
    cd "$BATS_TEST_TMPDIR/one"
    local WINEPATH
    WINEPATH=$(windows_path "$BATS_TEST_TMPDIR/two")
    export WINEPATH
    ask "${portclaim[@]}" run here exit 3
    assert_equal "$status" 3
    ask "${portclaim[@]}" run ./here exit 3
    assert_equal "$status" 3
    ask "${portclaim[@]}" run there.exe exit 4
    assert_equal "$status" 4
    ask "${portclaim[@]}" run batch
    assert_equal "$status" 5
    ask "${portclaim[@]}" run ./there exit 4
    assert_ended 127 'portclaim run: cannot start "./there": there is no such program'
}

@test "a batch file gets its arguments, or is refused those that cmd.exe would change" {
    printf '@echo off\r\n"%%~1" say %%2 %%3 %%4\r\n' >"$BATS_TEST_TMPDIR/say.cmd"
    batch=$(windows_path "$BATS_TEST_TMPDIR/say.cmd")
    ask "${portclaim[@]}" run "$batch" "$subject" 'a b' 'c&exit 9' 'd\'
    assert_equal "$(tail -n 3 <<<"$output")" "$(printf '%s\n' 'a b' 'c&exit 9' 'd\')"
    ask "${portclaim[@]}" run "$batch" "$subject" '%PATH%'
    assert_equal "$status" 125
    assert_equal "$(wc -l <<<"$errors")" 1
    ask "${portclaim[@]}" run "$batch" "$subject" '"&exit 9'
    assert_equal "$status" 125
}

@test "W09 without the DLL it runs unhooked, with a warning" {
    rm "$BATS_TEST_TMPDIR/portclaim.dll"
    ask "${portclaim[@]}" run "$subject" exit 3
    assert_ended 3 "portclaim run: warning: \"${subject//\\//}\" runs without portclaim: there is no \"Z:$BATS_TEST_TMPDIR/portclaim.dll\"; put it there"
}

# assert_warned FILE-WORDS: it ran unhooked, and the warning says of the DLL beside it what is wrong
assert_warned() {
    ask "${portclaim[@]}" run "$subject" exit 3
    assert_ended 3 "portclaim run: warning: \"${subject//\\//}\" runs without portclaim: \"Z:$BATS_TEST_TMPDIR/portclaim.dll\" $1: put the one there that came with this portclaim.exe"
    assert_equal "$(loaded)" 0
}

@test "W09 with a DLL that is not its own it runs unhooked, with a warning" {
    local dll=$BATS_TEST_TMPDIR/portclaim.dll version
    version=$(sed -n 's/.*PORTCLAIM_VERSION "\(.*\)"/\1/p' "$repository/preload/core/version.h")
    sed -i "s/${version//./\\.}/9.9.9/g" "$dll"
    assert_warned "is of version 9.9.9, and this portclaim.exe of $version"
    cp "$programs/detour_library.dll" "$dll"
    assert_warned 'is not portclaim'"'"'s for this machine, or it was cut'
    head -c 3000 "$windows/portclaim.dll" >"$dll"
    assert_warned 'is not portclaim'"'"'s for this machine, or it was cut'
    echo nothing >"$dll"
    assert_warned 'is not portclaim'"'"'s for this machine, or it was cut'
}

@test "--mode off starts it as it is, by option and by variable" {
    ask "${portclaim[@]}" run --mode off "$subject" exit 3
    assert_ended 3 ""
    PORTCLAIM=off ask "${portclaim[@]}" run "$subject" exit 3
    assert_ended 3 ""
    assert_equal "$(loaded)" 0
}

# ----- mistakes -------------------------------------------------------------------------------

@test "what can't be started is said, with its exit code" {
    ask "${portclaim[@]}" run nothing-there
    assert_ended 127 'portclaim run: cannot start "nothing-there": there is no such program in PATH: name its path'
    ask "${portclaim[@]}" run 'C:\no such\server.exe'
    assert_ended 127 'portclaim run: cannot start "C:/no such/server.exe": there is no such program'
    echo nothing >"$BATS_TEST_TMPDIR/text.exe"
    ask "${portclaim[@]}" run "$(windows_path "$BATS_TEST_TMPDIR/text.exe")"
    assert_equal "$status" 126
    [[ $errors == *"cannot start \"Z:$BATS_TEST_TMPDIR/text.exe\": it is no program for this machine (error "* ]]
}

@test "mistakes in options: exit code 2, nothing is started" {
    ask "${portclaim[@]}" run
    assert_ended 2 'portclaim run: there is no program to run'
    ask "${portclaim[@]}" run --term-mss 5 "$subject" exit 3
    assert_ended 2 'portclaim run: there is no option --term-mss; did you mean --term-ms?'
    ask "${portclaim[@]}" run --term-ms x "$subject" exit 3
    assert_ended 2 'portclaim: PORTCLAIM_TERM_MS="x": want a number of milliseconds from 0 to 600000'
    PORTCLAIM_TERMS=1 ask "${portclaim[@]}" run "$subject" exit 3
    assert_equal "$status" 2
    ask "${portclaim[@]}" ru "$subject"
    assert_ended 2 'portclaim: there is no command "ru"; did you mean "run"?'
    assert_equal "$(loaded)" 0
}

@test "--help and --version" {
    ask "${portclaim[@]}" --version
    assert_equal "$output" "portclaim $(sed -n 's/.*PORTCLAIM_VERSION "\(.*\)"/\1/p' "$repository/preload/core/version.h")"
    ask "${portclaim[@]}" --help
    grep -q '^  run ' <<<"$output"
    ask "${portclaim[@]}" run --help
    assert_equal "$(head -n 1 <<<"$output")" \
        'usage: portclaim run [OPTION]... [--claim ENDPOINT]... [--] PROGRAM [ARGUMENT]...'
}

# ----- the file -------------------------------------------------------------------------------

@test "it needs no library but the system's own four" {
    require_command x86_64-w64-mingw32-objdump
    assert_equal "$(x86_64-w64-mingw32-objdump -p "$windows/portclaim.exe" |
        sed -n 's/.*DLL Name: //p' | tr "[:upper:]" "[:lower:]" | sort | xargs)" "advapi32.dll kernel32.dll msvcrt.dll ws2_32.dll"
}
