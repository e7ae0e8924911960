/* kafka_fenced_writer.h - writes records to a topic in transactions, until a later process with the
 * same id starts.
 *
 * (1) The id is the transactional.id. A process that starts with it ends the open transaction of
 *     an earlier one, and the broker refuses what the earlier one writes after that (KIP-98).
 * (2) A transaction begins with its first record and ends with the commit: readers of committed
 *     records see all of it or nothing.
 * (3) After BUS_LOST or BUS_REFUSED the writer can only be closed. What was written and not
 *     committed is void, or, if the commit itself failed, in the topic or void: only a new writer,
 *     once started, can read there what is true.
 */
#ifndef TENURE_KAFKA_FENCED_WRITER_H
#define TENURE_KAFKA_FENCED_WRITER_H

#include "common/kafka/kafka_client.h"

struct kafka_fenced_writer;

/* TOPIC and ID are borrowed. Does not wait for a broker. NULL after logging. */
struct kafka_fenced_writer *kafka_fenced_writer_open(const char *topic, const char *id,
						     const struct bus_options *options);
/* Aborts an open transaction and frees. NULL is allowed. */
void kafka_fenced_writer_close(struct kafka_fenced_writer *writer);

/* Fences earlier processes (1), waiting up to TIMEOUT_MS. Returns 1 once that is done, 0 if it
 * takes longer, -1 after logging if it is not allowed. */
int kafka_fenced_writer_start(struct kafka_fenced_writer *writer, int timeout_ms);
/* Copies RECORD, and waits while the queue is full. */
enum bus_written kafka_fenced_writer_write(struct kafka_fenced_writer *writer,
					   const struct bus_record *record);
/* Commits what was written, if anything. */
enum bus_written kafka_fenced_writer_commit(struct kafka_fenced_writer *writer);
/* The client, which sees the ends of partitions without open transactions. */
rd_kafka_t *kafka_fenced_writer_client(const struct kafka_fenced_writer *writer);

#endif
