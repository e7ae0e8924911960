/* What a live capture says is alone still, and what confirms it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "producers/flows/links/links.h"

#define T(seconds) ((struct when){INT64_C(1700000000000000000) + (int64_t)((seconds)*1e9)})
#define NUMBERS (LINKS_OPEN_MAX + 2)

static struct links *links;

/* The capture begins at 50. */
static int begin(void **state)
{
	(void)state;
	links = links_new(NUMBERS);
	if (links == NULL)
		return -1;
	links_whole(links, T(50));
	links_see(links, WHEN_MIN);
	return 0;
}

static int end(void **state)
{
	(void)state;
	links_free(links);
	return 0;
}

static void packet(uint16_t number, const char *source, double at)
{
	struct ip ip;

	assert_int_equal(ip_parse(source, strlen(source), &ip), 0);
	links_packet(links, number, &ip, T(at));
}

static void pod(uint16_t number, const char *source, double first)
{
	links_appear(links, number, "veth", number + 1u, T(first - 1), WHEN_MAX);
	packet(number, source, first);
}

/* What is said at AT, when all up to SEEN is read. */
static struct link_report next(double at, double seen)
{
	struct link_report report;

	links_see(links, T(seen));
	assert_true(links_next(links, T(at), &report));
	return report;
}

static void silent(double at, double seen)
{
	struct link_report report;

	links_see(links, T(seen));
	assert_false(links_next(links, T(at), &report));
	assert_false(links_is_due(links, T(at)));
}

static struct link_address told[NUMBERS]; /* the first address in the latest record of each */

/* The next is the record RECORD of NUMBER, whose first address is open or not. */
static struct link_report said(double at, double seen, uint64_t record, uint16_t number, bool open)
{
	struct link_report report = next(at, seen);

	assert_int_equal(report.record, record);
	assert_int_equal(report.number, number);
	assert_int_equal(report.addresses[0].open, open);
	assert_true(when_is_min(report.confirmed));
	told[number] = report.addresses[0];
	return report;
}

/* It confirms what is open, and says again what the latest of NUMBER said. */
static void confirmed(double at, double seen, uint64_t record, uint16_t number)
{
	struct link_report report = next(at, seen);

	assert_int_equal(report.record, record);
	assert_int_equal(report.number, number);
	assert_true(report.addresses[0].open);
	assert_true(report.again);
	assert_int_equal(report.addresses[0].alone_until.ns, told[number].alone_until.ns);
	assert_int_equal(report.addresses[0].last.ns, told[number].last.ns);
	assert_int_equal(report.confirmed.ns, T(seen).ns);
}

/* Two pods that are open. */
static void two(void)
{
	pod(0, "10.1.0.1", 100);
	pod(1, "10.1.0.2", 100);
	said(100, 100, 1, 0, true);
	said(100, 100, 2, 1, true);
	silent(104.9, 104.5);
}

static void each_5_s_one_record_confirms_what_is_open(void **state)
{
	(void)state;
	two();
	confirmed(105, 104.6, 3, 0);
	silent(109.9, 109.5);
	confirmed(110, 109.6, 4, 1);
	confirmed(115.2, 114.8, 5, 0);
	silent(120.1, 119.8);
	confirmed(120.2, 119.8, 6, 1);
}

static void it_does_not_put_off_what_is_due(void **state)
{
	(void)state;
	two();
	packet(0, "10.1.0.1", 104);
	/* First its own record. */
	said(105, 104.6, 3, 0, true);
	confirmed(105, 104.6, 4, 1);
	packet(0, "10.1.0.1", 109);
	confirmed(110, 109.6, 5, 0);
	packet(0, "10.1.0.1", 114);
	said(115, 114.6, 6, 0, true);
	confirmed(115, 114.6, 7, 1);
	silent(115, 114.6);
}

static void what_has_ended_is_said_before(void **state)
{
	(void)state;
	two();
	/* Both addresses come on other interfaces, and one of the two is sent from here, too. */
	pod(2, "10.1.0.1", 103);
	pod(3, "10.1.0.2", 103);
	packet(1, "10.1.0.2", 103.1);
	assert_int_equal(said(103.2, 103.1, 3, 2, true).addresses[0].alone_since.ns, T(100).ns);
	assert_true(when_is_min(said(103.2, 103.1, 4, 3, false).addresses[0].alone_until));
	assert_int_equal(said(105, 104.6, 5, 1, false).addresses[0].alone_until.ns, T(103).ns - 1);
	assert_int_equal(said(105, 104.6, 6, 0, false).addresses[0].alone_until.ns, T(103).ns - 1);
	confirmed(105, 104.6, 7, 2);
	silent(109.9, 109.5);
	confirmed(110, 109.6, 8, 2);
}

static void one_that_has_ended_does_not_hold_up_the_others(void **state)
{
	(void)state;
	two();
	pod(2, "10.1.0.1", 104);
	said(104, 103.6, 3, 2, false);
	said(105, 104.6, 4, 0, false);
	confirmed(105, 104.6, 5, 1);
	confirmed(110, 109.6, 6, 1);
}

static void what_is_gone_is_not_open(void **state)
{
	(void)state;
	two();
	links_end(links, 0, T(104));
	assert_true(said(105, 104.6, 3, 0, false).gone);
	confirmed(105, 104.6, 4, 1);
	assert_true(said(106.5, 106.1, 5, 0, false).gone);
	links_end(links, 1, T(107));
	assert_true(said(107, 106.6, 6, 1, false).gone);
}

static void two_addresses_of_a_family_are_not_open(void **state)
{
	struct link_report report;

	(void)state;
	pod(0, "10.1.0.1", 100);
	packet(0, "fd00::1", 100);
	report = said(100, 100, 1, 0, true);
	assert_true(report.addresses[1].open);
	packet(0, "10.1.0.2", 104);
	report = said(105, 104.6, 2, 0, false);
	assert_int_equal(report.address_count, 3);
	assert_false(report.addresses[1].open);
	assert_false(report.addresses[2].open);
	silent(105, 104.6);
}

static void missed_packets_end_it(void **state)
{
	(void)state;
	two();
	links_appear(links, 2, "veth", 3, T(101), WHEN_MAX);
	links_miss(links, 2, T(101), T(102));
	packet(1, "10.1.0.2", 103);
	/* What was missed was not of an address that had packets before and after. */
	said(105, 104.6, 3, 1, true);
	said(105, 104.6, 4, 0, false);
	confirmed(105, 104.6, 5, 1);
	links_gap(links, T(106), T(107));
	said(110, 109.6, 6, 1, false);
	silent(110, 109.6);
}

/* It is said with what is so now. */
static void that_it_began_later_is_said_before(void **state)
{
	(void)state;
	pod(1, "10.1.0.1", 60);
	packet(1, "10.1.0.1", 70);
	said(99, 98.6, 1, 1, true);
	pod(0, "10.1.0.1", 100);
	assert_int_equal(said(100, 100, 2, 0, true).addresses[0].alone_since.ns, T(70).ns);
	said(104, 103.6, 3, 1, false);
	links_end(links, 1, T(104));
	said(104, 103.6, 4, 1, false);
	assert_int_equal(said(105, 104.6, 5, 0, true).addresses[0].alone_since.ns, T(100).ns);
	confirmed(105, 104.6, 6, 0);
}

static void nothing_is_confirmed_while_nothing_is_read(void **state)
{
	(void)state;
	two();
	confirmed(105, 104.6, 3, 0);
	silent(110, 104.6);
	silent(115, 104.6);
	confirmed(120, 104.7, 4, 1);
}

/* What was confirmed counts for later records as well. */
static void nothing_is_open_before_what_was_confirmed(void **state)
{
	(void)state;
	two();
	pod(2, "10.1.0.3", 55);
	said(100, 100, 3, 2, true);
	confirmed(105, 104.6, 4, 0);
	/* The first packets of two are ahead of what is read, and this one is alone still. */
	said(60, 59.6, 5, 0, false);
	said(60, 59.6, 6, 1, false);
	assert_int_equal(said(60, 59.6, 7, 2, false).addresses[0].alone_until.ns, T(59.6).ns);
	packet(2, "10.1.0.3", 104);
	said(105, 104.5, 8, 2, false);
	silent(110, 104.5);
	packet(2, "10.1.0.3", 124);
	said(125, 124.6, 9, 2, true);
	silent(129.9, 129.5);
	confirmed(130, 129.6, 10, 2);
}

static void a_clock_that_was_set_back_delays_nothing(void **state)
{
	(void)state;
	two();
	/* Of the records alone, as a test can do. */
	confirmed(90, 104.6, 3, 0);
	silent(94.9, 104.7);
	confirmed(95, 104.7, 4, 1);
}

static void a_record_that_could_not_be_made_has_a_number(void **state)
{
	(void)state;
	two();
	/* It was told to be open, and nothing else is to be said of it. */
	pod(0, "10.1.0.5", 101);
	said(101, 101, 4, 0, true);
	/* It was not yet said. */
	pod(2, "10.1.0.6", 102);
	pod(2, "10.1.0.7", 102);
	said(102, 102, 6, 2, true);
	assert_int_equal(links_get_stats(links).unsaid, 2);
	/* It was gone, and said. */
	links_end(links, 2, T(103));
	said(103, 102.6, 7, 2, false);
	pod(2, "10.1.0.8", 104);
	said(104, 104, 8, 2, true);
	assert_int_equal(links_get_stats(links).unsaid, 2);
}

static void at_the_end_nothing_is_open(void **state)
{
	struct link_report report;

	(void)state;
	two();
	packet(0, "10.1.0.1", 101);
	assert_true(links_rest(links, &report));
	assert_int_equal(report.record, 3);
	assert_int_equal(report.addresses[0].alone_until.ns, T(104.5).ns);
	assert_false(report.addresses[0].open);
	assert_false(links_rest(links, &report));
	confirmed(105, 104.6, 4, 1);
}

static void no_more_interfaces_are_open_than_can_be_checked(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < NUMBERS; i++) {
		char text[32];

		snprintf(text, sizeof(text), "10.2.%d.%d", i / 250, i % 250 + 1);
		pod(i, text, 100);
		said(100, 100, i + 1u, i, i < LINKS_OPEN_MAX);
	}
	assert_int_equal(links_get_stats(links).not_open, 2);
	links_end(links, 7, T(101));
	said(101, 100.6, NUMBERS + 1, 7, false);
	packet(NUMBERS - 1, "10.2.4.26", 101);
	packet(NUMBERS - 2, "10.2.4.25", 101);
	assert_true(next(102.5, 102.1).gone);
	said(105, 104.6, NUMBERS + 3, NUMBERS - 2, true);
	said(105, 104.6, NUMBERS + 4, NUMBERS - 1, false);
	confirmed(105, 104.6, NUMBERS + 5, 0);
	assert_int_equal(links_get_stats(links).not_open, 3);
}

static void files_say_nothing_of_it(void **state)
{
	struct link_report report;

	(void)state;
	links_free(links);
	links = links_new(2);
	assert_non_null(links);
	links_whole(links, T(50));
	pod(0, "10.1.0.1", 100);
	packet(0, "10.1.0.1", 110);
	assert_true(links_next(links, T(110), &report));
	assert_int_equal(report.record, 1);
	assert_int_equal(report.addresses[0].alone_until.ns, T(109).ns);
	assert_false(report.addresses[0].open);
	assert_false(links_next(links, T(120), &report));
	assert_true(when_is_min(report.confirmed));
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(each_5_s_one_record_confirms_what_is_open),
		TEST(it_does_not_put_off_what_is_due),
		TEST(what_has_ended_is_said_before),
		TEST(one_that_has_ended_does_not_hold_up_the_others),
		TEST(what_is_gone_is_not_open),
		TEST(two_addresses_of_a_family_are_not_open),
		TEST(missed_packets_end_it),
		TEST(that_it_began_later_is_said_before),
		TEST(nothing_is_confirmed_while_nothing_is_read),
		TEST(nothing_is_open_before_what_was_confirmed),
		TEST(a_clock_that_was_set_back_delays_nothing),
		TEST(a_record_that_could_not_be_made_has_a_number),
		TEST(at_the_end_nothing_is_open),
		TEST(no_more_interfaces_are_open_than_can_be_checked),
		TEST(files_say_nothing_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
