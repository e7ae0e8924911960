/* Lines as the kernel writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "producers/flows/links/pod_link.h"
#include "producers/flows/links/proc_net.h"

#define V6(destination, flags, name)                                                            \
	destination " 00 00000000000000000000000000000000 00 fd000000000000000000000000000001 " \
		    "00000400 00000003 00000000 " flags "     " name "\n"
#define NOTHING "00000000000000000000000000000000"

static const struct {
	const char *line, *name; /* NULL: not one */
} lines[] = {
	{"eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0   \n", "eth0"},
	{"a-name-of-15-by\t00000000\t00000000\t0001\t0\t0\t100\t00000000\t0\t0\t0\n",
	 "a-name-of-15-by"},
	{V6(NOTHING, "00000003", "eth1"), "eth1"},
	/* The head, a net, half of all addresses, one that is down, one that refuses, lo. */
	{"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n",
	 NULL},
	{"eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n", NULL},
	{"eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000080\t0\t0\t0\n", NULL},
	{"eth0\t00000000\t010200C0\t0002\t0\t0\t0\t00000000\t0\t0\t0\n", NULL},
	{"*\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0\n", NULL},
	{"lo\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n", NULL},
	{V6(NOTHING, "00200200", "lo"), NULL},
	{V6("fd000000000000000000000000000002", "00000003", "eth1"), NULL},
	{NOTHING " 01 " NOTHING " 00 " NOTHING " 00000400 00000003 00000000 00000003 eth1\n", NULL},
	{NOTHING " 00 " NOTHING " 40 " NOTHING " 00000400 00000003 00000000 00000003 eth1\n", NULL},
	{"", NULL},
	{"eth0 00000000", NULL},
};

static void default_routes_are_found(void **state)
{
	char name[IF_NAMESIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		bool found = proc_net_default_route(lines[i].line, name);

		if (found != (lines[i].name != NULL))
			print_error("%s", lines[i].line);
		assert_int_equal(found, lines[i].name != NULL);
		if (found)
			assert_string_equal(name, lines[i].name);
	}
}

static void what_was_received_is_found(void **state)
{
	static const char line[] =
		"  veth1: 1234     17    0    0    0     0          0         0  "
		"  5678      42    0    0    0     0       0          0\n";
	char name[IF_NAMESIZE];
	uint64_t packets = 0;

	(void)state;
	assert_true(proc_net_received(line, name, &packets));
	assert_string_equal(name, "veth1");
	assert_int_equal(packets, 17);
	assert_true(
		proc_net_received("a:18446744073709551615 18446744073709551615 0", name, &packets));
	assert_string_equal(name, "a");
	assert_true(packets == UINT64_MAX);
	assert_true(proc_net_received("fifteen-letters:0 0", name, &packets));
	assert_string_equal(name, "fifteen-letters");
	assert_int_equal(packets, 0);
	assert_false(proc_net_received("sixteen--letters:0 0", name, &packets));
	assert_false(proc_net_received("veth1: 1234", name, &packets));
	assert_false(proc_net_received(":1234 5", name, &packets));
	assert_false(
		proc_net_received("Inter-|   Receive                         |", name, &packets));
	assert_false(proc_net_received(" face |bytes    packets errs drop", name, &packets));
	assert_false(proc_net_received("", name, &packets));
}

static void it_is_no_pods_until_it_is_replaced(void **state)
{
	struct link_message told = {
		.index = 7, .name = "eth0", .kind = LINK_KIND_PAIR, .mac = 5, .peer_namespace = 1};
	const struct link_clock now = {{9}, {9}};
	struct link_table table;

	(void)state;
	assert_int_equal(link_table_init(&table, 2), 0);
	link_table_notice(&table, &told, now);
	assert_true(pod_link_may_be(&table, link_table_find(&table, 7)));
	assert_int_equal(pod_link_macs(&table, link_table_find(&table, 7)).own, 5);
	link_table_uplink(&table, "eth0");
	link_table_notice(&table, &told, now);
	assert_false(pod_link_may_be(&table, link_table_find(&table, 7)));
	assert_int_equal(pod_link_macs(&table, link_table_find(&table, 7)).own, 0);
	told.gone = true;
	link_table_notice(&table, &told, now);
	told.gone = false;
	link_table_notice(&table, &told, now);
	assert_true(pod_link_may_be(&table, link_table_find(&table, 7)));
	link_table_clear(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(default_routes_are_found),
		cmocka_unit_test(what_was_received_is_found),
		cmocka_unit_test(it_is_no_pods_until_it_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
