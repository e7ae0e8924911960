#include "sink/graph/view.h"

#include <string.h>

struct unit {
	double size;
	const char *name;
};

bool view_has_clusters(const struct view *view)
{
	const char *seen = NULL;

	for (size_t i = 0; i < view->nodes->count; i++) {
		const char *cluster = view->nodes->nodes[i].cluster;

		if (cluster[0] == '\0')
			continue;
		if (seen != NULL && strcmp(seen, cluster) != 0)
			return true;
		seen = cluster;
	}
	return false;
}

/* UNITS from small to large; a number moves on to the next one before it would be
 * written with four digits. */
static void add_scaled(struct text *text, double value, const struct unit *units, size_t count)
{
	size_t i = 0;
	double scaled;

	while (i + 1 < count && value / units[i].size >= 999.5 &&
	       value / units[i + 1].size >= 0.995)
		i++;
	scaled = value / units[i].size;
	if (units[i].size <= 1 || scaled >= 99.95)
		text_add_format(text, "%.0f %s", scaled, units[i].name);
	else if (scaled >= 9.995)
		text_add_format(text, "%.1f %s", scaled, units[i].name);
	else
		text_add_format(text, "%.2f %s", scaled, units[i].name);
}

void view_add_bytes(struct text *text, uint64_t bytes)
{
	static const struct unit units[] = {{1, "B"},
					    {1024., "KiB"},
					    {1048576., "MiB"},
					    {1073741824., "GiB"},
					    {1099511627776., "TiB"},
					    {1125899906842624., "PiB"}};

	add_scaled(text, (double)bytes, units, sizeof(units) / sizeof(units[0]));
}

void view_add_duration(struct text *text, uint64_t ns)
{
	static const struct unit units[] = {{1, "ns"},  {1e3, "us"},   {1e6, "ms"},
					    {1e9, "s"}, {60e9, "min"}, {3600e9, "h"}};

	add_scaled(text, (double)ns, units, sizeof(units) / sizeof(units[0]));
}

void view_add_errors(struct text *text, const struct graph_edge *edge)
{
	const struct {
		uint64_t count;
		const char *name;
	} errors[] = {{edge->refused, "refused"},
		      {edge->unanswered, "unanswered"},
		      {edge->reset, "reset"}};
	bool any = false;

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i].count == 0)
			continue;
		if (any)
			text_add_string(text, ", ");
		text_add_u64(text, errors[i].count);
		text_add_string(text, " ");
		text_add_string(text, errors[i].name);
		any = true;
	}
	if (!any)
		text_add_string(text, "-");
}

uint64_t view_mean(const struct graph_edge *edge)
{
	return edge->response_count == 0 ? 0 : edge->response_sum_ns / edge->response_count;
}

uint64_t view_percentile(const struct graph_edge *edge, unsigned per_mille)
{
	uint64_t value;

	if (edge->histogram == NULL || edge->histogram->total == 0)
		return 0;
	value = histogram_percentile(edge->histogram, per_mille);
	if (value < edge->response_min_ns)
		return edge->response_min_ns;
	return value > edge->response_max_ns ? edge->response_max_ns : value;
}

void view_add_flows(struct text *text, const struct graph_edge *edge, const char *line_break)
{
	uint64_t bytes;

	if (__builtin_add_overflow(edge->source_bytes, edge->destination_bytes, &bytes))
		bytes = UINT64_MAX;
	text_add_u64(text, edge->flows);
	text_add_string(text, edge->flows == 1 ? " flow, " : " flows, ");
	view_add_bytes(text, bytes);
	if (edge->requests > 0) {
		text_add_string(text, line_break);
		text_add_u64(text, edge->requests);
		text_add_string(text, edge->requests == 1 ? " request" : " requests");
	}
	if (edge->response_count > 0 && edge->histogram != NULL) {
		text_add_string(text, ", p95 ");
		view_add_duration(text, view_percentile(edge, 950));
	}
	if (edge->refused + edge->unanswered + edge->reset > 0) {
		text_add_string(text, line_break);
		view_add_errors(text, edge);
	}
}
