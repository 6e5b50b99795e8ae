# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # shared with lib/harness.bash and with the tests
# What the tests of `portclaim explain` have in common: records, real ones and written ones.

record=$BATS_TEST_TMPDIR/record.json

# explain ARGUMENT...: into $output and $status, what is said on stderr into $stderr
explain() {
    run --separate-stderr "$build/portclaim" explain "$@"
}

# recorded NAME [VARIABLE=VALUE ...] [-- OPTION ...]: claim, with a record
recorded() {
    claim "$1" "PORTCLAIM_LOG=$record" PORTCLAIM_LOG_FORMAT=json "${@:2}"
    wait_until 20 settled "$1"
    next_tick
}

# One line of a record: event TIME_MS PID SELF UNIT EVENT [,"key":value...]
event() {
    printf '{"time_ms":%s,"pid":%s,"self":"%s"%s,"event":"%s","endpoint":"%s","protocol":"tcp","port":18789%s}\n' \
        "$1" "$2" "$3" "${4:+,\"self_unit\":\"$4\"}" "$5" "${endpoint:-127.0.0.1:18789}" "${6:-}"
}

start_ms=1795000000000

# A holder's part of such a line: holder PID NAME UNIT EVIDENCE VERDICT
holder() {
    printf ',"holder":%s,"name":"%s","age_ms":60000,"program":"/usr/bin/%s"%s,"user":1000,"state":"listening","evidence":"%s","verdict":"%s"' \
        "$1" "$2" "$2" "${3:+,\"unit\":\"$3\"}" "$4" "${5:-stale}"
}

# takeover AFTER_MS PID SELF UNIT VICTIM VICTIM-NAME VICTIM-UNIT EVIDENCE TOOK_MS: asked, and gone
takeover() {
    local at=$((start_ms + $1))
    event "$at" "$2" "$3" "$4" held ",\"action\":\"asked\",\"signal\":\"SIGTERM\"$(holder "$5" "$6" "$7" "$8")"
    event $((at + $9)) "$2" "$3" "$4" claimed ",\"took_ms\":$9,\"stopped\":1,\"draining\":0"
}

# refusal AFTER_MS PID SELF UNIT HOLDER HOLDER-NAME HOLDER-UNIT EVIDENCE VERDICT: in vain
refusal() {
    local at=$((start_ms + $1))
    event "$at" "$2" "$3" "$4" held ",\"action\":\"wait\"$(holder "$5" "$6" "$7" "$8" "$9")"
    event $((at + 2000)) "$2" "$3" "$4" not_claimed ",\"took_ms\":2000$(holder "$5" "$6" "$7" "$8" "$9")"
}

# query FILTER: of the record, as JSON
query() {
    "$build/portclaim" explain --json "$record" | jq -r "$1"
}

causes() {
    query '[.endpoints[].causes[].cause] | join(" ")'
}

# What can be copied to cure the first cause, or the one that is named
cures() {
    query ".endpoints[].causes[] | select(.cause == \"$1\") | .cures[].lines // empty"
}

# assert_lines PATTERN...: each is found in what `explain` printed
assert_output_has() {
    local pattern text
    text=$(tr -s ' \n' ' ' <<<"$output")
    for pattern in "$@"; do
        grep -Eq -e "$pattern" <<<"$text" || fail "\"$pattern\" is not in: $output" || return 1
    done
}
