/* watches.h - all watches of one cluster over one connection: brings together the requests,
 * the watches' states and the rounds of progress.
 *
 * One turn is: watches_ask() starts what is due, watches_turn() moves bytes, and
 * watches_next() returns the records they make, until there are none.
 */
#ifndef TENURE_KUBE_WATCHES_H
#define TENURE_KUBE_WATCHES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/text.h"
#include "producers/kube/access.h"
#include "producers/kube/clocks.h"
#include "producers/kube/resume.h"
#include "producers/kube/scope.h"
#include "producers/kube/watch.h"

struct watches_options {
	const char *cluster;
	int64_t progress_interval_ns;
	int64_t sync_interval_ns; /* 0: no planned SYNC */
	struct scope scope;
};

enum watches_status {
	WATCHES_RECORD, /* RECORD holds one */
	WATCHES_QUIET,
	WATCHES_BROKEN, /* logged; watches_exit_code() says how to exit */
};

struct watches;

/* ACCESS and the strings are borrowed until watches_close(); SEED spreads waiting times.
 * NULL after logging. */
struct watches *watches_open(const struct watches_options *options, struct access *access,
			     const struct resume *resume, uint64_t seed);
void watches_close(struct watches *watches);

/* Starts requests. -1 after logging. */
int watches_ask(struct watches *watches, const struct clocks *now);
/* Moves bytes, waiting up to 50 ms for some, or until FD (-1: none) can be read. -1 after logging. */
int watches_turn(struct watches *watches, int fd);
/* Adds the next record to RECORD, which is empty. NOW was read after watches_turn(). */
enum watches_status watches_next(struct watches *watches, const struct clocks *now,
				 struct text *record);

/* Of a resource's watch and of its planned list: an answer, and the next page. */
#define WATCHES_WAITING_MAX (4 * WATCH_BODY_MAX)

/* How far the watches are, for people and for metrics. */
struct watches_state {
	struct watch_stats stats;
	uint64_t progress, rounds_failed, reconnects;
	struct when known;         /* of the last PROGRESS; WHEN_MIN before the first */
	int64_t ahead_ns;          /* of our clock, see server_clock.h */
	bool standing;             /* there was no PROGRESS for a while (standstill.h) */
	bool open[KUBE_RESOURCES]; /* its watch is */
	bool left_out
		[KUBE_RESOURCES]; /* the topic has nothing of it, PROGRESS does not wait for it */
	bool refused[KUBE_RESOURCES]; /* the account may not list or watch it */
	size_t waiting
		[KUBE_RESOURCES]; /* bytes from the server that are not written yet, at most WATCHES_WAITING_MAX */
};

void watches_get_state(const struct watches *watches, struct watches_state *state);

int watches_exit_code(const struct watches *watches);

#endif
