/* Answers that are given again. */
#include "sink/lookup/dns/dns_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct when then = {100}, later = {200};

/* 0: nothing is kept; 1: no longer fresh; 2: fresh. */
static int find(struct dns_cache *cache, const char *question, int64_t position, struct when now)
{
	struct dns_cached cached;

	if (!dns_cache_find(cache, (const uint8_t *)question, strlen(question), position, now,
			    &cached))
		return 0;
	assert_int_equal(cached.length, 6);
	assert_memory_equal(cached.bytes, "answer", 6);
	assert_int_equal(cached.content, 77);
	return cached.fresh ? 2 : 1;
}

static void put(struct dns_cache *cache, const char *question, int64_t position)
{
	const struct dns_cache_entry answer = {.bytes = (const uint8_t *)"answer",
					       .length = 6,
					       .content = 77,
					       .position = position,
					       .until = later};

	dns_cache_put(cache, (const uint8_t *)question, strlen(question), &answer);
}

static void an_answer_is_found_whatever_its_id(void **state)
{
	struct dns_cache *cache = dns_cache_new(1);

	(void)state;
	put(cache, "1aquestion", 5);
	assert_int_equal(find(cache, "1aquestion", 5, then), 2);
	assert_int_equal(find(cache, "2bquestion", 5, then), 2);
	assert_int_equal(find(cache, "2bQuestion", 5, then), 0);
	assert_int_equal(find(cache, "2b", 5, then), 0);
	dns_cache_free(cache);
}

static void an_answer_is_fresh_at_its_position_and_for_its_time(void **state)
{
	struct dns_cache *cache = dns_cache_new(1);

	(void)state;
	put(cache, "1apresent", 5);
	put(cache, "1afinal", -1);
	assert_int_equal(find(cache, "1apresent", 6, then), 1);
	assert_int_equal(find(cache, "1apresent", 5, later), 1);
	assert_int_equal(find(cache, "1afinal", 6, then), 2);
	assert_int_equal(find(cache, "1afinal", 6, later), 1);
	dns_cache_refresh(cache, (const uint8_t *)"2bpresent", 9, 6, later);
	assert_int_equal(find(cache, "1apresent", 6, then), 2);
	dns_cache_clear(cache);
	assert_int_equal(find(cache, "1apresent", 6, then), 0);
	dns_cache_free(cache);
}

static void its_size_is_bounded(void **state)
{
	struct dns_cache *cache = dns_cache_new(1);
	char question[16], long_one[DNS_CACHE_BYTES];
	size_t found = 0;

	(void)state;
	for (int i = 0; i < 2 * DNS_CACHE_ANSWERS; i++) {
		snprintf(question, sizeof(question), "xx%d", i);
		put(cache, question, 5);
		assert_int_equal(find(cache, question, 5, then), 2);
	}
	for (int i = 0; i < 2 * DNS_CACHE_ANSWERS; i++) {
		snprintf(question, sizeof(question), "xx%d", i);
		found += find(cache, question, 5, then) > 0;
	}
	assert_in_range(found, DNS_CACHE_ANSWERS / 2, DNS_CACHE_ANSWERS);
	memset(long_one, 'x', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	put(cache, long_one, 5);
	assert_int_equal(find(cache, long_one, 5, then), 0);
	dns_cache_free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_found_whatever_its_id),
		cmocka_unit_test(an_answer_is_fresh_at_its_position_and_for_its_time),
		cmocka_unit_test(its_size_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
