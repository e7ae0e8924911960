/* Over what time a live capture says that an address was alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "producers/flows/links/alone.h"

#define T(seconds) ((struct when){INT64_C(1700000000000000000) + (int64_t)((seconds)*1e9)})
#define X "10.1.0.1"

static struct links *links;

/* The capture begins at 50. */
static int begin(void **state)
{
	(void)state;
	links = links_new(8);
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

/* An interface that is seen from its beginning on, and its packets. */
static void pod(uint16_t number, const char *source, double first, double last)
{
	links_appear(links, number, "veth", number + 1u, T(first - 1), WHEN_MAX);
	packet(number, source, first);
	packet(number, source, last);
}

static struct link_address said(uint16_t number)
{
	struct link_report report;

	assert_true(links_rest_of(links, number, &report));
	return report.addresses[0];
}

static void is_alone(uint16_t number, double since, struct when until)
{
	struct link_address address = said(number);

	assert_int_equal(address.alone_since.ns, T(since).ns);
	assert_int_equal(address.alone_until.ns, until.ns);
}

static void is_not_alone(uint16_t number)
{
	assert_true(when_is_min(said(number).alone_until));
}

static void up_to_what_was_read(void **state)
{
	(void)state;
	pod(0, X, 100, 110);
	packet(0, X, 130);
	is_not_alone(0);
	packet(0, X, 131);
	links_see(links, T(120));
	is_alone(0, 50, T(120));
}

static void after_the_end_it_is_said_twice_more(void **state)
{
	struct link_report report;

	(void)state;
	pod(0, X, 100, 110);
	links_see(links, T(109.7));
	links_end(links, 0, T(110));
	assert_true(links_next(links, T(110), &report));
	assert_true(report.gone);
	assert_int_equal(report.addresses[0].alone_until.ns, T(109.7).ns);
	packet(0, X, 110.5);
	links_see(links, T(111.2));
	assert_false(links_next(links, T(111.4), &report));
	assert_true(links_next(links, T(111.5), &report));
	assert_true(report.gone);
	assert_int_equal(report.addresses[0].last.ns, T(110).ns);
	assert_int_equal(report.addresses[0].alone_until.ns, T(111.2).ns);
	links_see(links, T(115.7));
	assert_false(links_next(links, T(115.9), &report));
	assert_true(links_next(links, T(116), &report));
	assert_true(report.gone);
	assert_int_equal(report.addresses[0].alone_until.ns, T(115.7).ns);
	assert_false(links_has(links, 0));
	assert_int_equal(links_get_stats(links).unsaid, 0);
	/* What it carried stays known. */
	pod(1, X, 120, 130);
	links_see(links, T(140));
	is_alone(1, 110, T(140));
}

static void the_end_of_the_program_says_it_once_more(void **state)
{
	struct link_report report;

	(void)state;
	pod(0, X, 100, 110);
	links_see(links, T(109.7));
	links_end(links, 0, T(110));
	assert_true(links_next(links, T(110), &report));
	links_see(links, T(110.4));
	is_alone(0, 50, T(110.4));
	assert_false(links_rest(links, &report));
}

static void what_another_one_missed(void **state)
{
	(void)state;
	pod(0, X, 100, 110);
	links_appear(links, 1, "veth", 2, T(104), WHEN_MAX);
	links_see(links, T(140));
	/* While this one has it. */
	links_miss(links, 1, T(104), T(105));
	is_alone(0, 50, T(140));
	/* It has no address, and may have had this one. */
	links_miss(links, 1, T(112), T(113));
	packet(0, X, 110);
	is_alone(0, 50, T(110));
	/* It has one of the other family. */
	packet(1, "fd00::1", 114);
	packet(0, X, 110);
	is_alone(0, 50, T(110));
	/* It has another one. */
	packet(1, "10.1.0.2", 114);
	packet(0, X, 110);
	is_alone(0, 50, T(140));
}

static void what_another_one_missed_before(void **state)
{
	(void)state;
	links_appear(links, 1, "veth", 2, T(60), WHEN_MAX);
	links_miss(links, 1, T(60), T(61));
	links_end(links, 1, T(70));
	pod(0, X, 100, 110);
	links_see(links, T(140));
	is_alone(0, 61, T(140));
	/* It is unknown whose it was when this one had its first packet. */
	links_gap(links, T(95), T(101));
	packet(0, X, 110);
	is_alone(0, 100, T(140));
	links_gap(links, T(105), T(115));
	packet(0, X, 110);
	is_alone(0, 100, T(110));
	packet(0, X, 120);
	is_alone(0, 100, T(140));
}

static void another_one_with_the_same_address_missed(void **state)
{
	(void)state;
	pod(1, X, 60, 70);
	links_miss(links, 1, T(71), T(72));
	links_end(links, 1, T(73));
	pod(0, X, 100, 110);
	links_see(links, T(140));
	is_alone(0, 73, T(140));
}

/* Up to its end it had the address, silently. Its notice may be late. */
static void not_before_the_end_of_another_one_with_the_same_address(void **state)
{
	(void)state;
	pod(1, X, 60, 70);
	pod(2, "10.1.0.2", 60, 70);
	links_end(links, 1, T(80));
	links_end(links, 2, T(90));
	pod(0, X, 100, 110);
	links_see(links, T(140));
	is_alone(0, 80, T(140));
	links_end(links, 0, T(135));
	pod(3, X, 130, 136);
	links_see(links, T(150));
	is_alone(3, 130, T(150));
}

static void after_the_end_it_is_not_said_again_of_an_address_that_is_anothers(void **state)
{
	struct link_report report;

	(void)state;
	pod(0, X, 100, 110);
	links_see(links, T(109.7));
	links_end(links, 0, T(110));
	assert_true(links_next(links, T(110), &report));
	pod(1, X, 110.8, 111);
	links_see(links, T(111.2));
	assert_true(links_next(links, T(111.5), &report));
	if (report.number != 0)
		assert_true(links_next(links, T(111.5), &report));
	assert_int_equal(report.number, 0);
	assert_int_equal(report.addresses[0].alone_until.ns, T(110.8).ns - 1);
	assert_false(links_has(links, 0));
}

static void one_with_several_may_have_any(void **state)
{
	(void)state;
	pod(0, X, 100, 110);
	pod(1, "10.1.0.2", 80, 110);
	links_see(links, T(140));
	is_alone(0, 50, T(140));
	packet(1, "10.1.0.3", 120);
	packet(0, X, 110);
	is_alone(0, 50, when_add(T(120), -1));
	/* Gone, and forgotten: it is said twice. */
	links_end(links, 1, T(125));
	said(1);
	said(1);
	assert_false(links_has(links, 1));
	pod(2, "10.1.0.9", 126, 130);
	is_alone(2, 125, T(140));
}

/* More than are known one by one come and go. */
static void crowd(double from)
{
	struct link_report report;

	for (int i = 0; i < ALONE_PAST_MAX + 10; i++) {
		char text[32];

		snprintf(text, sizeof(text), "10.2.%d.%d", i / 250, i % 250 + 1);
		pod(7, text, from + i, from + i);
		links_end(links, 7, T(from + i));
		while (links_has(links, 7))
			assert_true(links_rest_of(links, 7, &report));
	}
}

static void what_is_forgotten_stays_known_of_those_that_were_there(void **state)
{
	(void)state;
	pod(1, X, 60, 70);
	links_end(links, 1, T(70));
	links_see(links, T(71));
	said(1);
	said(1);
	assert_false(links_has(links, 1));
	pod(0, X, 80, 85);
	crowd(200);
	links_see(links, T(2000));
	assert_int_equal(links_get_stats(links).forgotten, 11);
	is_alone(0, 70, T(2000));
	/* The tenth of the crowd was the last one that is forgotten. */
	pod(2, "10.9.0.1", 1900, 1901);
	is_alone(2, 209, T(2000));
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(up_to_what_was_read),
		TEST(after_the_end_it_is_said_twice_more),
		TEST(the_end_of_the_program_says_it_once_more),
		TEST(what_another_one_missed),
		TEST(what_another_one_missed_before),
		TEST(another_one_with_the_same_address_missed),
		TEST(not_before_the_end_of_another_one_with_the_same_address),
		TEST(after_the_end_it_is_not_said_again_of_an_address_that_is_anothers),
		TEST(one_with_several_may_have_any),
		TEST(what_is_forgotten_stays_known_of_those_that_were_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
