#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "common/base/when.h"
#include "producers/flows/flow_table.h"
#include "tests/unit/producers/flows/flow_packets.h"

/* A stream of packets from few endpoints with every kind of disorder. */
static struct packet random_packet(uint64_t *state, int64_t *time)
{
	static const uint8_t protocols[] = {TRANSPORT_TCP, TRANSPORT_TCP, TRANSPORT_UDP,
					    TRANSPORT_ICMP, 47};
	uint64_t r;

	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	r = *state;
	*time += (int64_t)(r % 1000) * NS_PER_MS / 4;
	if (r % 97 == 0)
		*time += 45 * S;
	if (r % 89 == 0)
		*time -= 4 * S;
	if (r % 1999 == 0)
		*time -= 3000 * S;

	struct packet packet = flow_packets_make(
		protocols[r >> 8 & 3], *time, (uint8_t)(r >> 16 & 7), (uint8_t)(r >> 24 & 7),
		(uint8_t)(r >> 32 & 0x1f), (uint32_t)(r >> 40 & 0x3ff));

	packet.interface = r >> 60 & 1;
	packet.path = (uint16_t)packet.interface;
	packet.payload = r >> 50 & 63;
	packet.icmp_type = r >> 56 & 15;
	return packet;
}

/* Runs COUNT random packets through a table. */
static struct flow_packets *run_random(uint64_t seed, size_t max_flows, unsigned count)
{
	struct flow_packets *run = flow_packets_new(max_flows, seed);
	uint64_t state = 88172645463325252u, packets = 0;
	int64_t time = 0;

	for (unsigned i = 0; i < count; i++)
		flow_packets_add(run, random_packet(&state, &time));
	flow_packets_drain(run);
	for (size_t i = 0; i < run->count; i++)
		packets += run->out[i].source.packets + run->out[i].destination.packets;
	packets += flow_table_get_stats(run->table).late_segments;
	packets += flow_table_get_stats(run->table).copies.repeated;
	assert_int_equal(packets, count);
	return run;
}

static void every_packet_is_in_one_flow_and_the_seed_does_not_matter(void **state)
{
	static const size_t sizes[] = {1, 2, 7, 40, 1000};

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		struct flow_packets *a = run_random(1, sizes[s], 3000);
		struct flow_packets *b = run_random(999, sizes[s], 3000);

		assert_int_equal(a->count, b->count);
		for (size_t i = 0; i < a->count; i++) {
			assert_int_equal(a->out[i].id, b->out[i].id);
			assert_int_equal(a->out[i].end.ns, b->out[i].end.ns);
			assert_int_equal(a->out[i].source.bytes, b->out[i].source.bytes);
			assert_int_equal(a->out[i].end_reason, b->out[i].end_reason);
		}
		flow_packets_free(a);
		flow_packets_free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_packet_is_in_one_flow_and_the_seed_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
