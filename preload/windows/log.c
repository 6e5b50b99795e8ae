#include "log.h"

#include "core/logging.h"
#include "log_file.h"
#include "system.h"

#include <winternl.h>

enum {
    PIPE_LOCAL_INFORMATION = 24, /* FILE_INFORMATION_CLASS, ntifs.h */
    WARNING_SIZE = 512,          /* bytes */
};

/* FILE_PIPE_LOCAL_INFORMATION, ntifs.h */
struct pipe_information {
    ULONG type, configuration, most_instances, instances;
    ULONG inbound_quota, read_data_available, outbound_quota, write_quota_available;
    ULONG state, end;
};

typedef NTSTATUS NTAPI query_information_file(HANDLE file, IO_STATUS_BLOCK *status,
                                              void *information, ULONG length, ULONG class);

/*
 * A pipe that nobody empties would keep us in bind(). What says nothing of its room is written to:
 * a pipe of Unix below Wine.
 */
static bool has_room(HANDLE pipe, size_t length)
{
    IO_STATUS_BLOCK status;
    struct pipe_information information;
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    query_information_file *query =
        ntdll == NULL
            ? NULL
            : (query_information_file *)(void *)GetProcAddress(ntdll, "NtQueryInformationFile");
    return query == NULL ||
           query(pipe, &status, &information, sizeof(information), PIPE_LOCAL_INFORMATION) < 0 ||
           information.outbound_quota == 0 || information.write_quota_available >= length;
}

/* Sockets count as pipes, and a standard handle may be a client's connection (inetd). */
static bool is_socket(HANDLE handle)
{
    int type = 0;
    int length = sizeof(type);
    return getsockopt((SOCKET)handle, SOL_SOCKET, SO_TYPE, (char *)&type, &length) == 0;
}

static bool takes_a_line(HANDLE output, size_t length)
{
    switch (GetFileType(output)) {
    case FILE_TYPE_PIPE:
        return !is_socket(output) && has_room(output, length);
    case FILE_TYPE_DISK:
    case FILE_TYPE_CHAR:
        return true;
    default:
        return false;
    }
}

static HANDLE standard_error(void)
{
    return GetStdHandle(STD_ERROR_HANDLE);
}

bool log_stderr_is_open(void)
{
    HANDLE output = standard_error();
    return output != NULL && output != INVALID_HANDLE_VALUE;
}

static void write_to_stderr(const char *line, size_t length)
{
    DWORD written;
    HANDLE output = standard_error();
    if (takes_a_line(output, length))
        (void)WriteFile(output, line, (DWORD)length, &written, NULL);
}

void log_write(const struct settings *settings, bool stderr_is_open, const char *line,
               size_t length)
{
    const struct logging logging = {log_file_append, write_to_stderr, stderr_is_open};
    logging_write(&logging, settings, line, length);
}

void log_warn(const struct settings *settings, const char *message)
{
    char line[WARNING_SIZE];
    struct text text;
    text_start(&text, line, sizeof(line) - 1); /* the newline finds room even behind a cut */
    text_add(&text, "portclaim[");
    text_add_number(&text, GetCurrentProcessId());
    text_add(&text, "]: ");
    text_add(&text, message);
    line[text.length] = '\n';
    log_write(settings, log_stderr_is_open(), line, text.length + 1);
}
