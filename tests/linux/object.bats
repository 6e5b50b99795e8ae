#!/usr/bin/env bats
# The shared object as a file: what it exports, needs and weighs.
# shellcheck disable=SC2154 # harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load ../lib/object
load scenarios

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

# The C library that `ldd` shows of a dynamic program.
libc_of() {
    ldd "$1" | sed -n 's/.*libc\.so.* => \([^ ]*\).*/\1/p'
}

@test "every loader since glibc 2.17 can load it, and musl's" {
    check_object "$object" "$(libc_of "$(command -v bash)")"
}

@test "what it calls is in musl as well" {
    local musl name
    musl=$(compgen -G '/lib/ld-musl-*.so.1' | head -n 1)
    [ -n "$musl" ] || skip "needs musl"
    for name in $(symbols undefined); do
        readelf --dyn-syms --wide "$musl" | awk -v name="$name" '$8 == name && $7 != "UND" { found = 1 }
            END { exit !found }' || fail "musl has no $name"
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

@test "it is smaller than 128 KB, of 32 bits than 132" {
    local size most=128
    [[ $object != */i386/* ]] || most=132
    size=$(stat -Lc %s "$object")
    [ "$size" -lt $((most * 1024)) ] || fail "$size bytes"
}

@test "a program that never binds is not changed by it" {
    run -0 "${under[@]}" PORTCLAIM_LOG=stderr sh -c 'echo out; echo err >&2; exit 0'
    assert_equal "$output" $'out\nerr'
    run -7 "${under[@]}" sh -c 'exit 7'
}

@test "where there is no dlsym(), as in glibc 2.17 without libdl, the kernel is next" {
    # A weak symbol that nobody has, in the place of dlsym.
    make_network
    sed 's/\x00dlsym\x00/\x00dlsyx\x00/' "$object" >"$BATS_TEST_TMPDIR/old.so"
    refute cmp -s "$object" "$BATS_TEST_TMPDIR/old.so"
    under=(env "LD_PRELOAD=$BATS_TEST_TMPDIR/old.so")
    serve old
    claim new
    assert_took_over new "$(pid_of old)"
    send new KILL
    serve_stranger stranger
    claim refused PORTCLAIM_WAIT_MS=300
    assert_refused refused
    assert_untouched stranger
}
