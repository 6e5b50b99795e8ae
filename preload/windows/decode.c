#include "decode.h"

#include <string.h>

/*
 * What follows an opcode:
 *   .  nothing                        m  ModRM
 *   b  1 byte                         B  ModRM and 1 byte
 *   z  2 or 4 bytes (operand size)    Z  ModRM and 2 or 4 bytes
 *   w  2 bytes                        e  2 bytes and 1 (enter)
 *   v  2, 4 or 8 bytes (mov)          o  an address of 8 bytes, or 4
 *   r  a branch by 1 byte             R  a branch by 4 bytes
 *   g  ModRM; test: and 1 byte        G  ModRM; test: and 2 or 4 bytes
 *   ?  unknown; so are here prefixes and escapes, which are read before
 */
static const char one_byte[] = "mmmmbz??mmmmbz??" /* 00 */
                               "mmmmbz??mmmmbz??" /* 10 */
                               "mmmmbz??mmmmbz??" /* 20 */
                               "mmmmbz??mmmmbz??" /* 30 */
                               "????????????????" /* 40: REX */
                               "................" /* 50 */
                               "???m????zZbB...." /* 60 */
                               "rrrrrrrrrrrrrrrr" /* 70 */
                               "BZ?Bmmmmmmmmmmmm" /* 80 */
                               "..........?....." /* 90 */
                               "oooo....bz......" /* A0 */
                               "bbbbbbbbvvvvvvvv" /* B0 */
                               "BBw.??BZe.w..b?." /* C0 */
                               "mmmm???.mmmmmmmm" /* D0 */
                               "rrrrbbbbRR?r...." /* E0 */
                               "?.??..gG......mm" /* F0 */;

static const char two_byte[] = "mmmm?.....?.?m??" /* 0F 00 */
                               "mmmmmmmmmmmmmmmm" /* 0F 10 */
                               "????????mmmmmmmm" /* 0F 20 */
                               "......??????????" /* 0F 30 */
                               "mmmmmmmmmmmmmmmm" /* 0F 40 */
                               "mmmmmmmmmmmmmmmm" /* 0F 50 */
                               "mmmmmmmmmmmmmmmm" /* 0F 60 */
                               "BBBBmmm.????mmmm" /* 0F 70 */
                               "RRRRRRRRRRRRRRRR" /* 0F 80 */
                               "mmmmmmmmmmmmmmmm" /* 0F 90 */
                               "...mBm??...mBmmm" /* 0F A0 */
                               "mmmmmmmmmmBmmmmm" /* 0F B0 */
                               "mmBmBBBm........" /* 0F C0 */
                               "mmmmmmmmmmmmmmmm" /* 0F D0 */
                               "mmmmmmmmmmmmmmmm" /* 0F E0 */
                               "mmmmmmmmmmmmmmmm" /* 0F F0 */;

enum map { ONE_BYTE, MAP_0F, MAP_0F38, MAP_0F3A, MAP_5 = 5, MAP_6 }; /* numbered as in EVEX */

struct position {
    const uint8_t *bytes; /* zeros behind what is there: reading on does no harm */
    uint8_t at;
    enum map map;
    uint8_t opcode;
    bool operand_16; /* prefix 66 */
    bool address_32; /* prefix 67 */
    bool repeat;     /* prefix F3 */
    bool barred;     /* a prefix that VEX and EVEX don't admit */
    bool wide;       /* REX.W */
    bool vector;     /* VEX or EVEX */
};

static void read_prefixes(struct position *p)
{
    for (; p->at < INSTRUCTION_LONGEST; p->at++) {
        uint8_t byte = p->bytes[p->at];
        if (byte == 0x66 || byte == 0xf0 || byte == 0xf2 || byte == 0xf3) {
            p->barred = true;
            p->operand_16 |= byte == 0x66;
            p->repeat |= byte == 0xf3;
        } else if (byte == 0x67) {
            p->address_32 = true;
        } else if (byte != 0x26 && byte != 0x2e && byte != 0x36 && byte != 0x3e && byte != 0x64 &&
                   byte != 0x65) {
            break;
        }
    }
    if ((p->bytes[p->at] & 0xf0) == 0x40) { /* REX, which stands last or not at all */
        p->wide = (p->bytes[p->at] & 0x08) != 0;
        p->barred = true;
        p->at++;
    }
}

/* Where VEX and EVEX name the map in a field. False: no such map, or a bit that is fixed differs.
 */
static bool read_vector_prefix(struct position *p)
{
    const uint8_t *prefix = p->bytes + p->at;
    unsigned map = MAP_0F;
    p->vector = true;
    p->at += prefix[0] == 0xc5 ? 2 : prefix[0] == 0xc4 ? 3 : 4;
    if (prefix[0] == 0xc4)
        map = prefix[1] & 0x1f;
    if (prefix[0] == 0x62) {
        map = prefix[1] & 0x0f;
        if ((prefix[2] & 0x04) == 0)
            return false;
    }
    p->map = (enum map)map;
    return !p->barred && map != ONE_BYTE && map != 4 &&
           map <= (prefix[0] == 0x62 ? MAP_6 : MAP_0F3A);
}

static bool read_opcode(struct position *p)
{
    uint8_t byte = p->bytes[p->at];
    if (byte == 0xc4 || byte == 0xc5 || byte == 0x62) {
        if (!read_vector_prefix(p))
            return false;
    } else if (byte == 0x0f) {
        uint8_t next = p->bytes[p->at + 1];
        p->map = next == 0x38 ? MAP_0F38 : next == 0x3a ? MAP_0F3A : MAP_0F;
        p->at += p->map == MAP_0F ? 1 : 2;
    }
    p->opcode = p->bytes[p->at++];
    return true;
}

static char form(const struct position *p)
{
    uint8_t group = (p->bytes[p->at] >> 3) & 7; /* where it is ModRM */
    char found = p->map == ONE_BYTE   ? one_byte[p->opcode]
                 : p->map == MAP_0F   ? two_byte[p->opcode]
                 : p->map == MAP_0F3A ? 'B'
                                      : 'm';
    if (p->vector && p->map == MAP_0F) {
        bool evex_only = p->opcode >= 0x78 && p->opcode <= 0x7b;
        if (evex_only)
            return 'm';
        return found == 'm' || found == 'B' || p->opcode == 0x77 ? found : '?';
    }
    if (p->map == ONE_BYTE &&
        ((p->opcode == 0x8f && group != 0) || /* XOP */
         (p->opcode == 0xfe && group > 1) || (p->opcode == 0xff && group > 6)))
        return '?';
    if (p->map == MAP_0F && p->opcode == 0xb8 && !p->repeat) /* popcnt has F3 */
        return '?';
    if (p->operand_16 && (found == 'r' || found == 'R')) /* Intel ignores it, AMD cuts the target */
        return '?';
    return found;
}

/* ModRM, SIB and the displacement; volume 2, tables 2-2 and 2-3. */
static bool read_operand(struct position *p, struct instruction *instruction)
{
    uint8_t mode = p->bytes[p->at] >> 6;
    uint8_t base = p->bytes[p->at++] & 7;
    if (mode == 3)
        return true;
    if (mode == 0 && base == 5) {
        instruction->displacement_at = p->at;
        p->at += 4;
        return !p->address_32; /* relative to EIP: nobody writes that, nor could it be mended */
    }
    if (base == 4)
        base = p->bytes[p->at++] & 7;
    p->at += mode == 1 ? 1 : mode == 2 || base == 5 ? 4 : 0;
    return true;
}

static uint8_t immediate(const struct position *p, char found, uint8_t group)
{
    uint8_t word = p->operand_16 && !p->wide ? 2 : 4;
    switch (found) {
    case 'b':
    case 'B':
    case 'r':
        return 1;
    case 'w':
        return 2;
    case 'e':
        return 3;
    case 'R':
        return 4;
    case 'z':
    case 'Z':
        return word;
    case 'v':
        return p->wide ? 8 : word;
    case 'o':
        return p->address_32 ? 4 : 8;
    case 'g':
        return group < 2 ? 1 : 0;
    case 'G':
        return group < 2 ? word : 0;
    default:
        return 0;
    }
}

static bool ends(const struct position *p, const uint8_t *operand)
{
    uint8_t group = (*operand >> 3) & 7;
    if (p->map == MAP_0F)
        return p->opcode == 0x0b; /* ud2 */
    if (p->map != ONE_BYTE)
        return false;
    switch (p->opcode) {
    case 0xc2: /* ret */
    case 0xc3:
    case 0xca:
    case 0xcb:
    case 0xcc: /* int3 */
    case 0xcf: /* iret */
    case 0xe9: /* jmp */
    case 0xeb:
        return true;
    case 0xcd: /* int 0x29: __fastfail */
        return *operand == 0x29;
    case 0xff: /* jmp through a register or memory */
        return group == 4 || group == 5;
    default:
        return false;
    }
}

bool decode(const uint8_t *code, size_t available, struct instruction *instruction)
{
    uint8_t bytes[2 * INSTRUCTION_LONGEST + 2] = {0};
    struct position p = {.bytes = bytes};
    if (available > INSTRUCTION_LONGEST)
        available = INSTRUCTION_LONGEST;
    memcpy(bytes, code, available);
    *instruction = (struct instruction){0};

    read_prefixes(&p);
    if (!read_opcode(&p))
        return false;
    char found = form(&p);
    if (found == '?')
        return false;
    const uint8_t *operand = bytes + p.at;
    bool has_operand = found == 'm' || found == 'B' || found == 'Z' || found == 'g' || found == 'G';
    if (has_operand && !read_operand(&p, instruction))
        return false;
    p.at += immediate(&p, found, (*operand >> 3) & 7);
    bool xbegin = p.map == ONE_BYTE && p.opcode == 0xc7 && *operand == 0xf8;
    instruction->relative_branch = found == 'r' || found == 'R' || xbegin;
    instruction->ends = ends(&p, operand);
    instruction->length = p.at;
    return p.at <= available;
}
