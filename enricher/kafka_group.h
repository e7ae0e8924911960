/* kafka_group.h - one static member of a consumer group. Each partition has a queue of its
 * own: a partition that is not read is paused.
 *
 * (1) A partition starts at the group's committed offset, or after the last record that has an
 *     outcome if that is later. If there is neither, it starts at the first record, or a minute before SINCE. An offset whose record was deleted is an error,
 *     never a jump.
 * (2) The offset to commit is computed here, from the records that were taken: librdkafka's own
 *     position also counts records that are only prefetched.
 * (3) Nothing is committed here: the offsets go into a transaction, see kafka_producer.h.
 * (4) Offsets of a bounded read have the name of the run as their metadata: that is how a run knows, when it has been killed
 *     after its last commit and starts again, that it was itself that read everything.
 */
#ifndef TENURE_KAFKA_GROUP_H
#define TENURE_KAFKA_GROUP_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/when.h"
#include "common/bus/bus.h"
#include "enricher/exchange_outcome.h"

struct kafka_group;

struct kafka_group_settings {
	const char *topic;
	const char *group;
	const char *instance; /* group.instance.id */
	int partitions;       /* of the topic */
	struct when since;    /* (1); WHEN_MIN if not given */
	bool bounded;         /* read each partition to the end it had when it was assigned */
	const char *run; /* the metadata of the offsets that are committed (4); NULL for none */
	const struct bus_options *options;
};

struct kafka_group_before {
	bool any;      /* the offset of one of the partitions */
	bool same_run; /* one that was of this run (4) */
	bool ahead;    /* a partition starts after it, by its outcomes: commit that at once */
};

enum kafka_group_event {
	KAFKA_GROUP_QUIET,
	KAFKA_GROUP_ASSIGNED, /* there are partitions to read: kafka_group_start() */
	KAFKA_GROUP_REVOKED,  /* commit what was taken, then kafka_group_release() */
	KAFKA_GROUP_LOST,     /* another member may have them already: abort, then close */
	KAFKA_GROUP_BROKEN,   /* logged */
};

/* Connects and joins. SETTINGS is copied, its strings are borrowed. NULL after
 * logging. */
struct kafka_group *kafka_group_open(const struct kafka_group_settings *settings);
/* Does not leave the group, so the next process of this instance gets its partitions back
 * immediately. Forgets what was taken and not committed. */
void kafka_group_close(struct kafka_group *group);

/* Returns what happened to the membership since the last call. */
enum kafka_group_event kafka_group_poll(struct kafka_group *group);
/* After ASSIGNED, once nothing hangs any more (kafka_hanging.h): finds where to start, and starts. -1 after logging. */
int kafka_group_start(struct kafka_group *group);
void kafka_group_release(struct kafka_group *group);

/* What the group had committed when the partitions were assigned. */
struct kafka_group_before kafka_group_before(const struct kafka_group *group);

/* Whether a partition FAILED because the records where the group stopped were deleted. */
bool kafka_group_is_trimmed(const struct kafka_group *group);

/* Whether the group has given this member its partitions, be it none. */
bool kafka_group_is_member(const struct kafka_group *group);
/* The number of partitions assigned now. */
size_t kafka_group_count(const struct kafka_group *group);
/* Finds the first record of partition INDEX that was not taken yet, without waiting. It is
 * borrowed until it is taken or the partition is released. */
enum exchange_head kafka_group_head(struct kafka_group *group, size_t index,
				    struct bus_record *record);
void kafka_group_take(struct kafka_group *group, size_t index);
/* Waits at most TIMEOUT_MS for a record, or until FD (-1: none) can be read. */
void kafka_group_wait(struct kafka_group *group, int fd, int timeout_ms);

/* Of a bounded read: how many offsets were taken, and how many there are; otherwise 0. */
void kafka_group_progress(const struct kafka_group *group, uint64_t *done, uint64_t *total);

/* The number of partition INDEX, and how many of its records, by offsets, are not taken yet: *BEHIND is -1
 * while its end is not known. */
int32_t kafka_group_partition(const struct kafka_group *group, size_t index, int64_t *behind);

#endif
