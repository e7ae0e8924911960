/* The meter allocates everything when it starts, or does not start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/transport.h"
#include "producers/flows/meter.h"
#include "producers/flows/outlet.h"
#include "tests/unit/failing_alloc.h"

#define START ((struct when){INT64_C(1700000000) * NS_PER_SECOND})

static char path[] = "/tmp/tenure-flows-alloc-XXXXXX";

static const struct flow_table_options options = {
	.max_flows = 8,
	.idle_stream_ns = 60 * NS_PER_SECOND,
	.idle_datagram_ns = 30 * NS_PER_SECOND,
	.active_ns = 100 * NS_PER_SECOND,
	.linger_ns = NS_PER_SECOND,
	.seed = {1, 2, 3, 4, 5, 6, 7},
};

/* Packets of more connections than the table has room for. */
static int meter_packets(struct meter *meter, uint16_t interface)
{
	struct packet packet = {
		.source = ip_from_v4((const uint8_t[]){10, 0, 0, 1}),
		.destination = ip_from_v4((const uint8_t[]){10, 0, 0, 2}),
		.destination_port = 80,
		.protocol = TRANSPORT_TCP,
		.tcp_flags = TCP_ACK,
		.bytes = 100,
		.frame_bytes = 114,
		.payload = 60,
		.interface = interface,
	};

	for (int i = 0; i < 20; i++) {
		struct packet sent = packet;

		sent.time = when_add(START, i * NS_PER_MS);
		sent.source_port = (uint16_t)(40000 + i);
		if (meter_add(meter, &sent, 1) < 0)
			return -1;
	}
	if (meter_advance(meter, when_add(START, 90 * NS_PER_SECOND)) < 0)
		return -1;
	return meter_finish(meter);
}

static int run_meter(void)
{
	static const uint64_t seed[FLOW_KEY_SEED_WORDS] = {1, 2, 3, 4, 5, 6, 7};
	struct bus_options bus = {0};
	const struct kafka_queue_limits limits = {1000, 1 << 20};
	struct outlet *outlet = outlet_open(path, &bus, true, &limits);
	struct interfaces *interfaces = interfaces_new("n1", NS_PER_SECOND);
	struct translations *translations =
		translations_new(16, NS_PER_SECOND, NS_PER_SECOND, seed, START);
	struct meter *meter = NULL;
	int rc = -1;

	if (outlet == NULL || interfaces == NULL || translations == NULL)
		goto out;
	meter = meter_new(&options, false, interfaces, translations, outlet);
	if (meter == NULL)
		goto out;
	rc = meter_packets(meter, interfaces_add(interfaces, "veth1", 1, START));
	if (rc == 0)
		assert_int_equal(outlet_get_stats(outlet).records.records, 20);
out:
	meter_free(meter);
	translations_free(translations);
	interfaces_free(interfaces);
	if (outlet_close(outlet) < 0)
		rc = -1;
	return rc;
}

static void a_meter_starts_completely_or_not_at_all(void **state)
{
	(void)state;
	failing_alloc_each(run_meter, false);
}

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_meter_starts_completely_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
