#include "producers/flows/l7/recognise.h"

#include "producers/flows/l7/dns.h"
#include "producers/flows/l7/http1.h"
#include "producers/flows/l7/http2.h"
#include "producers/flows/l7/kafka.h"
#include "producers/flows/l7/mysql.h"
#include "producers/flows/l7/postgres.h"
#include "producers/flows/l7/redis.h"
#include "producers/flows/l7/tls.h"

#define NOTHING ((struct recognised){FLOW_L7_NONE, false})

struct recognised recognise_segment(const uint8_t *bytes, size_t length, bool start)
{
	bool response;

	if (length == 0)
		return NOTHING;
	if (http1_begins(bytes, length, false)) {
		/* PING alone is a command of Redis, and a request line is longer. */
		if (redis_begins(bytes, length))
			return (struct recognised){FLOW_L7_REDIS, false};
		if (http2_begins(bytes, length, false))
			return (struct recognised){FLOW_L7_HTTP2, false};
		return (struct recognised){FLOW_L7_HTTP, false};
	}
	if (http1_begins(bytes, length, true))
		return (struct recognised){FLOW_L7_HTTP, true};
	if (tls_begins(bytes, length))
		return (struct recognised){FLOW_L7_TLS, false};
	if (redis_begins(bytes, length))
		return (struct recognised){FLOW_L7_REDIS, false};
	if (http2_begins(bytes, length, true))
		return (struct recognised){FLOW_L7_HTTP2, true};
	/* Before a message over TCP there is its length. */
	if (length > 2 &&
	    dns_begins(bytes + 2, length - 2, (size_t)(bytes[0] << 8 | bytes[1]), &response))
		return (struct recognised){FLOW_L7_DNS, response};
	if (mysql_begins(bytes, length, true))
		return (struct recognised){FLOW_L7_MYSQL, true};
	if (!start && mysql_begins(bytes, length, false))
		return (struct recognised){FLOW_L7_MYSQL, false};
	if (postgres_begins(bytes, length, start))
		return (struct recognised){FLOW_L7_POSTGRESQL, false};
	if (kafka_begins(bytes, length))
		return (struct recognised){FLOW_L7_KAFKA, false};
	return NOTHING;
}

static bool is_group(const struct ip *ip)
{
	return ip_is_v4(ip) ? ip->bytes[12] >> 4 >= 14 : ip->bytes[0] == 0xff;
}

struct recognised recognise_datagram(const struct packet *packet)
{
	bool response;

	if (is_group(&packet->destination) ||
	    !dns_begins(packet->payload_bytes, packet->payload_captured, packet->payload,
			&response))
		return NOTHING;
	return (struct recognised){FLOW_L7_DNS, response};
}
