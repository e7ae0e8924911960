/* kafka_hanging.h - ends what transactions of this instance left open in partitions although they have ended.
 *
 * A transaction hangs in a partition if its coordinator counts it as ended, but the partition never got the marker that
 * says so (KIP-664). Kafka 4.3.1 leaves it so if the partition has no leader at that moment (KAFKA-20734), as when the
 * only broker was held for longer than its session. Readers stop before its records, and the next marker of the same
 * producer, of a later transaction, decides on them too: a commit would make aborted records appear.
 *
 * (1) In an output, records hang if its last stable offset is before its end. Those of flows from the committed offset on
 *     are void: they will be written again. Those before it are good, and the next commit says so.
 * (2) If the offsets hang, the committed ones may be too old. Then the outputs say which flow had an outcome last.
 * (3) What is void is ended by a transaction that touches the same partitions and is aborted: a reader of
 *     read_committed sees nothing of it. Of another producer's transactions it changes nothing.
 */
#ifndef TENURE_KAFKA_HANGING_H
#define TENURE_KAFKA_HANGING_H

#include "enricher/kafka_group.h"
#include "enricher/kafka_producer.h"

struct kafka_hanging_settings {
	const char *topics[EXCHANGE_TOPICS];
	const char *flows; /* their topic: the outputs may have outcomes of others */
	const char *group;
	bool revise; /* the tagged records are corrections */
	const struct bus_options *options;
};

/* Ends what hangs in the partitions that GROUP was assigned, before it starts, and tells it (2). DONE, AGAIN or BROKEN. */
enum exchange_outcome kafka_hanging_end(const struct kafka_hanging_settings *settings,
					struct kafka_group *group, struct kafka_producer *producer);

/* (1): whether the records of flows from SOURCE on, or OUTCOME_SOURCE_NONE, are void. COMMITTED is the group's offset, DONE that
 * of (2); negative: there is none. Pure. */
bool kafka_hanging_is_void(int64_t source, int64_t committed, int64_t done);

#endif
