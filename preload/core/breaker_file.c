#include "breaker_file.h"

void breaker_file_add_name(struct text *text, const struct request *request)
{
    text_add(text, request->endpoint.protocol == PROTOCOL_UDP ? "udp-" : "tcp-");
    text_add_number(text, request->endpoint.port);
}

void breaker_file_accept(struct breaker_memory *memory, uint32_t magic, bool read)
{
    if (!read || magic != BREAKER_FILE_MAGIC || memory->count > BREAKER_RECORDS)
        memory->count = 0;
    for (uint32_t index = 0; index < memory->count; index++) {
        memory->records[index].killer_name[BREAKER_NAME_SIZE - 1] = '\0';
        memory->records[index].victim_name[BREAKER_NAME_SIZE - 1] = '\0';
    }
}
