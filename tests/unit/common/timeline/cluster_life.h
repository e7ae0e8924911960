/* cluster_life.h - the life of a cluster on a clock of its own: its pods and Jobs come and go, every
 * address has one holder after the other, its watches fail now and then. */
#ifndef TENURE_TESTS_CLUSTER_LIFE_H
#define TENURE_TESTS_CLUSTER_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/timeline/timeline.h"

#define CLUSTER_LIFE_BEGIN INT64_C(1795420800) /* 2026-11-23T08:00:00Z */

/* Times are seconds after CLUSTER_LIFE_BEGIN. */
struct cluster_life {
	struct timeline *timeline;
	struct text record;
	int64_t pods, progress_every;
	int64_t step;   /* from one pod to the next one */
	int64_t number; /* of the next pod */
	int64_t now, known;
};

/* Lists RESOURCE, of which there is nothing. */
void cluster_life_list(struct cluster_life *life, const char *resource);
/* Lives until END. */
void cluster_life_until(struct cluster_life *life, int64_t end);

/* Each place in the cluster has one pod after the other. Pod NUMBER is in place NUMBER % PODS and has
 * one of two addresses. */
int64_t cluster_life_address(const struct cluster_life *life, int64_t number);
void cluster_life_add_address(struct text *out, int64_t address);

#endif
