#include "security.h"

#include "native.h"

#include <string.h>

enum {
    DESCRIPTOR_SIZE = 4096, /* more access rights than fit are not one user's alone */
    WRITES = FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_DELETE_CHILD | WRITE_DAC | WRITE_OWNER |
             GENERIC_WRITE | GENERIC_ALL, /* FILE_ADD_FILE, FILE_ADD_SUBDIRECTORY of a directory */
};

/* At most SECURITY_MAX_SID_SIZE bytes, of which sid_size() are used. */
union sid {
    SID sid;
    char bytes[NATIVE_SID_SIZE];
};

/* Who may do with our files what they like in any case. */
enum { WE, SYSTEM, ADMINISTRATORS, TRUSTED };

struct trusted {
    union sid list[TRUSTED];
};

static size_t sid_size(const SID *sid)
{
    return offsetof(SID, SubAuthority) + sid->SubAuthorityCount * sizeof(sid->SubAuthority[0]);
}

/* SID declares one of them, and there are as many as it says. */
static DWORD *sub_authority(SID *sid, size_t place)
{
    return (DWORD *)((char *)sid + offsetof(SID, SubAuthority)) + place;
}

static bool read_trusted(struct trusted *trusted)
{
    static const SID_IDENTIFIER_AUTHORITY authority = {SECURITY_NT_AUTHORITY};
    SID *system = &trusted->list[SYSTEM].sid;
    SID *administrators = &trusted->list[ADMINISTRATORS].sid;
    memset(trusted, 0, sizeof(*trusted));
    *system = (SID){SID_REVISION, 1, authority, {SECURITY_LOCAL_SYSTEM_RID}};
    *administrators = (SID){SID_REVISION, 2, authority, {SECURITY_BUILTIN_DOMAIN_RID}};
    *sub_authority(administrators, 1) = DOMAIN_ALIAS_RID_ADMINS;
    return native_read_user(GetCurrentProcess(), &trusted->list[WE], NATIVE_SID_SIZE) > 0;
}

static bool is_trusted(const struct trusted *trusted, const SID *sid)
{
    for (size_t index = 0; index < TRUSTED; index++) {
        const SID *one = &trusted->list[index].sid;
        if (sid_size(sid) == sid_size(one) && memcmp(sid, one, sid_size(sid)) == 0)
            return true;
    }
    return false;
}

/* ---- what a file has ---- */

/* A kind of entry that is not known here may be anybody's. */
static bool lets_others_write(const struct trusted *trusted, const ACE_HEADER *entry)
{
    const ACCESS_ALLOWED_ACE *allowed = (const ACCESS_ALLOWED_ACE *)entry;
    switch (entry->AceType) {
    case ACCESS_DENIED_ACE_TYPE:
    case ACCESS_DENIED_CALLBACK_ACE_TYPE:
    case ACCESS_DENIED_OBJECT_ACE_TYPE:
    case ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE:
        return false;
    case ACCESS_ALLOWED_ACE_TYPE:
    case ACCESS_ALLOWED_CALLBACK_ACE_TYPE:
        return (entry->AceFlags & INHERIT_ONLY_ACE) == 0 && (allowed->Mask & WRITES) != 0 &&
               !is_trusted(trusted, (const SID *)&allowed->SidStart);
    default:
        return true;
    }
}

/* Without a list everybody may do everything. */
static bool is_closed(const struct trusted *trusted, const ACL *list)
{
    if (list == NULL)
        return false;
    const char *place = (const char *)(list + 1);
    for (int index = 0; index < list->AceCount; index++) {
        const ACE_HEADER *entry = (const ACE_HEADER *)place;
        if (lets_others_write(trusted, entry))
            return false;
        place += entry->AceSize;
    }
    return true;
}

bool security_is_private(HANDLE file)
{
    _Alignas(SECURITY_DESCRIPTOR_RELATIVE) char bytes[DESCRIPTOR_SIZE];
    const SECURITY_DESCRIPTOR_RELATIVE *descriptor = (const SECURITY_DESCRIPTOR_RELATIVE *)bytes;
    struct trusted trusted;
    if (!native_read_security(file, bytes, sizeof(bytes)) || !read_trusted(&trusted) ||
        descriptor->Owner == 0)
        return false;
    bool listed = (descriptor->Control & SE_DACL_PRESENT) != 0 && descriptor->Dacl != 0;
    return is_trusted(&trusted, (const SID *)(bytes + descriptor->Owner)) &&
           is_closed(&trusted, listed ? (const ACL *)(bytes + descriptor->Dacl) : NULL);
}

/* ---- what a new directory gets ---- */

struct list {
    ACL header;
    char entries[TRUSTED * (sizeof(ACCESS_ALLOWED_ACE) + NATIVE_SID_SIZE)];
};

static void make_list(const struct trusted *trusted, struct list *list)
{
    char *place = list->entries;
    for (size_t index = 0; index < TRUSTED; index++) {
        const SID *sid = &trusted->list[index].sid;
        ACCESS_ALLOWED_ACE *entry = (ACCESS_ALLOWED_ACE *)place;
        entry->Header.AceType = ACCESS_ALLOWED_ACE_TYPE;
        entry->Header.AceFlags = OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE;
        entry->Header.AceSize = (WORD)(offsetof(ACCESS_ALLOWED_ACE, SidStart) + sid_size(sid));
        entry->Mask = FILE_ALL_ACCESS;
        memcpy(&entry->SidStart, sid, sid_size(sid));
        place += entry->Header.AceSize;
    }
    list->header.AclRevision = ACL_REVISION;
    list->header.AclSize = (WORD)(place - (char *)list);
    list->header.AceCount = TRUSTED;
}

void security_make_private_directory(const wchar_t *path)
{
    struct trusted trusted;
    struct list list = {0};
    if (!read_trusted(&trusted))
        return;
    make_list(&trusted, &list);
    SECURITY_DESCRIPTOR descriptor = {
        .Revision = SECURITY_DESCRIPTOR_REVISION,
        .Control = SE_DACL_PRESENT | SE_DACL_PROTECTED, /* nothing comes from the parent */
        .Dacl = &list.header,
    };
    SECURITY_ATTRIBUTES attributes = {
        .nLength = sizeof(attributes),
        .lpSecurityDescriptor = &descriptor,
    };
    (void)CreateDirectoryW(path, &attributes);
}
