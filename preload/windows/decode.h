/*
 * decode: how long an x86-64 instruction is, and what in it depends on where it stands.
 *
 * It knows what compilers put at the start of functions and much more: the general instructions,
 * x87, SSE, AVX and AVX-512. It does not check that operands are permitted, and answers false for
 * what it does not know: privileged and AMD-only instructions, invalid opcodes, prefixes that
 * processors read differently. Pure C, nothing of an operating system: it is tested against objdump
 * on Linux.
 *
 * Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, appendix A
 * (opcode map), sections 2.1 (format), 2.3 (VEX), 2.7 (EVEX).
 */
#ifndef PORTCLAIM_DECODE_H
#define PORTCLAIM_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INSTRUCTION_LONGEST = 15 }; /* bytes; the processor refuses longer ones */

struct instruction {
    uint8_t length;          /* bytes */
    uint8_t displacement_at; /* offset of a displacement of 4 bytes relative to the end; 0: none */
    bool relative_branch;    /* jumps, or calls, relative to its own address */
    bool ends;               /* what follows it is not reached from it: jmp, ret, int3, ud2 */
};

/* False, and the instruction is not to be used: unknown, or longer than `available` bytes. */
bool decode(const uint8_t *code, size_t available, struct instruction *instruction);

#endif
