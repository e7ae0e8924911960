#include "sink/graph/history/history.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/program/log.h"
#include "sink/graph/history/history_internal.h"

#define PENDING_EDGES 32768 /* about 8 MB, with their histograms at most 90 MB */
#define PENDING_MINUTES 2048
#define FLUSH_BYTES (16u << 20) /* what a killed process reads again */
#define DAYS_READ 16

int history_no_memory(void)
{
	log_error("history: out of memory");
	return -1;
}

int history_damaged(struct history *history, const char *what)
{
	log_error("history %s: %s does not decode", history->folder, what);
	database_folder_mark(history->folder, DATABASE_DAMAGE_MARK);
	return -1;
}

/* ---- Opening ---- */

/* 1: of our format, or new; 0: of another, with the REASON; -1 after logging. */
static int check_format(struct history *history, char reason[DATABASE_REASON_SIZE])
{
	struct history_key key = history_key_format();
	struct text format;
	size_t bytes = 0;
	int found;

	text_init(&format, HISTORY_ROW_MAX);
	found = database_get(history->database, history_key_span(&key), &format);
	if (found == 0) {
		database_put(history->database, history_key_span(&key), span_of(HISTORY_FORMAT));
		found = database_write(history->database, &bytes) < 0 ? -1 : 1;
	} else if (found == 1 && strncmp(text_terminate(&format), HISTORY_WHAT " ",
					 strlen(HISTORY_WHAT " ")) != 0) {
		log_error("%s contains a database, but not a " HISTORY_WHAT
			  "; give an empty folder or a new name",
			  history->folder);
		found = -1;
	} else if (found == 1 && !span_equal(text_span(&format), span_of(HISTORY_FORMAT))) {
		snprintf(reason, DATABASE_REASON_SIZE, "is of another format than " HISTORY_FORMAT);
		found = 0;
	}
	text_free(&format);
	return found;
}

/* 1: opened; 0: damaged or of another format, with the REASON; -1 after logging. */
static int open_whole(struct history *history, char reason[DATABASE_REASON_SIZE])
{
	int opened = database_folder_check(history->folder, HISTORY_WHAT, reason);

	if (opened == 1)
		opened = database_open(history->database, history->folder, reason);
	if (opened == 1)
		opened = check_format(history, reason);
	if (opened < 1)
		database_close(history->database);
	return opened;
}

static int open_database(struct history *history)
{
	char reason[DATABASE_REASON_SIZE];
	int opened = open_whole(history, reason);

	if (opened == 0 && database_folder_set_aside(history->folder, HISTORY_WHAT, reason) == 0)
		opened = open_whole(history, reason);
	if (opened == 0)
		log_error("history %s: cannot open it: %s", history->folder, reason);
	return opened == 1 ? 0 : -1;
}

/* Reads the rows that begin with PREFIX into what ADD fills. */
static int load(struct history *history, struct history_key prefix,
		int (*add)(struct history *history, struct span key, struct span value))
{
	struct span start = history_key_span(&prefix), key, value;
	struct database_scan *scan = database_scan_begin(history->database, start, start);
	int found;

	if (scan == NULL)
		return history_no_memory();
	while ((found = database_scan_next(scan, &key, &value)) == 1) {
		if (add(history, key, value) < 0)
			found = history_damaged(history, "a row");
		if (found < 0)
			break;
	}
	database_scan_end(scan);
	return found;
}

static int add_covered(struct history *history, struct span key, struct span value)
{
	return coverage_load(&history->coverage, history_key_day_of(key), value);
}

static int add_tenure(struct history *history, struct span key, struct span value)
{
	(void)key;
	(void)value;
	history->tenure_rows++;
	return 0;
}

struct history *history_open(const struct history_options *options, const struct end_table *ends)
{
	struct history *history = calloc(1, sizeof(*history));

	if (history == NULL) {
		history_no_memory();
		return NULL;
	}
	history->options = *options;
	history->ends = ends;
	history->first_day = INT32_MIN;
	history->provisional.limit = (size_t)options->edges_max;
	tenure_notes_init(&history->tenures);
	sample_notes_init(&history->samples);
	history->database = database_new(HISTORY_WHAT, 0);
	if (history->database == NULL)
		history_no_memory();
	else if (database_folder_name(history->folder, HISTORY_WHAT, options->folder) == 0 &&
		 open_database(history) == 0 &&
		 load(history, history_key_all_covered(), add_covered) == 0 &&
		 load(history, history_key_all_tenures(), add_tenure) == 0)
		return history;
	history_close(history);
	return NULL;
}

static void free_days(struct history *history)
{
	for (size_t i = 0; i < history->day_count; i++)
		history_day_free(history->days[i]);
	history->day_count = 0;
}

void history_close(struct history *history)
{
	if (history == NULL)
		return;
	if (history->database != NULL)
		database_close(history->database);
	if (history->database != NULL && history->options.folder == NULL) {
		database_remove_files(history->database, history->folder);
		rmdir(history->folder);
	}
	database_free(history->database);
	free_days(history);
	free(history->days);
	history_totals_free(&history->totals);
	pending_free(&history->pending);
	pending_free(&history->provisional);
	coverage_free(&history->coverage);
	tenure_notes_free(&history->tenures);
	sample_notes_free(&history->samples);
	free(history);
}

/* ---- Days ---- */

struct history_day *history_day_of_number(struct history *history, int32_t number)
{
	const struct history_options *options = &history->options;
	struct history_day *day;

	for (size_t i = 0; i < history->day_count; i++) {
		if (history->days[i]->number == number)
			return history->days[i];
	}
	if (array_grow(&history->days, &history->day_capacity, history->day_count + 1,
		       sizeof(struct history_day *)) < 0) {
		history_no_memory();
		return NULL;
	}
	day = history_day_load(history->database, number, (size_t)options->ends_max,
			       (size_t)options->edges_max);
	if (day != NULL)
		history->days[history->day_count++] = day;
	return day;
}

void history_days_trim(struct history *history)
{
	if (history->day_count > DAYS_READ)
		free_days(history);
}

/* ---- What is added ---- */

int history_add(struct history *history, const struct conversation_slice *slice)
{
	if (!slice->counted)
		return 0;
	if (history_day_of(history_minute_of(slice->end)) < history->first_day) {
		history->stats.late++;
		return 0;
	}
	return pending_add(&history->pending, slice) < 0 ? history_no_memory() : 0;
}

int history_provisional_add(struct history *history, const struct conversation_slice *slice)
{
	if (!slice->counted)
		return 0;
	return pending_add(&history->provisional, slice) < 0 ? history_no_memory() : 0;
}

void history_provisional_clear(struct history *history)
{
	pending_clear(&history->provisional);
}

int history_note(struct history *history, const struct tagged_flow *flow)
{
	int32_t first = history_minute_of(flow->start), last = history_minute_of(flow->end);

	/* What a record of running totals says of days ago is not what the meter saw. */
	if (last - first > HISTORY_DAY_MINUTES)
		first = last - HISTORY_DAY_MINUTES;
	if (history_day_of(first) < history->first_day)
		return 0;
	if (tenure_notes_full(&history->tenures) && history_write_tenures(history) < 0)
		return -1;
	if (coverage_add(&history->coverage, first, last) < 0 ||
	    tenure_notes_add(&history->tenures, &flow->source, flow->end) < 0 ||
	    tenure_notes_add(&history->tenures, &flow->destination, flow->end) < 0)
		return history_no_memory();
	return 0;
}

bool history_is_full(const struct history *history)
{
	return history->pending.edges >= PENDING_EDGES ||
	       history->pending.count >= PENDING_MINUTES || tenure_notes_full(&history->tenures);
}

int history_progress(struct history *history, struct text *progress)
{
	struct history_key key = history_key_progress();

	return database_get(history->database, history_key_span(&key), progress);
}

int history_flush(struct history *history)
{
	if (history->unflushed == 0)
		return 0;
	history->unflushed = 0;
	return database_save(history->database, true);
}

int history_save(struct history *history, struct span progress)
{
	struct history_key key = history_key_progress();
	size_t bytes = 0;

	if (history_save_rows(history) < 0)
		return -1;
	database_put(history->database, history_key_span(&key), progress);
	if (database_write(history->database, &bytes) < 0)
		return -1;
	pending_clear(&history->pending);
	history_days_trim(history);
	history->stats.saves++;
	history->stats.bytes += bytes;
	history->unflushed += bytes;
	/* What a scrape shows must not be lost with the process. */
	return history->unflushed < FLUSH_BYTES && !history->totalled ? 0 : history_flush(history);
}

/* ---- What is there ---- */

struct history_bounds history_bounds(const struct history *history)
{
	int32_t first, last;

	if (!coverage_bounds(&history->coverage, &first, &last))
		return (struct history_bounds){WHEN_MAX, WHEN_MIN};
	return (struct history_bounds){history_minute_start(first), history_minute_start(last + 1)};
}

bool history_covers(const struct history *history, struct when from, struct when to)
{
	struct history_bounds bounds = history_bounds(history);
	int32_t minute;

	if (when_before(from, bounds.first) || when_before(bounds.last, to))
		return false;
	for (minute = history_minute_of(from) - 1; when_before(history_minute_start(minute), to);
	     minute++) {
		if (!coverage_has(&history->coverage, minute))
			return false;
	}
	return when_not_after(bounds.last, history_minute_start(minute)) ||
	       coverage_has(&history->coverage, minute);
}

struct history_stats history_stats(const struct history *history)
{
	return history->stats;
}

void history_report(const struct history *history)
{
	struct history_stats stats = history->stats;

	if (stats.late > 0)
		log_warn("%" PRIu64 " records ended before the --retention, and are left out",
			 stats.late);
	if (stats.further_ends > 0 || stats.further_edges > 0)
		log_warn("beyond --max-ends and --max-edges of a day: %" PRIu64 " ends and %" PRIu64
			 " edges, which are summed",
			 stats.further_ends, stats.further_edges);
	if (stats.further_tenures > 0)
		log_warn("%" PRIu64 " times an address' holder was not kept, because too many are",
			 stats.further_tenures);
}

/* The newest day that is in memory; NULL if none is. */
static const struct history_day *newest_day(const struct history *history)
{
	const struct history_day *newest = NULL;

	for (size_t i = 0; i < history->day_count; i++) {
		const struct history_day *day = history->days[i];

		if (day->number != HISTORY_TOTAL &&
		    (newest == NULL || newest->number < day->number))
			newest = day;
	}
	return newest;
}

void history_tables(const struct history *history, struct table_use tables[static HISTORY_TABLES])
{
	const struct history_options *options = &history->options;
	const struct history_day *day = newest_day(history);
	const struct table_use all[HISTORY_TABLES] = {
		{"pending_edges", history->pending.edges, PENDING_EDGES},
		{"pending_minutes", history->pending.count, PENDING_MINUTES},
		{"provisional_edges", history->provisional.edges, history->provisional.limit},
		{"day_ends", day != NULL ? day->ends.count : 0, (uint64_t)options->ends_max},
		{"day_edges", day != NULL ? day->edges.count : 0, (uint64_t)options->edges_max},
		{"tenures", history->tenure_rows, HISTORY_ALL_TENURES_MAX},
		{"metrics_edges", history->totals.graph.count, (uint64_t)options->totals_max},
	};

	memcpy(tables, all, sizeof(all));
}
