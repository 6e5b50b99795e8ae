#!/usr/bin/env bats
# make install, make uninstall.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness

# Other tests use the build while this file makes another of it. What is copied is as new as the copy, in
# the order in which make builds it: nothing is compiled again.
copy_build() {
    mkdir "$1"
    cp -r "$build/libdir" "$build/preload" "$build/libportclaim.so" "$build/portclaim" "$1"
}

setup_file() {
    build=$(cd "${BATS_TEST_FILENAME%/tests/*}" && pwd)/build
    copy_build "$BATS_FILE_TMPDIR/build"
}

setup() {
    harness_setup
    destination=$BATS_TEST_TMPDIR/destination
    copy=$BATS_FILE_TMPDIR/build
}

# For a test that changes it.
take_copy() {
    copy=$BATS_TEST_TMPDIR/build
    copy_build "$copy"
}

teardown() {
    harness_teardown
}

# make_target TARGET [VARIABLE=VALUE ...]: without what a `make check` around it was told, or the shell.
make_target() {
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u PREFIX -u LIBDIR make --no-print-directory -C "$repository" \
        "BUILD=$copy" "$@" >"$(log_of make)" 2>&1 || fail "make $*"
}

# What is below the directory: mode, kind and name, directories with a slash.
listing() {
    (cd "$1" && find . -type d -printf '%m %P/\n' -o -printf '%m %P\n') | LC_ALL=C sort -k 2
}

files_of() {
    (cd "$1" && find . ! -type d -printf '%P\n') | LC_ALL=C sort
}

# What there is to be after installation below PREFIX, with LIBDIR in it: expected LIBDIR
expected() {
    local file mode
    echo "755 bin/portclaim"
    echo "644 $1/libportclaim.so"
    echo "644 share/bash-completion/completions/portclaim"
    echo "644 share/man/man1/portclaim.1"
    echo "644 share/man/man7/portclaim.7"
    # Nothing for Windows.
    (cd "$repository" && find examples -type f ! -path 'examples/windows/*') | while read -r file; do
        mode=644
        [ ! -x "$repository/$file" ] || mode=755
        echo "$mode share/doc/portclaim/$file"
    done
}

@test "C01 make install: these files and no others, readable whatever the umask" {
    (umask 077 && make_target install "DESTDIR=$destination")
    assert_equal "$(listing "$destination/usr/local" | grep -v '/$')" \
        "$(expected lib | LC_ALL=C sort -k 2)"
    assert_equal "$(files_of "$destination" | grep -v '^usr/local/' || true)" ""
    assert_equal "$(listing "$destination/usr" | grep '/$' | grep -v '^755 ' || true)" ""
    cmp "$destination/usr/local/lib/libportclaim.so" "$copy/libportclaim.so"
    cmp "$destination/usr/local/bin/portclaim" "$copy/portclaim"
    cmp "$destination/usr/local/share/man/man1/portclaim.1" "$repository/man/portclaim.1"
    cmp "$destination/usr/local/share/bash-completion/completions/portclaim" \
        "$repository/preload/command/completion.bash"
}

@test "C01 make install: PREFIX and LIBDIR, with blanks in DESTDIR" {
    take_copy
    destination="$BATS_TEST_TMPDIR/a destination"
    make_target install "DESTDIR=$destination" PREFIX=/opt/portclaim LIBDIR=/opt/portclaim/lib64
    assert_equal "$(listing "$destination/opt/portclaim" | grep -v '/$')" \
        "$(expected lib64 | LC_ALL=C sort -k 2)"
    make_target uninstall "DESTDIR=$destination" PREFIX=/opt/portclaim LIBDIR=/opt/portclaim/lib64
    assert_equal "$(files_of "$destination")" ""
}

@test "C01 make uninstall: all that was installed goes, and nothing else" {
    local prefix=$destination/usr/local
    mkdir -p "$prefix/lib" "$prefix/share/doc/other" "$prefix/share/man/man1"
    touch "$prefix/lib/libother.so" "$prefix/share/man/man1/other.1"
    make_target install "DESTDIR=$destination"
    make_target uninstall "DESTDIR=$destination"
    assert_equal "$(files_of "$prefix" | xargs)" "lib/libother.so share/man/man1/other.1"
    [ -d "$prefix/share/doc/other" ]
    assert_equal "$(find "$prefix" -name '*portclaim*')" ""
    make_target uninstall "DESTDIR=$destination"
}

@test "C01 make uninstall: the object of another installation stays, also where multilib's would be" {
    local prefix=$destination/usr/local
    mkdir -p "$prefix/lib64" "$prefix/lib/x86_64-linux-gnu" "$prefix/lib32"
    cp "$copy/libportclaim.so" "$prefix/lib64"
    ln -s ../lib64/libportclaim.so "$prefix/lib32/libportclaim.so"
    ln -s ../libportclaim.so "$prefix/lib/x86_64-linux-gnu/libportclaim.so"
    make_target install "DESTDIR=$destination"
    make_target uninstall "DESTDIR=$destination"
    assert_equal "$(files_of "$prefix" | xargs)" "lib32/libportclaim.so lib64/libportclaim.so"
}

@test "C01 make uninstall: a user's own file among the examples stays" {
    local examples=$destination/usr/local/share/doc/portclaim/examples
    make_target install "DESTDIR=$destination"
    touch "$examples/my-own.conf"
    make_target uninstall "DESTDIR=$destination"
    assert_equal "$(files_of "$destination")" "usr/local/share/doc/portclaim/examples/my-own.conf"
}

@test "C01 make install-multilib: both objects where the loaders look, and uninstall takes them away" {
    local prefix=$destination/usr/local lib
    [ -x "$build/tests/i386/server" ] || skip "no compiler for programs of 32 bits when the tests were built"
    take_copy
    cp -r "$build/i386" "$copy"
    touch "$copy/i386/libportclaim.so"
    make_target install-multilib "DESTDIR=$destination"
    make_network
    for lib in "$prefix"/lib*/libportclaim.so "$prefix"/lib/*/libportclaim.so; do
        [ "$(stat -Lc %a "$lib")" = 644 ]
    done
    # By the line that users write, and by the command.
    start new "${network[@]}" env "LD_PRELOAD=$prefix/\$LIB/libportclaim.so" \
        "$build/tests/i386/server" --port "$port"
    wait_for_line new '^listening'
    lib=$(sed -n 's|.* \(/.*\)/libportclaim.so$|\1|p' "/proc/$(pid_of new)/maps" | sort -u)
    cmp "$lib/libportclaim.so" "$copy/i386/libportclaim.so"
    run -0 "$prefix/bin/portclaim" run -- sh -c 'echo "$LD_PRELOAD"'
    assert_equal "$output" "$prefix/\$LIB/libportclaim.so"
    make_target uninstall "DESTDIR=$destination"
    assert_equal "$(files_of "$destination")" ""
    # Where no loader can be asked, it is to be said; then it is done. All is compiled: no compiler is
    # looked for again.
    refute make_target install-multilib "DESTDIR=$destination" I386_CC=: LIB64= LIB32=
    grep -q 'make install-multilib LIB64=' "$(log_of make)"
    make_target install-multilib "DESTDIR=$destination" I386_CC=: LIB64=lib64 \
        LIB32=lib/i386-linux-gnu
    cmp "$prefix/lib/i386-linux-gnu/libportclaim.so" "$copy/i386/libportclaim.so"
    [ "$prefix/lib64/libportclaim.so" -ef "$prefix/lib/libportclaim.so" ]
    # In one directory there is no room for both, whatever it is called.
    rmdir "$prefix/lib32"
    ln -s lib "$prefix/lib32"
    refute make_target install-multilib "DESTDIR=$destination" I386_CC=: LIB64=lib64 LIB32=lib32
    cmp "$prefix/lib/libportclaim.so" "$copy/libportclaim.so"
    grep -q 'install into another directory' "$(log_of make)"
}

@test "C01 make multilib: without a compiler it says which" {
    refute make_target multilib I386_CC=
    grep -q 'gcc-i686-linux-gnu' "$(log_of make)"
}

@test "C01 make install: over an older one that a server has mapped" {
    local installed=$destination/usr/local/lib/libportclaim.so
    make_network
    mkdir -p "${installed%/*}"
    cp "$copy/libportclaim.so" "$installed"
    echo older >>"$installed"
    cp "$installed" "$BATS_TEST_TMPDIR/older"
    ln "$installed" "$BATS_TEST_TMPDIR/mapped"
    start old "${network[@]}" env "LD_PRELOAD=$installed" "$server" --port "$port"
    wait_for_line old '^listening'
    make_target install "DESTDIR=$destination"
    cmp "$installed" "$copy/libportclaim.so"
    cmp "$BATS_TEST_TMPDIR/mapped" "$BATS_TEST_TMPDIR/older"
    grep -q "$installed (deleted)" "/proc/$(pid_of old)/maps"
    start new "${network[@]}" env "LD_PRELOAD=$installed" "$server" --port "$port"
    wait_for_line new '^listening'
    assert_exit old 0
}

# serves PORTCLAIM OBJECT: does the command run a server under this object?
serves() {
    make_network
    start new "${network[@]}" "$1" run -- "$server" --port "$port"
    wait_for_line new '^listening'
    grep -q " $2\$" "/proc/$(pid_of new)/maps" || fail "$2 is not loaded"
}

@test "C01 what is installed works: the command finds the object in ../lib" {
    take_copy
    make_target install "DESTDIR=$destination"
    rm "$copy/libportclaim.so"
    assert_equal "$("$destination/usr/local/bin/portclaim" --version)" "$("$build/portclaim" --version)"
    serves "$destination/usr/local/bin/portclaim" "$destination/usr/local/lib/libportclaim.so"
}

@test "C01 what is installed works: the command finds the object in the LIBDIR it was built for" {
    take_copy
    make_target install "PREFIX=$destination" "LIBDIR=$destination/lib/machine"
    rm "$copy/libportclaim.so"
    [ ! -e "$destination/lib/libportclaim.so" ]
    serves "$destination/bin/portclaim" "$destination/lib/machine/libportclaim.so"
}

@test "C01 make: nothing is built twice, and the command again for another LIBDIR" {
    local before
    take_copy
    make_target all
    before=$(stat -c %y "$copy/portclaim" "$copy/libportclaim.so")
    make_target all
    assert_equal "$(stat -c %y "$copy/portclaim" "$copy/libportclaim.so")" "$before"
    refute grep -aq /elsewhere/lib "$copy/portclaim"
    make_target all LIBDIR=/elsewhere/lib
    grep -aq /elsewhere/lib "$copy/portclaim"
    assert_equal "$(stat -c %y "$copy/libportclaim.so")" "$(tail -n 1 <<<"$before")"
}
