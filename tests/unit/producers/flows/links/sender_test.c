/* Which of a pod's packets are passed on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "producers/flows/links/sender.h"

#define T(seconds) ((struct when){INT64_C(1700000000000000000) + (int64_t)((seconds)*1e9)})

static struct ip address(const char *text)
{
	struct ip ip;

	assert_int_equal(ip_parse(text, strlen(text), &ip), 0);
	return ip;
}

/* Each source has its earliest and its latest packet, however the sources and the times are mixed. */
static void every_source_has_its_earliest_and_its_latest_packet(void **state)
{
	const struct ip v4 = address("10.244.1.5"), v6 = address("fd00::5");
	const struct ip other = address("10.244.1.1");
	struct links *links = links_new(8);
	struct sender sender = {0};
	struct link_report report;

	(void)state;
	assert_non_null(links);
	links_appear(links, 3, "veth3", 7, WHEN_MIN, WHEN_MAX);
	sender_follow(&sender, links, 3);
	sender_set_clock(&sender, T(5));
	assert_false(links_rest(links, &report)); /* nothing */
	assert_false(sender_knows(&sender, &v4));
	sender_add(&sender, &v4, T(5));
	sender_add(&sender, &v4, T(2));
	sender_add(&sender, &v4, T(4));
	assert_false(sender_knows(&sender, &v6));
	sender_add(&sender, &v6, T(3));
	assert_true(sender_knows(&sender, &v4));
	assert_true(sender_knows(&sender, &v6));
	assert_false(sender_knows(&sender, &other));
	sender_add(&sender, &v4, T(6));
	sender_add(&sender, &v6, T(1));
	/* Stray times. */
	assert_false(sender_add(&sender, &v4, T(15.001)));
	assert_false(sender_add(&sender, &v4, T(-5.001)));
	assert_true(sender_add(&sender, &v4, T(6)));
	assert_true(links_rest(links, &report));
	assert_int_equal(report.address_count, 2);
	assert_int_equal(ip_compare(&report.addresses[0].ip, &v4), 0);
	assert_int_equal(report.addresses[0].first.ns, T(2).ns);
	assert_int_equal(report.addresses[0].last.ns, T(6).ns);
	assert_int_equal(ip_compare(&report.addresses[1].ip, &v6), 0);
	assert_int_equal(report.addresses[1].first.ns, T(1).ns);
	assert_int_equal(report.addresses[1].last.ns, T(3).ns);
	links_free(links);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_source_has_its_earliest_and_its_latest_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
