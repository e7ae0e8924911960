/* server_clock.h - whether the clocks of this machine and of the API server agree.
 *
 * Known and received are dated by our clock, the times in objects by others'. Answers are right while clocks differ by at most
 * --skew. An answer has the server's time, in whole seconds (Date, RFC 9110 section 6.6.1): that is after it was asked for
 * and before it came, so each answer proves how far apart the clocks are at least. Pure, but for the log.
 */
#ifndef TENURE_KUBE_SERVER_CLOCK_H
#define TENURE_KUBE_SERVER_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"

#define SERVER_CLOCK_WRONG_NS NS_PER_SECOND /* so far apart at least, before it is said */

/* Zero at first. */
struct server_clock {
	int64_t ahead_ns; /* ours is at least so far ahead, or behind if negative; 0: they may agree */
	int64_t before_ns;      /* as AHEAD_NS, of the last answer but one */
	bool said, said_behind; /* SAID: that ours is behind, not ahead */
	struct when since;      /* SAID: that they do not agree, by clocks.h (1) */
};

/* Takes DATE, in seconds since 1970, of an answer that was asked for at ASKED and has come by CAME, both by our wall
 * clock; 0: it has none. Logs that the clocks disagree and which is ahead, once two answers in a row say so, and its end. TICK is by
 * clocks.h (1). */
void server_clock_see(struct server_clock *clock, struct when asked, int64_t date, struct when came,
		      struct when tick);

#endif
