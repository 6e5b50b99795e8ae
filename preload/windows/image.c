#include "image.h"

#include <stddef.h>
#include <string.h>
#include <winternl.h>

/* PEB.ImageBaseAddress of a 64-bit process. A WOW64 process has such a PEB as well. */
enum { PEB_IMAGE_BASE = 0x10 };

static bool read_bytes(HANDLE process, uint64_t address, void *target, size_t size)
{
    SIZE_T done = 0;
    return ReadProcessMemory(process, image_pointer(address), target, size, &done) && done == size;
}

/* From ntdll, for which there is no import library that all versions have. */
static bool find_base(HANDLE process, uint64_t *base)
{
    typedef NTSTATUS(WINAPI * query_function)(HANDLE, PROCESSINFOCLASS, void *, ULONG, ULONG *);
    PROCESS_BASIC_INFORMATION information;
    HMODULE library = GetModuleHandleW(L"ntdll.dll");
    query_function query =
        library == NULL
            ? NULL
            : (query_function)(void *)GetProcAddress(library, "NtQueryInformationProcess");
    return query != NULL &&
           query(process, ProcessBasicInformation, &information, sizeof(information), NULL) >= 0 &&
           read_bytes(process, (uint64_t)(uintptr_t)information.PebBaseAddress + PEB_IMAGE_BASE,
                      base, sizeof(*base)) &&
           *base != 0;
}

/* What both formats of the optional header have at different places. */
static bool take_optional_header(const IMAGE_NT_HEADERS64 *headers, uint64_t address,
                                 struct image *image)
{
    const IMAGE_NT_HEADERS32 *narrow = (const IMAGE_NT_HEADERS32 *)headers;
    image->machine = headers->FileHeader.Machine;
    image->entry = headers->OptionalHeader.AddressOfEntryPoint; /* in the same place in both */
    image->is_64_bit = headers->OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC;
    size_t offset = offsetof(IMAGE_NT_HEADERS64, OptionalHeader.DataDirectory);
    if (image->is_64_bit) {
        image->size = headers->OptionalHeader.SizeOfImage;
        image->directory_count = headers->OptionalHeader.NumberOfRvaAndSizes;
    } else if (headers->OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR32_MAGIC) {
        offset = offsetof(IMAGE_NT_HEADERS32, OptionalHeader.DataDirectory);
        image->size = narrow->OptionalHeader.SizeOfImage;
        image->directory_count = narrow->OptionalHeader.NumberOfRvaAndSizes;
    } else {
        return false;
    }
    if (image->directory_count > IMAGE_NUMBEROF_DIRECTORY_ENTRIES)
        image->directory_count = IMAGE_NUMBEROF_DIRECTORY_ENTRIES;
    image->directories = address + offset;
    memcpy(image->directory, (const char *)headers + offset,
           image->directory_count * sizeof(image->directory[0]));
    return true;
}

bool image_read(HANDLE process, struct image *image)
{
    IMAGE_DOS_HEADER dos;
    IMAGE_NT_HEADERS64 headers;
    *image = (struct image){0};
    if (!find_base(process, &image->base) || !read_bytes(process, image->base, &dos, sizeof(dos)) ||
        dos.e_magic != IMAGE_DOS_SIGNATURE || dos.e_lfanew < 0)
        return false;
    uint64_t address = image->base + (uint32_t)dos.e_lfanew;
    return read_bytes(process, address, &headers, sizeof(headers)) &&
           headers.Signature == IMAGE_NT_SIGNATURE &&
           take_optional_header(&headers, address, image);
}

bool image_is_managed(const struct image *image)
{
    return image->directory[IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR].VirtualAddress != 0;
}

/* IsWow64Process2 is missing before Windows 10 1709, which ARM64 does not run either. */
bool image_system_is_x64(void)
{
    typedef BOOL(WINAPI * query_function)(HANDLE, USHORT *, USHORT *);
    USHORT emulated;
    USHORT native;
    HMODULE library = GetModuleHandleW(L"kernel32.dll");
    query_function query =
        library == NULL ? NULL : (query_function)(void *)GetProcAddress(library, "IsWow64Process2");
    return query == NULL || !query(GetCurrentProcess(), &emulated, &native) ||
           native == IMAGE_FILE_MACHINE_AMD64;
}

/*
 * A managed program's file says x86 when it runs on every machine; it then runs as the system's
 * own.
 */
bool image_is_our_machine(HANDLE process, const struct image *image)
{
    BOOL narrow = TRUE;
    if (!IsWow64Process(process, &narrow) || narrow)
        return false;
    if (image_is_managed(image) && image->machine == IMAGE_FILE_MACHINE_I386)
        return image_system_is_x64();
    return image->machine == IMAGE_FILE_MACHINE_AMD64 && image->is_64_bit;
}

bool image_write_directories(HANDLE process, const struct image *image)
{
    void *address = image_pointer(image->directories);
    SIZE_T size = image->directory_count * sizeof(image->directory[0]);
    SIZE_T done = 0;
    DWORD before;
    if (!VirtualProtectEx(process, address, size, PAGE_READWRITE, &before))
        return false;
    bool written =
        WriteProcessMemory(process, address, image->directory, size, &done) && done == size;
    return VirtualProtectEx(process, address, size, before, &before) && written;
}
