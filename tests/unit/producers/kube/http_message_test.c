#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "producers/kube/http_message.h"

static void is_fit_for_the_log(void **state)
{
	(void)state;
	/* The three about HTTP/2 are libcurl 7.88.1's, of a server that was stopped. */
	static const struct {
		const char *said, *becomes;
	} cases[] = {
		{"Connection refused", "Connection refused"},
		{"Unsupported proxy http://me:secret@proxy",
		 "Unsupported proxy http://*********@proxy"},
		{"Remote peer returned unexpected data while we expected SETTINGS frame.  Perhaps, "
		 "peer does not support HTTP/2 properly.",
		 "the connection ended before the answer did"},
		{"Error in the HTTP2 framing layer", "the connection ended before the answer did"},
		{"HTTP/2 stream 1 was not closed cleanly before end of the underlying stream",
		 "the connection ended before the answer did"},
		{"HTTP/2 stream 5 was not closed cleanly: INTERNAL_ERROR (err 2)",
		 "HTTP/2 stream 5 was not closed cleanly: INTERNAL_ERROR (err 2)"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char message[256];

		snprintf(message, sizeof(message), "%s", cases[i].said);
		http_message_clean(message, sizeof(message));
		assert_string_equal(message, cases[i].becomes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_fit_for_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
