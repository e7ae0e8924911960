/* metrics.h - a program's metrics, in the text format of Prometheus (version 0.0.4). Pure.
 *
 * A program has one table of its metrics: what it serves and what docs/metrics.md lists come from it.
 */
#ifndef TENURE_METRICS_H
#define TENURE_METRICS_H

#include <stdint.h>

#include "common/base/table_use.h"
#include "common/base/text.h"
#include "common/base/when.h"

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define METRICS_LABELS_MAX 2

enum metric_type { METRIC_COUNTER, METRIC_GAUGE };

struct metric {
	const char *name; /* of a counter, it ends with _total; with its unit, if it has one */
	enum metric_type type;
	const char *help;                       /* one sentence */
	const char *labels[METRICS_LABELS_MAX]; /* their names; NULL after the last */
};

/* Adds what precedes the samples of METRIC. They follow it without another metric's in between. */
void metrics_begin(struct text *out, const struct metric *metric);
/* Adds a sample, with a value for each of METRIC's labels. */
void metrics_add(struct text *out, const struct metric *metric, const char *const *values,
		 uint64_t value);
/* Both, of a METRIC without labels. */
void metrics_add_one(struct text *out, const struct metric *metric, uint64_t value);
/* The same with TIME as seconds since 1970; nothing for WHEN_MIN and WHEN_MAX, which are no time. */
void metrics_add_time(struct text *out, const struct metric *metric, struct when time);
/* A sample of it, with a value for each label. */
void metrics_add_moment(struct text *out, const struct metric *metric, const char *const *values,
			struct when time);
/* The same with NS nanoseconds, not negative, as seconds. */
void metrics_add_seconds(struct text *out, const struct metric *metric, int64_t ns);
/* How full COUNT TABLES are, and their limits, each by its name: tables with a limit of entries, and of bytes. */
void metrics_add_table_entries(struct text *out, const struct table_use *tables, size_t count);
void metrics_add_table_bytes(struct text *out, const struct table_use *tables, size_t count);
/* Both, of a METRIC with the labels "program" and "version", whose value is always 1. */
void metrics_add_build(struct text *out, const struct metric *metric, const char *program);

#endif
