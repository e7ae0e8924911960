#include "sink/graph/history/history_reader.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "sink/graph/history/edge_row.h"

#define BLOCKS (GRAPH_EDGES_MAX / EDGE_BLOCK_EDGES)

void history_reader_init(struct history_reader *reader, struct history *history,
			 enum node_level level, const struct history_filter *filter, bool as_one,
			 struct node_table *nodes, struct graph *graph)
{
	*reader = (struct history_reader){.history = history,
					  .level = level,
					  .as_one = as_one,
					  .nodes = nodes,
					  .graph = graph};
	if (filter != NULL)
		reader->filter = *filter;
	filter = &reader->filter;
	reader->everything =
		filter->client == NULL && filter->server == NULL && filter->namespace == NULL;
	node_match_init(&reader->match, filter->client, filter->server, filter->namespace, nodes);
	text_init(&reader->row, HISTORY_ROW_MAX);
}

static void leave_days(struct history_reader *reader)
{
	for (size_t i = 0; i < reader->day_count; i++) {
		struct history_reader_day *day = &reader->days[i];

		grouping_free(&day->grouping);
		free(day->targets);
		free(day->blocks);
		free(day->windows);
	}
	reader->day_count = 0;
}

void history_reader_free(struct history_reader *reader)
{
	leave_days(reader);
	node_match_free(&reader->match);
	for (size_t i = 0; i < EDGE_BLOCK_EDGES; i++)
		graph_edge_clear(&reader->sums[i]);
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

/* Finds what is wanted of DAY. */
static int choose_edges(struct history_reader *reader, struct history_reader_day *day)
{
	const struct graph *edges = &day->day->edges;

	day->targets = malloc((edges->count + 1) * sizeof(*day->targets));
	day->blocks = calloc(BLOCKS, sizeof(*day->blocks));
	if (day->targets == NULL || day->blocks == NULL)
		return history_no_memory();
	day->target_count = edges->count;
	for (size_t i = 0; i < day->target_count; i++) {
		struct history_target *target = &day->targets[i];
		struct graph_edge moved;
		int wanted = 1;

		if (!reader->everything)
			wanted = look(reader, &day->grouping, &edges->edges[i], &moved,
				      &target->turned);
		if (wanted < 0)
			return history_no_memory();
		target->place = wanted ? HISTORY_NOT_LOOKED : HISTORY_UNWANTED;
		day->blocks[i / EDGE_BLOCK_EDGES] |= wanted;
	}
	return 0;
}

/* Begins with the day NUMBER. NULL after logging. */
static struct history_reader_day *enter_day(struct history_reader *reader, int32_t number)
{
	struct history_reader_day *day = &reader->days[reader->day_count];

	if (reader->day_count == 0)
		history_days_trim(reader->history);
	*day = (struct history_reader_day){.day = history_day_of_number(reader->history, number)};
	if (day->day == NULL)
		return NULL;
	reader->day_count++;
	grouping_init(&day->grouping, &day->day->ends, reader->level, reader->nodes);
	return choose_edges(reader, day) < 0 ? NULL : day;
}

/* Where the edge NUMBER of DAY, which is wanted, is summed; NULL if out of memory. */
static struct graph_edge *place_of(struct history_reader *reader, struct history_reader_day *day,
				   int64_t number)
{
	struct history_target *target = &day->targets[number];
	struct graph_edge moved, *sum;

	sum = history_target_sum(target, reader->graph);
	if (sum != NULL)
		return sum;
	if (reader->as_one)
		return sum_for(reader, NULL);
	if (look(reader, &day->grouping, &day->day->edges.edges[number], &moved, &target->turned) <
	    0)
		return NULL;
	sum = sum_for(reader, &moved);
	if (sum != NULL)
		history_target_set(target, reader->graph, sum);
	return sum;
}

/* Adds what was measured on the edge NUMBER of DAY to the graph, and forgets it. */
static int move_sum(struct history_reader *reader, struct history_reader_day *day, int64_t number,
		    struct graph_edge *measured)
{
	struct graph_edge *sum = place_of(reader, day, number);

	if (sum == NULL)
		return -1;
	if (day->targets[number].turned)
		graph_edge_turn(measured);
	if (graph_edge_add(sum, measured) < 0)
		return -1;
	graph_edge_reset(measured);
	return 0;
}

/* Adds a block of numbered edges to the sums. */
static int add_block(struct history_reader *reader, struct history_reader_day *day,
		     struct span value)
{
	struct edge_block block = edge_block_read(value);
	int64_t number;
	struct span row;

	while (edge_block_next(&block, &number, &row)) {
		size_t at = (size_t)number % EDGE_BLOCK_EDGES;

		if (number >= (int64_t)day->target_count)
			return history_damaged(reader->history, "a block of edges");
		if (day->targets[number].place == HISTORY_UNWANTED)
			continue;
		if (edge_row_add(row, &reader->sums[at]) < 0)
			return history_damaged(reader->history, "what was measured on an edge");
		reader->summed[at] = true;
	}
	return edge_block_broken(&block) ? history_damaged(reader->history, "a block of edges") : 0;
}

/* Adds the block of the one edge that is a sum of others. */
static int add_sum(struct history_reader *reader, struct span value)
{
	struct edge_block block = edge_block_read(value);
	struct graph_edge *sum = reader->as_one ? sum_for(reader, NULL) : &reader->graph->rest;
	int64_t number;
	struct span row;

	if (sum == NULL)
		return history_no_memory();
	while (edge_block_next(&block, &number, &row)) {
		if (edge_row_add(row, sum) < 0)
			return history_damaged(reader->history, "what was measured on an edge");
	}
	return edge_block_broken(&block) ? history_damaged(reader->history, "a block of edges") : 0;
}

/* Adds the block NAME of all planned windows of DAY. */
static int read_block(struct history_reader *reader, struct history_reader_day *day, unsigned name)
{
	for (size_t i = 0; i < day->window_count; i++) {
		struct history_key key =
			history_key_block(day->windows[i].width, day->windows[i].start, name);
		int found = database_get(reader->history->database, history_key_span(&key),
					 &reader->row);

		if (found == 1 && reader->row.failed)
			return history_no_memory();
		if (found == 1)
			found = name < BLOCKS ? add_block(reader, day, text_span(&reader->row))
					      : add_sum(reader, text_span(&reader->row));
		if (found < 0)
			return -1;
	}
	for (size_t i = 0; i < EDGE_BLOCK_EDGES && name < BLOCKS; i++) {
		if (!reader->summed[i])
			continue;
		reader->summed[i] = false;
		if (move_sum(reader, day, (int64_t)(name * EDGE_BLOCK_EDGES + i),
			     &reader->sums[i]) < 0)
			return history_no_memory();
	}
	return 0;
}

/* Reads what is planned (3). */
static int read_days(struct history_reader *reader)
{
	bool all = reader->everything && reader->as_one;

	for (unsigned name = 0; name < BLOCKS && !all; name++) {
		for (size_t i = 0; i < reader->day_count; i++) {
			if (reader->days[i].blocks[name] &&
			    read_block(reader, &reader->days[i], name) < 0)
				return -1;
		}
	}
	for (size_t i = 0; i < reader->day_count; i++) {
		if (reader->everything &&
		    read_block(reader, &reader->days[i],
			       all ? HISTORY_BLOCK_ALL : HISTORY_BLOCK_REST) < 0)
			return -1;
		reader->days[i].window_count = 0;
	}
	return 0;
}

/* The day NUMBER, entered if it was not. NULL after logging. */
static struct history_reader_day *day_of(struct history_reader *reader, int32_t number)
{
	for (size_t i = 0; i < reader->day_count; i++) {
		if (reader->days[i].day->number == number)
			return &reader->days[i];
	}
	if (reader->day_count == HISTORY_READER_DAYS) {
		if (read_days(reader) < 0)
			return NULL;
		leave_days(reader);
	}
	return enter_day(reader, number);
}

static int plan(struct history_reader *reader, int32_t day_number, enum history_width width,
		int32_t start)
{
	struct history_reader_day *day = day_of(reader, day_number);

	if (day == NULL)
		return -1;
	if (array_grow(&day->windows, &day->window_capacity, day->window_count + 1,
		       sizeof(*day->windows)) < 0)
		return history_no_memory();
	day->windows[day->window_count++] = (struct history_window){width, start};
	return 0;
}

static int add_edge(struct history_reader *reader, struct grouping *grouping,
		    const struct graph_edge *edge)
{
	struct graph_edge moved = graph_edge_none(), *sum;
	bool turned = false;
	int wanted = look(reader, grouping, edge, &moved, &turned);

	if (wanted < 1)
		return wanted;
	sum = sum_for(reader, &moved);
	if (sum == NULL)
		return -1;
	return turned ? graph_edge_add_turned(sum, edge) : graph_edge_add(sum, edge);
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
			rc = add_edge(reader, &grouping, &minute->edges[e]);
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
	for (int32_t minute = from; minute < to;) {
		enum history_width width = history_widest(minute, to, limit);

		if (plan(reader, history_day_of(minute), width, minute) < 0)
			return -1;
		minute += history_width_minutes(width);
	}
	return read_days(reader) < 0 ? -1 : add_unsaved(reader, from, to);
}

int history_reader_add_ever(struct history_reader *reader)
{
	if (plan(reader, HISTORY_TOTAL, HISTORY_EVER, 0) < 0 || read_days(reader) < 0)
		return -1;
	return add_unsaved(reader, INT32_MIN, INT32_MAX);
}
