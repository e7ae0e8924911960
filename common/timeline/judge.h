/* judge.h - the verdict on one end, and what it rests on (docs/answers.md section 6). */
#ifndef TENURE_JUDGE_H
#define TENURE_JUDGE_H

#include "common/timeline/history/history.h"
#include "common/timeline/timeline_internal.h"

/* The resources whose objects have addresses. */
#define JUDGE_RESOURCES (1u << KUBE_PODS | 1u << KUBE_NODES | 1u << KUBE_SERVICES)

struct judgement {
	enum timeline_status status;
	const char *reason; /* static text, NULL when known */
	bool outside;       /* known to be outside the cluster */
	struct history *
		history; /* of the address, from the cache; NULL if the topic has no such cluster */
	bool there;      /* a record of JUDGE_RESOURCES was read */
	bool gap;        /* the flow overlaps a GAP */
	bool early;      /* it begins before the coverage */
	struct asof_verdict found;
};

/* Judges the end that QUESTION is about. -1 after logging. */
int judge_end(struct timeline *timeline, const struct timeline_question *question,
	      struct judgement *judgement);

/* Why services of a pod or a node may be unknown: static text, or NULL. */
const char *judge_services_reason(const struct timeline *timeline,
				  const struct timeline_question *question);

/* The question for unpublished_pods.h: may a pod other than the holder of TENURE (NULL: any pod)
 * hold the address? */
struct unpublished_question judge_unpublished(const struct timeline *timeline,
					      const struct history *history,
					      const struct tenure *tenure,
					      const struct timeline_question *question);

/* Whether IP is in a range of the cluster as of POSITION. */
bool judge_in_range(const struct timeline *timeline, struct history *history, const struct ip *ip,
		    uint64_t position);

#endif
