#include "producers/kube/server_clock.h"

#include <inttypes.h>

#include "common/program/log.h"

/* How far our clock is ahead of the server's at least. */
static int64_t ahead_of(struct when asked, int64_t date, struct when came)
{
	struct when first = {date * NS_PER_SECOND}, last = when_add(first, NS_PER_SECOND);

	if (when_before(last, asked))
		return when_since(asked, last);
	return when_before(came, first) ? when_since(came, first) : 0;
}

static bool is_wrong(int64_t ahead_ns)
{
	return ahead_ns >= SERVER_CLOCK_WRONG_NS || ahead_ns <= -SERVER_CLOCK_WRONG_NS;
}

void server_clock_see(struct server_clock *clock, struct when asked, int64_t date, struct when came,
		      struct when tick)
{
	/* A clock that is set while an answer comes disagrees with itself, once. */
	bool both, behind, opposite;

	if (date <= 0 || date > INT64_MAX / NS_PER_SECOND - 1)
		return;
	clock->before_ns = clock->ahead_ns;
	clock->ahead_ns = ahead_of(asked, date, came);
	both = is_wrong(clock->ahead_ns) && is_wrong(clock->before_ns);
	behind = clock->ahead_ns < 0;
	opposite = behind != (clock->before_ns < 0);
	if (both && !opposite && (!clock->said || behind != clock->said_behind)) {
		clock->since = clock->said ? clock->since : tick;
		clock->said = true;
		clock->said_behind = behind;
		log_warn("the clock of this machine is %" PRId64
			 " s or more %s that of the API server: answers are right while clocks "
			 "differ by at most --skew; set the one that is wrong",
			 (behind ? -clock->ahead_ns : clock->ahead_ns) / NS_PER_SECOND,
			 behind ? "behind" : "ahead of");
	} else if (clock->said && clock->ahead_ns == 0) {
		clock->said = false;
		log_info("the clocks of this machine and of the API server agree again, after "
			 "%" PRId64 " s",
			 when_since(tick, clock->since) / NS_PER_SECOND);
	}
}
