/*
 * handover: the listener on its way from the process that installed the filter to its supervisor,
 * over a pair of sockets (SCM_RIGHTS, unix(7)).
 */
#ifndef PORTCLAIM_NOTIFY_HANDOVER_H
#define PORTCLAIM_NOTIFY_HANDOVER_H

#include <stdbool.h>

/* Sends it and waits until the other side is ready. False when that has ended before. */
bool handover_send(int channel, int listener);

/* The listener, O_CLOEXEC and the caller's; negative when nothing came. */
int handover_receive(int channel);

/* Lets the other side go on. */
void handover_confirm(int channel);

#endif
