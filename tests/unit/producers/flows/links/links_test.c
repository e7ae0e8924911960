/* What is said of interfaces, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "producers/flows/links/links.h"

#define T(seconds) ((struct when){INT64_C(1700000000000000000) + (int64_t)((seconds)*1e9)})

static struct links *links;

static int begin(void **state)
{
	(void)state;
	links = links_new(8);
	return links == NULL ? -1 : 0;
}

static int end(void **state)
{
	(void)state;
	links_free(links);
	return 0;
}

static struct ip address(const char *text)
{
	struct ip ip;

	assert_int_equal(ip_parse(text, strlen(text), &ip), 0);
	return ip;
}

static void packet(uint16_t number, const char *source, double at)
{
	struct ip ip = address(source);

	links_packet(links, number, &ip, T(at));
}

/* The next report at AT is of NUMBER and has COUNT addresses, whose last is SOURCE with these times. */
static struct link_report said(double at, uint16_t number, size_t count, const char *source,
			       double first, double last)
{
	struct link_report report;
	struct ip ip = address(source);
	const struct link_address *found;

	assert_true(links_next(links, T(at), &report));
	assert_int_equal(report.number, number);
	assert_int_equal(report.address_count, count);
	found = &report.addresses[count - 1];
	assert_memory_equal(&found->ip, &ip, sizeof(ip));
	assert_int_equal(found->first.ns, T(first).ns);
	assert_int_equal(found->last.ns, T(last).ns);
	return report;
}

static void silent(double at)
{
	struct link_report report;

	assert_false(links_next(links, T(at), &report));
	assert_false(links_is_due(links, T(at)));
}

static void the_first_packet_of_an_address_is_said_at_once(void **state)
{
	struct link_report report;

	(void)state;
	links_appear(links, 3, "veth3", 12, T(-1), WHEN_MAX);
	silent(0);
	packet(3, "10.244.1.7", 0);
	report = said(0, 3, 1, "10.244.1.7", 0, 0);
	assert_string_equal(report.name, "veth3");
	assert_int_equal(report.index, 12);
	assert_int_equal(report.since.ns, T(-1).ns);
	assert_false(report.again);
	assert_false(report.gone);
	silent(0);
	packet(3, "fd00::7", 0.1);
	report = said(0.1, 3, 2, "fd00::7", 0.1, 0.1);
	assert_true(report.again);
	silent(1);
}

static void packets_are_said_again_at_ever_longer_intervals(void **state)
{
	static const double at[] = {5, 15, 35, 75, 155, 315, 635, 1275, 1915, 2555};
	double time = 0;

	(void)state;
	links_appear(links, 0, "veth0", 0, WHEN_MIN, WHEN_MAX);
	packet(0, "10.244.1.7", 0);
	said(0, 0, 1, "10.244.1.7", 0, 0);
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		packet(0, "10.244.1.7", time + 1);
		silent(at[i] - 0.001);
		said(at[i], 0, 1, "10.244.1.7", 0, time + 1);
		time = at[i];
	}
}

static void without_packets_nothing_is_said(void **state)
{
	(void)state;
	links_appear(links, 0, "veth0", 0, WHEN_MIN, WHEN_MAX);
	packet(0, "10.244.1.7", 0);
	said(0, 0, 1, "10.244.1.7", 0, 0);
	for (int at = 1; at < 100; at++)
		silent(at);
	packet(0, "10.244.1.7", 100);
	said(104, 0, 1, "10.244.1.7", 0, 100);
}

static void an_interface_that_is_gone_is_said_at_once_and_forgotten(void **state)
{
	struct link_report report;

	(void)state;
	links_appear(links, 0, "veth0", 4, WHEN_MIN, WHEN_MAX);
	packet(0, "10.244.1.7", 0);
	said(0, 0, 1, "10.244.1.7", 0, 0);
	packet(0, "10.244.1.7", 2);
	links_end(links, 0, T(3));
	packet(0, "10.244.1.8", 4);
	links_end(links, 0, T(5));
	report = said(4, 0, 1, "10.244.1.7", 0, 2);
	assert_true(report.gone);
	assert_int_equal(report.until.ns, T(3).ns);
	packet(0, "10.244.1.7", 5);
	silent(100);
	assert_false(links_has(links, 0));

	links_appear(links, 0, "veth9", 9, WHEN_MIN, WHEN_MAX);
	packet(0, "10.244.1.9", 6);
	report = said(6, 0, 1, "10.244.1.9", 6, 6);
	assert_int_equal(report.order, 1);
	assert_false(report.gone);
	assert_false(report.again);
}

static void one_without_an_address_is_never_said(void **state)
{
	struct link_report report;

	(void)state;
	links_appear(links, 0, "veth0", 4, T(0), WHEN_MAX);
	packet(0, "fe80::1", 0);
	packet(0, "::", 0);
	packet(0, "0.0.0.0", 0);
	packet(0, "169.254.1.1", 0);
	links_mac(links, 0, (const uint8_t[]){2, 0, 0, 0, 0, 1});
	silent(10);
	assert_false(links_rest(links, &report));
	links_end(links, 0, T(11));
	silent(12);
	assert_false(links_has(links, 0));
}

static void two_addresses_of_a_family_are_said_and_not_followed(void **state)
{
	(void)state;
	links_appear(links, 0, "eth0", 2, WHEN_MIN, WHEN_MAX);
	packet(0, "10.244.1.7", 0);
	packet(0, "fd00::7", 1);
	packet(0, "10.244.1.8", 2);
	packet(0, "10.244.1.9", 3);
	packet(0, "10.244.1.7", 4);
	said(4, 0, 3, "10.244.1.8", 2, 2);
	silent(8);
	/* Again, because the record may be lost. */
	said(9, 0, 3, "10.244.1.8", 2, 2);
	silent(18);
	said(19, 0, 3, "10.244.1.8", 2, 2);
	assert_int_equal(links_get_stats(links).several, 1);
}

static void the_pods_mac_is_said(void **state)
{
	static const uint8_t mac[] = {0x0a, 0x58, 0, 0, 0, 1};
	struct link_report report;

	(void)state;
	links_appear(links, 0, "veth0", 4, WHEN_MIN, WHEN_MAX);
	packet(0, "10.244.1.7", 0);
	assert_false(said(0, 0, 1, "10.244.1.7", 0, 0).has_mac);
	links_mac(links, 0, mac);
	report = said(1, 0, 1, "10.244.1.7", 0, 0);
	assert_memory_equal(report.mac, mac, sizeof(mac));
	links_mac(links, 0, mac);
	silent(2);
}

static void time_that_runs_backwards_widens_what_is_known(void **state)
{
	(void)state;
	links_appear(links, 0, "veth0", 4, WHEN_MIN, WHEN_MAX);
	packet(0, "10.244.1.7", 10);
	packet(0, "10.244.1.7", 9);
	packet(0, "10.244.1.7", 12);
	packet(0, "10.244.1.7", 11);
	said(12, 0, 1, "10.244.1.7", 9, 12);
	silent(11);
}

static void a_clock_that_was_set_back_delays_nothing(void **state)
{
	(void)state;
	links_appear(links, 0, "veth0", 4, WHEN_MIN, WHEN_MAX);
	packet(0, "10.244.1.7", 10000);
	said(10000, 0, 1, "10.244.1.7", 10000, 10000);
	packet(0, "10.244.1.7", 1);
	said(1, 0, 1, "10.244.1.7", 1, 10000);
	silent(2);
	packet(0, "10.244.1.7", 3);
	said(11, 0, 1, "10.244.1.7", 1, 10000);
}

static void the_end_of_the_input_says_what_was_not_said(void **state)
{
	struct link_report report;

	(void)state;
	for (uint16_t i = 0; i < 3; i++) {
		links_appear(links, i, "veth", i, WHEN_MIN, WHEN_MAX);
		packet(i, "10.244.1.7", i);
		said(i, i, 1, "10.244.1.7", i, i);
	}
	packet(1, "10.244.1.7", 4);
	assert_false(links_rest_of(links, 0, &report));
	assert_true(links_rest(links, &report));
	assert_int_equal(report.number, 1);
	assert_int_equal(report.addresses[0].last.ns, T(4).ns);
	assert_false(report.gone);
	assert_false(links_rest(links, &report));
}

static void a_number_that_is_used_again_too_early_is_counted(void **state)
{
	(void)state;
	links_appear(links, 0, "veth0", 4, WHEN_MIN, WHEN_MAX);
	packet(0, "10.244.1.7", 0);
	links_appear(links, 0, "veth1", 5, WHEN_MIN, WHEN_MAX);
	silent(1);
	assert_int_equal(links_get_stats(links).unsaid, 1);
	assert_int_equal(links_get_stats(links).followed, 2);
}

static void numbers_that_are_not_followed_do_nothing(void **state)
{
	(void)state;
	packet(0, "10.244.1.7", 0);
	packet(UINT16_MAX, "10.244.1.7", 0);
	links_appear(links, 8, "veth8", 4, WHEN_MIN, WHEN_MAX);
	packet(8, "10.244.1.7", 0);
	links_end(links, 7, T(0));
	links_mac(links, 7, (const uint8_t[]){2, 0, 0, 0, 0, 1});
	silent(1);
	assert_int_equal(links_get_stats(links).followed, 0);
}

/* 10.1.0.1 goes from number 0 to number 1, and number 2 has another one. */
static void alone_is_between_the_packets_of_others(void **state)
{
	struct link_report report;

	(void)state;
	links_whole(links, T(50));
	for (uint16_t number = 0; number < 3; number++)
		links_appear(links, number, "veth", number + 1u, WHEN_MIN, WHEN_MAX);
	packet(0, "10.1.0.1", 100);
	packet(0, "10.1.0.1", 110);
	packet(1, "10.1.0.1", 120);
	packet(1, "10.1.0.1", 121);
	packet(2, "10.1.0.2", 130);
	report = said(130, 0, 1, "10.1.0.1", 100, 110);
	assert_int_equal(report.addresses[0].alone_since.ns, T(50).ns);
	assert_int_equal(report.addresses[0].alone_until.ns, T(120).ns - 1);
	report = said(130, 1, 1, "10.1.0.1", 120, 121);
	assert_int_equal(report.addresses[0].alone_since.ns, T(110).ns);
	assert_int_equal(report.addresses[0].alone_until.ns, T(129).ns); /* others may be late */
	report = said(130, 2, 1, "10.1.0.2", 130, 130);
	assert_true(when_is_min(report.addresses[0].alone_until));
	packet(2, "10.1.0.2", 131);
	assert_true(links_rest(links, &report));
	assert_int_equal(report.addresses[0].alone_since.ns, T(50).ns);
	assert_int_equal(report.addresses[0].alone_until.ns, T(131).ns);
}

static void nothing_is_alone(void **state)
{
	struct link_report report;

	(void)state;
	/* Packets may be missed; then both have it at once; then what a number stood for is forgotten. */
	links_appear(links, 0, "veth", 1, WHEN_MIN, WHEN_MAX);
	links_appear(links, 1, "veth", 2, WHEN_MIN, WHEN_MAX);
	packet(0, "10.1.0.1", 100);
	assert_true(links_rest_of(links, 0, &report));
	assert_true(when_is_min(report.addresses[0].alone_until));
	links_whole(links, T(50));
	packet(1, "10.1.0.1", 105);
	packet(0, "10.1.0.1", 110);
	assert_true(links_rest_of(links, 1, &report));
	assert_true(when_is_min(report.addresses[0].alone_until));
	packet(1, "10.1.0.1", 111);
	links_appear(links, 0, "veth", 3, WHEN_MIN, WHEN_MAX);
	assert_true(links_rest_of(links, 1, &report));
	assert_true(when_is_min(report.addresses[0].alone_until));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(alone_is_between_the_packets_of_others, begin, end),
		cmocka_unit_test_setup_teardown(nothing_is_alone, begin, end),
		cmocka_unit_test_setup_teardown(the_first_packet_of_an_address_is_said_at_once,
						begin, end),
		cmocka_unit_test_setup_teardown(packets_are_said_again_at_ever_longer_intervals,
						begin, end),
		cmocka_unit_test_setup_teardown(without_packets_nothing_is_said, begin, end),
		cmocka_unit_test_setup_teardown(
			an_interface_that_is_gone_is_said_at_once_and_forgotten, begin, end),
		cmocka_unit_test_setup_teardown(one_without_an_address_is_never_said, begin, end),
		cmocka_unit_test_setup_teardown(two_addresses_of_a_family_are_said_and_not_followed,
						begin, end),
		cmocka_unit_test_setup_teardown(the_pods_mac_is_said, begin, end),
		cmocka_unit_test_setup_teardown(time_that_runs_backwards_widens_what_is_known,
						begin, end),
		cmocka_unit_test_setup_teardown(a_clock_that_was_set_back_delays_nothing, begin,
						end),
		cmocka_unit_test_setup_teardown(the_end_of_the_input_says_what_was_not_said, begin,
						end),
		cmocka_unit_test_setup_teardown(a_number_that_is_used_again_too_early_is_counted,
						begin, end),
		cmocka_unit_test_setup_teardown(numbers_that_are_not_followed_do_nothing, begin,
						end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
