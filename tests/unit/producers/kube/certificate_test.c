#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "producers/kube/certificate.h"
#include "tests/unit/producers/kube/certificates.h"

static int read_end(const char *pem, struct when *end)
{
	return certificate_read_end(pem, strlen(pem), end);
}

static bool has_key(const char *pem, const char *key)
{
	return certificate_has_key(pem, strlen(pem), key, strlen(key));
}

static void reads_when_the_first_certificate_ends(void **state)
{
	(void)state;
	struct when end = WHEN_MIN;
	char text[WHEN_TEXT_SIZE];

	assert_int_equal(read_end(CERTIFICATE_EXPIRED, &end), 0);
	when_format(end, text);
	assert_string_equal(text, "2021-02-03T04:05:06Z");
	assert_int_equal(read_end("a comment\n" CERTIFICATE_GOOD CERTIFICATE_EXPIRED, &end), 0);
	when_format(end, text);
	assert_string_equal(text, "2120-01-01T00:00:00Z");
	assert_int_equal(read_end(CERTIFICATE_ENDLESS, &end), 0);
	assert_true(when_is_max(end));
}

static void what_is_not_a_certificate_has_no_end(void **state)
{
	(void)state;
	struct when end = WHEN_MIN;
	char cut[] = CERTIFICATE_GOOD;

	assert_int_equal(read_end("", &end), -1);
	assert_int_equal(read_end("Hello", &end), -1);
	assert_int_equal(read_end(KEY, &end), -1);
	assert_int_equal(certificate_read_end(cut, sizeof(cut) / 2, &end), -1);
	cut[80] = cut[80] == 'A' ? 'B' : 'A';
	memset(cut + 28, 'A', 40);
	assert_int_equal(read_end(cut, &end), -1);
	assert_true(when_is_min(end));
}

static void a_key_belongs_to_its_certificate_alone(void **state)
{
	(void)state;
	assert_true(has_key(CERTIFICATE_GOOD, KEY));
	assert_true(has_key(CERTIFICATE_EXPIRED, KEY));
	/* One file may hold both. */
	assert_true(has_key(CERTIFICATE_GOOD KEY, CERTIFICATE_GOOD KEY));
	assert_false(has_key(CERTIFICATE_GOOD, KEY_OTHER));
	assert_false(has_key(CERTIFICATE_GOOD CERTIFICATE_OTHER, KEY_OTHER));
	assert_false(has_key(CERTIFICATE_GOOD, CERTIFICATE_GOOD));
	assert_false(has_key(CERTIFICATE_GOOD, KEY_LOCKED));
	assert_false(has_key("", KEY));
	assert_false(has_key(CERTIFICATE_GOOD, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_when_the_first_certificate_ends),
		cmocka_unit_test(what_is_not_a_certificate_has_no_end),
		cmocka_unit_test(a_key_belongs_to_its_certificate_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
