#include "inject.h"

#include "image.h"
#include "inject_ways.h"

#include <stdint.h>

static bool is_ascii(const wchar_t *string)
{
    const wchar_t last = 0x7F;
    for (; *string != L'\0'; string++) {
        if (*string > last)
            return false;
    }
    return true;
}

/* PROCESS_CREATION_MITIGATION_POLICY_BLOCK_NON_MICROSOFT_BINARIES_ALWAYS_ON: with our import it
 * would not start at all. */
static bool is_signed_only(HANDLE process)
{
    PROCESS_MITIGATION_BINARY_SIGNATURE_POLICY policy = {0};
    return GetProcessMitigationPolicy(process, ProcessSignaturePolicy, &policy, sizeof(policy)) &&
           (policy.MicrosoftSignedOnly || policy.StoreSignedOnly);
}

static bool is_debugged(HANDLE process)
{
    BOOL present = FALSE;
    return CheckRemoteDebuggerPresent(process, &present) && present;
}

static enum inject_result examine(HANDLE process, struct image *image)
{
    if (!image_read(process, image))
        return INJECT_UNREADABLE;
    if (!image_is_our_machine(process, image))
        return INJECT_OTHER_MACHINE;
    return is_signed_only(process) ? INJECT_SIGNED_ONLY : INJECT_DONE;
}

enum inject_result inject_foresee(HANDLE process)
{
    struct image image;
    return examine(process, &image);
}

enum inject_result inject(HANDLE process, const wchar_t *dll)
{
    struct image image;
    /* An import that is missing would keep the program from starting. */
    if (GetFileAttributesW(dll) == INVALID_FILE_ATTRIBUTES)
        return INJECT_NO_LIBRARY;
    enum inject_result obstacle = examine(process, &image);
    if (obstacle != INJECT_DONE)
        return obstacle;
    if (is_ascii(dll) && !image_is_managed(&image)) {
        enum inject_result result = inject_by_imports(process, &image, dll);
        if (result != INJECT_NO_ROOM && result != INJECT_UNREADABLE)
            return result;
    }
    return is_debugged(process) ? INJECT_DEBUGGED : inject_by_thread(process, dll);
}

const char *inject_why(enum inject_result result)
{
    static const char *const reasons[INJECT_RESULTS] = {
        [INJECT_DONE] = "nothing is wrong",
        [INJECT_NO_LIBRARY] = "the DLL is not there",
        [INJECT_OTHER_MACHINE] = "it is no program for x86-64",
        [INJECT_SIGNED_ONLY] = "it takes only DLLs that Microsoft has signed",
        [INJECT_DEBUGGED] = "a debugger holds it",
        [INJECT_UNREADABLE] = "its headers cannot be read",
        [INJECT_NO_MEMORY] = "there is no memory for it",
        [INJECT_NO_ROOM] = "there is no room behind its image",
        [INJECT_NOT_WRITTEN] = "its memory cannot be written",
        [INJECT_NO_THREAD] = "no thread may be started in it",
        [INJECT_NOT_LOADED] = "it could not load the DLL",
        [INJECT_TIMED_OUT] = "it did not load the DLL in time",
    };
    return reasons[result];
}
