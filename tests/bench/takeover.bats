#!/usr/bin/env bats
# What README.md shows of how long a takeover takes: the table and the plot, of made-up results.
# shellcheck disable=SC2154,SC2030,SC2031 # harness.bash sets much; each test is a subshell
bats_require_minimum_version 1.5.0

load ../lib/harness

setup() {
    harness_setup
    require_command perl
    takeover=$repository/bench/takeover
    files=$BATS_TEST_TMPDIR/files
    mkdir "$files"
    results=$files/RESULTS.md
    readme=$files/README.md
    plot=$files/takeover.svg
    printf '%s\n' '# Title' "$begin" 'old table' "$end" $'not UTF-8: \xff' >"$readme"
    echo 'old plot' >"$plot"
}

teardown() {
    harness_teardown
}

# shellcheck disable=SC2016 # what is quoted with ` here is not to be executed
begin='<!-- The next lines are written by `make bench`. -->'
# shellcheck disable=SC2016
end='<!-- Up to here, by `make bench`. -->'

# results CASE SUBJECT MEDIAN...: RESULTS.md with these rows, between other sections
results() {
    printf '%s\n' '# Measurements' '' '## Look-up' '' '| what | how | median | × limit |' \
        '|---|---|---:|---:|' '| at once | fkill | 1 parsec | – |' '' '## Takeover' '' 'About.' '' \
        '| what | how | median | × limit |' '|---|---|---:|---:|' >"$results"
    [ $# -eq 0 ] || printf '| %s | %s | %s | × 1.00 |\n' "$@" >>"$results"
    printf '%s\n' '' 'To reach: much.' '' '## Memory' '' '| none | none | 1 KiB | – |' >>"$results"
}

make_both() {
    run -0 "$takeover" "$results" "$readme" "$plot"
    assert_equal "$output" ''
}

# x_of NAME: where a mark is; its name is "SUBJECT, CASE".
x_of() {
    local x
    x=$(sed -n "s/.*translate(\([0-9.]*\) [0-9.]*)\"><title>$1: .*/\1/p" "$plot")
    [ -n "$x" ] || fail "no mark: $1"
    echo "$x"
}

# x_of_tick TEXT
x_of_tick() {
    sed -n "s/.* x=\"\([0-9.]*\)\" .*>$1<.*/\1/p" "$plot"
}

# assert_steps FROM TO STEPS UNIT: so many times UNIT further right, but for what is rounded off
assert_steps() {
    awk "BEGIN { off = $2 - $1 - $3 * $4; exit !(off > -0.06 && off < 0.06) }" ||
        fail "from $1 to $2 there are not $3 × $4"
}

@test "a mark is further right the longer it took: ten times as long is one step" {
    results a 'kill and spin' '900 ns' a object '1.00 ms' a 'fixed schedule' '1.00 s' \
        a 'fuser -k' '10.0 ms' a kill-port '10000 µs' a fkill '20.0 ms' \
        b 'kill and spin' '0.100 s' b object '200 ms'
    make_both
    local one ten
    one=$(x_of 'portclaim, a')
    ten=$(x_of 'fuser -k, a')
    step=$(awk "BEGIN { print $ten - $one }")
    assert_steps 0 "$step" 1 "$step"
    awk "BEGIN { exit !($step > 20) }" || fail "a step of $step"
    assert_equal "$(x_of 'kill-port, a')" "$ten"
    assert_steps "$one" "$(x_of 'limit (kill and spin), b')" 2 "$step"
    assert_steps "$one" "$(x_of 'fixed schedule, a')" 3 "$step"
    assert_steps "$(x_of 'limit (kill and spin), a')" "$one" 3.0458 "$step"
    assert_steps "$ten" "$(x_of 'fkill, a')" 0.30103 "$step"
    assert_steps "$(x_of 'limit (kill and spin), b')" "$(x_of 'portclaim, b')" 0.30103 "$step"
    assert_steps "$ten" "$(x_of_tick '10 ms')" 0 "$step"
    assert_steps "$ten" "$(x_of_tick '1 s')" 2 "$step"
}

@test "the axis has room for whatever was measured" {
    local least most x
    for least in '1.00 ns' '2.99999999 ms' '3.00 ms' '999 µs'; do
        for most in '5.00 ms' '10.0 ms' '1.09 s' '99999 s'; do
            results a 'kill and spin' "$least" a object "$most"
            make_both
            for x in "$(x_of 'limit (kill and spin), a')" "$(x_of 'portclaim, a')"; do
                awk "BEGIN { exit !($x > 150 && $x < 500) }" || fail "$least to $most: $x"
            done
        done
    done
}

@test "the plot is well-formed, whatever the names, and says in words what it shows" {
    require_command python3
    results 'a & <b> "c"' 'kill and spin' '1.00 ms' 'a & <b> "c"' object '2.50 ms'
    make_both
    run -0 python3 - "$plot" <<'END'
import sys
import xml.etree.ElementTree as tree
svg = tree.parse(sys.argv[1]).getroot()
space = "{http://www.w3.org/2000/svg}"
ids = {part.get("id"): part.text for part in svg.iter() if part.get("id")}
title, description = [ids[name] for name in svg.get("aria-labelledby").split()]
assert svg.get("role") == "img" and svg.find(space + "title").text == title, title
assert 'a & <b> "c": portclaim 2.50 ms, limit (kill and spin) 1.00 ms.' in description, description
assert not [part for part in svg.iter() if part.tag in (space + "script", space + "image")]
END
}

@test "the table has the medians, and all around it stays" {
    results 'at once' 'kill and spin' '304 µs' 'at once' object '1.68 ms' 'at once' fkill '252 ms' \
        deaf 'kill and spin' '600 ms' deaf object '604 ms'
    make_both
    assert_equal "$(sed "/^$end\$/q" "$readme")" "# Title
$begin
| old instance ends | limit (kill and spin) | **portclaim** | fkill |
|---|---:|---:|---:|
| at once | 304 µs | **1.68 ms** | 252 ms |
| deaf (ignores SIGTERM) | 600 ms | **604 ms** | – |
$end"
    assert_equal "$(tail -n 1 "$readme")" $'not UTF-8: \xff'
}

@test "a peer that was not measured is in neither" {
    results a 'kill and spin' '1.00 ms' a object '2.00 ms' a kill-port '3.00 ms'
    make_both
    grep -q 'kill-port' "$readme"
    grep -q '>kill-port<' "$plot"
    refute grep -qE 'fuser|fkill|fixed' "$readme" "$plot"
}

# assert_refused PATTERN: with that message, and nothing was written.
assert_refused() {
    cp "$readme" "$BATS_TEST_TMPDIR/before"
    run -1 "$takeover" "$results" "$readme" "$plot"
    [[ $output == 'takeover: '*$1* ]] || fail "$output"
    cmp "$readme" "$BATS_TEST_TMPDIR/before"
    assert_equal "$(cat "$plot")" 'old plot'
    assert_equal "$(cd "$files" && echo *)" 'README.md RESULTS.md takeover.svg'
}

@test "results that cannot be read change nothing" {
    local median good=(a 'kill and spin' '1.00 ms' a object '2.00 ms')
    for median in '1.00 h' '1.00' 'ms' '1,00 ms' '-1.00 ms' '0 ns' '1.00 ms ms' '–'; do
        results "${good[@]}" a fkill "$median"
        assert_refused "not a time above 0 in s, ms, µs or ns: \"$median\""
    done
    results "${good[@]}" a object '2.00 ms'
    assert_refused '"object" twice for "a"'
    results "${good[@]}" b object '2.00 ms'
    assert_refused 'has no "kill and spin" for "b"'
    results a 'kill and spin' '1.00 ms'
    assert_refused 'has no "object" for "a"'
    results "${good[@]}" a 'new peer' '2.00 ms'
    assert_refused '"new peer" has no mark'
    results "${good[@]}"
    sed -i 's/^| a | object |.*/| a |/' "$results"
    assert_refused 'not a row of case, subject and median: | a |'
    results
    assert_refused 'has no "object" for "any case"'
    sed -i '/^## Takeover/,/^## Memory/{/^|/d}' "$results"
    assert_refused 'has no table'
    sed -i '/^## Takeover/d' "$results"
    assert_refused 'has no section "## Takeover"'
    rm "$results"
    mkdir "$results"
    assert_refused 'RESULTS.md: '
}

@test "no table where there is no place for it, and nothing by halves" {
    results a 'kill and spin' '1.00 ms' a object '2.00 ms'
    cp "$readme" "$BATS_TEST_TMPDIR/good"
    for change in '/next lines/d' '/Up to here/d' '/next lines/p' '/Up to here/p' 's/^<!--/ &/'; do
        sed "$change" "$BATS_TEST_TMPDIR/good" >"$readme"
        assert_refused 'no place for the table'
    done
    printf '%s\n' "$end" "$begin" >"$readme"
    assert_refused 'no place for the table'
    cp "$BATS_TEST_TMPDIR/good" "$readme"
    run -1 "$takeover" "$results" "$readme" "$files/none/takeover.svg"
    [[ $output == "takeover: $files/none/takeover.svg."*": No such file"* ]] || fail "$output"
    cmp "$readme" "$BATS_TEST_TMPDIR/good"
    assert_equal "$(cd "$files" && echo *)" 'README.md RESULTS.md takeover.svg'
}

@test "README.md and the plot show what bench/RESULTS.md has" {
    cp "$repository/README.md" "$readme"
    run -0 "$takeover" "$repository/bench/RESULTS.md" "$readme" "$plot"
    diff "$repository/README.md" "$readme" && diff "$repository/bench/takeover.svg" "$plot" ||
        fail 'run: bench/takeover bench/RESULTS.md README.md bench/takeover.svg'
    grep -qF '](bench/takeover.svg)' "$readme"
}
