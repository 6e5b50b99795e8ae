/*
 * dll: what happens when portclaim.dll comes into a process, and its one export.
 */
#include "before_main.h"
#include "core/version.h"
#include "hooks.h"
#include "inject.h"
#include "log.h"
#include "startup.h"
#include "system.h"
#include "version.h"

/* VERSION_EXPORT; exports.def has its ordinal. */
extern const char portclaim_version[];
const char portclaim_version[] = PORTCLAIM_VERSION;

/* To its bind() a holder is one whom its options name, or nobody: it has the claim in it. */
static bool is_own_command(void)
{
    return GetProcAddress(GetModuleHandleW(NULL), VERSION_COMMAND_EXPORT) != NULL;
}

/* With PORTCLAIM=off nothing is touched: that is for when somebody suspects us. */
static void install(bool own_command)
{
    const struct settings *settings = startup_log_settings();
    if (settings == NULL)
        return;
    if (!own_command && !hooks_install())
        log_warn(settings, "bind and listen cannot be hooked in this process; it runs without "
                           "portclaim");
    else if (!inject_hook_children())
        log_warn(settings, "CreateProcess cannot be hooked in this process; its children run "
                           "without portclaim");
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved);

/*
 * Under the loader's lock: nothing here loads a library, waits, or uses winsock. Windows passes
 * `reserved` when the DLL comes with the program, before its first instruction.
 */
BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved)
{
    DWORD entry_error = GetLastError();
    if (reason != DLL_PROCESS_ATTACH)
        return TRUE;
    inject_restore();
    (void)DisableThreadLibraryCalls(instance);
    startup_read();
    bool own_command = is_own_command();
    install(own_command);
    if (!own_command)
        before_main_prepare(reserved != NULL || inject_was_early());
    SetLastError(entry_error);
    return TRUE;
}
