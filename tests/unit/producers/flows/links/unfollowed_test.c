/* Pods' interfaces that are not read keep back what is said to be alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "producers/flows/links/unfollowed.h"

#define MAX (UNFOLLOWED_MAX + 8)
#define T(at) ((struct when){INT64_C(1000000) + (at)})

static struct link_table table;
static struct unfollowed unfollowed;
static struct links *links;

static int begin(void **state)
{
	(void)state;
	unfollowed_init(&unfollowed);
	links = links_new(8);
	if (links == NULL || link_table_init(&table, MAX) < 0)
		return -1;
	links_whole(links, T(0));
	links_see(links, WHEN_MIN);
	/* From 10 on all that appears is new. */
	link_table_list(&table);
	link_table_list_end(&table, true);
	link_table_drain(&table, (struct link_clock){T(10), T(10)});
	return 0;
}

static int end(void **state)
{
	(void)state;
	link_table_clear(&table);
	links_free(links);
	return 0;
}

static void notice(unsigned index, int32_t peer_namespace, unsigned peer, bool gone, int64_t at)
{
	struct link_message told = {.gone = gone,
				    .index = index,
				    .name = "veth",
				    .kind = LINK_KIND_PAIR,
				    .peer_namespace = peer_namespace,
				    .peer = peer};

	link_table_notice(&table, &told, (struct link_clock){T(at), T(at)});
}

static void appear(unsigned index, int64_t at)
{
	notice(index, 1, 0, false, at);
}

static void go(unsigned index, int64_t at)
{
	notice(index, 1, 0, true, at);
}

/* All was read at AT, and the interface FOLLOWED is. */
static struct when look(unsigned followed, int64_t at)
{
	const struct link_entry *entry = link_table_find(&table, followed);
	uint64_t birth = entry != NULL ? entry->birth : 0;

	link_table_drain(&table, (struct link_clock){T(at), T(at)});
	return unfollowed_look(&unfollowed, &table, &birth, 1, T(at), links);
}

/* A packet from 10.1.0.1 at FIRST: it is alone from SINCE to UNTIL. */
static void is_alone(int64_t first, int64_t since, int64_t until)
{
	struct link_report report;
	struct ip ip;

	assert_int_equal(ip_parse("10.1.0.1", 8, &ip), 0);
	links_see(links, T(until));
	links_appear(links, 0, "veth", 1, T(first), WHEN_MAX);
	links_packet(links, 0, &ip, T(first));
	assert_true(links_rest_of(links, 0, &report));
	assert_int_equal(report.addresses[0].alone_since.ns, T(since).ns);
	assert_int_equal(report.addresses[0].alone_until.ns, T(until).ns);
}

static void one_that_is_there_keeps_it_back(void **state)
{
	(void)state;
	assert_true(when_is_max(look(0, 20)));
	appear(1, 30);
	assert_true(when_is_max(look(1, 40)));
	appear(2, 50);
	assert_int_equal(look(1, 60).ns, T(40).ns);
	appear(3, 70);
	assert_int_equal(look(3, 80).ns, T(20).ns);
	/* What is followed now had its beginning told. */
	assert_int_equal(look(1, 90).ns, T(40).ns);
	assert_int_equal(links_get_stats(links).missed, 0);
	go(2, 95);
	assert_int_equal(look(1, 100).ns, T(60).ns);
	assert_int_equal(links_get_stats(links).missed, 1);
	is_alone(200, 100, 300);
}

static void one_that_came_and_went_is_a_gap(void **state)
{
	(void)state;
	look(0, 20);
	appear(1, 30);
	go(1, 30);
	assert_true(when_is_max(look(0, 40)));
	assert_int_equal(links_get_stats(links).missed, 1);
	is_alone(200, 40, 300);
}

static void lost_notices_are_a_gap(void **state)
{
	(void)state;
	look(0, 20);
	link_table_lose(&table);
	look(0, 30);
	assert_int_equal(links_get_stats(links).missed, 0);
	link_table_list(&table);
	look(0, 40);
	link_table_list_end(&table, true);
	assert_true(when_is_max(look(0, 50)));
	assert_int_equal(links_get_stats(links).missed, 1);
	assert_true(when_is_max(look(0, 60)));
	assert_int_equal(links_get_stats(links).missed, 1);
	is_alone(200, 50, 300);
}

static void a_pair_of_the_node_is_none(void **state)
{
	(void)state;
	look(0, 20);
	notice(1, LINK_NO_PEER, 2, false, 30);
	notice(2, LINK_NO_PEER, 1, false, 30);
	assert_true(when_is_max(look(0, 40)));
	/* Its other end goes, which no notice says of this one. */
	notice(2, LINK_NO_PEER, 1, true, 50);
	assert_int_equal(look(0, 60).ns, T(20).ns);
	notice(1, 3, 0, false, 70);
	assert_true(when_is_max(look(1, 80)));
}

static void packets_that_pass_by_are_not_read(void **state)
{
	struct link_message told = {.index = 1,
				    .name = "nk",
				    .kind = LINK_KIND_PAIR,
				    .passed_by = true,
				    .peer_namespace = 1};

	(void)state;
	look(0, 20);
	link_table_notice(&table, &told, (struct link_clock){T(30), T(30)});
	assert_int_equal(look(1, 40).ns, T(20).ns);
	/* XDP was detached: what passed by until then stays missed. */
	told.passed_by = false;
	link_table_notice(&table, &told, (struct link_clock){T(50), T(50)});
	assert_true(when_is_max(look(1, 60)));
	assert_int_equal(links_get_stats(links).missed, 1);
	is_alone(200, 60, 300);
}

static void one_that_is_no_pods_any_more_is_a_gap(void **state)
{
	(void)state;
	look(0, 20);
	appear(1, 30);
	assert_int_equal(look(0, 40).ns, T(20).ns);
	/* Its other end comes back into the node's namespace. */
	notice(2, LINK_NO_PEER, 1, false, 50);
	notice(1, LINK_NO_PEER, 2, false, 50);
	assert_true(when_is_max(look(0, 60)));
	assert_int_equal(links_get_stats(links).missed, 1);
	is_alone(200, 60, 300);
}

static void one_that_is_left_counts_since_then(void **state)
{
	(void)state;
	look(0, 20);
	appear(1, 30);
	assert_true(when_is_max(look(1, 40)));
	unfollowed_leave(&unfollowed, 1, link_table_find(&table, 1)->birth, T(90));
	assert_int_equal(look(0, 100).ns, T(90).ns);
	go(1, 110);
	assert_true(when_is_max(look(0, 120)));
	assert_int_equal(links_get_stats(links).missed, 1);
	is_alone(200, 120, 300);
}

static void with_too_many_nothing_is_alone(void **state)
{
	(void)state;
	look(0, 20);
	for (unsigned i = 1; i <= UNFOLLOWED_MAX + 1; i++)
		appear(i, 30);
	assert_true(when_is_min(look(0, 40)));
	go(1, 50);
	assert_int_equal(look(0, 60).ns, T(20).ns);
	is_alone(200, 60, 300);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(one_that_is_there_keeps_it_back),
		TEST(one_that_came_and_went_is_a_gap),
		TEST(lost_notices_are_a_gap),
		TEST(a_pair_of_the_node_is_none),
		TEST(packets_that_pass_by_are_not_read),
		TEST(one_that_is_no_pods_any_more_is_a_gap),
		TEST(with_too_many_nothing_is_alone),
		TEST(one_that_is_left_counts_since_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
