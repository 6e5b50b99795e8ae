#include "breaker_file.h"

void breaker_file_add_name(struct text *text, const struct request *request)
{
    enum { PLACE_DIGITS = 16 };
    text_add(text, endpoint_protocol_name(request->endpoint.protocol));
    text_add(text, "-");
    if (request->endpoint.family == FAMILY_UNIX)
        text_add_hexadecimal(text, request->endpoint.path.place, PLACE_DIGITS);
    else
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
