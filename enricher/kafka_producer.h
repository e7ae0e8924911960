/* kafka_producer.h - records into topics in transactions, together with the offsets of the
 * records they were made from: either all of it happens, or nothing.
 *
 * (1) After a result that does not tell what happened, the producer is destroyed and a new
 *     one of the same transactional.id is made, which ends the old transaction for good;
 *     the next transaction never begins on the old handle.
 * (2) Once KAFKA_PRODUCER_AGAIN came, nothing of the transaction happened or nobody knows:
 *     the caller calls kafka_producer_abort() and reads again from the committed offsets.
 */
#ifndef TENURE_KAFKA_PRODUCER_H
#define TENURE_KAFKA_PRODUCER_H

#include "common/bus/bus.h"
#include "common/topic/topic_reader.h"
#include "enricher/kafka_group.h"

struct kafka_producer;

enum kafka_producer_outcome {
	KAFKA_PRODUCER_DONE,
	KAFKA_PRODUCER_REFUSED, /* this record cannot be written (too large); the transaction goes on */
	KAFKA_PRODUCER_AGAIN, /* (2) */
	KAFKA_PRODUCER_BROKEN, /* another process has taken the id over, or the broker is gone for good */
};

/* Connects, checks that each of TOPICS (two of them) is there, and ends what an earlier
 * process of this IDENTITY left open. NULL after logging. */
struct kafka_producer *kafka_producer_open(const char *const topics[static 2], const char *identity,
					   const struct bus_options *options);
/* Frees; an open transaction is given up. NULL is allowed. */
void kafka_producer_close(struct kafka_producer *producer);

/* As topic_reader_setting(), of TOPIC. */
int kafka_producer_setting(struct kafka_producer *producer, const char *topic, const char *name,
			   char *value, size_t size);
/* How many partitions TOPIC has, any topic of the same broker; -1 after logging. */
int kafka_producer_partitions(struct kafka_producer *producer, const char *topic);

/* Writes RECORD (copied) into topics[TOPIC], beginning a transaction where none is open.
 * SOURCE is the offset of the record that it was made from, in the same partition. */
enum kafka_producer_outcome kafka_producer_write(struct kafka_producer *producer, int topic,
						 const struct bus_record *record, int64_t source);
/* Waits until what was written is acknowledged, but not for ever. */
enum kafka_producer_outcome kafka_producer_flush(struct kafka_producer *producer);
/* Commits what was written and the offsets of what was taken from GROUP. */
enum kafka_producer_outcome kafka_producer_commit(struct kafka_producer *producer,
						  struct kafka_group *group);
/* Gives the transaction up, by a new producer if need be (1). DONE or BROKEN. */
enum kafka_producer_outcome kafka_producer_abort(struct kafka_producer *producer);

/* The record that the broker refused in the transaction that was given up last: true and
 * its partition and SOURCE, the lowest of the partition where more than one was refused. */
bool kafka_producer_culprit(const struct kafka_producer *producer, int32_t *partition,
			    int64_t *source, int64_t *last_source);

#endif
