/* detour.exe: all exports of a library stolen. */
#include "detour.h"

#include "windows/decode.h"
#include "windows/detour.h"
#include "windows/patch.h"

#include <stdio.h>
#include <string.h>

enum { EXPORTS_MOST = 4096, SAVED = 32, NEAR_JUMP = 5, FAR_JUMP = PATCH_JUMP_SIZE };

/* What an export is replaced by: counts, and goes on to the trampoline, all registers kept. */
struct thunk {
    uint8_t code[16];
    uint64_t count;
    void *trampoline;
};

static const uint8_t thunk_code[] = {
    0xf0, 0x48, 0xff, 0x05, 8, 0, 0, 0, /* lock incq count(%rip) */
    0xff, 0x25, 10,   0,    0, 0,       /* jmp *trampoline(%rip) */
};

struct outcome {
    DWORD exception, error;
    uint32_t value;
};

struct stolen {
    const char *name; /* "": by number only */
    uint8_t *function;
    uint8_t before[SAVED];
    size_t length; /* of `before` */
    struct outcome outcome;
    bool steady; /* it says the same twice */
};

static struct stolen exports[EXPORTS_MOST];
static size_t export_count;
static struct thunk *thunks; /* of exports[i] */

static const IMAGE_EXPORT_DIRECTORY *directory_of(const uint8_t *base, DWORD *start, DWORD *size)
{
    const IMAGE_NT_HEADERS64 *headers =
        (const IMAGE_NT_HEADERS64 *)(base + ((const IMAGE_DOS_HEADER *)base)->e_lfanew);
    const IMAGE_DATA_DIRECTORY *found =
        &headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT];
    *start = found->VirtualAddress;
    *size = found->Size;
    return (const IMAGE_EXPORT_DIRECTORY *)(base + *start);
}

static const char *name_of(const uint8_t *base, const IMAGE_EXPORT_DIRECTORY *directory,
                           DWORD index)
{
    const DWORD *names = (const DWORD *)(base + directory->AddressOfNames);
    const WORD *indexes = (const WORD *)(base + directory->AddressOfNameOrdinals);
    for (DWORD i = 0; i < directory->NumberOfNames; i++) {
        if (indexes[i] == index)
            return (const char *)base + names[i];
    }
    return "";
}

static bool known(const uint8_t *function)
{
    for (size_t i = 0; i < export_count; i++) {
        if (exports[i].function == function)
            return true;
    }
    return false;
}

/* Functions, each once: neither data nor what leads to another library's export by name. */
static void list_exports(const uint8_t *base)
{
    DWORD start;
    DWORD size;
    const IMAGE_EXPORT_DIRECTORY *directory = directory_of(base, &start, &size);
    const DWORD *functions = (const DWORD *)(base + directory->AddressOfFunctions);
    unsigned forwarded = 0;
    unsigned data = 0;
    export_count = 0;
    for (DWORD i = 0; i < directory->NumberOfFunctions && export_count < EXPORTS_MOST; i++) {
        uint8_t *function = (uint8_t *)base + functions[i];
        if (functions[i] == 0 || known(function))
            continue;
        if (functions[i] - start < size) {
            forwarded++;
        } else if (patch_executable(function) == 0) {
            data++;
        } else {
            struct stolen *export = &exports[export_count++];
            size_t there = patch_executable(function);
            *export = (struct stolen){.name = name_of(base, directory, i), .function = function};
            export->length = there < SAVED ? there : SAVED;
            memcpy(export->before, function, export->length);
        }
    }
    printf("functions=%u forwarded=%u data=%u\n", (unsigned)export_count, forwarded, data);
}

static uint64_t displacement_target(const uint8_t *bytes, const uint8_t *stands_at,
                                    const struct instruction *instruction)
{
    int32_t displacement;
    memcpy(&displacement, bytes + instruction->displacement_at, sizeof displacement);
    return (uint64_t)(uintptr_t)stands_at + instruction->length + (uint64_t)(int64_t)displacement;
}

/* Instruction by instruction, a displacement by the address it means. The bytes that they take. */
static size_t compare_moved(const struct stolen *export, const uint8_t *moved)
{
    size_t at = 0;
    while (at < NEAR_JUMP) {
        struct instruction was;
        struct instruction is;
        bool known_both = decode(export->before + at, export->length - at, &was) &&
                          decode(moved + at, INSTRUCTION_LONGEST, &is);
        if (!expect(known_both && was.length == is.length &&
                        was.displacement_at == is.displacement_at && !was.relative_branch,
                    "%s: instruction at %u", export->name, (unsigned)at))
            return 0;
        uint8_t expected[INSTRUCTION_LONGEST];
        memcpy(expected, export->before + at, was.length);
        if (was.displacement_at != 0) {
            memcpy(expected + was.displacement_at, moved + at + is.displacement_at, 4);
            expect(displacement_target(export->before + at, export->function + at, &was) ==
                       displacement_target(moved + at, moved + at, &is),
                   "%s: displacement at %u", export->name, (unsigned)at);
        }
        expect(memcmp(expected, moved + at, was.length) == 0, "%s: bytes at %u", export->name,
               (unsigned)at);
        at += was.length;
    }
    return at;
}

static bool far_jump_leads_to(const uint8_t *jump, const void *target)
{
    static const uint8_t opcode[] = {0xff, 0x25, 0, 0, 0, 0};
    return memcmp(jump, opcode, sizeof opcode) == 0 &&
           memcmp(jump + sizeof opcode, &target, sizeof target) == 0;
}

static void check_stolen(const struct stolen *export, const struct thunk *thunk,
                         const uint8_t *just_before)
{
    const uint8_t *moved = thunk->trampoline;
    size_t length = compare_moved(export, moved);
    expect(far_jump_leads_to(moved + length, export->function + length), "%s: way back",
           export->name);
    struct instruction jump = {.displacement_at = 1, .length = NEAR_JUMP};
    const uint8_t *relay =
        (const uint8_t *)(uintptr_t)displacement_target(export->function, export->function, &jump);
    expect(export->function[0] == 0xe9 && far_jump_leads_to(relay, thunk->code), "%s: way out",
           export->name);
    expect(memcmp(export->function + NEAR_JUMP, just_before + NEAR_JUMP,
                  export->length - NEAR_JUMP) == 0,
           "%s: bytes behind the jump", export->name);
}

/* Why it can't be moved, by what stands in its first 5 bytes. */
static const char *reason(const struct stolen *export)
{
    struct instruction next;
    for (size_t at = 0; at < NEAR_JUMP; at += next.length) {
        if (!decode(export->before + at, export->length - at, &next))
            return "unknown";
        if (next.relative_branch)
            return "branch";
        if (next.ends)
            return "short";
    }
    return "none";
}

static void steal_all(void)
{
    unsigned refused = 0;
    unsigned followed = 0;
    for (size_t i = 0; i < export_count; i++) {
        struct stolen *export = &exports[i];
        struct thunk *thunk = &thunks[i];
        uint8_t just_before[SAVED]; /* what stands behind may have been stolen since */
        memcpy(just_before, export->function, export->length);
        memcpy(thunk->code, thunk_code, sizeof thunk_code);
        enum detour_result result =
            detour_install(export->function, thunk->code, &thunk->trampoline);
        if (result == DETOUR_DONE && export->function[0] == 0xe9 &&
            memcmp(just_before, export->function, NEAR_JUMP) != 0) {
            check_stolen(export, thunk, just_before);
            continue;
        }
        expect(memcmp(export->function, just_before, export->length) == 0, "%s: not untouched",
               export->name);
        followed += result == DETOUR_DONE; /* an export that jumps to another function */
        if (result == DETOUR_DONE)
            continue;
        refused++;
        printf("%s %s %s:", detour_result_name(result), reason(export), export->name);
        for (int byte = 0; byte < 12; byte++)
            printf(" %02x", export->before[byte]);
        printf("\n");
    }
    printf("stolen=%u followed=%u refused=%u\n", (unsigned)export_count - refused - followed,
           followed, refused);
}

/* ---- calls ---- */

static CONTEXT recovery;
static volatile DWORD exception_seen;
static volatile bool calling;

static LONG CALLBACK recover(EXCEPTION_POINTERS *pointers)
{
    if (!calling || pointers->ExceptionRecord->ExceptionCode == DBG_PRINTEXCEPTION_C)
        return EXCEPTION_CONTINUE_SEARCH;
    exception_seen = pointers->ExceptionRecord->ExceptionCode;
    calling = false;
    *pointers->ContextRecord = recovery;
    return EXCEPTION_CONTINUE_EXECUTION;
}

typedef uint32_t any_function(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                              uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

/* With nothing but zeros: most say that this is no socket, some crash, which is an outcome too. */
static struct outcome call_with_zeros(const void *address)
{
    static struct outcome outcome;
    any_function *function;
    memcpy(&function, &address, sizeof function);
    outcome = (struct outcome){0};
    exception_seen = 0;
    SetLastError(0);
    calling = true;
    RtlCaptureContext(&recovery);
    if (calling) {
        outcome.value = function(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        outcome.error = GetLastError();
    }
    calling = false;
    outcome.exception = exception_seen;
    return outcome;
}

static bool equal(const struct outcome *left, const struct outcome *right)
{
    return left->exception == right->exception && left->error == right->error &&
           left->value == right->value;
}

static void call_before(void)
{
    for (size_t i = 0; i < export_count; i++) {
        exports[i].outcome = call_with_zeros(exports[i].function);
        struct outcome again = call_with_zeros(exports[i].function);
        exports[i].steady = equal(&exports[i].outcome, &again);
    }
}

static void call_after(void)
{
    unsigned called = 0;
    unsigned unsteady = 0;
    unsigned exceptions = 0;
    for (size_t i = 0; i < export_count; i++) {
        const struct stolen *export = &exports[i];
        if (thunks[i].trampoline == NULL)
            continue;
        uint64_t count = thunks[i].count;
        struct outcome outcome = call_with_zeros(export->function);
        called++;
        unsteady += !export->steady;
        exceptions += outcome.exception != 0;
        expect(thunks[i].count > count, "%s: not through the thunk", export->name);
        if (export->steady)
            expect(equal(&outcome, &export->outcome),
                   "%s: %#lx error %lu exception %#lx, before %#lx error %lu exception %#lx",
                   export->name, (unsigned long)outcome.value, outcome.error, outcome.exception,
                   (unsigned long)export->outcome.value, export->outcome.error,
                   export->outcome.exception);
    }
    printf("called=%u exceptions=%u unsteady=%u\n", called, exceptions, unsteady);
}

/* A connection, with all of winsock stolen. */
static void talk(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int length = sizeof address;
    char text[8] = "";
    SOCKET listening = socket(AF_INET, SOCK_STREAM, 0);
    expect(bind(listening, (struct sockaddr *)&address, sizeof address) == 0, "bind: %d",
           WSAGetLastError());
    expect(listen(listening, 1) == 0, "listen: %d", WSAGetLastError());
    (void)getsockname(listening, (struct sockaddr *)&address, &length);
    SOCKET client = socket(AF_INET, SOCK_STREAM, 0);
    expect(connect(client, (struct sockaddr *)&address, length) == 0, "connect: %d",
           WSAGetLastError());
    SOCKET served = accept(listening, NULL, NULL);
    expect(send(client, "hello", 6, 0) == 6, "send: %d", WSAGetLastError());
    expect(recv(served, text, sizeof text, 0) == 6 && strcmp(text, "hello") == 0, "recv: %d %s",
           WSAGetLastError(), text);
    SOCKET second = socket(AF_INET, SOCK_STREAM, 0);
    expect(bind(second, (struct sockaddr *)&address, length) != 0 &&
               WSAGetLastError() == WSAEADDRINUSE,
           "second bind: %d", WSAGetLastError());
    (void)closesocket(second);
    (void)closesocket(served);
    (void)closesocket(client);
    (void)closesocket(listening);
}

static void start_winsock(void)
{
    enum { STARTS = 16 }; /* WSACleanup is called with the rest */
    WSADATA data;
    for (int i = 0; i < STARTS; i++)
        expect(WSAStartup(MAKEWORD(2, 2), &data) == 0, "WSAStartup");
}

void test_exports(const char *library, bool call)
{
    uint8_t *base = (uint8_t *)LoadLibraryA(library);
    if (!expect(base != NULL, "no %s", library))
        return;
    printf("%s\n", library);
    list_exports(base);
    thunks = VirtualAlloc(NULL, EXPORTS_MOST * sizeof *thunks, MEM_RESERVE | MEM_COMMIT,
                          PAGE_EXECUTE_READWRITE);
    if (call) {
        start_winsock();
        AddVectoredExceptionHandler(1, recover);
        call_before();
    }
    steal_all();
    if (call) {
        call_after();
        talk();
    }
}
