#include "native.h"

#include "memory.h"

#include <string.h>

enum {
    STATUS_CUT = (int)0x80000005,       /* STATUS_BUFFER_OVERFLOW */
    STATUS_TOO_SHORT = (int)0xC0000004, /* STATUS_INFO_LENGTH_MISMATCH */
    FIRST_SIZE = 1 << 18,
    MOST_SIZE = 1 << 28,
    USER_SIZE = 256, /* TOKEN_USER and the longest SID (68 bytes) */
    TOKEN_USER_CLASS = 1,
    FILE_INTERNAL_INFORMATION = 6,
};

typedef LONG(NTAPI *query_system)(ULONG what, void *answer, ULONG size, ULONG *needed);
typedef LONG(NTAPI *query_process)(HANDLE process, ULONG what, void *answer, ULONG size,
                                   ULONG *needed);
typedef LONG(NTAPI *control_device)(HANDLE handle, HANDLE event, void *routine, void *context,
                                    uint64_t *status, ULONG question, const void *input,
                                    ULONG input_size, void *answer, ULONG size);
typedef LONG(NTAPI *query_file)(HANDLE file, void *status, void *answer, ULONG size, ULONG what);
typedef LONG(NTAPI *query_security)(HANDLE handle, ULONG what, void *answer, ULONG size,
                                    ULONG *needed);
typedef LONG(NTAPI *open_token)(HANDLE process, ULONG access, HANDLE *token);
typedef LONG(NTAPI *query_token)(HANDLE token, ULONG what, void *answer, ULONG size, ULONG *needed);

/* ntdll is in every process before anything else is. */
static void *find(const char *name)
{
    HMODULE library = GetModuleHandleW(L"ntdll.dll");
    return library == NULL ? NULL : (void *)(uintptr_t)GetProcAddress(library, name);
}

/* What is there may grow between two questions, so a quarter more than was needed. */
bool native_list(enum native_system what, struct native_list *list)
{
    query_system query = (query_system)find("NtQuerySystemInformation");
    size_t size = FIRST_SIZE;
    while (query != NULL && size <= MOST_SIZE) {
        ULONG needed = 0;
        list->memory = memory_map(size);
        list->size = size;
        if (list->memory == NULL)
            return false;
        LONG status = query((ULONG)what, list->memory, (ULONG)size, &needed);
        list->bytes = needed <= size ? needed : 0;
        if (status >= 0)
            return true;
        native_list_free(list);
        if (status != STATUS_TOO_SHORT)
            return false;
        size = (needed > size ? needed : size) + size / 4;
    }
    return false;
}

void native_list_free(struct native_list *list)
{
    memory_unmap(list->memory, list->size);
    list->memory = NULL;
}

bool native_query_process(HANDLE process, enum native_process what, void *answer, size_t size,
                          size_t *length)
{
    query_process query = (query_process)find("NtQueryInformationProcess");
    ULONG needed = 0;
    bool done = query != NULL && query(process, (ULONG)what, answer, (ULONG)size, &needed) >= 0;
    if (done && length != NULL)
        *length = needed;
    return done;
}

bool native_ask_device(HANDLE handle, ULONG question, void *answer, size_t size)
{
    control_device control = (control_device)find("NtDeviceIoControlFile");
    uint64_t status[2] = {0}; /* IO_STATUS_BLOCK */
    return control != NULL &&
           control(handle, NULL, NULL, NULL, status, question, NULL, 0, answer, (ULONG)size) == 0;
}

/*
 * With an event of its own: the file's may be what its owner waits for. Without a context nothing
 * is queued to the owner's completion port (NtDeviceIoControlFile, learn.microsoft.com).
 */
size_t native_control(HANDLE handle, ULONG question, const void *input, size_t input_size,
                      void *answer, size_t size)
{
    control_device control = (control_device)find("NtDeviceIoControlFile");
    uint64_t status[2] = {0}; /* IO_STATUS_BLOCK: the result, and how many bytes */
    HANDLE event = control == NULL ? NULL : CreateEventW(NULL, TRUE, FALSE, NULL);
    if (event == NULL)
        return 0;
    LONG result = control(handle, event, NULL, NULL, status, question, input, (ULONG)input_size,
                          answer, (ULONG)size);
    if (result == (LONG)STATUS_PENDING) {
        (void)WaitForSingleObject(event, INFINITE);
        result = (LONG)status[0];
    }
    (void)CloseHandle(event);
    if (result < 0 && result != STATUS_CUT)
        return 0;
    return status[1] < size ? (size_t)status[1] : size;
}

uint64_t native_file_number(HANDLE handle)
{
    query_file query = (query_file)find("NtQueryInformationFile");
    uint64_t status[2] = {0}; /* IO_STATUS_BLOCK */
    uint64_t number = 0;
    bool done = query != NULL &&
                query(handle, status, &number, sizeof(number), FILE_INTERNAL_INFORMATION) >= 0;
    return done ? number : 0;
}

bool native_read_security(HANDLE file, void *descriptor, size_t size)
{
    query_security query = (query_security)find("NtQuerySecurityObject");
    ULONG needed = 0;
    return query != NULL && query(file, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                  descriptor, (ULONG)size, &needed) >= 0;
}

size_t native_read_user(HANDLE process, void *sid, size_t size)
{
    open_token open = (open_token)find("NtOpenProcessToken");
    query_token query = (query_token)find("NtQueryInformationToken");
    _Alignas(TOKEN_USER) char answer[USER_SIZE];
    const TOKEN_USER *user = (const TOKEN_USER *)answer;
    HANDLE token;
    ULONG needed;
    size_t length = 0;
    if (open == NULL || query == NULL || open(process, TOKEN_QUERY, &token) < 0)
        return 0;
    if (query(token, TOKEN_USER_CLASS, answer, sizeof(answer), &needed) >= 0) {
        const SID *found = user->User.Sid;
        length = offsetof(SID, SubAuthority) + found->SubAuthorityCount * sizeof(DWORD);
    }
    if (length > size)
        length = 0;
    if (length > 0)
        memcpy(sid, user->User.Sid, length);
    (void)CloseHandle(token);
    return length;
}

bool native_is_wine(void)
{
    return find("wine_get_version") != NULL;
}
