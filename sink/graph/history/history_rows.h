/* history_rows.h - the keys of the history's rows, and the windows that they are for. Pure.
 *
 * (1) Keys sort by their first byte, then by day or window: so what is past the retention is one range
 *     of each kind.
 * (2) Minutes and days are counted from 1970 on, before it below 0.
 * (3) Each day has its own numbers of ends and edges. HISTORY_TOTAL is the day of the rows that
 *     have no day.
 */
#ifndef TENURE_GRAPH_HISTORY_ROWS_H
#define TENURE_GRAPH_HISTORY_ROWS_H

#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/span.h"
#include "common/base/when.h"
#include "sink/graph/history/edge_block.h"

#define HISTORY_FORMAT "history 5" /* the version of all this */
#define HISTORY_TOTAL INT32_MAX
#define HISTORY_KEY_SIZE 34

#define HISTORY_MINUTE_NS (60 * NS_PER_SECOND)
#define HISTORY_DAY_MINUTES 1440

/* A window begins at a multiple of its width. */
enum history_width {
	HISTORY_MINUTE,
	HISTORY_TEN_MINUTES,
	HISTORY_HOUR,
	HISTORY_SIX_HOURS,
	HISTORY_DAY,
	HISTORY_EVER, /* one window */
	HISTORY_WIDTHS,
};

/* Blocks that are not of EDGE_BLOCK_EDGES numbered edges: what was beyond the day's limit, and the sum
 * of all. Their edge has the number 0. */
#define HISTORY_BLOCK_REST 0xfffe
#define HISTORY_BLOCK_ALL 0xffff

/* In minutes; HISTORY_EVER has none. */
int32_t history_width_minutes(enum history_width width);
/* The beginning of the window that MINUTE is in. */
int32_t history_window_of(enum history_width width, int32_t minute);
/* The widest window that begins at MINUTE, ends at TO or earlier, and has at most LIMIT minutes. */
enum history_width history_widest(int32_t minute, int32_t to, int32_t limit);

/* The minute that contains MOMENT, not WHEN_MIN or WHEN_MAX, and its day. */
int32_t history_minute_of(struct when moment);
int32_t history_day_of(int32_t minute);
struct when history_minute_start(int32_t minute);

struct history_key {
	char bytes[HISTORY_KEY_SIZE];
	size_t length;
};
struct span history_key_span(const struct history_key *key);

struct history_key history_key_format(void);
struct history_key history_key_progress(void);
/* What was measured: the key of one block, and the beginning of those of a window, and of all windows of
 * a width from MINUTE on. */
struct history_key history_key_block(enum history_width width, int32_t window, unsigned block);
struct history_key history_key_window(enum history_width width, int32_t window);
/* The packed end NUMBER of DAY, and the edge; their beginnings. */
struct history_key history_key_end(int32_t day, uint32_t number);
struct history_key history_key_edge(int32_t day, uint32_t number);
struct history_key history_key_ends(int32_t day);
struct history_key history_key_edges(int32_t day);
/* The covered minutes of DAY; the beginning of all. */
struct history_key history_key_covered(int32_t day);
struct history_key history_key_all_covered(void);
/* A tenure of IP that began at FROM; the beginning of those of IP, and of all. */
struct history_key history_key_tenure(const struct ip *ip, struct when from, uint64_t holder);
struct history_key history_key_tenures(const struct ip *ip);
struct history_key history_key_all_tenures(void);

/* The sample in a place of a minute (sample_notes.h); the beginning of those of a minute. */
struct history_key history_key_sample(int32_t minute, unsigned slot);
struct history_key history_key_samples(int32_t minute);

/* Reads the number at the end of a key of an end or an edge; 0 if KEY is too short. */
uint32_t history_key_number_of(struct span key);
/* The day of a key of covered minutes. */
int32_t history_key_day_of(struct span key);
/* Reads a tenure's key. -1 if it is none. */
int history_key_tenure_of(struct span key, struct ip *ip, struct when *from);

#endif
