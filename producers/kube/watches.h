/* watches.h - every watch of one cluster over one connection: the requests, the watches'
 * states and the rounds of progress brought together.
 *
 * One turn is: watches_ask() starts what is due, watches_turn() moves bytes, watches_next() gives
 * the records of them until there are none.
 */
#ifndef TENURE_WATCHES_H
#define TENURE_WATCHES_H

#include <stdint.h>

#include "common/base/text.h"
#include "producers/kube/access.h"
#include "producers/kube/clocks.h"
#include "producers/kube/resume.h"

struct watches_options {
	const char *cluster;
	int64_t progress_interval_ns;
	int64_t sync_interval_ns; /* 0: no planned SYNC */
};

enum watches_status {
	WATCHES_RECORD, /* RECORD holds one */
	WATCHES_QUIET,
	WATCHES_BROKEN, /* logged; watches_exit_code() tells which exit fits */
};

struct watches;

/* ACCESS and the strings are borrowed until watches_close(); SEED spreads waiting times.
 * NULL after logging. */
struct watches *watches_open(const struct watches_options *options, struct access *access,
			     const struct resume *resume, uint64_t seed);
void watches_close(struct watches *watches);

/* Starts requests. -1 after logging. */
int watches_ask(struct watches *watches, const struct clocks *now);
/* Moves bytes, waiting up to a few dozen milliseconds for some. -1 after logging. */
int watches_turn(struct watches *watches);
/* Gives the next record; RECORD is empty before. NOW was read after
 * watches_turn(). */
enum watches_status watches_next(struct watches *watches, const struct clocks *now,
				 struct text *record);

int watches_exit_code(const struct watches *watches);
/* One line with every counter. */
void watches_log_counters(const struct watches *watches);

#endif
