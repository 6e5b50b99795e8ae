#!/usr/bin/env bats
# make dist-windows: what is in the zip, and that it works from where a user unpacks it.
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; wine.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load wine
load gateways

setup_file() {
    make_prefix
}

teardown_file() {
    end_prefix
}

setup() {
    wine_setup
    require_command mandoc
    zip=$BATS_TEST_TMPDIR/portclaim.zip
    version=$(sed -n 's/.*PORTCLAIM_VERSION "\(.*\)"/\1/p' "$repository/preload/core/version.h")
    make_zip
}

teardown() {
    wine_teardown
}

# make_zip [VARIABLE=VALUE ...]: without what a `make check` around it was told.
make_zip() {
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL "$@" make --no-print-directory -C "$repository" \
        dist-windows "WINDOWS_ZIP=$zip" >"$(log_of make)" 2>&1
}

# unpack DIRECTORY: as Explorer does it
unpack() {
    mkdir -p "$1"
    python3 -m zipfile -e "$zip" "$1"
    unpacked=$1/portclaim-$version
}

# The first lines of the text files with a line end of Unix, or a letter that is not ASCII.
bad_lines() {
    find "$unpacked" -type f ! -name 'portclaim.exe' ! -name 'portclaim.dll' -print0 |
        LC_ALL=C xargs -0 grep -nPv '^[\t\x20-\x7e]*\r$' | head -n 5
}

@test "C01 make dist-windows: DLL, program, manual, licences and examples, with line ends of Windows" {
    unpack "$BATS_TEST_TMPDIR/unpacked"
    assert_equal "$(cd "$unpacked" && find . -type f -printf '%P\n' | LC_ALL=C sort)" \
        "$({
            printf '%s\n' LICENSE.txt README.txt manual/portclaim.{1,7}.txt portclaim.{exe,dll} \
                examples/gateway/gateway.js
            cd "$repository" && find examples/windows -type f ! -name README.md
        } | LC_ALL=C sort)"
    assert_equal "$(bad_lines)" ""
    cmp "$unpacked/portclaim.exe" "$windows/portclaim.exe"
    cmp "$unpacked/portclaim.dll" "$windows/portclaim.dll"
    grep -q 'portclaim.exe run -- node.exe server.js' "$unpacked/README.txt"
    grep -q 'Petri Lehtinen' "$unpacked/LICENSE.txt"
    grep -q "$(sed -n 's/^Copyright //p' "$repository/LICENSE")" "$unpacked/LICENSE.txt"
    refute grep -q $'\b' "$unpacked/manual/portclaim.7.txt"
}

@test "C01 make dist-windows: the same bytes each time, and of the time that SOURCE_DATE_EPOCH says" {
    local before=$BATS_TEST_TMPDIR/before.zip
    mv "$zip" "$before"
    make_zip TZ=Asia/Tokyo
    cmp "$zip" "$before"
    make_zip SOURCE_DATE_EPOCH=1000000000
    refute cmp -s "$zip" "$before"
    assert_equal "$(python3 -m zipfile -l "$zip" | grep -o '2001-09-09 01:46:40' | uniq)" "2001-09-09 01:46:40"
    refute make_zip SOURCE_DATE_EPOCH=yesterday
    assert_said make 'SOURCE_DATE_EPOCH="yesterday": want seconds since 1970'
}

@test "C01 W01 what was unpacked works as it is: gateway.cmd, started over a live predecessor" {
    local before WINEPATH command
    fetch_node
    unpack "$BATS_TEST_TMPDIR/My Downloads"
    command="$unpacked/examples/windows/gateway.cmd"
    set_port "$command"
    WINEPATH=$(windows_path "${node%/*}")
    export WINEPATH
    start_in_wine old wine cmd /c "$(windows_path "$command")"
    wait_until 40 answers
    before=$(ask)
    next_start
    start_in_wine new wine cmd /c "$(windows_path "$command")"
    wait_until 40 another_answers "$before"
    assert_said new 'stale, same script'
    assert_said new 'claimed in .*: 1 stale holder (stopped|let go)'
    assert_gone old
}
