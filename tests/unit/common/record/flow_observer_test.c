/* On which interface of a host a flow was captured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/record/flow_endpoints.h"
#include "common/record/flow_observer.h"
#include "tests/unit/quoted.h"

#define FLOW                                                                                \
	"'event':{'end':'2026-11-23T08:00:02Z'},'source':{'ip':'10.0.0.1'},'destination':{" \
	"'ip':'10.0.0.2'}"

static int read_flow(const char *interface, struct flow_endpoints *ends)
{
	struct fault fault;
	char text[512];

	snprintf(text, sizeof(text), quoted("{" FLOW ",'observer':{'interface':%s}}"),
		 quoted(interface));
	return flow_endpoints_read(text, strlen(text), ends, &fault);
}

static void knows_the_interface_of_the_capture(void **state)
{
	static const struct {
		const char *interface;
		bool there;
	} cases[] = {
		{"{'name':'veth7','id':7}", true},
		{"{'id':7,'mac':{},'name':'v\\u0065th7'}", true},
		{"{'name':'veth7','id':8}", false},
		{"{'name':'veth8','id':7}", false},
		{"{'name':'veth7','id':'7'}", false},
		{"{'name':'veth7','id':7.0}", false},
		{"{'name':'veth7','id':4294967303}", false},
		{"{'name':'veth7'}", false},
		{"{'id':7}", false},
		{"{'name':7,'id':7}", false},
		{"'veth7'", false},
	};
	const uint64_t wanted = flow_observer_hash(span_of("veth7"), 7);

	(void)state;
	assert_int_not_equal(wanted, 0);
	assert_int_equal(flow_observer_hash(span_of(""), 7), 0);
	assert_int_equal(flow_observer_hash(span_of("veth7"), 0), 0);
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct flow_endpoints ends;

		if (read_flow(cases[c].interface, &ends) < 0 ||
		    (ends.interface == wanted) != cases[c].there)
			fail_msg("%s", cases[c].interface);
	}
}

static void refuses_what_is_there_twice(void **state)
{
	struct flow_endpoints ends;

	(void)state;
	assert_int_equal(read_flow("{'id':7,'id':7}", &ends), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_interface_of_the_capture),
		cmocka_unit_test(refuses_what_is_there_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
