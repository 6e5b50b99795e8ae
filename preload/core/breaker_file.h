/*
 * breaker_file: how a host keeps the breaker's memory, one file for each port.
 */
#ifndef PORTCLAIM_BREAKER_FILE_H
#define PORTCLAIM_BREAKER_FILE_H

#include "breaker.h"
#include "obstacles.h"
#include "text.h"

#include <stddef.h>

/*
 * The file as it is on this machine, the same for programs of 32 and of 64 bits: a kill war between
 * the two is one. The magic is written last: a file that was cut short by an end of its writer has
 * none.
 */
struct breaker_file {
    uint32_t magic;
    _Alignas(BREAKER_ALIGNMENT) struct breaker_memory memory;
};

_Static_assert(offsetof(struct breaker_file, memory) == 8 &&
                   offsetof(struct breaker_memory, records) == 8 &&
                   sizeof(struct breaker_record) == 120 &&
                   sizeof(struct breaker_memory) == 8 + BREAKER_RECORDS * 120,
               "the layout that BREAKER_FILE_MAGIC stands for");

enum { BREAKER_FILE_MAGIC = 0x70636c31 /* "pcl1": the layout above */ };

/*
 * "tcp-18789". By port and not by address: a wildcard and a specific address fight for the same
 * port. "unix-0123456789abcdef" for a Unix socket, by its place: its file is another after each
 * restart.
 */
void breaker_file_add_name(struct text *text, const struct request *request);

/* After the memory was read, or could not be: it is safe to use, and empty if it makes no sense. */
void breaker_file_accept(struct breaker_memory *memory, uint32_t magic, bool read);

#endif
