#include "sink/graph/history/history_reader.h"

#include <stdlib.h>

#include "sink/graph/history/edge_row.h"

#define BLOCKS (GRAPH_EDGES_MAX / EDGE_BLOCK_EDGES)

/* Places of targets that are not in the graph. */
enum { NOT_LOOKED = -1, UNWANTED = -2, IN_REST = -3 };

void history_reader_init(struct history_reader *reader, struct history *history,
			 enum node_level level, const struct history_filter *filter, bool as_one,
			 struct node_table *nodes, struct graph *graph)
{
	*reader = (struct history_reader){.history = history,
					  .level = level,
					  .as_one = as_one,
					  .nodes = nodes,
					  .graph = graph,
					  .scratch = graph_edge_none()};
	if (filter != NULL)
		reader->filter = *filter;
	filter = &reader->filter;
	reader->everything =
		filter->client == NULL && filter->server == NULL && filter->namespace == NULL;
	node_match_init(&reader->match, filter->client, filter->server, filter->namespace, nodes);
	text_init(&reader->row, HISTORY_ROW_MAX);
}

static void leave_day(struct history_reader *reader)
{
	grouping_free(&reader->grouping);
	free(reader->targets);
	free(reader->blocks);
	reader->targets = NULL;
	reader->blocks = NULL;
	reader->day = NULL;
}

void history_reader_free(struct history_reader *reader)
{
	leave_day(reader);
	node_match_free(&reader->match);
	graph_edge_clear(&reader->scratch);
	text_free(&reader->row);
}

/* Whether EDGE, between ends of GROUPING, is wanted; *MOVED is what it is a part of. -1 if out of
 * memory. */
static int look(struct history_reader *reader, struct grouping *grouping,
		const struct graph_edge *edge, struct graph_edge *moved, bool *turned)
{
	int is_turned = grouping_move(grouping, edge, reader->filter.by_port, moved);

	if (is_turned < 0)
		return -1;
	*turned = is_turned;
	return reader->everything ? 1
				  : node_match_edge(&reader->match, moved->client, moved->server);
}

/* The edge of the graph where MOVED is summed; NULL if out of memory. */
static struct graph_edge *sum_for(struct history_reader *reader, const struct graph_edge *moved)
{
	static const struct graph_edge one = {.transport = -1, .port = -1};

	return graph_edge_like(reader->graph, reader->as_one ? &one : moved);
}

/* Begins with the day NUMBER: what is wanted of it. */
static int enter_day(struct history_reader *reader, int32_t number)
{
	struct history_day *day;

	leave_day(reader);
	history_days_trim(reader->history);
	day = history_day_of_number(reader->history, number);
	if (day == NULL)
		return -1;
	reader->day = day;
	reader->target_count = day->edges.count;
	grouping_init(&reader->grouping, &day->ends, reader->level, reader->nodes);
	reader->targets = malloc((day->edges.count + 1) * sizeof(*reader->targets));
	reader->blocks = calloc(BLOCKS, sizeof(*reader->blocks));
	if (reader->targets == NULL || reader->blocks == NULL)
		return history_no_memory();
	for (size_t i = 0; i < reader->target_count; i++) {
		struct history_target *target = &reader->targets[i];
		struct graph_edge moved;
		int wanted = 1;

		if (!reader->everything)
			wanted = look(reader, &reader->grouping, &day->edges.edges[i], &moved,
				      &target->turned);
		if (wanted < 0)
			return history_no_memory();
		target->place = wanted ? NOT_LOOKED : UNWANTED;
		reader->blocks[i / EDGE_BLOCK_EDGES] |= wanted;
	}
	return 0;
}

/* Where the edge NUMBER of the day, which is wanted, is summed; NULL if out of memory. */
static struct graph_edge *place_of(struct history_reader *reader, int64_t number)
{
	struct history_target *target = &reader->targets[number];
	struct graph_edge moved, *sum;

	if (target->place == IN_REST)
		return &reader->graph->rest;
	if (target->place >= 0)
		return &reader->graph->edges[target->place];
	if (reader->as_one)
		return sum_for(reader, NULL);
	if (look(reader, &reader->grouping, &reader->day->edges.edges[number], &moved,
		 &target->turned) < 0)
		return NULL;
	sum = sum_for(reader, &moved);
	if (sum == &reader->graph->rest)
		target->place = IN_REST;
	else if (sum != NULL)
		target->place = (int32_t)(sum - reader->graph->edges);
	return sum;
}

/* Adds ROW to SUM, turned if TURNED. */
static int add_row(struct history_reader *reader, struct span row, bool turned,
		   struct graph_edge *sum)
{
	if (!turned)
		return edge_row_add(row, sum);
	graph_edge_reset(&reader->scratch);
	if (edge_row_add(row, &reader->scratch) < 0)
		return -1;
	graph_edge_turn(&reader->scratch);
	return graph_edge_add(sum, &reader->scratch);
}

static int add_block(struct history_reader *reader, unsigned name, struct span value)
{
	struct edge_block block = edge_block_read(value);
	struct graph_edge *sum = &reader->graph->rest;
	int64_t number;
	struct span row;

	while (edge_block_next(&block, &number, &row)) {
		bool turned = false;

		if (name >= BLOCKS) {
			if (reader->as_one)
				sum = sum_for(reader, NULL);
		} else if (number >= (int64_t)reader->target_count) {
			return history_damaged(reader->history, "a block of edges");
		} else {
			if (reader->targets[number].place == UNWANTED)
				continue;
			sum = place_of(reader, number);
			turned = reader->targets[number].turned;
		}
		if (sum == NULL)
			return history_no_memory();
		if (add_row(reader, row, turned, sum) < 0)
			return history_damaged(reader->history, "what was measured on an edge");
	}
	return edge_block_broken(&block) ? history_damaged(reader->history, "a block of edges") : 0;
}

static int read_block(struct history_reader *reader, enum history_width width, int32_t window,
		      unsigned name)
{
	struct history_key key = history_key_block(width, window, name);
	int found = database_get(reader->history->database, history_key_span(&key), &reader->row);

	if (found < 1)
		return found;
	if (reader->row.failed)
		return history_no_memory();
	return add_block(reader, name, text_span(&reader->row));
}

/* All edges of the windows of WIDTH that begin from FROM on and before TO. */
static int scan_windows(struct history_reader *reader, enum history_width width, int32_t from,
			int32_t to)
{
	struct history_key start = history_key_window(width, from);
	struct history_key end = history_key_window(width, to);
	struct span key, value, prefix = {start.bytes, 2};
	struct database_scan *scan =
		database_scan_begin(reader->history->database, prefix, history_key_span(&start));
	int found;

	if (scan == NULL)
		return history_no_memory();
	while ((found = database_scan_next(scan, &key, &value)) == 1) {
		found = 0;
		if (span_compare(key, history_key_span(&end)) >= 0)
			break;
		if (history_key_block_of(key) != HISTORY_BLOCK_ALL)
			found = add_block(reader, history_key_block_of(key), value);
		if (found < 0)
			break;
	}
	database_scan_end(scan);
	return found;
}

/* The windows of WIDTH that begin from FROM on and before TO. */
static int add_windows(struct history_reader *reader, enum history_width width, int32_t from,
		       int32_t to)
{
	int32_t step = width == HISTORY_EVER ? to - from : history_width_minutes(width);

	if (reader->everything && !reader->as_one)
		return scan_windows(reader, width, from, to);
	for (int32_t window = from; window < to; window += step) {
		if (reader->everything && read_block(reader, width, window, HISTORY_BLOCK_ALL) < 0)
			return -1;
		for (unsigned name = 0; !reader->everything && name < BLOCKS; name++) {
			if (reader->blocks[name] && read_block(reader, width, window, name) < 0)
				return -1;
		}
	}
	return 0;
}

static int add_edge(struct history_reader *reader, struct grouping *grouping,
		    struct graph_edge edge)
{
	struct graph_edge moved = graph_edge_none(), *sum;
	bool turned = false;
	int wanted = look(reader, grouping, &edge, &moved, &turned);

	if (wanted < 1)
		return wanted;
	if (turned)
		measures_turn(&edge.measures);
	sum = sum_for(reader, &moved);
	return sum == NULL ? -1 : graph_edge_add(sum, &edge);
}

/* What is summed beyond the limit: it has no nodes. */
static int add_rest(struct history_reader *reader, const struct graph_edge *rest)
{
	struct graph_edge *sum = reader->as_one ? sum_for(reader, NULL) : &reader->graph->rest;

	return sum == NULL ? -1 : graph_edge_add(sum, rest);
}

/* What is in memory, of the minutes from FROM on and before TO. */
static int add_pending(struct history_reader *reader, const struct pending *pending, int32_t from,
		       int32_t to)
{
	struct grouping grouping;
	int rc = 0;

	grouping_init(&grouping, reader->history->ends, reader->level, reader->nodes);
	for (size_t i = pending_from(pending, from);
	     i < pending->count && pending->minutes[i].minute < to; i++) {
		const struct graph *minute = &pending->minutes[i].graph;

		for (size_t e = 0; e < minute->count && rc == 0; e++)
			rc = add_edge(reader, &grouping, minute->edges[e]);
		if (rc == 0 && reader->everything && minute->count == minute->limit)
			rc = add_rest(reader, &minute->rest);
	}
	grouping_free(&grouping);
	return rc < 0 ? history_no_memory() : 0;
}

static int add_unsaved(struct history_reader *reader, int32_t from, int32_t to)
{
	if (add_pending(reader, &reader->history->pending, from, to) < 0)
		return -1;
	if (reader->filter.settled)
		return 0;
	return add_pending(reader, &reader->history->provisional, from, to);
}

int history_reader_add(struct history_reader *reader, int32_t from, int32_t to, int32_t limit)
{
	int32_t minute = from;

	while (minute < to) {
		enum history_width width = history_widest(minute, to, limit);
		int32_t day = history_day_of(minute), first = minute;

		/* Windows of one width and day are read together. */
		while (minute < to && history_day_of(minute) == day &&
		       history_widest(minute, to, limit) == width)
			minute += history_width_minutes(width);
		if ((reader->day == NULL || reader->day->number != day) &&
		    enter_day(reader, day) < 0)
			return -1;
		if (add_windows(reader, width, first, minute) < 0)
			return -1;
	}
	return add_unsaved(reader, from, to);
}

int history_reader_add_ever(struct history_reader *reader)
{
	if (enter_day(reader, HISTORY_TOTAL) < 0 || add_windows(reader, HISTORY_EVER, 0, 1) < 0)
		return -1;
	return add_unsaved(reader, INT32_MIN, INT32_MAX);
}
