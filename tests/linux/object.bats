#!/usr/bin/env bats
# The shared object as a file: what it exports, needs and weighs.
# shellcheck disable=SC2154 # harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness

setup() {
    harness_setup
    require_command readelf
}

teardown() {
    harness_teardown
}

# The names of dynamic symbols: defined (what others can call) or undefined (what it calls).
symbols() {
    readelf --dyn-syms --wide "$object" |
        awk -v want="$1" '$1 ~ /^[0-9]+:$/ && $8 != "" {
            undefined = ($7 == "UND")
            if (undefined == (want == "undefined")) print $8
        }' | sort
}

@test "O03 it exports bind and listen, and nothing else" {
    assert_equal "$(symbols defined | xargs)" "bind listen"
}

@test "it needs no library but libc" {
    assert_equal "$(readelf --dynamic "$object" | grep NEEDED | grep -v 'libc\.')" ""
}

@test "it needs no symbol version above GLIBC_2.17" {
    local version
    for version in $(readelf --version-info --wide "$object" | grep -o 'GLIBC_[0-9.]*' | sort -u); do
        [ "$(printf '%s\n' "$version" GLIBC_2.17 | sort -V | tail -n 1)" = GLIBC_2.17 ] ||
            fail "$version"
    done
}

@test "it calls nothing that is forbidden in a signal handler" {
    local forbidden='malloc|calloc|realloc|free|fork|vfork|pthread_.*|exit|opendir|readdir|closedir'
    forbidden+='|.*printf.*|fopen|fwrite|fputs|puts|sleep|usleep|nanosleep|getenv|setenv|unsetenv'
    forbidden+='|dlopen|dlerror|syslog|__stack_chk_fail'
    refute grep -Ex "($forbidden)(@.*)?" <<<"$(symbols undefined)"
    # And little else either.
    [ "$(symbols undefined | wc -l)" -le 20 ] || fail "$(symbols undefined)"
}

@test "it is smaller than 120 KB" {
    local size
    size=$(stat -Lc %s "$object")
    [ "$size" -lt $((120 * 1024)) ] || fail "$size bytes"
}

@test "it has no executable stack, no relocations in its text, and a name" {
    refute grep -q TEXTREL <<<"$(readelf --dynamic "$object")"
    grep -q 'SONAME.*libportclaim.so' <<<"$(readelf --dynamic "$object")"
    refute grep -q 'GNU_STACK.*RWE' <<<"$(readelf --segments --wide "$object")"
}

@test "a program that never binds is not changed by it" {
    run -0 "${under[@]}" PORTCLAIM_LOG=stderr sh -c 'echo out; echo err >&2; exit 0'
    assert_equal "$output" $'out\nerr'
    run -7 "${under[@]}" sh -c 'exit 7'
}
