/* kafka_queue.h - writes records to a topic without ever waiting for the broker.
 *
 * A record is what it says of packets: the fate of each, and of the packets and bytes in it, is counted.
 *
 * (1) Each record that was taken is queued until it is delivered, undelivered or unconfirmed: a broker that is
 *     away for long costs no record as long as there is room.
 * (2) There is never more in the queue than its limits say.
 */
#ifndef TENURE_KAFKA_QUEUE_H
#define TENURE_KAFKA_QUEUE_H

#include "common/bus/bus.h"

struct kafka_queue;

struct kafka_queue_limits {
	int64_t records; /* 1 to INT32_MAX */
	int64_t bytes;   /* of keys and values */
};

/* Records, and the packets and their bytes that they tell of. */
struct kafka_load {
	uint64_t records;
	uint64_t packets;
	uint64_t bytes;
};

struct kafka_queue_stats {
	struct kafka_load delivered;   /* the broker has acknowledged them */
	struct kafka_load undelivered; /* the broker does not have them */
	struct kafka_load
		unconfirmed; /* sent, and given up before an answer: the broker may have them */
	uint64_t queued_records;
	uint64_t queued_bytes; /* of keys and values */
};

enum kafka_offer {
	KAFKA_TAKEN,
	KAFKA_FULL,   /* not taken */
	KAFKA_FAILED, /* logged; no more can be written */
};

/* Returns NULL after logging, for instance that there is no such topic. */
struct kafka_queue *kafka_queue_open(const char *topic, const struct bus_options *options,
				     const struct kafka_queue_limits *limits);
/* Copies RECORD, which tells of so many PACKETS and BYTES, if there is room. */
enum kafka_offer kafka_queue_offer(struct kafka_queue *queue, const struct bus_record *record,
				   uint64_t packets, uint64_t bytes);
/* Counts what became of records, for up to TIMEOUT_MS. -1 if one was refused for good (logged). */
int kafka_queue_poll(struct kafka_queue *queue, int timeout_ms);
/* Waits for at most PATIENCE_MS until every record is delivered, then gives up the others. -1 if there were
 * any (logged). */
int kafka_queue_settle(struct kafka_queue *queue, int64_t patience_ms);
struct kafka_queue_stats kafka_queue_get_stats(const struct kafka_queue *queue);
/* Gives up what is queued. NULL is allowed. */
void kafka_queue_close(struct kafka_queue *queue);

#endif
