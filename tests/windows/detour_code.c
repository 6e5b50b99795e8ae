/* detour.exe: functions of known shape, made here. */
#include "detour.h"

#include "windows/detour.h"
#include "windows/patch.h"

#include <stdio.h>
#include <string.h>

typedef int function(int);

static function *original;

static int replacement(int number)
{
    return original(number) + 1000;
}

/* Data and code are told apart by the compiler only. */
static function *as_function(const void *address)
{
    function *found;
    memcpy(&found, &address, sizeof found);
    return found;
}

static void *as_address(function *code)
{
    void *address;
    memcpy(&address, &code, sizeof address);
    return address;
}

static enum detour_result install(void *code)
{
    void *trampoline = code; /* that it is changed is to be seen */
    enum detour_result result = detour_install(code, as_address(replacement), &trampoline);
    original = as_function(trampoline);
    return result;
}

static DWORD protection_of(const void *address)
{
    MEMORY_BASIC_INFORMATION region;
    (void)VirtualQuery(address, &region, sizeof region);
    return region.Protect;
}

/* ---- what is refused ---- */

static void refuse(const char *what, uint8_t *code, enum detour_result wanted)
{
    uint8_t before[16];
    size_t there = patch_readable(code);
    size_t length = there < sizeof before ? there : sizeof before;
    memcpy(before, code, length);
    DWORD protection = length == 0 ? 0 : protection_of(code);
    enum detour_result result = install(code);
    expect(result == wanted, "%s: %s", what, detour_result_name(result));
    expect(original == NULL, "%s: a trampoline", what);
    expect(memcmp(before, code, length) == 0, "%s: bytes changed", what);
    expect(length == 0 || protection_of(code) == protection, "%s: protection changed", what);
}

void test_refusals(void)
{
    static const struct {
        const char *what;
        uint8_t code[12], length;
    } cases[] = {
        {"call first", {0xe8, 0, 0, 0, 0, 0xc3}, 6},
        {"jz first", {0x74, 2, 0x90, 0x90, 0x90, 0x90, 0xc3}, 7},
        {"jz of 4 bytes first", {0x0f, 0x84, 0, 0, 0, 0, 0xc3}, 7},
        {"loop first", {0xe2, 0xfe, 0x90, 0x90, 0x90, 0xc3}, 6},
        {"jrcxz first", {0xe3, 0, 0x90, 0x90, 0x90, 0xc3}, 6},
        {"xbegin first", {0xc7, 0xf8, 0, 0, 0, 0, 0xc3}, 7},
        {"ret first", {0xc3, 0x90, 0x90, 0x90, 0x90, 0x90}, 6},
        {"ret 8 first", {0xc2, 8, 0, 0x90, 0x90, 0x90}, 6},
        {"rep ret first", {0xf3, 0xc3, 0x90, 0x90, 0x90, 0x90}, 6},
        {"int3 first", {0xcc, 0x90, 0x90, 0x90, 0x90, 0x90}, 6},
        {"ud2 first", {0x0f, 0x0b, 0x90, 0x90, 0x90, 0x90}, 6},
        {"fastfail first", {0xcd, 0x29, 0x90, 0x90, 0x90, 0x90}, 6},
        {"jmp rax first", {0xff, 0xe0, 0x90, 0x90, 0x90, 0x90}, 6},
        {"jmp of 7 bytes through memory", {0xff, 0x24, 0x25, 0, 0, 1, 0, 0x90}, 8},
        {"unknown first", {0x06, 0x90, 0x90, 0x90, 0x90, 0x90}, 6},
        {"branch second", {0x53, 0x75, 2, 0x90, 0x90, 0x90, 0x90, 0xc3}, 8},
        {"call second", {0x53, 0xe8, 0, 0, 0, 0, 0x5b, 0xc3}, 8},
        {"branch in the fifth byte", {0x90, 0x90, 0x90, 0x90, 0x75, 0, 0xc3}, 7},
        {"jmp second", {0x53, 0xeb, 2, 0x90, 0x90, 0x90, 0x90, 0xc3}, 8},
        {"unknown second", {0x53, 0x06, 0x90, 0x90, 0x90, 0x90}, 6},
        {"unknown in the fifth byte", {0x90, 0x90, 0x90, 0x90, 0x06, 0x90}, 6},
        {"too short, nops behind", {0x31, 0xc0, 0xc3, 0x90, 0x90, 0x90}, 6},
        {"too short, int3 behind", {0x31, 0xc0, 0xc3, 0xcc, 0xcc, 0xcc}, 6},
        {"too short by a byte", {0x89, 0xc8, 0x90, 0xc3, 0x90, 0x90}, 6},
        {"a ring of one jump", {0xeb, 0xfe, 0x90, 0x90, 0x90, 0x90}, 6},
        {"a ring of two", {0xeb, 0x00, 0xeb, 0xfc, 0x90, 0x90}, 6},
        {"a jump to what is not there", {0xe9, 0, 0, 0, 0x40, 0x90}, 6},
    };
    enum { CASES = sizeof cases / sizeof cases[0] };
    for (size_t i = 0; i < CASES; i++) {
        uint8_t *code = make_code(NULL, cases[i].code, cases[i].length);
        refuse(cases[i].what, code, DETOUR_REFUSED);
    }
    static const uint8_t nops[] = {0x90, 0x90, 0x90, 0x90};
    refuse("too short, the page ends", make_code_at_end(nops, sizeof nops), DETOUR_REFUSED);
    static const uint8_t cut[] = {0x48, 0x81, 0xec, 0, 1, 0};
    refuse("an instruction that the page cuts", make_code_at_end(cut, sizeof cut), DETOUR_REFUSED);
    static uint8_t data[32] = {0x90, 0x90, 0x90, 0x90, 0x90, 0xc3};
    refuse("data", data, DETOUR_REFUSED);
    void *trampoline = data;
    expect(detour_install(NULL, data, &trampoline) == DETOUR_REFUSED && trampoline == NULL, "NULL");
    printf("refused %d\n", CASES + 4);
}

/* ---- what is hooked ---- */

int shape_value = 7, shape_written, shape_double[2];
double shape_float = 2.0;
extern function shape_load, shape_store, shape_compare, shape_float_load, shape_lea, shape_prologue,
    shape_five, shape_ret_fifth, shape_crossing, shape_jump_five, shape_jump_two, shape_jump_memory,
    shape_jump_wide, shape_chain, shape_call_memory, shape_jump_moved, shape_twice, shape_long;

/* Of a number n, each makes n + 7 (by shape_value, where it reads memory). */
__asm__(
    ".text\n"
    ".p2align 4\nshape_load: movl shape_value(%rip), %eax; addl %ecx, %eax; ret\n"
    ".p2align 4\nshape_store: movl $7, shape_written(%rip); movl shape_written(%rip), %eax\n"
    "    addl %ecx, %eax; ret\n"
    ".p2align 4\nshape_compare: cmpl $7, shape_value(%rip); jne 1f; leal 7(%rcx), %eax\n1: ret\n"
    ".p2align 4\nshape_float_load: movsd shape_float(%rip), %xmm0; cvttsd2si %xmm0, %eax\n"
    "    leal 5(%rax,%rcx), %eax; ret\n"
    ".p2align 4\nshape_lea: push %rbx; lea shape_value(%rip), %rbx; mov (%rbx), %eax\n"
    "    add %ecx, %eax; pop %rbx; ret\n"
    ".p2align 4\nshape_prologue: push %rbp; mov %rsp, %rbp; sub $0x120, %rsp; leal 7(%rcx), %eax\n"
    "    leave; ret\n"
    ".p2align 4\nshape_five: mov $7, %eax; add %ecx, %eax; ret\n"
    ".p2align 4\nshape_ret_fifth: nop; leal 7(%rcx), %eax; ret\n"
    ".p2align 4\n.skip 6, 0xcc\nshape_crossing: mov $7, %eax; add %ecx, %eax; ret\n"
    ".p2align 4\nshape_jump_five: .byte 0xe9; .long 1f - . - 4\n"
    ".p2align 4\n1: mov $7, %eax; add %ecx, %eax; ret\n"
    ".p2align 4\nshape_jump_two: .byte 0xeb, 1f - . - 2 + 1; .skip 9, 0xcc\n"
    "1: mov $7, %eax; add %ecx, %eax; ret\n"
    ".p2align 4\nshape_jump_memory: jmp *1f(%rip); .skip 9, 0xcc\n1: .quad 2f\n"
    "2: mov $7, %eax; add %ecx, %eax; ret\n"
    ".p2align 4\nshape_jump_wide: .byte 0x48; jmp *1f(%rip); .skip 9, 0xcc\n1: .quad 2f\n"
    "2: mov $7, %eax; add %ecx, %eax; ret\n"
    ".p2align 4\nshape_chain: .byte 0xe9; .long 1f - . - 4\n"
    "1: jmp *2f(%rip)\n2: .quad 3f\n3: .byte 0xeb, 2, 0xcc, 0xcc\n"
    "    movl shape_value(%rip), %eax; add %ecx, %eax; ret\n"
    ".p2align 4\nshape_call_memory: push %rbx; call *1f(%rip); pop %rbx; ret; 1: .quad 2f\n"
    "2: mov $7, %eax; add %ecx, %eax; ret\n"
    ".p2align 4\nshape_jump_moved: movl %ecx, %eax; jmp *1f(%rip); 1: .quad 2f\n"
    "2: addl $7, %eax; ret\n"
    ".p2align 4\nshape_twice: mov $7, %eax; add %ecx, %eax; ret\n"
    ".p2align 4\nshape_long: nop; nop; nop; nop; movabs $7, %rax; add %ecx, %eax; ret\n");

static void hook(const char *what, function *code)
{
    void *address = as_address(code);
    function *volatile called = code; /* not to be called at compile time */
    DWORD protection = protection_of(address);
    expect(called(1) == 8, "%s: %d", what, called(1));
    enum detour_result result = install(address);
    if (!expect(result == DETOUR_DONE, "%s: %s", what, detour_result_name(result)))
        return;
    expect(called(1) == 1008, "%s, hooked: %d", what, called(1));
    expect(original(2) == 9, "%s, original: %d", what, original(2));
    expect(protection_of(address) == protection, "%s: protection changed", what);
    DWORD trampoline = protection_of(as_address(original));
    expect(trampoline == PAGE_EXECUTE_READ, "%s: trampoline's protection %#lx", what, trampoline);
}

static function *first_original;

static int first_replacement(int number)
{
    return first_original(number) + 500;
}

/* Who hooks the same function before us is called by us. */
static void hook_twice(void)
{
    function *volatile called = shape_twice;
    void *trampoline;
    enum detour_result result =
        detour_install(as_address(shape_twice), as_address(first_replacement), &trampoline);
    first_original = as_function(trampoline);
    expect(result == DETOUR_DONE && called(1) == 508, "hooked once: %d", called(1));
    result = install(as_address(shape_twice));
    expect(result == DETOUR_DONE && called(1) == 1508, "hooked twice: %d", called(1));
}

void test_shapes(void)
{
    hook("rip-relative load", shape_load);
    hook("rip-relative store with a constant behind", shape_store);
    hook("rip-relative comparison", shape_compare);
    hook("rip-relative float", shape_float_load);
    hook("rip-relative second", shape_lea);
    hook("prologue", shape_prologue);
    hook("five bytes", shape_five);
    hook("ret at the fifth byte", shape_ret_fifth);
    hook("across 8 bytes", shape_crossing);
    hook("behind a jump of 5", shape_jump_five);
    hook("behind a jump of 2", shape_jump_two);
    hook("behind a jump through memory", shape_jump_memory);
    hook("behind a jump with REX.W", shape_jump_wide);
    hook("behind three jumps", shape_chain);
    hook("a call through memory", shape_call_memory);
    hook("a jump through memory second", shape_jump_moved);
    hook("14 bytes stolen", shape_long);
    hook_twice();
    printf("hooked 19\n");
}

/* ---- how far away ---- */

static const uint8_t add_seven[] = {
    0x8b, 0x05, 0x0a, 0,    0,    0,    0x01, 0xc8, 0xc3, /* load at 16 */
    0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 7,    0,    0, 0};

static const uintptr_t far_address = 0x200000000000; /* 32 TB: far from all that is loaded */
static const uintptr_t gigabyte = 1U << 30;
static const uintptr_t megabyte = 1U << 20;
static const uintptr_t granularity = 0x10000;

static void *pointer(uintptr_t address)
{
    return (void *)address;
}

/* mov 2 GB from here, rax; less 256 bytes: no page is so near that it means the same there. */
static void displacement_too_far(const char *what, int32_t displacement, uintptr_t below,
                                 uintptr_t above)
{
    uint8_t code[] = {0x48, 0x8b, 0x05, 0, 0, 0, 0, 0xc3};
    memcpy(code + 3, &displacement, sizeof displacement);
    void *start = pointer(far_address - below);
    expect(VirtualAlloc(start, below + above, MEM_RESERVE, PAGE_NOACCESS) == start, "reserve %p",
           start);
    refuse(what, make_code(pointer(far_address), code, sizeof code), DETOUR_REFUSED);
    void *page = VirtualAlloc(pointer(far_address - granularity), 1, MEM_RESERVE, PAGE_NOACCESS);
    expect(below != 0 || page != NULL, "%s: the page is still there", what);
    (void)VirtualFree(page, 0, MEM_RELEASE);
    (void)VirtualFree(start, 0, MEM_RELEASE);
}

static void jump_through_nothing(void)
{
    static const uint8_t code[] = {0xff, 0x25, 0, 0, 0, 0x40}; /* by what stands 1 GB away */
    uint8_t *page = make_code(pointer(far_address), code, sizeof code);
    refuse("a jump through what is not there", page, DETOUR_REFUSED);
    (void)VirtualFree(page, 0, MEM_RELEASE);
}

/* Reserves all around but what is left out; the function lies `below` bytes behind the start. */
static uint8_t *make_crowded(uintptr_t below, uintptr_t above)
{
    void *start = pointer(far_address - below);
    expect(VirtualAlloc(start, below + above, MEM_RESERVE, PAGE_NOACCESS) == start, "reserve %p",
           start);
    return make_code(pointer(far_address), add_seven, sizeof add_seven);
}

static void crowded(const char *what, uintptr_t below, uintptr_t above, enum detour_result wanted)
{
    uint8_t *code = make_crowded(below, above);
    ULONGLONG start = GetTickCount64();
    enum detour_result result = install(code);
    expect(result == wanted, "%s: %s", what, detour_result_name(result));
    if (result == DETOUR_DONE) {
        intptr_t distance = (intptr_t)as_address(original) - (intptr_t)code;
        printf("%s: %+lld MB\n", what, (long long)(distance / (intptr_t)megabyte));
        expect(as_function(code)(1) == 1008 && original(1) == 8, "%s: wrong result", what);
        expect(distance < 2 * (intptr_t)gigabyte && distance > -2 * (intptr_t)gigabyte,
               "%s: too far", what);
        (void)VirtualFree(pointer((uintptr_t)as_address(original) & ~(uintptr_t)0xffff), 0,
                          MEM_RELEASE);
    }
    expect(GetTickCount64() - start < 500, "%s: slow", what);
    (void)VirtualFree(pointer(far_address - below), 0, MEM_RELEASE);
}

void test_distance(void)
{
    uintptr_t from_here = far_address - (uintptr_t)GetModuleHandleW(NULL);
    expect(from_here > 2 * gigabyte, "not far: %#llx", (unsigned long long)from_here);
    crowded("all free", 0, megabyte, DETOUR_DONE);
    crowded("free below", 0, 3 * gigabyte, DETOUR_DONE);
    crowded("free above", 3 * gigabyte, gigabyte, DETOUR_DONE);
    crowded("free far below", 2 * gigabyte - 32 * megabyte, 3 * gigabyte, DETOUR_DONE);
    crowded("free far above", 3 * gigabyte, 2 * gigabyte - 32 * megabyte, DETOUR_DONE);
    crowded("free too far below", 2 * gigabyte - 8 * megabyte, 3 * gigabyte, DETOUR_NO_MEMORY);
    crowded("free too far above", 3 * gigabyte, 2 * gigabyte - 8 * megabyte, DETOUR_NO_MEMORY);
    displacement_too_far("far above, moved down", INT32_MAX - 256, 0, megabyte);
    displacement_too_far("far below, moved up", INT32_MIN + 256, 3 * gigabyte, megabyte);
    jump_through_nothing();
    crowded("nothing free", 3 * gigabyte, 3 * gigabyte, DETOUR_NO_MEMORY);
}

/* ---- what is protected ---- */

/* A view that was mapped without the right to write can't be made writable (VirtualProtect). */
static uint8_t *map_code(void)
{
    enum { VIEW_SIZE = 4096 };
    HANDLE section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_EXECUTE_READWRITE, 0, VIEW_SIZE, NULL);
    uint8_t *view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, VIEW_SIZE);
    memcpy(view, add_seven, sizeof add_seven);
    (void)UnmapViewOfFile(view);
    return MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_EXECUTE, 0, 0, VIEW_SIZE);
}

void test_protected(void)
{
    uint8_t *view = map_code();
    expect(view != NULL && as_function(view)(1) == 8, "the view's function");
    refuse("a view", view, DETOUR_PROTECTED);
    expect(as_function(view)(1) == 8, "the view's function, afterwards");
    forbid_dynamic_code();
    refuse("no dynamic code", as_address(shape_load), DETOUR_PROTECTED);
    expect(shape_load(1) == 8, "the function, afterwards");
}
