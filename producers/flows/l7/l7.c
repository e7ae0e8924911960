#include "producers/flows/l7/l7.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/transport.h"
#include "producers/flows/l7/connection.h"
#include "producers/flows/l7/recognise.h"
#include "producers/flows/l7/slab.h"

#define HELD_MAX 2048 /* early segments of all connections: 4 MiB */
#define TRIES 6       /* payloads in which a protocol is looked for */
/* What SLOT is while it is looked for: the payloads so far, above any block's number. */
#define TRYING (L7_IGNORED - TRIES)

struct l7 {
	struct slab connections;
	struct connection_room room;
	struct l7_stats stats;
};

static const struct {
	const char *name;
	unsigned protocols;
} names[] = {
	{"all", UINT32_MAX},
	{"none", 0},
	{"http", 1u << FLOW_L7_HTTP},
	{"http2", 1u << FLOW_L7_HTTP2 | 1u << FLOW_L7_GRPC},
	{"dns", 1u << FLOW_L7_DNS},
	{"redis", 1u << FLOW_L7_REDIS},
	{"kafka", 1u << FLOW_L7_KAFKA},
	{"postgresql", 1u << FLOW_L7_POSTGRESQL},
	{"mysql", 1u << FLOW_L7_MYSQL},
	{"tls", 1u << FLOW_L7_TLS},
};

int l7_read_protocols(const char *text, unsigned *protocols)
{
	unsigned all = 0;

	for (;;) {
		size_t length = strcspn(text, ","), i = 0;

		while (i < sizeof(names) / sizeof(names[0]) &&
		       (strlen(names[i].name) != length ||
			memcmp(names[i].name, text, length) != 0))
			i++;
		if (i == sizeof(names) / sizeof(names[0]))
			return -1;
		all |= names[i].protocols;
		if (text[length] == '\0')
			break;
		text += length + 1;
	}
	*protocols = all;
	return 0;
}

struct l7 *l7_new(unsigned protocols, size_t flows)
{
	struct l7 *l7 = calloc(1, sizeof(*l7));
	size_t connections = flows < L7_CONNECTIONS_MAX ? flows : L7_CONNECTIONS_MAX;
	size_t held = 2 * STREAM_HELD_MAX * connections;

	if (l7 == NULL)
		return NULL;
	l7->room.protocols = protocols;
	if (slab_init(&l7->connections, sizeof(struct connection), connections) == 0 &&
	    slab_init(&l7->room.held, STREAM_BLOCK_SIZE, held < HELD_MAX ? held : HELD_MAX) == 0 &&
	    slab_init(&l7->room.times, TIMES_BLOCK_SIZE, 4 * connections) == 0 &&
	    slab_init(&l7->room.http2, sizeof(struct http2), 1 + connections / 8) == 0)
		return l7;
	l7_free(l7);
	return NULL;
}

void l7_free(struct l7 *l7)
{
	if (l7 == NULL)
		return;
	slab_clear(&l7->connections);
	slab_clear(&l7->room.held);
	slab_clear(&l7->room.times);
	slab_clear(&l7->room.http2);
	free(l7);
}

static struct connection *connection_of(const struct l7 *l7, uint32_t slot)
{
	return slot == 0 || slot >= TRYING ? NULL : slab_at(&l7->connections, slot);
}

/* The protocol that PACKET's payload begins, if it is wanted. START: that of its connection. */
static struct recognised recognise(const struct l7 *l7, const struct packet *packet, bool start)
{
	struct recognised found;

	if (packet->protocol == TRANSPORT_TCP)
		found = recognise_segment(packet->payload_bytes, packet->payload_captured, start);
	else
		found = recognise_datagram(packet);
	if (!(l7->room.protocols >> found.protocol & 1))
		found.protocol = FLOW_L7_NONE;
	return found;
}

/* The connection that PACKET's payload begins; NULL if it is none. Sets *SLOT. */
static struct connection *begin(struct l7 *l7, uint32_t *slot, const struct packet *packet,
				unsigned direction, const uint32_t *first)
{
	bool earlier = *slot != 0; /* payloads that were of no protocol */
	bool start = packet->protocol == TRANSPORT_UDP || (first != NULL && !earlier);
	struct recognised found = recognise(l7, packet, start);
	struct connection *connection;

	if (found.protocol == FLOW_L7_NONE) {
		*slot = *slot == 0 ? TRYING + 1 : *slot + 1;
		return NULL;
	}
	*slot = slab_take(&l7->connections);
	if (*slot == SLAB_NONE) {
		*slot = L7_IGNORED;
		l7->stats.refused++;
		return NULL;
	}
	l7->stats.connections++;
	connection = slab_at(&l7->connections, *slot);
	connection_begin(connection, &l7->room, found.protocol,
			 found.by_server ? !direction : direction, start);
	return connection;
}

enum l7_payload l7_add(struct l7 *l7, uint32_t *slot, const struct packet *packet,
		       unsigned direction, const uint32_t *first)
{
	struct connection *connection = connection_of(l7, *slot);

	if (*slot == L7_IGNORED)
		return L7_MESSAGE;
	if (connection == NULL && packet->payload_captured > 0)
		connection = begin(l7, slot, packet, direction, first);
	if (connection == NULL)
		return L7_MESSAGE;

	enum l7_payload payload = connection_add(connection, packet, direction, first);

	if (connection->protocol == FLOW_L7_NONE) {
		l7_drop(l7, slot);
		*slot = L7_IGNORED;
	}
	return payload;
}

void l7_take(struct l7 *l7, uint32_t slot, unsigned source, bool final, struct flow_l7 *taken)
{
	struct connection *connection = connection_of(l7, slot);

	taken->protocol = FLOW_L7_NONE;
	if (connection == NULL)
		return;
	l7->stats.times_lost += connection_take(connection, final, taken);
	taken->from_destination = connection->client != source;
}

bool l7_has_news(const struct l7 *l7, uint32_t slot)
{
	const struct connection *connection = connection_of(l7, slot);

	return connection != NULL && connection_has_news(connection);
}

void l7_prefetch(const struct l7 *l7, uint32_t slot)
{
	const char *connection = (const char *)connection_of(l7, slot);

	for (size_t at = 0; connection != NULL && at < sizeof(struct connection); at += 64)
		__builtin_prefetch(connection + at, 1);
}

void l7_drop(struct l7 *l7, uint32_t *slot)
{
	struct connection *connection = connection_of(l7, *slot);

	if (connection != NULL) {
		connection_end(connection);
		slab_give(&l7->connections, *slot);
	}
	*slot = 0;
}

struct l7_stats l7_get_stats(const struct l7 *l7)
{
	struct l7_stats stats = l7->stats;

	stats.refused += l7->room.http2.refused;
	stats.held_refused = l7->room.held.refused;
	stats.open = l7->connections.taken;
	stats.most = l7->connections.count;
	return stats;
}
