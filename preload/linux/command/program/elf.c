#include "elf.h"

#include <elf.h>
#include <err.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MOST_HEADERS_SIZE =
        65536,               /* of program headers; load_elf_phdrs() in the kernel's binfmt_elf.c */
    MOST_NOTES_SIZE = 65536, /* those that we look for come to a few hundred bytes */
    NOTE_ALIGNMENT = 4,      /* also of 64-bit files, but for GNU properties: elf(5) */
    GO_BUILD_ID = 4,         /* cmd/link/internal/ld: ELF_NOTE_GOBUILDID_TAG */
    FAILED = 2,
};

/*
 * Whatever the file's word size, in the words of 64 bits, which hold those of 32. Notes are the
 * same in both.
 */
typedef Elf64_Ehdr file_header;
typedef Elf64_Phdr program_header;
typedef Elf64_Shdr section_header;

/* The header of the program that runs this, put there by the linker. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

/* All or nothing. */
static bool read_at(int descriptor, void *buffer, size_t size, uint64_t offset)
{
    size_t have = 0;
    if (offset > INT64_MAX - size)
        return false;
    while (have < size) {
        ssize_t got = pread(descriptor, (char *)buffer + have, size - have, (off_t)(offset + have));
        if (got <= 0)
            return false;
        have += (size_t)got;
    }
    return true;
}

/* The caller frees it; NULL when the file does not have as much. */
static void *read_piece(int descriptor, uint64_t offset, size_t size)
{
    void *piece = calloc(1, size + 1);
    if (piece == NULL)
        err(FAILED, "portclaim");
    if (read_at(descriptor, piece, size, offset))
        return piece;
    free(piece);
    return NULL;
}

/* ---- the header ---- */

/* Does this machine run the file beside those of our own kind? */
static bool is_compatible(const file_header *header)
{
    return __ehdr_start.e_machine == EM_X86_64 && header->e_machine == EM_386 &&
           header->e_ident[EI_CLASS] == ELFCLASS32;
}

static bool is_narrow(const file_header *header)
{
    return header->e_ident[EI_CLASS] == ELFCLASS32;
}

static bool read_header(int descriptor, file_header *header)
{
    Elf32_Ehdr narrow;
    if (!is_narrow(header))
        return read_at(descriptor, header, sizeof(*header), 0);
    if (!read_at(descriptor, &narrow, sizeof(narrow), 0))
        return false;
    header->e_phoff = narrow.e_phoff;
    header->e_phentsize = narrow.e_phentsize;
    header->e_phnum = narrow.e_phnum;
    header->e_shoff = narrow.e_shoff;
    header->e_shentsize = narrow.e_shentsize;
    header->e_shnum = narrow.e_shnum;
    header->e_shstrndx = narrow.e_shstrndx;
    return true;
}

static enum elf_kind read_identity(int descriptor, file_header *header, struct elf *elf)
{
    unsigned char *identity = header->e_ident;
    /* As far as e_machine the header is the same in both word sizes. */
    size_t common = offsetof(file_header, e_version);
    if (!read_at(descriptor, header, SELFMAG, 0) || memcmp(identity, ELFMAG, SELFMAG) != 0)
        return ELF_NONE;
    if (!read_at(descriptor, header, common, 0))
        return ELF_DAMAGED;
    elf->word_bits = identity[EI_CLASS] == ELFCLASS64 ? 64 : 32;
    elf->machine = header->e_machine;
    bool same_order = identity[EI_DATA] == __ehdr_start.e_ident[EI_DATA];
    bool own = elf->machine == __ehdr_start.e_machine &&
               identity[EI_CLASS] == __ehdr_start.e_ident[EI_CLASS];
    if (!same_order)
        elf->machine = __builtin_bswap16(elf->machine);
    if (!same_order || (!own && !is_compatible(header)))
        return ELF_FOREIGN;
    if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
        return ELF_DAMAGED;
    if (!read_header(descriptor, header))
        return ELF_DAMAGED;
    return own ? ELF_OWN : ELF_COMPATIBLE;
}

static bool is_readable(enum elf_kind kind)
{
    return kind == ELF_OWN || kind == ELF_COMPATIBLE;
}

/* ---- its tables ---- */

static program_header *widen_program_headers(const Elf32_Phdr *narrow, size_t count)
{
    program_header *headers = calloc(count, sizeof(*headers));
    if (headers == NULL)
        err(FAILED, "portclaim");
    for (size_t index = 0; index < count; index++)
        headers[index] = (program_header){.p_type = narrow[index].p_type,
                                          .p_offset = narrow[index].p_offset,
                                          .p_filesz = narrow[index].p_filesz};
    return headers;
}

/* The kernel's own conditions. The caller frees the headers; NULL when it would not run the file.
 */
static program_header *read_program_headers(int descriptor, const file_header *header)
{
    size_t each = is_narrow(header) ? sizeof(Elf32_Phdr) : sizeof(Elf64_Phdr);
    size_t size = header->e_phnum * each;
    if (header->e_phentsize != each || size == 0 || size > MOST_HEADERS_SIZE)
        return NULL;
    void *table = read_piece(descriptor, header->e_phoff, size);
    if (table == NULL || !is_narrow(header))
        return table;
    program_header *headers = widen_program_headers(table, header->e_phnum);
    free(table);
    return headers;
}

static section_header *widen_sections(const Elf32_Shdr *narrow, size_t count)
{
    section_header *sections = calloc(count, sizeof(*sections));
    if (sections == NULL)
        err(FAILED, "portclaim");
    for (size_t index = 0; index < count; index++)
        sections[index] = (section_header){.sh_name = narrow[index].sh_name,
                                           .sh_offset = narrow[index].sh_offset,
                                           .sh_size = narrow[index].sh_size};
    return sections;
}

/* The caller frees them; NULL when there are none. */
static section_header *read_sections(int descriptor, const file_header *header)
{
    size_t each = is_narrow(header) ? sizeof(Elf32_Shdr) : sizeof(Elf64_Shdr);
    if (header->e_shnum == 0 || header->e_shentsize != each)
        return NULL;
    void *table = read_piece(descriptor, header->e_shoff, header->e_shnum * each);
    if (table == NULL || !is_narrow(header))
        return table;
    section_header *sections = widen_sections(table, header->e_shnum);
    free(table);
    return sections;
}

/* ---- notes ---- */

/* The first note of that owner and type in these bytes; NULL when there is none. */
static const char *find_note(const char *notes, size_t size, const char *owner, uint32_t type,
                             size_t *length)
{
    size_t owner_size = strlen(owner) + 1;
    size_t at = 0;
    while (size - at >= sizeof(Elf64_Nhdr)) {
        Elf64_Nhdr note;
        memcpy(&note, notes + at, sizeof(note));
        at += sizeof(note);
        uint64_t name_size = ((uint64_t)note.n_namesz + NOTE_ALIGNMENT - 1) & -NOTE_ALIGNMENT;
        uint64_t text_size = ((uint64_t)note.n_descsz + NOTE_ALIGNMENT - 1) & -NOTE_ALIGNMENT;
        if (name_size > size - at || note.n_descsz > size - at - name_size)
            return NULL;
        /* Some fill the owner's name up with NULs and count those. */
        if (note.n_type == type && note.n_namesz >= owner_size &&
            memcmp(notes + at, owner, owner_size) == 0) {
            *length = note.n_descsz;
            return notes + at + name_size;
        }
        if (text_size > size - at - name_size)
            return NULL;
        at += name_size + text_size;
    }
    return NULL;
}

/* Copies the note's text into `text`, ended in NUL, unless that is NULL. */
static bool read_note(int descriptor, const program_header *headers, size_t count,
                      const char *owner, uint32_t type, char *text, size_t size)
{
    bool found = false;
    for (size_t index = 0; index < count && !found; index++) {
        const program_header *header = &headers[index];
        if (header->p_type != PT_NOTE || header->p_filesz > MOST_NOTES_SIZE)
            continue;
        char *notes = read_piece(descriptor, header->p_offset, header->p_filesz);
        size_t length = 0;
        const char *note =
            notes == NULL ? NULL : find_note(notes, header->p_filesz, owner, type, &length);
        found = note != NULL && (text == NULL || length < size);
        if (found && text != NULL) {
            memcpy(text, note, length);
            text[length] = '\0';
        }
        free(notes);
    }
    return found;
}

bool elf_read_note(int descriptor, const char *owner, uint32_t type, char *text, size_t size)
{
    file_header header;
    struct elf elf;
    if (!is_readable(read_identity(descriptor, &header, &elf)))
        return false;
    program_header *headers = read_program_headers(descriptor, &header);
    bool found =
        headers != NULL && read_note(descriptor, headers, header.e_phnum, owner, type, text, size);
    free(headers);
    return found;
}

/* ---- size ---- */

bool elf_is_whole(int descriptor)
{
    file_header header;
    struct elf elf;
    struct stat status;
    if (fstat(descriptor, &status) != 0 || !is_readable(read_identity(descriptor, &header, &elf)))
        return false;
    program_header *headers = read_program_headers(descriptor, &header);
    uint64_t size = (uint64_t)status.st_size;
    bool whole = headers != NULL;
    for (size_t index = 0; whole && index < header.e_phnum; index++)
        whole = headers[index].p_type != PT_LOAD ||
                (headers[index].p_offset <= size &&
                 headers[index].p_filesz <= size - headers[index].p_offset);
    free(headers);
    return whole;
}

/* ---- Go ---- */

/* The names of the sections; NULL when there are none. The caller frees them; they end in NUL. */
static char *read_section_names(int descriptor, const section_header *sections,
                                const file_header *header, size_t *size)
{
    const size_t most = 1 << 20; /* far more than any linker writes */
    if (header->e_shstrndx >= header->e_shnum)
        return NULL;
    const section_header *section = &sections[header->e_shstrndx];
    if (section->sh_size == 0 || section->sh_size > most)
        return NULL;
    *size = section->sh_size;
    char *names = read_piece(descriptor, section->sh_offset, *size);
    if (names != NULL)
        names[*size] = '\0';
    return names;
}

static bool has_section(int descriptor, const file_header *header, const char *name)
{
    bool found = false;
    section_header *sections = read_sections(descriptor, header);
    if (sections == NULL)
        return false;
    size_t size = 0;
    char *names = read_section_names(descriptor, sections, header, &size);
    for (size_t index = 0; names != NULL && index < header->e_shnum && !found; index++)
        found =
            sections[index].sh_name < size && strcmp(names + sections[index].sh_name, name) == 0;
    free(names);
    free(sections);
    return found;
}

/* strip(1) can take the section's name away, other tools the note. */
static bool is_go(int descriptor, const file_header *header, const program_header *headers)
{
    return read_note(descriptor, headers, header->e_phnum, "Go", GO_BUILD_ID, NULL, 0) ||
           has_section(descriptor, header, ".go.buildinfo");
}

/* ---- all of it ---- */

/* As load_elf_binary(): the first one counts, and it must end in NUL. */
static bool read_loader(int descriptor, const program_header *headers, size_t count, char *loader)
{
    for (size_t index = 0; index < count; index++) {
        const program_header *header = &headers[index];
        if (header->p_type != PT_INTERP)
            continue;
        return header->p_filesz >= 2 && header->p_filesz <= PATH_MAX &&
               read_at(descriptor, loader, header->p_filesz, header->p_offset) &&
               loader[header->p_filesz - 1] == '\0';
    }
    return true;
}

enum elf_kind elf_read(int descriptor, struct elf *elf)
{
    file_header header;
    memset(elf, 0, sizeof(*elf));
    elf->kind = read_identity(descriptor, &header, elf);
    if (!is_readable(elf->kind))
        return elf->kind;
    program_header *headers = read_program_headers(descriptor, &header);
    if (headers == NULL || !read_loader(descriptor, headers, header.e_phnum, elf->loader))
        elf->kind = ELF_DAMAGED;
    else
        elf->go = is_go(descriptor, &header, headers);
    free(headers);
    return elf->kind;
}
