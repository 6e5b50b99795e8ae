#include "executable.h"

#include <stdio.h>
#include <string.h>

enum {
    MOST_SECTIONS = 96,         /* the loader's own limit */
    MOST_EXPORTS = 4096,        /* of names that are looked through */
    EXPORT_NAME_SIZE = 64,      /* bytes */
    CLR_32_BIT_REQUIRED = 0x2,  /* COMIMAGE_FLAGS_32BITREQUIRED; with PREFERRED as well */
    ALIAS_TAG = (int)0x8000001B /* IO_REPARSE_TAG_APPEXECLINK of ntifs.h */
};

struct file {
    HANDLE handle;
    IMAGE_NT_HEADERS64 headers; /* the 32-bit ones at the same place */
    uint32_t headers_at;
};

static bool read_at(const struct file *file, uint64_t place, void *bytes, size_t size)
{
    OVERLAPPED position = {.Offset = (DWORD)place, .OffsetHigh = (DWORD)(place >> 32)};
    DWORD length = 0;
    return ReadFile(file->handle, bytes, (DWORD)size, &length, &position) && length == size;
}

static bool open_file(const wchar_t *path, struct file *file)
{
    file->handle =
        CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    return file->handle != INVALID_HANDLE_VALUE;
}

static bool read_headers(struct file *file)
{
    IMAGE_DOS_HEADER dos;
    if (!read_at(file, 0, &dos, sizeof(dos)) || dos.e_magic != IMAGE_DOS_SIGNATURE ||
        dos.e_lfanew < 0)
        return false;
    file->headers_at = (uint32_t)dos.e_lfanew;
    return read_at(file, file->headers_at, &file->headers, sizeof(file->headers)) &&
           file->headers.Signature == IMAGE_NT_SIGNATURE;
}

static bool is_64_bit(const struct file *file)
{
    return file->headers.OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC;
}

static IMAGE_DATA_DIRECTORY directory_of(const struct file *file, uint32_t which)
{
    const IMAGE_NT_HEADERS32 *narrow = (const IMAGE_NT_HEADERS32 *)&file->headers;
    const IMAGE_DATA_DIRECTORY none = {0};
    if (is_64_bit(file))
        return which < file->headers.OptionalHeader.NumberOfRvaAndSizes
                   ? file->headers.OptionalHeader.DataDirectory[which]
                   : none;
    return which < narrow->OptionalHeader.NumberOfRvaAndSizes
               ? narrow->OptionalHeader.DataDirectory[which]
               : none;
}

/* Where in the file the bytes are that will be at this offset from the image's base. */
static bool find_place(const struct file *file, uint32_t offset, uint64_t *place)
{
    const IMAGE_FILE_HEADER *header = &file->headers.FileHeader;
    uint64_t table = (uint64_t)file->headers_at + offsetof(IMAGE_NT_HEADERS64, OptionalHeader) +
                     header->SizeOfOptionalHeader;
    for (uint32_t index = 0; index < header->NumberOfSections && index < MOST_SECTIONS; index++) {
        IMAGE_SECTION_HEADER section;
        if (!read_at(file, table + (uint64_t)index * sizeof(section), &section, sizeof(section)))
            return false;
        if (offset >= section.VirtualAddress &&
            offset - section.VirtualAddress < section.SizeOfRawData) {
            *place = (uint64_t)section.PointerToRawData + (offset - section.VirtualAddress);
            return true;
        }
    }
    return false;
}

static bool read_image(const struct file *file, uint32_t offset, void *bytes, size_t size)
{
    uint64_t place;
    return find_place(file, offset, &place) && read_at(file, place, bytes, size);
}

/* At most size - 1 bytes up to a NUL; false when there is no NUL among them. */
static bool read_string(const struct file *file, uint32_t offset, char *string, size_t size)
{
    for (size_t length = 0; length < size; length++) {
        if (!read_image(file, offset + (uint32_t)length, string + length, 1))
            return false;
        if (string[length] == '\0')
            return true;
    }
    return false;
}

/* ---- what it is ---- */

static void read_managed(const struct file *file, struct executable *executable)
{
    IMAGE_DATA_DIRECTORY place = directory_of(file, IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR);
    struct {
        uint32_t size;
        uint16_t version[2];
        IMAGE_DATA_DIRECTORY metadata;
        uint32_t flags;
    } header; /* the start of IMAGE_COR20_HEADER */
    executable->managed = place.VirtualAddress != 0;
    executable->any_machine = executable->managed && !executable->is_64_bit &&
                              read_image(file, place.VirtualAddress, &header, sizeof(header)) &&
                              (header.flags & CLR_32_BIT_REQUIRED) == 0;
}

static bool is_alias(const wchar_t *path)
{
    WIN32_FIND_DATAW found;
    HANDLE search = FindFirstFileW(path, &found);
    if (search == INVALID_HANDLE_VALUE)
        return false;
    (void)FindClose(search);
    return (found.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 &&
           found.dwReserved0 == (DWORD)ALIAS_TAG;
}

void executable_read(const wchar_t *path, struct executable *executable)
{
    struct file file;
    *executable = (struct executable){.format = EXECUTABLE_OTHER};
    if (is_alias(path)) {
        executable->format = EXECUTABLE_ALIAS;
        return;
    }
    if (!open_file(path, &file)) {
        executable->format = EXECUTABLE_UNREADABLE;
        executable->error = GetLastError();
        return;
    }
    if (read_headers(&file)) {
        bool library = (file.headers.FileHeader.Characteristics & IMAGE_FILE_DLL) != 0;
        executable->format = library ? EXECUTABLE_LIBRARY : EXECUTABLE_PROGRAM;
        executable->machine = file.headers.FileHeader.Machine;
        executable->is_64_bit = is_64_bit(&file);
        /* At the same place in both formats. */
        executable->subsystem = file.headers.OptionalHeader.Subsystem;
        read_managed(&file, executable);
    }
    (void)CloseHandle(file.handle);
}

const char *executable_machine_name(uint16_t machine)
{
    static char number[16];
    switch (machine) {
    case IMAGE_FILE_MACHINE_AMD64:
        return "x64";
    case IMAGE_FILE_MACHINE_I386:
        return "x86";
    case IMAGE_FILE_MACHINE_ARM64:
        return "ARM64";
    case IMAGE_FILE_MACHINE_ARMNT:
        return "ARM";
    default:
        (void)snprintf(number, sizeof(number), "machine %#x", machine);
        return number;
    }
}

/* ---- exports ---- */

static bool find_export(const struct file *file, const char *name, uint32_t *offset)
{
    IMAGE_EXPORT_DIRECTORY table;
    uint32_t place = directory_of(file, IMAGE_DIRECTORY_ENTRY_EXPORT).VirtualAddress;
    if (place == 0 || !read_image(file, place, &table, sizeof(table)))
        return false;
    for (uint32_t index = 0; index < table.NumberOfNames && index < MOST_EXPORTS; index++) {
        char found[EXPORT_NAME_SIZE];
        uint32_t found_at;
        uint16_t ordinal;
        if (read_image(file, table.AddressOfNames + index * 4, &found_at, sizeof(found_at)) &&
            read_string(file, found_at, found, sizeof(found)) && strcmp(found, name) == 0)
            return read_image(file, table.AddressOfNameOrdinals + index * 2, &ordinal,
                              sizeof(ordinal)) &&
                   read_image(file, table.AddressOfFunctions + ordinal * 4U, offset,
                              sizeof(*offset));
    }
    return false;
}

bool executable_read_export(const wchar_t *path, const char *name, char *value, size_t size)
{
    struct file file;
    uint32_t offset;
    if (!open_file(path, &file))
        return false;
    bool read = read_headers(&file) && find_export(&file, name, &offset) &&
                read_string(&file, offset, value, size);
    (void)CloseHandle(file.handle);
    return read;
}
