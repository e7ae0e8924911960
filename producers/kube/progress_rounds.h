/* progress_rounds.h - when is it true that nothing before an instant is missing?
 *
 * In rounds. The wall clock is read, then every resource is asked for a list of one item
 * over the connection that its watch uses. Such a list is consistent: its revision R is
 * at least that of every change committed before that instant. A resource is proven when
 * its watch has reached R, or when nothing more has come on the watch for the settling time
 * after the answer: what the server had to send, it sent before the answer or with it,
 * a few milliseconds apart.
 *
 * (1) A round yields a PROGRESS only if every watch was open from its start to its end.
 * (2) KNOWN never goes back.
 * (3) A change that arrives after it was promised doubles the settling time.
 */
#ifndef TENURE_KUBE_PROGRESS_ROUNDS_H
#define TENURE_KUBE_PROGRESS_ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/base/when.h"
#include "common/record/kube_resource.h"
#include "producers/kube/clocks.h"
#include "producers/kube/watch.h"

struct progress_rounds_probe {
	bool asked; /* the resource is part of the round */
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
	bool running;         /* a round is under way */
	struct when asked_at; /* by the wall clock */
	struct when next_at;  /* by clocks.h (1), as ANSWERED_AT */
	struct when last_known;
	struct progress_rounds_probe probes[KUBE_RESOURCES];
	uint64_t late;               /* changes, as counted when the last round began */
	uint64_t written, abandoned; /* rounds */
};

void progress_rounds_init(struct progress_rounds *progress, const char *cluster,
			  int64_t interval_ns);
/* True when a round should begin: it is time, and every watch is open. */
bool progress_rounds_due(const struct progress_rounds *progress,
			 const struct watch watches[static KUBE_RESOURCES],
			 const struct clocks *now);
/* Begins a round. The caller then sends the probes that are ASKED. */
void progress_rounds_begin(struct progress_rounds *progress,
			   const struct watch watches[static KUBE_RESOURCES],
			   const struct clocks *now);
/* RESOURCE's probe brought REVISION. False when the server had sent a later one before: its
 * revisions went back. */
bool progress_rounds_answered(struct progress_rounds *progress, enum kube_resource resource,
			      uint64_t revision, const struct clocks *now);
/* A probe failed, or something else made the round invalid. */
void progress_rounds_abandon(struct progress_rounds *progress);
/* True once the round has proven every watch: adds the PROGRESS to RECORD and notes in the
 * watches what it promises. */
bool progress_rounds_next(struct progress_rounds *progress,
			  struct watch watches[static KUBE_RESOURCES], const struct clocks *now,
			  struct text *record);

#endif
