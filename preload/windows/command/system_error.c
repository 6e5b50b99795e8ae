#include "system_error.h"

#include <stdio.h>

enum { NUMBER_SIZE = 32 };

const char *system_error(DWORD error)
{
    static char number[NUMBER_SIZE];
    switch (error) {
    case ERROR_FILE_NOT_FOUND:
        return "there is no such file";
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_DRIVE:
    case ERROR_BAD_PATHNAME:
        return "there is no such directory";
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
        return "there is no such network share";
    case ERROR_INVALID_NAME:
        return "no file can have such a name";
    case ERROR_FILENAME_EXCED_RANGE:
        return "the path is too long";
    case ERROR_ACCESS_DENIED:
        return "access is denied: look at its rights, and whether it is read-only";
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
        return "another program has it open and does not share it: close it there";
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
        return "the disk is full";
    case ERROR_WRITE_PROTECT:
        return "the disk is write-protected";
    default:
        (void)snprintf(number, sizeof(number), "error %lu of Windows", error);
        return number;
    }
}
