#include "proc_net.h"

#include "files.h"
#include "system.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

/* The calling thread's network namespace, which may be another than its process's. */
#define PROC_NET "/proc/thread-self/net/"

enum { HEXADECIMAL_WORD = 8 }; /* digits of 32 bits, in host byte order */

struct table {
    const char *path;
    enum protocol protocol;
    enum family family;
};

static const struct table tables[] = {
    {PROC_NET "tcp", PROTOCOL_TCP, FAMILY_IPV4},
    {PROC_NET "tcp6", PROTOCOL_TCP, FAMILY_IPV6},
    {PROC_NET "udp", PROTOCOL_UDP, FAMILY_IPV4},
    {PROC_NET "udp6", PROTOCOL_UDP, FAMILY_IPV6},
};

/* ---- one line ---- */

static bool read_hexadecimal(const char **cursor, int digits, uint32_t *number)
{
    *number = 0;
    for (int index = 0; index < digits; index++, (*cursor)++) {
        char byte = **cursor;
        uint32_t digit;
        if (byte >= '0' && byte <= '9')
            digit = (uint32_t)(byte - '0');
        else if (byte >= 'A' && byte <= 'F')
            digit = (uint32_t)(byte - 'A' + 10);
        else
            return false;
        *number = *number << 4 | digit;
    }
    return true;
}

/* "0100007F:4965": words of the address as the machine holds them, then the port. */
static bool read_address(const char **cursor, struct endpoint *endpoint)
{
    int words = endpoint->family == FAMILY_IPV6 ? 4 : 1;
    for (int index = 0; index < words; index++) {
        uint32_t word;
        if (!read_hexadecimal(cursor, HEXADECIMAL_WORD, &word))
            return false;
        memcpy(endpoint->address + (size_t)index * sizeof(word), &word, sizeof(word));
    }
    uint32_t port;
    if (*(*cursor)++ != ':' || !read_hexadecimal(cursor, 4, &port))
        return false;
    endpoint->port = (uint16_t)port;
    return true;
}

static void skip_fields(const char **cursor, int count)
{
    for (int index = 0; index < count; index++) {
        while (**cursor == ' ')
            (*cursor)++;
        while (**cursor != ' ' && **cursor != '\0')
            (*cursor)++;
    }
    while (**cursor == ' ')
        (*cursor)++;
}

static enum socket_state state_of(uint32_t state, uint64_t inode)
{
    if (state == TCP_LISTEN)
        return SOCKET_LISTENING;
    if (state == TCP_CLOSE)
        return SOCKET_BOUND;
    if (state == TCP_TIME_WAIT || (state == TCP_FIN_WAIT2 && inode == 0))
        return SOCKET_CLOSABLE;
    bool ending = state == TCP_FIN_WAIT1 || state == TCP_CLOSING || state == TCP_LAST_ACK;
    return ending && inode == 0 ? SOCKET_SENDING : SOCKET_CONNECTED;
}

/* "sl local remote st queues timer retransmits uid timeout inode ..." */
static bool parse_line(const char *line, const struct table *table, struct socket *socket)
{
    uint32_t state;
    uint64_t user;
    const char *cursor = line;
    memset(socket, 0, sizeof(*socket));
    socket->local.protocol = table->protocol;
    socket->local.family = table->family;
    skip_fields(&cursor, 1);
    if (!read_address(&cursor, &socket->local))
        return false;
    skip_fields(&cursor, 1);
    if (!read_hexadecimal(&cursor, 2, &state))
        return false;
    skip_fields(&cursor, 3);
    if (!text_read_number(&cursor, UINT32_MAX, &user))
        return false;
    skip_fields(&cursor, 1);
    if (!text_read_number(&cursor, UINT64_MAX, &socket->inode))
        return false;
    socket->owner_user = (uint32_t)user;
    socket->state = state_of(state, socket->inode);
    bool waits = socket->inode == 0 && (state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT);
    return state != TCP_SYN_RECV && !waits; /* neither was accepted yet */
}

/* ---- the tables ---- */

enum stage { STAGE_LISTENING_AND_BOUND, STAGE_CONNECTIONS };

struct reading {
    const struct request *request;
    const struct table *table;
    struct obstacles *obstacles;
    struct listeners *listeners;
    enum stage stage;
};

static void take_line(const struct reading *reading, const char *line)
{
    struct socket socket;
    if (!parse_line(line, reading->table, &socket))
        return;
    bool first = socket.state == SOCKET_LISTENING || socket.state == SOCKET_BOUND;
    if (first == (reading->stage == STAGE_LISTENING_AND_BOUND))
        obstacles_add(reading->obstacles, reading->request, &socket);
    else if (first) /* TCP's that are bound and do not listen are not in these tables */
        listeners_add(reading->listeners, socket.inode);
}

/* Takes the whole lines of the buffer; returns the length of the piece that is left. */
static size_t take_lines(const struct reading *reading, char *buffer, size_t length)
{
    char *line = buffer;
    char *end;
    while ((end = memchr(line, '\n', length - (size_t)(line - buffer))) != NULL) {
        *end = '\0';
        take_line(reading, line);
        line = end + 1;
    }
    size_t rest = length - (size_t)(line - buffer);
    memmove(buffer, line, rest);
    return rest;
}

static bool read_table(const struct reading *reading, char *buffer, size_t size)
{
    int table = files_open(AT_FDCWD, reading->table->path, O_RDONLY);
    if (table < 0)
        return table == -ENOENT && reading->table->family == FAMILY_IPV6 && !proc_net_has_ipv6();
    size_t length = 0;
    long count;
    while ((count = SYSTEM(read, table, buffer + length, size - length)) > 0)
        length = take_lines(reading, buffer, length + (size_t)count);
    files_close(table);
    return count == 0;
}

static bool read_tables(struct reading *reading, char *buffer, size_t size)
{
    bool udp = reading->request->endpoint.protocol == PROTOCOL_UDP;
    for (size_t index = 0; index < sizeof(tables) / sizeof(tables[0]); index++) {
        reading->table = &tables[index];
        if ((reading->table->protocol == PROTOCOL_UDP) == udp && !read_table(reading, buffer, size))
            return false;
    }
    return true;
}

bool proc_net_look_up(const struct request *request, struct obstacles *obstacles,
                      struct listeners *listeners, char *buffer, size_t size)
{
    struct reading reading = {request, NULL, obstacles, listeners, STAGE_LISTENING_AND_BOUND};
    if (!read_tables(&reading, buffer, size))
        return false;
    if (!obstacles_want_connections(obstacles, request))
        return true;
    reading.stage = STAGE_CONNECTIONS;
    return read_tables(&reading, buffer, size);
}

static bool has_table(const char *path)
{
    struct file file;
    unsigned mode = 0;
    return files_identify(AT_FDCWD, path, 0, &file, &mode, NULL);
}

bool proc_net_has_ipv6(void)
{
    return has_table(PROC_NET "tcp6");
}

bool proc_net_has_sctp(void)
{
    return has_table(PROC_NET "sctp/eps") || !has_table(PROC_NET "tcp");
}
