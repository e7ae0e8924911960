/* kafka_group.h - one static member of a consumer group, whose partitions are read each
 * from its own queue: not reading a partition is the pause.
 *
 * (1) A partition starts at the group's committed offset; where the group has none, at
 *     the first record (or at SINCE). Offsets that are gone are an error, never a jump.
 * (2) The offset to commit is counted here from the records that were taken; librdkafka's
 *     own position counts what it has only prefetched.
 * (3) Nothing is committed here: the offsets go into a transaction, see kafka_producer.h.
 */
#ifndef TENURE_KAFKA_GROUP_H
#define TENURE_KAFKA_GROUP_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/when.h"
#include "common/bus/bus.h"

struct kafka_group;

struct kafka_group_settings {
	const char *topic;
	const char *group;
	const char *instance; /* group.instance.id */
	int partitions;       /* of the topic */
	struct when since;    /* WHEN_MIN: from the first record; else a minute before it */
	bool bounded;         /* a partition ends where it ended when it was assigned */
	const struct bus_options *options;
};

enum kafka_group_event {
	KAFKA_GROUP_QUIET,
	KAFKA_GROUP_ASSIGNED, /* there are partitions to read */
	KAFKA_GROUP_REVOKED,  /* commit what was taken, then kafka_group_release() */
	KAFKA_GROUP_LOST,     /* another member may have them already: abort, then release */
	KAFKA_GROUP_BROKEN,
};

enum kafka_group_head { KAFKA_GROUP_RECORD, KAFKA_GROUP_NONE, KAFKA_GROUP_END, KAFKA_GROUP_FAILED };

/* Connects and joins. SETTINGS is copied, its strings are borrowed. NULL after
 * logging. */
struct kafka_group *kafka_group_open(const struct kafka_group_settings *settings);
/* Leaves without a word to the group, so that the next process of this instance finds
 * its partitions waiting. Whatever was taken and not committed is forgotten. */
void kafka_group_close(struct kafka_group *group);

/* Tells what happened to the membership since the last call. */
enum kafka_group_event kafka_group_poll(struct kafka_group *group);
void kafka_group_release(struct kafka_group *group);

/* The partitions that are assigned now. */
size_t kafka_group_count(const struct kafka_group *group);
/* The first record of the INDEXth partition that was not taken yet; never waits. The
 * record is borrowed until it is taken or the partition is released. */
enum kafka_group_head kafka_group_head(struct kafka_group *group, size_t index,
				       struct bus_record *record);
void kafka_group_take(struct kafka_group *group, size_t index);
/* Waits until a record may be there, TIMEOUT_MS at most. */
void kafka_group_wait(struct kafka_group *group, int timeout_ms);

#endif
