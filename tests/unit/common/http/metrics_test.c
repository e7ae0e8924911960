#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/http/metrics.h"

static const struct metric records = {
	"tenure_records_total", METRIC_COUNTER, "Records that were read.", {"topic", "result"}};
static const struct metric known = {"tenure_known_timestamp_seconds", METRIC_GAUGE, "Known.", {0}};

static void labels_are_escaped(void **state)
{
	struct text out;

	(void)state;
	text_init(&out, 4096);
	metrics_begin(&out, &records);
	metrics_add(&out, &records, (const char *[]){"a\"b\\c\nd", "good"}, UINT64_MAX);
	assert_string_equal(text_terminate(&out),
			    "# HELP tenure_records_total Records that were read.\n"
			    "# TYPE tenure_records_total counter\n"
			    "tenure_records_total{topic=\"a\\\"b\\\\c\\nd\",result=\"good\"} "
			    "18446744073709551615\n");
	text_free(&out);
}

static void times_are_seconds(void **state)
{
	struct text out;

	(void)state;
	text_init(&out, 4096);
	metrics_add_time(&out, &known, WHEN_MIN);
	metrics_add_time(&out, &known, WHEN_MAX);
	assert_int_equal(out.length, 0);
	metrics_add_time(&out, &known, (struct when){INT64_C(1764425157123456789)});
	assert_non_null(
		strstr(text_terminate(&out), "\ntenure_known_timestamp_seconds 1764425157.123\n"));
	text_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_are_escaped),
		cmocka_unit_test(times_are_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
