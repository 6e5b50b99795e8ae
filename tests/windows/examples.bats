#!/usr/bin/env bats
# examples/windows: each as it is written, with a real node.exe where they want it, and with
# nssm.exe of our own. Ctrl-C, recovery by the system and Task Scheduler itself are not in Wine.
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; wine.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load wine
load gateways

examples=$repository/examples/windows

setup_file() {
    make_prefix
}

teardown_file() {
    end_prefix
}

setup() {
    wine_setup
    fetch_node
    place_programs
}

teardown() {
    [ -n "$WINE_OBSTACLE" ] || end_gateways
    wine_teardown
}

# Where the examples expect them.
place_programs() {
    local drive=$WINEPREFIX/drive_c
    mkdir -p "$drive/Program Files/"{portclaim,nodejs,Gateway} "$drive/ProgramData/Gateway"
    cp "$windows/portclaim.exe" "$windows/portclaim.dll" "$drive/Program Files/portclaim"
    ln -sf "$node" "$drive/Program Files/nodejs/node.exe"
    cp "$repository/examples/gateway/gateway.js" "$drive/Program Files/Gateway"
    record=$drive/ProgramData/Gateway/portclaim.json
    rm -f "$record"
}

# place_example NAME: sets $example to a copy with the test's port, and with line ends of Windows
place_example() {
    example=$BATS_TEST_TMPDIR/$1
    sed 's/$/\r/' "$examples/$1" >"$example"
    set_port "$example"
}

# element NAME: the text of the one element of this name in $example, and nothing else is XML
element() {
    python3 - "$example" "$1" <<'PYTHON'
import sys
import xml.dom.minidom
file, name = sys.argv[1:]
(found,) = xml.dom.minidom.parse(file).getElementsByTagName(name)
print(found.firstChild.data)
PYTHON
}

# nssm ARGUMENT...: the stand-in
nssm() {
    wine "$programs/nssm.exe" "$@"
}

# The service "gateway" is there: it starts, its wrapper dies, it starts again, it stops.
service_takes_over() {
    local before
    wine sc start gateway
    wait_until 40 answers
    before=$(ask)
    wine taskkill /f /im nssm.exe
    assert_equal "$(ask)" "$before"
    wait_until 20 wine sc start gateway
    wait_until 40 another_answers "$before"
    grep -Eq '"event":"claimed".*"stopped":1' "$record"
    grep -q '"evidence":"script"' "$record"
    wine sc stop gateway
    wait_until 20 no_gateways
    wine sc delete gateway
}

@test "W01 W09 a service by NSSM takes its port back when the wrapper has died, and stops" {
    place_example install-nssm-service.cmd
    WINEPATH=$(windows_path "$programs") wine cmd /c "$(windows_path "$example")"
    service_takes_over
}

@test "W01 W09 a service by WinSW takes its port back when the wrapper has died, and stops" {
    local variables
    place_example gateway-winsw.xml
    nssm install gateway "$(element executable)"
    nssm set gateway AppParameters "$(element arguments)"
    nssm set gateway AppDirectory "$(element workingdirectory)"
    mapfile -t variables < <(sed -n 's/.*<env name="\(.*\)" value="\(.*\)".*/\1=\2/p' "$example")
    nssm set gateway AppEnvironmentExtra "${variables[@]}"
    service_takes_over
}

@test "W01 a scheduled task: the command that it runs, started over a live predecessor" {
    local before
    place_example gateway-task.xml
    wine schtasks /create /f /tn Gateway /xml "$(windows_path "$example")"
    printf '%s %s\r\n' "$(element Command)" "$(element Arguments)" >"$BATS_TEST_TMPDIR/action.cmd"
    start_in_wine old wine cmd /c "$(windows_path "$BATS_TEST_TMPDIR/action.cmd")"
    wait_until 40 answers
    before=$(ask)
    next_start
    start_in_wine new wine cmd /c "$(windows_path "$BATS_TEST_TMPDIR/action.cmd")"
    wait_until 40 another_answers "$before"
    assert_said new 'stale, same script'
    assert_not_said new EADDRINUSE
    assert_gone old
}
