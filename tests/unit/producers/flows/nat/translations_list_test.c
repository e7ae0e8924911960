#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "producers/flows/nat/translations.h"
#include "tests/unit/producers/flows/nat/lab.h"

static void an_end_that_nobody_reported(void **state)
{
	struct translations_connection plain = lab_connection(2, POD);

	(void)state;
	translations_list(lab_table(), lab_at(10));
	lab_list(lab_connection(1, POD), 20);
	translations_drained(lab_table(), lab_at(5000));
	lab_assert_answered_by(POD, 100, 2000);
	/* Somebody else has the tuple: the first had ended, at a time that is not known. */
	plain.reply = lab_tuple(SERVICE, CLIENT);
	lab_begin(plain, 6000);
	translations_drained(lab_table(), lab_at(9000));
	lab_assert_unsaid(lab_flow(CLIENT, SERVICE, 5999, 7000), true);
	lab_assert_unsaid(lab_flow(CLIENT, SERVICE, 6500, 7000), false);
	lab_assert_answered_by(POD, 100, 2000);
}

static void a_list_proves_nothing_of_the_time_before(void **state)
{
	struct flow flow = lab_flow(CLIENT, SERVICE, 15, 2000);

	(void)state;
	translations_list(lab_table(), lab_at(10));
	lab_list(lab_connection(1, POD), 20);
	translations_drained(lab_table(), lab_at(5000));
	lab_assert_unsaid(flow, true);
	flow.start = lab_at(21);
	lab_assert_said(flow, FLOW_TRANSLATED_LATER, CLIENT, POD);
	flow.destination.packets = 0; /* the connection may have ended */
	lab_assert_unsaid(flow, true);
}

static void a_list_is_older_than_the_events_since_it_was_asked_for(void **state)
{
	(void)state;
	translations_list(lab_table(), lab_at(10));
	lab_end(lab_connection(1, POD), 15);
	lab_list(lab_connection(1, POD), 20);
	translations_drained(lab_table(), lab_at(5000));
	lab_assert_unsaid(lab_flow(CLIENT, SERVICE, 100, 2000), false);
	lab_begin(lab_connection(2, OTHER_POD), 5000);
	lab_list(lab_connection(1, POD), 5010);
	translations_drained(lab_table(), lab_at(9000));
	lab_assert_answered_by(OTHER_POD, 4999, 6000);
}

static void lost_events(void **state)
{
	(void)state;
	lab_begin(lab_connection(1, POD), 1000);
	translations_drained(lab_table(), lab_at(3000));
	translations_lost(lab_table(), lab_at(5000));
	translations_drained(lab_table(), lab_at(5000));
	lab_assert_answered_by(POD, 999, 2000);
	lab_assert_unsaid(lab_flow(CLIENT, SERVICE, 999, 4000), true);
	translations_list(lab_table(), lab_at(5001));
	lab_list(lab_connection(1, POD), 5010);
	translations_drained(lab_table(), lab_at(9000));
	lab_assert_unsaid(lab_flow(CLIENT, SERVICE, 999, 8000), true);
	lab_assert_unsaid(lab_flow(CLIENT, SERVICE, 5005, 8000), true);
	lab_assert_answered_by(POD, 5011, 8000);
	assert_int_equal(translations_get_stats(lab_table()).lost, 1);
}

static void time_stamps_bridge_lost_events(void **state)
{
	struct translations_connection c = lab_connection(1, POD), other = lab_connection(1, POD);

	(void)state;
	lab_begin(c, 1000);
	translations_drained(lab_table(), lab_at(3000));
	translations_lost(lab_table(), lab_at(5000));
	translations_list(lab_table(), lab_at(5001));
	c.began = lab_at(999);
	lab_list(c, 5010);
	translations_drained(lab_table(), lab_at(9000));
	lab_assert_answered_by(POD, 999, 8000);
	/* The same number, but it began in the meantime. */
	translations_lost(lab_table(), lab_at(10000));
	translations_list(lab_table(), lab_at(10001));
	other.began = lab_at(9500);
	lab_list(other, 10010);
	translations_drained(lab_table(), lab_at(20000));
	lab_assert_unsaid(lab_flow(CLIENT, SERVICE, 999, 15000), true);
	lab_assert_answered_by(POD, 9600, 15000);
	/* What ends before it was listed again. */
	translations_lost(lab_table(), lab_at(21000));
	other.ended = lab_at(25000);
	lab_end(other, 25010);
	translations_drained(lab_table(), lab_at(30000));
	lab_assert_answered_by(POD, 9600, 24000);
}

static void another_zone_may_have_the_tuple(void **state)
{
	struct translations_connection other = lab_connection(2, SERVICE);

	(void)state;
	lab_begin(lab_connection(1, POD), 1000);
	other.reply = lab_tuple(SERVICE, CLIENT);
	other.zone = 7;
	translations_drained(lab_table(), lab_at(1999));
	lab_begin(other, 2000);
	translations_drained(lab_table(), lab_at(9000));
	lab_assert_answered_by(POD, 999, 1500);
	lab_assert_unsaid(lab_flow(CLIENT, SERVICE, 999, 3000), true);
	lab_assert_said(lab_flow(CLIENT, POD, 999, 3000), FLOW_TRANSLATED_EARLIER, CLIENT, SERVICE);
	lab_end(other, 9000);
	translations_drained(lab_table(), lab_at(20000));
	lab_assert_answered_by(POD, 9500, 12000);
}

static void a_full_table_forgets_what_has_ended(void **state)
{
	struct translations_connection c[3];

	(void)state;
	lab_finish(NULL);
	lab_start_of(2);
	for (unsigned i = 0; i < 3; i++) {
		c[i] = lab_connection(i, POD);
		c[i].original.source_port = c[i].reply.destination_port = (uint16_t)(5000 + i);
		lab_begin(c[i], 1000 + i);
	}
	assert_int_equal(translations_get_stats(lab_table()).full, 1);
	translations_drained(lab_table(), lab_at(3000));
	lab_assert_unsaid(lab_flow("10.9.0.1:5002", SERVICE, 1002, 2000), false);
	lab_end(c[0], 4000);
	lab_begin(c[2], 4001);
	translations_drained(lab_table(), lab_at(9000));
	assert_int_equal(translations_get_stats(lab_table()).forgotten, 1);
	lab_assert_unsaid(lab_flow("10.9.0.1:5000", SERVICE, 1000, 2000), false);
	lab_assert_said(lab_flow("10.9.0.1:5002", SERVICE, 4001, 6000), FLOW_TRANSLATED_LATER,
			"10.9.0.1:5002", POD);
	lab_end(c[1], 10000);
	lab_end(c[2], 10000);
	translations_drained(lab_table(), lab_at(10001 + REST_MS));
	lab_begin(c[0], 10002 + REST_MS);
	lab_begin(c[1], 10002 + REST_MS);
	assert_int_equal(translations_get_stats(lab_table()).forgotten, 1);
	assert_int_equal(translations_get_stats(lab_table()).full, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_end_that_nobody_reported, lab_start, lab_finish),
		cmocka_unit_test_setup_teardown(a_list_proves_nothing_of_the_time_before, lab_start,
						lab_finish),
		cmocka_unit_test_setup_teardown(
			a_list_is_older_than_the_events_since_it_was_asked_for, lab_start,
			lab_finish),
		cmocka_unit_test_setup_teardown(lost_events, lab_start, lab_finish),
		cmocka_unit_test_setup_teardown(time_stamps_bridge_lost_events, lab_start,
						lab_finish),
		cmocka_unit_test_setup_teardown(another_zone_may_have_the_tuple, lab_start,
						lab_finish),
		cmocka_unit_test_setup_teardown(a_full_table_forgets_what_has_ended, lab_start,
						lab_finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
