/*
 * The version as an ELF note of the shared object, so that the command can tell, without loading
 * it, whether it is its own. `readelf --notes` shows it.
 */
#include "core/version.h"

#include <elf.h>

#include "version.h"

/* The compiler makes a section of this name a note; linkers keep notes that nothing refers to. */
__attribute__((used, section(".note.portclaim"), aligned(4))) static const struct {
    Elf32_Nhdr header; /* the same in files of 64 bits: elf(5) */
    char owner[(sizeof(VERSION_NOTE_OWNER) + 3) / 4 * 4];
    char text[(sizeof(PORTCLAIM_VERSION) + 3) / 4 * 4];
} note = {
    .header = {sizeof(VERSION_NOTE_OWNER), sizeof(PORTCLAIM_VERSION), VERSION_NOTE_TYPE},
    .owner = VERSION_NOTE_OWNER,
    .text = PORTCLAIM_VERSION,
};
