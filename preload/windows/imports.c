#include "imports.h"

#include "patch.h"

#include <stddef.h>
#include <string.h>
#include <winternl.h>

/*
 * A loaded module is read where the loader has put it; offsets in it are RVAs. What stands in its
 * headers has been checked by the loader, what it points to has not: hence the bounds.
 */
struct module {
    uint8_t *base;
    size_t size; /* bytes */
    const IMAGE_DATA_DIRECTORY *directories;
    DWORD directory_count;
};

struct replacing {
    const void *original;
    const void *replacement;
    const void *own; /* base of the module that keeps the original */
    unsigned replaced;
};

static bool module_open(struct module *module, HMODULE handle)
{
    uint8_t *base = (uint8_t *)handle;
    const IMAGE_DOS_HEADER *dos = (const IMAGE_DOS_HEADER *)base;
    if (dos->e_magic != IMAGE_DOS_SIGNATURE)
        return false;
    const IMAGE_NT_HEADERS64 *headers = (const IMAGE_NT_HEADERS64 *)(base + dos->e_lfanew);
    if (headers->Signature != IMAGE_NT_SIGNATURE ||
        headers->OptionalHeader.Magic != IMAGE_NT_OPTIONAL_HDR64_MAGIC)
        return false;
    module->base = base;
    module->size = headers->OptionalHeader.SizeOfImage;
    module->directories = headers->OptionalHeader.DataDirectory;
    module->directory_count = headers->OptionalHeader.NumberOfRvaAndSizes;
    return true;
}

/* `length` bytes at the offset; NULL when they are not all in the module. */
static void *at(const struct module *module, uint64_t offset, size_t length)
{
    if (offset == 0 || offset > module->size || module->size - offset < length)
        return NULL;
    return module->base + offset;
}

static const IMAGE_DATA_DIRECTORY *directory(const struct module *module, DWORD number)
{
    if (number >= module->directory_count || module->directories[number].VirtualAddress == 0)
        return NULL;
    return &module->directories[number];
}

/* By value, not by name: an import can be by ordinal, or lead here through another module. */
static void replace_slots(const struct module *module, uint64_t offset, struct replacing *replacing)
{
    void **slot;
    for (; (slot = at(module, offset, sizeof *slot)) != NULL && *slot != NULL;
         offset += sizeof *slot) {
        if (*slot == replacing->original &&
            patch_write(slot, &replacing->replacement, sizeof replacing->replacement))
            replacing->replaced++;
    }
}

static void replace_imports(const struct module *module, struct replacing *replacing)
{
    const IMAGE_DATA_DIRECTORY *found = directory(module, IMAGE_DIRECTORY_ENTRY_IMPORT);
    if (found == NULL)
        return;
    const IMAGE_IMPORT_DESCRIPTOR *import;
    for (uint64_t offset = found->VirtualAddress;
         (import = at(module, offset, sizeof *import)) != NULL && import->Name != 0;
         offset += sizeof *import)
        replace_slots(module, import->FirstThunk, replacing);
}

/* Slots that have not been used yet lead into their module, and are filled by GetProcAddress(). */
static void replace_delayed(const struct module *module, struct replacing *replacing)
{
    const IMAGE_DATA_DIRECTORY *found = directory(module, IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT);
    if (found == NULL)
        return;
    const IMAGE_DELAYLOAD_DESCRIPTOR *import;
    for (uint64_t offset = found->VirtualAddress;
         (import = at(module, offset, sizeof *import)) != NULL && import->DllNameRVA != 0;
         offset += sizeof *import) {
        if (import->Attributes.RvaBased)
            replace_slots(module, import->ImportAddressTableRVA, replacing);
    }
}

/* As NtCurrentTeb() has it, on which gcc 12 warns (array-bounds, bug 99578). */
static const PEB *own_peb(void)
{
    const PEB *peb;
    __asm__("movq %%gs:%c1, %0" : "=r"(peb) : "i"(offsetof(TEB, ProcessEnvironmentBlock)));
    return peb;
}

/* The loader's own list (PEB_LDR_DATA); a snapshot of Toolhelp would need memory and time. */
static void replace_in_all(struct replacing *replacing)
{
    const LIST_ENTRY *head = &own_peb()->Ldr->InMemoryOrderModuleList;
    for (const LIST_ENTRY *entry = head->Flink; entry != head; entry = entry->Flink) {
        const LDR_DATA_TABLE_ENTRY *loaded =
            CONTAINING_RECORD(entry, LDR_DATA_TABLE_ENTRY, InMemoryOrderLinks);
        struct module module;
        if (loaded->DllBase == replacing->own || !module_open(&module, loaded->DllBase))
            continue;
        replace_imports(&module, replacing);
        replace_delayed(&module, replacing);
    }
}

/* The name's entry in the table of functions, which is by ordinal; NULL: there is none. */
static DWORD *export_entry(const struct module *module, const char *name)
{
    const IMAGE_DATA_DIRECTORY *found = directory(module, IMAGE_DIRECTORY_ENTRY_EXPORT);
    const IMAGE_EXPORT_DIRECTORY *exports =
        found == NULL ? NULL : at(module, found->VirtualAddress, sizeof *exports);
    if (exports == NULL)
        return NULL;
    const DWORD *names =
        at(module, exports->AddressOfNames, exports->NumberOfNames * sizeof *names);
    const WORD *indexes =
        at(module, exports->AddressOfNameOrdinals, exports->NumberOfNames * sizeof *indexes);
    DWORD *functions =
        at(module, exports->AddressOfFunctions, exports->NumberOfFunctions * sizeof *functions);
    if (names == NULL || indexes == NULL || functions == NULL)
        return NULL;
    for (DWORD i = 0; i < exports->NumberOfNames; i++) {
        const char *here = at(module, names[i], strlen(name) + 1);
        if (here != NULL && strcmp(here, name) == 0)
            return indexes[i] < exports->NumberOfFunctions ? &functions[indexes[i]] : NULL;
    }
    return NULL;
}

/*
 * An entry has 32 bits, counted from the module upwards. A replacement that is not there is reached
 * by a relay; where no code may be made either, the entry stays.
 */
static void replace_export(const struct module *module, const char *name,
                           struct replacing *replacing)
{
    DWORD *entry = export_entry(module, name);
    if (entry == NULL)
        return;
    uint8_t *relay = NULL;
    uintptr_t base = (uintptr_t)module->base;
    uint64_t offset = (uintptr_t)replacing->replacement - base; /* below it: more than any RVA */
    if (offset > UINT32_MAX) {
        relay = patch_code_above(module->base);
        if (relay == NULL)
            return;
        patch_jump(relay, replacing->replacement);
        offset = (uintptr_t)relay - base;
    }
    DWORD value = (DWORD)offset;
    if ((relay == NULL || patch_code_seal(relay)) && patch_write(entry, &value, sizeof value))
        replacing->replaced++;
    else if (relay != NULL)
        patch_code_free(relay);
}

static const void *module_of(const void *address)
{
    HMODULE module = NULL;
    (void)GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                 GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                             (const wchar_t *)address, &module);
    return module;
}

bool imports_replace(const wchar_t *name_of_module, const char *name, void *replacement,
                     void **original)
{
    *original = NULL;
    HMODULE handle = GetModuleHandleW(name_of_module);
    struct module module;
    if (handle == NULL || !module_open(&module, handle))
        return false;
    FARPROC found = GetProcAddress(handle, name);
    if (found == NULL)
        return false;
    memcpy(original, &found, sizeof found);
    struct replacing replacing = {
        .original = *original, .replacement = replacement, .own = module_of(replacement)};
    /* The export first: what is loaded from now on has it, what is loaded already comes next. */
    replace_export(&module, name, &replacing);
    replace_in_all(&replacing);
    if (replacing.replaced == 0)
        *original = NULL;
    return replacing.replaced != 0;
}
