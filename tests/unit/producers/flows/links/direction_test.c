/* Which frames come from a pod, and which interfaces are pods'. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "producers/flows/links/pod_link.h"

#define OWN link_mac((const uint8_t *)"\x02\0\0\0\0\x01")
#define BRIDGE link_mac((const uint8_t *)"\x02\0\0\0\0\x02")
#define POD link_mac((const uint8_t *)"\x02\0\0\0\0\x03")
#define OTHER link_mac((const uint8_t *)"\x02\0\0\0\0\x04")
#define ALL link_mac((const uint8_t *)"\xff\xff\xff\xff\xff\xff")

static enum direction_side side_of(struct direction *direction, uint64_t destination,
				   uint64_t source)
{
	uint8_t frame[DIRECTION_CAPTURED] = {[12] = 0x08};

	link_mac_bytes(destination, frame);
	link_mac_bytes(source, frame + 6);
	return direction_of(direction, frame);
}

static bool incoming(struct direction *direction, uint64_t destination, uint64_t source)
{
	return side_of(direction, destination, source) == DIRECTION_FROM_POD;
}

static bool unsure(struct direction *direction, uint64_t source)
{
	return side_of(direction, 0, source) == DIRECTION_UNSURE;
}

static void test_routed(void **state)
{
	struct direction direction = {OWN, OWN, 0, false};

	(void)state;
	assert_false(incoming(&direction, POD, OWN));
	assert_false(incoming(&direction, ALL, POD)); /* not known yet */
	assert_true(unsure(&direction, POD));
	assert_false(unsure(&direction, OWN));
	assert_int_equal(direction.pod, 0);
	assert_true(incoming(&direction, OWN, POD));
	assert_int_equal(direction.pod, POD);
	assert_true(incoming(&direction, ALL, POD));
	assert_false(incoming(&direction, POD, OWN));
}

static void test_bridged(void **state)
{
	struct direction direction = {OWN, BRIDGE, 0, true};

	(void)state;
	/* From another pod, which the bridge sends here or floods. */
	assert_false(incoming(&direction, POD, OTHER));
	assert_false(incoming(&direction, ALL, OTHER));
	assert_true(incoming(&direction, BRIDGE, POD));
	assert_int_equal(direction.pod, POD);
	assert_true(incoming(&direction, OWN, POD));
	assert_false(incoming(&direction, POD, BRIDGE));
	/* The bridge may give them back to the pod. */
	assert_int_equal(side_of(&direction, OTHER, POD), DIRECTION_ECHO);
	assert_int_equal(side_of(&direction, ALL, POD), DIRECTION_ECHO);
	assert_int_equal(side_of(&direction, POD, POD), DIRECTION_FROM_NODE);
	assert_false(incoming(&direction, POD, OWN));
	assert_int_equal(side_of(&direction, POD, OTHER), DIRECTION_FROM_NODE);
	assert_true(unsure(&direction, OTHER));
	/* A second machine behind the interface; the first one's MAC stays the pod's. */
	assert_true(incoming(&direction, BRIDGE, OTHER));
	assert_int_equal(direction.pod, POD);
}

/* One without a MAC of its own has that of a port. */
static void test_bridge_with_the_mac_of_its_port(void **state)
{
	struct direction direction = {0};

	(void)state;
	direction_set(&direction, OWN, OWN, true);
	assert_true(incoming(&direction, OWN, POD));
	assert_int_equal(side_of(&direction, ALL, POD), DIRECTION_ECHO);
	assert_int_equal(side_of(&direction, POD, OWN), DIRECTION_FROM_NODE);
}

static void test_strange(void **state)
{
	struct direction direction = {OWN, OWN, 0, false}, unknown = {0};

	(void)state;
	/* A pod with the MAC of the node's end: nothing tells its frames from the node's. */
	assert_int_equal(side_of(&direction, OWN, OWN), DIRECTION_UNSURE);
	assert_false(incoming(&direction, OWN, 0));
	assert_true(incoming(&direction, OWN, ALL));
	assert_int_equal(direction.pod, 0);
	/* The interface gets the pod's MAC, then another one. */
	assert_true(incoming(&direction, OWN, POD));
	direction_set(&direction, POD, POD, false);
	assert_false(incoming(&direction, OWN, POD));
	direction_set(&direction, OWN, OWN, false);
	assert_false(incoming(&direction, ALL, POD));
	assert_true(incoming(&direction, OWN, POD));
	direction_set(&direction, 0, 0, false);
	assert_false(incoming(&direction, OWN, POD));
	assert_false(incoming(&unknown, 0, POD));
	assert_false(incoming(&unknown, 0, 0));
}

static struct link_message interface(unsigned index, uint64_t mac, unsigned master,
				     enum link_kind kind, int32_t peer)
{
	return (struct link_message){.index = index,
				     .name = "a",
				     .mac = mac,
				     .master = master,
				     .kind = kind,
				     .peer_namespace = peer};
}

static void assert_macs(const struct link_table *table, unsigned index, uint64_t own,
			uint64_t bridge)
{
	struct direction macs = pod_link_macs(table, link_table_find(table, index));

	assert_int_equal(macs.own, own);
	assert_int_equal(macs.bridge, bridge);
	assert_int_equal(macs.pod, 0);
}

static void test_pods(void **state)
{
	const struct link_message links[] = {
		interface(1, OWN, 0, LINK_KIND_PAIR, 0),
		interface(2, OWN, 0, LINK_KIND_PAIR, LINK_NO_PEER), /* both ends on the node */
		interface(3, OWN, 0, LINK_KIND_OTHER, 0), /* ipvlan of another namespace */
		interface(4, OWN, 10, LINK_KIND_PAIR, 0),
		interface(5, OWN, 11, LINK_KIND_PAIR, 0),
		interface(6, OWN, 12, LINK_KIND_PAIR, 0),
		interface(7, OWN, 99, LINK_KIND_PAIR, 0),
		interface(8, 0, 0, LINK_KIND_PAIR, 0), /* netkit that routes */
		interface(10, BRIDGE, 0, LINK_KIND_BRIDGE, LINK_NO_PEER),
		interface(11, BRIDGE, 0, LINK_KIND_OTHER, LINK_NO_PEER), /* a switch */
		interface(12, 0, 0, LINK_KIND_BRIDGE, LINK_NO_PEER),
	};
	struct link_table table;

	(void)state;
	assert_int_equal(link_table_init(&table, 16), 0);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		link_table_notice(&table, &links[i], (struct link_clock){{1}, {1}});
	assert_macs(&table, 1, OWN, OWN);
	assert_macs(&table, 2, 0, 0);
	assert_macs(&table, 3, 0, 0);
	assert_macs(&table, 4, OWN, BRIDGE);
	assert_macs(&table, 5, 0, 0);
	assert_macs(&table, 6, 0, 0);
	assert_macs(&table, 7, 0, 0);
	assert_macs(&table, 8, 0, 0);
	link_table_clear(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_routed),
		cmocka_unit_test(test_bridged),
		cmocka_unit_test(test_bridge_with_the_mac_of_its_port),
		cmocka_unit_test(test_strange),
		cmocka_unit_test(test_pods),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
