#include "common/http/http_peers.h"

#include <sys/socket.h>

void http_peers_add(struct http_peers *peers, struct http_peer *peer, struct when now)
{
	http_peers_remove(peer);
	peer->list = peers;
	peer->since = now;
	peer->before = peers->last;
	peer->after = NULL;
	if (peers->last != NULL)
		peers->last->after = peer;
	else
		peers->first = peer;
	peers->last = peer;
}

void http_peers_remove(struct http_peer *peer)
{
	struct http_peers *peers = peer->list;

	if (peers == NULL)
		return;
	if (peer->before != NULL)
		peer->before->after = peer->after;
	else
		peers->first = peer->after;
	if (peer->after != NULL)
		peer->after->before = peer->before;
	else
		peers->last = peer->before;
	peer->list = NULL;
}

size_t http_peers_shut(struct http_peers *peers, struct when deadline, bool scarce)
{
	size_t count = 0;

	while (peers->first != NULL &&
	       (when_before(peers->first->since, deadline) || (scarce && count == 0))) {
		struct http_peer *peer = peers->first;

		/* The library sees the end of its input and closes the connection. */
		shutdown(peer->fd, SHUT_RDWR);
		http_peers_remove(peer);
		count++;
	}
	return count;
}
