#include "common/http/metrics.h"

#include "common/program/settings.h"

/* Adds TEXT as a label's value. */
static void add_value(struct text *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n') {
			text_add_string(out, "\\n");
			continue;
		}
		if (*text == '\\' || *text == '"')
			text_add_string(out, "\\");
		text_add(out, text, 1);
	}
}

void metrics_begin(struct text *out, const struct metric *metric)
{
	text_add_format(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help,
			metric->name, metric->type == METRIC_COUNTER ? "counter" : "gauge");
}

static void begin_sample(struct text *out, const struct metric *metric, const char *const *values)
{
	const char *before = "{";

	text_add_string(out, metric->name);
	for (int i = 0; i < METRICS_LABELS_MAX && metric->labels[i] != NULL; i++) {
		text_add_format(out, "%s%s=\"", before, metric->labels[i]);
		add_value(out, values[i]);
		text_add_string(out, "\"");
		before = ",";
	}
	text_add_string(out, metric->labels[0] != NULL ? "} " : " ");
}

void metrics_add(struct text *out, const struct metric *metric, const char *const *values,
		 uint64_t value)
{
	begin_sample(out, metric, values);
	text_add_u64(out, value);
	text_add_string(out, "\n");
}

void metrics_add_one(struct text *out, const struct metric *metric, uint64_t value)
{
	metrics_begin(out, metric);
	metrics_add(out, metric, NULL, value);
}

void metrics_add_time(struct text *out, const struct metric *metric, struct when time)
{
	if (!when_is_min(time) && !when_is_max(time))
		metrics_add_seconds(out, metric, time.ns);
}

static void add_seconds(struct text *out, const struct metric *metric, const char *const *values,
			int64_t ns)
{
	begin_sample(out, metric, values);
	text_add_format(out, "%.3f\n", (double)(ns / NS_PER_MS) / 1e3);
}

void metrics_add_moment(struct text *out, const struct metric *metric, const char *const *values,
			struct when time)
{
	if (!when_is_min(time) && !when_is_max(time))
		add_seconds(out, metric, values, time.ns);
}

void metrics_add_seconds(struct text *out, const struct metric *metric, int64_t ns)
{
	metrics_begin(out, metric);
	add_seconds(out, metric, NULL, ns);
}

static void add_tables(struct text *out, const struct metric *used, const struct metric *limit,
		       const struct table_use *tables, size_t count)
{
	metrics_begin(out, used);
	for (size_t i = 0; i < count; i++)
		metrics_add(out, used, &tables[i].name, tables[i].used);
	metrics_begin(out, limit);
	for (size_t i = 0; i < count; i++)
		metrics_add(out, limit, &tables[i].name, tables[i].limit);
}

void metrics_add_table_entries(struct text *out, const struct table_use *tables, size_t count)
{
	static const struct metric used = {"tenure_table_entries",
					   METRIC_GAUGE,
					   "Entries of a table that has a limit.",
					   {"table"}};
	static const struct metric limit = {"tenure_table_entries_max",
					    METRIC_GAUGE,
					    "The most entries that the table has.",
					    {"table"}};

	add_tables(out, &used, &limit, tables, count);
}

void metrics_add_table_bytes(struct text *out, const struct table_use *tables, size_t count)
{
	static const struct metric used = {"tenure_table_bytes",
					   METRIC_GAUGE,
					   "Memory of a table that has a limit of bytes.",
					   {"table"}};
	static const struct metric limit = {"tenure_table_max_bytes",
					    METRIC_GAUGE,
					    "The most memory that the table takes.",
					    {"table"}};

	add_tables(out, &used, &limit, tables, count);
}

void metrics_add_build(struct text *out, const struct metric *metric, const char *program)
{
	metrics_begin(out, metric);
	metrics_add(out, metric, (const char *[]){program, settings_version()}, 1);
}
