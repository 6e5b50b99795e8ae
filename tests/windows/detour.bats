#!/usr/bin/env bats
# Hooks on real code in Wine: detours, and the fallback by import and export tables.
# shellcheck disable=SC2154 # wine.bash sets much
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
}

teardown() {
    wine_teardown
}

# detour TEST [ARGUMENT...]: what it prints is in $output; see tests/windows/detour.c
detour() {
    run "${network[@]}" timeout 60 wine "$programs/detour.exe" "$@"
    output=${output//$'\r'/}
    echo "$output"
    [ "$status" -eq 0 ]
    refute grep -q '^failed' <<<"$output"
    grep -qx '0 failures' <<<"$output"
}

# said_number PATTERN LEAST MOST
said_number() {
    local number
    number=$(sed -n "s/.*$1=\([0-9]*\).*/\1/p" <<<"$output")
    between "$2" "${number:-0}" "$3"
}

# Refused: what branches, or ends, in the bytes that a jump needs; nothing for being unknown.
only_for_good_reason() {
    refute grep -E '^(refused (unknown|none)|no memory|protected)' <<<"$output"
}

@test "all exports of ws2_32 are stolen and do what they did, through their trampolines" {
    detour calls ws2_32.dll
    said_number stolen 120 200
    said_number refused 0 6
    said_number called 120 200
    only_for_good_reason
}

@test "all exports of kernel32, kernelbase and ws2_32 are stolen at once, byte by byte the same" {
    detour exports ws2_32.dll kernel32.dll kernelbase.dll
    only_for_good_reason
}

@test "all exports of ntdll are stolen, byte by byte the same" {
    detour exports ntdll.dll
    said_number stolen 900 3000
    only_for_good_reason
}

@test "what cannot be moved is refused and left untouched" {
    detour refusals
}

@test "functions of all shapes are hooked, behind jumps, with displacements, and twice" {
    detour shapes
}

@test "a function far from the replacement is hooked by a page near it, where there is one" {
    detour distance
}

@test "a function whose code cannot be changed is left untouched" {
    detour protected
}

@test "imports and exports are replaced, also of libraries that come later" {
    detour imports "$(windows_path "$programs/detour_library.dll")"
    grep -q '^export replaced' <<<"$output"
}

@test "without dynamic code imports are replaced" {
    detour imports-only "$(windows_path "$programs/detour_library.dll")"
}

@test "W01 delayed imports are replaced, whether they have been used before or not" {
    detour imports "$(windows_path "$programs/detour_delayed.dll")"
    grep -q '^export replaced' <<<"$output"
}

@test "without dynamic code a delayed import that has been used is replaced" {
    detour imports-only "$(windows_path "$programs/detour_delayed.dll")"
}
