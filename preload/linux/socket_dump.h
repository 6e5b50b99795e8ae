/*
 * socket_dump: questions to the kernel about sockets, by netlink (sock_diag(7)); in the caller's
 * own network namespace. Nothing here blocks.
 */
#ifndef PORTCLAIM_SOCKET_DUMP_H
#define PORTCLAIM_SOCKET_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SOCKET_DUMP_BUFFER_SIZE = 32768 };

/* A descriptor, O_CLOEXEC; negative where AF_NETLINK is not to be had. */
int socket_dump_open(void);
void socket_dump_close(int netlink);

/*
 * Sends the question (a struct nlmsghdr with what belongs to it, `size` bytes) and calls `take`
 * with every answer, until it returns false. `buffer` has SOCKET_DUMP_BUFFER_SIZE bytes, aligned as
 * by malloc. False when the kernel could not be asked in full.
 */
bool socket_dump_run(int netlink, const void *question, size_t size, char *buffer,
                     bool (*take)(void *context, const void *answer, size_t length), void *context);

/*
 * An attribute (struct nlattr) among those behind an answer's fixed part, which is `fixed` bytes of
 * its `length`. Returns its value, *value_length bytes; NULL when there is none.
 */
const void *socket_dump_attribute(const void *answer, size_t fixed, size_t length, uint16_t type,
                                  size_t *value_length);

#endif
