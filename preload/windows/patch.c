#include "patch.h"

#include <string.h>

enum {
    EXECUTABLE = PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY
};
enum { READABLE = EXECUTABLE | PAGE_READONLY | PAGE_READWRITE | PAGE_WRITECOPY };

static const uintptr_t granularity = 0x10000;     /* bytes: VirtualAlloc places at these only */
static const uintptr_t reach = 0x7f000000;        /* bytes: 2 GB, less 16 MB around the anchor */
static const uintptr_t lowest_address = 0x10000;  /* of user mode */
static const uintptr_t export_reach = 0xfffe0000; /* bytes: an RVA has 32 bits */
static const unsigned candidates_most = 100000;   /* regions looked at: far more than there are */

static void *pointer(uintptr_t address)
{
    return (void *)address; /* NOLINT(performance-no-int-to-ptr): addresses are calculated here */
}

static size_t bytes_with(const void *address, DWORD protections)
{
    MEMORY_BASIC_INFORMATION region;
    if (VirtualQuery(address, &region, sizeof region) == 0 || region.State != MEM_COMMIT ||
        (region.Protect & PAGE_GUARD) != 0 || (region.Protect & protections) == 0)
        return 0;
    return (uintptr_t)region.BaseAddress + region.RegionSize - (uintptr_t)address;
}

size_t patch_executable(const void *address)
{
    return bytes_with(address, EXECUTABLE);
}

size_t patch_readable(const void *address)
{
    return bytes_with(address, READABLE);
}

static uint8_t *allocate(uintptr_t address)
{
    return VirtualAlloc(pointer(address), PATCH_CODE_SIZE, MEM_RESERVE | MEM_COMMIT,
                        PAGE_READWRITE);
}

static uint8_t *allocate_up(uintptr_t from, uintptr_t end)
{
    MEMORY_BASIC_INFORMATION region;
    for (unsigned i = 0; from < end && i < candidates_most; i++) {
        if (VirtualQuery(pointer(from), &region, sizeof region) == 0)
            return NULL;
        uintptr_t next = (uintptr_t)region.BaseAddress + region.RegionSize;
        uintptr_t place = (from + granularity - 1) & ~(granularity - 1);
        if (region.State == MEM_FREE && place < end && place + PATCH_CODE_SIZE <= next) {
            uint8_t *code = allocate(place);
            if (code != NULL)
                return code;
        }
        from = next;
    }
    return NULL;
}

/* A region is known from the address asked on upwards; below it, from its allocation's base on. */
static uint8_t *allocate_down(uintptr_t from, uintptr_t end)
{
    MEMORY_BASIC_INFORMATION region;
    for (unsigned i = 0; from >= end + granularity && i < candidates_most; i++) {
        uintptr_t place = (from - granularity) & ~(granularity - 1);
        if (place < end || VirtualQuery(pointer(place), &region, sizeof region) == 0)
            return NULL;
        if (region.State == MEM_FREE) {
            uint8_t *code = allocate(place);
            if (code != NULL)
                return code;
        }
        from = region.State == MEM_FREE ? place : (uintptr_t)region.AllocationBase;
    }
    return NULL;
}

/* First below: above a module, its heap and stacks are more often. */
uint8_t *patch_code_near(const void *anchor)
{
    uintptr_t address = (uintptr_t)anchor;
    uintptr_t lowest = address > reach + lowest_address ? address - reach : lowest_address;
    uint8_t *code = allocate_down(address, lowest);
    return code != NULL ? code : allocate_up(address, address + reach - PATCH_CODE_SIZE);
}

uint8_t *patch_code_above(const void *lowest)
{
    return allocate_up((uintptr_t)lowest, (uintptr_t)lowest + export_reach);
}

bool patch_code_seal(uint8_t *code)
{
    DWORD before;
    return VirtualProtect(code, PATCH_CODE_SIZE, PAGE_EXECUTE_READ, &before) &&
           FlushInstructionCache(GetCurrentProcess(), code, PATCH_CODE_SIZE);
}

void patch_code_free(uint8_t *code)
{
    (void)VirtualFree(code, 0, MEM_RELEASE);
}

void patch_jump(uint8_t *at, const void *target)
{
    static const uint8_t jump[] = {0xff, 0x25, 0, 0, 0, 0}; /* jmp *0(%rip) */
    uint64_t address = (uintptr_t)target;
    memcpy(at, jump, sizeof jump);
    memcpy(at + sizeof jump, &address, sizeof address);
}

/* In one step where the bytes lie in 8 that are aligned: who runs there sees the old or the new. */
static void write_bytes(uint8_t *at, const void *bytes, size_t length)
{
    uintptr_t offset = (uintptr_t)at % sizeof(uint64_t);
    if (offset + length > sizeof(uint64_t)) {
        memcpy(at, bytes, length);
        return;
    }
    uint64_t *word = (uint64_t *)pointer((uintptr_t)at - offset);
    uint64_t value;
    memcpy(&value, word, sizeof value);
    memcpy((uint8_t *)&value + offset, bytes, length);
    __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

bool patch_write(void *at, const void *bytes, size_t length)
{
    DWORD open = patch_executable(at) != 0 ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
    DWORD before;
    DWORD ignored;
    if (!VirtualProtect(at, length, open, &before))
        return false;
    write_bytes(at, bytes, length);
    (void)VirtualProtect(at, length, before, &ignored);
    if (open == PAGE_EXECUTE_READWRITE)
        (void)FlushInstructionCache(GetCurrentProcess(), at, length);
    return true;
}
