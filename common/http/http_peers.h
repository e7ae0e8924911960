/* http_peers.h - the connections that wait for their client: for its next request, or until it reads; oldest first. */
#ifndef TENURE_HTTP_PEERS_H
#define TENURE_HTTP_PEERS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/when.h"

/* One connection. It belongs to the caller, who removes it before it is freed. */
struct http_peer {
	int fd;
	struct http_peers *list; /* it is in; NULL for none */
	struct when since;
	struct http_peer *before, *after;
};

struct http_peers {
	struct http_peer *first, *last;
};

/* PEER, which may be in another list, waits from NOW on. */
void http_peers_add(struct http_peers *peers, struct http_peer *peer, struct when now);
/* PEER, which may not be waiting, no longer waits. */
void http_peers_remove(struct http_peer *peer);

/* Shuts down the sockets of those that have waited since before DEADLINE, and of the one that has
 * waited longest if SCARCE. Returns how many. */
size_t http_peers_shut(struct http_peers *peers, struct when deadline, bool scarce);

#endif
