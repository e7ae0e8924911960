/* kube_topic.h - brings the kube topic into a timeline, from where its store stands.
 *
 * A topic is one partition. Files are one topic together, one after the other in the
 * order given: the position is the record's number over all of them.
 *
 * (1) The store is trusted only after what it was made from was found again: of a topic
 *     the record before its next one, and the first where that is still there; of files,
 *     which may have changed anywhere, every record. Otherwise it is emptied and the
 *     topic read from its start.
 * (2) Where outputs were made from the store, files whose first record is another one
 *     than the store began with are an error.
 * (3) A record that cannot be read is counted, the first is kept as an example, and the
 *     topic goes on.
 */
#ifndef TENURE_KUBE_TOPIC_H
#define TENURE_KUBE_TOPIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/bus/bus.h"
#include "common/timeline/timeline.h"

struct kube_topic;

struct kube_topic_options {
	const struct settings_list *addresses; /* files, or one topic */
	struct bus_options bus;
	bool has_outputs; /* (2) */
};

struct kube_topic_stats {
	uint64_t records;    /* that were new to the store */
	uint64_t unreadable; /* passed over; the first is said in the log */
	uint64_t rebuilt;    /* times that the store was emptied (1) */
};

/* Opens the kube_topic of TIMELINE. What OPTIONS points at is borrowed. NULL after logging,
 * with *EXIT_CODE set to what the program should end with. */
struct kube_topic *kube_topic_open(struct timeline *timeline,
				   const struct kube_topic_options *options, int *exit_code);
void kube_topic_close(struct kube_topic *kube_topic);

/* Applies at most LIMIT records that are there, waiting TIMEOUT_MS at most for the first.
 * Returns how many it read, -1 after logging. */
int kube_topic_turn(struct kube_topic *kube_topic, int limit, int timeout_ms);

/* True once all that was there at opening is applied. */
bool kube_topic_caught_up(const struct kube_topic *kube_topic);

/* Turns until it has caught up. 1: done, 0: stopped by a signal, -1 after logging. */
int kube_topic_catch_up(struct kube_topic *kube_topic);

/* What the program should end with after a -1. */
int kube_topic_exit_code(const struct kube_topic *kube_topic);

struct kube_topic_stats kube_topic_stats(const struct kube_topic *kube_topic);

#endif
