/* loop.h - the loop of alignment.h with a real timeline, between a scripted kube topic and a scripted
 * memory_exchange.h. Its time is in seconds since 2026-11-23T08:00:00Z.
 */
#ifndef TENURE_TESTS_LOOP_H
#define TENURE_TESTS_LOOP_H

#include "enricher/alignment.h"
#include "tests/unit/enricher/memory_exchange.h"

#define LOOP_KUBE_MAX 2000

struct kube_topic {
	int known[LOOP_KUBE_MAX]; /* of PROGRESS records */
	size_t count, next;
	int waited_ms; /* by the last turn */
	bool broken;
	const char *cluster; /* of the records from now on */
};

extern struct kube_topic loop_kube;
extern struct timeline_settings loop_settings;
extern struct run_options loop_options;
extern struct alignment loop_alignment;

/* For a test's set-up and tear-down. */
int loop_start(void **state);
int loop_finish(void **state);

struct when loop_at(int64_t seconds);
/* Adds a flow that ended at END, or a PROGRESS. */
void loop_add_flow(size_t partition, int end);
void loop_add_known(int known);
/* A turn every second from FROM to TO. */
void loop_turn(int from, int to);
/* REASON is what the record must contain; NULL for a final answer. */
void loop_assert_outcome(size_t number, size_t partition, int64_t offset, const char *reason);

#endif
