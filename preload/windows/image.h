/*
 * image: the headers of a program's own file, or of a DLL, as mapped into a process, which may be
 * another one.
 * The format: "PE Format", learn.microsoft.com/windows/win32/debug/pe-format.
 */
#ifndef PORTCLAIM_WINDOWS_IMAGE_H
#define PORTCLAIM_WINDOWS_IMAGE_H

#include "system.h"

#include <stdbool.h>
#include <stdint.h>

struct image {
    uint64_t base;            /* address in that process */
    uint64_t directories;     /* address of its data directories */
    uint32_t size;            /* bytes it takes, from its base on */
    uint32_t entry;           /* where it begins, from its base on; 0: nowhere */
    uint16_t machine;         /* IMAGE_FILE_MACHINE_... */
    bool is_64_bit;           /* PE32+ */
    uint32_t directory_count; /* that the image has; at most those below */
    IMAGE_DATA_DIRECTORY directory[IMAGE_NUMBEROF_DIRECTORY_ENTRIES]; /* missing ones are zero */
};

/* An address in another process, as the calls that take one want it. */
static inline void *image_pointer(uint64_t address)
{
    return (void *)(uintptr_t)address; /* NOLINT(performance-no-int-to-ptr): it comes as a number */
}

/* Of the program. False: the process can't be read, or what is there is no image. */
bool image_read(HANDLE process, struct image *image);

/*
 * A program of .NET. Its import table and its entry point say nothing: the loader leaves them alone
 * and asks mscoree ("CorValidateImage", .NET hosting reference).
 */
bool image_is_managed(const struct image *image);

/* Is x86-64 the machine of this Windows, and not emulated? */
bool image_system_is_x64(void);

/*
 * Does the process run our own instructions, x86-64? Not one of 32 bits, and on Windows for ARM not
 * one of ARM's, whose libraries are others.
 */
bool image_is_our_machine(HANDLE process, const struct image *image);

/*
 * Writes the data directories of *image into the process, as many as the image has. The page's
 * protection is afterwards as before.
 */
bool image_write_directories(HANDLE process, const struct image *image);

#endif
