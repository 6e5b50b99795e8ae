#!/usr/bin/env bats
# portclaim run: the program becomes what it would be without portclaim, and takes its port over.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load ../linux/scenarios

setup() {
    harness_setup
    portclaim=$build/portclaim
    here=$BATS_TEST_TMPDIR
    cd "$here" || return
}

teardown() {
    harness_teardown
    remove_public
}

# show ARGUMENT...: as many lines, in the shell's quotes
make_show() {
    printf '%s\n' '#!/bin/bash' 'printf "<%q>\n" "$@"' >show
    chmod +x show
}

# wrap NAME ARGUMENT...: "portclaim run ARGUMENT..." in the background
wrap() {
    start "$1" "${network[@]}" "${as[@]}" "$portclaim" run "${@:2}"
}

# ----- as without portclaim -----------------------------------------------------------------------

@test "C01 arguments arrive as they are: empty, blanks, newlines, options" {
    make_show
    run -0 "$portclaim" run -- ./show '' 'a b' $'a\nb' --help -- '*' $'\xff\e[1m'
    assert_equal "$output" "$(./show '' 'a b' $'a\nb' --help -- '*' $'\xff\e[1m')"
}

@test "C01 the program's options are its own, with and without --" {
    make_show
    run -0 "$portclaim" run ./show --dry-run --claim x -h
    assert_equal "$output" "$(./show --dry-run --claim x -h)"
    run -0 "$portclaim" run --term-ms 5 -- ./show --term-ms
    assert_equal "$output" "<--term-ms>"
}

@test "C01 exit codes are the program's" {
    local status
    for status in 0 1 2 42 125 126 127 255; do
        run -"$status" "$portclaim" run -- sh -c "exit $status"
        assert_equal "$output" ""
    done
}

@test "C01 a program that a signal ends has been ended by that signal" {
    local signal
    for signal in TERM KILL HUP; do
        wrap "dies-of-$signal" sh -c "kill -$signal \$\$; sleep 60"
        exit_of "dies-of-$signal"
        assert_equal "$exit_status" $((128 + $(kill -l "$signal")))
    done
}

@test "C01 the PID is the one that was started, signals reach it, and it listens" {
    make_network
    wrap new "$server" --port "$port"
    assert_listening new
    assert_equal "$(answer)" "$(pid_of new)"
    assert_equal "$(readlink "/proc/$(pid_of new)/exe")" "$(readlink -f "$server")"
    send new TERM
    assert_exit new 0
    assert_equal "$(signals_of new)" SIGTERM
}

@test "C01 standard input, working directory and open files are the program's" {
    run -0 bash -c 'echo in | "$0" run -- sh -c "cat; pwd; cat <&7" 7<<<seven' "$portclaim"
    assert_equal "$output" "in"$'\n'"$(pwd)"$'\n'"seven"
    # Nothing of portclaim's own is open.
    run -0 "$portclaim" run -- sh -c 'ls /proc/$$/fd'
    assert_equal "$output" "$(sh -c 'ls /proc/$$/fd')"
}

@test "C01 what it tells systemd comes from the PID that systemd started" {
    require_command python3
    start manager python3 -c 'if True:
        import socket, struct
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        manager.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        manager.bind("notify")
        print("ready", flush=True)
        message, extra, _, _ = manager.recvmsg(100, 100)
        print(message.decode(), struct.unpack("iII", extra[0][2])[0])'
    wait_for_line manager '^ready'
    start service env NOTIFY_SOCKET="$here/notify" "$portclaim" run -- python3 -c 'if True:
        import os, socket
        service = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        service.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])'
    assert_exit service 0
    assert_exit manager 0
    assert_said manager "^READY=1 $(pid_of service)\$"
}

# ----- with portclaim -----------------------------------------------------------------------------

@test "C01 it takes the port over from a stale instance" {
    make_network
    serve old
    wrap new -- "$server" --port "$port"
    assert_took_over new "$(pid_of old)"
    assert_equal "$(answer)" "$(pid_of new)"
}

@test "C01 a program of musl is served" {
    program=$build/tests/musl/server
    [ -x "$program" ] || skip "needs musl-gcc"
    make_network
    serve old
    wrap new -- "$program" --port "$port"
    assert_took_over new "$(pid_of old)"
}

@test "C01 B01 a program with a loader of neither libc is the seccomp engine's, unless one says otherwise" {
    require_command musl-gcc
    make_network
    cp /lib/ld-musl-*.so.1 ./loader.so.1
    musl-gcc -std=gnu11 -D_GNU_SOURCE -include "$repository/tests/musl/strerrorname.h" -pthread \
        -Wl,--dynamic-linker="$PWD/loader.so.1" -o server "$repository"/tests/linux/server*.c
    program=./server
    serve old
    wrap new -- ./server --port "$port"
    assert_took_over new "$(pid_of old)"
    refute grep -q libportclaim "/proc/$(pid_of new)/maps"
    next_tick
    wrap next --engine=preload -- ./server --port "$port"
    assert_took_over next "$(pid_of new)"
    grep -q libportclaim "/proc/$(pid_of next)/maps"
}

@test "C01 musl's loader can be called to run a program" {
    program=$build/tests/musl/server
    [ -x "$program" ] || skip "needs musl-gcc"
    make_network
    start old "${network[@]}" /lib/ld-musl-*.so.1 "$program" --port "$port"
    assert_listening old
    next_tick
    wrap new -- /lib/ld-musl-*.so.1 "$program" --port "$port"
    assert_took_over new "$(pid_of old)"
    run "$portclaim" doctor "$(pid_of new)"
    [[ $output == *"program: "*"musl"* ]] || fail "$output"
}

@test "C01 a script without #! is the shell's, as with execvp(3)" {
    printf 'echo "$0 $1"\n' >script
    : >empty
    chmod +x script empty
    run -0 "$portclaim" run ./script one
    assert_equal "$output" "./script one"
    run -0 "$portclaim" run ./empty
}

@test "C01 PATH is walked as execvp(3) walks it" {
    mkdir first second
    printf '#!/bin/sh\necho second\n' >second/tool
    : >first/tool
    chmod +x second/tool
    # What may not be executed is passed over.
    PATH=$here/nowhere:$here/first:$here/second:$PATH run -0 "$portclaim" run tool
    assert_equal "$output" second
    # An empty entry is the working directory.
    cd second
    PATH=/nowhere: run -0 "$portclaim" run tool
    PATH=/nowhere run -127 "$portclaim" run tool
    PATH=$here/first run -126 "$portclaim" run tool
    # Without a PATH there is the usual one.
    run -0 env -u PATH "$portclaim" run true
}

@test "C01 LD_PRELOAD: first, others kept, never twice" {
    # Without the object of 32 bits beside it, for which a line could stand that serves both sizes.
    cp "$portclaim" "$object" .
    portclaim=$here/portclaim
    object=$here/libportclaim.so
    run -0 "$portclaim" run -- sh -c 'echo "$LD_PRELOAD"'
    assert_equal "$output" "$object"
    LD_PRELOAD='' run -0 "$portclaim" run -- sh -c 'echo "$LD_PRELOAD"'
    assert_equal "$output" "$object"
    cp "$object" other.so
    LD_PRELOAD="$here/other.so" run -0 "$portclaim" run -- sh -c 'echo "$LD_PRELOAD"'
    assert_equal "$output" "$object:$here/other.so"
    # The same file by another name, behind others.
    ln -s "$object" link.so
    local list
    for list in "$object" "$here/link.so" "$here/other.so $here/link.so" ":$here/other.so:$object"; do
        LD_PRELOAD=$list run -0 "$portclaim" run -- sh -c 'echo "$LD_PRELOAD"'
        assert_equal "$output" "$list"
    done
    run -0 "$portclaim" run "$portclaim" run -- sh -c 'echo "$LD_PRELOAD"'
    assert_equal "$output" "$object"
}

# ----- settings -----------------------------------------------------------------------------------

# settings_of OPTION...: the variables that the program gets, but for those of the harness
settings_of() {
    # "env" would be a program for which PORTCLAIM_CLAIM is claimed at once.
    env -u PORTCLAIM_STATE_DIR -u PORTCLAIM_LIMIT "$portclaim" run "$@" \
        --only no-such-program -- env | grep '^PORTCLAIM' | grep -v '^PORTCLAIM_ONLY=no-such' | sort
}

@test "C01 every setting is an option, and arrives as its variable" {
    local option variable value
    while read -r option variable value; do
        assert_equal "$option $(settings_of "--$option" "$value")" "$option $variable=$value"
        assert_equal "$option $(settings_of "--$option=$value")" "$option $variable=$value"
    done <<'.'
mode PORTCLAIM dry-run
ports PORTCLAIM_PORTS 80,8000-8100
service PORTCLAIM_SERVICE gateway
match PORTCLAIM_MATCH exe:/opt/*
protect PORTCLAIM_PROTECT 1,postgres
signal PORTCLAIM_SIGNAL INT
term-ms PORTCLAIM_TERM_MS 5
kill-ms PORTCLAIM_KILL_MS 6
wait-ms PORTCLAIM_WAIT_MS 7
reuseaddr PORTCLAIM_REUSEADDR off
limit PORTCLAIM_LIMIT 1/2
claim PORTCLAIM_CLAIM 127.0.0.1:8080
log PORTCLAIM_LOG /dev/null
log-format PORTCLAIM_LOG_FORMAT json
state-dir PORTCLAIM_STATE_DIR /tmp
.
    run -0 "$portclaim" run --only 'node,server*' -- env
    grep -qxF 'PORTCLAIM_ONLY=node,server*' <<<"$output"
    assert_equal "$(settings_of --dry-run)" PORTCLAIM=dry-run
    assert_equal "$(settings_of)" ""
}

@test "C01 an option has its effect: --dry-run, --term-ms, --signal, --match" {
    make_network
    serve old
    wrap dry --dry-run --wait-ms 100 -- "$server" --port "$port"
    assert_refused dry
    assert_said dry 'would send SIGTERM'
    assert_untouched old
    wrap asks --signal INT -- "$server" --port "$port"
    assert_took_over asks "$(pid_of old)"
    assert_equal "$(signals_of old)" SIGINT
    make_stranger
    wrap foreign --wait-ms 100 -- "$stranger" --port "$port"
    assert_refused foreign
    next_tick
    wrap matches --match comm:nobody --match "exe:$(readlink -f "$server")" -- \
        "$stranger" --port "$port" --ignore-term
    assert_took_over matches "$(pid_of asks)"
    next_tick
    wrap forces --term-ms 0 -- "$stranger" --port "$port"
    assert_took_over forces
    assert_exit matches 137
}

@test "C01 lists given twice are one list; an option goes before its variable" {
    assert_equal "$(settings_of --match comm:a --match comm:b)" PORTCLAIM_MATCH=comm:a,comm:b
    assert_equal "$(settings_of --claim 1 --claim 2 --claim 3)" PORTCLAIM_CLAIM=1,2,3
    assert_equal "$(settings_of --ports 1 --ports 2-3)" PORTCLAIM_PORTS=1,2-3
    assert_equal "$(settings_of --protect a --protect b)" PORTCLAIM_PROTECT=a,b
    assert_equal "$(PORTCLAIM_MATCH=comm:x settings_of --match comm:a)" PORTCLAIM_MATCH=comm:a
    assert_equal "$(PORTCLAIM_TERM_MS=1 settings_of --term-ms 2)" PORTCLAIM_TERM_MS=2
    # What is no list: the last one counts.
    assert_equal "$(settings_of --term-ms 1 --term-ms 2)" PORTCLAIM_TERM_MS=2
    assert_equal "$(settings_of --mode on --dry-run)" PORTCLAIM=dry-run
}

@test "C01 a mistake in an option or a variable: said, and nothing is started" {
    local setting
    for setting in --term-ms=abc --term-ms= --match=path:x --claim=localhost:80 --claim= --log=record \
        --mode=maybe --limit=10 --signal=NONE --ports=70000 --state-dir=here --reuseaddr=1; do
        [ "$setting" != --claim= ] || continue # an empty list is a list
        run -2 --separate-stderr "$portclaim" run "$setting" -- touch started
        assert_equal "$setting $output" "$setting "
        [[ $stderr == "portclaim: PORTCLAIM"*"want"* ]] || fail "$setting: $stderr"
    done
    PORTCLAIM_WAIT_MS=1s run -2 "$portclaim" run -- touch started
    [[ $output == 'portclaim: PORTCLAIM_WAIT_MS="1s"'* ]] || fail "$output"
    PORTCLAIM_COLOUR=on run -2 "$portclaim" run -- touch started
    run -2 "$portclaim" run --no-such-option -- touch started
    run -2 "$portclaim" run --term-ms
    run -2 "$portclaim" run
    run -2 "$portclaim" run --
    [ ! -e started ]
}

@test "C01 PORTCLAIM=off: the program as it is, whatever it is" {
    echo 'int main(void) { return 7; }' | cc -static -x c -o still -
    run -7 "$portclaim" run --mode off -- ./still
    PORTCLAIM=off run -0 "$portclaim" run -- sh -c 'echo "<$LD_PRELOAD>"'
    assert_equal "$output" "<>"
    run -127 "$portclaim" run --mode off -- ./no-such-program
    : >data
    run -126 "$portclaim" run --mode off -- ./data
    [[ $output == *'cannot execute "./data": Permission denied' ]] || fail "$output"
}

# ----- the claim before main() --------------------------------------------------------------------

@test "C02 --claim frees port and lock before the program asks for its lock" {
    make_network
    serve old --lock lock
    wrap fails -- "$server" --port "$port" --lock lock
    assert_exit fails 1
    assert_said fails '^lock: EAGAIN'
    wrap new --claim "127.0.0.1:$port" -- "$server" --port "$port" --lock lock
    assert_took_over new "$(pid_of old)"
}

@test "C02 --claim several times, and not again in children" {
    make_network
    serve old --lock lock
    serve udp --udp
    wrap new --claim "127.0.0.1:$port" --claim "udp:127.0.0.1:$port" -- "$server" --port "$port" \
        --lock lock --spawn 'env | grep PORTCLAIM_CLAIM; echo children done'
    assert_took_over new "$(pid_of old)" "$(pid_of udp)"
    wait_for_line new '^children done'
    assert_not_said new PORTCLAIM_CLAIM
}

# A server in a language that everybody has, started through env(1) as gateways are.
make_script_server() {
    cat >gateway <<'.'
#!/usr/bin/env perl
use Fcntl ':flock';
use IO::Socket::INET;
$| = 1;
open(my $lock, '>', 'lock') or die;
flock($lock, LOCK_EX | LOCK_NB) or die "locked\n";
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ARGV[0], Listen => 5)
    or die "bind: $!\n";
print "listening $ARGV[0]\n";
sleep 600;
.
    chmod +x gateway
    start old "${network[@]}" ./gateway "$port"
    wait_for_line old '^listening'
    next_tick
}

@test "C02 --claim is the program's and not that of the env(1) in front of it" {
    make_network
    make_script_server
    wrap new --claim "127.0.0.1:$port" -- nice ./gateway "$port"
    wait_for_line new '^listening'
    assert_took_over new "$(pid_of old)"
    assert_not_said new foreign
}

@test "C02 --only keeps the claim for the server that a shell script starts" {
    make_network
    make_script_server
    printf '#!/bin/sh\ndate >/dev/null\nexec ./gateway "$1"\n' >start
    chmod +x start
    wrap new --claim "127.0.0.1:$port" --only perl -- ./start "$port"
    wait_for_line new '^listening'
    assert_took_over new "$(pid_of old)"
    assert_not_said new foreign
}

# ----- env(1) -------------------------------------------------------------------------------------

# The part that examines programs, by itself, and under sanitizers.
make_examine() {
    local part parts=("$repository"/preload/command/{string_list,visible}.c)
    for part in elf env env_split privilege program program_words script; do
        parts+=("$repository/preload/linux/command/program/$part.c")
    done
    cc -std=gnu11 -g -D_GNU_SOURCE -I"$repository/preload" -fsanitize=address,undefined \
        -fno-sanitize-recover=all -o examine "$repository/tests/command/examine.c" "${parts[@]}" \
        "$repository/preload/core/text.c" -ljansson
}

@test "C01 env(1) is understood as it understands itself" {
    make_examine
    mkdir -p below/inner
    # Its own command line, as the kernel has it.
    cc -x c -o here - <<'.'
#include <stdio.h>
int main(int count, char **arguments)
{
    for (int index = 0; index < count; index++)
        puts(arguments[index]);
}
.
    cp here below/inner/there
    export NAME='a  b' EMPTY=''
    local line arguments number=0
    while IFS= read -r line; do
        # As the shell would.
        eval "arguments=($line)"
        run -0 --separate-stderr ./examine env "${arguments[@]}"
        assert_equal "$line: ${output%%$'\n'*}" "$line: served"
        assert_equal "$line: ${output#*$'\n'}" "$line: $(env "${arguments[@]}")"
        number=$((number + 1))
    done <<'.'
./here a '' 'b c'
-- ./here --
A=1 B= =x= ./here A=2
-u HOME -uPATH --unset=X --uns Y ./here
-C below ../here
-C below/inner --chdir=below inner/there
--chdir below/inner ./there
PATH="$PWD:$PATH" here
-C below PATH=inner there
-C below PATH=nowhere:inner there
-vu HOME --debug ./here
-S './here a b'
-S'./here a' b
-vS './here' c
--split-string='./here  a   b  '
-S "./here 'a b' \"c d\" e\\_f \"g\\_h\" 'i\\_j' \"\" '' end"
-S './here \t\n\v\f\r\#\$\"\\ x'
-S "./here 'a\\'b' 'c\\\\d' \"e'f\" x'y'\"z\""
-S './here ${NAME} "${NAME}" ${EMPTY} x${EMPTY}y "${EMPTY}" ${UNSET_NAME} end'
-S "./here '\${NAME}'"
-S './here a # comment' b
-S './here a#b c\c d' e
-S './here "" '"''"
-S '-u HOME -C below ../here'
-S '-S"./here a" b' c
-S 'A=b ./here'
-S '-C below' A=b ../here
--default-signal=PIPE --ignore-signal=INT --block-signal ./here
.
    assert_equal "$number" 28
    # What it refuses itself is left for it to say.
    while IFS= read -r line; do
        eval "arguments=($line)"
        run -0 ./examine env "${arguments[@]}"
        assert_equal "$line: ${lines[0]} ${lines[1]}" "$line: served env"
        run -125 "$portclaim" run env "${arguments[@]}"
    done <<'.'
-S "'./here"
-S'./here\q'
-S'./here\'
-S'$NAME'
-S'${NAME'
--no-such ./here
-u
-0 ./here
.
}

@test "C01 the shell, for env(1) and for a script's interpreter" {
    make_examine
    printf 'echo "$0" "$@"\n' >text
    printf '#!./text x\n' >script
    chmod +x text script
    run -0 ./examine env -S './text a'
    assert_equal "${output//$'\n'/ }" "served /bin/sh ./text a"
    run -0 ./examine ./script a
    assert_equal "${output//$'\n'/ }" "served /bin/sh ./script a"
}

# ----- what cannot be served ----------------------------------------------------------------------

engine=()

# refused STATUS PATTERN PROGRAM...: with every line of what was said on stderr, nothing on stdout
refused() {
    run -"$1" --separate-stderr "${as[@]}" "$portclaim" run "${engine[@]}" "${@:3}"
    assert_equal "$output" ""
    grep -Eq -e "$2" <<<"$stderr" || fail "no line like \"$2\" in: $stderr"
    # The second line is the way out.
    assert_equal "$(wc -l <<<"$stderr")" 2
    refute grep -v '^portclaim run: ' <<<"$stderr"
}

make_static() {
    echo 'int main(void) { return 7; }' | cc -static -x c -o still -
}

@test "C01 a static program has the seccomp engine, and is refused with LD_PRELOAD alone: through what it was found, and the way out" {
    make_static
    run -7 "$portclaim" run ./still
    assert_equal "$output" ""
    engine=(--engine=preload)
    printf '#!/usr/bin/env -S A=b ./still -x\n' >start.sh
    chmod +x start.sh
    refused 125 'cannot serve "\./still": \./still: .*static' -- ./still
    grep -qF "portclaim free --match exe:$(readlink -f still) ENDPOINT" <<<"$stderr"
    refused 125 'cannot serve "\./start\.sh": \./start\.sh -> /usr/bin/env -> \./still: .*static' ./start.sh
    refused 125 '"env": /usr/bin/env -> \./still: ' env X=y ./still
    refused 125 "\"env\": /usr/bin/env -> $here/still: " env "PATH=$here" still
    mkdir below
    refused 125 '"env": /usr/bin/env -> below/../still: ' env -C below ../still
    cc -static-pie -x c -o still - <<<'int main(void) { return 7; }'
    refused 125 static ./still
}

@test "C01 for another machine or word size: refused" {
    # The machine, and the class, of a header of our own.
    cp "$server" foreign
    printf '\267\000' | dd of=foreign bs=1 seek=18 conv=notrunc status=none
    [ "$(uname -m)" != aarch64 ] || printf '\076\000' | dd of=foreign bs=1 seek=18 conv=notrunc status=none
    refused 125 'another machine' ./foreign
    cp "$server" narrow
    printf '\001' | dd of=narrow bs=1 seek=4 conv=notrunc status=none
    refused 125 'word size' ./narrow
}

@test "C01 a Go program has the seccomp engine, and with LD_PRELOAD is served with --claim only" {
    cc -x c -o gopher - <<'.'
__attribute__((used, section(".go.buildinfo"))) static const char information[] = "go1.24";
int main(void) { return 7; }
.
    run -7 "$portclaim" run ./gopher
    engine=(--engine=preload)
    refused 125 'Go program' ./gopher
    grep -q -- '--claim' <<<"$stderr"
    run -7 "$portclaim" run --engine=preload --claim 127.0.0.1:1 -- ./gopher
    # Without section headers the note is left.
    cc -x c -o gopher - <<'.'
__attribute__((used, section(".note.go.buildid"), aligned(4))) static const struct {
    unsigned name_size, text_size, type;
    char name[4], text[8];
} note = {4, 8, 4, "Go", "build/x"};
int main(void) { return 7; }
.
    refused 125 'Go program' ./gopher
}

@test "C01 what takes LD_PRELOAD away on the way is refused: env, sudo" {
    refused 125 'takes LD_PRELOAD' env -i true
    refused 125 'takes LD_PRELOAD' env - true
    refused 125 'takes LD_PRELOAD' env --unset=LD_PRELOAD true
    refused 125 'takes LD_PRELOAD' env -u LD_PRELOAD true
    refused 125 'takes LD_PRELOAD' env LD_PRELOAD=/other.so true
    cp "$server" sudo
    refused 125 'takes LD_PRELOAD' ./sudo -u nobody true
    grep -q 'sudo -u USER portclaim run' <<<"$stderr"
    # These change something else, or start nothing.
    run -0 "$portclaim" run env -u HOME true
    run -0 "$portclaim" run env A=LD_PRELOAD=x true
    run -0 "$portclaim" run env -i
    assert_equal "$output" ""
}

@test "C01 not found is 127, and not executable 126: the program, its interpreter, its loader" {
    refused 127 'cannot start "\./none": \./none: there is no' ./none
    refused 127 'cannot start "no-such-program": no-such-program: ' no-such-program
    refused 127 'cannot start "": ' ''
    printf '#!/no/such/interpreter -x\n' >script
    printf '#!/bin/sh\r\n' >carriage-return
    printf '#!/usr/bin/env no-such-program\n' >through-env
    printf '#!/usr/bin/env sh -x\n' >one-argument
    printf '#!./mute\n' >through-mute
    chmod +x script carriage-return through-env one-argument through-mute
    : >mute
    refused 127 '\./script -> /no/such/interpreter: ' ./script
    refused 127 '\./carriage-return -> /bin/sh\\x0d: ' ./carriage-return
    refused 127 '/usr/bin/env -> no-such-program: ' ./through-env
    refused 127 '/usr/bin/env -> sh -x: ' ./one-argument
    refused 126 '"\./mute": \./mute: ' ./mute
    refused 126 '\./through-mute -> \./mute: ' ./through-mute
    refused 126 '"/": /: ' /
    refused 127 '"\./mute/x": ' ./mute/x
    cc -x c -Wl,--dynamic-linker=/no/such/loader.so -o homeless - <<<'int main(void) { return 0; }'
    refused 127 '\./homeless -> /no/such/loader.so: ' ./homeless
    printf 'neither\0nor' >noise
    chmod +x noise
    refused 126 'neither a program' ./noise
    # The kernel and the shell agree.
    run -127 sh -c ./homeless
    run -126 sh -c ./noise
}

@test "C01 as many interpreters in a row as the kernel follows, and no more" {
    local depth before=/bin/sh
    for depth in 1 2 3 4 5 6; do
        printf '#!%s\n' "$before" >"script$depth"
        chmod +x "script$depth"
        before=./script$depth
    done
    run -0 "$portclaim" run ./script5
    run -0 perl -e 'exec {"./script5"} "./script5"'
    refused 126 'too many interpreters' ./script6
    run -40 perl -e 'exec {"./script6"} "./script6"; exit $!' # ELOOP
    printf '#!/usr/bin/env ./circle\n' >circle
    chmod +x circle
    refused 126 'too many interpreters' ./circle
}

@test "C01 the #! line is cut where the kernel cuts it" {
    local name length
    make_static
    engine=(--engine=preload)
    # "#!", the name, and the byte behind it: the kernel reads 256.
    for length in 253 254; do
        name=$(printf './%*s' $((length - 2)) still | tr ' ' /)
        printf '#!%s\n' "$name" >"line$length"
        printf '#!%s x' "$name" >"argument$length"
        chmod +x "line$length" "argument$length"
    done
    for name in line argument; do
        refused 125 'static' "./${name}253"
        run -7 "./${name}253"
        # Nobody knows whether that was all of the name: text without a "#!", for the shell.
        run -0 "$portclaim" run "./${name}254"
        run -0 perl -e 'exec {$ARGV[0]} @ARGV' "./${name}254"
    done
    printf '#! \t ./still \t two words \t \n' >blanks
    chmod +x blanks
    refused 125 '\./blanks -> \./still: ' ./blanks
}

# ----- other users --------------------------------------------------------------------------------

# A place where others can read the command and the object: $public
make_public_command() {
    require_root
    make_public
    cp "$portclaim" "$public"
    portclaim=$public/portclaim
    cd "$public" || return
}

@test "C01 set-user-ID, set-group-ID, capabilities: exactly where the loader ignores LD_PRELOAD" {
    require_command setcap
    make_public_command
    local file user option secure
    cc -x c -o plain - <<'.'
#include <stdio.h>
#include <sys/auxv.h>
int main(void) { return printf("%lu\n", getauxval(AT_SECURE)) < 0; }
.
    for file in set-user set-group set-other permitted effective inheritable; do cp plain "$file"; done
    chown 1234:1234 set-other
    chmod u+s set-user set-other
    chmod g+s set-group
    setcap cap_net_bind_service+ep effective
    setcap cap_net_bind_service+p permitted
    setcap cap_net_bind_service+i inheritable
    local refusals=0
    for file in plain set-user set-group set-other permitted effective inheritable; do
        for user in 0 1234; do
            for option in --reset-env --no-new-privs; do
                become "$user" "$option"
                secure=$("${as[@]}" "./$file")
                run "${as[@]}" "$portclaim" run "./$file"
                assert_equal "$file $user $option $status" "$file $user $option $((secure * 125))"
                refusals=$((refusals + secure))
            done
        done
    done
    assert_equal "$refusals" 7
    become 1234
    refused 125 'set-user-ID or set-group-ID' ./set-user
    refused 125 'file capabilities' ./effective
    grep -q 'setcap -r\|AmbientCapabilities' <<<"$stderr"
}

@test "C01 set-user-ID on a file system mounted nosuid is not in the way" {
    make_public_command
    mkdir mounted
    unshare --mount sh -c 'mount -t tmpfs -o nosuid none mounted 2>/dev/null && echo yes' >can
    [ -s can ] || skip "cannot mount"
    run -0 unshare --mount sh -c 'mount -t tmpfs -o nosuid none mounted
        cp /bin/true mounted/set-user
        chmod u+s mounted/set-user
        exec setpriv --reuid 1234 --regid 1234 --clear-groups "$0" run mounted/set-user' "$portclaim"
    assert_equal "$output" ""
}

@test "C01 what may be executed but not read is started, with one warning" {
    make_public_command
    cp /bin/true closed
    chmod 0111 closed
    become 1234
    run -0 --separate-stderr "${as[@]}" "$portclaim" run ./closed
    assert_equal "$(wc -l <<<"$stderr")" 1
    [[ $stderr == 'portclaim run: warning: ./closed: '* ]] || fail "$stderr"
    # What is in a directory that may not be searched is not there.
    mkdir -m 700 private
    cp /bin/true private/hidden
    PATH=$public/private:$PATH refused 127 '"hidden": hidden: ' hidden
    # An interpreter that may not be executed.
    chmod 0444 closed
    printf '#!./closed\n' >script
    chmod 755 script
    refused 126 '\./script -> \./closed: ' ./script
}

# ----- the object ---------------------------------------------------------------------------------

# Without one of this version in the library directory: there the tests end.
move_command() {
    [ ! -e /usr/local/lib/libportclaim.so ] || skip "there is an installed libportclaim.so"
    mkdir -p "$1"
    cp "$portclaim" "$1"
    portclaim=$1/portclaim
}

@test "C01 the object is found beside the command or in ../lib, whatever leads there" {
    move_command "$here/bin"
    mkdir lib
    cp "$object" lib
    ln -s bin/portclaim link
    run -0 "$portclaim" run -- sh -c 'echo "$LD_PRELOAD"'
    assert_equal "$output" "$(readlink -f lib)/libportclaim.so"
    run -0 ./link run -- sh -c 'echo "$LD_PRELOAD"'
    assert_equal "$output" "$(readlink -f lib)/libportclaim.so"
    cp "$object" bin
    run -0 "$portclaim" run -- sh -c 'echo "$LD_PRELOAD"'
    assert_equal "$output" "$(readlink -f bin)/libportclaim.so"
}

@test "C01 without an object nothing is started" {
    move_command "$here/bin"
    run -125 "$portclaim" run -- touch started
    [[ $output == *"libportclaim.so is not in $(readlink -f bin)"*"make install"* ]] || fail "$output"
    echo 'no object' >bin/libportclaim.so
    run -125 "$portclaim" run -- touch started
    [[ $output == *"is not portclaim's"* ]] || fail "$output"
    [ ! -e started ]
}

@test "C01 an object of another version is not taken" {
    move_command "$here/bin"
    local version
    version=$("$portclaim" --version)
    version=${version#portclaim }
    perl -0777 -pe 's/portclaim\0+\K\Q'"$version"'\E\0/"x" x (length($&) - 1) . "\0"/e or die' \
        "$object" >bin/libportclaim.so
    run -125 "$portclaim" run -- touch started
    [[ $output == *"is of version x"*"this command of $version"* ]] || fail "$output"
    [ ! -e started ]
    # One that fits is taken from the next place.
    mkdir lib
    cp "$object" lib
    run -0 "$portclaim" run -- sh -c 'echo "$LD_PRELOAD"'
    assert_equal "$output" "$(readlink -f lib)/libportclaim.so"
    # The version survives strip(1).
    strip -o lib/libportclaim.so "$object"
    run -0 "$portclaim" run -- true
}

@test "C01 an object whose path LD_PRELOAD cannot hold is not taken" {
    local directory
    for directory in 'a blank' 'a:colon' 'a$dollar' $'a\nline'; do
        portclaim=$build/portclaim
        move_command "$here/$directory"
        cp "$object" "$directory"
        run -125 "$portclaim" run -- touch started
        [[ $output == *"cannot be preloaded from there"* ]] || fail "$output"
        assert_equal "$(wc -l <<<"$output")" 1
    done
    [ ! -e started ]
}

# ----- hostile ------------------------------------------------------------------------------------

@test "C01 names cannot break a line or colour a terminal" {
    make_static
    engine=(--engine=preload)
    local name=$'evil\n\e[31mportclaim run: fine\r"\\'
    mv still "$name"
    printf '#!/usr/bin/env -S ${NAME}\n' >script
    chmod +x script
    refused 125 static "./$name"
    NAME=./$name refused 125 static ./script
    refused 127 'no such' $'\e]0;title\a'
    refute grep -P '[^\x20-\x7e]' <<<"$stderr"
}

@test "C01 hostile ELF files: nothing is read that is not there" {
    make_examine
    cc -x c -o gopher - <<<'__attribute__((used, section(".go.buildinfo"))) static const int go = 1;
        int main(void) { return 0; }'
    # A program, and what a version is read from.
    run -0 ./examine --damage gopher 10000
    assert_equal "$(cut -d ' ' -f 1 <<<"$output" | sort | xargs)" \
        "architecture go no-format not-executable not-found served static"
    # A loader whose name has no end: execve(2) says ENOEXEC.
    perl -0777 -pe 's{(/ld-[^/\0]*)\0}{$1/}' gopher >endless
    chmod +x endless
    refused 126 'neither a program' ./endless
    run -0 ./examine --damage "$object" 10000
    assert_equal "$(cut -d ' ' -f 1 <<<"$output" | sort | xargs)" "architecture no-format static"
}

@test "C01 valgrind finds nothing" {
    require_command valgrind
    make_static
    printf '#!/usr/bin/env -S -C . A="b c" ./still ${HOME} # no\n' >script
    printf '#!./script\n' >through
    chmod +x script through
    local valgrind=(valgrind -q --error-exitcode=99 --leak-check=full
        --errors-for-leak-kinds=definite)
    run -125 "${valgrind[@]}" "$portclaim" run --claim 1 --claim 2 --match comm:x \
        --engine=preload -- ./through a
    # Whatever becomes of the engine there: the claim before it is done.
    run -7 "${valgrind[@]}" "$portclaim" run --claim 1 --claim 2 -- ./through a
    run -127 "${valgrind[@]}" "$portclaim" run no-such-program
    run -126 "${valgrind[@]}" "$portclaim" run "$here"
    run -7 "${valgrind[@]}" "$portclaim" run --term-ms 5 -- sh -c 'exit 7'
    # What is executed is out of its reach; who looks at a command line and executes nothing.
    local string
    for string in 'true $' '$' 'true "' '${A' '${'; do
        run "${valgrind[@]}" "$portclaim" who --as "env -S '$string'" 1
        [ "$status" -ne 99 ] || fail "$string: $output"
    done
    move_command "$here/bin"
    run -125 "${valgrind[@]}" "$portclaim" run true
    cp "$object" bin
    truncate -s 5000 bin/libportclaim.so
    run -125 "${valgrind[@]}" "$portclaim" run true
}
