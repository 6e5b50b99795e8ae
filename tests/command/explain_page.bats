#!/usr/bin/env bats
# The page that `portclaim explain --html` writes, in a browser where it matters.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load explain

setup() {
    harness_setup
    page=$BATS_TEST_TMPDIR/page.html
}

teardown() {
    harness_teardown
}

# Of two units that fight, one of which is stubborn at times; then both want the port in vain.
write_war() {
    local round at
    for round in 0 1 2; do
        at=$((round * 20000))
        takeover "$at" $((101 + 2 * round)) node beta.service $((100 + 2 * round)) node alpha.service script 50
        takeover $((at + 10000)) $((102 + 2 * round)) node alpha.service $((101 + 2 * round)) node beta.service script 640 |
            sed "1{p;s/\"held\"/\"forced\"/;s/\"asked\"/\"forced\",\"after_ms\":600/;s/SIGTERM/SIGKILL/;s/$((start_ms + at + 10000))/$((start_ms + at + 10600))/}"
    done
    refusal 70000 200 node beta.service 50 nginx nginx.service other-program foreign
    refusal 80000 201 node beta.service 50 nginx nginx.service other-program foreign | head -n 1
}

make_page() {
    run -0 "$build/portclaim" explain --html "$page" "$record"
    assert_equal "$output" ""
}

require_chromium() {
    chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
        skip "needs chromium"
    require_command jq
}

# browse FILE [OPTION...]: the document as it is once it was loaded, into $output
browse() {
    run -0 --separate-stderr timeout 60 "$chromium" --headless --no-sandbox --disable-gpu \
        --disable-dev-shm-usage --user-data-dir="$BATS_TEST_TMPDIR/profile" \
        --allow-file-access-from-files --virtual-time-budget=5000 "${@:2}" --dump-dom "file://$1"
}

# measure WIDTH EXPRESSION [OPTION...]: the page in a frame of that width, and the value as JSON of
# the expression, where `view` is its window and `page` its document. The page itself has no script.
measure() {
    cat >"$BATS_TEST_TMPDIR/frame.html" <<END
<!DOCTYPE html><body><iframe width="$1" height="800" style="border:0" src="page.html"></iframe><pre></pre>
<script>
const frame = document.querySelector('iframe');
frame.addEventListener('load', () => {
    const view = frame.contentWindow, page = frame.contentDocument;
    document.querySelector('pre').textContent = 'value ' + JSON.stringify($2);
});
</script>
END
    browse "$BATS_TEST_TMPDIR/frame.html" "${@:3}"
    value=$(sed -n 's/.*<pre>value \(.*\)<\/pre>.*/\1/p' <<<"$output")
    [ -n "$value" ] || fail "no value in: $output"
}

# ----- the page ---------------------------------------------------------------------------------

@test "C05 the page fetches nothing and runs nothing" {
    write_war >"$record"
    make_page
    refute grep -Eiq 'src=|href=|url\(|https?:|@import|<script|<link|<img|<iframe|[ "]on[a-z]+=' "$page"
    grep -q "default-src 'none'" "$page"
    grep -q '<meta name="viewport" content="width=device-width, initial-scale=1">' "$page"
}

@test "C05 a browser finds diagnosis, cures and timeline in it" {
    require_chromium
    write_war >"$record"
    make_page
    measure 360 "[page.querySelector('h2').textContent, page.querySelector('h3').textContent,
        page.querySelectorAll('figure > svg').length, page.querySelectorAll('figure > svg rect').length,
        page.querySelectorAll('figure > svg .kill').length, page.querySelectorAll('figure > svg .ask').length,
        page.querySelectorAll('figure > svg .lane').length, page.querySelectorAll('details li').length]"
    assert_equal "$value" '["127.0.0.1:18789","1. Kill war",1,8,3,6,3,8]'
    measure 360 "[...page.querySelectorAll('pre')].map(line => line.textContent)"
    jq -e 'any(contains("systemctl disable --now beta.service"))' <<<"$value"
    # Every bar has its outcome in words beside it.
    measure 360 "[...page.querySelectorAll('figure > svg .label.narrow')].map(text => text.textContent)"
    assert_equal "$(jq -r '.[0,1,6,7]' <<<"$value" | xargs -d '\n')" "✓ 50 ms ✓ 640 ms ✗ 2.0 s … no end"
    # ... and is as long as its claim took
    measure 360 "[...page.querySelectorAll('figure > svg rect')].map(bar => +bar.getAttribute('height'))"
    jq -e '.[0] < .[1] and .[1] < .[6]' <<<"$value"
}

@test "C05 nothing is loaded from anywhere" {
    require_chromium
    write_war >"$record"
    make_page
    measure 360 "[view.performance.getEntriesByType('resource').length, page.scripts.length,
        page.images.length, page.links.length]"
    assert_equal "$value" "[0,0,0,0]"
}

# What sticks out: the page's own width, and what a reader of the chart would miss at its edge
overflow="[page.documentElement.scrollWidth - page.documentElement.clientWidth,
    [...page.querySelectorAll('figure > svg text, pre, p, li, h2, h3')].filter(one => one.getBoundingClientRect().right
        > (one.ownerSVGElement ?? page.documentElement).getBoundingClientRect().right + 1).length]"

@test "C05 it fits a phone of 360 pixels, and a desk" {
    require_chromium
    write_war >"$record"
    make_page
    measure 360 "$overflow"
    assert_equal "$value" "[0,0]"
    measure 900 "$overflow"
    assert_equal "$value" "[0,0]"
}

@test "C05 it fits with many services and names as long as they come" {
    require_chromium
    local number long
    long=$(printf '%0400d' 7)
    for number in {1..20}; do
        takeover $((number * 5000)) $((100 + number)) node "$long$number.service" $((99 + number)) node "$long$((number - 1)).service" rule 400
        refusal $((number * 5000 + 2500)) $((200 + number)) node "$long$number.service" 50 "$long" "" invisible unknown
    done >"$record"
    make_page
    measure 360 "$overflow"
    assert_equal "$value" "[0,0]"
    measure 360 "[page.querySelectorAll('figure > svg .lane').length, page.querySelectorAll('figure > svg rect').length]"
    assert_equal "$value" "[4,40]"
}

@test "C05 it fits a phone with what a record of Windows has longer words for" {
    require_chromium
    local number
    for number in 1 2 3 4; do
        takeover $((number * 20000)) "$number" "server$number.exe" "" $((100 + number)) "old$number.exe" "" rule 640 |
            sed '1{p;s/"held"/"forced"/;s/"asked"/"forced","after_ms":600/;s/SIGTERM/TerminateProcess/}' |
            sed 's/SIGTERM/CTRL_BREAK/'
    done >"$record"
    make_page
    measure 360 "$overflow"
    assert_equal "$value" "[0,0]"
    measure 360 "[...page.querySelectorAll('figure > svg .detail.narrow')].map(text => text.textContent)"
    assert_equal "$value" '["killed","killed","killed","killed"]'
}

@test "C05 hostile names stay names" {
    require_chromium
    local name
    name='</title></svg><script>document.title=1</script><img src=x onerror=y>&quot;&#39;\"\n\u001b[2J'
    {
        takeover 0 101 "$name" "$name" 100 "$name" "$name-2" rule 900
        endpoint=$name refusal 10000 102 "$name" "$name" 100 "$name" "$name-2" other-program foreign
        event "$start_ms" 100 "$name" "" warning ",\"message\":\"$name\""
    } >"$record"
    make_page
    refute grep -q '[^ -~]' "$page"
    measure 360 "[page.title, page.scripts.length, page.images.length, page.querySelectorAll('figure > svg').length,
        page.querySelectorAll('section').length]"
    assert_equal "$value" '["portclaim explain",0,0,2,3]'
    measure 360 "page.querySelector('figcaption').textContent"
    grep -Fq '&lt;/svg&gt;&lt;script&gt;document.title=1&lt;/script&gt;' <<<"$value"
}

@test "C05 it is dark where the reader is" {
    require_chromium
    write_war >"$record"
    make_page
    local light
    measure 360 "view.getComputedStyle(page.body).backgroundColor" --blink-settings=preferredColorScheme=1
    light=$value
    measure 360 "view.getComputedStyle(page.body).backgroundColor" --blink-settings=preferredColorScheme=0
    assert_equal "$light $value" '"rgb(246, 247, 249)" "rgb(17, 20, 24)"'
}

@test "C05 a long story is drawn in part, and says so" {
    require_chromium
    local number
    for number in {1..70}; do
        takeover $((number * 60000)) $((100 + number)) node "" $((99 + number)) node "" program 30
    done >"$record"
    make_page
    measure 360 "[page.querySelectorAll('figure > svg rect').length, page.querySelectorAll('details li').length,
        [...page.querySelectorAll('.note')].map(note => note.textContent).pop()]"
    assert_equal "$value" '[50,70,"20 starts are left out here"]'
    assert_equal "$(query '.endpoints[0].causes | length')" 0
    grep -q 'class="fine">70 starts found the port taken' "$page"
    # Of more starts than are kept, those that are not are left out of the drawing as well.
    for number in {1..9}; do cat "$record"; done >"$record.long"
    mv "$record.long" "$record"
    make_page
    measure 360 "[page.querySelectorAll('figure > svg rect').length, page.querySelectorAll('details li').length,
        [...page.querySelectorAll('.note')].map(note => note.textContent).filter(note => note.endsWith('here'))]"
    assert_equal "$value" '[50,501,["580 starts are left out here"]]'
}

@test "C05 a record without an event makes a page that says how to get one" {
    : >"$record"
    make_page
    grep -q 'PORTCLAIM_LOG_FORMAT=json' "$page"
}

# ----- the file ---------------------------------------------------------------------------------

@test "C05 with --json both are written" {
    write_war >"$record"
    run -0 "$build/portclaim" explain --json --html "$page" "$record"
    jq -e '.endpoints | length == 1' <<<"$output"
    grep -q '</html>' "$page"
}

@test "C05 a page that was there is replaced as a whole, and keeps its mode" {
    write_war >"$record"
    echo old >"$page"
    chmod 604 "$page"
    make_page
    assert_equal "$(stat -c %a "$page")" 604
    grep -q '</html>' "$page"
    rm "$page"
    (umask 027 && "$build/portclaim" explain --html "$page" "$record")
    assert_equal "$(stat -c %a "$page")" 640
}

@test "C05 what is no regular file is left alone" {
    local target
    write_war >"$record"
    echo old >"$BATS_TEST_TMPDIR/old"
    ln -s old "$BATS_TEST_TMPDIR/link"
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    for target in "$BATS_TEST_TMPDIR/link" "$BATS_TEST_TMPDIR/fifo" "$BATS_TEST_TMPDIR" /dev/null \
        "$BATS_TEST_TMPDIR/missing/page.html"; do
        run -2 --separate-stderr "$build/portclaim" explain --json --html "$target" "$record"
        assert_equal "$output" ""
        grep -Fq "cannot write the page \"$target\": " <<<"$stderr"
    done
    [ -L "$BATS_TEST_TMPDIR/link" ] && [ -p "$BATS_TEST_TMPDIR/fifo" ] && [ -c /dev/null ]
    assert_equal "$(cat "$BATS_TEST_TMPDIR/old")" old
}

@test "C05 a record is not replaced by its page" {
    local copy=$BATS_TEST_TMPDIR/copy page
    write_war >"$record"
    cp "$record" "$record.1"
    cp "$record" "$copy"
    ln "$record" "$BATS_TEST_TMPDIR/second-name"
    for page in "$record" "$record.1" "$BATS_TEST_TMPDIR/second-name"; do
        explain --json --html "$page" "$record"
        assert_equal "$status $output" "2 "
        grep -Fq "cannot write the page \"$page\": it is one of the records" <<<"$stderr"
        cmp "$page" "$copy"
    done
    # As what it is told to read when no record is named
    run -2 bash -c '"$1" explain --html "$2" <"$2"' - "$build/portclaim" "$record"
    cmp "$record" "$copy"
}

@test "C05 a disk that is full leaves the old page, and nothing beside it" {
    write_war >"$record"
    echo old >"$page"
    run -2 bash -c 'trap "" XFSZ; ulimit -f 1; exec "$1" explain --html "$2" "$3"' - \
        "$build/portclaim" "$page" "$record"
    assert_output_has 'cannot write the page .*: File too large'
    assert_equal "$(cat "$page")" old
    assert_equal "$(find "$BATS_TEST_TMPDIR" -name 'page.html*' | wc -l)" 1
}
