/*
 * elf: what execve(2) and ld.so(8) will make of an ELF file (elf(5)), without running it.
 *
 * Nothing that a file says of itself is believed: every offset and size is checked against what
 * could be read. Files that this machine does not run are not looked into.
 */
#ifndef PORTCLAIM_ELF_H
#define PORTCLAIM_ELF_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum elf_kind {
    ELF_NONE,       /* no ELF file */
    ELF_DAMAGED,    /* one that the kernel will not run: cut, no program, or sizes that cannot be */
    ELF_FOREIGN,    /* for another machine, word size or byte order; only those are known */
    ELF_COMPATIBLE, /* of 32 bits, which this machine of 64 bits runs as well: i386 on x86-64 */
    ELF_OWN,
};

struct elf {
    enum elf_kind kind;
    uint16_t machine;      /* e_machine */
    int word_bits;         /* 32 or 64; 0: not ELF */
    char loader[PATH_MAX]; /* PT_INTERP; "" when there is none: static, or a loader itself */
    bool go;               /* made by the Go toolchain */
};

/* Reads it from an open file, whose offset it leaves alone. Returns the kind. */
enum elf_kind elf_read(int descriptor, struct elf *elf);

/*
 * Copies the text of the note (of program header PT_NOTE) with this owner and type, ended in NUL.
 * False when there is none, or it does not fit.
 */
bool elf_read_note(int descriptor, const char *owner, uint32_t type, char *text, size_t size);

/* Is all that would be loaded of it there? One that was cut ends its program with SIGBUS. */
bool elf_is_whole(int descriptor);

#endif
