/* history.h - what was measured between any two ends, minute by minute, kept in RocksDB.
 *
 * Slices that count are added as conversations settle, and saved together with the progress of the
 * input, so a restart continues where the last save was: nothing is missing and nothing is there
 * twice. README.md has the rows.
 *
 * (1) A flow, with its error, is in the minute in which its last slice ended; bytes, packets and
 *     requests are in the minute in which their own slice ended.
 * (2) A minute is covered if a record that was read says something about it: no traffic in a covered
 *     minute is no traffic, in another minute it is not known.
 * (3) Days (UTC) are forgotten whole, once all of them is older than the retention.
 * (4) A day has at most ENDS_MAX ends and EDGES_MAX edges between them. What is beyond is counted, in
 *     the node "further" or in the graph's REST.
 * (5) Questions see what was added, saved or not, and what is provisional: conversations that are not
 *     over, which are forgotten at the next history_provisional_clear() and never saved. At most EDGES_MAX edges
 *     of minutes are provisional.
 * (6) Functions that return -1 have logged why.
 */
#ifndef TENURE_HISTORY_H
#define TENURE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/span.h"
#include "common/base/table_use.h"
#include "common/base/text.h"
#include "common/base/when.h"
#include "common/record/tagged_flow.h"
#include "sink/graph/conversation/conversation_slice.h"
#include "sink/graph/end_table.h"
#include "sink/graph/graph.h"
#include "sink/graph/history/history_totals.h"
#include "sink/graph/measures.h"
#include "sink/graph/node.h"

#define HISTORY_POINTS_MAX 20000  /* of one series */
#define HISTORY_MATCHES_MAX 1000  /* of one search */
#define HISTORY_TENURES_MAX 10000 /* of one address */
#define HISTORY_SAMPLES_MAX 100   /* of one question */

struct history_options {
	const char *folder; /* borrowed; NULL for a temporary one, which is removed */
	int64_t retention_ns;
	int64_t ends_max, edges_max; /* of a day (4) */
	int64_t totals_max;          /* edges of history_totals() */
};

struct history;

/* ENDS is the table that slices' CLIENT and SERVER are indexes of; it is borrowed, and may be emptied
 * only when nothing is pending: right after history_save(). NULL after logging. */
struct history *history_open(const struct history_options *options, const struct end_table *ends);
/* What was not saved is lost; NULL is allowed. */
void history_close(struct history *history);

/* ---- Writing ---- */

/* Adds SLICE if it counts. */
int history_add(struct history *history, const struct conversation_slice *slice);
/* Notes that the record of FLOW was read: its time is covered (2), and its tags say who held
 * addresses. */
int history_note(struct history *history, const struct tagged_flow *flow);
/* Keeps RECORD, which was read as FLOW at PLACE, as a sample of its edge, if its minute has room for it
 * (sample_notes.h). The source of FLOW is the client (direction.h); OUTSIDE_ADDRESSES is as for end_pack(). */
int history_note_sample(struct history *history, const struct tagged_flow *flow, struct span record,
			const struct conversation_place *place, bool outside_addresses);
/* True if what is pending takes so much memory that it should be saved now. */
bool history_is_full(const struct history *history);
/* Writes what is pending and PROGRESS, any bytes, as one; forgets what is past the retention, which
 * ends at the newest covered minute. */
int history_save(struct history *history, struct span progress);
/* Waits until what was saved is on disk: a process that is killed before may forget the last saves, never
 * a part of one. It also happens by itself, after many bytes. */
int history_flush(struct history *history);
/* Replaces *PROGRESS by that of the last save. 1, 0 if there is none, or -1. */
int history_progress(struct history *history, struct text *progress);

/* (5) */
void history_provisional_clear(struct history *history);
int history_provisional_add(struct history *history, const struct conversation_slice *slice);

/* ---- Questions ---- */

/* From the first to the last covered minute; WHEN_MAX and WHEN_MIN if there is none. */
struct history_bounds {
	struct when first, last;
};
struct history_bounds history_bounds(const struct history *history);

/* Edges that are wanted: with these nodes, as node_add_id() names them at the question's level, and
 * with an end of this namespace; NULL for any. BY_PORT keeps transports and server ports apart. */
struct history_filter {
	const char *client, *server;
	const char *namespace;
	bool by_port;
	bool settled; /* without what is provisional, so what was summed never shrinks */
};

/* What the span from FROM to TO is rounded to: a minute; if it is more than 2 hours then, 10 minutes; if more
 * than 2 days, an hour. */
int64_t history_unit(struct when from, struct when to);
/* Rounds both outwards to that. What is rounded stays as it is. */
void history_round(struct when *from, struct when *to);

/* Adds what ended in [FROM, TO), rounded as above, to GRAPH, with its nodes at LEVEL in NODES; both are
 * empty at first, and the caller's. WHEN_MIN to WHEN_MAX is everything since the history began, also
 * what the retention has removed. FILTER may be NULL. */
int history_sum(struct history *history, struct when from, struct when to, enum node_level level,
		const struct history_filter *filter, struct node_table *nodes, struct graph *graph);

/* Keeps sums of all that was saved, between services, in memory until the history is closed; a second call starts over. Call it
 * after history_save(), when nothing is pending. SETTLED leaves out what is provisional, so that no sum shrinks. The edges
 * for which there is no room are summed from now on only: after another start they may be others. */
int history_totals_begin(struct history *history, bool settled);
/* What was saved, up to the last time. NULL before they were begun; borrowed until the next save. */
const struct history_totals *history_totals(const struct history *history);

struct history_point {
	struct when at; /* of STEP_NS from here on */
	bool covered;   /* at least one minute of it (2) */
	struct measures measures;
	uint64_t p50_ns, p95_ns, p99_ns; /* of response times; 0 if there are none */
	struct messages_counts messages; /* of all protocols, and their times to the first byte */
	uint64_t first_p50_ns, first_p95_ns, first_p99_ns; /* 0 if there are none */
};
struct history_points {
	struct history_point *points;
	size_t count;
};
/* Fills *OUT, which history_points_free() frees, with a point for each STEP_NS, a multiple of a minute,
 * that [FROM, TO) touches; they begin at multiples of STEP_NS since 1970. -1 also if that would be more
 * than HISTORY_POINTS_MAX. */
int history_series(struct history *history, enum node_level level,
		   const struct history_filter *filter, struct when from, struct when to,
		   int64_t step_ns, struct history_points *out);
void history_points_free(struct history_points *points);

/* Whether all of [FROM, TO) is certainly covered: every minute that it touches, and those around it, because the
 * first minute after a gap, and the last before one, may be covered in part. After the last covered minute nothing
 * is asked for. */
bool history_covers(const struct history *history, struct when from, struct when to);

struct history_match {
	const char *type; /* as node_kind_name(); "pod", "address" or "namespace" */
	const char *id; /* as node_add_id(), of a pod "pod/NAMESPACE/NAME", or the address itself */
	const char *label; /* as node_add_label() */
};
struct history_matches {
	struct history_match *matches;
	size_t count;
	char *names; /* the texts */
};
/* Fills *OUT, which history_matches_free() frees, with at most LIMIT (up to HISTORY_MATCHES_MAX) things
 * that the retention holds and whose label contains TEXT in any case: those that begin with it
 * first. */
int history_search(struct history *history, struct span text, size_t limit,
		   struct history_matches *out);
void history_matches_free(struct history_matches *matches);

/* Who held an address, as the tags of the records say. */
struct history_tenure {
	const char *kind;     /* "pod", "node" or "service" */
	const char *holder;   /* "shop/cart-x2x (pod)" */
	const char *id;       /* as in struct history_match */
	const char *services; /* "shop/cart,shop/web"; "" for none */
	struct when from, to; /* the binding; WHEN_MIN: not known, WHEN_MAX: it has not ended */
	struct when first_seen, last_seen; /* the ends of the records that say so */
};
struct history_tenures {
	struct history_tenure *tenures; /* the oldest first */
	size_t count;
	char *names;
};
/* Fills *OUT, which history_tenures_free() frees, with what was saved. */
int history_tenures(struct history *history, const struct ip *ip, struct history_tenures *out);
void history_tenures_free(struct history_tenures *tenures);

/* A record of one flow, as it was read. */
struct history_sample {
	int32_t partition;
	int64_t offset;
	struct when end;
	struct span record; /* JSON */
};
struct history_samples {
	struct history_sample *samples; /* the newest first */
	size_t count;
	char *bytes;
};
/* Fills *OUT, which history_samples_free() frees, with at most LIMIT (up to HISTORY_SAMPLES_MAX) of the samples of the edges
 * that FILTER wants, with FROM <= end < TO. Not each flow has one, and of a long span the newest minutes are looked at. */
int history_samples(struct history *history, enum node_level level,
		    const struct history_filter *filter, struct when from, struct when to,
		    size_t limit, struct history_samples *out);
void history_samples_free(struct history_samples *samples);

/* ---- Counters ---- */

struct history_stats {
	/* (4): how often one was added, at a save, that did not fit. */
	uint64_t further_ends, further_edges;
	uint64_t late;            /* slices older than the retention, left out */
	uint64_t further_tenures; /* beyond what is kept of addresses */
	uint64_t saves, bytes;    /* written since it was opened */
};
struct history_stats history_stats(const struct history *history);
/* Logs what was left out, if anything was. */
void history_report(const struct history *history);

/* How full the tables are: what waits to be saved, what is provisional, the ends and edges of the newest day that was used,
 * the rows of tenures, and the edges that history_totals() has apart. */
#define HISTORY_TABLES 7
void history_tables(const struct history *history, struct table_use tables[static HISTORY_TABLES]);

#endif
