#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/record/message_status.h"

static void says_whose_error_a_status_is(void **state)
{
	static const struct {
		enum message_status_of of;
		const char *name;
		enum message_outcome outcome;
	} cases[] = {
		{MESSAGE_STATUS, "2xx", MESSAGE_DID_NOT_FAIL},
		{MESSAGE_STATUS, "3xx", MESSAGE_DID_NOT_FAIL},
		{MESSAGE_STATUS, "4xx", MESSAGE_CLIENT_FAILED},
		{MESSAGE_STATUS, "5xx", MESSAGE_FAILED},
		{MESSAGE_STATUS, "ok", MESSAGE_DID_NOT_FAIL},
		{MESSAGE_STATUS, "error", MESSAGE_FAILED},
		{MESSAGE_GRPC_STATUS, "ok", MESSAGE_DID_NOT_FAIL},
		{MESSAGE_GRPC_STATUS, "cancelled", MESSAGE_CLIENT_FAILED},
		{MESSAGE_GRPC_STATUS, "unavailable", MESSAGE_FAILED},
		{MESSAGE_GRPC_STATUS, "unauthenticated", MESSAGE_CLIENT_FAILED},
		{MESSAGE_GRPC_STATUS, "other", MESSAGE_FAILED},
		{MESSAGE_RCODE, "noerror", MESSAGE_DID_NOT_FAIL},
		{MESSAGE_RCODE, "nxdomain", MESSAGE_CLIENT_FAILED},
		{MESSAGE_RCODE, "servfail", MESSAGE_FAILED},
		{MESSAGE_RCODE, "15", MESSAGE_CLIENT_FAILED},
		/* Names that are not known, or are those of another member. */
		{MESSAGE_STATUS, "servfail", MESSAGE_DID_NOT_FAIL},
		{MESSAGE_RCODE, "5xx", MESSAGE_DID_NOT_FAIL},
		{MESSAGE_GRPC_STATUS, "", MESSAGE_DID_NOT_FAIL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(message_status_means(cases[i].of, span_of(cases[i].name)),
				 cases[i].outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_whose_error_a_status_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
