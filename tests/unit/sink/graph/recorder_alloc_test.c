/* A recorder that runs out of memory ends; the next one counts each record once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sink/graph/recorder.h"
#include "tests/unit/failing_alloc.h"
#include "tests/unit/sink/graph/recorded.h"

#define START 1700000000
#define FLOWS 12

static int record(const char *parent)
{
	struct recorder *recorder = recorded_open(parent, 1000);
	int rc = recorder == NULL ? -1 : 0;

	for (int64_t i = 0; i < FLOWS && rc == 0; i++)
		rc = recorded_add(recorder, i, START + 7 * i);
	if (rc == 0)
		rc = recorder_turn(recorder, true, RECORDED_NOW);
	return recorder_close(recorder) < 0 ? -1 : rc;
}

static int record_twice(void)
{
	struct recorder *recorder;
	char parent[64];
	int rc;

	recorded_make(parent);
	rc = record(parent);
	failing_alloc_stop();
	recorder = recorded_open(parent, 1000);
	assert_non_null(recorder);
	for (int64_t i = 0; i < FLOWS; i++)
		assert_int_equal(recorded_add(recorder, i, START + 7 * i), 0);
	assert_int_equal(recorder_turn(recorder, true, RECORDED_NOW), 0);
	assert_int_equal(recorded_flows(recorder), FLOWS);
	assert_int_equal(recorder_close(recorder), 0);
	recorded_remove(parent);
	return rc;
}

static void each_record_counts_once_whatever_fails(void **state)
{
	(void)state;
	failing_alloc_each(record_twice, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_record_counts_once_whatever_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
