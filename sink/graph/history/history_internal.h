/* history_internal.h - what the files of struct history share. */
#ifndef TENURE_GRAPH_HISTORY_INTERNAL_H
#define TENURE_GRAPH_HISTORY_INTERNAL_H

#include "common/database/database.h"
#include "common/database/database_folder.h"
#include "sink/graph/history/coverage.h"
#include "sink/graph/history/history.h"
#include "sink/graph/history/history_day.h"
#include "sink/graph/history/history_rows.h"
#include "sink/graph/history/history_totals.h"
#include "sink/graph/history/pending.h"
#include "sink/graph/history/sample_notes.h"
#include "sink/graph/history/tenure_notes.h"

#define HISTORY_WHAT "history" /* for the log */
#define HISTORY_ROW_MAX (64u << 20)
#define HISTORY_ALL_TENURES_MAX 1000000 /* rows; about 200 B each */

struct history {
	struct history_options options;
	const struct end_table *ends;
	char folder[DATABASE_PATH_SIZE];
	struct database *database;
	struct history_day **days; /* that were read; all are saved between two calls */
	size_t day_count, day_capacity;
	struct pending pending, provisional;
	struct coverage coverage;
	struct tenure_notes tenures;
	struct sample_notes samples;
	struct history_totals totals; /* if TOTALLED */
	bool totalled;
	size_t tenure_rows;
	size_t unflushed;  /* bytes */
	int32_t first_day; /* that is kept */
	struct history_stats stats;
};

/* Logs that memory is short. -1. */
int history_no_memory(void);
/* Logs that WHAT does not decode, and marks the folder: the next start rebuilds it. -1. */
int history_damaged(struct history *history, const char *what);
/* Puts the rows of what is pending into the batch, and removes what is past the retention. */
int history_save_rows(struct history *history);
/* Writes what tags said of addresses since the last time, so that questions find it. */
int history_write_tenures(struct history *history);
/* The same for samples. */
int history_write_samples(struct history *history);
/* The day NUMBER, read if it was not; valid until the next call of a function of history.h. NULL after
 * logging. */
struct history_day *history_day_of_number(struct history *history, int32_t number);
/* Forgets the days that were read, if they are many. */
void history_days_trim(struct history *history);

#endif
