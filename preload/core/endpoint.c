#include "endpoint.h"

#include <string.h>

enum {
    GROUPS = ENDPOINT_IPV6_BYTES / ENDPOINT_GROUP_BYTES,
    BITS_PER_BYTE = 8,
};

/* ::ffff:0:0/96, RFC 4291, section 2.5.5.2 */
static const uint8_t mapped_prefix[ENDPOINT_IPV6_BYTES - ENDPOINT_IPV4_BYTES] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff,
};

static bool is_mapped(const struct endpoint *endpoint)
{
    return endpoint->family == FAMILY_IPV6 &&
           memcmp(endpoint->address, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

/*
 * fe80::/10 (RFC 4291, section 2.5.6), and multicast within an interface or a link: ff01::, ff02::
 * with any flags (section 2.7). The kernel's __ipv6_addr_needs_scope_id().
 */
static bool needs_scope(const struct endpoint *endpoint)
{
    const uint8_t *address = endpoint->address;
    uint8_t multicast_scope = address[1] & 0x0f;
    return (address[0] == 0xfe && (address[1] & 0xc0) == 0x80) ||
           (address[0] == 0xff && (multicast_scope == 1 || multicast_scope == 2));
}

void endpoint_set_ipv4(struct endpoint *endpoint, const void *address, uint16_t port)
{
    endpoint->family = FAMILY_IPV4;
    memcpy(endpoint->address, address, ENDPOINT_IPV4_BYTES);
    endpoint->port = port;
}

void endpoint_set_ipv6(struct endpoint *endpoint, const void *address, uint16_t port,
                       uint32_t scope)
{
    endpoint->family = FAMILY_IPV6;
    memcpy(endpoint->address, address, ENDPOINT_IPV6_BYTES);
    endpoint->port = port;
    if (scope != 0 && needs_scope(endpoint))
        endpoint->device = scope;
}

void endpoint_set_unix(struct endpoint *endpoint, const char *bytes, size_t length)
{
    struct endpoint_path *path = &endpoint->path;
    bool is_abstract = length > 0 && bytes[0] == '\0';
    endpoint->family = FAMILY_UNIX;
    endpoint->protocol = PROTOCOL_UNIX;
    memset(path, 0, sizeof(*path));
    while (path->length < length && path->length < sizeof(path->bytes) &&
           (is_abstract || bytes[path->length] != '\0')) {
        path->bytes[path->length] = bytes[path->length];
        path->length++;
    }
    if (is_abstract)
        path->place = text_hash(TEXT_HASH_START, path->bytes, path->length);
}

static bool is_unix(const struct endpoint *endpoint)
{
    return endpoint->family == FAMILY_UNIX;
}

bool endpoint_is_path(const struct endpoint *endpoint)
{
    return is_unix(endpoint) && endpoint->path.bytes[0] != '\0';
}

bool endpoint_is_abstract(const struct endpoint *endpoint)
{
    return is_unix(endpoint) && endpoint->path.bytes[0] == '\0';
}

bool endpoint_is_fixed(const struct endpoint *endpoint)
{
    return is_unix(endpoint) || endpoint->port != 0;
}

/* ---- printing ---- */

static const char tcp[] = "tcp";
static const char *const names[] = {
    [PROTOCOL_TCP] = tcp,     [PROTOCOL_MPTCP] = tcp,   [PROTOCOL_UDP] = "udp",
    [PROTOCOL_SCTP] = "sctp", [PROTOCOL_UNIX] = "unix",
};

static void add_ipv4(struct text *text, const uint8_t *address)
{
    for (size_t index = 0; index < ENDPOINT_IPV4_BYTES; index++) {
        text_add(text, index > 0 ? "." : "");
        text_add_number(text, address[index]);
    }
}

static uint32_t group_at(const uint8_t *address, size_t group)
{
    const uint8_t *bytes = address + group * ENDPOINT_GROUP_BYTES;
    return (uint32_t)bytes[0] << BITS_PER_BYTE | bytes[1];
}

/* RFC 5952, section 4.2: the longest run of zero groups, the first of equals, never one alone. */
static size_t find_gap(const uint8_t *address, size_t *length)
{
    size_t gap = GROUPS;
    size_t run = 0;
    *length = 1;
    for (size_t group = 0; group < GROUPS; group++) {
        run = group_at(address, group) == 0 ? run + 1 : 0;
        if (run > *length) {
            *length = run;
            gap = group + 1 - run;
        }
    }
    return gap;
}

static void add_ipv6(struct text *text, const uint8_t *address)
{
    size_t gap_length;
    size_t gap = find_gap(address, &gap_length);
    for (size_t group = 0; group < GROUPS; group++) {
        if (group == gap) {
            text_add(text, "::");
            group += gap_length - 1;
            continue;
        }
        text_add(text, group > 0 && group != gap + gap_length ? ":" : "");
        text_add_hexadecimal(text, group_at(address, group), 1);
    }
}

static void add_device(struct text *text, uint32_t device)
{
    if (device == 0)
        return;
    text_add(text, "%");
    text_add_number(text, device);
}

static void add_address(struct text *text, const struct endpoint *endpoint)
{
    if (endpoint->family == FAMILY_IPV4) {
        add_ipv4(text, endpoint->address);
        add_device(text, endpoint->device);
        return;
    }
    text_add(text, "[");
    if (is_mapped(endpoint)) { /* RFC 5952, section 5 */
        text_add(text, "::ffff:");
        add_ipv4(text, endpoint->address + sizeof(mapped_prefix));
    } else {
        add_ipv6(text, endpoint->address);
    }
    add_device(text, endpoint->device);
    text_add(text, "]");
}

static void add_path(struct text *text, const struct endpoint_path *path)
{
    text_add(text, "unix:");
    for (size_t index = 0; index < path->length; index++) {
        const char byte[] = {path->bytes[index], '\0'};
        if (byte[0] != '\0')
            text_add_visible(text, byte, 1);
        else
            text_add(text, index == 0 ? "@" : "\\x00");
    }
}

void endpoint_print_protocol(struct text *text, enum protocol protocol)
{
    const char *name = endpoint_protocol_name(protocol);
    if (name == names[PROTOCOL_TCP])
        return;
    text_add(text, name);
    text_add(text, ":");
}

void endpoint_print(struct text *text, const struct endpoint *endpoint)
{
    if (is_unix(endpoint)) {
        add_path(text, &endpoint->path);
        return;
    }
    endpoint_print_protocol(text, endpoint->protocol);
    add_address(text, endpoint);
    text_add(text, ":");
    text_add_number(text, endpoint->port);
}

const char *endpoint_protocol_name(enum protocol protocol)
{
    return names[protocol];
}

/* ---- conflicts ---- */

static bool is_ipv4(const struct endpoint *endpoint)
{
    return endpoint->family == FAMILY_IPV4 || is_mapped(endpoint);
}

/* The bytes that are compared, and how many. */
static const uint8_t *compared_bytes(const struct endpoint *endpoint, size_t *length)
{
    *length = is_ipv4(endpoint) ? ENDPOINT_IPV4_BYTES : ENDPOINT_IPV6_BYTES;
    return is_mapped(endpoint) ? endpoint->address + sizeof(mapped_prefix) : endpoint->address;
}

bool endpoint_is_wildcard(const struct endpoint *endpoint)
{
    size_t length;
    if (is_unix(endpoint))
        return false;
    const uint8_t *bytes = compared_bytes(endpoint, &length);
    while (length > 0 && bytes[length - 1] == 0)
        length--;
    return length == 0;
}

static bool same_address(const struct endpoint *left, const struct endpoint *right)
{
    size_t left_length;
    size_t right_length;
    const uint8_t *left_bytes = compared_bytes(left, &left_length);
    const uint8_t *right_bytes = compared_bytes(right, &right_length);
    return left_length == right_length && memcmp(left_bytes, right_bytes, left_length) == 0;
}

static bool covers_address(const struct endpoint *outer, const struct endpoint *inner)
{
    if (!endpoint_is_wildcard(outer))
        return same_address(outer, inner);
    if (is_ipv4(outer))
        return is_ipv4(inner);
    bool takes_ipv4 = is_ipv4(inner) || (endpoint_is_wildcard(inner) && !inner->ipv6_only);
    return !outer->ipv6_only || !takes_ipv4;
}

static bool same_port(const struct endpoint *left, const struct endpoint *right)
{
    return names[left->protocol] == names[right->protocol] && left->port == right->port;
}

/* A path whose file is not known is in nobody's way: its name may be another file's by now. */
static bool same_unix(const struct endpoint *left, const struct endpoint *right)
{
    const struct endpoint_path *one = &left->path;
    const struct endpoint_path *other = &right->path;
    if (!is_unix(left) || !is_unix(right) ||
        endpoint_is_abstract(left) != endpoint_is_abstract(right))
        return false;
    if (endpoint_is_abstract(left))
        return one->length == other->length && memcmp(one->bytes, other->bytes, one->length) == 0;
    return one->inode != 0 && one->inode == other->inode && one->device == other->device;
}

/* What two endpoints take in is never half in common: it is apart, or one holds the other. */
bool endpoint_conflicts(const struct endpoint *left, const struct endpoint *right)
{
    if (is_unix(left) || is_unix(right))
        return same_unix(left, right);
    bool share_device = left->device == 0 || right->device == 0 || left->device == right->device;
    return same_port(left, right) && share_device &&
           (covers_address(left, right) || covers_address(right, left));
}

bool endpoint_covers(const struct endpoint *outer, const struct endpoint *inner)
{
    if (is_unix(outer) || is_unix(inner))
        return same_unix(outer, inner);
    bool covers_device = outer->device == 0 || outer->device == inner->device;
    return same_port(outer, inner) && covers_device && covers_address(outer, inner);
}
