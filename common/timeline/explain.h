/* explain.h - everything that an answer rests on, as plain values.
 *
 * For people who ask why; it costs a pass over the cluster's names.
 */
#ifndef TENURE_EXPLAIN_H
#define TENURE_EXPLAIN_H

#include "common/record/kube_resource.h"
#include "common/timeline/rules/gaps.h"
#include "common/timeline/rules/holder_names.h"
#include "common/timeline/timeline.h"

/* A pod that may hold any address of its cluster, because its own is not published yet. */
struct explain_pod {
	uint64_t uid_hash;
	struct when from, until;                  /* WHEN_MAX while it lasts */
	char full_name[2 * (NAME_MAX_BYTES + 1)]; /* namespace/name */
};

struct explain {
	struct timeline_answer answer;   /* that the rest explains */
	struct timeline_history history; /* every binding of the address */
	struct when start, end;          /* of the question */
	struct timeline_options options;
	struct when settled; /* until here all is accounted for; WHEN_MIN: nothing is */
	/* Why somebody whom no record shows there may hold the address; none if one is certain. */
	const char *unrecorded[TIMELINE_UNRECORDED_MAX];
	size_t unrecorded_count;
	struct when coverage[KUBE_RESOURCES]; /* WHEN_MIN: needs none; WHEN_MAX: not yet covered */
	struct gap *gaps; /* that overlap the time from SETTLED to the end of the question */
	size_t gap_count;
	bool in_range;                   /* the address is in a range of the cluster */
	struct explain_pod *unpublished; /* that may hold the address */
	size_t unpublished_count;
};

/* Answers QUESTION and fills *EXPLAIN with what the answer rests on. -1 after logging, with
 * nothing to clear. What ANSWER points at is borrowed until the next question or record. */
int explain_answer(struct timeline *timeline, const struct timeline_question *question,
		   struct explain *explain);
void explain_clear(struct explain *explain);

/* Of a binding of the history: whether it is possible, and certain, for the question. */
bool explain_is_possible(const struct explain *explain, size_t binding);
bool explain_is_certain(const struct explain *explain, size_t binding);
/* Binding ONE is before OTHER (docs/answers.md section 5). */
bool explain_is_before(const struct explain *explain, size_t one, size_t other);

#endif
