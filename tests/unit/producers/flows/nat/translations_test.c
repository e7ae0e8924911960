#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "producers/flows/nat/translations.h"
#include "tests/unit/producers/flows/nat/lab.h"

static void a_service_and_the_pod_that_answers(void **state)
{
	(void)state;
	lab_begin(lab_connection(1, POD), 1000);
	translations_drained(lab_table(), lab_at(3000));
	lab_assert_answered_by(POD, 999, 2000);
	lab_assert_said(lab_flow(CLIENT, POD, 1001, 2000), FLOW_TRANSLATED_EARLIER, CLIENT,
			SERVICE);
	/* A flow whose first packet was missed may be the other way round. */
	lab_assert_said(lab_flow(SERVICE, CLIENT, 1001, 2000), FLOW_TRANSLATED_LATER, POD, CLIENT);
	lab_assert_said(lab_flow(POD, CLIENT, 1001, 2000), FLOW_TRANSLATED_EARLIER, SERVICE,
			CLIENT);
	lab_assert_unsaid(lab_flow(CLIENT, OTHER_POD, 1001, 2000), false);
	lab_assert_unsaid(lab_flow("10.9.0.1:4001", SERVICE, 1001, 2000), false);
	assert_int_equal(translations_get_stats(lab_table()).found, 4);
}

static void a_pod_behind_the_address_of_its_node(void **state)
{
	struct translations_connection c = lab_connection(1, POD);

	(void)state;
	c.original = lab_tuple("fd00::1:4000", "2001:db8::1:443");
	c.reply = lab_tuple("2001:db8::1:443", "fd00::ff:4000");
	lab_begin(c, 1000);
	translations_drained(lab_table(), lab_at(3000));
	lab_assert_said(lab_flow("fd00::1:4000", "2001:db8::1:443", 999, 2000),
			FLOW_TRANSLATED_LATER, "fd00::ff:4000", "2001:db8::1:443");
	lab_assert_said(lab_flow("fd00::ff:4000", "2001:db8::1:443", 999, 2000),
			FLOW_TRANSLATED_EARLIER, "fd00::1:4000", "2001:db8::1:443");
}

static void what_is_not_translated_says_nothing(void **state)
{
	struct translations_connection c = lab_connection(1, POD);

	(void)state;
	c.reply = lab_tuple(SERVICE, CLIENT);
	lab_begin(c, 1000);
	translations_drained(lab_table(), lab_at(3000));
	lab_assert_unsaid(lab_flow(CLIENT, SERVICE, 999, 2000), false);
	assert_int_equal(translations_get_stats(lab_table()).tracked, 0);
}

static void events_up_to_the_flows_end_must_be_read(void **state)
{
	struct flow flow = lab_flow(CLIENT, SERVICE, 999, 2000);

	(void)state;
	lab_begin(lab_connection(1, POD), 1000);
	lab_assert_unsaid(flow, true);
	translations_drained(lab_table(), lab_at(2000));
	lab_assert_answered_by(POD, 999, 2000);
	flow.end_reason = FLOW_FORCED_END;
	lab_assert_unsaid(flow, true);
	flow.end_reason = FLOW_ACTIVE_TIMEOUT;
	lab_assert_said(flow, FLOW_TRANSLATED_LATER, CLIENT, POD);
	flow.end_reason = FLOW_FORCED_END;
	translations_drained(lab_table(), lab_at(2100));
	lab_assert_said(flow, FLOW_TRANSLATED_LATER, CLIENT, POD);
}

static void a_tuple_that_is_used_again(void **state)
{
	(void)state;
	lab_begin(lab_connection(1, POD), 1000);
	translations_drained(lab_table(), lab_at(4999));
	lab_end(lab_connection(1, POD), 5001); /* by the SYN of 5000 */
	lab_begin(lab_connection(2, OTHER_POD), 5001);
	translations_drained(lab_table(), lab_at(9000));
	lab_assert_answered_by(POD, 999, 4500);
	lab_assert_answered_by(OTHER_POD, 5000, 6000);
	/* One that goes on over both, and one whose SYN was too early to begin the second. */
	lab_assert_unsaid(lab_flow(CLIENT, SERVICE, 999, 6000), true);
	lab_assert_unsaid(lab_flow(CLIENT, SERVICE, 4400, 5001), true);
}

static void a_tuple_that_is_used_again_within_one_reading(void **state)
{
	struct translations_connection first = lab_connection(1, POD),
				       second = lab_connection(2, OTHER_POD);

	(void)state;
	translations_drained(lab_table(), lab_at(990));
	translations_begin(lab_table(), &first, lab_at(1100));
	translations_end(lab_table(), &first, lab_at(1100));
	translations_begin(lab_table(), &second, lab_at(1100));
	translations_drained(lab_table(), lab_at(1100));
	lab_assert_unsaid(lab_flow(CLIENT, SERVICE, 1000, 1010), true);
	lab_assert_unsaid(lab_flow(CLIENT, SERVICE, 1020, 1030), true);
}

static void time_stamps_are_exact(void **state)
{
	struct translations_connection first = lab_connection(1, POD);

	(void)state;
	lab_begin(first, 1000);
	first.began = lab_at(999);
	first.ended = lab_at(5000);
	translations_drained(lab_table(), lab_at(4000));
	lab_end(first, 5100);
	lab_begin(lab_connection(2, OTHER_POD), 5100);
	translations_drained(lab_table(), lab_at(9000));
	lab_assert_answered_by(POD, 1500, 4990);
	lab_assert_answered_by(OTHER_POD, 5001, 6000);
}

static void a_datagram_flow_over_two_connections(void **state)
{
	struct translations_connection first = lab_connection(1, POD),
				       second = lab_connection(2, OTHER_POD);
	struct flow flow = lab_flow(CLIENT, SERVICE, 999, 6000);

	(void)state;
	first.protocol = second.protocol = flow.protocol = TRANSPORT_UDP;
	flow.initiator = FLOW_BY_FIRST_PACKET;
	lab_begin(first, 1000);
	translations_drained(lab_table(), lab_at(4999));
	lab_end(first, 5000);
	lab_begin(second, 5001);
	translations_drained(lab_table(), lab_at(9000));
	lab_assert_unsaid(flow, true);
	flow.end = lab_at(4850);
	lab_assert_said(flow, FLOW_TRANSLATED_LATER, CLIENT, POD);
	flow.end = lab_at(4950); /* its last packet may be of neither */
	lab_assert_unsaid(flow, true);
	flow.start = lab_at(5002);
	flow.end = lab_at(6000);
	lab_assert_said(flow, FLOW_TRANSLATED_LATER, CLIENT, OTHER_POD);
}

static void a_connection_that_was_not_translated_before(void **state)
{
	struct translations_connection plain = lab_connection(1, POD);
	struct flow flow = lab_flow(CLIENT, SERVICE, 999, 6000);

	(void)state;
	plain.reply = lab_tuple(SERVICE, CLIENT);
	lab_begin(plain, 1000);
	lab_end(plain, 5000);
	lab_begin(lab_connection(2, POD), 5001);
	translations_drained(lab_table(), lab_at(9000));
	lab_assert_unsaid(flow, true);
	flow.start = lab_at(5002);
	lab_assert_said(flow, FLOW_TRANSLATED_LATER, CLIENT, POD);
}

static void what_was_refused_before_is_not_of_the_connection(void **state)
{
	(void)state;
	translations_drained(lab_table(), lab_at(1500));
	lab_begin(lab_connection(1, POD), 2000);
	translations_drained(lab_table(), lab_at(9000));
	lab_assert_unsaid(lab_flow(CLIENT, SERVICE, 1000, 1001), false);
	lab_assert_answered_by(POD, 1900, 2500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_service_and_the_pod_that_answers, lab_start,
						lab_finish),
		cmocka_unit_test_setup_teardown(a_pod_behind_the_address_of_its_node, lab_start,
						lab_finish),
		cmocka_unit_test_setup_teardown(what_is_not_translated_says_nothing, lab_start,
						lab_finish),
		cmocka_unit_test_setup_teardown(events_up_to_the_flows_end_must_be_read, lab_start,
						lab_finish),
		cmocka_unit_test_setup_teardown(a_tuple_that_is_used_again, lab_start, lab_finish),
		cmocka_unit_test_setup_teardown(a_tuple_that_is_used_again_within_one_reading,
						lab_start, lab_finish),
		cmocka_unit_test_setup_teardown(time_stamps_are_exact, lab_start, lab_finish),
		cmocka_unit_test_setup_teardown(a_datagram_flow_over_two_connections, lab_start,
						lab_finish),
		cmocka_unit_test_setup_teardown(a_connection_that_was_not_translated_before,
						lab_start, lab_finish),
		cmocka_unit_test_setup_teardown(what_was_refused_before_is_not_of_the_connection,
						lab_start, lab_finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
