#include "history.h"

#include <string.h>

void history_read(const struct claim_history *history, struct claim *claim)
{
    const struct request *request = claim->request;
    if (!history->known || request->operation != OPERATION_LISTEN ||
        request->endpoint.port != history->port || request->endpoint.protocol != history->protocol)
        return;
    claim->looked = true;
    claim->first_inode_count = history->inode_count;
    memcpy(claim->first_inodes, history->inodes, history->inode_count * sizeof(uint64_t));
}

/* Sockets that find no room count as later ones, and spare their holders. */
void history_write(struct claim_history *history, const struct claim *claim)
{
    const struct request *request = claim->request;
    uint32_t count = claim->first_inode_count;
    if (request->operation != OPERATION_BIND || request->endpoint.family == FAMILY_UNIX)
        return; /* which listen() never finds in use */
    history->known = claim->looked;
    history->port = request->endpoint.port;
    history->protocol = request->endpoint.protocol;
    history->inode_count = count < CLAIM_HISTORY_SOCKETS ? count : CLAIM_HISTORY_SOCKETS;
    memcpy(history->inodes, claim->first_inodes, history->inode_count * sizeof(uint64_t));
}

/* ---- of this process ---- */

static struct claim_history own;
static bool own_is_taken;

struct claim_history *history_take(void)
{
    return __atomic_exchange_n(&own_is_taken, true, __ATOMIC_ACQUIRE) ? NULL : &own;
}

void history_give(struct claim_history *history)
{
    if (history != NULL)
        __atomic_store_n(&own_is_taken, false, __ATOMIC_RELEASE);
}
