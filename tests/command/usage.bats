#!/usr/bin/env bats
# The command's own words: help, version, and what it says to something mistyped.
# shellcheck disable=SC2016,SC2154 # harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness

setup() {
    harness_setup
    portclaim=$build/portclaim
    commands="run who free explain doctor"
}

teardown() {
    harness_teardown
}

# misused WORD... : exit 2, nothing on stdout, a message and the usage line on stderr
misused() {
    run -2 --separate-stderr "$portclaim" "$@"
    assert_equal "$output" ""
    grep -q '^usage: portclaim ' <<<"$stderr" || fail "no usage line: $stderr"
}

@test "C01 --help names every command, in a line each" {
    local command help
    for help in --help -h help; do
        run -0 --separate-stderr "$portclaim" "$help"
        assert_equal "$stderr" ""
        assert_equal "$(head -n 1 <<<"$output")" \
            "usage: portclaim [--help | --version] COMMAND [ARGUMENT]..."
        for command in $commands; do
            grep -Eq "^  $command +[a-z]" <<<"$output" || fail "$help: no $command"
        done
    done
}

@test "C01 --version is that of the shared object" {
    run -0 "$portclaim" --version
    [[ $output =~ ^portclaim\ [0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "$output"
    grep -aqF "${output#portclaim }" "$object"
    require_command readelf
    readelf --notes --wide "$object" | grep -q '^  portclaim '
}

@test "C01 every command has help: usage, what it does, options, exit codes, an example" {
    local command line
    for command in $commands; do
        run -0 --separate-stderr "$portclaim" "$command" --help
        assert_equal "$stderr" ""
        [[ ${lines[0]} == "usage: portclaim $command "* ]] || fail "$command: ${lines[0]}"
        [ -n "${lines[1]}" ] || fail "$command: no summary"
        grep -q '^  --' <<<"$output" || fail "$command: no options"
        grep -Eq '^Exit (code|status)' <<<"$output" || fail "$command: no exit codes"
        grep -q "^  .*portclaim $command " <<<"$output" || fail "$command: no example"
        # It fits where people read it.
        while IFS= read -r line; do
            [ "${#line}" -le 100 ] || fail "$command: ${#line} characters: $line"
        done <<<"$output"
        assert_equal "$("$portclaim" "$command" -h)" "$output"
        assert_equal "$("$portclaim" help "$command")" "$output"
    done
}

@test "C01 run --help names every setting of portclaim(7)" {
    run -0 "$portclaim" run --help
    local variable count=0
    while read -r variable; do
        variable=${variable,,}
        grep -q -e "--${variable//_/-} " <<<"$output" || fail "no $variable"
        count=$((count + 1))
    done < <(grep -o 'PORTCLAIM_[A-Z_]*[A-Z]' "$repository/man/portclaim.7" |
        sed 's/^PORTCLAIM_//' | sort -u)
    assert_equal "$count" 17
}

@test "C01 nothing, or no command of ours: usage, exit 2" {
    misused
    misused frobnicate
    grep -qF 'there is no command "frobnicate"' <<<"$stderr"
    refute grep -q 'did you mean' <<<"$stderr"
    misused ''
    misused help frobnicate
    misused $'e\e[31m\nvil'
    grep -qF 'there is no command "e\x1b[31m\x0avil"' <<<"$stderr"
}

@test "C01 a mistyped command: the nearest one" {
    local typed meant
    while read -r typed meant; do
        misused "$typed"
        grep -qF "did you mean \"$meant\"?" <<<"$stderr" || fail "$typed: $stderr"
    done <<'.'
rnu run
ru run
whoo who
hwo who
fre free
explian explain
docter doctor
doctors doctor
hepl help
--hepl --help
--versoin --version
.
}

@test "C01 a mistyped option of run: the nearest one, and the usage line" {
    local typed meant
    while read -r typed meant; do
        misused run "$typed" 5 true
        grep -qF "did you mean --$meant?" <<<"$stderr" || fail "$typed: $stderr"
    done <<'.'
--term-sm term-ms
--treem-ms term-ms
--dryrun dry-run
--clami claim
--log-fromat log-format
--hlep help
.
    misused run --no-such-thing true
    grep -q '^portclaim run: there is no option --no-such-thing$' <<<"$stderr"
    misused run -n true
    grep -q '^portclaim run: there is no option -n$' <<<"$stderr"
    misused run --dry-run=yes true
    grep -q '^portclaim run: --dry-run takes no value$' <<<"$stderr"
    misused run --term-ms
    grep -q '^portclaim run: --term-ms wants a value$' <<<"$stderr"
    misused run $'--\e[2J' true
    refute grep -P '[^\x20-\x7e]' <<<"$stderr"
}

@test "C01 every command: an option that there is not" {
    local command
    for command in $commands; do
        misused "$command" --no-such-option
        grep -q "^portclaim $command: there is no option --no-such-option" <<<"$stderr"
        grep -q "^usage: portclaim $command " <<<"$stderr"
    done
}

@test "C01 an answer that cannot be written is no success" {
    [ -c /dev/full ] || skip "needs /dev/full"
    local words
    for words in --help --version 'run --help' 'help run'; do
        # shellcheck disable=SC2086
        run -2 bash -c '"$0" "$@" >/dev/full' "$portclaim" $words
        [[ $output == *"cannot write the answer"* ]] || fail "$words: $output"
    done
}
