/* judge.h - the verdict on one end, and what it rests on (docs/answers.md section 6). */
#ifndef TENURE_JUDGE_H
#define TENURE_JUDGE_H

#include "common/timeline/history/history.h"
#include "common/timeline/rules/possible.h"
#include "common/timeline/rules/unpublished_pods.h"
#include "common/timeline/timeline_internal.h"

/* The resources whose objects have addresses. */
#define JUDGE_RESOURCES (1u << KUBE_PODS | 1u << KUBE_NODES | 1u << KUBE_SERVICES)

/* Why somebody whom no record shows at the address may hold it (section 6). */
struct unrecorded {
	bool gap, before_coverage, lost, unpublished_pod, other_machine;
};

/* The whys that hold, in the order of section 6. Returns how many. */
size_t unrecorded_list(const struct unrecorded *unrecorded,
		       const char *list[static TIMELINE_UNRECORDED_MAX]);

struct judgement {
	enum timeline_status status;
	const char *reason; /* static text, NULL when known */
	bool outside;       /* known to be outside the cluster */
	bool local;         /* an address that means something else on each host */
	/* Of the address, from the cache; NULL if LOCAL, or if the topic has no such cluster. */
	struct history *history;
	struct address_view *view; /* of HISTORY; that around the flow if one holder is certain */
	const struct possible *possible; /* borrowed until the next question */
	size_t possible_count;
	uint64_t alone_node; /* where a possible one is alone (section 6); 0: none */
	struct possible_verdict found;
	/* Filled unless one holder is certain. */
	struct when settled; /* the latest instant up to the start with a certain binding */
	bool gap;            /* the flow overlaps a GAP */
	bool early;          /* it begins before the coverage */
	struct when known;   /* of the last PROGRESS up to the position */
	uint64_t nodes[RANGES_NODES_MAX]; /* whose pods can have the address; none: any pod */
	size_t node_count;
	struct unrecorded unrecorded;
};

/* Judges the end that QUESTION is about. -1 after logging. */
int judge_end(struct timeline *timeline, const struct timeline_question *question,
	      struct judgement *judgement);

/* Lists the possible bindings of JUDGEMENT's view. -1 after logging. */
int judge_list_possible(struct timeline *timeline, const struct timeline_question *question,
			struct judgement *judgement);

/* The flow of QUESTION ended before the watch did that would have shown the end of TENURE. */
bool judge_is_watched(const struct timeline *timeline, const struct tenure *tenure,
		      const struct timeline_question *question);
/* TENURE is witnessed (section 6). */
bool judge_is_witnessed(const struct timeline *timeline, const struct tenure *tenure,
			const struct timeline_question *question);

/* Sets *ALONE to the last tenure of VIEW, which has all of its address, that is alone (section 6), if those that
 * are, or are witnessed, and the certain ones of POSSIBLE[COUNT] are of one holder; else, or if it would change nothing, to
 * NULL. -1 after logging. */
int judge_find_alone(struct timeline *timeline, const struct address_view *view,
		     const struct timeline_question *question, const struct possible *possible,
		     size_t count, const struct tenure **alone);
/* Leaves out of POSSIBLE[COUNT] the other pods of the node of ALONE, and adds that if its holder has none there, for which
 * there is room. Returns how many are left. */
size_t judge_leave_alone(struct possible *possible, size_t count, const struct tenure *alone);
/* Sets *AT to up to when its meters had confirmed by POSITION what the interfaces of BINDING leave open; WHEN_MIN:
 * not at all. -1 after logging. */
int judge_confirmed(struct timeline *timeline, const struct binding *binding, uint64_t position,
		    struct when *at);

/* The history of IP, from the cache or loaded into it. NULL after logging. */
struct history *judge_history(struct timeline *timeline, const struct ip *ip);

/* Whether the topic has no cluster that answers, or its history is forgotten up to a later time than
 * that of QUESTION, or a later position. */
bool judge_is_forgotten(const struct timeline *timeline, const struct timeline_question *question);

/* Up to when BINDING, whose raw certain_to is open, is certain: until hold and skew before the end of the
 * watch that would have shown its end (section 5); WHEN_MAX if it is not open, or POSITION sees no such
 * end. */
struct when judge_watched_to(const struct timeline *timeline, const struct binding *binding,
			     uint64_t position);

/* Why services of a pod or a node may be unknown: static text, or NULL. */
const char *judge_services_reason(const struct timeline *timeline,
				  const struct timeline_question *question);

/* The question for services.h, of an end whose holder is of KIND. */
struct services_question judge_services_question(const struct timeline_question *question,
						 enum holder_kind kind);

/* The question for unpublished_pods.h: may a pod other than the recorded holder hold the
 * address? */
struct unpublished_question judge_unpublished(const struct timeline *timeline,
					      const struct judgement *judgement,
					      const struct timeline_question *question);

/* What TIMELINE's options assume. */
struct assumptions judge_assumptions(const struct timeline *timeline);

#endif
