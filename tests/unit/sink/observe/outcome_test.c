#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "sink/observe/outcome.h"

static struct tagged_flow flow;

/* A flow of TRANSPORT with such packets and flags, from 1 packet of the source on. */
static enum outcome outcome(const char *transport, uint64_t answers, unsigned source,
			    unsigned destination)
{
	memset(&flow, 0, sizeof(flow));
	memcpy(flow.transport, transport, strlen(transport) + 1);
	flow.directed = true;
	flow.source.has_packets = flow.destination.has_packets = true;
	flow.source.packets = 1;
	flow.destination.packets = answers;
	flow.source.tcp_flags = source;
	flow.destination.tcp_flags = destination;
	return outcome_of(&flow);
}

static void tells_what_became_of_a_flow(void **state)
{
	const unsigned open = TCP_SYN | TCP_ACK;

	(void)state;
	assert_int_equal(outcome("tcp", 3, open, open), OUTCOME_ANSWERED);
	assert_int_equal(outcome("tcp", 1, TCP_SYN, TCP_RST | TCP_ACK), OUTCOME_REFUSED);
	assert_int_equal(outcome("tcp", 3, open, open | TCP_RST), OUTCOME_RESET);
	assert_int_equal(outcome("tcp", 3, open | TCP_RST, open), OUTCOME_RESET);
	assert_int_equal(outcome("tcp", 0, TCP_SYN, 0), OUTCOME_UNANSWERED);
	assert_int_equal(outcome("udp", 0, 0, 0), OUTCOME_UNANSWERED);
	assert_int_equal(outcome("udp", 1, 0, 0), OUTCOME_ANSWERED);
}

static void a_client_that_gave_up_was_not_answered(void **state)
{
	(void)state;
	assert_int_equal(outcome("tcp", 0, TCP_SYN | TCP_RST, 0), OUTCOME_UNANSWERED);
}

static void an_answer_is_claimed_only_where_one_was_due(void **state)
{
	(void)state;
	assert_int_equal(outcome("icmp", 0, 0, 0), OUTCOME_ONE_WAY);
	outcome("udp", 0, 0, 0);
	flow.slice = 1;
	assert_int_equal(outcome_of(&flow), OUTCOME_ONE_WAY);
	flow.slice = 0;
	flow.directed = false;
	assert_int_equal(outcome_of(&flow), OUTCOME_ONE_WAY);
	flow.destination.packets = 1;
	assert_int_equal(outcome_of(&flow), OUTCOME_BOTH_WAYS);
	flow.destination.has_packets = false;
	assert_int_equal(outcome_of(&flow), OUTCOME_NOT_SAID);
	assert_string_equal(outcome_name(OUTCOME_NOT_SAID), "-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_became_of_a_flow),
		cmocka_unit_test(a_client_that_gave_up_was_not_answered),
		cmocka_unit_test(an_answer_is_claimed_only_where_one_was_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
