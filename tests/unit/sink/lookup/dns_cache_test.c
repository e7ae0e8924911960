/* Answers that are given again. */
#include "sink/lookup/dns_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct when then = {100}, later = {200};

static size_t find(struct dns_cache *cache, const char *question, int64_t position, struct when now)
{
	const uint8_t *answer = NULL;
	size_t length = dns_cache_find(cache, (const uint8_t *)question, strlen(question), position,
				       now, &answer);

	if (length > 0)
		assert_memory_equal(answer, "answer", length);
	return length;
}

static void put(struct dns_cache *cache, const char *question, int64_t position)
{
	dns_cache_put(cache, (const uint8_t *)question, strlen(question), (const uint8_t *)"answer",
		      6, position, later);
}

static void an_answer_is_found_whatever_its_id(void **state)
{
	struct dns_cache *cache = dns_cache_new(1);

	(void)state;
	put(cache, "1aquestion", 5);
	assert_int_equal(find(cache, "1aquestion", 5, then), 6);
	assert_int_equal(find(cache, "2bquestion", 5, then), 6);
	assert_int_equal(find(cache, "2bQuestion", 5, then), 0);
	assert_int_equal(find(cache, "2b", 5, then), 0);
	dns_cache_free(cache);
}

static void an_answer_ends_with_its_position_and_time(void **state)
{
	struct dns_cache *cache = dns_cache_new(1);

	(void)state;
	put(cache, "1apresent", 5);
	put(cache, "1afinal", -1);
	assert_int_equal(find(cache, "1apresent", 6, then), 0);
	assert_int_equal(find(cache, "1apresent", 5, later), 0);
	assert_int_equal(find(cache, "1afinal", 6, then), 6);
	assert_int_equal(find(cache, "1afinal", 6, later), 0);
	put(cache, "1apresent", 6);
	assert_int_equal(find(cache, "1apresent", 6, then), 6);
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
		assert_int_equal(find(cache, question, 5, then), 6);
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
		cmocka_unit_test(an_answer_ends_with_its_position_and_time),
		cmocka_unit_test(its_size_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
