#include "producers/flows/l7/connection.h"

#include <string.h>

#include "common/base/transport.h"

struct context {
	struct connection *connection;
	unsigned direction;
};

static struct http2 *http2_of(const struct connection *connection)
{
	return slab_at(&connection->room->http2, connection->parser.http2);
}

/* Without room for its parser the connection is not read. */
static void begin_http2(struct connection *connection)
{
	connection->parser.http2 = slab_take(&connection->room->http2);
	if (connection->parser.http2 != SLAB_NONE)
		http2_begin(http2_of(connection));
	else
		connection->over = true;
}

static void end_http2(struct connection *connection)
{
	if (connection->protocol != FLOW_L7_HTTP2 || connection->parser.http2 == SLAB_NONE)
		return;
	slab_give(&connection->room->http2, connection->parser.http2);
	connection->parser.http2 = SLAB_NONE;
}

void connection_begin(struct connection *connection, struct connection_room *room,
		      enum flow_l7_protocol protocol, unsigned client, bool at_start)
{
	memset(connection, 0, sizeof(*connection));
	connection->room = room;
	connection->protocol = (uint8_t)protocol;
	connection->client = (uint8_t)client;
	connection->exchange.blocks = &room->times;
	connection->joined = !at_start;
	if (!at_start)
		connection->exchange.uncertain[FLOW_L7_START]++;
	if (protocol == FLOW_L7_HTTP2)
		begin_http2(connection);
}

/* ---- Parsers ---- */

static enum parser_verdict parse(struct connection *connection, bool server,
				 struct stream_piece *piece)
{
	switch (connection->protocol) {
	case FLOW_L7_HTTP:
		return http1_read(&connection->parser.http1, &connection->exchange, server, piece);
	case FLOW_L7_HTTP2:
		return http2_read(http2_of(connection), &connection->exchange, server, piece);
	case FLOW_L7_DNS:
		return dns_read(&connection->parser.dns, &connection->exchange, server, piece);
	case FLOW_L7_REDIS:
		return redis_read(&connection->parser.redis, &connection->exchange, server, piece);
	case FLOW_L7_KAFKA:
		return kafka_read(&connection->parser.kafka, &connection->exchange, server, piece);
	case FLOW_L7_POSTGRESQL:
		return postgres_read(&connection->parser.postgres, &connection->exchange, server,
				     piece);
	case FLOW_L7_MYSQL:
		return mysql_read(&connection->parser.mysql, &connection->exchange, server, piece);
	case FLOW_L7_TLS:
		return tls_read(&connection->parser.tls, &connection->exchange, server, piece);
	default:
		return PARSER_WRONG;
	}
}

/* Whether a message of a direction that was lost begins with PIECE. */
static bool resume(struct connection *connection, bool server, const struct stream_piece *piece)
{
	if (!piece->first || piece->bytes == NULL)
		return false;
	return connection->protocol == FLOW_L7_HTTP &&
	       http1_resume(&connection->parser.http1, server, piece);
}

static void stop(struct connection *connection)
{
	connection->over = true;
	stream_drop(&connection->streams[0], &connection->room->held);
	stream_drop(&connection->streams[1], &connection->room->held);
}

/* The connection goes on as HTTP/2; the request that asked for it is the first stream. Where HTTP/2 is
 * not read, what says so is the last response. */
static void upgrade(struct connection *connection)
{
	if (!(connection->room->protocols >> FLOW_L7_HTTP2 & 1)) {
		http1_end_with_upgrade(&connection->parser.http1, &connection->exchange);
		connection->over = true;
		return;
	}
	connection->protocol = FLOW_L7_HTTP2;
	begin_http2(connection);
	if (connection->over)
		connection->exchange.uncertain[FLOW_L7_STOPPED]++;
	else
		http2_upgrade(http2_of(connection), &connection->exchange);
}

/* The connection goes on as TLS. */
static void secure(struct connection *connection)
{
	connection->protocol = FLOW_L7_TLS;
	connection->over = !(connection->room->protocols >> FLOW_L7_TLS & 1);
	memset(&connection->parser, 0, sizeof(connection->parser));
}

static void see_verdict(struct connection *connection, unsigned direction,
			enum parser_verdict verdict)
{
	switch (verdict) {
	case PARSER_GOOD:
		break;
	case PARSER_LOST:
		connection->lost[direction] = true;
		if (connection->protocol == FLOW_L7_TLS && direction == connection->client)
			tls_lose(&connection->parser.tls);
		break;
	case PARSER_STOPPED:
		connection->exchange.uncertain[FLOW_L7_STOPPED]++;
		connection->over = true;
		break;
	case PARSER_OVER:
		connection->over = true;
		break;
	case PARSER_HTTP2:
		upgrade(connection);
		break;
	case PARSER_TLS:
		secure(connection);
		break;
	case PARSER_WRONG:
		end_http2(connection);
		connection->over = true;
		connection->protocol = FLOW_L7_NONE;
		break;
	}
}

static void read_piece(void *user, const struct stream_piece *piece)
{
	struct context *context = user;
	struct connection *connection = context->connection;
	unsigned direction = context->direction;
	bool server = direction != connection->client;
	uint8_t protocol = connection->protocol;
	struct stream_piece rest = *piece;

	if (connection->over)
		return;
	if (connection->lost[direction] && !resume(connection, server, piece)) {
		connection->skipped = true;
		return;
	}
	connection->lost[direction] = false;
	see_verdict(connection, direction, parse(connection, server, &rest));
	/* The answer to an upgrade may have the first bytes after it. */
	if (rest.length > 0 && connection->protocol != protocol && !connection->over)
		see_verdict(connection, direction, parse(connection, server, &rest));
}

static void close_direction(struct connection *connection, unsigned direction)
{
	bool server = direction != connection->client;

	connection->closed[direction] = true;
	if (connection->protocol == FLOW_L7_HTTP && !connection->lost[direction])
		http1_close(&connection->parser.http1, &connection->exchange, server);
	if (connection->protocol == FLOW_L7_POSTGRESQL)
		postgres_close(&connection->parser.postgres, &connection->exchange, server);
}

static enum l7_payload add_datagram(struct connection *connection, const struct packet *packet)
{
	if (dns_datagram(&connection->parser.dns, &connection->exchange, packet->payload_bytes,
			 packet->payload_captured, packet->payload, packet->time) == PARSER_WRONG)
		connection->protocol = FLOW_L7_NONE;
	return L7_MESSAGE;
}

/* What a packet of TLS was, after it was read. */
static enum l7_payload payload_of_tls(const struct connection *connection, unsigned direction)
{
	const struct tls *tls = &connection->parser.tls;
	bool server = direction != connection->client;

	if (tls->open && (server || tls->opaque || connection->lost[direction]))
		return tls_is_timed(tls) || server ? L7_MESSAGE : L7_UNTIMED;
	if (!tls->data)
		return L7_HANDSHAKE;
	return tls_is_timed(tls) ? L7_MESSAGE : L7_UNTIMED;
}

enum l7_payload connection_add(struct connection *connection, const struct packet *packet,
			       unsigned direction, const uint32_t *first)
{
	struct context context = {connection, direction}, other = {connection, !direction};
	struct stream *stream = &connection->streams[direction];

	if (connection->over)
		return L7_MESSAGE;
	if (packet->protocol == TRANSPORT_UDP)
		return add_datagram(connection, packet);
	if (connection->protocol == FLOW_L7_TLS)
		connection->parser.tls.data = false;
	if (!stream->open && first != NULL && !connection->joined)
		stream_open(stream, *first);
	stream_acknowledge(&connection->streams[!direction], &connection->room->held, packet,
			   &(struct stream_reader){read_piece, &other});
	stream_add(stream, &connection->room->held, packet,
		   &(struct stream_reader){read_piece, &context});
	if (stream_ended(stream) && !connection->closed[direction])
		close_direction(connection, direction);
	if (connection->over)
		stop(connection);
	return connection->protocol == FLOW_L7_TLS ? payload_of_tls(connection, direction)
						   : L7_MESSAGE;
}

static bool is_uncertain(const uint32_t *uncertain)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < FLOW_L7_REASONS; i++)
		sum |= uncertain[i];
	return sum != 0;
}

/* Whether there is anything to say: a message, that some may be missing, or that the connection is one
 * of TLS. */
static bool is_told(const struct connection *connection, const struct flow_l7 *taken)
{
	return connection->protocol == FLOW_L7_TLS || taken->requests > 0 || taken->responses > 0 ||
	       taken->retries > 0 || taken->unanswered > 0 ||
	       (connection->told && is_uncertain(taken->uncertain));
}

bool connection_has_news(const struct connection *connection)
{
	const struct exchange *exchange = &connection->exchange;

	if (connection->protocol == FLOW_L7_TLS)
		return false;
	return (!connection->over && exchange_unanswered(exchange) > 0) ||
	       (connection->told &&
		(is_uncertain(exchange->uncertain) ||
		 connection->streams[0].held_count + connection->streams[1].held_count > 0));
}

uint32_t connection_take(struct connection *connection, bool final, struct flow_l7 *taken)
{
	uint32_t lost = connection->exchange.first_byte.lost + connection->exchange.last_byte.lost;

	/* Segments that wait for bytes before them are as if they had not been captured. */
	if (final && connection->streams[0].held_count + connection->streams[1].held_count > 0)
		connection->exchange.uncertain[FLOW_L7_GAP]++;
	/* A loss is counted once, but what follows it is not read in any slice. */
	if (connection->skipped && connection->protocol == FLOW_L7_HTTP &&
	    !is_uncertain(connection->exchange.uncertain))
		connection->exchange.uncertain[FLOW_L7_STOPPED]++;
	connection->skipped = false;
	exchange_take(&connection->exchange, final && !connection->over, taken);
	if (is_told(connection, taken)) {
		taken->protocol = connection->protocol;
		connection->told = true;
	} else { /* it is told with the first message */
		taken->protocol = FLOW_L7_NONE;
		memcpy(connection->exchange.uncertain, taken->uncertain, sizeof(taken->uncertain));
	}
	if (taken->protocol == FLOW_L7_HTTP2 && connection->parser.http2 != SLAB_NONE &&
	    http2_take(http2_of(connection)))
		taken->protocol = FLOW_L7_GRPC;
	return lost;
}

void connection_end(struct connection *connection)
{
	end_http2(connection);
	struct flow_response_time unused;

	stream_drop(&connection->streams[0], &connection->room->held);
	stream_drop(&connection->streams[1], &connection->room->held);
	times_take(&connection->exchange.first_byte, connection->exchange.blocks, &unused);
	times_take(&connection->exchange.last_byte, connection->exchange.blocks, &unused);
}
