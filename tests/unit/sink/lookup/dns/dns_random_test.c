/* Random packets, one in eight of them a question with a few other bytes: each answer keeps to its limits. PACKETS and SEED choose
 * how many, and which. */
#include "sink/lookup/dns/dns_responder.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sink/lookup/dns/dns_packet.h"
#include "tests/unit/sink/lookup/dns/dns_cluster.h"

#define PACKET_MAX 600

#ifdef __SANITIZE_ADDRESS__
#define PACKETS 1000000 /* where a mistake would be noticed */
#else
#define PACKETS 100000
#endif

static const struct {
	const char *name;
	uint16_t type;
} questions[] = {
	{"1.0.1.10.in-addr.arpa", DNS_TYPE_PTR},
	{"1.0.1.10.in-addr.arpa", DNS_TYPE_TXT},
	{"3.0.1.10.in-addr.arpa.at-20261123T080010Z.tenure.internal", DNS_TYPE_PTR},
	{"2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.d.f.ip6.arpa", DNS_TYPE_PTR},
	{"8.8.8.8.in-addr.arpa", DNS_TYPE_PTR},
	{"web.shop.svc.cluster.local", DNS_TYPE_A},
	{"db-0.db.shop.svc.cluster.local.ago-1m.tenure.internal", DNS_TYPE_AAAA},
	{"n1.node.tenure.internal", DNS_TYPE_ANY},
	{"in-addr.arpa", DNS_TYPE_SOA},
	{"", DNS_TYPE_NS},
	{"www.example.com", DNS_TYPE_A},
};

static uint64_t number_from(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static uint32_t pick(uint64_t *state, uint32_t bound)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 32) % bound;
}

/* Writes one of the questions in which a few bytes are others, and which may end early. */
static size_t damaged(uint64_t *state, uint8_t bytes[static PACKET_MAX])
{
	uint32_t which = pick(state, sizeof(questions) / sizeof(questions[0]));
	size_t length = dns_cluster_packet(questions[which].name, questions[which].type,
					   pick(state, 2) == 0, bytes);

	for (uint32_t changes = pick(state, 4); changes > 0; changes--)
		bytes[pick(state, (uint32_t)length)] = (uint8_t)pick(state, 256);
	return pick(state, 8) == 0 ? pick(state, (uint32_t)length) : length;
}

static size_t random_bytes(uint64_t *state, uint8_t bytes[static PACKET_MAX])
{
	size_t length = pick(state, PACKET_MAX);

	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)pick(state, 256);
	/* Most random headers are refused for their counts alone. */
	if (length >= DNS_HEADER_SIZE && pick(state, 2) == 0)
		memcpy(bytes + 2, "\1\0\0\1\0\0\0\0\0", 9);
	return length;
}

static void check(struct dns_responder *responder, const uint8_t *bytes, size_t length,
		  enum dns_transport transport, uint64_t number)
{
	struct dns_reply reply =
		dns_responder_reply(responder, bytes, length, transport, true, dns_cluster_at(101));
	size_t limit = DNS_TCP_MAX;

	if (transport == DNS_UDP)
		limit = DNS_UDP_FACTOR * length < DNS_UDP_MAX ? DNS_UDP_FACTOR * length
							      : DNS_UDP_MAX;
	if (reply.status == DNS_REPLY_WAITS ||
	    (reply.status == DNS_REPLY_READY &&
	     (reply.length < DNS_HEADER_SIZE || reply.length > limit ||
	      memcmp(reply.bytes, bytes, 2) != 0 || reply.bytes[2] < 0x80)))
		fail_msg("packet %" PRIu64 ": %zu bytes, answered with %zu", number, length,
			 reply.length);
}

static void no_packet_does_harm(void **state)
{
	struct timeline *timeline = dns_cluster_open();
	const struct dns_source source = {.timeline = timeline,
					  .zones = {"cluster.local", "tenure.internal"}};
	struct dns_responder *responder = dns_responder_open(&source);
	uint64_t packets = number_from("PACKETS", PACKETS), random = number_from("SEED", 1);

	(void)state;
	assert_non_null(responder);
	for (uint64_t i = 0; i < packets; i++) {
		/* Exactly as large as the packet, so that the sanitizers notice a read past its end. */
		uint8_t scratch[PACKET_MAX], *bytes;
		size_t length = pick(&random, 8) == 0 ? damaged(&random, scratch)
						      : random_bytes(&random, scratch);

		bytes = malloc(length > 0 ? length : 1);
		assert_non_null(bytes);
		memcpy(bytes, scratch, length);
		check(responder, bytes, length, pick(&random, 8) == 0 ? DNS_TCP : DNS_UDP, i);
		free(bytes);
	}
	dns_responder_close(responder);
	timeline_close(timeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_packet_does_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
