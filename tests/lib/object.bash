# shellcheck shell=bash
# What the shared object may ask of the loader, of whichever machine it is:
#
#     check_object FILE [LIBC]
#
# A loader passes over what it does not know, and the program crashes later: glibc 2.17 (CentOS 7)
# ignores DT_RELR, and knows no GLIBC_ABI_DT_RELR to refuse it by. So everything that the file has
# must be among what glibc 2.17 and musl 1.1 know: elf_get_dynamic_info(), elf_machine_rela() and
# open_verify() of glibc, decode_dyn() and do_relocs() of musl.

loader_knows_tags='SONAME|INIT_ARRAY|INIT_ARRAYSZ|FINI_ARRAY|FINI_ARRAYSZ|HASH|GNU_HASH|STRTAB|SYMTAB'
loader_knows_tags+='|STRSZ|SYMENT|PLTGOT|PLTRELSZ|PLTREL|JMPREL|RELA?|RELA?SZ|RELA?ENT|RELA?COUNT'
loader_knows_tags+='|BIND_NOW|FLAGS|FLAGS_1|NULL'
# No IRELATIVE (an IFUNC), nothing of thread-local storage, no COPY.
loader_knows_relocations='R_(X86_64|386|AARCH64|ARM)_(64|32|ABS64|ABS32|GLOB_DAT|JUMP_SLOT|RELATIVE)'
loader_knows_segments='LOAD|DYNAMIC|NOTE|GNU_PROPERTY|GNU_EH_FRAME|GNU_STACK|GNU_RELRO|EXIDX'

check_object() {
    check_header "$1" && check_tags "$1" && check_relocations "$1" && check_segments "$1" &&
        check_notes "$1" && check_symbols "$1" "${2:-}"
}

# none_but PATTERN WHAT FILE: of the words on standard input
none_but() {
    local others
    others=$(grep -vxE "($1)" | sort -u | xargs)
    [ -z "$others" ] || fail "$3: $2: $others"
}

# Another ABI's loader is meant by another number: 3 (GNU) is for what has an IFUNC.
check_header() {
    local header
    header=$(readelf --file-header --wide "$1")
    { grep -qE 'OS/ABI: *UNIX - System V' <<<"$header" && grep -qE 'ABI Version: *0$' <<<"$header" &&
        grep -qE 'Type: *DYN ' <<<"$header"; } || fail "$1: no shared object of the System V ABI"
}

# No NEEDED, no VERNEED, VERNEEDNUM and VERSYM, no RELR, no TEXTREL.
check_tags() {
    local tags
    tags=$(readelf --dynamic --wide "$1" | sed -n 's/^ *0x[0-9a-f]* (\([A-Z_0-9]*\)).*/\1/p')
    { grep -qxE 'HASH|GNU_HASH' <<<"$tags" && grep -qx SONAME <<<"$tags"; } ||
        fail "$1: it has no name, or no hash table" || return 1
    none_but "$loader_knows_tags" "dynamic tags that old loaders do not know" "$1" <<<"$tags"
}

check_relocations() {
    readelf --relocs --wide "$1" | awk '$3 ~ /^R_/ { print $3 }' |
        none_but "$loader_knows_relocations" "relocations that old loaders do not know" "$1"
}

# No TLS: what a program's threads have of it was given away before this came.
check_segments() {
    local segments
    segments=$(readelf --segments --wide "$1" | sed -n '/^Program Headers/,/^$/p')
    grep -qE 'GNU_STACK .* RW ' <<<"$segments" || fail "$1: it wants an executable stack" || return 1
    refute grep -qE 'LOAD .* RWE ' <<<"$segments" || return 1
    awk '$2 ~ /^0x/ { print $1 }' <<<"$segments" |
        none_but "$loader_knows_segments" "segments that old loaders do not know" "$1"
}

# A least kernel (NT_GNU_ABI_TAG) or instruction set is a reason for a loader to refuse it.
check_notes() {
    refute grep -E 'NT_GNU_ABI_TAG|ISA needed' <<<"$(readelf --notes --wide "$1")"
}

# since_of NAME LIBC: the version of glibc that first had it; nothing when none has
since_of() {
    readelf --dyn-syms --wide "$2" | sed -nE "/ UND /d; s/.* $1@@?GLIBC_//p" | sort -V | head -n 1
}

# Nothing that asks for a version, and nothing that glibc 2.17 has not.
check_symbols() {
    local name wanted since
    wanted=$(readelf --dyn-syms --wide "$1" |
        awk '$1 ~ /^[0-9]+:$/ && $7 == "UND" && $8 != "" { print $8 }')
    refute grep @ <<<"$wanted" || return 1
    [ -n "$2" ] || return 0
    for name in $wanted; do
        since=$(since_of "$name" "$2")
        [ "$(printf '%s\n' "${since:-never}" 2.17 | sort -V | tail -n 1)" = 2.17 ] ||
            fail "$1: $name came with glibc ${since:-never}" || return 1
    done
}
