#!/usr/bin/env bats
# The decoder against objdump, on code as it is in Windows' programs and Wine's libraries.
# shellcheck disable=SC2154 # harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness

decode=$build/tests/windows/decode
random_chunks=50000

setup() {
    harness_setup
    if command -v x86_64-w64-mingw32-objdump >/dev/null; then
        disassemble=(x86_64-w64-mingw32-objdump --wide --insn-width=16)
    else
        require_command objdump
        disassemble=(objdump --wide --insn-width=16)
    fi
}

teardown() {
    harness_teardown
}

# total NAME: of the last line of $output
total() {
    [[ ${lines[-1]} =~ (^| )$1=([0-9]+)( |$) ]] && echo "${BASH_REMATCH[2]}"
}

# check_disassembly "OPTION... FILE" OPTION...: those of objdump, and of the check
check_disassembly() {
    # shellcheck disable=SC2086
    "${disassemble[@]}" $1 | "$decode" check "${@:2}"
}

# check_library NAME LEAST: every instruction; none wrong, none refused
check_library() {
    local library
    library=$(compgen -G "/usr/lib/*/wine/x86_64-windows/$1.dll") || skip "needs Wine's $1.dll"
    run check_disassembly "--disassemble $library" --list
    echo "$output"
    [ "$status" -eq 0 ]
    assert_equal "$(total wrong)" 0
    assert_equal "$(total refused)" 0
    [ "$(total instructions)" -gt "$2" ]
}

# check_chunks FILE OPTION...: as `decode starts` and `decode random` make them
check_chunks() {
    run check_disassembly "--disassemble-all -b binary -m i386:x86-64 $1" "${@:2}"
    echo "$output"
    [ "$status" -eq 0 ]
    assert_equal "$(total wrong)" 0
    assert_equal "$(total refused)" 0
}

# check_node NAME BYTES: so many of each function's first bytes
# Data that stands between functions is decoded as well, by both: some of it is invalid.
check_node() {
    local node
    node=$("$repository/tests/windows/fetch" "$1" 2>"$BATS_TEST_TMPDIR/fetch") ||
        skip "$(tail -n 1 "$BATS_TEST_TMPDIR/fetch")"
    "$decode" starts "$node" "$2" >"$BATS_TEST_TMPDIR/chunks"
    check_chunks "$BATS_TEST_TMPDIR/chunks" --lenient --chunk "$2" --list
    [ "$(total accepted)" -gt 400000 ]
    [ "$(total bad_accepted)" -lt 50 ]
    [ "$(total strange)" -lt 50 ]
}

check_random() {
    "$decode" random "$1" "$random_chunks" >"$BATS_TEST_TMPDIR/chunks"
    check_chunks "$BATS_TEST_TMPDIR/chunks" --lenient --list
}

@test "the decoder agrees with objdump on all of Wine's ws2_32" {
    check_library ws2_32 15000
}

@test "the decoder agrees with objdump on all of Wine's kernel32" {
    check_library kernel32 40000
}

@test "the decoder agrees with objdump on all of Wine's kernelbase" {
    check_library kernelbase 100000
}

@test "the decoder agrees with objdump on all of Wine's ntdll" {
    check_library ntdll 80000
}

@test "the decoder agrees with objdump on the functions of Node 18" {
    check_node node-18 16
}

@test "the decoder agrees with objdump on the functions of Node 20" {
    check_node node-20 32
}

@test "the decoder agrees with objdump on the functions of Node 22" {
    check_node node-22 16
}

@test "the decoder agrees with objdump on random bytes" {
    check_random 1
    check_random 2
}

@test "the decoder agrees with objdump on what is rare" {
    "$decode" chunks >"$BATS_TEST_TMPDIR/chunks" <<'END'
f3 0f b8 c1
f3 48 0f b8 05 01 02 03 04
c5 f8 77
c4 e1 f8 77
62 f1 7c 48 78 c1
62 f1 7d 48 7b 0d 01 02 03 04
62 f5 7c 48 58 c1
62 f6 7d 48 98 c1
66 0f 38 00 05 01 02 03 04
66 0f 3a 0f 05 01 02 03 04 05
c4 e3 79 0f 05 01 02 03 04 05
0f 38 f0 01
c4 e2 79 18 05 01 02 03 04
c4 e3 f9 78 c1 20
66 48 b8 01 02 03 04 05 06 07 08
66 48 81 c1 01 02 03 04
c8 01 02 03
67 a1 01 02 03 04
67 48 8b 44 24 08
26 2e 36 3e 64 65 8b 01
c7 f8 01 02 03 04
f2 ff 25 01 02 03 04
f0 48 0f b1 0d 01 02 03 04
66 66 66 66 66 66 2e 0f 1f 84 00 00 00 00 00
END
    check_chunks "$BATS_TEST_TMPDIR/chunks"
    assert_equal "$(total strange)" 0
    assert_equal "$(total bad)" 0
}

@test "the decoder refuses invalid opcodes, prefixes out of order and what is too long" {
    local line
    while read -r line; do
        printf '  1000:\t%s \t(bad)\n' "${line%%  *}" >"$BATS_TEST_TMPDIR/line"
        run -0 "$decode" check <"$BATS_TEST_TMPDIR/line"
        assert_equal "$(total bad) $(total bad_accepted)" "1 0"
    done <<'END'
0f b8 c1                                         popcnt without F3
f2 0f b8 c1                                      with F2 instead
fe d0
ff f8
8f c8
06
48 66 89 c8                                      REX before a prefix
66 c5 f8 58 c1                                   prefixes that VEX does not admit
f3 c5 f8 58 c1
f2 c5 f8 58 c1
f0 c5 f8 58 c1
48 c5 f8 58 c1
40 62 f1 7c 48 58 c1
c4 e0 78 58 c1                                   maps that there are not
c4 e4 78 58 c1
c4 f1 78 58 c1
c4 e5 78 58 c1
62 f0 7c 48 58 c1
62 f4 7c 48 58 c1
62 f7 7c 48 58 c1
62 f9 7c 48 58 c1
62 f1 78 48 58 c1                                a bit of EVEX that is fixed
c5 f8 80 00 00 00 00                             a branch with VEX
c5 f8 05
c5 f8 0b
62 f1 7c 48 05
67 8b 05 00 00 00 00                             relative to EIP
66 75 00
66 e9 00 00
66 e8 00 00 00 00
0f 20 c0
66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90  16 bytes
END
}

@test "the decoder refuses every opcode that there is not, and REX before any prefix" {
    local bytes
    for bytes in 06 07 0e 16 17 1e 1f 27 2f 37 3f 60 61 82 9a ce d4 d5 d6 ea \
        "0f "{04,0a,0c,0e,0f,20,21,22,23,24,25,26,27,36,37,39,3b,3c,3d,3e,3f,78,79,7a,7b,a6,a7} \
        "48 "{26,2e,36,3e,64,65,66,67,f0,f2,f3} "48 4"{0..9} "48 4"{a..f}; do
        printf '  1000:\t%s 00 00 00 00 00 00 00 \t(bad)\n' "$bytes"
    done >"$BATS_TEST_TMPDIR/lines"
    run -0 "$decode" check <"$BATS_TEST_TMPDIR/lines"
    assert_equal "$(total bad) $(total bad_accepted)" "74 0"
}

@test "the check would see a wrong length, displacement, branch, end and invalid opcode" {
    local line
    while read -r line; do
        printf '  1000:\t%b\n' "$line" >"$BATS_TEST_TMPDIR/line"
        run -1 "$decode" check <"$BATS_TEST_TMPDIR/line"
        assert_equal "$(total wrong)" 1
    done <<'END'
48 89 \tmov %rax,%rcx
8b 05 00 00 00 00 \tmov 0x0(%rip),%eax        # 1007
8b 05 00 00 00 00 \tmov %eax,%ecx
74 00 \tmov %eax,%ecx
89 c8 \tjne    1002
c3 \tnop
90 \tret
62 f1 \t(bad)
END
}
