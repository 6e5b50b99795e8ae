#!/usr/bin/env bats
# What the modules of preload/windows see, against what was really started; and how they stop it.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; wine.bash sets much
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
    look=$programs/look.exe
    other=$BATS_TEST_TMPDIR/other.exe
    cp "$look" "$other"
}

teardown() {
    wine_teardown
}

# hold NAME OPTION...: a process for them to see
hold() {
    start_in_wine "$1" wine "${holding:-$look}" serve "${@:2}"
    wait_for_line "$1" '^ready' 30
    next_start
}

# The PID that NAME printed behind a word: of itself, of its heir.
printed() {
    sed -n "s/^$2 \([0-9]*\).*/\1/p;T;q" "$(log_of "$1")"
}

# It and its heir.
both_ready() {
    [ "$(count "$1" '^ready')" -eq 2 ]
}

# seen ARGUMENT...: what look says, in $seen
# Under load an answer may take longer than it is waited for: then it looks again, as portclaim does.
seen() {
    local tries
    for tries in 1 2 3; do
        seen=$("${network[@]}" timeout 60 wine "${looking:-$look}" "$@" 2>&1 | tr -d '\r')
        grep -q '^holder 0 ' <<<"$seen" || break
    done
}

assert_seen() {
    grep -Eq -e "$1" <<<"$seen" || fail "no line like: $1 in: $seen"
}

assert_not_seen() {
    ! grep -Eq -e "$1" <<<"$seen" || fail "a line like: $1 in: $seen"
}

# assert_held_by PID [WHAT ELSE OF THAT LINE]: by it alone, and the look is complete
assert_held_by() {
    assert_seen '^complete=1 '
    assert_seen "^holder $1 .*${2:-}"
    assert_equal "$(grep -c '^holder' <<<"$seen")" "${3:-1}"
}

field() {
    sed -n "s/^$1 //p" <<<"$seen"
}

# ----- who holds the port ---------------------------------------------------------------------

@test "W01 a listener whose PID the table tells" {
    hold old --port "$port" --known
    seen port "127.0.0.1:$port"
    assert_held_by "$(printed old pid)" 'look.exe visible=1 handle=1 state=listening .*verdict=stale evidence=program'
}

@test "W01 listeners whose PID the table does not tell are found by their handles" {
    hold old --port "$port"
    seen port "127.0.0.1:$port"
    assert_held_by "$(printed old pid)" 'state=listening .*evidence=program'
    hold ipv6 --port "$other_port" --ipv6
    seen port "[::1]:$other_port"
    assert_held_by "$(printed ipv6 pid)" 'state=listening socket=\[::1\]'
}

@test "R04 a dual-stack listener is in the way of both families" {
    hold old --port "$port" --dual
    seen port "0.0.0.0:$port"
    assert_held_by "$(printed old pid)" 'socket=\[::\]'
    seen port "[::]:$port"
    assert_held_by "$(printed old pid)"
}

@test "N13 UDP and TCP on one port are apart" {
    hold udp --port "$port" --udp
    hold tcp --port "$port"
    seen port "udp:127.0.0.1:$port"
    assert_held_by "$(printed udp pid)" 'state=bound'
    seen port "127.0.0.1:$port"
    assert_held_by "$(printed tcp pid)" 'state=listening'
}

@test "W01 a socket that is bound and does not listen, which no table shows" {
    hold old --port "$port" --bound
    seen port "127.0.0.1:$port"
    assert_held_by "$(printed old pid)" 'state=bound .*evidence=program'
    seen listen "127.0.0.1:$port"
    assert_not_seen '^holder'
}

@test "N13 addresses and ports that do not conflict" {
    hold old --port "$port"
    for endpoint in "127.0.0.2:$port" "[::1]:$port" "127.0.0.1:$other_port" "udp:127.0.0.1:$port"; do
        seen port "$endpoint"
        assert_seen '^complete=1 '
        assert_not_seen '^holder'
    done
}

@test "N07 another program's holder is found, with and without the table's help, and is foreign" {
    hold old --port "$port"
    hold known --port "$other_port" --known
    looking=$other seen port "127.0.0.1:$port"
    assert_held_by "$(printed old pid)" 'verdict=foreign evidence=other-program'
    looking=$other seen port "127.0.0.1:$other_port"
    assert_held_by "$(printed known pid)" 'verdict=foreign evidence=other-program'
}

@test "N05 a holder that is no Windows process is not visible" {
    start linux "${network[@]}" python3 -c "import socket, time
s = socket.socket(); s.bind(('127.0.0.1', $port)); s.listen(); print('ready', flush=True); time.sleep(600)"
    wait_for_line linux '^ready'
    seen port "127.0.0.1:$port"
    assert_held_by 0 'visible=0 .*verdict=unknown evidence=invisible'
}

@test "W08 S08 a child that inherited the socket, beside its parent and after it" {
    hold old --port "$port" --heir
    wait_until 30 both_ready old
    seen port "127.0.0.1:$port"
    assert_held_by "$(printed old pid)" '' 2
    assert_held_by "$(printed old heir)" '' 2
    seen force "$(printed old pid)"
    seen port "127.0.0.1:$port"
    assert_held_by "$(printed old heir)" 'verdict=stale evidence=program'
}

# The claim compares them from one look to the next: another number is a rival's socket.
@test "a socket keeps its number when its first owner ends, and its successor has another" {
    for known in '' --known; do
        # shellcheck disable=SC2086
        hold "old$known" --port "$port" --heir $known
        wait_until 30 both_ready "old$known"
        seen port "127.0.0.1:$port"
        before=$(sed -n 's/.* inode=//p' <<<"$seen" | sort -u)
        assert_equal "$(wc -l <<<"$before")" 1
        seen force "$(printed "old$known" pid)"
        seen port "127.0.0.1:$port"
        assert_seen " inode=$before\$"
        seen force "$(printed "old$known" heir)"
        hold "next$known" --port "$port"
        seen port "127.0.0.1:$port"
        assert_not_seen " inode=$before\$"
        seen force "$(printed "next$known" pid)"
    done
}

@test "W08 S08 a child of another program that inherited the socket goes with its stale parent" {
    hold old --port "$port" --heir-program "$(windows_path "$other")"
    wait_until 30 both_ready old
    seen port "127.0.0.1:$port"
    assert_held_by "$(printed old pid)" 'evidence=program' 2
    assert_held_by "$(printed old heir)" "evidence=inherited through=$(printed old pid)" 2
    seen force "$(printed old pid)"
    seen port "127.0.0.1:$port"
    assert_held_by "$(printed old heir)" 'verdict=foreign'
}

# drain NAME OPTION...: it holds nothing on the port but one connection
drain() {
    start_in_wine "$1" wine "$look" serve --port "$port" --drain "${@:2}"
    wait_for_line "$1" '^draining' 30
    start client "${network[@]}" python3 -c "import socket, time
c = socket.create_connection(('127.0.0.1', $port)); time.sleep(600)"
    wait_for_line "$1" '^ready' 30
    next_start
}

@test "T04 a stale instance that drains, without its listener" {
    drain old
    seen port "127.0.0.1:$port"
    assert_held_by "$(printed old pid)" 'state=connected .*verdict=stale evidence=program .*elsewhere=0'
}

@test "N10 an instance that serves another port, whose connection has our port" {
    drain old --elsewhere "$other_port"
    seen port "127.0.0.1:$port"
    assert_held_by "$(printed old pid)" 'state=connected .*verdict=client .*elsewhere=1'
}

@test "W07 TIME_WAIT is nobody's" {
    "${network[@]}" python3 -c "import socket
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('127.0.0.1', $port)); s.listen()
c = socket.create_connection(('127.0.0.1', $port)); a, _ = s.accept(); a.close(); c.recv(1); c.close()"
    seen port "127.0.0.1:$port"
    assert_seen '^complete=1 closable=1 '
    assert_not_seen '^holder'
}

@test "a socket of its own, and one that the next claim has to wait for" {
    hold old --port "$port" --known
    seen port "127.0.0.1:$port"
    assert_seen 'obstruct=1'
    seen port "127.0.0.1:$other_port"
    assert_seen 'obstruct=0'
}

# ----- looks that fail or take long -----------------------------------------------------------

@test "W04 R07 a look that is cut short is not complete, and says so" {
    hold old --port "$port"
    seen port "127.0.0.1:$port" 0
    assert_seen '^complete=0 '
    assert_seen '^gap .*cut short: nobody is stopped'
}

@test "W04 R07 a handle that never answers is passed over" {
    hold old --port "$port" --pipe
    LOOK_STUCK=1 seen port "127.0.0.1:$port"
    assert_held_by "$(printed old pid)"
    assert_not_seen 'ms=[0-9]{5}'
}

# Nor is that socket taken for another one when it has answered the next time: "took the port meanwhile".
@test "W04 R07 a socket that is too slow to answer is no pipe: the look is not complete" {
    hold old --port "$port"
    LOOK_SLOW=1 seen port "127.0.0.1:$port"
    assert_seen '^complete=0 '
    assert_seen '^gap the handles of the processes that may hold the port cannot all be looked at'
    hold known --port "$other_port" --known
    LOOK_SLOW=1 seen port "127.0.0.1:$other_port"
    assert_seen '^complete=0 '
    hold bound --port "$((port + 2))" --bound
    LOOK_SLOW=1 seen port "127.0.0.1:$((port + 2))"
    assert_seen '^complete=0 '
}

@test "W04 R07 a thread that is slow to begin is waited for" {
    hold old --port "$port"
    LOOK_LATE=1 seen port "127.0.0.1:$port"
    assert_held_by "$(printed old pid)"
    between 500 "$(sed -n 's/.* ms=//p' <<<"$seen")" 10000
}

@test "W04 R07 too many handles that never answer: not complete" {
    for each in 1 2 3 4 5; do hold "old$each" --pipe; done
    hold old --port "$port"
    LOOK_STUCK=1000 seen port "127.0.0.1:$port"
    assert_seen '^complete=0 '
    assert_seen '^gap the handles'
}

@test "W04 R07 a pipe that somebody reads from does not hold the look up" {
    hold old --port "$port" --pipe
    seen port "127.0.0.1:$port"
    assert_held_by "$(printed old pid)"
}

@test "a look leaves no handle behind" {
    hold old --port "$port" --heir
    wait_until 30 both_ready old
    seen again "127.0.0.1:$port"
    assert_equal "$seen" "holders 2 open 1 left 0"
}

# ----- identity -------------------------------------------------------------------------------

# projects: two with a script of the same name, and an interpreter
projects() {
    mkdir -p "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two words"
    touch "$BATS_TEST_TMPDIR/one/server.js" "$BATS_TEST_TMPDIR/two words/server.js"
    node=$BATS_TEST_TMPDIR/node.exe
    cp "$look" "$node"
    cd "$BATS_TEST_TMPDIR/one" || return 1
}

# run_script DIRECTORY NAME OPTION...: under the interpreter
run_script() {
    cd "$BATS_TEST_TMPDIR/$1" || return 1
    start_in_wine "$2" wine "$node" server.js serve "${@:3}"
    wait_for_line "$2" '^ready' 30
    next_start
}

@test "W05 the same script file is the same service, however it is named" {
    projects
    run_script one old --port "$port"
    root=$(windows_path "$BATS_TEST_TMPDIR")
    for name in server.js '.\server.js' '..\one\SERVER.JS' "$root\\one\\server.js" "${root#Z:}\\One/server.js"; do
        looking=$node seen "$name" port "127.0.0.1:$port"
        assert_held_by "$(printed old pid)" 'verdict=stale evidence=script'
    done
    cd "$BATS_TEST_TMPDIR/two words"
    looking=$node seen '../one/server.js' port "127.0.0.1:$port"
    assert_held_by "$(printed old pid)" 'verdict=stale evidence=script'
}

@test "N08 another script is another service, also one of the same name" {
    projects
    run_script one old --port "$port"
    cd "$BATS_TEST_TMPDIR/two words"
    looking=$node seen server.js port "127.0.0.1:$port"
    assert_held_by "$(printed old pid)" 'verdict=foreign evidence=other-script'
}

@test "W05 N07 an interpreter without a script, with other arguments" {
    projects
    holding=$node hold old --port "$port"
    looking=$node seen port "127.0.0.1:$port"
    assert_held_by "$(printed old pid)" 'verdict=foreign evidence=other-arguments'
}

@test "W05 quotes, case and slashes do not matter to the arguments; blanks and order do" {
    root=$(windows_path "$look")
    declare -A hash
    for line in 'look self "a b" X\Y' "\"$root\"  \"self\" \"a b\"  \"x/y\"" 'LOOK.EXE self a" "b X\y' \
        'look self a b X\Y' 'look self X\Y "a b"'; do
        seen start "$line"
        hash[$line]=$(field hash)
        assert_seen "^hash [0-9a-f]{8}"
    done
    same=${hash['look self "a b" X\Y']}
    assert_equal "${hash["\"$root\"  \"self\" \"a b\"  \"x/y\""]}" "$same"
    assert_equal "${hash['LOOK.EXE self a" "b X\y']}" "$same"
    refute [ "${hash['look self a b X\Y']}" = "$same" ]
    refute [ "${hash['look self X\Y "a b"']}" = "$same" ]
}

@test "what is known of a process: the image, the directory, the user, the label" {
    projects
    start_in_wine old env PORTCLAIM_SERVICE=shop wine "$node" server.js serve --port "$port"
    wait_for_line old '^ready' 30
    seen process "$(printed old pid)"
    assert_equal "$(field name)" node.exe
    assert_seen "^executable .* Z:$BATS_TEST_TMPDIR/node.exe$"
    assert_seen "^directory .* Z:$BATS_TEST_TMPDIR/one$"
    assert_equal "$(field script)" "Z:$BATS_TEST_TMPDIR/one/server.js"
    assert_equal "$(field label)" shop
    assert_seen "^arguments \[Z:$BATS_TEST_TMPDIR/node.exe\] \[server.js\] \[serve\] \[--port\] \[$port\]"
    assert_equal "$(field known)" "start user executable arguments directory label ancestors"
    user=$(field user)
    refute [ "$user" = 0 ]
    seen self
    assert_equal "$(field user)" "$user"
}

@test "W05 names beyond ASCII, and arguments longer than are kept" {
    mkdir -p "$BATS_TEST_TMPDIR/Größe Ω"
    cp "$look" "$BATS_TEST_TMPDIR/Größe Ω/Ünï.exe"
    long=$(printf 'x%.0s' {1..5000})
    cd "$BATS_TEST_TMPDIR/Größe Ω"
    looking=./Ünï.exe seen self "$long"1
    assert_seen "^executable .* Z:$BATS_TEST_TMPDIR/Größe Ω/Ünï.exe$"
    assert_equal "$(field length)" 1023
    first=$(field hash)
    looking=./Ünï.exe seen self "$long"2
    refute [ "$(field hash)" = "$first" ]
}

@test "R07 what one look cannot read of our own process, the next one reads" {
    hold old --port "$port"
    LOOK_HALF=1 seen port "127.0.0.1:$port"
    assert_held_by "$(printed old pid)" 'verdict=stale evidence=program'
}

# ----- lineage, and who is left alone ---------------------------------------------------------

@test "W03 ancestors that live, and none behind one that does not" {
    hold old --heir
    wait_until 30 both_ready old
    seen process "$(printed old heir)"
    assert_equal "$(field ancestors)" "$(printed old pid)"
    assert_equal "$(field parent)" "$(printed old pid)"
    seen force "$(printed old pid)"
    seen process "$(printed old heir)"
    assert_equal "$(field ancestors)" ""
    assert_seen '^known .*ancestors'
}

@test "W03 services are essential, and an ordinary process is not" {
    hold old
    seen process "$(printed old pid)"
    assert_seen '^essential 0$'
    seen list
    services=$(awk '$3 == "services.exe" {print $1}' <<<"$seen")
    service=$(awk -v parent="$services" '$2 == parent {print $1; exit}' <<<"$seen")
    for pid in "$services" "$service"; do
        seen process "$pid"
        assert_seen '^essential 1$'
    done
}

@test "W03 the system's own PIDs are never opened" {
    for pid in 0 4; do
        seen process "$pid"
        assert_seen '^handle 0'
        seen force "$pid"
        assert_seen '^failed '
    done
}

@test "S10 a PID is not given again while its handle is open" {
    hold old
    seen recycled "$(printed old pid)"
    assert_seen '^ended 1'
    assert_not_seen '^recycled'
}

# ----- stopping -------------------------------------------------------------------------------

@test "W06 Ctrl-Break runs the handler of a process without a console" {
    hold old --handler
    seen ask "$(printed old pid)"
    assert_seen '^sent CTRL_BREAK ended=1 code=7 '
    wait_until 5 dead "$(pid_of old)"
}

@test "W06 Ctrl-Break ends a process without a handler" {
    hold old
    seen ask "$(printed old pid)"
    assert_seen '^sent CTRL_BREAK ended=1 '
    wait_until 5 dead "$(pid_of old)"
}

@test "W06 S02 a process that ignores Ctrl-Break lives until it is forced; then it is gone" {
    hold old --deaf
    seen ask "$(printed old pid)"
    assert_seen '^sent CTRL_BREAK ended=0 code=103 '
    seen force "$(printed old pid)"
    assert_seen '^sent TerminateProcess ended=1 code=1 .* again=gone'
    wait_until 5 dead "$(pid_of old)"
}

@test "W06 a program with a window is asked to close it" {
    holding=$programs/look-windowed.exe hold old --window --handler
    assert_said old '^window 1'
    seen ask "$(printed old pid)"
    assert_seen '^sent WM_CLOSE ended=1 code=8 '
}

@test "W06 a program of windows that has none is asked by Ctrl-Break" {
    holding=$programs/look-windowed.exe hold old --handler
    seen ask "$(printed old pid)"
    assert_seen '^sent CTRL_BREAK ended=1 code=7 '
}

@test "W06 a process of another machine is given no thread" {
    hold old --handler --arm
    seen ask "$(printed old pid)"
    assert_seen '^unaskable .* ended=0 '
}

@test "S06 W06 a stopped process holds up nobody who asks, and can be ended" {
    hold old --handler
    # shellcheck disable=SC2046
    kill -STOP $(processes_of old)
    seen ask "$(printed old pid)"
    assert_seen '^sent CTRL_BREAK ended=0 '
    seen force "$(printed old pid)"
    assert_seen '^sent TerminateProcess ended=1 '
}

@test "R07 R02 tables that take too long are left behind, and nobody is stopped on what they said" {
    # Wine takes some milliseconds for each of these connections, which nobody holds.
    # shellcheck disable=SC2016
    "${network[@]}" perl -MIO::Socket::INET -e '
        my $listener = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $ARGV[0], Listen => 5);
        for (1 .. 500) {
            my $client = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $ARGV[0]) or die;
            close $listener->accept;
        }' "$other_port"
    seen port "127.0.0.1:$port" 200
    assert_seen '^complete=0 '
    assert_seen '^gap the look-up of the port.s holder takes too long and was cut short'
    between 200 "$(sed -n 's/.* ms=//p' <<<"$seen")" 1000
}
