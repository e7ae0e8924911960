/* feed.h - every watch of one cluster over one connection: the requests, the watches'
 * states and the rounds of progress brought together.
 *
 * One turn is: feed_ask() starts what is due, feed_turn() moves bytes, feed_next() gives
 * the records of them until there are none.
 */
#ifndef TENURE_KUBE_FEED_H
#define TENURE_KUBE_FEED_H

#include <stdint.h>

#include "common/text.h"
#include "producers/kube/access.h"
#include "producers/kube/clocks.h"
#include "producers/kube/resume.h"

struct feed_options {
	const char *cluster;
	int64_t progress_interval_ns;
	int64_t sync_interval_ns; /* 0: no planned SYNC */
};

enum feed_status {
	FEED_RECORD, /* RECORD holds one */
	FEED_QUIET,
	FEED_BROKEN, /* logged; feed_exit_code() tells which exit fits */
};

struct feed;

/* ACCESS and the strings are borrowed until feed_close(); SEED spreads waiting times.
 * NULL after logging. */
struct feed *feed_open(const struct feed_options *options, struct access *access,
		       const struct resume *resume, uint64_t seed);
void feed_close(struct feed *feed);

/* Starts requests.  -1 after logging. */
int feed_ask(struct feed *feed, const struct clocks *now);
/* Moves bytes, waiting up to a few dozen milliseconds for some.  -1 after logging. */
int feed_turn(struct feed *feed);
/* Gives the next record; RECORD is empty before.  NOW was read after
 * feed_turn(). */
enum feed_status feed_next(struct feed *feed, const struct clocks *now, struct text *record);

int feed_exit_code(const struct feed *feed);
/* One line with every counter. */
void feed_log_counters(const struct feed *feed);

#endif
