#!/usr/bin/env bats
# A record of a restart loop, and what `portclaim explain` makes of it.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load ../linux/scenarios
load explain

setup() {
    harness_setup
    require_command jq
}

teardown() {
    harness_teardown
}

# ----- real records -----------------------------------------------------------------------------

@test "C05 a loop from a slow shutdown, with twice the time that it takes as its cure" {
    local slowest term
    make_network
    serve old --stop-delay 500
    recorded first PORTCLAIM_TERM_MS=8000 -- --stop-delay 400
    recorded second PORTCLAIM_TERM_MS=8000 -- --stop-delay 350
    recorded third PORTCLAIM_TERM_MS=8000
    assert_equal "$(causes)" slow-shutdown
    assert_equal "$(query '.endpoints[0] | [.starts, .claimed, .times.unforced, .times.forced] | join(" ")')" "3 3 3 0"
    slowest=$(query '.endpoints[0].times.max_ms')
    term=$(cures slow-shutdown | sed -n 's/^PORTCLAIM_TERM_MS=//p')
    [ "$slowest" -ge 400 ] # 500, less what portclaim itself took until it was written down
    [ "$term" -ge $((2 * slowest)) ] && [ "$term" -lt $((2 * slowest + 100)) ]
    explain "$record"
    assert_output_has 'Slow shutdown' "Asked to stop in 3 starts, it did so by itself in 3: half of them within [0-9]+ ms, the slowest after [0-9]+ ms" \
        "\"server\" .*last seen as PID $(pid_of second)" 'TimeoutStopSec=' 'TimeoutStartSec='
}

@test "C05 a grace that is sometimes too short is a slow shutdown as well" {
    make_network
    serve old
    recorded first -- --stop-delay 100
    recorded second -- --ignore-term
    recorded third PORTCLAIM_TERM_MS=200
    assert_equal "$(causes)" slow-shutdown
    explain "$record"
    assert_output_has 'in 1 it was killed \(SIGKILL\), since its grace of 2[0-9][0-9] ms was too short'
}

@test "C05 a stubborn holder, that has to be killed every time" {
    make_network
    serve old --ignore-term
    recorded first PORTCLAIM_TERM_MS=400 -- --ignore-term
    recorded second PORTCLAIM_TERM_MS=400
    assert_equal "$(causes)" stubborn-holder
    cures stubborn-holder | grep -q '^PORTCLAIM_SIGNAL=INT$'
    cures stubborn-holder | grep -q '^PORTCLAIM_TERM_MS=10000$'
    cures stubborn-holder | grep -q 'server.closeAllConnections()'
    explain "$record"
    assert_output_has 'In 2 of 2 starts the old instance did not end when it was asked, and was killed'
}

# killings FORCED OF: so many takeovers a minute apart, the first FORCED of them by SIGKILL
killings() {
    local number
    for ((number = 0; number < $2; number++)); do
        takeover $((number * 60000)) $((101 + number)) node "" $((100 + number)) node "" program 620 | head -n 1
        [ "$number" -ge "$1" ] || event $((start_ms + number * 60000 + 600)) $((101 + number)) node "" forced \
            ",\"action\":\"forced\",\"signal\":\"SIGKILL\",\"after_ms\":600$(holder $((100 + number)) node "" program)"
        takeover $((number * 60000)) $((101 + number)) node "" $((100 + number)) node "" program 620 | tail -n 1
    done
}

@test "C05 killed nearly always is stubborn, killed often is slow" {
    killings 4 5 >"$record"
    assert_equal "$(causes)" stubborn-holder
    cures stubborn-holder | grep -qx 'PORTCLAIM_TERM_MS=200' # sooner: 150, rounded up
    killings 3 4 >"$record"
    assert_equal "$(causes)" slow-shutdown
    assert_equal "$(query '.endpoints[0].times | "\(.asked) \(.forced) \(.unforced)"')" "4 3 1"
}

@test "C05 a loop from two services that fight over one port" {
    local name round=0
    make_network
    for name in alpha beta alpha beta alpha; do
        cp -n "$server" "$BATS_TEST_TMPDIR/$name" || true
        program=$BATS_TEST_TMPDIR/$name
        recorded "$((round += 1))" PORTCLAIM_SERVICE=gateway PORTCLAIM_LIMIT=3/60 PORTCLAIM_WAIT_MS=300
    done
    assert_refused 5
    assert_equal "$(causes)" kill-war
    assert_equal "$(query '.endpoints[0].kills[] | "\(.killer) \(.victim) \(.starts)"' | sort | xargs)" \
        "alpha beta 1 beta alpha 2"
    cures kill-war | grep -q '^PORTCLAIM_SERVICE=alpha$'
    cures kill-war | grep -q '^PORTCLAIM_SERVICE=beta$'
    explain "$record"
    assert_output_has 'Kill war' 'beta stopped alpha 2 times, and alpha stopped beta 1 time\.' \
        'held 1 of the starts back, after 3 kills in 60 s' \
        "beta \(PID $(pid_of 4)\) stopped alpha \(PID $(pid_of 3)\)" "another port than $port"
}

@test "C05 a foreign program on the port" {
    make_network
    serve_stranger old
    recorded new PORTCLAIM_WAIT_MS=200
    assert_refused new
    assert_equal "$(causes)" foreign-holder
    cures foreign-holder | grep -qx "portclaim who tcp:$port"
    cures foreign-holder | grep -qx 'PORTCLAIM_SERVICE=server'
    explain "$record"
    assert_output_has "\"stranger\" \(.*/stranger, user $(id -u), last seen as PID $(pid_of old)\) in 1 start: another program"
}

@test "C05 a child that inherited the socket" {
    make_network
    serve old --leak-child
    recorded new
    assert_listening new
    assert_equal "$(causes)" inherited-socket
    cures inherited-socket | grep -q 'KillMode=control-group'
    cures inherited-socket | grep -q 'SOCK_CLOEXEC'
    explain "$record"
    assert_output_has '"sleep" \(' "inherited its socket from $(pid_of old)"
}

@test "C05 workers of one program that share a socket are no such child" {
    make_network
    serve old --fork-workers 2
    recorded new
    assert_listening new
    assert_equal "$(causes)" ""
}

@test "C05 TIME_WAIT that an instance without portclaim left behind" {
    make_network
    serve old --close-first
    "${network[@]}" "$build/tests/client" 127.0.0.1 "$port" >/dev/null
    wait_until 5 eval "[ -n \"\$(\"\${network[@]}\" ss -Htan state time-wait 'sport = :$port')\" ]"
    send old KILL
    assert_dead "$(pid_of old)"
    recorded new PORTCLAIM_WAIT_MS=300
    assert_equal "$(causes)" time-wait
    cures time-wait | grep -qx 'PORTCLAIM_REUSEADDR=on'
    cures time-wait | grep -qx 'AmbientCapabilities=CAP_NET_ADMIN'
    cures time-wait | grep -qx 'PORTCLAIM_WAIT_MS=61000'
}

@test "C05 restarts that go well: nothing to cure" {
    local name
    make_network
    serve old
    for name in 1 2 3; do recorded "$name"; done
    explain "$record"
    assert_output_has '3 starts found the port taken: 3 claimed it \(the slowest in [0-9]+ ms\)\. Nothing to cure\.'
    assert_equal "$(causes)" ""
}

@test "C05 a dry run: says that turning it on would have helped" {
    make_network
    serve old
    recorded 1 PORTCLAIM=dry-run
    recorded 2 PORTCLAIM=dry-run
    assert_equal "$(causes)" dry-run
    assert_equal "$(query '.endpoints[0] | [.starts, .dry_run] | join(" ")')" "2 2"
    assert_equal "$(cures dry-run)" PORTCLAIM=on
    assert_alive "$(pid_of old)"
}

@test "C05 one who is not seen from another PID namespace" {
    require_root
    make_network
    serve old
    as=(unshare --pid --fork --kill-child --mount-proc)
    recorded new PORTCLAIM_WAIT_MS=200
    assert_equal "$(causes)" hidden-holder
    cures hidden-holder | grep -qx 'ProtectProc=default'
}

# ----- written records: what needs systemd, or is rare ------------------------------------------

@test "C05 two units that fight are named, and each can be disabled by a line to be copied" {
    local round
    for round in 0 1 2; do
        takeover $((round * 20000)) $((101 + 2 * round)) node beta.service $((100 + 2 * round)) node alpha.service script 50
        takeover $((round * 20000 + 10000)) $((102 + 2 * round)) node alpha.service $((101 + 2 * round)) node beta.service script 50
    done >"$record"
    assert_equal "$(causes)" kill-war
    # Each by itself: who copies a block must not disable both.
    assert_equal "$(query '.endpoints[].causes[].cures[:2][].lines')" \
        $'systemctl disable --now beta.service\nsystemctl disable --now alpha.service'
    cures kill-war | grep -qx 'Environment=PORTCLAIM_SERVICE=alpha'
    explain "$record"
    assert_output_has 'beta.service stopped alpha.service 3 times, and alpha.service stopped beta.service 3 times'
}

@test "C05 a war of which the record has one side alone" {
    local round other
    for round in 0 1 2; do
        takeover $((round * 20000)) $((101 + 2 * round)) node beta.service $((100 + 2 * round)) node alpha.service script 50
    done >"$record"
    assert_equal "$(causes)" kill-war
    assert_equal "$(query '.endpoints[0].causes[0].starts')" 3
    cures kill-war | grep -qx 'systemctl disable --now alpha.service'
    explain "$record"
    assert_output_has 'beta.service stopped alpha.service 3 times, and each time it was there again' \
        'What alpha.service did is not in this record'
    # A unit that stopped itself, or a program under another name than its title, is no other.
    sed 's/"unit":"alpha/"unit":"beta/' "$record" >"$record.same"
    sed 's/,"\(self_\)\?unit":"[^"]*"//g; s/"name":"node"/"name":"title"/' "$record" >"$record.named"
    for other in same named; do
        run -0 "$build/portclaim" explain --json "$record.$other"
        assert_equal "$other $(jq -r '[.endpoints[].causes[].cause] | join(" ")' <<<"$output")" "$other "
    done
    head -n 4 "$record" >"$record.short"
    mv "$record.short" "$record"
    assert_equal "$(causes)" ""
}

@test "C05 one takeover there and one back is no war yet" {
    {
        takeover 0 101 node beta.service 100 node alpha.service script 50
        takeover 60000 102 node alpha.service 101 node beta.service script 50
    } >"$record"
    assert_equal "$(causes)" ""
}

@test "C05 one unit that is restarted past the limit is no war of two" {
    event "$start_ms" 200 node gateway.service kill_war \
        ',"kills":10,"window_s":60,"killer_pid":190,"killer":"gateway.service","victim_pid":180,"victim":"gateway.service"' >"$record"
    event $((start_ms + 2000)) 200 node gateway.service not_claimed \
        ",\"took_ms\":2000$(holder 190 node gateway.service unit)" >>"$record"
    assert_equal "$(causes)" kill-war
    explain "$record"
    assert_output_has 'Both sides are the same unit' 'journalctl -u gateway.service'
    refute grep -q 'disable' <<<"$output"
}

@test "C05 N15 one program that is restarted past the limit need not be two" {
    event "$start_ms" 200 node.exe "" kill_war \
        ',"kills":1,"window_s":60,"killer_pid":190,"killer":"node.exe","victim_pid":180,"victim":"node.exe"' >"$record"
    event $((start_ms + 2000)) 200 node.exe "" not_claimed \
        ",\"took_ms\":2000$(holder 190 node.exe "" script)" >>"$record"
    assert_equal "$(causes)" kill-war
    explain "$record"
    assert_output_has 'after 1 kill in 60 s' 'Both sides have one name: it may be one service' \
        'if it is one service: find out what restarts it' 'disable what starts the other'
    refute grep -q 'Two services fight' <<<"$output"
}

@test "C05 two units, each refused by the other: both are named" {
    {
        refusal 0 100 nginx nginx.service 50 apache2 apache2.service other-program foreign
        refusal 60000 101 nginx nginx.service 50 apache2 apache2.service other-program foreign
        refusal 120000 102 apache2 apache2.service 101 nginx nginx.service other-program foreign
    } >"$record"
    assert_equal "$(causes)" foreign-holder
    cures foreign-holder | grep -qx 'systemctl disable --now apache2.service'
    explain "$record"
    assert_output_has 'It goes both ways: apache2.service found the port taken'
}

@test "C05 a slow shutdown in a unit: the lines go into that unit" {
    takeover 0 101 node gateway.service 100 node gateway.service unit 1200 >"$record"
    takeover 60000 102 node gateway.service 101 node gateway.service unit 700 >>"$record"
    takeover 120000 103 node gateway.service 102 node gateway.service unit 900 >>"$record"
    assert_equal "$(causes)" slow-shutdown
    assert_equal "$(cures slow-shutdown | head -n 3)" "$(printf '# systemctl edit gateway.service\n[Service]\nEnvironment=PORTCLAIM_TERM_MS=2400')"
    cures slow-shutdown | grep -qx 'TimeoutStopSec=3'
    assert_equal "$(query '.endpoints[0].times | "\(.p50_ms) \(.max_ms)"')" "900 1200"
}

@test "C05 a budget that no longer fits the start timeout comes with a longer one" {
    takeover 0 101 node gateway.service 100 node gateway.service unit 40000 >"$record"
    cures slow-shutdown | grep -qx 'Environment=PORTCLAIM_TERM_MS=80000'
    cures slow-shutdown | grep -qx 'TimeoutStartSec=164'
}

@test "C05 a helper of the same unit that holds the port was inherited from the service" {
    takeover 0 101 gateway gateway.service 100 ffmpeg gateway.service unit 20 >"$record"
    assert_equal "$(causes)" inherited-socket
    cures inherited-socket | grep -qx 'KillMode=control-group'
}

@test "C05 a clock that was set during a claim is not taken for a slow shutdown" {
    takeover 0 101 node "" 100 node "" program 20 | sed "2s/$((start_ms + 20))/$((start_ms + 1000000))/" >"$record"
    assert_equal "$(query '.endpoints[0].times.max_ms')" 20
    assert_equal "$(causes)" ""
}

@test "C05 a service under its title, its program's name or its script's is no such helper" {
    local self name program script
    while read -r self name program script; do
        takeover 0 101 "$self" gateway.service 100 "$name" gateway.service unit 20 |
            sed "s|\"program\":\"[^\"]*\"|\"program\":\"$program\",\"script\":\"$script\"|" >"$record"
        assert_equal "$self $name $(causes)" "$self $name "
    done <<'END'
node openclaw-gatewa /usr/bin/node /srv/server.js
openclaw-gatewa openclaw-gatewa /usr/bin/node /srv/server.js
gunicorn python3 /usr/bin/python3.11 /usr/bin/gunicorn
nginx nginx:\u0020worker /opt/sbin/httpd-is-nginx /none
END
}

# starts INTERVAL_MS UNIT: five of them, which go well
starts() {
    local number
    for number in 0 1 2 3 4; do
        takeover $((number * $1)) $((101 + number)) node "$2" $((100 + number)) node "$2" unit 20
    done >"$record"
}

@test "C05 starts so close that systemd will refuse the next" {
    starts 1500 gateway.service
    assert_equal "$(causes)" start-limit
    cures start-limit | grep -qx 'RestartSec=3'
    cures start-limit | grep -qx 'StartLimitIntervalSec=7'
    explain "$record"
    assert_output_has 'gateway.service was started 5 times within 6\.0 s, one start every 1500 ms'
}

@test "C05 ... and starts that are not, or not of a unit" {
    starts 2100 gateway.service
    assert_equal "$(causes)" ""
    starts 1500 ""
    assert_equal "$(causes)" ""
    # One process that tries five times is one start.
    starts 1500 gateway.service
    sed -i 's/"pid":10[0-9]/"pid":105/' "$record"
    assert_equal "$(causes)" ""
}

@test "C05 ... nor those of a clock that was set back" {
    local at number=0
    # One a minute; the clock goes back by four before the fifth.
    for at in 0 60000 120000 180000 -1000 59000 119000 179000 239000; do
        takeover "$at" $((101 + number)) node gateway.service $((100 + number)) node gateway.service unit 20
        number=$((number + 1))
    done >"$record"
    assert_equal "$(causes)" ""
    assert_equal "$(query '.endpoints[0] | "\(.starts) \(.first_ms - 1795000000000) \(.last_ms - 1795000000000)"')" \
        "9 -1000 239020"
}

@test "C05 each kind of evidence has its cause, and each cause a cure" {
    local line evidence verdict cause
    while read -r evidence verdict cause; do
        refusal 0 100 node gateway.service 50 other "" "$evidence" "$verdict" >"$record"
        assert_equal "$evidence $(causes)" "$evidence $cause"
        query '.endpoints[].causes[] | select(.cures | length == 0)' | refute grep -q .
        explain "$record"
        assert_equal "$status" 0
    done <<'END'
ancestor lineage ancestor
init lineage ancestor
protected lineage protected
essential lineage essential
sibling sibling started-together
younger newer started-together
took-port newer started-together
connection client client-port
invisible unknown hidden-holder
cut-short unknown slow-look-up
unreadable unknown hidden-holder
ending unknown slow-end
no-lineage unknown hidden-holder
other-user foreign foreign-holder
other-service foreign foreign-holder
other-program foreign foreign-holder
other-script foreign foreign-holder
other-arguments foreign foreign-holder
END
}

@test "C05 a label is no cure for a holder of another user" {
    refusal 0 100 node gateway.service 50 other "" other-user foreign >"$record"
    cures foreign-holder | grep -qx 'portclaim who tcp:18789'
    cures foreign-holder | refute grep -q PORTCLAIM_SERVICE
    explain "$record"
    assert_output_has 'stop it as its user or as root'
    refusal 0 100 node gateway.service 50 other "" other-script foreign >"$record"
    cures foreign-holder | grep -qx 'Environment=PORTCLAIM_SERVICE=gateway'
}

@test "C05 what a signal met: not permitted, no pidfd" {
    refusal 0 100 node gateway.service 50 node gateway.service unit | sed 's/"wait"/"denied"/' >"$record"
    assert_equal "$(causes)" not-permitted
    refusal 0 100 node gateway.service 50 node gateway.service unit | sed 's/"wait"/"failed"/' >"$record"
    assert_equal "$(causes)" no-safe-signal
    event "$start_ms" 100 node "" not_claimed ',"took_ms":2000' >"$record"
    assert_equal "$(causes)" holder-not-found
}

@test "C05 a stale holder that nobody asked to stop" {
    refusal 0 100 node gateway.service 50 node gateway.service unit >"$record"
    assert_equal "$(causes)" holder-not-asked
}

@test "C05 who was not found in time: more time, and no talk of other namespaces" {
    refusal 0 100 node "" 0 "" "" cut-short unknown >"$record"
    cures slow-look-up | grep -qx 'PORTCLAIM_WAIT_MS=6000' # twice what it took, and the default
    explain "$record"
    assert_output_has 'In 1 start the time was over' 'its process was not found in time'
    refute grep -Eq 'hidepid|ProtectProc' <<<"$output"
}

@test "C05 who was asked and is on its way out is no riddle; who stays unseen is one" {
    {
        takeover 0 101 node "" 100 node "" program 20 | head -n 1
        event $((start_ms + 10)) 101 node "" held ",\"action\":\"wait\"$(holder 100 node "" unreadable unknown)"
        takeover 0 101 node "" 100 node "" program 20 | tail -n 1
    } >"$record"
    assert_equal "$(causes)" ""
    sed -i '3s/.*//' "$record"
    refusal 0 101 node "" 100 node "" unreadable unknown | tail -n 1 >>"$record"
    [[ $(causes) == *hidden-holder* ]]
}

@test "C05 evidence of a later version is not taken for none" {
    refusal 0 100 node gateway.service 50 node gateway.service horoscope >"$record"
    assert_equal "$(causes)" hidden-holder
    explain "$record"
    refute grep -q 'Nothing to cure' <<<"$output"
}

@test "C05 a claim that its process did not survive has no end" {
    refusal 0 100 node gateway.service 50 other "" other-program foreign | head -n 1 >"$record"
    assert_equal "$(query '.endpoints[0].unfinished')" 1
    assert_equal "$(causes)" "foreign-holder cut-off"
    cures cut-off | grep -qx 'TimeoutStartSec=90'
}

@test "C05 the same process may claim again and again" {
    {
        refusal 0 100 node "" 50 other "" other-program foreign
        refusal 3000 100 node "" 50 other "" other-program foreign
        # Its PID, an hour after a claim that has no end
        refusal 9000 100 node "" 50 other "" other-program foreign | head -n 1
        refusal 3609000 100 node "" 50 other "" other-program foreign
    } >"$record"
    assert_equal "$(query '.endpoints[0] | "\(.starts) \(.not_claimed) \(.unfinished)"')" "4 3 1"
}

@test "C05 the cause that kept the most starts from the port comes first" {
    {
        takeover 0 101 node "" 100 node "" program 1500
        refusal 60000 102 node "" 50 other "" other-program foreign
    } >"$record"
    assert_equal "$(causes)" "foreign-holder slow-shutdown"
    {
        takeover 0 101 node "" 100 node "" program 1500
        refusal 60000 102 node "" 101 node "" program | sed 's/"wait"/"asked"/'
        refusal 120000 103 node "" 102 node "" program | sed 's/"wait"/"asked"/'
        refusal 180000 104 node "" 50 other "" other-program foreign
    } >"$record"
    assert_equal "$(causes)" "slow-shutdown foreign-holder"
}

@test "C05 warnings are counted by their words" {
    event "$start_ms" 100 node "" warning ',"message":"no room: \"state\""' >"$record"
    event "$start_ms" 101 node "" warning ',"message":"no room: \"state\""' >>"$record"
    echo "{\"time_ms\":$start_ms,\"pid\":5,\"event\":\"warning\",\"message\":\"another\"}" >>"$record"
    assert_equal "$(query '.warnings[] | "\(.count) \(.message)"')" $'2 no room: "state"\n1 another'
    explain "$record"
    assert_output_has '2 times: no room: "state"' '1 time: another'
}

@test "C05 of warnings in ever new words the first fifteen are told, and how many more" {
    local number
    for number in {1..20}; do
        event "$start_ms" 100 node "" warning ",\"message\":\"warning $number\""
    done >"$record"
    assert_equal "$(query '[.warnings | length, .[0].message, .[14].message, .[15].count, .[15].message] | join("|")')" \
        "16|warning 1|warning 15|5|(further warnings, each of other words)"
}

# ----- records of Windows -----------------------------------------------------------------------

# The same record, had it been written on Windows
of_windows() {
    sed -E 's/SIGTERM/CTRL_BREAK/; s/SIGKILL/TerminateProcess/; s/,"(self_)?unit":"[^"]*"//g
        s|"/usr/bin/([a-z]+)"|"C:/Apps/\1.exe"|; s/"(self|name|killer|victim)":"([a-z]+)"/"\1":"\2.exe"/g'
}

# Nothing of it is of Linux.
assert_output_of_windows() {
    assert_equal "$status" 0
    refute grep -Eiq '/proc|systemd|systemctl|unit|SIG(TERM|KILL|INT)|pidfd|EPERM|Linux|kernel did|root|namespace|AF_NETLINK|(^|[^d])ps -e|ss -H' <<<"$output"
}

@test "C05 W06 a record of Windows is cured by the tools of Windows: each cause" {
    local evidence verdict action
    while read -r evidence verdict; do
        for action in wait denied failed would-ask; do
            refusal 0 100 node "" 50 other "" "$evidence" "$verdict" | of_windows | sed "s/\"wait\"/\"$action\"/" >"$record"
            query '.endpoints[].causes[] | select(.cures | length == 0)' | refute grep -q .
            explain "$record"
            assert_output_of_windows
        done
    done <<'END'
ancestor lineage
essential lineage
sibling sibling
younger newer
connection client
invisible unknown
no-lineage unknown
other-user foreign
other-program foreign
program stale
END
    {
        takeover 0 101 node "" 100 ffmpeg "" inherited 1200
        event "$start_ms" 102 node "" lingering ",\"closable\":3,\"sending\":1,\"action\":\"wait\"$(holder 1 node "" program)"
        event $((start_ms + 2000)) 102 node "" not_claimed ',"took_ms":2000'
        event $((start_ms + 9000)) 103 node "" not_claimed ',"took_ms":2000'
        event $((start_ms + 19000)) 104 node "" held ",\"action\":\"asked\"$(holder 1 node "" program)"
    } | of_windows >"$record"
    explain "$record"
    assert_output_of_windows
    assert_equal "$(causes)" "time-wait holder-not-found inherited-socket slow-shutdown cut-off"
    assert_output_has 'inherited its handles' 'set PORTCLAIM_TERM_MS=2400' 'portclaim run --term-ms 2400' \
        'netsh int ipv4 show excludedportrange tcp'
}

@test "C05 W06 asked by CTRL_BREAK and ended by TerminateProcess is stubborn" {
    killings 4 5 | of_windows >"$record"
    assert_equal "$(causes)" stubborn-holder
    cures stubborn-holder | grep -qx 'set PORTCLAIM_TERM_MS=200'
    explain "$record"
    assert_output_of_windows
    assert_output_has 'was killed \(TerminateProcess\) after 600 ms' 'CTRL_BREAK to node.exe 100 \(same program\); TerminateProcess after 600 ms'
    run -0 "$build/portclaim" explain --html "$BATS_TEST_TMPDIR/page.html" "$record"
    refute grep -q SIGKILL "$BATS_TEST_TMPDIR/page.html"
}

# ended_at_once AFTER_MS PID SELF VICTIM VICTIM-NAME: nothing asks it
ended_at_once() {
    takeover "$1" "$2" "$3" "" "$4" "$5" "" program 20 | sed 's/"asked","signal":"SIGTERM"/"forced","signal":"SIGKILL"/'
}

@test "C05 W06 who cannot be asked and is ended at once: a kill, by what the record says" {
    local round
    ended_at_once 0 101 node 100 node | of_windows >"$record"
    assert_equal "$(causes)" ""
    assert_equal "$(query '.endpoints[0] | "\(.kills[0].starts) \(.times.asked) \(.times.forced)"')" "1 0 0"
    explain "$record"
    assert_output_has 'TerminateProcess at once to node.exe 100 \(same program\); claimed in 20 ms'
    run -0 "$build/portclaim" explain --html "$BATS_TEST_TMPDIR/page.html" "$record"
    grep -q '<path class="kill"' "$BATS_TEST_TMPDIR/page.html"
    # In vain, and yet somebody was told.
    sed -i 's/"claimed","endpoint/"not_claimed","endpoint/' "$record"
    assert_equal "$(causes)" ""
    for round in 0 1 2; do
        ended_at_once $((round * 20000)) $((101 + 2 * round)) beta $((100 + 2 * round)) alpha
        ended_at_once $((round * 20000 + 10000)) $((102 + 2 * round)) alpha $((101 + 2 * round)) beta
    done | of_windows >"$record"
    assert_equal "$(causes)" kill-war
}

@test "C05 W06 what forced it is what the record says" {
    killings 1 1 | of_windows | sed 's/TerminateProcess/WM_CLOSE/' >"$record"
    explain "$record"
    assert_output_has 'CTRL_BREAK to node.exe 100 \(same program\); WM_CLOSE after 600 ms'
}

@test "C05 a kill war on Windows: labels without .exe, and lines for its shell" {
    local round
    for round in 0 1 2; do
        takeover $((round * 20000)) $((101 + 2 * round)) beta "" $((100 + 2 * round)) alpha "" service 50
        takeover $((round * 20000 + 10000)) $((102 + 2 * round)) alpha "" $((101 + 2 * round)) beta "" service 50
    done | of_windows >"$record"
    assert_equal "$(causes)" kill-war
    cures kill-war | grep -qx 'set PORTCLAIM_SERVICE=alpha'
    cures kill-war | grep -qx 'rem for the other'
    cures kill-war | grep -q "^powershell -c .*ProcessId=105'"
    explain "$record"
    assert_output_of_windows
}

@test "C05 the system is the record's: by its signals and paths, else by a name that ends in .exe" {
    # system_of LINE: that of the cure for a start without an end
    system_of() {
        echo "$1" >"$record"
        explain "$record"
        case $output in
        *'the Task Scheduler'*) echo windows ;;
        *systemd*) echo linux ;;
        esac
    }
    assert_equal "$(system_of "$(event "$start_ms" 1 node "" held "")")" linux
    assert_equal "$(system_of "$(event "$start_ms" 1 node.exe "" held "")")" windows
    assert_equal "$(system_of "$(event "$start_ms" 1 node.exe "" held ',"action":"asked","signal":"SIGTERM"')")" linux
    assert_equal "$(system_of "$(event "$start_ms" 1 node.exe gateway.service held "")")" linux
    assert_equal "$(system_of "$(event "$start_ms" 1 node.exe "" held "$(holder 2 node "" program)")")" linux
    assert_equal "$(system_of "$(event "$start_ms" 1 node "" held ',"action":"asked","signal":"CTRL_BREAK"')")" windows
    assert_equal "$(system_of "$(event "$start_ms" 1 node "" held ',"action":"asked","signal":"WM_CLOSE"')")" windows
    assert_equal "$(system_of "$(event "$start_ms" 1 node "" held ',"action":"asked","signal":"CTRL_BREAK or WM_CLOSE"')")" windows
    assert_equal "$(system_of "$(event "$start_ms" 1 node "" held ',"verdict":"stale","program":"//server/share/node"')")" windows
}

# ----- reading ----------------------------------------------------------------------------------

@test "C05 lines that are damaged, cut or of something else are counted and passed over" {
    {
        takeover 0 101 node "" 100 node "" program 20
        echo 'portclaim[4312]: 127.0.0.1:18789 claimed in 63 ms: 1 stale holder stopped'
        echo '{"time_ms":1,"pid":'
        echo '[1,2]'
        echo '{"time_ms":"soon","pid":1,"event":"claimed","endpoint":"127.0.0.1:1"}'
        echo '{"time_ms":5,"pid":1,"event":"exploded","endpoint":"127.0.0.1:1"}'
        printf '\0\0\0\n\n   \n\xff\xfe\n'
        head -c 200000 /dev/zero | tr '\0' a
        echo
        takeover 0 102 node "" 101 node "" program 20 | tail -n 1 | head -c 60
    } >"$record"
    assert_equal "$(query '"\(.lines) \(.skipped) \(.endpoints[0].starts)"')" "11 9 1"
    explain "$record"
    assert_equal "$status" 0
    assert_output_has '9 of 11 lines were not events of portclaim, or not whole, and were passed over'
}

@test "C05 lines of portclaim for people are told from what is none of its" {
    echo 'portclaim[4312]: 127.0.0.1:18789 claimed in 63 ms: 1 stale holder stopped' >"$record"
    explain "$record"
    assert_output_has '1 of these is what portclaim writes for people'
    echo 'gateway: 127.0.0.1:18789' >"$record"
    explain "$record"
    refute grep -q 'for people' <<<"$output"
}

@test "C05 a record that went through an editor of Windows" {
    takeover 0 101 node "" 100 node "" program 20 | sed 's/$/\r/; 1s/^/\xEF\xBB\xBF/' >"$record"
    printf '\r\n' >>"$record"
    assert_equal "$(query '"\(.lines) \(.skipped) \(.endpoints[0].claimed)"')" "2 0 1"
}

@test "C05 an empty record says how to get one that is not" {
    : >"$record"
    explain "$record"
    assert_equal "$status" 0
    assert_output_has 'no event of portclaim' 'PORTCLAIM_LOG=/var/log/portclaim.json PORTCLAIM_LOG_FORMAT=json'
    assert_equal "$(query '"\(.files) \(.lines) \(.endpoints | length)"')" "1 0 0"
}

@test "C05 standard input, by name and without one" {
    takeover 0 101 node "" 100 node "" program 20 >"$record"
    run -0 bash -c '"$1" explain <"$2"' - "$build/portclaim" "$record"
    assert_output_has '1 start found'
    run -0 bash -c '"$1" explain - <"$2"' - "$build/portclaim" "$record"
    assert_output_has '1 start found'
}

@test "C05 several records are one story, in the order of their times" {
    local round
    for round in 0 1 2; do
        takeover $((round * 20000)) $((101 + 2 * round)) node beta.service $((100 + 2 * round)) node alpha.service script 50 >>"$record.beta"
        takeover $((round * 20000 + 10000)) $((102 + 2 * round)) node alpha.service $((101 + 2 * round)) node beta.service script 50 >>"$record.alpha"
    done
    run -0 "$build/portclaim" explain --json "$record.beta" "$record.alpha" "$record.beta"
    assert_equal "$(jq -r '"\(.files) \(.lines) \(.endpoints[0].causes[0].cause)"' <<<"$output")" "2 12 kill-war"
    assert_equal "$(jq -r '[.endpoints[0].claims[].pid] | join(" ")' <<<"$output")" "101 102 103 104 105 106"
    # A claim that began in the one and ended in the other, in whatever order they are named
    sed -n 1p "$record.beta" >"$record.begin"
    sed -n 2p "$record.beta" >"$record.end"
    run -0 "$build/portclaim" explain --json "$record.end" "$record.begin"
    assert_equal "$(jq -r '.endpoints[0] | "\(.starts) \(.claimed)"' <<<"$output")" "1 1"
}

@test "C05 a record that was rotated: FILE.1 comes before FILE, and nothing is read twice" {
    # One claim begins in the one and ends in the other.
    refusal 0 100 node "" 50 other "" other-program foreign >"$record"
    sed 1d "$record" >"$record.new"
    head -n 1 "$record" >"$record.1"
    mv "$record.new" "$record"
    assert_equal "$(query '"\(.files) \(.lines) \(.endpoints[0].starts) \(.endpoints[0].not_claimed)"')" "2 2 1 1"
    run -0 "$build/portclaim" explain --json "$record"*
    assert_equal "$(jq -r '"\(.files) \(.lines)"' <<<"$output")" "2 2"
    run -0 "$build/portclaim" explain --json "$record.1" "$record"
    assert_equal "$(jq -r '"\(.files) \(.lines)"' <<<"$output")" "2 2"
}

@test "C05 a record that is rotated while it is opened: FILE is opened first, and read last" {
    require_command strace
    takeover 0 101 node "" 100 node "" program 20 >"$record"
    cp "$record" "$record.1"
    run -0 strace -e trace=open,openat -o "$BATS_TEST_TMPDIR/trace" "$build/portclaim" explain "$record"
    assert_equal "$(grep -o 'record.json[.1]*' "$BATS_TEST_TMPDIR/trace" | xargs)" "record.json record.json.1"
}

@test "C05 a file that cannot be read: its name, exit status 2, and nothing on standard output" {
    local bad page=$BATS_TEST_TMPDIR/page.html
    takeover 0 101 node "" 100 node "" program 20 >"$record"
    for bad in "$BATS_TEST_TMPDIR/missing" "$BATS_TEST_TMPDIR"; do
        explain "$record" "$bad"
        assert_equal "$status $output" "2 "
        grep -Fq "cannot read the record \"$bad\": " <<<"$stderr"
        explain --json --html "$page" "$bad" "$record"
        assert_equal "$status $output" "2 "
        [ ! -e "$page" ]
    done
}

@test "C05 what was typed wrong" {
    explain --jason
    assert_equal "$status" 2
    grep -q 'did you mean --json' <<<"$stderr"
    explain --html
    assert_equal "$status" 2
    explain --help
    assert_equal "$status" 0
    assert_output_has 'usage: portclaim explain \[--json\] \[--html FILE\] \[RECORD\]\.\.\.' 'Exit status'
}

@test "C05 no record and a terminal: says what is wanted" {
    require_command script
    run script -qec "$build/portclaim explain" /dev/null
    assert_equal "$status" 2
    assert_output_has 'want a record'
}

@test "C05 an answer that cannot be written is no success" {
    takeover 0 101 node "" 100 node "" program 20 >"$record"
    run -2 bash -c '"$1" explain "$2" >/dev/full' - "$build/portclaim" "$record"
    run -2 bash -c '"$1" explain --json "$2" >/dev/full' - "$build/portclaim" "$record"
}

# ----- hostile names ----------------------------------------------------------------------------

hostile='\n\u001b[2J\u0000e2\"'"'"'<script>alert(1)</script></svg>&amp;\u00ff\u00fe;$(reboot) %s%n'

@test "C05 hostile names break neither text nor JSON, and get into no line to be copied" {
    hostile=${hostile/'\u0000'/}
    {
        takeover 0 101 "$hostile" "$hostile.service" 100 "$hostile" "b;$hostile.service" script 900
        takeover 10000 102 "$hostile" "b;$hostile.service" 101 "$hostile" "$hostile.service" script 900
        takeover 20000 103 "$hostile" "$hostile.service" 102 "$hostile" "b;$hostile.service" script 900
        refusal 30000 104 "$hostile" "$hostile.service" 100 "$hostile" "$hostile-2.service" other-program foreign
        endpoint=$hostile refusal 0 101 "$hostile" "" 100 "$hostile" "" other-program foreign
        event "$start_ms" 100 "$hostile" "" warning ",\"message\":\"$hostile\""
    } >"$record"
    explain "$record"
    assert_equal "$status" 0
    refute grep -q '[^ -~]' <<<"$output"
    assert_output_has 'Kill war' '\\x0a\\x1b\[2J'
    refute grep -Eq '^ *(# )?systemctl.*reboot' <<<"$output"
    assert_equal "$(query '.endpoints | length')" 2
    query '.endpoints[].causes[].cures[].lines // empty' | refute grep -q reboot
    assert_equal "$(query '.endpoints[0].claims[0].self' | head -c 4 | od -An -tx1 | xargs)" "0a 1b 5b 32"
    run -0 bash -c '"$1" explain --json "$2" | LC_ALL=C grep -c "[^ -~]"; true' - "$build/portclaim" "$record"
    assert_equal "$output" 0
}

@test "C05 a unit's name that is none to systemd is not put into a command" {
    local unit
    for unit in 'a;reboot.service' '$(reboot).service' '-a.service' 'a b.service' "a'.service" '../a.service'; do
        refusal 0 100 node "$unit" 50 other "$unit" other-program foreign >"$record"
        query '.endpoints[].causes[].cures[].lines // empty' | refute grep -Fq -e "$unit" -e systemctl
    done
    refusal 0 100 node a@b-1_2.service 50 other c:d.service other-program foreign >"$record"
    cures foreign-holder | grep -qx 'systemctl disable --now c:d.service'
}

@test "C05 numbers without measure" {
    {
        event 0 1 node "" claimed ',"took_ms":1'
        event -5 1 node "" claimed ',"took_ms":1'
        event 9223372036854775807 1 node "" claimed ',"took_ms":1'
        event 1e300 1 node "" claimed ',"took_ms":1'
        event "$start_ms" 99999999999 node "" claimed ',"took_ms":1'
        event "$start_ms" 7 node "" claimed ',"took_ms":-1,"stopped":99999999999,"draining":1.5'
        event 253402300799999 8 node "" forced ',"after_ms":9223372036854775807,"action":"forced"'
    } >"$record"
    assert_equal "$(query '"\(.skipped) \(.endpoints[0].starts)"')" "5 2"
    explain "$record"
    assert_output_has '9999-12-31'
}

# ----- bounds -----------------------------------------------------------------------------------

# many COUNT ENDPOINTS: that many takeovers, of ever new names and processes
many() {
    perl -e '
        my ($count, $endpoints) = @ARGV;
        my $name = "x" x 200;
        for my $number (1 .. $count) {
            my $time = 1795000000000 + 1000 * $number;
            my $port = 1 + $number % $endpoints;
            my $common = sprintf q("pid":%d,"self":"%s%d","endpoint":"127.0.0.1:%d","protocol":"tcp","port":%d),
                $number % 4000000 + 1, $name, $number, $port, $port;
            printf qq({"time_ms":%d,%s,"event":"held","action":"asked","signal":"SIGTERM","holder":%d,"name":"%s%d","age_ms":5,"program":"/usr/bin/%s%d","user":0,"state":"listening","verdict":"stale","evidence":"rule"}\n),
                $time, $common, $number, $name, $number - 1, $name, $number;
            printf qq({"time_ms":%d,%s,"event":"claimed","took_ms":20,"stopped":1,"draining":0}\n), $time + 20, $common;
        }' "$@"
}

@test "C05 a record of 100 MB in 64 MiB of memory" {
    many 150000 1000 | head -c 105000000 >"$BATS_TEST_TMPDIR/large.json"
    [ "$(stat -c %s "$BATS_TEST_TMPDIR/large.json")" -ge 100000000 ]
    run -0 bash -c 'ulimit -v 65536; "$1" explain --json "$2" >"$3"' - \
        "$build/portclaim" "$BATS_TEST_TMPDIR/large.json" "$BATS_TEST_TMPDIR/answer"
    assert_equal "$(jq '.endpoints | length' "$BATS_TEST_TMPDIR/answer")" 256
    [ "$(jq .events_left_out "$BATS_TEST_TMPDIR/answer")" -gt 100000 ]
    rm "$BATS_TEST_TMPDIR/large.json"
}

@test "C05 a line without end, in bounded memory" {
    run -0 bash -c 'head -c 300000000 /dev/zero | tr "\0" "{" | (ulimit -v 131072; exec "$1" explain)' - "$build/portclaim"
    assert_output_has '1 of 1 lines'
}

@test "C05 the median is a time that occurred, and of all of a long story" {
    local kind number
    takeover 0 101 node "" 100 node "" program 900 >"$record"
    takeover 60000 102 node "" 101 node "" program 700 >>"$record"
    assert_equal "$(query '.endpoints[0].times | "\(.p50_ms) \(.max_ms)"')" "700 900"
    # 5000 starts of 10 ms and then 3000 of 50 ms, more than are kept.
    takeover 0 101 node "" 100 node "" program 10 >"$record.quick"
    takeover 0 101 node "" 100 node "" program 50 >"$record.slow"
    for kind in quick:5000 slow:3000; do
        for ((number = 0; number < ${kind#*:} / 100; number++)); do cat "$record.${kind%:*}"; done >"$record.some"
        for ((number = 0; number < 100; number++)); do cat "$record.some"; done
    done >"$record"
    assert_equal "$(query '.endpoints[0].times | "\(.asked) \(.p50_ms) \(.max_ms)"')" "8000 10 50"
}

@test "C05 of a long story the first starts and the last are told, and how many lie between" {
    many 600 1 >"$record"
    assert_equal "$(query '.endpoints[0] | "\(.starts) \(.claims | length) \(.claims_left_out) \(.claims[49].time_ms) \(.claims[50].time_ms)"')" \
        "600 500 100 1795000050000 1795000151000"
    explain "$record"
    assert_output_has '100 starts are left out here'
}

@test "C05 it loses no memory" {
    require_command valgrind
    {
        takeover 0 101 node a.service 100 node b.service script 900
        takeover 10000 102 node b.service 101 node a.service script 900
        takeover 20000 103 node a.service 102 node b.service script 900
        refusal 30000 104 node a.service 100 other "" other-program foreign
    } >"$record"
    run -0 valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite,indirect \
        "$build/portclaim" explain --json --html "$BATS_TEST_TMPDIR/page.html" "$record"
    run -0 valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite,indirect \
        "$build/portclaim" explain "$record"
}

# ----- the forms --------------------------------------------------------------------------------

@test "C05 the JSON has the documented shape" {
    {
        takeover 0 101 node gateway.service 100 node gateway.service unit 900
        refusal 60000 102 node "" 50 other "" other-program foreign
    } >"$record"
    assert_equal "$(query 'keys_unsorted | join(" ")')" \
        "version files lines skipped events_left_out endpoints warnings"
    assert_equal "$(query '.endpoints[0] | keys_unsorted | join(" ")')" \
        "endpoint protocol port first_ms last_ms starts claimed not_claimed dry_run unfinished summary causes times services kills claims claims_left_out"
    assert_equal "$(query '.endpoints[0].causes[0] | keys_unsorted | join(" ")')" \
        "cause title starts failed words cures"
    assert_equal "$(query '.endpoints[0].times | keys_unsorted | join(" ")')" \
        "asked forced p50_ms max_ms unforced unforced_p50_ms unforced_max_ms"
    assert_equal "$(query '.endpoints[0].claims[0] | keys_unsorted | join(" ")')" \
        "time_ms pid self self_unit outcome took_ms stopped draining events events_left_out"
    assert_equal "$(query '.endpoints[0].claims[0].events[0] | keys_unsorted | join(" ")')" \
        "event offset_ms action signal verdict evidence holder name unit"
    assert_equal "$(query '[.endpoints[0].claims[].outcome] | join(" ")')" "claimed not-claimed"
    assert_equal "$(query .version)" "$("$build/portclaim" --version | sed 's/portclaim //')"
}

@test "C05 times are local ones" {
    takeover 0 101 node "" 100 node "" program 20 >"$record"
    TZ=UTC explain "$record"
    assert_output_has 'Timeline \(local time, UTC\+0000\) 2026-11-18 11:06:40\.000 node 101'
    TZ=EST5 explain "$record"
    assert_output_has 'Timeline \(local time, UTC-0500\) 2026-11-18 06:06:40\.000 node 101'
}

# ----- Unix sockets ---------------------------------------------------------------------------

@test "C05 a path that a dead server left: its cause, its cure, and no port" {
    local action
    for action in closed not-closed; do
        event "$start_ms" 101 appd "" lingering ",\"closable\":1,\"sending\":0,\"action\":\"$action\""
        event $((start_ms + 300)) 101 appd "" not_claimed ',"took_ms":300,"closable":1,"sending":0'
    done | sed 's/"tcp","port":18789/"unix"/; s|127.0.0.1:18789|unix:/run/app.sock|' >"$record"
    assert_equal "$(causes)" left-path
    assert_equal "$(query '.endpoints[0] | "\(.endpoint) \(has("port"))"')" "unix:/run/app.sock false"
    explain "$record"
    assert_equal "$status" 0
    assert_output_has 'unix:/run/app.sock' 'The path of an ended server'
}

# ----- the example ------------------------------------------------------------------------------

@test "C05 the example's loop, run again, is explained as a kill war" {
    require_command perl
    make_network
    start loop "${network[@]}" env PORTCLAIM_OBJECT="$object" "$repository/examples/restart-loop/loop"
    assert_exit loop 0
    cp "$(log_of loop)" "$record"
    assert_equal "$(causes)" kill-war
    assert_equal "$(query '.endpoints[0] | "\(.starts) \(.claimed) \(.not_claimed)"')" "8 6 2"
    assert_equal "$(query '.endpoints[0].kills[] | "\(.killer) \(.victim) \(.starts)"' | xargs)" \
        "beta alpha 3 alpha beta 3"
}

@test "C05 the example's page says what explain says of its record" {
    local example=$repository/examples/restart-loop
    TZ=UTC explain "$example/record.json"
    assert_equal "$status" 0
    assert_equal "$(sed -n '/^    127/,/^A service/{/^A service/d;s/^    //;p}' "$example/README.md")" \
        "$output"
}

@test "C05 the example leaves nothing behind and fails when there is no object" {
    run -1 env PORTCLAIM_OBJECT=/nonexistent TMPDIR="$BATS_TEST_TMPDIR" "$repository/examples/restart-loop/loop"
    assert_output_has 'there is no /nonexistent: run'
    run -0 ls "$BATS_TEST_TMPDIR"
    assert_equal "$output" logs
}
