#include "before_main.h"

#include "core/holder.h"
#include "core/runners.h"
#include "image.h"
#include "log.h"
#include "memory.h"
#include "own_socket.h"
#include "patch.h"
#include "processes.h"
#include "startup.h"

#include <stdint.h>
#include <string.h>

typedef DWORD WINAPI entry_function(void *environment_block);

/* mov rax, address; jmp rax */
enum { JUMP_SIZE = 12, JUMP_ADDRESS_AT = 2 };

static const unsigned char jump_code[JUMP_SIZE] = {0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xe0};

static unsigned char entry_bytes[JUMP_SIZE];
static entry_function *entry;

/* ---- the claim ---- */

/*
 * To a launcher an earlier instance of the program behind it is a stranger: PORTCLAIM_CLAIM is left
 * in the environment for that program.
 */
static bool claims_itself(void)
{
    struct process *self = memory_map(sizeof(*self));
    if (self == NULL)
        return false;
    (void)processes_read((int32_t)GetCurrentProcessId(), GetCurrentProcess(), false, self);
    bool answer = !runners_launches(self->arguments);
    memory_unmap(self, sizeof(*self));
    return answer;
}

static void claim_entry(const struct settings *settings, const char *name)
{
    struct endpoint endpoint;
    struct own_socket own;
    const char *error;
    if (!endpoint_parse(name, &endpoint, &error))
        return; /* settings_read() has refused it already */
    if (!settings_allow_port(settings, endpoint.port) || !own_socket_open(&own, &endpoint))
        return;
    struct windows_host *windows_host = host_create(settings);
    if (windows_host != NULL) {
        own_socket_attach(&own, windows_host);
        if (claim_begins_with(host_try(windows_host)))
            (void)host_claim(windows_host);
    }
    host_destroy(windows_host);
    own_socket_close(&own);
}

/* Every child of the program would claim as well, and wait for its own ancestor. */
static void claim_once(const struct settings *settings)
{
    char name[SETTINGS_LIST_SIZE];
    const char *cursor = settings->claim;
    WSADATA data;
    (void)SetEnvironmentVariableW(L"PORTCLAIM_CLAIM", NULL);
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return;
    while (settings_next_entry(&cursor, name, sizeof(name)))
        claim_entry(settings, name);
    (void)WSACleanup();
}

/* ---- the entry point ---- */

/* Also when nothing is claimed in the end: the bytes must be the program's again. */
static DWORD WINAPI enter(void *environment_block)
{
    DWORD entry_error = GetLastError();
    if (!patch_write((void *)entry, entry_bytes, JUMP_SIZE))
        ExitProcess(ERROR_NOACCESS); /* there is no program to go on with */
    const struct settings *settings = startup_settings();
    if (settings != NULL && claims_itself())
        claim_once(settings);
    SetLastError(entry_error);
    return entry(environment_block);
}

/*
 * NULL: there is none, or it is not where the program begins: that of .NET begins in mscoree,
 * whatever its headers say.
 */
static entry_function *find_entry(void)
{
    struct image image;
    if (!image_read(GetCurrentProcess(), &image) || image_is_managed(&image) || image.entry == 0)
        return NULL;
    return (entry_function *)image_pointer(image.base + image.entry);
}

/* False when it cannot be written. */
static bool turn_aside(void)
{
    unsigned char jump[JUMP_SIZE];
    uintptr_t target = (uintptr_t)enter;
    memcpy(jump, jump_code, JUMP_SIZE);
    memcpy(jump + JUMP_ADDRESS_AT, &target, sizeof(target));
    memcpy(entry_bytes, (const void *)entry, JUMP_SIZE);
    return patch_write((void *)entry, jump, JUMP_SIZE);
}

/* NULL: nothing stands in the way. */
static const char *prepare(bool early)
{
    if (!early)
        return "PORTCLAIM_CLAIM: nothing is claimed, for the program has begun already; its own "
               "bind() is served";
    entry = find_entry();
    if (entry == NULL)
        return "PORTCLAIM_CLAIM: nothing is claimed, for this is a program of .NET, which has no "
               "entry point; its own bind() is served";
    return turn_aside() ? NULL
                        : "PORTCLAIM_CLAIM: nothing is claimed, for the program's code cannot be "
                          "changed";
}

void before_main_prepare(bool early)
{
    const struct settings *settings = startup_log_settings();
    if (settings == NULL || settings->claim[0] == '\0')
        return;
    const char *why_not = prepare(early);
    if (why_not != NULL)
        log_warn(settings, why_not);
}
