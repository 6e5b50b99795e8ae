/*
 * inject_launch WAY DLL PROGRAM [ARGUMENT]...: starts the program with the DLL in it by this way:
 * imports, thread, inject (which chooses), twice (the same again), managed or foreign (the same,
 * with headers meanwhile that say .NET or x86), or none. Tells the program's process, its main
 * thread and the result on stderr; exits as the program does. What follows DLL is the program's
 * command line, unchanged.
 */
#include "windows/command_line.h"
#include "windows/inject_ways.h"

#include <stddef.h>
#include <stdio.h>
#include <wchar.h>

/* Writes the machine and the directories. */
static void write_headers(HANDLE process, const struct image *image)
{
    char *file_header = (char *)image->directories -
                        offsetof(IMAGE_NT_HEADERS64, OptionalHeader.DataDirectory) +
                        offsetof(IMAGE_NT_HEADERS64, FileHeader);
    DWORD before;
    VirtualProtectEx(process, file_header, sizeof(image->machine), PAGE_READWRITE, &before);
    WriteProcessMemory(process, file_header, &image->machine, sizeof(image->machine), NULL);
    VirtualProtectEx(process, file_header, sizeof(image->machine), before, &before);
    image_write_directories(process, image);
}

static enum inject_result inject_disguised(bool managed, HANDLE process, const wchar_t *dll)
{
    struct image image;
    if (!image_read(process, &image))
        return INJECT_UNREADABLE;
    struct image disguised = image;
    if (managed)
        disguised.directory[IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR].VirtualAddress = 1;
    else
        disguised.machine = IMAGE_FILE_MACHINE_I386;
    write_headers(process, &disguised);
    enum inject_result result = inject(process, dll);
    write_headers(process, &image);
    return result;
}

static enum inject_result inject_by(const wchar_t *way, HANDLE process, const wchar_t *dll)
{
    struct image image;
    if (wcscmp(way, L"imports") == 0)
        return image_read(process, &image) ? inject_by_imports(process, &image, dll)
                                           : INJECT_UNREADABLE;
    if (wcscmp(way, L"thread") == 0)
        return inject_by_thread(process, dll);
    if (wcscmp(way, L"none") == 0)
        return INJECT_DONE;
    if (wcscmp(way, L"managed") == 0 || wcscmp(way, L"foreign") == 0)
        return inject_disguised(way[0] == L'm', process, dll);
    enum inject_result result = inject(process, dll);
    return wcscmp(way, L"twice") == 0 && result == INJECT_DONE ? inject(process, dll) : result;
}

int main(void)
{
    static wchar_t own[32768];
    static wchar_t way[32768];
    static wchar_t dll[32768];
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION child;
    DWORD status = 1;
    const wchar_t *cursor = command_line_program(GetCommandLineW(), own);
    (void)command_line_next(&cursor, way);
    (void)command_line_next(&cursor, dll);
    if (!CreateProcessW(NULL, (wchar_t *)cursor, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL,
                        &startup, &child)) {
        fprintf(stderr, "CreateProcess: error %lu\n", GetLastError());
        return 1;
    }
    enum inject_result result = inject_by(way, child.hProcess, dll);
    fprintf(stderr, "started process %lu thread %lu: %s\n", child.dwProcessId, child.dwThreadId,
            inject_why(result));
    fflush(stderr);
    ResumeThread(child.hThread);
    WaitForSingleObject(child.hProcess, INFINITE);
    GetExitCodeProcess(child.hProcess, &status);
    ExitProcess(status);
}
