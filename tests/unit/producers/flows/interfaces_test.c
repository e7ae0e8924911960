#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "producers/flows/interfaces.h"

#define REST 1000

static struct when at(int64_t ns)
{
	return (struct when){ns};
}

static struct interfaces *new_interfaces(void)
{
	struct interfaces *interfaces = interfaces_new("n1", REST);

	assert_non_null(interfaces);
	return interfaces;
}

static void a_number_becomes_the_observer_again(void **state)
{
	struct interfaces *interfaces = new_interfaces();
	uint16_t a = interfaces_add(interfaces, "veth1", 7, at(0));
	uint16_t b = interfaces_add(interfaces, "na\xefve\n", 8, at(0));
	const struct flow_observer *observer = interfaces_observer(interfaces, a);

	(void)state;
	assert_int_not_equal(a, b);
	assert_string_equal(observer->hostname, "n1");
	assert_string_equal(observer->interface_name, "veth1");
	assert_int_equal(observer->interface_id, 7);
	assert_string_equal(interfaces_observer(interfaces, b)->interface_name, "na?ve?");
	assert_string_equal(observer->interface_uid, "");
	interfaces_set_uid(interfaces, a, "a-1-7-0");
	assert_string_equal(interfaces_observer(interfaces, a)->interface_uid, "a-1-7-0");
	assert_string_equal(interfaces_observer(interfaces, b)->interface_uid, "");
	interfaces_free(interfaces);
}

static void a_number_rests_before_another_interface_gets_it(void **state)
{
	struct interfaces *interfaces = new_interfaces();

	(void)state;
	for (unsigned i = 0; i < INTERFACES_MAX; i++)
		assert_int_equal(interfaces_add(interfaces, "veth", i, at(0)), i);
	assert_int_equal(interfaces_add(interfaces, "late", 1, at(0)), INTERFACES_NONE);
	interfaces_retire(interfaces, 9, at(50));
	interfaces_retire(interfaces, 5, at(40));
	assert_int_equal(interfaces_add(interfaces, "late", 1, at(40 + REST - 1)), INTERFACES_NONE);
	assert_int_equal(interfaces_add(interfaces, "late", 1, at(50 + REST)), 5);
	assert_int_equal(interfaces_add(interfaces, "later", 1, at(50 + REST)), 9);
	assert_int_equal(interfaces_add(interfaces, "last", 1, at(50 + REST)), INTERFACES_NONE);
	assert_string_equal(interfaces_observer(interfaces, 5)->interface_name, "late");
	assert_int_equal(interfaces_reused(interfaces, 0), 5);
	assert_int_equal(interfaces_reused(interfaces, 1), 9);
	assert_int_equal(interfaces_reused(interfaces, 2), INTERFACES_NONE);
	interfaces_free(interfaces);
}

static void learns_the_interfaces_that_packets_carry(void **state)
{
	struct interfaces *interfaces = new_interfaces();
	uint16_t lo;

	(void)state;
	assert_int_equal(interfaces_find(interfaces, 1), INTERFACES_NONE);
	lo = interfaces_learn(interfaces, "lo", 1, at(0));
	assert_int_equal(interfaces_find(interfaces, 1), lo);
	/* Added for a capture of its own, not for packets that carry its number. */
	interfaces_add(interfaces, "eth0", 2, at(0));
	assert_int_equal(interfaces_find(interfaces, 2), INTERFACES_NONE);
	/* Takes the same place, so the first is forgotten. */
	assert_int_not_equal(interfaces_learn(interfaces, "far", 1 + 4096, at(0)), lo);
	assert_int_equal(interfaces_find(interfaces, 1), INTERFACES_NONE);
	interfaces_free(interfaces);
}

static void a_name_of_a_file_keeps_its_number(void **state)
{
	struct interfaces *interfaces = interfaces_new("node", 1);
	uint16_t eth0, eth1, other;

	(void)state;
	assert_non_null(interfaces);
	eth0 = interfaces_named(interfaces, "eth0", 0);
	eth1 = interfaces_named(interfaces, "eth1", 0);
	other = interfaces_named(interfaces, "eth0", 4096);
	assert_int_not_equal(eth0, eth1);
	assert_int_not_equal(eth0, other);
	assert_int_equal(interfaces_named(interfaces, "eth0", 0), eth0);
	assert_int_equal(interfaces_named(interfaces, "eth1", 0), eth1);
	assert_int_equal(interfaces_named(interfaces, "eth0", 4096), other);
	interfaces_free(interfaces);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_of_a_file_keeps_its_number),
		cmocka_unit_test(a_number_becomes_the_observer_again),
		cmocka_unit_test(a_number_rests_before_another_interface_gets_it),
		cmocka_unit_test(learns_the_interfaces_that_packets_carry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
