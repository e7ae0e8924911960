/* kube_topic.h - feeds the kube topic into a timeline, starting where its store ends.
 *
 * A topic has one partition. Several files are one topic, in the order given: a record's
 * position is its number over all of them.
 *
 * (1) The store is trusted only after what it was made from is found again. In a topic this
 *     is the last record applied, and the first one unless it was trimmed; in files, which
 *     may have changed anywhere, every record, except those before a mark (kube_mark.h says when
 *     files count as unchanged up to it). Otherwise the store is emptied and the topic read from
 *     its start.
 * (2) If outputs were made from the store, files whose first record is not the one that the
 *     store was made from are an error.
 * (3) A record that cannot be read is skipped and counted, and the first of a file is logged. A
 *     file of which no record can be read is an error.
 */
#ifndef TENURE_KUBE_TOPIC_H
#define TENURE_KUBE_TOPIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/bus/bus.h"
#include "common/timeline/kube_mark.h"
#include "common/timeline/timeline.h"

struct kube_topic;
struct progress_show;

struct kube_topic_options {
	const struct settings_list *addresses; /* files, or one topic */
	struct bus_options bus;
	bool has_outputs; /* (2) */
};

struct kube_topic_stats {
	uint64_t records;    /* that were new to the store */
	uint64_t unreadable; /* (3) */
	uint64_t rebuilt;    /* how often the store was emptied (1) */
};

/* Opens the topic for TIMELINE. What OPTIONS points to is borrowed. Returns NULL (logged) with
 * *EXIT_CODE set to the program's exit code. */
struct kube_topic *kube_topic_open(struct timeline *timeline,
				   const struct kube_topic_options *options, int *exit_code);
void kube_topic_close(struct kube_topic *kube_topic);

/* Reads at most LIMIT records, waiting at most TIMEOUT_MS for the first. Returns how many it
 * read, or -1 after logging. */
int kube_topic_turn(struct kube_topic *kube_topic, int limit, int timeout_ms);

/* Returns true once everything that was there at opening is applied. */
bool kube_topic_caught_up(const struct kube_topic *kube_topic);

/* topic_reader_behind() */
int64_t kube_topic_behind(const struct kube_topic *kube_topic);

/* Whether the store is known to be of this topic (1), or is empty. */
bool kube_topic_is_verified(const struct kube_topic *kube_topic);

/* As topic_reader_progress(), of the topic, or of the file that is read now. */
bool kube_topic_progress(const struct kube_topic *kube_topic, uint64_t *done, uint64_t *total);

/* The same, and what came of it. TIMELINE is the topic's. */
struct progress kube_topic_how_far(const struct kube_topic *kube_topic,
				   const struct timeline *timeline);
/* Shows it from time to time. */
void kube_topic_tell(const struct kube_topic *kube_topic, const struct timeline *timeline,
		     struct progress_show *show);

/* Reads until it has caught up. Returns 1, 0 if a signal stopped it, or -1 after logging. */
int kube_topic_catch_up(struct kube_topic *kube_topic);

/* Whether the file that is read is still the one at its address. One that could not be read on, because
 * it became shorter, say, counts as replaced; a topic, a pipe and standard input are always the same. */
enum kube_file_is kube_topic_file(const struct kube_topic *kube_topic);

/* Returns the program's exit code after a -1; EX_OK before. */
int kube_topic_exit_code(const struct kube_topic *kube_topic);

struct kube_topic_stats kube_topic_stats(const struct kube_topic *kube_topic);

#endif
