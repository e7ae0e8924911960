/* The metrics of tenure-flows are all of its counters, and docs/metrics.md has all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "producers/flows/flows_metric_table.h"
#include "producers/flows/flows_metrics.h"

static size_t count_of(const char *text, const char *word)
{
	size_t count = 0;

	while ((text = strstr(text, word)) != NULL) {
		count++;
		text += strlen(word);
	}
	return count;
}

static const char *page_of(const struct counters *counters, struct text *out)
{
	static const struct meter_stats meter;
	static const struct outlet_stats outlet;
	const struct flows_figures figures = {
		.counters = counters,
		.meter = &meter,
		.outlet = &outlet,
		.has_queue = true,
		.live = true,
		.has_links = true,
		.links_unread = 3,
		.groups = {{"eth0", 1, 2, 3, 4}, {"veth*", 5, 6, 7, 8}},
		.group_count = 2,
		.event = WHEN_MIN,
	};

	text_init(out, 65536);
	flows_metrics_add_build(out);
	flows_metrics_add(&figures, out);
	return text_terminate(out);
}

static void each_counter_has_its_place(void **state)
{
	const struct counters counters = {9,
					  {{"packets", 71},
					   {"not_ip", 72},
					   {"inner_bad_ip", 73},
					   {"records_dropped", 74},
					   {"late_segments", 75},
					   {"of_tomorrow", 76},
					   {"links_missed", 77},
					   {"links_dropped", 78},
					   {"links_forgotten", 79}}};
	struct text out;
	const char *page = page_of(&counters, &out);

	(void)state;
	assert_non_null(strstr(page, "\ntenure_flows_packets_total 71\n"));
	assert_non_null(strstr(
		page, "\ntenure_capture_undecoded_packets_total{reason=\"not_ip\"} 72\n"
		      "tenure_capture_undecoded_packets_total{reason=\"late_segment\"} 75\n"));
	assert_non_null(strstr(
		page, "\ntenure_capture_inner_undecoded_packets_total{reason=\"bad_ip\"} 73\n"));
	assert_non_null(strstr(page, "\ntenure_flows_records_total{result=\"dropped\"} 74\n"));
	assert_non_null(strstr(page, "\ntenure_flows_other_total{counter=\"of_tomorrow\"} 76\n"));
	assert_non_null(strstr(page, "\ntenure_links_missed_total 77\n"));
	assert_non_null(strstr(page, "\ntenure_links_records_total{result=\"dropped\"} 78\n"));
	assert_non_null(strstr(page, "\ntenure_flows_limited_total{what=\"links\"} 79\n"));
	assert_non_null(strstr(page, "\ntenure_links_unread_interfaces 3\n"));
	assert_non_null(strstr(page,
			       "\ntenure_capture_dropped_packets_total{interface=\"veth*\",where="
			       "\"interface\"} 7\n"));
	text_free(&out);
}

static void each_metric_is_said_once(void **state)
{
	const struct counters counters = {2, {{"not_ip", 1}, {"bad_ip", 2}}};
	struct text out;
	const char *page = page_of(&counters, &out);

	(void)state;
	for (int i = 0; i < FLOWS_METRICS; i++) {
		char line[512];

		snprintf(line, sizeof(line), "# HELP %s ", flows_metric_table[i].name);
		assert_true(count_of(page, line) <= 1);
	}
	text_free(&out);
}

static void interfaces_belong_to_the_first_group_that_fits(void **state)
{
	const struct settings_list names = {{"veth1"}, 1}, patterns = {{"veth*", "*"}, 2};
	struct interface_groups groups = {.names = &names, .patterns = &patterns};

	(void)state;
	assert_int_equal(interface_groups_count(&groups), 3);
	assert_int_equal(interface_groups_find(&groups, "veth1"), 0);
	assert_int_equal(interface_groups_find(&groups, "veth2"), 1);
	assert_int_equal(interface_groups_find(&groups, "eth0"), 2);
	assert_string_equal(interface_groups_name(&groups, 0), "veth1");
	assert_string_equal(interface_groups_name(&groups, 1), "veth*");
}

static void the_documentation_has_all(void **state)
{
	static char text[262144];
	FILE *file = fopen("docs/metrics.md", "r");
	size_t length;

	(void)state;
	assert_non_null(file);
	length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[length] = '\0';
	for (int i = 0; i < FLOWS_METRICS; i++) {
		const struct metric *m = &flows_metric_table[i];
		char row[1024];

		snprintf(row, sizeof(row), "| `%s` | %s |", m->name,
			 m->type == METRIC_COUNTER ? "counter" : "gauge");
		if (strstr(text, row) == NULL || strstr(text, m->help) == NULL)
			print_error("docs/metrics.md: has no %s: %s\n", m->name, m->help);
		assert_non_null(strstr(text, row));
		assert_non_null(strstr(text, m->help));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_counter_has_its_place),
		cmocka_unit_test(each_metric_is_said_once),
		cmocka_unit_test(interfaces_belong_to_the_first_group_that_fits),
		cmocka_unit_test(the_documentation_has_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
