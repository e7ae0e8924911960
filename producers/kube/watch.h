/* watch.h - one resource: list it, watch it, and keep track of what is known of it.
 *
 * A watch is a state machine without a clock and without a network. It says which request
 * it wants and takes what the request brings; watch_records.h turns that into records.
 *
 *     TO_LIST -> LISTING -> WRITING -> (next page) TO_LIST | (last) TO_WATCH
 *     TO_WATCH -> OPENING -> OPEN -> (ended, stalled) TO_WATCH | (history lost) TO_LIST with a GAP
 *
 * A planned list runs beside the watch. It has a `struct watch` of its own, which only lists:
 *
 *     IDLE -> TO_LIST -> LISTING -> WRITING -> (next page) TO_LIST | (last, expired) IDLE
 *
 * (1) Every change with a revision <= REVISION was written or is inside a GAP. REVISION is
 *     DELIVERED, or more where a proof (proofs.h) showed it to be quiet. A watch opens from
 *     DELIVERED, so a change that breaks that promise still comes, and a GAP precedes it.
 * (2) Changes are written in the order of their revisions, each once.
 * (3) Every change committed before KNOWN was written or is inside a GAP. When history was
 *     lost, a GAP from KNOWN on precedes the SYNC that follows.
 * (4) A list that breaks off is started again: a SYNC_BEGIN without its SYNC_END is void.
 * (5) A list at an exact revision R is what the topic had at R. Its SYNC_BEGIN is written before
 *     any change after R: an earlier revision would be a new order (docs/answers.md section 1).
 */
#ifndef TENURE_KUBE_WATCH_H
#define TENURE_KUBE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/base/value.h"
#include "common/base/when.h"
#include "common/record/kube_resource.h"
#include "producers/kube/clocks.h"
#include "producers/kube/list_stream.h"
#include "producers/kube/retry.h"
#include "producers/kube/scope.h"

#define WATCH_LINE_MAX LIST_STREAM_VALUE_MAX /* bytes */
#define WATCH_BODY_MAX (2 * WATCH_LINE_MAX)  /* bytes: a line, and what one turn brings */
#define WATCH_PROBLEM_SIZE 384
#define WATCH_WENT_BACK "revisions_went_back" /* the reason of a GAP */
#define WATCH_PAGE_ITEMS 500                  /* as client-go */

enum watch_state {
	WATCH_TO_LIST,  /* wants a list */
	WATCH_LISTING,  /* waits for a page */
	WATCH_WRITING,  /* receives a page; its items are written as they arrive */
	WATCH_TO_WATCH, /* wants a watch */
	WATCH_OPENING,  /* waits for the server to accept it */
	WATCH_OPEN,     /* receives changes */
	WATCH_IDLE,     /* for planned lists, while there is none */
};

/* Counters; all watches share one. */
struct watch_stats {
	uint64_t changes, bookmarks, syncs, items, gaps;
	uint64_t duplicates; /* already written */
	uint64_t late;       /* promises that a change broke; a GAP declares each */
	uint64_t stalls;     /* open watches that did not deliver what a proof had brought */
	uint64_t unreadable; /* lines and pages */
	uint64_t too_large;
	uint64_t requests; /* to the API server */
	uint64_t failures; /* requests that did not get what they asked for */
};

struct watch {
	enum kube_resource resource;
	const char *cluster;       /* borrowed */
	const struct scope *scope; /* borrowed; NULL for everything, as after watch_init() */
	struct watch_stats *stats; /* borrowed */
	enum watch_state state;
	struct text body; /* what the request brought */
	size_t taken;     /* bytes of it that were used */
	size_t scanned;   /* bytes of it that hold no further line end */

	uint64_t revision;  /* (1) */
	uint64_t delivered; /* the greatest that its own stream or list brought */
	uint64_t written;   /* the greatest of a change that was written */
	uint64_t witness;   /* a change that the server still has in its history; 0 for none */
	struct when known;  /* (3); WHEN_MIN while nothing is */
	struct when sure;   /* KNOWN when WRITTEN was written */
	uint64_t era;       /* grows when REVISION is lost or taken back: older proofs are void */
	bool leaps;         /* opens from REVISION, because the server no longer has DELIVERED */
	const char *gap;    /* the reason of the GAP that the next SYNC needs, or NULL */
	bool gap_written;   /* it precedes the list that is under way */
	bool covered;       /* the output has records of it */
	bool missing;       /* the server does not have this optional resource */
	bool refused;       /* the account may not list it */
	struct when refused_since, refused_at; /* the first and the last time in a row */

	uint64_t owed; /* a proof has brought this revision, DELIVERED is less; 0 for none */
	struct when owed_since;
	unsigned stalls; /* in a row */

	bool exact;   /* the list is at REVISION */
	bool planned; /* only lists */
	bool begun;   /* SYNC_BEGIN was written */
	bool partial; /* an earlier run wrote a part of this list: it must become whole */
	struct list_stream page;
	struct value item;      /* of the page, that is written next; absent while there is none */
	uint64_t list_revision; /* of the list that began last */
	struct when list_asked; /* by the wall clock */

	struct retry retry; /* failures since a watch last lived a while */
	unsigned losses;    /* the same, of history */
	/* These instants are by clocks.h (1). */
	unsigned short_lives; /* watches in a row that ended immediately and brought nothing */
	struct when opened_at;
	struct when heard_at; /* the last line, or the opening */
	struct when byte_at;  /* the last byte of the request, or its start */
	struct when begun_at; /* the list began */
	struct when told_at;  /* the log last had how far it is */
	uint64_t listed;      /* its items so far */
	size_t body_seen;     /* bytes of it by then */
	uint64_t openings;
	char problem[WATCH_PROBLEM_SIZE]; /* the last one, for the log; "" for none */
};

/* How a request ended. */
struct watch_end {
	long status;    /* HTTP's, 0 when there was no answer */
	bool failed;    /* the network failed, as MESSAGE says */
	bool too_large; /* the answer did not fit */
	const char *message;
	int64_t retry_after_s;
};

/* SEED makes the waiting times of several watches differ. */
void watch_init(struct watch *watch, enum kube_resource resource, const char *cluster,
		uint64_t seed, struct watch_stats *stats);
void watch_free(struct watch *watch);
/* Continues where an earlier run stopped, REVISION > 0. Before the first request. */
void watch_resume(struct watch *watch, uint64_t revision, struct when known);
/* Continues a list of REVISION that an earlier run began. Before the first request. */
void watch_resume_list(struct watch *watch, uint64_t revision, struct when known);
/* Lists (again) because history was lost; REASON is for the GAP, from KNOWN on. */
void watch_relist(struct watch *watch, const char *reason);
/* Makes LIST, which was just initialized, one for planned lists. */
void watch_keep_idle(struct watch *list);
/* Starts a planned list of what WATCH has reached, which loses nothing; again if one is under
 * way. */
void watch_plan(struct watch *list, const struct watch *watch);
/* Gives up a planned list. */
void watch_stop(struct watch *list);
/* Ends a request that is not answered, and a stream that does not bring what it owes. True if
 * so: the request must be released. */
bool watch_expire(struct watch *watch, const struct clocks *now);
/* True while the topic has nothing of the resource, and PROGRESS does not wait for it: the
 * server does not have it, or has refused it again after a while. */
bool watch_left_out(const struct watch *watch);

/* True when a request should be started now. */
bool watch_due(const struct watch *watch, const struct clocks *now);
/* Adds the path of that request and waits for its answer, LISTING or OPENING. What the
 * request brings goes to BODY. */
void watch_ask(struct watch *watch, const struct clocks *now, struct text *path);
/* The answer has begun. */
void watch_answered(struct watch *watch, long status, const struct clocks *now);
/* The request has ended, and watch_records_next() has taken everything it brought. */
void watch_ended(struct watch *watch, const struct watch_end *end, const struct clocks *now);
/* Checks the revision of the page, which has just come. False when the list starts again. */
bool watch_page_begins(struct watch *watch, const struct clocks *now);
/* Starts the list again, because its page is WHY. */
void watch_page_wrong(struct watch *watch, const char *why, const struct clocks *now);
/* True while the state needs the request that was started last. */
bool watch_listening(const struct watch *watch);
/* True when the request, due or under way, is for the first page of a list at no exact revision. */
bool watch_lists_anew(const struct watch *watch);
/* True when every watch is OPEN or left out. */
bool watch_all_open(const struct watch watches[static KUBE_RESOURCES]);

/* Ends an OPEN stream from our side, because of PROBLEM: lists again when GAP names a
 * reason, else watches again, after SERVER_WISH_S or longer. */
void watch_fail(struct watch *watch, const char *gap, const char *problem, int64_t server_wish_s,
		const struct clocks *now);

#endif
