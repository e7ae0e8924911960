/* episode.h - something that flows may be, which is logged when it begins and when it is over: each once. Pure. */
#ifndef TENURE_EPISODE_H
#define TENURE_EPISODE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"

#define EPISODE_QUIET_NS (60 * NS_PER_SECOND) /* without such a flow, before it is over */

/* Zero at first. */
struct episode {
	bool said;
	uint64_t count;   /* since it was said */
	struct when last; /* when the last one was seen */
};

/* One is seen at NOW. Returns true if it is the first, which is to be logged. */
static inline bool episode_begins(struct episode *episode, struct when now)
{
	bool first = !episode->said;

	episode->last = now;
	episode->said = true;
	episode->count = first ? 1 : episode->count + 1;
	return first;
}

/* Call it in every turn. Returns true once it is over, which is to be logged, of COUNT. */
static inline bool episode_ends(struct episode *episode, struct when now)
{
	if (!episode->said || when_since(now, episode->last) < EPISODE_QUIET_NS)
		return false;
	episode->said = false;
	return true;
}

#endif
