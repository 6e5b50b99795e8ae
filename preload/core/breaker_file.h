/*
 * breaker_file: how a host keeps the breaker's memory, one file for each port.
 */
#ifndef PORTCLAIM_BREAKER_FILE_H
#define PORTCLAIM_BREAKER_FILE_H

#include "breaker.h"
#include "obstacles.h"
#include "text.h"

/*
 * The file as it is on this machine. The magic is written last: a file that was cut short by an end
 * of its writer has none.
 */
struct breaker_file {
    uint32_t magic;
    struct breaker_memory memory;
};

enum { BREAKER_FILE_MAGIC = 0x70636c31 /* "pcl1": the layout above */ };

/*
 * "tcp-18789". By port and not by address: a wildcard and a specific address fight for the same
 * port.
 */
void breaker_file_add_name(struct text *text, const struct request *request);

/* After the memory was read, or could not be: it is safe to use, and empty if it makes no sense. */
void breaker_file_accept(struct breaker_memory *memory, uint32_t magic, bool read);

#endif
