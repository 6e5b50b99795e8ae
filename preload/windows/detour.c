#include "detour.h"

#include "decode.h"
#include "patch.h"

#include <string.h>

enum {
    NEAR_JUMP_SIZE = 5,    /* bytes: E9 and a displacement of 4 */
    HOPS_MOST = 8,         /* jumps that lead to a function: a ring of them must end */
    TRAMPOLINE_OFFSET = 32 /* bytes: in the page the relay comes first */
};

static int32_t displacement_of(const uint8_t *at)
{
    int32_t displacement;
    memcpy(&displacement, at, sizeof displacement);
    return displacement;
}

/* Where a jump that is the first instruction leads; NULL: there is none, or into the void. */
static uint8_t *jump_target(uint8_t *code, size_t available)
{
    struct instruction first;
    if (!decode(code, available, &first) || !first.ends)
        return NULL;
    uint8_t *end = code + first.length;
    if (code[0] == 0xe9)
        return end + displacement_of(code + 1);
    if (code[0] == 0xeb)
        return end + (int8_t)code[1];
    const uint8_t *opcode = code + (code[0] == 0x48 ? 1 : 0); /* Windows' thunks have a REX.W */
    if (first.displacement_at == 0 || opcode[0] != 0xff || opcode[1] != 0x25)
        return NULL;
    uint8_t *target;
    const uint8_t *slot = end + displacement_of(code + first.displacement_at);
    if (patch_readable(slot) < sizeof target)
        return NULL;
    memcpy(&target, slot, sizeof target);
    return target;
}

/* NULL: it ends nowhere that could be executed. */
static uint8_t *follow_jumps(uint8_t *code, size_t *available)
{
    for (int hop = 0; hop <= HOPS_MOST; hop++) {
        *available = patch_executable(code);
        if (*available == 0)
            return NULL;
        uint8_t *target = jump_target(code, *available);
        if (target == NULL)
            return code;
        code = target;
    }
    return NULL;
}

/* Bytes of whole instructions, NEAR_JUMP_SIZE or more, that can stand elsewhere; 0: they can't. */
static size_t movable(const uint8_t *code, size_t available)
{
    size_t length = 0;
    while (length < NEAR_JUMP_SIZE) {
        struct instruction next;
        if (!decode(code + length, available - length, &next) || next.relative_branch)
            return 0;
        length += next.length;
        /* What stands behind is another's. A first ret or int3 that is long enough is no function.
         */
        if (next.ends && (length < NEAR_JUMP_SIZE || length == next.length))
            return 0;
    }
    return length;
}

/* The same instructions, their displacements made to mean the same addresses. False: too far. */
static bool copy_moved(uint8_t *to, const uint8_t *from, size_t length)
{
    memcpy(to, from, length);
    struct instruction next;
    for (size_t at = 0; at < length; at += next.length) {
        if (!decode(from + at, length - at, &next))
            return false;
        if (next.displacement_at == 0)
            continue;
        uint8_t *field = to + at + next.displacement_at;
        int64_t moved = displacement_of(field) + (int64_t)((intptr_t)from - (intptr_t)to);
        int32_t displacement = (int32_t)moved;
        if (displacement != moved)
            return false;
        memcpy(field, &displacement, sizeof displacement);
    }
    return true;
}

static bool patch_function(uint8_t *function, const uint8_t *relay)
{
    uint8_t jump[NEAR_JUMP_SIZE] = {0xe9};
    int32_t displacement = (int32_t)((intptr_t)relay - (intptr_t)(function + NEAR_JUMP_SIZE));
    memcpy(jump + 1, &displacement, sizeof displacement);
    return patch_write(function, jump, sizeof jump);
}

enum detour_result detour_install(void *function, void *replacement, void **trampoline)
{
    size_t available;
    *trampoline = NULL;
    uint8_t *code = follow_jumps(function, &available);
    size_t length = code == NULL ? 0 : movable(code, available);
    if (length == 0)
        return DETOUR_REFUSED;
    uint8_t *page = patch_code_near(code);
    if (page == NULL)
        return DETOUR_NO_MEMORY;
    uint8_t *moved = page + TRAMPOLINE_OFFSET;
    if (!copy_moved(moved, code, length)) {
        patch_code_free(page);
        return DETOUR_REFUSED;
    }
    patch_jump(page, replacement);
    patch_jump(moved + length, code + length);
    *trampoline = moved;
    if (!patch_code_seal(page) || !patch_function(code, page)) {
        *trampoline = NULL;
        patch_code_free(page);
        return DETOUR_PROTECTED;
    }
    return DETOUR_DONE;
}

const char *detour_result_name(enum detour_result result)
{
    switch (result) {
    case DETOUR_DONE:
        return "done";
    case DETOUR_REFUSED:
        return "refused";
    case DETOUR_NO_MEMORY:
        return "no memory";
    case DETOUR_PROTECTED:
        return "protected";
    }
    return "unknown";
}
