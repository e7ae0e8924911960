#include "producers/flows/closed.h"

#include <stdlib.h>

#include "common/base/transport.h"

struct connection {
	struct flow_key key;
	struct when last;
	uint32_t next[2];
	uint32_t tag;
	uint32_t chain; /* the next of its chain, plus 1; 0 for none */
};

struct closed {
	size_t size;
	size_t added;     /* the next takes the place of the oldest */
	uint32_t *chains; /* by tag; the first of each, plus 1; 0 for none */
	struct connection connections[];
};

struct closed *closed_new(size_t size)
{
	struct closed *closed = calloc(1, sizeof(*closed) + size * sizeof(closed->connections[0]));

	if (closed == NULL)
		return NULL;
	closed->size = size;
	closed->chains = calloc(size, sizeof(*closed->chains));
	if (closed->chains != NULL)
		return closed;
	closed_free(closed);
	return NULL;
}

void closed_free(struct closed *closed)
{
	if (closed == NULL)
		return;
	free(closed->chains);
	free(closed);
}

static uint32_t *chain_of(struct closed *closed, uint32_t tag)
{
	return &closed->chains[tag * closed->size >> 32];
}

static void forget(struct closed *closed, uint32_t number)
{
	uint32_t *at = chain_of(closed, closed->connections[number].tag);

	while (*at != number + 1)
		at = &closed->connections[*at - 1].chain;
	*at = closed->connections[number].chain;
}

void closed_add(struct closed *closed, const struct flow_key *key, uint32_t tag, struct when last,
		const uint32_t next[static 2])
{
	uint32_t number = (uint32_t)(closed->added % closed->size);
	uint32_t *chain = chain_of(closed, tag);

	if (closed->added++ >= closed->size)
		forget(closed, number);
	closed->connections[number] = (struct connection){
		.key = *key,
		.last = last,
		.next = {next[0], next[1]},
		.tag = tag,
		.chain = *chain,
	};
	*chain = number + 1;
}

/* A sender whose sequence numbers go on is alive. RFC 6191: a connection that takes the place of
 * one in TIME_WAIT begins above its last sequence number, so this holds for it too. */
static bool brings_bytes(const struct connection *connection, const struct packet *packet,
			 unsigned direction)
{
	uint32_t end = packet->sequence + packet->payload + (packet->tcp_flags & TCP_FIN ? 1 : 0);

	return !(packet->tcp_flags & TCP_RST) && (int32_t)(end - connection->next[direction]) > 0;
}

bool closed_is_late(struct closed *closed, const struct flow_key *key, uint32_t tag,
		    const struct packet *packet, unsigned direction)
{
	uint32_t number;

	if (packet->protocol != TRANSPORT_TCP || packet->tcp_flags & TCP_SYN)
		return false;
	/* The newest of a key comes first. */
	for (number = *chain_of(closed, tag); number != 0;
	     number = closed->connections[number - 1].chain) {
		struct connection *connection = &closed->connections[number - 1];
		int64_t age_ns;

		if (connection->tag != tag || !flow_key_equal(&connection->key, key))
			continue;
		age_ns = when_since(packet->time, connection->last);
		if (age_ns > CLOSED_LIFE_NS || age_ns < -CLOSED_LIFE_NS ||
		    brings_bytes(connection, packet, direction))
			return false;
		connection->last = when_later(connection->last, packet->time);
		return true;
	}
	return false;
}
