#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "producers/kube/api_reply.h"

/* The log escapes it again: what the API server escaped would be escaped twice. */
static void reads_a_message_without_its_escapes(void **state)
{
	(void)state;
	static const struct {
		const char *body, *message;
	} cases[] = {
		{"{\"message\":\"pods is forbidden: User \\\"system:x\\\" cannot list\","
		 "\"code\":403}",
		 "pods is forbidden: User \"system:x\" cannot list"},
		{"{\"message\":\"one\\ntwo\\tthree\\u00fc\"}", "one two three\xc3\xbc"},
		{"{\"message\":\"\"}", ""},
		{"{\"code\":500}", ""},
		{"{\"message\":7}", ""},
		{"upstream\nis away", "upstream is away"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct api_reply_status status;

		api_reply_read_status(cases[i].body, strlen(cases[i].body), &status);
		assert_string_equal(status.message, cases[i].message);
	}
}

static void cuts_a_long_message_between_two_characters(void **state)
{
	(void)state;
	char body[1200] = "{\"message\":\"x";
	struct api_reply_status status;
	size_t length = strlen(body), last;

	for (; length < 1000; length += 2)
		memcpy(body + length, "\xc3\xbc", 2);
	memcpy(body + length, "\"}", 2);
	api_reply_read_status(body, length + 2, &status);
	last = strlen(status.message);
	assert_true(last >= sizeof(status.message) - 2);
	assert_int_equal((unsigned char)status.message[last - 1], 0xbc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_message_without_its_escapes),
		cmocka_unit_test(cuts_a_long_message_between_two_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
