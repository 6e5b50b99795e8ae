#!/usr/bin/env bats
# The table of servers in README.md, and what writes it.

# shellcheck disable=SC2154 # variables of the harness and of bats
bats_require_minimum_version 1.5.0
load ../lib/harness

setup() {
    matrix=$repository/tests/servers/matrix
    readme=$BATS_TEST_TMPDIR/README.md
    records=$BATS_TEST_TMPDIR/tap
    mkdir "$records"
    cp "$repository/README.md" "$readme"
}

# Records in which everything works, but for what is said in lines of sed.
write_records() {
    local engine directory
    for engine in preload seccomp; do
        directory=servers
        if [ "$engine" = seccomp ]; then directory=seccomp; fi
        sed -n "s/^@test \"\(.*\), by \$engine\" .*/ok 1 \1, by $engine/p" \
            "$repository"/tests/servers/{kinds,slow_kinds}.bats |
            sed "$@" >"$records/tests.$directory.kinds.bats.tap"
    done
}

without_table() {
    sed '/^<!-- The next lines/,/^<!-- Up to here/d' "$1"
}

@test "README's table of servers has all of them" {
    run -0 "$matrix" --check "$repository/README.md"
    sed -i '/^| nginx/d' "$readme"
    run -1 "$matrix" --check "$readme"
    [[ $output == *"< nginx"* ]] || fail "$output"
}

@test "the table says what works and what does not, and why" {
    write_records -e '/Caddy, by preload/i # cell –: so it is' -e '/haproxy, /i # cell –: so it is' \
        -e '/ redis, /i # cell works: if told to'
    run -0 "$matrix" "$readme" "$records"
    run -0 "$matrix" --check "$readme"
    run -0 cat "$readme"
    [[ $output =~ '| Caddy |'\ [0-9.]*\ '| – ('([0-9])') | works |' ]] || fail "$output"
    reason=${BASH_REMATCH[1]}
    [[ $output == *"$reason. so it is."* ]] || fail "$output"
    [[ $output =~ '| haproxy |'\ [0-9.]*\ "| – ($reason) | – ($reason) |" ]] || fail "$output"
    [[ $output == *" works (2) | works (2) |"*"2. if told to."* ]] || fail "$output"
    # All that is not the table stays.
    cmp <(without_table "$readme") <(without_table "$repository/README.md")
}

@test "no table of tests that failed, were skipped or did not run" {
    write_records -e 's/^ok\(.*Caddy, by seccomp\)/not ok\1/' -e 's/redis, by.*/& # skip needs it/' \
        -e '/dnsmasq/d'
    run -1 "$matrix" "$readme" "$records"
    [[ $output == *"Caddy, by seccomp: failed"* ]] || fail "$output"
    [[ $output == *"redis, by preload: skipped: needs it"* ]] || fail "$output"
    [[ $output == *"dnsmasq (TCP and UDP), by seccomp: not tested"* ]] || fail "$output"
    [[ $output == *"left as it is"* ]] || fail "$output"
    cmp "$readme" "$repository/README.md"
}

@test "no table where there is no place for it" {
    write_records ''
    echo "# portclaim" >"$readme"
    run -1 "$matrix" "$readme" "$records"
    [[ $output == *"no place"* ]] || fail "$output"
    assert_equal "$(cat "$readme")" "# portclaim"
}
