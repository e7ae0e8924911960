#include <stdlib.h>
#include <string.h>

#include "sink/graph/history/edge_row.h"
#include "sink/graph/history/history_internal.h"

/* A part of a row: what was measured on an edge of a window. */
struct part {
	int32_t window;
	uint32_t block;
	int64_t number;
	const struct graph_edge *edge;
};

/* What one width needs. */
struct saving {
	struct history *history;
	enum history_width width;
	struct part *parts;
	size_t count;
	struct graph_edge *minutes; /* the sum of all edges of each pending minute */
	struct graph_edge sum;      /* of the parts of one edge */
	struct text row, old, block;
};

static int compare_parts(const void *left, const void *right)
{
	const struct part *a = left, *b = right;

	if (a->window != b->window)
		return a->window < b->window ? -1 : 1;
	if (a->block != b->block)
		return a->block < b->block ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

/* Adds EDGE, the edge NUMBER of DAY, which has all that was ever measured, to what is kept in memory of that. */
static int add_total(struct history *history, const struct history_day *day, int64_t number,
		     const struct graph_edge *edge)
{
	if (!history->totalled)
		return 0;
	if (number == HISTORY_DAY_REST)
		return history_totals_add_rest(&history->totals, edge);
	return history_totals_add(&history->totals, &day->ends, &day->edges.edges[number],
				  (size_t)number, edge);
}

/* Adds EDGE of a minute in WINDOW to its block. */
static int add_part(struct saving *saving, struct history_day *day, int32_t window,
		    const struct graph_edge *edge)
{
	struct part part = {window, HISTORY_BLOCK_REST, 0, edge};
	int64_t number = history_day_edge(day, saving->history->ends, edge);

	if (number < 0)
		return -1;
	if (saving->width == HISTORY_EVER && add_total(saving->history, day, number, edge) < 0)
		return -1;
	if (number != HISTORY_DAY_REST) {
		part.block = (uint32_t)(number / EDGE_BLOCK_EDGES);
		part.number = number;
	} else if (saving->width == HISTORY_MINUTE) {
		saving->history->stats.further_edges++;
	}
	saving->parts[saving->count++] = part;
	return 0;
}

static int list_parts(struct saving *saving)
{
	struct history *history = saving->history;
	const struct pending *pending = &history->pending;

	saving->count = 0;
	for (size_t i = 0; i < pending->count; i++) {
		const struct pending_minute *minute = &pending->minutes[i];
		int32_t number = saving->width == HISTORY_EVER ? HISTORY_TOTAL
							       : history_day_of(minute->minute);
		int32_t window = history_window_of(saving->width, minute->minute);
		struct history_day *day;

		if (number < history->first_day)
			continue;
		day = history_day_of_number(history, number);
		if (day == NULL)
			return -1;
		for (size_t e = 0; e < minute->graph.count; e++) {
			if (add_part(saving, day, window, &minute->graph.edges[e]) < 0)
				return history_no_memory();
		}
		if (minute->graph.count > 0)
			saving->parts[saving->count++] =
				(struct part){window, HISTORY_BLOCK_ALL, 0, &saving->minutes[i]};
	}
	qsort(saving->parts, saving->count, sizeof(*saving->parts), compare_parts);
	return 0;
}

/* Writes the row of the edge of PARTS[COUNT], which is one, and OLD, what its row was, if any. */
static int write_row(struct saving *saving, const struct part *parts, size_t count,
		     const struct span *old)
{
	text_clear(&saving->row);
	if (count == 1 && old == NULL) {
		edge_row_write(&saving->row, parts->edge);
	} else {
		graph_edge_reset(&saving->sum);
		if (old != NULL && edge_row_add(*old, &saving->sum) < 0)
			return history_damaged(saving->history, "what was measured on an edge");
		for (size_t i = 0; i < count; i++) {
			if (graph_edge_add(&saving->sum, parts[i].edge) < 0)
				return history_no_memory();
		}
		edge_row_write(&saving->row, &saving->sum);
	}
	return saving->row.failed ? history_no_memory() : 0;
}

/* Merges PARTS[COUNT], of one block, into its row. */
static int write_block(struct saving *saving, const struct part *parts, size_t count)
{
	struct history_key key = history_key_block(saving->width, parts->window, parts->block);
	struct edge_block block;
	struct span row;
	int64_t number, last = -1;
	int found = database_get(saving->history->database, history_key_span(&key), &saving->old);
	bool there;

	if (found < 0)
		return -1;
	if (saving->old.failed)
		return history_no_memory();
	text_clear(&saving->block);
	block = edge_block_read(found == 1 ? text_span(&saving->old) : (struct span){"", 0});
	there = edge_block_next(&block, &number, &row);
	while (there || count > 0) {
		size_t same = 0;

		if (there && (count == 0 || number < parts->number)) {
			edge_block_add(&saving->block, &last, number, row);
			there = edge_block_next(&block, &number, &row);
			continue;
		}
		while (same < count && parts[same].number == parts->number)
			same++;
		bool old = there && number == parts->number;

		if (write_row(saving, parts, same, old ? &row : NULL) < 0)
			return -1;
		edge_block_add(&saving->block, &last, parts->number, text_span(&saving->row));
		parts += same;
		count -= same;
		if (old)
			there = edge_block_next(&block, &number, &row);
	}
	if (edge_block_broken(&block))
		return history_damaged(saving->history, "a block of edges");
	if (saving->block.failed)
		return history_no_memory();
	database_put(saving->history->database, history_key_span(&key), text_span(&saving->block));
	return 0;
}

static int write_width(struct saving *saving)
{
	size_t first = 0;

	if (list_parts(saving) < 0)
		return -1;
	for (size_t i = 1; i <= saving->count; i++) {
		const struct part *part = &saving->parts[first];

		if (i < saving->count && saving->parts[i].window == part->window &&
		    saving->parts[i].block == part->block)
			continue;
		if (write_block(saving, part, i - first) < 0)
			return -1;
		first = i;
	}
	return 0;
}

static int sum_minutes(struct saving *saving)
{
	const struct pending *pending = &saving->history->pending;

	for (size_t i = 0; i < pending->count; i++) {
		const struct graph *graph = &pending->minutes[i].graph;

		for (size_t e = 0; e < graph->count; e++) {
			if (graph_edge_add(&saving->minutes[i], &graph->edges[e]) < 0)
				return history_no_memory();
		}
	}
	return 0;
}

static int write_measures(struct history *history)
{
	const struct pending *pending = &history->pending;
	struct saving saving = {.history = history, .sum = graph_edge_none()};
	int rc = -1;

	saving.parts = malloc((pending->edges + pending->count + 1) * sizeof(*saving.parts));
	saving.minutes = calloc(pending->count + 1, sizeof(*saving.minutes));
	text_init(&saving.row, HISTORY_ROW_MAX);
	text_init(&saving.old, HISTORY_ROW_MAX);
	text_init(&saving.block, HISTORY_ROW_MAX);
	if (saving.parts == NULL || saving.minutes == NULL) {
		history_no_memory();
		goto out;
	}
	if (sum_minutes(&saving) < 0)
		goto out;
	for (saving.width = HISTORY_MINUTE; saving.width < HISTORY_WIDTHS; saving.width++) {
		if (write_width(&saving) < 0)
			goto out;
	}
	rc = 0;
	for (size_t i = 0; i < history->day_count && rc == 0; i++) {
		rc = history_day_put(history->days[i], history->database);
		history->stats.further_ends += history->days[i]->ends.further;
		history->days[i]->ends.further = 0;
	}
	if (rc < 0)
		history_no_memory();
out:
	for (size_t i = 0; i < pending->count && saving.minutes != NULL; i++)
		graph_edge_clear(&saving.minutes[i]);
	free(saving.minutes);
	free(saving.parts);
	graph_edge_clear(&saving.sum);
	text_free(&saving.row);
	text_free(&saving.old);
	text_free(&saving.block);
	return rc;
}

static void write_coverage(struct history *history)
{
	for (size_t i = 0; i < history->coverage.count; i++) {
		struct coverage_day *day = &history->coverage.days[i];
		struct history_key key = history_key_covered(day->day);

		if (!day->changed)
			continue;
		database_put(history->database, history_key_span(&key),
			     (struct span){(const char *)day->minutes, COVERAGE_BYTES});
		day->changed = false;
	}
}

/* Writes NOTE with what its row says already. OLD and ROW are for its use. */
static int write_tenure(struct history *history, const struct tenure_note *note, struct text *old,
			struct text *row)
{
	struct history_key key = history_key_tenure(&note->ip, note->from, note->holder);
	struct tenure_row before, after = {.to = note->to,
					   .first_seen = note->first_seen,
					   .last_seen = note->last_seen};
	int found = database_get(history->database, history_key_span(&key), old);

	if (found < 0)
		return -1;
	if (found == 0 && history->tenure_rows >= HISTORY_ALL_TENURES_MAX) {
		history->stats.further_tenures++;
		return 0;
	}
	history->tenure_rows += found == 0;
	after.names = (struct span){history->tenures.names.data + note->name, note->name_length};
	if (found == 1) {
		if (tenure_row_read(text_span(old), &before) < 0)
			return history_damaged(history, "the row of an address");
		after.to = when_earlier(after.to, before.to);
		after.first_seen = when_earlier(after.first_seen, before.first_seen);
		if (when_before(after.last_seen, before.last_seen)) {
			after.last_seen = before.last_seen;
			after.names = before.names;
		}
	}
	text_clear(row);
	tenure_row_write(row, &after);
	if (row->failed)
		return history_no_memory();
	database_put(history->database, history_key_span(&key), text_span(row));
	return 0;
}

/* The rows depend on what the records say and not on how often they were read, so they may be ahead of
 * the progress. */
int history_write_tenures(struct history *history)
{
	struct text old, row;
	int rc = 0;

	if (history->tenures.count == 0)
		return 0;
	text_init(&old, HISTORY_ROW_MAX);
	text_init(&row, HISTORY_ROW_MAX);
	for (size_t i = 0; i < history->tenures.count && rc == 0; i++)
		rc = write_tenure(history, &history->tenures.notes[i], &old, &row);
	text_free(&old);
	text_free(&row);
	if (rc < 0 || database_write(history->database, &history->unflushed) < 0)
		return -1;
	tenure_notes_clear(&history->tenures);
	return 0;
}

/* ---- Retention ---- */

static void remove_between(struct history *history, struct history_key from, struct history_key to)
{
	database_remove_range(history->database, history_key_span(&from), history_key_span(&to));
}

/* Removes the tenures that were last seen before MOMENT. */
static int forget_tenures(struct history *history, struct when moment)
{
	struct history_key prefix = history_key_all_tenures();
	struct span start = history_key_span(&prefix), key, value;
	struct database_scan *scan = database_scan_begin(history->database, start, start);
	struct tenure_row row;
	int found;

	if (scan == NULL)
		return history_no_memory();
	while ((found = database_scan_next(scan, &key, &value)) == 1) {
		if (tenure_row_read(value, &row) < 0) {
			found = history_damaged(history, "the row of an address");
			break;
		}
		if (when_before(row.last_seen, moment)) {
			database_remove(history->database, key);
			history->tenure_rows--;
		}
	}
	database_scan_end(scan);
	return found;
}

/* Forgets the days that are past the retention as a whole. */
static int forget(struct history *history)
{
	int32_t first, last, day;

	if (!coverage_bounds(&history->coverage, &first, &last))
		return 0;
	day = history_day_of(history_minute_of(
		when_add(history_minute_start(last + 1), -history->options.retention_ns)));
	if (day <= history->first_day)
		return 0;
	history->first_day = day;
	if (history_day_of(first) >= day)
		return 0;
	for (enum history_width width = HISTORY_MINUTE; width < HISTORY_EVER; width++)
		remove_between(history, history_key_window(width, INT32_MIN),
			       history_key_window(width, day * HISTORY_DAY_MINUTES));
	remove_between(history, history_key_ends(INT32_MIN), history_key_ends(day));
	remove_between(history, history_key_edges(INT32_MIN), history_key_edges(day));
	remove_between(history, history_key_covered(INT32_MIN), history_key_covered(day));
	remove_between(history, history_key_samples(INT32_MIN),
		       history_key_samples(day * HISTORY_DAY_MINUTES));
	coverage_forget(&history->coverage, day);
	for (size_t i = 0; i < history->day_count; i++) {
		if (history->days[i]->number >= day)
			continue;
		history_day_free(history->days[i]);
		history->days[i--] = history->days[--history->day_count];
	}
	return forget_tenures(history, history_minute_start(day * HISTORY_DAY_MINUTES));
}

int history_save_rows(struct history *history)
{
	if (history_write_tenures(history) < 0 || history_write_samples(history) < 0)
		return -1;
	/* First, so that what is written now is not removed with what was there. */
	if (forget(history) < 0 || write_measures(history) < 0)
		return -1;
	write_coverage(history);
	return 0;
}
