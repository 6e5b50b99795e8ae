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

/* The export with the ordinal 1, by which inject.h names us in an import table. */
extern const char portclaim_version[];
const char portclaim_version[] = PORTCLAIM_VERSION;

/* With PORTCLAIM=off nothing is touched: that is for when somebody suspects us. */
static void install(void)
{
    const struct settings *settings = startup_log_settings();
    if (settings == NULL)
        return;
    if (!hooks_install())
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
    install();
    if (reserved != NULL)
        before_main_prepare();
    SetLastError(entry_error);
    return TRUE;
}
