# shellcheck shell=bash
# The variables of servers.bash and the harness, and ours that they use:
# shellcheck disable=SC2154,SC2034
# The kinds of servers that every check has beside servers.bash's own, and those of check-servers:
# how each is started, who answers, and what has to be known of it. What is tested of a kind is in
# kind(), for the engine of the directory that the test lies in.

# What has to be there: commands, or files that make builds where it has a compiler for them.
declare -gA needs=(
    [node]=node
    [nginx]=nginx
    [redis]=redis-server
    [python_module]=python3
    [asyncio]=python3
    [caddy]=caddy
    [go]=$build/tests/gateway_go
    [busybox]=busybox
    [haproxy]=haproxy
    [haproxy_alone]=haproxy
    [lighttpd]=lighttpd
    [dnsmasq]=dnsmasq
    [memcached]=memcached
    [php]=php
    [jvm]="java $build/tests/Gateway.class"
    [unbound]=unbound
    [unbound_alone]=unbound
    [c_musl]=$build/tests/musl/server
    [c_musl_static]=$build/tests/musl/server_static
    [c_i386]="$build/tests/i386/server /lib/ld-linux.so.2"
)

# What says its version, for the matrix.
declare -gA version_by=(
    [node]="node --version"
    [node_cluster]="node --version"
    [nginx]="nginx -v"
    [redis]="redis-server --version"
    [python_module]="python3 --version"
    [asyncio]="python3 --version"
    [caddy]="caddy version"
    [go]="go version"
    [busybox]="busybox"
    [haproxy]="haproxy -v"
    [haproxy_alone]="haproxy -v"
    [lighttpd]="lighttpd -v"
    [dnsmasq]="dnsmasq -v"
    [memcached]="memcached -V"
    [php]="php -v"
    [jvm]="java --version"
    [unbound]="unbound -V"
    [unbound_alone]="unbound -V"
)

# What LD_PRELOAD does not reach, and why: `run` has to know.
declare -gA beyond_preload=(
    [caddy]="Go programs make their system calls themselves"
    [go]="Go programs make their system calls themselves"
    [busybox]="Static programs load no shared object"
    [c_static]="Static programs load no shared object"
    [c_musl_static]="Static programs load no shared object"
)

[ -e "$build/i386/libportclaim.so" ] ||
    beyond_preload[c_i386]="Programs of 32 bits want an object of their own (\`make multilib\`)"

# What works, but not however it is started.
declare -gA caveats=(
    [memcached]="Started as the user it runs as. Told by \`-u\` it gives up root before it binds: then nobody may look into the old one, which is left alone"
)

# Their sockets have SO_REUSEPORT: the next instance's bind() succeeds beside the old one's.
declare -gA shares_port=([caddy]=yes [haproxy]=yes [unbound]=yes)

# They set no SO_REUSEADDR: what the old one's answers leave in TIME_WAIT is harmless if that one was
# under portclaim as well, and privileges are not needed.
declare -gA served_before=(
    [asyncio]=yes [c_server]=yes [c_static]=yes [c_musl]=yes [c_musl_static]=yes [c_i386]=yes)

# Master and workers: each is asked to end.
declare -gA processes_of=([nginx]=3 [node_cluster]=3)

# ----- how they are started -------------------------------------------------------------------

# own_directory KIND PORT: two instances of one service share it; another service has its own.
own_directory() {
    local directory=$BATS_TEST_TMPDIR/$1-$2
    mkdir -p "$directory"
    echo "$directory"
}

# Its endpoint for administration, on port 2019, would be shared just as the other one is.
caddy_command() {
    local own
    own=$(own_directory caddy "$1")
    cat >"$own/Caddyfile" <<END
{
	admin off
	auto_https off
}
:$1 {
	bind 127.0.0.1
	respond "here"
}
END
    command=(env -u XDG_CONFIG_HOME -u XDG_DATA_HOME "HOME=$own"
        caddy run --adapter caddyfile --config "$own/Caddyfile")
}

go_command() {
    command=("$build/tests/gateway_go" "127.0.0.1:$1")
}

busybox_command() {
    local own
    own=$(own_directory busybox "$1")
    echo here >"$own/index.html"
    command=(busybox httpd -f -p "127.0.0.1:$1" -h "$own")
}

# write_haproxy PORT DIRECTIVE...: for its section "global"
write_haproxy() {
    local own
    own=$(own_directory haproxy "$1")
    cat >"$own/haproxy.cfg" <<END
global
    ${2:-}
defaults
    mode http
    timeout client 5s
    timeout connect 5s
    timeout server 5s
frontend gateway
    bind 127.0.0.1:$1
    http-request return status 200 content-type text/plain lf-string "%pid\n"
END
    command=(haproxy -db -f "$own/haproxy.cfg")
}

haproxy_command() { write_haproxy "$1"; }
haproxy_alone_command() { write_haproxy "$1" noreuseport; }

lighttpd_command() {
    local own
    own=$(own_directory lighttpd "$1")
    echo here >"$own/index.html"
    cat >"$own/lighttpd.conf" <<END
server.bind = "127.0.0.1"
server.port = $1
server.document-root = "$own"
index-file.names = ("index.html")
END
    command=(lighttpd -D -f "$own/lighttpd.conf")
}

# Started by root, it becomes another user once it has its sockets.
dnsmasq_command() {
    command=(dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --no-resolv --no-hosts
        --port="$1" --listen-address=127.0.0.1 --bind-interfaces --address=/here.test/192.0.2.1)
}

# It does not run as root without being told.
memcached_command() {
    command=(memcached -l 127.0.0.1 -p "$1" -U "$1" -m 8 -t 1)
    if is_root; then command+=(-u root); fi
}

php_command() {
    command=(php -n -S "127.0.0.1:$1" "$servers/router.php")
}

jvm_command() {
    command=(java -XX:-UsePerfData -XX:TieredStopAtLevel=1 -cp "$build/tests" Gateway "$1")
}

# write_unbound PORT LINE...: for its section "server"
write_unbound() {
    local own
    own=$(own_directory unbound "$1")
    cat >"$own/unbound.conf" <<END
server:
    ${2:-}
    interface: 127.0.0.1
    port: $1
    username: ""
    chroot: ""
    directory: "$own"
    pidfile: ""
    use-syslog: no
    module-config: "iterator"
    local-data: "here.test. A 192.0.2.1"
remote-control:
    control-enable: no
END
    command=(unbound -d -c "$own/unbound.conf")
}

unbound_command() { write_unbound "$1"; }
unbound_alone_command() { write_unbound "$1" "so-reuseport: no"; }

c_static_command() { command=("$build/tests/static/server" --port "$1" --close-first); }
c_musl_command() { command=("$build/tests/musl/server" --port "$1" --close-first); }
c_musl_static_command() { command=("$build/tests/musl/server_static" --port "$1" --close-first); }
c_i386_command() { command=("$build/tests/i386/server" --port "$1" --close-first); }

# ----- who answers ----------------------------------------------------------------------------

ask_go() { ask_http "$1"; }
ask_haproxy() { ask_http "$1"; }
ask_haproxy_alone() { ask_http "$1"; }
ask_php() { ask_http "$1"; }
ask_jvm() { ask_http "$1"; }
ask_c_static() { ask_c_server "$1"; }
ask_c_musl() { ask_c_server "$1"; }
ask_c_musl_static() { ask_c_server "$1"; }
ask_c_i386() { ask_c_server "$1"; }

# Those that cannot tell who they are.
ask_file() {
    [ "$(ask_http "$1")" = here ] && listeners "$1"
}
ask_caddy() { ask_file "$1"; }
ask_busybox() { ask_file "$1"; }
ask_lighttpd() { ask_file "$1"; }

# By UDP and by TCP.
ask_dns() {
    "${network[@]}" perl "$servers/dns.pl" "$1" here.test 192.0.2.1 && listeners "$1"
}
ask_dnsmasq() { ask_dns "$1"; }
ask_unbound() { ask_dns "$1"; }
ask_unbound_alone() { ask_dns "$1"; }

# The protocol's frame of 8 bytes goes before a datagram.
ask_memcached() {
    local by_tcp by_udp
    by_tcp=$(exchange 127.0.0.1 "$1" 'stats\r\nquit\r\n' | tr -d '\r' | sed -n 's/^STAT pid //p')
    # shellcheck disable=SC2016
    by_udp=$("${network[@]}" timeout 2 bash -c '
        exec 9<>"/dev/udp/127.0.0.1/$1" && printf "\0\1\0\0\0\1\0\0stats\r\n" >&9 &&
            dd bs=2000 count=1 <&9' - "$1" 2>/dev/null |
        tr -d '\0\r' | sed -n 's/.*STAT pid //p')
    [ "$by_tcp" = "$by_udp" ] && echo "$by_tcp"
}

# ----- what is tested of each -----------------------------------------------------------------

# note VALUE REASON: what the matrix says of the kind where it is not "works" alone. It is kept in the
# record of the test.
note() {
    echo "# cell $1: $2" >&3
}

require_kind() {
    local thing
    for thing in ${needs[$1]:-}; do
        [ -e "$thing" ] || command -v "$thing" >/dev/null || skip "needs ${thing#"$repository"/}"
    done
    if [ "$1" = busybox ] && ldd "$(command -v busybox)" >/dev/null 2>&1; then
        skip "needs a static busybox"
    fi
}

# Where the engine is the one that `run` would choose, `run` has to choose it. The other one is
# tested in check-servers, and whenever this file is run by hand.
choose_way() {
    under=("$build/portclaim" run --engine=auto --)
    if [ "$engine" = seccomp ] && [ -z "${beyond_preload[$1]:-}" ]; then
        [ -z "${ONE_ENGINE:-}" ] || skip "by both engines in make check-servers"
        under=("$build/portclaim" run --engine=seccomp --)
    elif [ "$engine$1" = preloadc_i386 ]; then
        under=(env "LD_PRELOAD=$build/i386/libportclaim.so")
    fi
}

assert_engine() {
    local found=seccomp
    if grep -q '/libportclaim\.so$' "/proc/$1/maps"; then found=preload; fi
    assert_equal "served by $found" "served by $engine"
}

taken_over() {
    local before=()
    if [ -n "${served_before[$1]:-}" ]; then before=("${under[@]}"); fi
    if [ -n "${processes_of[$1]:-}" ]; then
        takeover "$1" "${before[@]}"
        assert_equal "${#old_family[@]}" "${processes_of[$1]}"
    else
        polite_takeover "$1" "${before[@]}"
    fi
    assert_engine "$new"
}

both_listen() {
    [ "$(listeners "$port" | xargs)" = "$(printf '%s\n' "$old" "$new" | sort -n | xargs)" ]
}

# Nothing fails, and so nobody has to go, unless PORTCLAIM_REUSEPORT=on asks for it.
shared() {
    launch_old "$1"
    launch new "$1" "$port" "${under[@]}"
    new=$started
    wait_until 20 both_listen
    assert_engine "$new"
    assert_alive "$old"
    assert_not_said new "$won"
    kill -KILL "$old" "$new"
    assert_dead "$old" "$new"
    PORTCLAIM_REUSEPORT=on taken_over "$1"
    note works "With \`PORTCLAIM_REUSEPORT=on\`; without, the old and the new instance share the port (SO_REUSEPORT)"
}

# left_alone KIND: a stranger, who has the port that it wants. What becomes of a server that waits in
# vain is no affair of its kind: retry.bats.
left_alone() {
    cp "$build/tests/server" "$BATS_TEST_TMPDIR/stranger"
    start stranger "${network[@]}" "$BATS_TEST_TMPDIR/stranger" --port "$stranger_port"
    wait_for_line stranger '^listening'
    PORTCLAIM_WAIT_MS=20000 launch waiting "$1" "$stranger_port" "${under[@]}"
    wait_for_line waiting "portclaim.*:$stranger_port is held by .*: foreign, another program; waiting" 20
    kill -KILL "$started"
    assert_dead "$started"
    assert_alive "$(pid_of stranger)"
    assert_not_said stranger '^signal'
}

# It can't be served, and `run` says why.
turned_away() {
    local command
    "${1}_command" "$port"
    start new "${network[@]}" "$build/portclaim" run --engine=preload -- "${command[@]}"
    assert_exit new 125
    assert_said new 'portclaim run: cannot serve '
    note – "${beyond_preload[$1]}"
}

# kind KIND
kind() {
    require_kind "$1"
    if [ "$engine" = preload ] && [ -n "${beyond_preload[$1]:-}" ]; then
        turned_away "$1"
        return
    fi
    choose_way "$1"
    if [ -n "${shares_port[$1]:-}" ]; then shared "$1"; else taken_over "$1"; fi
    # These go on trying: the one for seconds, the other in ever new workers (N07 in servers.bats).
    [ -n "${processes_of[$1]:-}" ] || left_alone "$1"
    [ -z "${caveats[$1]:-}" ] || note works "${caveats[$1]}"
}
