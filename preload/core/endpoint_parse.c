#include "conventions.h"
#include "endpoint.h"

#include <string.h>

enum {
    GROUP_DIGITS = 4,
    BITS_PER_BYTE = 8,
    BITS_PER_DIGIT = 4,
    BYTE_MOST = 255,
    DECIMAL = 10,
};

static bool skip(const char **cursor, const char *expected)
{
    if (!text_starts_with(*cursor, expected))
        return false;
    *cursor += strlen(expected);
    return true;
}

static bool is_decimal_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool read_hexadecimal_digit(char byte, uint32_t *value)
{
    if (is_decimal_digit(byte))
        *value = (uint32_t)(byte - '0');
    else if (byte >= 'a' && byte <= 'f')
        *value = (uint32_t)(byte - 'a') + DECIMAL;
    else if (byte >= 'A' && byte <= 'F')
        *value = (uint32_t)(byte - 'A') + DECIMAL;
    else
        return false;
    return true;
}

/* "010" would be eight to inet_aton(3) and ten to people, so it is nothing here. */
static bool read_ipv4_byte(const char **cursor, uint8_t *byte)
{
    uint64_t number;
    if ((*cursor)[0] == '0' && is_decimal_digit((*cursor)[1]))
        return false;
    if (!text_read_number(cursor, BYTE_MOST, &number))
        return false;
    *byte = (uint8_t)number;
    return true;
}

/* On failure *cursor stays where it was. */
static bool read_ipv4(const char **cursor, uint8_t *address)
{
    const char *next = *cursor;
    for (size_t index = 0; index < ENDPOINT_IPV4_BYTES; index++) {
        if (index > 0 && !skip(&next, "."))
            return false;
        if (!read_ipv4_byte(&next, &address[index]))
            return false;
    }
    *cursor = next;
    return true;
}

static bool read_group(const char **cursor, uint8_t *address)
{
    uint32_t group = 0;
    uint32_t digit;
    size_t digits = 0;
    while (digits < GROUP_DIGITS && read_hexadecimal_digit(**cursor, &digit)) {
        group = group << BITS_PER_DIGIT | digit;
        (*cursor)++;
        digits++;
    }
    address[0] = (uint8_t)(group >> BITS_PER_BYTE);
    address[1] = (uint8_t)group;
    return digits > 0;
}

/*
 * RFC 4291, section 2.2: groups with a colon between any two, of which the last two may be written
 * as an IPv4 address, behind which nothing follows. Returns their length in bytes and leaves
 * *cursor before whatever is no group.
 */
static size_t read_groups(const char **cursor, uint8_t *address, size_t room, bool *ends_in_ipv4)
{
    const char *next = *cursor;
    size_t length = 0;
    *ends_in_ipv4 = false;
    while (!*ends_in_ipv4 && length + ENDPOINT_GROUP_BYTES <= room) {
        *ends_in_ipv4 = length + ENDPOINT_IPV4_BYTES <= room && read_ipv4(&next, address + length);
        if (!*ends_in_ipv4 && !read_group(&next, address + length))
            break;
        length += *ends_in_ipv4 ? ENDPOINT_IPV4_BYTES : ENDPOINT_GROUP_BYTES;
        *cursor = next;
        if (!skip(&next, ":"))
            break;
    }
    return length;
}

static bool read_ipv6(const char **cursor, uint8_t *address)
{
    uint8_t tail[ENDPOINT_IPV6_BYTES];
    bool ends_in_ipv4;
    size_t length = read_groups(cursor, address, ENDPOINT_IPV6_BYTES, &ends_in_ipv4);
    if (!skip(cursor, "::"))
        return length == ENDPOINT_IPV6_BYTES;
    if (ends_in_ipv4 || length + ENDPOINT_GROUP_BYTES > ENDPOINT_IPV6_BYTES)
        return false; /* "::" stands for one group at least */
    size_t room = ENDPOINT_IPV6_BYTES - ENDPOINT_GROUP_BYTES - length;
    size_t tail_length = read_groups(cursor, tail, room, &ends_in_ipv4);
    memset(address + length, 0, ENDPOINT_IPV6_BYTES - length);
    memcpy(address + ENDPOINT_IPV6_BYTES - tail_length, tail, tail_length);
    return true;
}

/* "%2": the index alone, for names of interfaces are the operating system's. */
static bool read_device(const char **cursor, uint32_t *device)
{
    uint64_t number;
    if (!skip(cursor, "%"))
        return true;
    if (!text_read_number(cursor, UINT32_MAX, &number))
        return false;
    *device = (uint32_t)number;
    return true;
}

static bool is_port_alone(const char *string)
{
    while (is_decimal_digit(*string))
        string++;
    return *string == '\0';
}

/* Up to and including the colon before the port. */
static bool read_address(const char **cursor, struct endpoint *endpoint)
{
    endpoint->family = FAMILY_IPV6; /* and `::` as long as nothing else is read: every address */
    if (skip(cursor, "*:") || is_port_alone(*cursor))
        return true;
    if (skip(cursor, "["))
        return read_ipv6(cursor, endpoint->address) && read_device(cursor, &endpoint->device) &&
               skip(cursor, "]:");
    endpoint->family = FAMILY_IPV4;
    return read_ipv4(cursor, endpoint->address) && read_device(cursor, &endpoint->device) &&
           skip(cursor, ":");
}

static bool parse_unix(const char *name, struct endpoint *endpoint, const char **error)
{
    size_t length = strlen(name);
    *error = "want a port: this system's programs have no paths of Unix sockets to claim";
    if (!conventions.has_unix_sockets)
        return false;
    *error = "want unix:/PATH or unix:@NAME, in at most 107 bytes behind the colon";
    if ((name[0] != '/' && name[0] != '@') || length < 2 || length >= ENDPOINT_PATH_SIZE)
        return false;
    endpoint_set_unix(endpoint, name, length);
    if (name[0] == '@') {
        char abstract[ENDPOINT_PATH_SIZE];
        memcpy(abstract, name, length);
        abstract[0] = '\0';
        endpoint_set_unix(endpoint, abstract, length);
    }
    return true;
}

static bool read_protocol(const char **cursor, enum protocol *protocol)
{
    *protocol = PROTOCOL_TCP;
    if (skip(cursor, "udp:"))
        *protocol = PROTOCOL_UDP;
    else if (skip(cursor, "sctp:"))
        *protocol = PROTOCOL_SCTP;
    else
        skip(cursor, "tcp:");
    return *protocol != PROTOCOL_SCTP || conventions.speaks_sctp;
}

bool endpoint_parse(const char *string, struct endpoint *endpoint, const char **error)
{
    const char *cursor = string;
    uint64_t port;
    memset(endpoint, 0, sizeof(*endpoint));
    if (skip(&cursor, "unix:"))
        return parse_unix(cursor, endpoint, error);
    if (!read_protocol(&cursor, &endpoint->protocol)) {
        *error = "want tcp: or udp:; this system has no SCTP";
        return false;
    }
    if (!read_address(&cursor, endpoint)) {
        *error = "want 127.0.0.1:PORT, [::1]:PORT or PORT; addresses are numbers, not names";
        return false;
    }
    if (!text_read_number(&cursor, UINT16_MAX, &port) || *cursor != '\0') {
        *error = "want a port from 0 to 65535";
        return false;
    }
    endpoint->port = (uint16_t)port;
    return true;
}
