/* What the meter must not claim when a number stands for something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "common/base/transport.h"
#include "producers/flows/meter.h"

#define S NS_PER_SECOND
#define REST (120 * S) /* after which the number of a path or an interface is used again */
#define RECORD_MAX 4096

struct run {
	char path[40];
	struct outlet *outlet;
	struct interfaces *interfaces;
	struct meter *meter;
};

static struct run begin(size_t max_flows, bool ignore_vlan)
{
	const struct flow_table_options options = {
		.max_flows = max_flows,
		.idle_stream_ns = 60 * S,
		.idle_datagram_ns = 30 * S,
		.active_ns = 100 * S,
		.linger_ns = S,
	};
	const struct kafka_queue_limits limits = {1000, 1 << 20};
	struct bus_options bus = {0};
	struct run run = {.path = "/tmp/tenure-meter-test-XXXXXX"};
	int fd = mkstemp(run.path);

	assert_true(fd >= 0);
	close(fd);
	run.outlet = outlet_open(run.path, &bus, false, &limits);
	run.interfaces = interfaces_new("n1", REST);
	assert_non_null(run.outlet);
	assert_non_null(run.interfaces);
	run.meter = meter_new(&options, ignore_vlan, run.interfaces, NULL, run.outlet);
	assert_non_null(run.meter);
	return run;
}

/* Ends the run; LAST gets the last record. */
static void end(struct run *run, char last[static RECORD_MAX])
{
	FILE *file;

	assert_int_equal(meter_finish(run->meter), 0);
	meter_free(run->meter);
	interfaces_free(run->interfaces);
	assert_int_equal(outlet_close(run->outlet), 0);
	file = fopen(run->path, "r");
	assert_non_null(file);
	while (fgets(last, RECORD_MAX, file) != NULL)
		;
	fclose(file);
	unlink(run->path);
}

/* A datagram on INTERFACE, SECONDS after the start, in two VLANs unless they are 0. */
static void add(struct run *run, int64_t seconds, uint16_t interface, uint16_t vlan,
		uint16_t inner_vlan)
{
	struct packet packet = {
		.time = {(1700000000 + seconds) * S},
		.source = ip_from_v4((const uint8_t[]){10, 0, 0, 1}),
		.destination = ip_from_v4((const uint8_t[]){10, 0, 0, 2}),
		.source_port = 40000,
		.destination_port = 53,
		.protocol = TRANSPORT_UDP,
		.bytes = 100,
		.frame_bytes = 114,
		.payload = 60,
		.interface = interface,
		.encapsulation = {.vlans = {vlan, inner_vlan}, .vlan_count = vlan > 0 ? 2 : 0},
	};

	assert_int_equal(meter_add(run->meter, &packet, 1), 0);
}

static void a_number_that_is_used_again_is_watched_from_its_start(void **state)
{
	struct run run = begin(8, false);
	char last[RECORD_MAX];

	(void)state;
	for (unsigned i = 0; i < INTERFACES_MAX; i++)
		interfaces_add(run.interfaces, "veth", i, (struct when){0});
	add(&run, 0, 5, 0, 0);
	interfaces_retire(run.interfaces, 5, (struct when){10 * S});
	assert_int_equal(interfaces_add(run.interfaces, "new", 1, (struct when){10 * S + REST}), 5);
	/* It may have spoken before on this interface, which was not watched. */
	add(&run, 200, 5, 0, 0);
	end(&run, last);
	assert_non_null(strstr(last, "\"name\":\"new\""));
	assert_non_null(strstr(last, "\"initiator\":\"unknown\""));
}

static void a_path_that_was_refused_is_watched_from_its_start(void **state)
{
	struct run run = begin(2 * PATHS_MAX, false);
	uint16_t interface = interfaces_add(run.interfaces, "veth", 1, (struct when){0});
	char last[RECORD_MAX];

	(void)state;
	add(&run, 0, interface, 0, 0);
	for (unsigned i = 0; i < PATHS_MAX; i++)
		add(&run, 100, interface, (uint16_t)(1 + i / 4000), (uint16_t)(1 + i % 4000));
	add(&run, 100 + 121, interface, 100, 1);
	assert_int_equal(meter_get_stats(run.meter).paths_refused, 1);
	/* Its flow has another key now. */
	add(&run, 100 + 123, interface, 100, 1);
	assert_int_equal(meter_get_stats(run.meter).paths_refused, 1);
	end(&run, last);
	assert_non_null(strstr(last, "\"vlan\":{\"id\":100}"));
	assert_non_null(strstr(last, "\"initiator\":\"unknown\""));
}

/* Its interface would say whose its addresses are, and in a VLAN they may be another's. */
static void a_flow_in_a_vlan_that_is_ignored_has_no_uid(void **state)
{
	char last[RECORD_MAX];

	(void)state;
	for (unsigned tagged = 0; tagged < 4; tagged++) {
		struct run run = begin(8, true);
		uint16_t interface = interfaces_add(run.interfaces, "veth", 1, (struct when){0});

		interfaces_set_uid(run.interfaces, interface, "a-1");
		add(&run, 0, interface, tagged & 1 ? 7 : 0, 0);
		add(&run, 1, interface, tagged & 2 ? 7 : 0, 0);
		/* To its second slice. */
		for (int64_t seconds = 21; seconds <= 101; seconds += 20)
			add(&run, seconds, interface, 0, 0);
		end(&run, last);
		assert_non_null(strstr(last, "\"slice\":1"));
		assert_int_equal(strstr(last, "\"uid\":\"a-1\"") != NULL, tagged == 0);
	}
}

static void a_flow_of_a_refused_path_has_no_uid(void **state)
{
	struct run run = begin(2 * PATHS_MAX, false);
	uint16_t interface = interfaces_add(run.interfaces, "veth", 1, (struct when){0});
	char last[RECORD_MAX];

	(void)state;
	interfaces_set_uid(run.interfaces, interface, "a-1");
	for (unsigned i = 0; i < PATHS_MAX; i++)
		add(&run, 0, interface, (uint16_t)(1 + i / 4000), (uint16_t)(1 + i % 4000));
	add(&run, 1, interface, 100, 1);
	assert_int_equal(meter_get_stats(run.meter).paths_refused, 1);
	end(&run, last);
	assert_null(strstr(last, "\"vlan\""));
	assert_null(strstr(last, "\"uid\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_that_is_used_again_is_watched_from_its_start),
		cmocka_unit_test(a_path_that_was_refused_is_watched_from_its_start),
		cmocka_unit_test(a_flow_in_a_vlan_that_is_ignored_has_no_uid),
		cmocka_unit_test(a_flow_of_a_refused_path_has_no_uid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
