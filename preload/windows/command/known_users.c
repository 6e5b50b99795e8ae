#include "known_users.h"

#include "allocate.h"
#include "core/text.h"
#include "windows/native.h"
#include "windows/wide.h"

#include <sddl.h>

enum {
    NAME_UNITS = 256, /* UNLEN and DNLEN of lmcons.h, and their NULs, fit */
    NAME_SIZE = 2 * 3 * NAME_UNITS,
};

struct known_user {
    struct known_user *next;
    uint32_t user;
    char *name; /* NULL: not asked for yet, since a domain may have to be asked */
    _Alignas(SID) char sid[SECURITY_MAX_SID_SIZE];
};

static struct known_user *users;

static struct known_user *find(uint32_t user)
{
    struct known_user *known = users;
    while (known != NULL && known->user != user)
        known = known->next;
    return known;
}

void known_users_add(uint32_t user, HANDLE process)
{
    if (process == NULL || find(user) != NULL)
        return;
    struct known_user *known = allocate(sizeof(*known));
    if (native_read_user(process, known->sid, sizeof(known->sid)) == 0) {
        free(known);
        return;
    }
    known->user = user;
    known->name = NULL;
    known->next = users;
    users = known;
}

static void add_wide(struct text *text, const wchar_t *wide)
{
    char bytes[3 * NAME_UNITS];
    (void)wide_to_text(wide, bytes, sizeof(bytes));
    text_add(text, bytes);
}

/* False when the SID belongs to no account any more, or its domain cannot be asked. */
static bool add_account(struct text *text, SID *sid)
{
    wchar_t name[NAME_UNITS];
    wchar_t domain[NAME_UNITS];
    DWORD name_units = NAME_UNITS;
    DWORD domain_units = NAME_UNITS;
    SID_NAME_USE kind;
    if (!LookupAccountSidW(NULL, sid, name, &name_units, domain, &domain_units, &kind))
        return false;
    if (domain[0] != L'\0') {
        add_wide(text, domain);
        text_add(text, "\\");
    }
    add_wide(text, name);
    return true;
}

static void add_sid(struct text *text, SID *sid)
{
    wchar_t *shown;
    if (!ConvertSidToStringSidW(sid, &shown))
        return;
    add_wide(text, shown);
    (void)LocalFree(shown);
}

const char *known_users_name(uint32_t user)
{
    struct known_user *known = find(user);
    if (known == NULL || known->name != NULL)
        return known == NULL ? NULL : known->name;
    struct text text;
    text_start(&text, allocate(NAME_SIZE), NAME_SIZE);
    if (!add_account(&text, (SID *)known->sid))
        add_sid(&text, (SID *)known->sid);
    known->name = text.bytes;
    return known->name;
}
