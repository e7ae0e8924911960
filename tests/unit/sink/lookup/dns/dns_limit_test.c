/* How many answers a network gets. */
#include "sink/lookup/dns/dns_limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ip ip_of(const char *text)
{
	struct ip ip;

	assert_int_equal(ip_parse(text, strlen(text), &ip), 0);
	return ip;
}

static struct dns_limit *opened(int64_t rate)
{
	struct dns_limit_options options = {.rate = rate, .seed = 1, .unlimited_count = 1};
	struct dns_limit *limit;

	assert_int_equal(ip_range_parse("192.0.2.0/28", 12, &options.unlimited[0]), 0);
	limit = dns_limit_new(&options);
	assert_non_null(limit);
	return limit;
}

/* Counts COUNT questions from IP at second SECOND. Adds the verdicts to VERDICTS. */
static void count(struct dns_limit *limit, const char *ip, int64_t second, size_t count,
		  size_t verdicts[static 3])
{
	const struct ip from = ip_of(ip);

	for (size_t i = 0; i < count; i++)
		verdicts[dns_limit_count(limit, &from, (struct when){second * NS_PER_SECOND})]++;
}

static void a_network_gets_its_rate(void **state)
{
	struct dns_limit *limit = opened(200);
	size_t first[3] = {0}, second[3] = {0}, other[3] = {0};

	(void)state;
	count(limit, "198.51.100.1", 1, 150, first);
	count(limit, "198.51.100.2", 1, 150, first);
	assert_int_equal(first[DNS_LIMIT_ANSWER], 200);
	assert_int_equal(first[DNS_LIMIT_TRUNCATE], 50);
	assert_int_equal(first[DNS_LIMIT_DROP], 50);
	count(limit, "198.51.101.1", 1, 200, other);
	assert_int_equal(other[DNS_LIMIT_ANSWER], 200);
	count(limit, "198.51.100.1", 2, 200, second);
	assert_int_equal(second[DNS_LIMIT_ANSWER], 200);
	dns_limit_free(limit);
}

static void a_network_of_ipv6_is_a_64(void **state)
{
	struct dns_limit *limit = opened(10);
	size_t same[3] = {0}, other[3] = {0};

	(void)state;
	count(limit, "2001:db8::1", 1, 10, same);
	count(limit, "2001:db8::ffff:0:0:1", 1, 10, same);
	assert_int_equal(same[DNS_LIMIT_ANSWER], 10);
	count(limit, "2001:db8:0:1::1", 1, 10, other);
	assert_int_equal(other[DNS_LIMIT_ANSWER], 10);
	dns_limit_free(limit);
}

static void some_have_no_limit(void **state)
{
	struct dns_limit *limit = opened(10), *none = opened(0);
	size_t free_ones[3] = {0}, anybody[3] = {0};

	(void)state;
	count(limit, "127.0.0.1", 1, 100, free_ones);
	count(limit, "::1", 1, 100, free_ones);
	count(limit, "192.0.2.3", 1, 100, free_ones);
	assert_int_equal(free_ones[DNS_LIMIT_ANSWER], 300);
	count(none, "198.51.100.1", 1, 1000, anybody);
	assert_int_equal(anybody[DNS_LIMIT_ANSWER], 1000);
	dns_limit_free(limit);
	dns_limit_free(none);
}

/* One network asks all the time, between so many others that most of them are forgotten. */
static void a_loud_network_is_not_forgotten(void **state)
{
	struct dns_limit *limit = opened(200);
	size_t loud[3] = {0}, others[3] = {0};

	(void)state;
	for (uint32_t i = 0; i < 4 * DNS_LIMIT_NETWORKS; i++) {
		struct ip ip = ip_of("2001:db8::1");

		count(limit, "198.51.100.1", 1, 1, loud);
		ip.bytes[4] = (uint8_t)(i >> 24);
		ip.bytes[5] = (uint8_t)(i >> 16);
		ip.bytes[6] = (uint8_t)(i >> 8);
		ip.bytes[7] = (uint8_t)i;
		others[dns_limit_count(limit, &ip, (struct when){NS_PER_SECOND})]++;
	}
	assert_int_equal(loud[DNS_LIMIT_ANSWER], 200);
	assert_int_equal(others[DNS_LIMIT_ANSWER], 4 * DNS_LIMIT_NETWORKS);
	dns_limit_free(limit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_network_gets_its_rate),
		cmocka_unit_test(a_network_of_ipv6_is_a_64),
		cmocka_unit_test(some_have_no_limit),
		cmocka_unit_test(a_loud_network_is_not_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
