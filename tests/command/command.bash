# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # shared with lib/harness.bash and with the tests
# What the tests of the command have in common, beside tests/linux/scenarios.bash.

portclaim=$build/portclaim

# ask ARGUMENT...: the command in the test's network, as $as. Sets $status and $output, which has
# stdout and stderr; $answer has stdout alone.
ask() {
    status=0
    answer=$("${network[@]}" "${as[@]}" "$portclaim" "$@" 2>"$logs/asked") || status=$?
    output=$answer$(cat "$logs/asked")
}

# query FILTER: of the JSON answer
query() {
    jq -r "$1" <<<"$answer"
}

assert_status() {
    [ "$status" -eq "$1" ] || fail "exit status $status, not $1: $output"
}

# assert_answer PATTERN: a line of the output matches the extended regular expression
assert_answer() {
    grep -Eq -e "$1" <<<"$output" || fail "no line like \"$1\" in: $output"
}

refute_answer() {
    if grep -Eq -e "$1" <<<"$output"; then fail "a line like \"$1\" in: $output"; fi
}

# A server in a real interpreter: site/serve.py PORT
make_script() {
    mkdir -p "$BATS_TEST_TMPDIR/site"
    cat >"$BATS_TEST_TMPDIR/site/serve.py" <<'PYTHON'
import http.server, sys
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler)
print("listening", sys.argv[1], flush=True)
server.serve_forever()
PYTHON
}
