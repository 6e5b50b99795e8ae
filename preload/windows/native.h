/*
 * native: what only ntdll tells, looked up when it is needed: the import library of the DLL knows
 * kernel32, msvcrt and ws2_32 alone. Numbers of information classes and layouts are those of
 * https://learn.microsoft.com/windows/win32/api/winternl/ and, where that is silent, of the
 * headers of System Informer (phnt), which Wine shares.
 *
 * A function that this system lacks answers as one that failed.
 */
#ifndef PORTCLAIM_WINDOWS_NATIVE_H
#define PORTCLAIM_WINDOWS_NATIVE_H

#include "system.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum native_system { NATIVE_PROCESSES = 5, NATIVE_HANDLES = 64 };

enum native_process {
    NATIVE_PROCESS_BASIC = 0,
    NATIVE_PROCESS_CRITICAL = 29,     /* ProcessBreakOnTermination: ULONG */
    NATIVE_PROCESS_COMMAND_LINE = 60, /* UNICODE_STRING and its text; not in Wine 8 */
    NATIVE_PROCESS_PROTECTION = 61,   /* PS_PROTECTION: a byte, 0 when there is none */
};

/* A counted string, as the kernel keeps it (UNICODE_STRING). */
struct native_string {
    uint16_t bytes;
    uint16_t most_bytes;
    const wchar_t *units; /* not ended by NUL; an address in the process that was asked */
};

/* PROCESS_BASIC_INFORMATION */
struct native_basic {
    uint64_t exit_status;
    const char *block; /* the PEB, in the process that was asked */
    uint64_t affinity;
    uint64_t priority;
    uint64_t pid;
    uint64_t parent;
};

struct native_list {
    void *memory;
    size_t size;  /* of the memory */
    size_t bytes; /* of the answer; 0: not told */
};

/* Asks with more and more room. False when the kernel refuses; then there is nothing to free. */
bool native_list(enum native_system what, struct native_list *list);

void native_list_free(struct native_list *list);

/* *length: of what was written, may be NULL. */
bool native_query_process(HANDLE process, enum native_process what, void *answer, size_t size,
                          size_t *length);

/* One question to a driver, without input. */
bool native_ask_device(HANDLE handle, ULONG question, void *answer, size_t size);

/*
 * The same with input, of the driver of a handle that may be open for asynchronous use: waits for
 * the answer. Returns the bytes of it, also when it was cut; 0: there is none.
 */
size_t native_control(HANDLE handle, ULONG question, const void *input, size_t input_size,
                      void *answer, size_t size);

/* The number of the file behind a handle (FileInternalInformation); 0: it has none. */
uint64_t native_file_number(HANDLE handle);

enum { NATIVE_SID_SIZE = 68 /* SECURITY_MAX_SID_SIZE */ };

/* Owner and access rights: a self-relative SECURITY_DESCRIPTOR. False also when it is longer. */
bool native_read_security(HANDLE file, void *descriptor, size_t size);

/* The SID of the process's user, at most `size` bytes of it; 0: it cannot be read. */
size_t native_read_user(HANDLE process, void *sid, size_t size);

/* Wine lists sockets as Linux does, a dual-stack one once, where Windows lists it twice. */
bool native_is_wine(void);

#endif
