#!/usr/bin/env bats
# portclaim doctor: why portclaim would not help, and the cure.
#
# Here `systemctl` is a stand-in that prints what `systemctl show` of systemd 252 printed for a
# service, with the properties that a test changes. A real systemd has tests of its own.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness

setup() {
    harness_setup
    unset PORTCLAIM_STATE_DIR PORTCLAIM_LIMIT XDG_RUNTIME_DIR
    portclaim=$build/portclaim
    here=$BATS_TEST_TMPDIR
    # Where other users may look as well.
    public=$(mktemp -d /var/tmp/portclaim-doctor.XXXXXX)
    chmod 755 "$public"
    cp "$object" "$public/libportclaim.so"
    make_systemctl
    cd "$here" || return
}

teardown() {
    harness_teardown
    rm -rf "$public" "${private:-}"
    [ -z "${cgroup:-}" ] || [ ! -d "$cgroup" ] || wait_until 5 rmdir "$cgroup"
}

# ----- a stand-in for systemd -------------------------------------------------------------------

# It prints what it is asked for and no more, so that a property that is not asked for is missed.
make_systemctl() {
    units=$here/units
    mkdir -p "$units" "$here/bin"
    printf 'Environment=LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin\n' >"$units/manager"
    cat >"$here/bin/systemctl" <<SCRIPT
#!/bin/bash
echo "\$*" >>"$here/asked"
unit=manager properties=
while [ \$# -gt 0 ]; do
    case \$1 in
    -p) properties=\$2; shift ;;
    --) unit=\${2:-manager}; shift ;;
    esac
    shift
done
[ -f "$units/\$unit" ] || { echo "LoadState=not-found"; echo "Type="; exit 0; }
grep -E "^(\${properties//,/|})=" "$units/\$unit"
SCRIPT
    chmod +x "$here/bin/systemctl"
    PATH=$here/bin:$PATH
}

capabilities="cap_chown cap_dac_override cap_dac_read_search cap_fowner cap_kill cap_setgid \
cap_setuid cap_net_bind_service cap_net_admin cap_sys_ptrace cap_sys_admin"

# unit NAME PROPERTY=VALUE...: a service as if nothing but these were set
unit() {
    local name=$1 property
    shift
    cat >"$units/$name.service" <<PROPERTIES
Type=simple
Restart=no
RestartUSec=100ms
TimeoutStartUSec=1min 30s
WatchdogUSec=infinity
ExecStart={ path=$server ; argv[]=$server --port 1 ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }
ExecStartEx={ path=$server ; argv[]=$server --port 1 ; flags= ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }
Environment=LD_PRELOAD=$public/libportclaim.so
UnsetEnvironment=
RootDirectory=
RootImage=
CapabilityBoundingSet=$capabilities
AmbientCapabilities=
User=
Group=
DynamicUser=no
SupplementaryGroups=
ReadWritePaths=
ReadOnlyPaths=
InaccessiblePaths=
ExecPaths=
NoExecPaths=
PrivateTmp=no
PrivateNetwork=no
PrivateUsers=no
ProtectHome=no
ProtectSystem=no
SystemCallFilter=~
SystemCallErrorNumber=2147483646
RestrictAddressFamilies=~
RuntimeDirectoryPreserve=no
RuntimeDirectory=
StateDirectory=
CacheDirectory=
LogsDirectory=
BindPaths=
BindReadOnlyPaths=
TemporaryFileSystem=
MountAPIVFS=no
ProtectProc=default
JoinsNamespaceOf=
KillMode=control-group
SendSIGKILL=yes
Id=$name.service
TriggeredBy=
LoadState=loaded
LoadError=
StartLimitIntervalUSec=10s
StartLimitBurst=5
PROPERTIES
    for property; do
        sed -i "/^${property%%=*}=/d" "$units/$name.service"
    done
    printf '%s\n' "$@" >>"$units/$name.service"
}

# command PATH ARGUMENT...: ExecStart= in both notations
command_properties() {
    printf 'ExecStartEx={ path=%s ; argv[]=%s ; flags= ; start_time=[n/a] ; pid=0 }' "$1" "$*"
}

# ----- what doctor says -------------------------------------------------------------------------

# doctor STATUS ARGUMENT...: as JSON, in $report and what follows
doctor() {
    local status=$1
    shift
    run -"$status" --separate-stderr "$portclaim" doctor --json "$@"
    assert_equal "$stderr" ""
    read_report
}

# Of several findings of one check, the results in a row and the rest of the last one.
declare -gA result_of=() found_of=() why_of=() cure_of=()

read_report() {
    local check result found why cure
    report=$output
    result_of=() found_of=() why_of=() cure_of=()
    while IFS=$'\x1f' read -r check result found why cure; do
        result_of[$check]+=${result_of[$check]:+ }$result
        found_of[$check]=$found why_of[$check]=$why cure_of[$check]=${cure//'\n'/$'\n'}
    done < <(jq -r '.checks[] | [.check, .result, .found, .why // "",
        (.cure // "" | gsub("\n"; "\\n"))] | join("\u001f")' <<<"$report")
}

# assert_result CHECK RESULT [WORDS-IN-FOUND]: an empty result means that there is no such check
assert_result() {
    assert_equal "$1 ${result_of[$1]:-}" "$1 $2"
    [[ ${found_of[$1]:-} == *"${3:-}"* ]] || fail "$1: ${found_of[$1]}"
    [ -z "${2#pass}" ] || [ -n "${why_of[$1]}" ] || fail "$1 has no why"
}

assert_cure() {
    assert_equal "$1 ${cure_of[$1]:-}" "$1 $2"
}

# unit_result CHECK RESULT WORDS CURE PROPERTY...: of a unit with these properties
unit_result() {
    local check=$1 result=$2 words=$3 cure=$4 status=0
    shift 4
    [ "$result" != fail ] || status=1
    unit t "$@"
    doctor "$status" t.service
    assert_result "$check" "$result" "$words"
    [ -z "$cure" ] || assert_cure "$check" "$cure"
}

# ----- programs ---------------------------------------------------------------------------------

@test "C06 doctor PROGRAM: a dynamic one is served, and its libc named" {
    doctor 0 "$server"
    assert_result program pass glibc
    assert_result object pass "$object"
    assert_result settings pass
    assert_result pidfd pass
    assert_result sock-diag pass
    assert_equal "$(jq -r '.kind + " " + .subject + " " + .result' <<<"$report")" "program $server pass"
}

@test "C06 doctor PROGRAM: found in PATH, and through scripts and env" {
    printf '#!/usr/bin/env perl\n' >script
    chmod +x script
    doctor 0 ./script
    assert_result program pass perl
    doctor 0 perl
    assert_equal "$(jq -r .kind <<<"$report")" program
}

@test "C06 doctor PROGRAM: musl" {
    require_command musl-gcc
    echo 'int main(void) { return 0; }' >small.c
    musl-gcc -o small small.c
    doctor 0 ./small
    assert_result program pass musl
}

@test "C06 B01 doctor PROGRAM: one with a loader of neither libc, and a static one that can be anywhere" {
    require_command musl-gcc
    echo 'int main(void) { return 0; }' >small.c
    cp /lib/ld-musl-*.so.1 ./loader.so.1
    musl-gcc -Wl,--dynamic-linker="$PWD/loader.so.1" -o small small.c
    doctor 0 ./small
    assert_result program warn loader
    [[ ${cure_of[program]} == *'portclaim run'*'--engine=preload'* ]]
    cc -static-pie -o small small.c
    doctor 0 ./small
    assert_result program warn static
}

@test "C06 B01 doctor PROGRAM: a static one is for portclaim run, and why" {
    doctor 0 "$build/tests/static/server"
    assert_result program warn static
    [[ ${why_of[program]} == *static* ]]
    [[ ${cure_of[program]} == *'portclaim run'*'portclaim free'* ]]
    assert_result engine pass
    assert_result object pass 'needs none'
}

@test "C06 doctor PROGRAM: set-user-ID" {
    require_root
    cp "$server" small
    chown nobody small
    chmod u+s small
    doctor 1 ./small
    assert_result program fail set-user
}

@test "C06 doctor PROGRAM: another machine's" {
    cp "$server" small
    printf '\003\000' | dd of=small bs=1 seek=18 conv=notrunc status=none # EM_386
    doctor 1 ./small
    assert_result program fail architecture
}

@test "C06 doctor PROGRAM: not executable, not there" {
    echo x >small
    doctor 1 ./small
    assert_result program fail not-executable
    run -2 --separate-stderr "$portclaim" doctor ./nowhere
    assert_equal "$output" ""
    [[ $stderr == *"there is no program ./nowhere"* ]]
}

@test "C06 doctor PROGRAM: our own settings count" {
    PORTCLAIM=off doctor 1 "$server"
    assert_result settings fail PORTCLAIM=off
    assert_cure settings 'unset PORTCLAIM'
    PORTCLAIM_WAIT_MS=soon doctor 1 "$server"
    assert_result settings fail 'PORTCLAIM_WAIT_MS="soon"'
    PORTCLAIM=dry-run doctor 0 "$server"
    assert_result settings warn dry-run
    assert_equal "$(jq -r .result <<<"$report")" warn
}

@test "C06 doctor PROGRAM: no object, or one of another version" {
    mkdir alone
    cp "$portclaim" alone/
    run -1 alone/portclaim doctor --json "$server"
    read_report
    assert_result object fail libportclaim.so
    [ -n "${why_of[object]}" ]
    # A unit is told the place that it will be installed to.
    unit t Environment=LD_PRELOAD=/other.so
    run -1 alone/portclaim doctor --json t.service
    read_report
    assert_result object fail libportclaim.so
    [[ ${cure_of[preload]} == Environment=LD_PRELOAD=/*/libportclaim.so:/other.so ]]
}

@test "C06 doctor PROGRAM: the state directory must be its own" {
    require_root
    mkdir -m 755 "$here/state"
    PORTCLAIM_STATE_DIR=$here/state doctor 0 "$server"
    assert_result state warn "$here/state"
    chmod 700 "$here/state"
    PORTCLAIM_STATE_DIR=$here/state doctor 0 "$server"
    assert_result state pass "$here/state"
}

# ----- processes --------------------------------------------------------------------------------

# serve NAME COMMAND...: it listens when this returns
serve() {
    local name=$1
    shift
    start "$name" "$@" "$server" --port 0
    wait_for_line "$name" '^listening '
}

@test "C06 doctor PID: with the object" {
    serve old "${under[@]}"
    doctor 0 "$(pid_of old)"
    assert_result loaded pass "$object"
    assert_result settings pass
    assert_result program pass "$server"
    assert_equal "$(jq -r '.kind + " " + .subject' <<<"$report")" "process $(pid_of old)"
    run -0 "$portclaim" doctor --pid "$(pid_of old)"
    [[ ${lines[-1]} == "portclaim would help here"* ]]
}

@test "C06 doctor PID: without the object, and how to start it with" {
    serve old env
    doctor 1 "$(pid_of old)"
    assert_result loaded fail
    [[ ${why_of[loaded]} == *'without LD_PRELOAD'* ]]
    assert_cure loaded "portclaim run -- $server --port 0"
}

@test "C06 B01 doctor PID: under the seccomp engine, also once its starter has ended" {
    serve new "$portclaim" run --engine=seccomp --
    doctor 0 "$(pid_of new)"
    assert_result engine pass "answers for it"
    assert_result program pass 'by the seccomp engine'
    assert_result loaded ''
    # A filter of somebody else's does not make one of its neighbour's supervisor.
    serve old "$build/tests/deny" getfd --
    doctor 1 "$(pid_of old)"
    assert_result engine ''
    assert_result loaded fail
    start starter "$portclaim" run --engine=seccomp -- \
        sh -c "setsid $build/tests/static/server --port 0 & echo daemon \$!"
    assert_exit starter 0
    wait_for_line starter '^listening '
    doctor 0 "$(sed -n 's/^daemon //p' "$(log_of starter)")"
    assert_result engine warn 'whose own program has ended'
    assert_result program pass static
}

@test "C06 B01 doctor PID: io_uring passes by both engines" {
    printf '6.11\n%s\n' "$(uname -r)" | sort -CV || skip "binds of io_uring came with Linux 6.11"
    # io_uring_setup(2), the same number everywhere
    start ring "${under[@]}" perl -e '$| = 1; $parameters = "\0" x 120;
        print syscall(425, 8, $parameters) < 0 ? "none $!\n" : "ring\n"; sleep 300'
    wait_for_line ring '^(ring|none)'
    said ring '^ring' || skip "no io_uring here"
    doctor 0 "$(pid_of ring)"
    assert_result io-uring warn
    [[ ${cure_of[io-uring]} == *--claim* ]]
}

@test "C06 doctor PID: an object that could not be loaded" {
    serve old env LD_PRELOAD="$here/nowhere/libportclaim.so"
    doctor 1 "$(pid_of old)"
    assert_result loaded fail
    [[ ${why_of[loaded]} == *'could not load it'* ]]
}

@test "C06 doctor PID: loaded, but inert" {
    serve off "${under[@]}" PORTCLAIM=off
    doctor 1 "$(pid_of off)"
    assert_result loaded pass
    assert_result settings fail PORTCLAIM=off
    serve wrong "${under[@]}" PORTCLAIM_SIGNAL=NONE
    doctor 1 "$(pid_of wrong)"
    assert_result settings fail 'PORTCLAIM_SIGNAL="NONE"'
    serve other "${under[@]}" PORTCLAIM_ONLY=node
    doctor 1 "$(pid_of other)"
    assert_result only fail '"server"'
    serve meant "${under[@]}" PORTCLAIM_ONLY=node,server
    doctor 0 "$(pid_of meant)"
    assert_result only pass
}

@test "C06 doctor PID: an object that was replaced since" {
    cp "$object" "$here/libportclaim.so"
    serve old env LD_PRELOAD="$here/libportclaim.so"
    cp "$object" "$here/new"
    mv "$here/new" "$here/libportclaim.so"
    doctor 0 "$(pid_of old)"
    assert_result loaded warn replaced
    [[ ${cure_of[loaded]} == "portclaim run -- "* ]]
}

@test "C06 doctor PID: privileges that keep the loader from it" {
    require_root
    cp "$server" "$public/privileged"
    chmod u+s "$public/privileged"
    start old setpriv --reuid nobody env "LD_PRELOAD=$public/libportclaim.so" \
        "$public/privileged" --port 0
    wait_for_line old '^listening '
    doctor 1 "$(pid_of old)"
    assert_result loaded fail
    [[ ${why_of[loaded]} == *AT_SECURE* ]]
}

@test "C06 doctor PID: another user's process cannot be looked into" {
    require_root
    serve old "${under[@]}"
    cp "$portclaim" "$public/"
    run -2 --separate-stderr setpriv --reuid nobody --clear-groups \
        "$public/portclaim" doctor "$(pid_of old)"
    assert_equal "$output" ""
    [[ $stderr == *"process $(pid_of old) is of user root"*"sudo portclaim doctor $(pid_of old)"* ]]
}

# in_unit SERVICE COMMAND...: in a cgroup that is named as the service's
in_unit() {
    local root
    require_root
    for root in /sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup; do
        cgroup=$root/$1.service
        [ ! -e "$root/cgroup.procs" ] || ! mkdir "$cgroup" 2>/dev/null || break
    done
    [ -d "$cgroup" ] || skip "no cgroup can be made here"
    shift
    serve old sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$cgroup" "$@"
}

@test "C06 doctor PID: its unit is looked at as well" {
    local name=portclaim-doctor-$$
    unit "$name" KillMode=none
    in_unit "$name" "${under[@]}"
    doctor 0 "$(pid_of old)"
    assert_result kill-mode warn KillMode=none
    assert_result loaded pass
    assert_equal "${result_of[preload]:-}" "" # what it was started with is known better
    rm "$units/$name.service"
    doctor 0 "$(pid_of old)"
    assert_result unit warn "it belongs to $name.service"
}

@test "C06 doctor PID: there is none" {
    run -2 "$portclaim" doctor 999999999
    [[ $output == *"there is no process 999999999"* ]]
    run -2 "$portclaim" doctor --pid 12x
    [[ $output == *"a PID is a number"* ]]
}

@test "C06 doctor PID: hidden processes" {
    require_root
    cp "$portclaim" "$public/"
    run -0 --separate-stderr unshare --mount sh -c '
        mount -t proc -o hidepid=invisible proc /proc
        setpriv --reuid nobody --clear-groups "$0" doctor --json "$1"' "$public/portclaim" /bin/sh
    read_report
    assert_result processes warn hidepid=invisible
    run -0 --separate-stderr unshare --mount sh -c '
        mount -t proc -o hidepid=invisible proc /proc
        "$0" doctor --json "$1"' "$public/portclaim" /bin/sh
    read_report
    assert_result processes pass CAP_SYS_PTRACE
    # Another /proc than the one that is asked hides nothing.
    mkdir "$public/proc"
    run -0 --separate-stderr unshare --mount sh -c '
        mount -t proc -o hidepid=invisible proc "$2"
        setpriv --reuid nobody --clear-groups "$0" doctor --json "$1"' \
        "$public/portclaim" /bin/sh "$public/proc"
    read_report
    assert_result processes pass 'shows all'
}

# ----- units: the program and the object --------------------------------------------------------

@test "C06 doctor UNIT: all is well" {
    unit t
    doctor 0 t.service
    assert_equal "$(jq -r '.kind + " " + .subject + " " + .result' <<<"$report")" "unit t.service pass"
    assert_equal "$(jq '[.checks[] | select(.result != "pass")] | length' <<<"$report")" 0
    run -0 "$portclaim" doctor t.service
    assert_equal "${lines[-1]}" "portclaim would help here"
}

@test "C06 doctor UNIT: its program" {
    unit_result program fail not-found '' "$(command_properties /nowhere/server --port 1)"
    unit_result program pass perl '' "$(command_properties /usr/bin/perl -e 1)"
    unit_result program pass 'what it starts was not looked at' '' \
        "$(command_properties /bin/sh -c 'exec node')"
}

@test "C06 doctor UNIT: no LD_PRELOAD, or without the object" {
    unit_result preload fail 'no LD_PRELOAD' "Environment=LD_PRELOAD=$object" Environment=
    unit_result preload fail 'LD_PRELOAD=/usr/lib/other.so' \
        "Environment=LD_PRELOAD=$object:/usr/lib/other.so" \
        Environment=LD_PRELOAD=/usr/lib/other.so
    unit_result preload fail 'without a directory' "Environment=LD_PRELOAD=$object" \
        Environment=LD_PRELOAD=libportclaim.so
    unit_result preload pass "/usr/lib/other.so $public" '' \
        "Environment=\"LD_PRELOAD=/usr/lib/other.so $public/libportclaim.so\" \"A=b \\\"c\""
}

@test "C06 doctor UNIT: LD_PRELOAD from the manager, from files, and taken away" {
    printf '# LD_PRELOAD=x\n\nLD_PRELOAD="%s"\nPORTCLAIM_WAIT_MS=1\\\n00\n' "$public/libportclaim.so" >file
    unit_result preload pass "$public/libportclaim.so" '' Environment= \
        "EnvironmentFiles=$here/nowhere (ignore_errors=yes)" \
        "EnvironmentFiles=$here/file (ignore_errors=no)"
    assert_result settings pass '1 of'
    # The file counts, and a line of the unit would not help against it.
    unit_result preload pass "$public/libportclaim.so" '' Environment=LD_PRELOAD=/other.so \
        "EnvironmentFiles=$here/file (ignore_errors=no)"
    printf 'LD_PRELOAD=/other.so\n' >other
    unit_result preload fail 'LD_PRELOAD=/other.so is without' '' \
        "EnvironmentFiles=$here/file (ignore_errors=no)" "EnvironmentFiles=$here/other (ignore_errors=no)"
    [[ ${cure_of[preload]} == 'where it is set or removed'* ]]
    unit_result preload fail 'no LD_PRELOAD' '' UnsetEnvironment=LD_PRELOAD
    [[ ${cure_of[preload]} == 'where it is set or removed'* ]]
    printf 'Environment=LD_PRELOAD=%s\n' "$public/libportclaim.so" >"$units/manager"
    unit_result preload pass '' '' Environment=
}

# What systemd 252 made of each, as seen in the environment of a process that it started.
@test "C06 doctor UNIT: environment files are read as systemd reads them" {
    local line value
    while IFS='|' read -r line value; do
        printf '%b\n' "PORTCLAIM_LIMIT = 5/60 \r\n$line\nPORTCLAIM_WAIT_MS=1" >file
        unit_result preload fail "LD_PRELOAD=$value is without" '' Environment= \
            "EnvironmentFiles=$here/file (ignore_errors=no)"
        assert_result settings pass '2 of'
    done <<'END'
LD_PRELOAD="x" "y"|xy
LD_PRELOAD=a"b c"d|a"b c"d
LD_PRELOAD='q'r's'|qr's'
LD_PRELOAD="a\\$b\\n\\"\\\\"|a$b\n"\
LD_PRELOAD=a\\tb\\"|atb"
LD_PRELOAD='a\\b'|a\b
LD_PRELOAD="trail "|trail 
LD_PRELOAD= \tlead  |lead
LD_PRELOAD=a \\\nb|a b
LD_PRELOAD="a \\\nb"|a b
LD_PRELOAD="multi\nline"|multi\x0aline
\t LD_PRELOAD \t= x |x
LD_PRELOAD=x#y|x#y
;LD_PRELOAD=x\nLD_PRELOAD=y|y
END
}

@test "C06 doctor UNIT: an environment file that cannot be read" {
    unit_result environment-file warn "$here/nowhere" 'sudo portclaim doctor t.service' \
        "EnvironmentFiles=$here/nowhere (ignore_errors=no)"
}

@test "C06 doctor UNIT: an object that is missing, is none, or is well" {
    unit_result object fail 'does not exist' "Environment=LD_PRELOAD=$object" \
        Environment=LD_PRELOAD=/nowhere/libportclaim.so
    lines_of_dropin t
    assert_equal "$output" "[Service]
Environment=LD_PRELOAD=$object"
    mkdir other
    cp /bin/true other/libportclaim.so
    unit_result object fail "is not portclaim's object" '' \
        "Environment=LD_PRELOAD=$here/other/libportclaim.so"
    unit_result object pass "$public/libportclaim.so" ''
}

@test "C06 doctor UNIT: an object whose path is not ASCII" {
    mkdir "$public/jörg"
    cp "$object" "$public/jörg/"
    unit_result object pass 'j\xc3\xb6rg' '' "Environment=LD_PRELOAD=$public/jörg/libportclaim.so"
    unit t Environment=LD_PRELOAD=/opt/jörg.so
    lines_of_dropin t # systemd reads \xc3 as the byte
    assert_equal "$output" "[Service]
Environment=LD_PRELOAD=$object:/opt/j\xc3\xb6rg.so"
}

@test "C06 doctor UNIT: an object of another version" {
    sed 's/portclaim\(\x00*\)[0-9]\.[0-9]\.[0-9]/portclaim\19.9.9/' "$object" >"$public/libportclaim.so"
    unit_result object warn 'is version 9.9.9' "Environment=LD_PRELOAD=$object"
}

@test "C06 doctor UNIT: the unit's user must be able to read the object" {
    unit_result object pass '' '' User=4242
    chmod 700 "$public"
    unit_result object fail "(in the way: $public)" "chmod a+rX $public" User=4242
    unit_result object fail "(in the way: $public)" '' User=4243
    unit_result object pass '' '' User=4242 AmbientCapabilities=cap_dac_read_search
    chmod 755 "$public"
    chmod 600 "$public/libportclaim.so"
    unit_result object fail "(in the way: $public/libportclaim.so)" '' User=4242
    unit_result object fail "(in the way: $public/libportclaim.so)" '' DynamicUser=yes User=t
    unit_result object fail 'no user nobody-of-that-name' '' User=nobody-of-that-name
}

@test "C06 doctor UNIT: a group lets it read the object" {
    require_root
    chgrp tty "$public/libportclaim.so"
    chmod 640 "$public/libportclaim.so"
    unit_result object fail '' '' User=nobody
    unit_result object pass '' '' User=nobody SupplementaryGroups='tty'
    unit_result object pass '' '' User=nobody Group=tty
}

@test "C06 doctor UNIT: sandboxes that hide the object" {
    local where=$public/libportclaim.so
    unit_result object fail PrivateTmp=yes "BindReadOnlyPaths=$where" PrivateTmp=yes
    unit_result object pass '' '' PrivateTmp=yes "BindReadOnlyPaths=$where:$where:rbind"
    unit_result object fail InaccessiblePaths= '' "InaccessiblePaths=-/srv -$public"
    [[ ${cure_of[object]} == "install -D -m 644 $where "* ]]
    unit_result object fail InaccessiblePaths= '' "InaccessiblePaths=$public" \
        "BindReadOnlyPaths=$where:$where:rbind"
    unit_result object fail TemporaryFileSystem= "BindReadOnlyPaths=$where" \
        TemporaryFileSystem=/var:ro
    unit_result object fail NoExecPaths=/ "ExecPaths=$where" NoExecPaths=/ ExecPaths=/usr
    # Of what does not exist neither may be a path in the unit.
    unit_result object fail 'does not exist' "Environment=LD_PRELOAD=$object" PrivateTmp=yes \
        Environment=LD_PRELOAD=/tmp/no-such/libportclaim.so
    unit_result object fail 'does not exist' "Environment=LD_PRELOAD=$object" NoExecPaths=/ \
        Environment=LD_PRELOAD=/no-such/libportclaim.so
    unit_result object pass '' '' NoExecPaths=/ "ExecPaths=/usr $public"
    unit_result object pass '' '' NoExecPaths=/var/tmp "ExecPaths=$public /var"
    unit_result object fail NoExecPaths= '' "NoExecPaths=$public /usr /var" ExecPaths=/var/tmp
    unit_result object pass '' '' NoExecPaths=/ "BindReadOnlyPaths=$where:$where:rbind"
    unit_result object pass '' '' "InaccessiblePaths=/srv ${public%?}" \
        "TemporaryFileSystem=/opt:ro ${public%?}:ro"
}

@test "C06 doctor UNIT: ProtectHome= hides /root, /home and /run/user alone" {
    require_root
    [ -d /root ] || skip "there is no /root"
    private=$(mktemp -d /root/portclaim-doctor.XXXXXX)
    local where=$private/libportclaim.so
    cp "$object" "$where"
    unit_result object fail ProtectHome=yes '' ProtectHome=yes "Environment=LD_PRELOAD=$where"
    [[ ${cure_of[object]} == "install -D -m 644 $where "* ]]
    unit_result object fail ProtectHome=tmpfs "BindReadOnlyPaths=$where" ProtectHome=tmpfs \
        "Environment=LD_PRELOAD=$where"
    unit_result object pass '' '' ProtectHome=yes
}

@test "C06 doctor UNIT: a root directory of its own" {
    mkdir -p root/opt
    cp "$server" root/opt/
    local start
    start=$(command_properties /opt/server)
    unit_result object fail RootDirectory= "BindReadOnlyPaths=$public/libportclaim.so" \
        "RootDirectory=$here/root" "$start"
    assert_result proc fail '/proc'
    assert_cure proc MountAPIVFS=yes
    assert_result program pass "$here/root/opt/server"
    unit_result object pass '' '' "RootDirectory=$here/root" "$start" MountAPIVFS=yes \
        "BindReadOnlyPaths=$public:$public:rbind"
    assert_result proc ''
    unit_result object fail RootImage=/image '' RootImage=/image
    assert_result program warn RootImage=/image
}

@test "C06 doctor UNIT: ExecStart=+ is outside of the sandbox" {
    local start="ExecStartEx={ path=$server ; argv[]=$server ; flags=privileged ; pid=0 }"
    chmod 700 "$public"
    unit_result object pass '' '' "$start" User=nobody PrivateTmp=yes
    unit_result system-calls pass '' '' "$start" 'SystemCallFilter=~pidfd_open'
    unit_result state pass /run/portclaim '' "$start" User=nobody ProtectSystem=strict
}

@test "C06 doctor UNIT: through portclaim run" {
    unit_result preload pass 'goes through portclaim run' '' Environment= \
        "$(command_properties /usr/bin/portclaim run --term-ms 100 --wait-ms=200 -- "$server" --port 1)"
    assert_result program pass "$server"
    assert_result settings pass '2 of'
    unit_result program pass "$server" '' Environment= \
        "$(command_properties /usr/bin/portclaim run --mode dry-run "$server" --port 1)"
    assert_result settings warn PORTCLAIM=dry-run
    unit_result program fail 'without a program' '' Environment= \
        "$(command_properties /usr/bin/portclaim run --)"
}

@test "C06 B01 doctor UNIT: the seccomp engine of portclaim run" {
    local static=$build/tests/static/server
    unit_result program pass 'static; by the seccomp engine' '' Environment= \
        "$(command_properties /usr/bin/portclaim run --term-ms 100 -- "$static" --port 1)"
    assert_result engine pass
    assert_result object pass 'needs none'
    unit_result program pass 'glibc; by the seccomp engine' '' Environment= \
        "$(command_properties /usr/bin/portclaim run --engine seccomp --dry-run "$server" --port 1)"
    assert_result settings warn PORTCLAIM=dry-run
    unit_result program fail static '' Environment= \
        "$(command_properties /usr/bin/portclaim run --engine=preload "$static" --port 1)"
    unit_result engine fail '--engine ptrace' '' Environment= \
        "$(command_properties /usr/bin/portclaim run --engine ptrace "$server" --port 1)"
    # Without portclaim run nothing reaches it.
    unit_result program fail static '' "$(command_properties "$static" --port 1)"
    unit_result system-calls fail pidfd_getfd SystemCallFilter=pidfd_getfd Environment= \
        'SystemCallFilter=~kill pidfd_getfd' SystemCallErrorNumber=1 \
        "$(command_properties /usr/bin/portclaim run "$static" --port 1)"
    [[ ${why_of[system-calls]} == *'the seccomp engine'* ]]
}

@test "C06 B01 doctor: what keeps the seccomp engine's supervisor out is named" {
    require_root
    local static=$build/tests/static/server
    run -1 "$build/tests/deny" getfd -- "$portclaim" doctor --json "$static"
    read_report
    assert_result engine fail pidfd_getfd
    run -0 with_yama 1 "$portclaim" doctor --json "$static"
    read_report
    assert_result engine pass
    unit t User=nobody "$(command_properties /usr/bin/portclaim run "$static" --port 1)"
    run with_yama 1 "$portclaim" doctor --json t.service
    read_report
    assert_result engine warn ptrace_scope
    assert_cure engine 'sysctl kernel.yama.ptrace_scope=0'
    run -1 with_yama 2 "$portclaim" doctor --json t.service
    read_report
    assert_result engine fail CAP_SYS_PTRACE
}

# ----- units: settings --------------------------------------------------------------------------

@test "C06 doctor UNIT: PORTCLAIM_ lines" {
    local preload=LD_PRELOAD=$public/libportclaim.so
    unit_result settings pass '2 of' '' "Environment=$preload PORTCLAIM=on PORTCLAIM_PORTS=80"
    unit_result settings fail PORTCLAIM=off UnsetEnvironment=PORTCLAIM "Environment=$preload PORTCLAIM=off"
    unit_result settings warn PORTCLAIM=dry-run UnsetEnvironment=PORTCLAIM \
        "Environment=$preload PORTCLAIM=dry-run"
    unit_result settings fail 'PORTCLAIM_COLOUR="on": there is no such setting' \
        UnsetEnvironment=PORTCLAIM_COLOUR "Environment=$preload PORTCLAIM_COLOUR=on"
    unit t "Environment=$preload PORTCLAIM_WAIT_MS=soon PORTCLAIM_LIMIT=many PORTCLAIM=off"
    doctor 1 t.service
    assert_equal "${result_of[settings]}" 'fail fail fail'
    unit_result settings pass '' '' "Environment=$preload PORTCLAIM_COLOUR=on" \
        UnsetEnvironment=PORTCLAIM_COLOUR
}

# ----- units: what the look-up needs ------------------------------------------------------------

@test "C06 doctor UNIT: RestrictAddressFamilies=" {
    local check=address-families cure=RestrictAddressFamilies=AF_NETLINK
    unit_result $check pass '' ''
    unit_result $check warn 'AF_INET AF_INET6' $cure 'RestrictAddressFamilies=AF_INET AF_INET6'
    unit_result $check pass '' '' 'RestrictAddressFamilies=AF_INET AF_NETLINK'
    unit_result $check warn '~AF_NETLINK' $cure 'RestrictAddressFamilies=~AF_NETLINK AF_UNIX'
    unit_result $check pass '' '' 'RestrictAddressFamilies=~AF_UNIX'
}

@test "C06 doctor UNIT: ProtectProc=" {
    unit_result processes pass '' '' ProtectProc=default User=nobody
    unit_result processes pass CAP_SYS_PTRACE '' ProtectProc=invisible
    local protection
    for protection in invisible noaccess ptraceable; do
        unit_result processes warn "ProtectProc=$protection" ProtectProc=default \
            "ProtectProc=$protection" User=nobody
    done
    unit_result processes warn '' '' ProtectProc=invisible CapabilityBoundingSet=cap_setuid
}

@test "C06 doctor UNIT: namespaces" {
    unit_result network pass '' ''
    unit_result network warn PrivateNetwork=yes '' PrivateNetwork=yes
    unit_result network pass '' '' PrivateNetwork=yes JoinsNamespaceOf=other.service
    unit_result user-namespace pass '' ''
    unit_result user-namespace fail PrivateUsers=yes PrivateUsers=no PrivateUsers=yes
    unit_result user-namespace fail PrivateUsers=identity PrivateUsers=no PrivateUsers=yes \
        PrivateUsersEx=identity
    unit_result pid-namespace '' '' ''
    unit_result pid-namespace fail PrivatePIDs=yes PrivatePIDs=no PrivatePIDs=yes
}

@test "C06 doctor UNIT: SystemCallFilter=" {
    local all="clock_gettime fcntl getdents64 geteuid getpid getsockname getsockopt ioctl mkdirat mmap munmap openat pidfd_open pidfd_send_signal ppoll pread64 pwrite64 read readlinkat recvfrom sendto setsockopt socket statx write"
    unit_result system-calls pass '' ''
    unit_result system-calls pass 'allows all' '' "SystemCallFilter=$all bind listen"
    unit_result system-calls fail 'pidfd_open pidfd_send_signal' \
        'SystemCallFilter=pidfd_open pidfd_send_signal' \
        'SystemCallFilter=~clone pidfd_open:EPERM pidfd_send_signal'
    [[ ${why_of[system-calls]} == *'end the server'* ]]
    unit_result system-calls fail statx SystemCallFilter=statx "SystemCallFilter=${all/statx /}" \
        SystemCallErrorNumber=1
    [[ ${why_of[system-calls]} == *'not complete'* ]]
    unit_result system-calls fail pidfd_open SystemCallFilter=pidfd_open \
        SystemCallFilter=~pidfd_open SystemCallErrorNumber=1
    [[ ${why_of[system-calls]} == *'nobody can be stopped'* ]]
    unit_result system-calls pass '' '' 'SystemCallFilter=~kill pidfd_getfd'
}

@test "C06 doctor UNIT: CapabilityBoundingSet=" {
    unit_result capabilities pass '' ''
    unit_result capabilities pass '' '' User=nobody CapabilityBoundingSet=
    unit_result capabilities warn CAP_SYS_PTRACE 'CapabilityBoundingSet=CAP_SYS_PTRACE CAP_KILL' \
        'CapabilityBoundingSet=cap_setuid cap_net_bind_service'
}

# ----- units: what it writes --------------------------------------------------------------------

@test "C06 doctor UNIT: where the state is kept" {
    local preload=LD_PRELOAD=$public/libportclaim.so
    local own='RuntimeDirectory=portclaim-%N
RuntimeDirectoryPreserve=restart
Environment=PORTCLAIM_STATE_DIR=%t/portclaim-%N/state'
    unit_result state pass /run/portclaim ''
    unit_result state pass /tmp/portclaim-4242 '' User=4242
    unit_result state warn ProtectSystem=strict "$own" ProtectSystem=strict
    unit_result state pass '' '' ProtectSystem=strict ReadWritePaths=/run
    unit_result state pass '' '' ProtectSystem=full
    unit_result state warn ReadOnlyPaths= "$own" 'ReadOnlyPaths=/run'
    unit_result state warn 'emptied at each restart' "$own" User=4242 PrivateTmp=yes \
        "BindPaths=$public:$public:rbind"
    unit_result state warn '' 'RuntimeDirectoryPreserve=restart
Environment=PORTCLAIM_STATE_DIR=%t/t/portclaim' RuntimeDirectory=t ProtectSystem=strict
    unit_result state warn 'emptied at each restart' '' RuntimeDirectory=t \
        "Environment=$preload PORTCLAIM_STATE_DIR=/run/t/state" ProtectSystem=strict
    unit_result state pass /run/t/state '' RuntimeDirectory=t RuntimeDirectoryPreserve=restart \
        "Environment=$preload PORTCLAIM_STATE_DIR=/run/t/state" ProtectSystem=strict
    unit_result state warn 'cannot make' '' User=4242 \
        "Environment=$preload PORTCLAIM_STATE_DIR=/usr/portclaim"
}

@test "C06 doctor UNIT: where the record is kept" {
    local preload=LD_PRELOAD=$public/libportclaim.so
    unit_result log '' '' ''
    unit_result log pass /var/log/record '' "Environment=$preload PORTCLAIM_LOG=/var/log/record"
    unit_result log warn ProtectSystem=strict ReadWritePaths=/var/log/ ProtectSystem=strict \
        "Environment=$preload PORTCLAIM_LOG=/var/log/record"
    unit_result log pass '' '' ProtectSystem=strict LogsDirectory=t \
        "Environment=$preload PORTCLAIM_LOG=/var/log/t/record"
    unit_result log warn 'user nobody cannot write' '' User=nobody \
        "Environment=$preload PORTCLAIM_LOG=/var/log/record"
    [[ ${cure_of[log]} == "install -D -m 640 -o nobody /dev/null /var/log/record" ]]
}

# With ReadWritePaths= of what is not there systemd starts no service any more.
@test "C06 doctor UNIT: a record in a directory that does not exist" {
    local preload=LD_PRELOAD=$public/libportclaim.so user
    for user in '' nobody; do
        unit_result log warn /var/log/no-such/dir/record LogsDirectory=no-such/dir ProtectSystem=strict \
            "User=$user" "Environment=$preload PORTCLAIM_LOG=/var/log/no-such/dir/record"
    done
    unit_result log warn /no-such/record "install -d -o root /no-such/" ProtectSystem=strict \
        "Environment=$preload PORTCLAIM_LOG=/no-such/record"
    lines_of_dropin t
    refute grep -q no-such <<<"$output"
}

# ----- units: starting and stopping -------------------------------------------------------------

@test "C06 doctor UNIT: a socket that systemd holds" {
    unit_result activation pass '' '' TriggeredBy=t.timer
    unit_result activation warn t.socket 'systemctl disable --now t.socket' \
        'TriggeredBy=t.timer t.socket'
}

@test "C06 doctor UNIT: KillMode=" {
    unit_result kill-mode pass '' ''
    unit_result kill-mode pass '' '' KillMode=mixed
    unit_result kill-mode warn KillMode=process KillMode=mixed KillMode=process
    unit_result kill-mode warn KillMode=none KillMode=mixed KillMode=none
    unit_result kill-mode warn SendSIGKILL=no SendSIGKILL=yes SendSIGKILL=no
    unit_result kill-mode warn KillMode=process KillMode=mixed KillMode=process SendSIGKILL=no
}

@test "C06 doctor UNIT: Restart= and the start limit" {
    local preload=LD_PRELOAD=$public/libportclaim.so
    unit_result restart pass Restart=no ''
    unit_result restart pass 'is not reached' '' Restart=always
    unit_result restart warn 'after 5 failed starts within 10 s' RestartSec=3 Restart=always \
        "Environment=$preload PORTCLAIM_WAIT_MS=500"
    unit_result restart pass '' '' Restart=always RestartUSec=3s \
        "Environment=$preload PORTCLAIM_WAIT_MS=500"
    # systemd refuses the sixth start 10 s after the first, and not a millisecond later.
    unit_result restart warn 'after 5 failed starts' '' Restart=always "Environment=$preload PORTCLAIM_WAIT_MS=1900"
    unit_result restart pass '' '' Restart=always "Environment=$preload PORTCLAIM_WAIT_MS=1901"
    unit_result restart warn 'within 3600 s' $'[Unit]\nStartLimitIntervalSec=10' \
        Restart=on-failure StartLimitIntervalUSec=1h
    unit_result restart pass '' '' Restart=on-failure StartLimitIntervalUSec=0
    unit_result restart pass '' '' Restart=on-failure StartLimitIntervalUSec=1h StartLimitBurst=0
}

@test "C06 doctor UNIT: TimeoutStartSec= against the budget" {
    local preload=LD_PRELOAD=$public/libportclaim.so
    unit_result start-timeout pass '' '' Type=notify
    unit_result start-timeout warn 'TimeoutStartSec=5s; two claims take 6 s' TimeoutStartSec=90 \
        Type=notify TimeoutStartUSec=5s
    unit_result start-timeout pass '' '' Type=notify TimeoutStartUSec=6s
    unit_result start-timeout pass Type=simple '' Type=simple TimeoutStartUSec=5s
    unit_result start-timeout pass '' '' Type=forking TimeoutStartUSec=infinity
    unit_result start-timeout warn 'two claims take 1206 s' TimeoutStartSec=1296 Type=forking \
        "Environment=$preload PORTCLAIM_TERM_MS=600000 PORTCLAIM_KILL_MS=1000"
    unit_result start-timeout pass '' '' Type=notify 'TimeoutStartUSec=1min 500ms'
}

@test "C06 doctor UNIT: WatchdogSec= against the budget" {
    unit_result watchdog '' '' ''
    unit_result watchdog warn WatchdogSec=2s WatchdogSec=8 WatchdogUSec=2s
    unit_result watchdog warn WatchdogSec=6s WatchdogSec=12 WatchdogUSec=6s
    unit_result watchdog '' '' '' WatchdogUSec=6001ms
    unit_result watchdog '' '' '' WatchdogUSec=2s Type=notify
}

# ----- which is meant ---------------------------------------------------------------------------

@test "C06 doctor: a name is a program if PATH has one, else a unit; options decide" {
    unit perl
    doctor 0 perl
    assert_equal "$(jq -r .kind <<<"$report")" program
    doctor 0 --unit perl
    assert_equal "$(jq -r '.kind + " " + .subject' <<<"$report")" 'unit perl.service'
    unit gateway-of-nobody
    doctor 0 gateway-of-nobody
    assert_equal "$(jq -r .kind <<<"$report")" unit
    cp "$server" 4242
    doctor 0 --program ./4242
    assert_equal "$(jq -r .kind <<<"$report")" program
}

@test "C06 doctor UNIT: by an alias; the drop-in is the unit's own" {
    unit alias Id=t.service Environment=
    doctor 1 alias.service
    assert_equal "$(jq -r .subject <<<"$report")" t.service
    run -0 "$portclaim" doctor --dropin alias
    assert_equal "${lines[0]}" '# /etc/systemd/system/t.service.d/portclaim.conf'
}

@test "C06 doctor --user asks the user's own manager" {
    unit t
    doctor 0 --user t
    assert_equal "$(grep -c -e '--user' asked)" 2
    refute grep -v -e --user asked
    doctor 0 t.service
    assert_equal "$(grep -vc -e '--user' asked)" 2
}

@test "C06 doctor UNIT: there is none, it is masked, it is broken, it is no service" {
    run -2 --separate-stderr "$portclaim" doctor nowhere.service
    assert_equal "$output" ""
    [[ $stderr == *"there is no unit nowhere.service"*list-unit-files* ]]
    unit t LoadState=masked
    run -2 "$portclaim" doctor t.service
    [[ $output == *'`systemctl unmask t.service`'* ]]
    run -2 "$portclaim" doctor --user t.service
    [[ $output == *'`systemctl --user unmask t.service`'* ]]
    unit t LoadState=bad-setting
    run -2 "$portclaim" doctor t.service
    [[ $output == *'systemd-analyze verify t.service'* ]]
    unit t Type=
    run -2 "$portclaim" doctor t.service
    [[ $output == *'is no service'* ]]
    printf '%s\n' LoadState=loaded Id=t.socket >"$units/t.socket"
    run -2 "$portclaim" doctor t.socket
    [[ $output == *'t.socket is no service'* ]]
    unit t ExecStart= ExecStartEx=
    run -2 "$portclaim" doctor t.service
    [[ $output == *'has no ExecStart='* ]]
}

@test "C06 doctor UNIT: names that are of no unit, or of several" {
    local name
    : >asked
    for name in '*.service' 'a?' '[a]' ../t.service; do
        run -2 --separate-stderr "$portclaim" doctor --unit "$name"
        assert_equal "$output" ""
        [[ $stderr == *"$name is not the name of one unit"* ]]
    done
    for name in t@ t@.service; do
        run -2 "$portclaim" doctor --unit "$name"
        [[ $output == *"$name is a template; name an instance of it, as in t@1.service"* ]]
    done
    assert_equal "$(cat asked)" ""
}

@test "C06 doctor UNIT: an escaped name is quoted where a shell reads it" {
    unit 'a\x2db' LoadState=masked
    run -2 "$portclaim" doctor 'a\x2db.service'
    [[ $output == *"\`systemctl unmask 'a\x2db.service'\`"* ]]
    unit 'a\x2db' Environment= 'TriggeredBy=a\x2db.socket'
    doctor 1 'a\x2db'
    assert_cure activation "systemctl disable --now 'a\x2db.socket'"
    run -0 "$portclaim" doctor --dropin 'a\x2db'
    [[ $output == *"; systemctl restart 'a\x2db.service'"* ]]
}

@test "C06 doctor UNIT: no systemctl, or one that fails" {
    printf '#!/bin/sh\necho "no bus: Host is down" >&2\nexit 1\n' >bin/systemctl
    run -2 --separate-stderr "$portclaim" doctor t.service
    assert_equal "$output" ""
    assert_equal "$stderr" "portclaim doctor: systemctl says: no bus: Host is down"
    PATH=$here/nothing run -2 "$portclaim" doctor t.service
    [[ $output == *'systemctl cannot be run: No such file'* ]]
}

@test "C06 doctor: mistakes" {
    local arguments
    for arguments in '' 'a b' '--pid 1 --unit x' '--json --dropin x' '--pid 1 --user' \
        '--dropin --pid 1' '--unit'; do
        # shellcheck disable=SC2086
        run -2 "$portclaim" doctor $arguments
        [[ $output == *'usage: portclaim doctor '* ]] || fail "$arguments: $output"
    done
    run -2 "$portclaim" doctor --drop-in x
    [[ $output == *'did you mean --dropin?'* ]]
    run -0 "$portclaim" doctor --help
    [[ $output == *--dropin* ]]
}

# ----- the drop-in ------------------------------------------------------------------------------

# With everything where a unit's user can read it, wherever this repository is.
publish() {
    cp "$portclaim" "$public/"
    portclaim=$public/portclaim
    object=$public/libportclaim.so
}

lines_of_dropin() {
    run -0 --separate-stderr "$portclaim" doctor --dropin "$@"
    assert_equal "$stderr" ""
    output=$(grep -v '^#' <<<"$output")
}

@test "C06 doctor --dropin: a hardened unit gets what it lacks, and each line its reason" {
    publish
    unit t Environment= Type=notify TimeoutStartUSec=2s KillMode=process User=4242 PrivateTmp=yes \
        'RestrictAddressFamilies=AF_INET AF_INET6' "BindReadOnlyPaths=$public:$public:rbind"
    lines_of_dropin t
    assert_equal "$output" "[Service]
Environment=LD_PRELOAD=$object
RestrictAddressFamilies=AF_NETLINK
RuntimeDirectory=portclaim-%N
RuntimeDirectoryPreserve=restart
Environment=PORTCLAIM_STATE_DIR=%t/portclaim-%N/state
KillMode=mixed
TimeoutStartSec=90"
    run -0 "$portclaim" doctor --dropin t.service
    assert_equal "${lines[0]}" '# /etc/systemd/system/t.service.d/portclaim.conf'
    assert_equal "${lines[1]}" '# Then: systemctl daemon-reload; systemctl restart t.service'
    assert_equal "$(grep -c '^# .*: ' <<<"$output")" 6
}

@test "C06 doctor --dropin: nothing that is not needed" {
    unit t
    lines_of_dropin t
    assert_equal "$output" '[Service]'
    unit t Environment=
    lines_of_dropin t
    assert_equal "$output" "[Service]
Environment=LD_PRELOAD=$object"
    unit t Environment=LD_PRELOAD=/opt/a%b.so
    lines_of_dropin t
    assert_equal "$output" "[Service]
Environment=LD_PRELOAD=$object:/opt/a%%b.so"
}

@test "C06 doctor --dropin --user" {
    unit t Environment=
    run -0 "$portclaim" doctor --user --dropin t
    assert_equal "${lines[0]}" '# ~/.config/systemd/user/t.service.d/portclaim.conf'
    assert_equal "${lines[1]}" \
        '# Then: systemctl --user daemon-reload; systemctl --user restart t.service'
}

@test "C06 doctor --dropin: what no drop-in cures is said" {
    echo 'int main(void) { return 0; }' >small.c
    cc -static -o small small.c
    unit t "$(command_properties "$here/small")"
    run -1 --separate-stderr "$portclaim" doctor --dropin t
    assert_equal "$output" ""
    [[ $stderr == *'no drop-in makes portclaim help t.service'*static* ]]
    run -2 --separate-stderr "$portclaim" doctor --dropin nowhere
    assert_equal "$output" ""
}

# ----- for people and for programs --------------------------------------------------------------

@test "C06 doctor: the last line sums up" {
    unit t KillMode=none
    run -0 "$portclaim" doctor t.service
    assert_equal "${lines[-1]}" 'portclaim would help here, with 1 warning'
    unit t KillMode=none 'RestrictAddressFamilies=AF_INET'
    run -0 "$portclaim" doctor t.service
    assert_equal "${lines[-1]}" 'portclaim would help here, with 2 warnings'
    unit t PrivateUsers=yes
    run -1 "$portclaim" doctor t.service
    assert_equal "${lines[-1]}" 'portclaim would not help here: 1 failure'
    unit t PrivateUsers=yes Environment= KillMode=none
    run -1 "$portclaim" doctor t.service
    assert_equal "${lines[-1]}" 'portclaim would not help here: 2 failures, 1 warning'
}

@test "C06 doctor: colour on a terminal only, and not with NO_COLOR" {
    local escape=$'\e['
    run -0 "$portclaim" doctor "$server"
    [[ $output != *"$escape"* ]]
    run -0 env -u NO_COLOR TERM=xterm script -qec "$portclaim doctor $server" /dev/null
    [[ $output == *"$escape"* ]]
    run -0 env NO_COLOR=1 TERM=xterm script -qec "$portclaim doctor $server" /dev/null
    [[ $output != *"$escape"* ]]
}

@test "C06 doctor --json: its shape" {
    unit t PrivateUsers=yes KillMode=none
    doctor 1 t.service
    jq -e '
        (keys == ["checks", "kind", "result", "subject", "version"]) and
        (.result == "fail") and
        (.checks | all(
            (.check | type == "string") and (.found | type == "string") and
            (.result | IN("pass", "warn", "fail")) and
            (has("why") == (.result != "pass")) and
            ((keys - ["check", "result", "found", "why", "cure"]) == [])))' <<<"$report"
    assert_equal "$(jq -r .version <<<"$report")" \
        "$("$portclaim" --version | cut -d ' ' -f 2)"
}

@test "O06 doctor: hostile names cannot forge a line or move the cursor" {
    local hostile=$'a\e[2Jb'
    unit t "Environment=LD_PRELOAD=/x/$hostile.so \"PORTCLAIM_LOG=/x\\npass  program: fine\"" \
        'User=nobody'$'\e[2J'
    run -1 "$portclaim" doctor t.service
    [[ $output != *$'\e'* ]]
    refute grep -q '^pass  program: fine' <<<"$output"
    run -2 "$portclaim" doctor $'no\nwhere\e[2J'
    [[ $output != *$'\e'* ]]
    assert_equal "${#lines[@]}" 1
}

# well_behaved ARGUMENT...: valgrind's errors, leaks included, have the exit code 99. It knows no
# pidfd_open(2), so most answers are not those of other tests.
well_behaved() {
    run "${memcheck[@]}" "$portclaim" doctor "$@"
    [ "$status" -ne 99 ] || fail "$output"
    refute grep '^==' <<<"$output"
}

@test "C06 doctor: no leak, no error, under valgrind" {
    require_command valgrind
    memcheck=(valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite)
    serve old "${under[@]}" PORTCLAIM_ONLY=server
    unit t PrivateUsers=yes ProtectSystem=strict 'SystemCallFilter=~pidfd_open' \
        "EnvironmentFiles=$here/file (ignore_errors=no)" SupplementaryGroups='tty adm' \
        "BindReadOnlyPaths=/a:/b:rbind" TriggeredBy=t.socket RuntimeDirectory='a b'
    echo 'A="b c"' >file
    well_behaved --json "$(pid_of old)"
    serve new "$portclaim" run --engine=seccomp --
    well_behaved "$(pid_of new)"
    well_behaved t.service
    well_behaved nowhere.service
    well_behaved --dropin t.service
}
