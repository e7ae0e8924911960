/* kafka_producer.h - writes records to two topics in transactions, together with the offsets of
 * the records they were made from: all or nothing.
 *
 * (1) After a result that leaves it unclear what happened, or an answer that did not come in time, the producer is destroyed and a new one
 *     with the same transactional.id is made, which ends the old transaction for good. The next
 *     transaction never begins on the old handle.
 * (2) After EXCHANGE_AGAIN the transaction did not happen, or it is unknown whether it did: the
 *     caller calls kafka_producer_abort() and reads again from the committed offsets.
 * (3) EXCHANGE_BROKEN means that another process took over the id, or that the broker did not come
 *     back.
 */
#ifndef TENURE_KAFKA_PRODUCER_H
#define TENURE_KAFKA_PRODUCER_H

#include "common/bus/bus.h"
#include "enricher/exchange_outcome.h"
#include "enricher/kafka_group.h"

struct kafka_producer;
struct rd_kafka_topic_partition_list_s; /* of librdkafka */

/* The records of one partition that the broker refused in a transaction. */
struct kafka_producer_culprit {
	bool there;
	int32_t partition;
	int64_t first, last; /* SOURCE of the lowest and of the highest */
};

/* Connects, checks that the TOPICS exist, and ends what an earlier process with this IDENTITY
 * (transactional.id) left open. NULL after logging. */
struct kafka_producer *kafka_producer_open(const char *const topics[static EXCHANGE_TOPICS],
					   const char *identity, const struct bus_options *options);
/* Aborts an open transaction and frees. NULL is allowed. */
void kafka_producer_close(struct kafka_producer *producer);

/* Puts the setting NAME of TOPIC ("retention.ms") into VALUE. -1 after logging. */
int kafka_producer_setting(struct kafka_producer *producer, const char *topic, const char *name,
			   char *value, size_t size);
/* Returns how many partitions TOPIC, any topic of the same broker, has. -1 after logging. */
int kafka_producer_partitions(struct kafka_producer *producer, const char *topic);

/* Writes RECORD (copied) to TOPIC, beginning a transaction if none is open. SOURCE is the
 * offset of the record that it was made from, in the same partition. */
enum exchange_outcome kafka_producer_write(struct kafka_producer *producer,
					   enum exchange_topic topic,
					   const struct bus_record *record, int64_t source);
/* Waits at most 15 s until what was written is acknowledged. */
enum exchange_outcome kafka_producer_flush(struct kafka_producer *producer);
/* Commits what was written, if anything, and the offsets of what was taken from GROUP. */
enum exchange_outcome kafka_producer_commit(struct kafka_producer *producer,
					    struct kafka_group *group);
/* Aborts a transaction that touches the PLACES of the outputs and the OFFSETS of GROUP, which it takes ownership of: what an
 * earlier one of this identity left open there has ended then. For kafka_hanging.c. */
enum exchange_outcome kafka_producer_end_hanging(
	struct kafka_producer *producer, struct kafka_group *group,
	const struct rd_kafka_topic_partition_list_s *places,
	struct rd_kafka_topic_partition_list_s *offsets);
/* Aborts the transaction, with a new producer if necessary (1). DONE or BROKEN. */
enum exchange_outcome kafka_producer_abort(struct kafka_producer *producer);

/* The culprit of the transaction that was aborted last. */
struct kafka_producer_culprit kafka_producer_culprit(const struct kafka_producer *producer);

#endif
