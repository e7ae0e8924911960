/* progress_rounds.h - when may it be said that nothing before an instant is missing?
 *
 * In rounds: an instant is noted, then every resource is asked for a list of one item
 * over the connection that its watch has. Such a list is consistent, so its revision R
 * is at least that of every change committed before the instant. A resource is proven
 * when its watch has reached R, or when nothing more came on the watch for the
 * settling time after the answer: what the server had to send it sent before or with
 * the answer, a few milliseconds apart.
 *
 * (1) A round gives a PROGRESS only if every watch was open from its begin to its end.
 * (2) KNOWN never goes back.
 * (3) A change that comes after it was promised makes the settling time longer.
 */
#ifndef TENURE_PROGRESS_ROUNDS_H
#define TENURE_PROGRESS_ROUNDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/base/when.h"
#include "common/record/kube_resource.h"
#include "producers/kube/clocks.h"
#include "producers/kube/watch.h"

struct progress_rounds_probe {
	bool asked;
	bool answered;
	uint64_t before;   /* what the watch had reached when it was asked */
	uint64_t openings; /* of the watch then */
	uint64_t revision; /* R */
	struct when answered_at;
};

struct progress_rounds {
	const char *cluster; /* borrowed */
	int64_t interval_ns;
	int64_t settle_ns;
	bool running;         /* a round is */
	struct when asked_at; /* by the wall clock */
	struct when next_at;  /* by clocks.h (1), as ANSWERED_AT */
	struct when last_known;
	struct progress_rounds_probe probes[KUBE_RESOURCES];
	uint64_t late; /* of all watches, as seen last */
	uint64_t given, abandoned;
	uint64_t set_back; /* rounds that gave nothing since the wall clock was set back */
};

enum progress_rounds_answer {
	PROGRESS_TAKEN,
	PROGRESS_WENT_BACK, /* the server's revisions are older than what it sent before */
};

void progress_rounds_init(struct progress_rounds *progress, const char *cluster,
			  int64_t interval_ns);
/* True when a round should begin: it is time, and every watch is open. */
bool progress_rounds_due(const struct progress_rounds *progress,
			 const struct watch watches[KUBE_RESOURCES], const struct clocks *now);
/* Begins a round; the probes are sent after this. */
void progress_rounds_begin(struct progress_rounds *progress,
			   const struct watch watches[KUBE_RESOURCES], const struct clocks *now);
/* True when RESOURCE is part of the round. */
bool progress_rounds_asks(const struct progress_rounds *progress, enum kube_resource resource);
enum progress_rounds_answer progress_rounds_answered(struct progress_rounds *progress,
						     enum kube_resource resource, uint64_t revision,
						     const struct clocks *now);
/* A probe failed, or anything else that makes the round worthless. */
void progress_rounds_abandon(struct progress_rounds *progress);
/* Adds the PROGRESS to RECORD when the round has proven it, and tells the watches; false
 * when it has not. */
bool progress_rounds_next(struct progress_rounds *progress, struct watch watches[KUBE_RESOURCES],
			  const struct clocks *now, struct text *record);

#endif
