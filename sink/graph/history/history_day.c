#include "sink/graph/history/history_day.h"

#include <stdlib.h>

#include "common/program/log.h"
#include "sink/graph/history/history_rows.h"
#include "sink/graph/history/varint.h"

/* Adds the row of the end or edge NUMBER. -1 if it is not one. */
static int add_end(struct history_day *day, uint32_t number, struct span value)
{
	return end_table_index(&day->ends, value) == (int32_t)number ? 0 : -1;
}

static int add_edge(struct history_day *day, uint32_t number, struct span value)
{
	struct varint_reader reader = varint_read(value);
	struct graph_edge like = graph_edge_none();
	uint64_t client = varint_next(&reader), server = varint_next(&reader);
	const struct graph_edge *edge;

	like.directed = varint_next(&reader) != 0;
	like.transport = (int)varint_next_signed(&reader);
	like.port = (int32_t)varint_next_signed(&reader);
	if (!varint_done(&reader) || client >= day->ends.count || server >= day->ends.count)
		return -1;
	like.client = (int32_t)client;
	like.server = (int32_t)server;
	edge = graph_edge_like(&day->edges, &like);
	return edge != NULL && edge != &day->edges.rest && edge - day->edges.edges == number ? 0
											     : -1;
}

static int load(struct history_day *day, struct database *database, struct history_key prefix,
		int (*add)(struct history_day *day, uint32_t number, struct span value))
{
	struct span start = history_key_span(&prefix), key, value;
	struct database_scan *scan = database_scan_begin(database, start, start);
	int found = -1;

	if (scan == NULL) {
		log_error("history: out of memory");
		return -1;
	}
	while ((found = database_scan_next(scan, &key, &value)) == 1) {
		if (add(day, history_key_number_of(key), value) < 0) {
			log_error("history: the row of an end or edge does not decode");
			found = -1;
			break;
		}
	}
	database_scan_end(scan);
	return found;
}

struct history_day *history_day_load(struct database *database, int32_t number, size_t ends_max,
				     size_t edges_max)
{
	struct history_day *day = calloc(1, sizeof(*day));

	if (day == NULL) {
		log_error("history: out of memory");
		return NULL;
	}
	day->number = number;
	/* What was written with higher limits is read as well. */
	end_table_init(&day->ends, INT32_MAX);
	graph_init(&day->edges);
	if (load(day, database, history_key_ends(number), add_end) == 0 &&
	    load(day, database, history_key_edges(number), add_edge) == 0) {
		day->saved_ends = day->ends.count;
		day->saved_edges = day->edges.count;
		/* The end for further ones needs its place. */
		day->ends.limit = ends_max > day->ends.count ? ends_max : day->ends.count + 1;
		day->edges.limit = edges_max;
		return day;
	}
	history_day_free(day);
	return NULL;
}

void history_day_free(struct history_day *day)
{
	if (day == NULL)
		return;
	end_table_free(&day->ends);
	graph_free(&day->edges);
	free(day);
}

int64_t history_day_edge(struct history_day *day, const struct end_table *ends,
			 const struct graph_edge *edge)
{
	struct graph_edge like = *edge;
	const struct graph_edge *found;

	like.client = end_table_index(&day->ends, end_table_at(ends, edge->client));
	like.server = end_table_index(&day->ends, end_table_at(ends, edge->server));
	if (like.client < 0 || like.server < 0)
		return -1;
	found = graph_edge_like(&day->edges, &like);
	if (found == NULL)
		return -1;
	return found == &day->edges.rest ? HISTORY_DAY_REST : found - day->edges.edges;
}

int history_day_put(struct history_day *day, struct database *database)
{
	struct history_key key;
	struct text row;

	for (; day->saved_ends < day->ends.count; day->saved_ends++) {
		key = history_key_end(day->number, (uint32_t)day->saved_ends);
		database_put(database, history_key_span(&key),
			     end_table_at(&day->ends, (int32_t)day->saved_ends));
	}
	text_init(&row, 64);
	for (; day->saved_edges < day->edges.count; day->saved_edges++) {
		const struct graph_edge *edge = &day->edges.edges[day->saved_edges];

		text_clear(&row);
		varint_add(&row, (uint64_t)edge->client);
		varint_add(&row, (uint64_t)edge->server);
		varint_add(&row, edge->directed);
		varint_add_signed(&row, edge->transport);
		varint_add_signed(&row, edge->port);
		if (row.failed)
			break;
		key = history_key_edge(day->number, (uint32_t)day->saved_edges);
		database_put(database, history_key_span(&key), text_span(&row));
	}
	text_free(&row);
	return day->saved_edges < day->edges.count ? -1 : 0;
}
