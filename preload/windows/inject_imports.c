/*
 * The import table rewritten. Behind the image, where a 32-bit offset from its base reaches, goes a
 * block with a new table: our DLL, then the old entries; and before it the record of what the
 * headers said, which inject_restore() finds by the table's address.
 */
#include "inject_ways.h"

#include "memory.h"

#include <stddef.h>
#include <string.h>
#include <wchar.h>

enum {
    GRANULARITY = 0x10000, /* bytes: what VirtualAllocEx allocates starts at a multiple of it */
    MOST_IMPORTS = 2048,   /* DLLs that a program imports */
    FIRST_ORDINAL = 1,
    THUNKS = 2, /* ours and the zero that ends them */
};

static const uint8_t record_mark[16] = {0x70, 0x6f, 0x72, 0x74, 0x63, 0x6c, 0x61, 0x69,
                                        0x6d, 0x9e, 0x4b, 0x21, 0xd6, 0x73, 0x58, 0xa1};

/* The directories that change. Bound imports would be taken for those of the new table. */
static const uint8_t changed[] = {IMAGE_DIRECTORY_ENTRY_IMPORT, IMAGE_DIRECTORY_ENTRY_BOUND_IMPORT,
                                  IMAGE_DIRECTORY_ENTRY_IAT};

enum { CHANGED = sizeof(changed) / sizeof(changed[0]) };

struct block {
    uint8_t mark[sizeof(record_mark)];
    IMAGE_DATA_DIRECTORY before[CHANGED];
    ULONGLONG lookup[THUNKS];
    ULONGLONG addresses[THUNKS]; /* the loader writes the first */
    char name[INJECT_PATH_COUNT];
    IMAGE_IMPORT_DESCRIPTOR table[MOST_IMPORTS + 2]; /* ours, the old ones, the zero that ends it */
};

static uint32_t table_size(size_t old_count)
{
    return (uint32_t)((old_count + 2) * sizeof(IMAGE_IMPORT_DESCRIPTOR));
}

/*
 * Up to the entry that ends them; the directory's size is not to be trusted (Go's linker counts the
 * names in). False: unreadable, or too many.
 */
static bool read_old_table(HANDLE process, const struct image *image, struct block *block,
                           size_t *count)
{
    uint32_t offset = image->directory[IMAGE_DIRECTORY_ENTRY_IMPORT].VirtualAddress;
    *count = 0;
    if (offset == 0)
        return true;
    uint64_t address = image->base + offset;
    for (IMAGE_IMPORT_DESCRIPTOR *entry = block->table + 1; *count < MOST_IMPORTS; entry++) {
        SIZE_T done = 0;
        const void *there = image_pointer(address);
        if (!ReadProcessMemory(process, there, entry, sizeof(*entry), &done) ||
            done != sizeof(*entry))
            return false;
        if (entry->Name == 0 || entry->FirstThunk == 0) {
            *entry = (IMAGE_IMPORT_DESCRIPTOR){0};
            return true;
        }
        address += sizeof(*entry);
        (*count)++;
    }
    return false;
}

/* As near behind the image as there is something free. */
static void *allocate_behind(HANDLE process, const struct image *image, size_t size)
{
    const uint64_t mask = GRANULARITY - 1;
    uint64_t end = image->base + UINT32_MAX - size;
    uint64_t address = (image->base + image->size + mask) & ~mask;
    MEMORY_BASIC_INFORMATION region;
    while (address < end && VirtualQueryEx(process, image_pointer(address), &region,
                                           sizeof(region)) == sizeof(region)) {
        uint64_t region_end = (uint64_t)(uintptr_t)region.BaseAddress + region.RegionSize;
        if (region.State == MEM_FREE && region_end >= address + size) {
            void *block = VirtualAllocEx(process, image_pointer(address), size,
                                         MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
            if (block != NULL)
                return block;
            address += GRANULARITY; /* somebody else's, or what Wine keeps for itself */
        } else {
            address = (region_end + mask) & ~mask;
        }
    }
    return NULL;
}

/* Where in the process the block is, as the loader counts: from the image's base. */
static void fill(struct block *block, const struct image *image, uint32_t offset,
                 const wchar_t *dll)
{
    memcpy(block->mark, record_mark, sizeof(record_mark));
    for (size_t index = 0; index < CHANGED; index++)
        block->before[index] = image->directory[changed[index]];
    for (size_t index = 0; index < INJECT_PATH_COUNT - 1 && dll[index] != L'\0'; index++)
        block->name[index] = (char)dll[index];
    block->lookup[0] = IMAGE_ORDINAL_FLAG64 | FIRST_ORDINAL;
    block->addresses[0] = block->lookup[0];
    block->table[0] = (IMAGE_IMPORT_DESCRIPTOR){
        .OriginalFirstThunk = offset + (uint32_t)offsetof(struct block, lookup),
        .Name = offset + (uint32_t)offsetof(struct block, name),
        .FirstThunk = offset + (uint32_t)offsetof(struct block, addresses),
    };
}

/* As DetourUpdateProcessWithDllEx: without a directory of addresses the loader would look for a
 * section to make writable, and find none. */
static struct image changed_image(const struct image *image, uint32_t offset, size_t old_count)
{
    struct image after = *image;
    IMAGE_DATA_DIRECTORY *addresses = &after.directory[IMAGE_DIRECTORY_ENTRY_IAT];
    after.directory[IMAGE_DIRECTORY_ENTRY_IMPORT] = (IMAGE_DATA_DIRECTORY){
        offset + (uint32_t)offsetof(struct block, table), table_size(old_count)};
    after.directory[IMAGE_DIRECTORY_ENTRY_BOUND_IMPORT] = (IMAGE_DATA_DIRECTORY){0};
    if (addresses->VirtualAddress == 0)
        *addresses = (IMAGE_DATA_DIRECTORY){offset + (uint32_t)offsetof(struct block, addresses),
                                            sizeof(ULONGLONG) * THUNKS};
    return after;
}

static enum inject_result rewrite(HANDLE process, const struct image *image, const wchar_t *dll,
                                  struct block *block)
{
    size_t old_count;
    SIZE_T done = 0;
    if (image->directory_count <= IMAGE_DIRECTORY_ENTRY_IAT ||
        !read_old_table(process, image, block, &old_count))
        return INJECT_UNREADABLE;
    size_t size = offsetof(struct block, table) + table_size(old_count);
    char *there = allocate_behind(process, image, size);
    if (there == NULL)
        return INJECT_NO_ROOM;
    uint32_t offset = (uint32_t)((uint64_t)(uintptr_t)there - image->base);
    struct image after = changed_image(image, offset, old_count);
    fill(block, image, offset, dll);
    if (WriteProcessMemory(process, there, block, size, &done) && done == size &&
        image_write_directories(process, &after))
        return INJECT_DONE;
    (void)VirtualFreeEx(process, there, 0, MEM_RELEASE);
    return INJECT_NOT_WRITTEN;
}

/*
 * The block of this process or another one whose import directory points into one. Its table lies
 * outside of the image, as that of any tool that works like this; ours are told by the mark, which
 * is where the memory was allocated.
 */
static bool find_block(HANDLE process, const struct image *image, struct block *block)
{
    uint32_t offset = image->directory[IMAGE_DIRECTORY_ENTRY_IMPORT].VirtualAddress;
    MEMORY_BASIC_INFORMATION region;
    SIZE_T done = 0;
    if (offset < image->size)
        return false;
    const char *table = image_pointer(image->base + offset);
    const char *start = table - offsetof(struct block, table);
    return VirtualQueryEx(process, table, &region, sizeof(region)) == sizeof(region) &&
           region.AllocationBase == start &&
           ReadProcessMemory(process, start, block, offsetof(struct block, table), &done) &&
           memcmp(block->mark, record_mark, sizeof(record_mark)) == 0;
}

enum inject_result inject_by_imports(HANDLE process, const struct image *image, const wchar_t *dll)
{
    enum inject_result result = INJECT_DONE;
    if (wcslen(dll) >= INJECT_PATH_COUNT)
        return INJECT_NO_LIBRARY;
    struct block *block = memory_map(sizeof(*block));
    if (block == NULL)
        return INJECT_NO_MEMORY;
    if (!find_block(process, image, block)) /* else somebody was here before us, most likely we */
        result = rewrite(process, image, dll, block);
    memory_unmap(block, sizeof(*block));
    return result;
}

void inject_restore(void)
{
    struct image image;
    HANDLE self = GetCurrentProcess();
    struct block *block = memory_map(sizeof(*block));
    if (block == NULL)
        return;
    if (image_read(self, &image) && find_block(self, &image, block)) {
        for (size_t index = 0; index < CHANGED; index++)
            image.directory[changed[index]] = block->before[index];
        (void)image_write_directories(self, &image);
    }
    memory_unmap(block, sizeof(*block));
}
