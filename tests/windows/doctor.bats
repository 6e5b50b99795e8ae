#!/usr/bin/env bats
# portclaim doctor on Windows: why portclaim would not help, and the cure. The whole of Wine runs
# without the privilege to bind a port below 1024, as if Windows kept them for itself.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; wine.bash sets much
# shellcheck disable=SC2016 # backticks that are to be shown
bats_require_minimum_version 1.5.0

load ../lib/harness
load wine

setup_file() {
    if is_root; then
        make_prefix setpriv --bounding-set -net_bind_service --inh-caps -net_bind_service
    else
        make_prefix
    fi
}

teardown_file() {
    end_prefix
}

setup() {
    wine_setup
    here=$BATS_TEST_TMPDIR
    portclaim=$windows/portclaim.exe
    mkdir -p "$here/state"
    PORTCLAIM_STATE_DIR=$(windows_path "$here/state")
    unset PORTCLAIM_LIMIT
    cd "$here" || return
}

teardown() {
    wine_teardown
}

# ask ARGUMENT...: $status, $output of both streams
ask() {
    status=0
    output=$(timeout 30 "${network[@]}" wine "$portclaim" "$@" </dev/null 2>"$here/errors" 3>&- 4>&-) ||
        status=$?
    output=$(tr -d '\r' <<<"$output")$(tr -d '\r' <"$here/errors")
}

# doctor STATUS ARGUMENT...: what it found is in $report
doctor() {
    ask doctor --json "${@:2}"
    assert_equal "$status" "$1" || fail "$output"
    report=$output
}

# found CHECK RESULT PATTERN [PATTERN]: there is such a finding, and its cure is like the second one
found() {
    jq -e --arg check "$1" --arg result "$2" --arg found "$3" --arg cure "${4:-}" '
        .checks | any(.check == $check and .result == $result and (.found | test($found)) and
            (.cure // "" | test($cure)))' <<<"$report" >/dev/null || fail "no $*: $report"
}

# passed CHECK...: each of them, and with nothing else
passed() {
    local check
    for check; do
        assert_equal "$check $(jq -r --arg check "$check" \
            '[.checks[] | select(.check == $check) | .result] | unique | join(" ")' <<<"$report")" "$check pass"
    done
}

# has_check CHECK: there is such a finding
has_check() {
    jq -e --arg check "$1" '.checks | any(.check == $check)' <<<"$report" >/dev/null
}

# pattern_of PATH: the path as a pattern
pattern_of() {
    local path=${1//\\/\\\\}
    echo "${path//./\\.}"
}

# ----- a program ------------------------------------------------------------------------------

@test "C06 doctor PROGRAM: all is well, in text and JSON" {
    local subject
    doctor 0 "$server_exe"
    passed program object console settings state account processes owners handles
    jq -e '
        (keys == ["checks", "kind", "result", "subject", "version"]) and (.result == "pass") and
        (.kind == "program") and
        (.checks | all((.check | type == "string") and (.found | type == "string") and
            (has("why") == (.result != "pass")) and
            ((keys - ["check", "result", "found", "why", "cure"]) == [])))' <<<"$report"
    found program pass 'server\.exe \(x64\)$'
    # By PATH and PATHEXT, as `run` finds it; slashes, so that it can be read.
    ask doctor 'C:\windows\system32\cmd'
    assert_equal "$status" 0
    assert_equal "$(head -n 1 <<<"$output")" 'program C:/windows/system32/cmd'
    grep -qF 'pass  program: C:\windows\system32\cmd.exe (x64; what it starts is hooked as well)' <<<"$output"
    assert_equal "$(tail -n 1 <<<"$output")" 'portclaim would help here'
}

@test "C06 W09 doctor PROGRAM: what cannot be hooked, by name, with the way out" {
    # 4c 01: IMAGE_FILE_MACHINE_I386, where the headers have x64.
    perl -0777 -pe 's/(PE\0\0)\x64\x86/$1\x4c\x01/' "$server_exe" >x86.exe
    doctor 1 ./x86.exe
    found program fail 'x86\.exe \(x86\)$' 'portclaim free --match exe:Z:/.*/x86\.exe ENDPOINT'
    refute has_check console
    echo 'serve()' >server.js
    doctor 1 ./server.js
    found program fail 'server\.js is no program of Windows' '^portclaim run node .*server\.js$'
    cp "$server_exe" runas.exe
    doctor 1 ./runas.exe
    found program fail 'runas\.exe starts nothing itself' 'runas /user:USER "portclaim run PROGRAM"'
    echo '@echo off' >start.cmd
    doctor 0 ./start
    found program pass 'start\.cmd \(a batch file; what it starts is hooked as well'
}

@test "C06 doctor PROGRAM: no DLL, another program's, one of another version" {
    portclaim=$here/portclaim.exe
    cp "$windows/portclaim.exe" .
    doctor 1 "$server_exe"
    found object fail 'there is no Z:.*portclaim\.dll' 'from the same zip file'
    cp "$server_exe" portclaim.dll
    doctor 1 "$server_exe"
    found object fail "is not portclaim's DLL"
    perl -0777 -pe 's/0\.1\.0\0/0.0.9\0/' "$windows/portclaim.dll" >portclaim.dll
    doctor 1 "$server_exe"
    found object fail 'portclaim\.dll is version 0\.0\.9, this command [0-9.]+$'
}

@test "C06 O05 doctor PROGRAM: our own settings count" {
    PORTCLAIM_TERM_MS=soon PORTCLAIM_TYPO=1 doctor 1 "$server_exe"
    found settings fail 'PORTCLAIM_TERM_MS="soon": want' '^set "PORTCLAIM_TERM_MS="$'
    found settings fail 'PORTCLAIM_TYPO'
    touch file
    PORTCLAIM_STATE_DIR=$(windows_path "$here/file") PORTCLAIM_LOG=$(windows_path "$here/none/log") \
        PORTCLAIM_PORTS=18000-18001 PORTCLAIM_CLAIM=18000,19000 doctor 0 "$server_exe"
    found state warn 'file is a file or a link$' '^set PORTCLAIM_STATE_DIR='
    found log warn 'the directory in which .*none.log would be made does not exist' '^mkdir "Z:.*none"$'
    found ports warn 'PORTCLAIM_CLAIM=19000 is left out by PORTCLAIM_PORTS'
    passed settings excluded-ports
    PORTCLAIM=off PORTCLAIM_STATE_DIR='\\server\share\state' doctor 1 "$server_exe"
    found settings fail 'PORTCLAIM=off'
    found state warn 'state lies on a share$'
    refute [ -e "$here/none" ]
}

@test "C06 W02 doctor PROGRAM: a port that the system keeps for itself, and those that are merely held" {
    require_root
    serve old --address 0.0.0.0
    start holder "${network[@]}" perl -MIO::Socket::INET -e '
        $| = 1;
        my $socket = IO::Socket::INET->new(LocalAddr => "0.0.0.0", LocalPort => 81, Listen => 1) or die;
        print "up\n"; sleep 600'
    wait_for_line holder '^up'
    PORTCLAIM_PORTS=80,81,$port PORTCLAIM_CLAIM=$port doctor 1 "$server_exe"
    found excluded-ports fail 'Windows keeps tcp port 80 for itself' 'netsh int ipv4 show excludedportrange tcp'
    assert_equal "$(jq '[.checks[] | select(.check == "excluded-ports")] | length' <<<"$report")" 1
    assert_untouched old
}

# ----- a process ------------------------------------------------------------------------------

@test "C06 doctor PID: with the DLL, without it, and left out by PORTCLAIM_ONLY" {
    serve old
    doctor 1 "$(windows_pid_of old)"
    found loaded fail 'portclaim\.dll is not in this process' "^portclaim run -- Z:.*server\.exe --port $port$"
    passed program mitigation console account processes
    claim new PORTCLAIM_ONLY=node.exe PORTCLAIM_WAIT_MS=1 -- --port "$other_port"
    assert_listening new
    doctor 1 --pid "$(windows_pid_of new)"
    passed program loaded mitigation settings state
    found loaded pass 'portclaim\.dll, version [0-9.]+$'
    found only fail 'PORTCLAIM_ONLY=node\.exe does not name "server\.exe"' '^PORTCLAIM_ONLY=node.exe,server.exe$'
    assert_untouched old
}

# ----- a service ------------------------------------------------------------------------------

# service NAME LINE: its ImagePath
service() {
    wine sc create "$1" "binPath=" "$2" >/dev/null 2>&1
}

@test "C06 doctor SERVICE: its command line, its program, its settings" {
    local own program
    own=$(windows_path "$windows/portclaim.exe")
    program=$(windows_path "$server_exe")
    service wrapped "\"$own\" run --claim 18000 --log=C:\\none\\a.log --wait 30000 -- \"$program\" --port 1"
    doctor 0 wrapped
    assert_equal "$(jq -r '.kind + " " + .subject' <<<"$report")" 'service wrapped'
    passed program preload object console settings excluded-ports account processes
    found program pass "^$(pattern_of "$program") "
    found log warn 'in which C:\\none\\a\.log would' '^mkdir "C:\\none"$'
    found start-timeout warn 'claims take 31 s .* its start may take 30 s' 'behind portclaim run: --wait-ms 2000$'
    found account pass '^LocalSystem; '
    # The manual: portclaim.exe cannot itself be a service's program.
    found dispatcher warn '^portclaim\.exe is no service by itself' \
        "nssm install \"wrapped\" \"$(pattern_of "$own")\" \"run --claim 18000 .* -- $(pattern_of "$program") --port 1\"$"

    service plain "$program --port 1"
    doctor 1 --unit plain
    found preload fail 'server\.exe without portclaim run' \
        "nssm install NAME \"$(pattern_of "$own")\" \"run -- $(pattern_of "$program") --port 1\"$"
    refute grep -q binPath <<<"$report"
    refute has_check image-path
    refute has_check log
}

@test "C06 doctor SERVICE: blanks without quotes, an interpreter, and NSSM" {
    local own
    own=$(windows_path "$windows/portclaim.exe")
    service gone 'C:\none\portclaim.exe run cmd'
    doctor 1 gone
    found preload fail 'there is no C:\\none\\portclaim\.exe$'
    mkdir 'a b'
    cp "$server_exe" 'a b/nssm.exe'
    cp "$server_exe" node.exe
    service gaps "$(windows_path "$here")\\a b\\nssm.exe"
    service script "\"$own\" run $(windows_path "$here/node.exe") server.js"
    wine reg add 'HKLM\SYSTEM\CurrentControlSet\Services\gaps\Parameters' /v Application /d "$own" /f >/dev/null 2>&1
    wine reg add 'HKLM\SYSTEM\CurrentControlSet\Services\gaps\Parameters' /v AppParameters \
        /d "run --dry-run -- $(windows_path "$here/node.exe") server.js" /f >/dev/null 2>&1
    doctor 0 gaps
    found image-path warn 'blanks in its path, and no quotes' 'binPath= "\\"Z:.*a b\\nssm\.exe\\""$'
    found preload pass "NSSM's Application goes through portclaim run"
    found program pass 'node\.exe \(x64'
    found settings warn 'PORTCLAIM=dry-run' 'behind portclaim run: leave out what sets PORTCLAIM$'
    refute has_check dispatcher
    doctor 0 script
    found log warn 'a service has none' \
        'Services\\script" /v Environment /t REG_MULTI_SZ /d "PORTCLAIM_LOG=C:'
    found dispatcher warn '^portclaim\.exe is no service' 'nssm install "script" ".*" "run Z:.*node\.exe server\.js"$'
    service bare "$(windows_path "$here/node.exe") server.js"
    doctor 1 bare
    found dispatcher warn 'node\.exe is no service by itself' 'nssm install "bare" ".*" "run -- Z:.*node\.exe server\.js"$'
}

# ----- mistakes -------------------------------------------------------------------------------

# mistaken PATTERN ARGUMENT...: one line that says so, and a usage line
mistaken() {
    ask doctor "${@:2}"
    assert_equal "$status" 2
    grep -Eq "^portclaim doctor: $1" <<<"$output" || fail "$output"
}

@test "C06 doctor: mistakes, and who is not there" {
    mistaken 'there is no service nobody; `sc query state= all` lists them$' --unit nobody
    mistaken 'there is no service nobody\.exe; .*; there is no such program in PATH either: name its path$' nobody.exe
    mistaken 'there is no program C:nobody; see whether the path is right' C:nobody
    mistaken 'there is no program C:/nobody\.exe; see whether the path is right' 'C:\nobody.exe'
    mistaken 'there is no process 99999; `tasklist` lists them' 99999
    mistaken 'one PROGRAM, SERVICE or PID at a time' cmd cmd
    mistaken 'what is to be looked at\? Name a program, a service or a PID'
}
