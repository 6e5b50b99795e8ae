#include "account.h"

#include "command/string_list.h"
#include "core/text.h"
#include "strings.h"
#include "windows/command/allocate.h"
#include "windows/native.h"
#include "windows/wide.h"

#include <sddl.h>
#include <stdio.h>
#include <string.h>

enum { NAME_UNITS = 256, PATH_UNITS = 1024, BOTH_UNITS = 2 * NAME_UNITS };

static PSID sid_of(const struct account *account)
{
    return (PSID)(uintptr_t)account->sid;
}

static void read_name(struct account *account)
{
    wchar_t name[NAME_UNITS];
    wchar_t domain[NAME_UNITS];
    DWORD name_units = NAME_UNITS;
    DWORD domain_units = NAME_UNITS;
    SID_NAME_USE use;
    if (!LookupAccountSidW(NULL, sid_of(account), name, &name_units, domain, &domain_units, &use)) {
        (void)text_copy(account->name, sizeof(account->name), "a user without a name");
        return;
    }
    char *user = strings_from_wide(name);
    char *group = strings_from_wide(domain);
    (void)snprintf(account->name, sizeof(account->name), "%s%s%s", group,
                   group[0] == '\0' ? "" : "\\", user);
    free(user);
    free(group);
}

static void compare(struct account *account)
{
    char own[SECURITY_MAX_SID_SIZE];
    account->system = IsWellKnownSid(sid_of(account), WinLocalSystemSid) != 0;
    account->ours = native_read_user(GetCurrentProcess(), own, sizeof(own)) > 0 &&
                    EqualSid(own, sid_of(account));
}

static bool is_elevated(HANDLE process)
{
    TOKEN_ELEVATION elevation = {0};
    DWORD length;
    HANDLE token;
    if (!OpenProcessToken(process, TOKEN_QUERY, &token))
        return false;
    if (!GetTokenInformation(token, TokenElevation, &elevation, sizeof(elevation), &length))
        elevation.TokenIsElevated = 0;
    (void)CloseHandle(token);
    return elevation.TokenIsElevated != 0;
}

void account_of_process(HANDLE process, struct account *account)
{
    *account = (struct account){0};
    account->known = native_read_user(process, account->sid, sizeof(account->sid)) > 0;
    if (!account->known)
        return;
    read_name(account);
    compare(account);
    account->privileges = account->system || is_elevated(process);
}

/* "LocalSystem" is a name of the service control manager alone, and "." is this computer. */
void account_of_service(const wchar_t *name, struct account *account)
{
    wchar_t domain[NAME_UNITS];
    DWORD domain_units = NAME_UNITS;
    DWORD size = sizeof(account->sid);
    SID_NAME_USE use;
    *account = (struct account){0};
    if (name[0] == L'\0' || _wcsicmp(name, L"LocalSystem") == 0)
        account->known = CreateWellKnownSid(WinLocalSystemSid, NULL, account->sid, &size) != 0;
    else
        account->known = LookupAccountNameW(NULL, wcsncmp(name, L".\\", 2) == 0 ? name + 2 : name,
                                            account->sid, &size, domain, &domain_units, &use) != 0;
    if (account->known)
        compare(account);
    char *shown = strings_from_wide(name[0] == L'\0' ? L"LocalSystem" : name);
    (void)text_copy(account->name, sizeof(account->name), shown);
    free(shown);
}

wchar_t *account_local_directory(const struct account *account)
{
    static const wchar_t profiles[] =
        L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\";
    static const wchar_t behind[] = L"\\AppData\\Local";
    wchar_t key[PATH_UNITS];
    wchar_t path[PATH_UNITS];
    wchar_t *sid = NULL;
    DWORD size = sizeof(path) - sizeof(behind);
    if (!account->known || !ConvertSidToStringSidW(sid_of(account), &sid))
        return NULL;
    bool fits = wcslen(profiles) + wcslen(sid) < PATH_UNITS;
    if (fits) {
        wcscpy(key, profiles);
        wcscat(key, sid);
    }
    (void)LocalFree(sid);
    /* RRF_RT_REG_EXPAND_SZ is expanded by the call. */
    if (!fits || RegGetValueW(HKEY_LOCAL_MACHINE, key, L"ProfileImagePath", RRF_RT_REG_SZ, NULL,
                              path, &size) != ERROR_SUCCESS)
        return NULL;
    wcscat(path, behind);
    wchar_t *found = allocate((wcslen(path) + 1) * sizeof(*found));
    wcscpy(found, path);
    return found;
}
