/* outlet.h - where the records go.
 *
 * The records of files, and all that go to a file, wait for their output. Those of a live capture that go to
 * Kafka never wait, because the kernel's rings would overflow meanwhile. They have a queue; when it is half full
 * flows are to be held longer, and a record that finds no room is dropped.
 *
 * (1) Every record is delivered, or counted under what became of it, with the packets and bytes in it.
 */
#ifndef TENURE_FLOWS_OUTLET_H
#define TENURE_FLOWS_OUTLET_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/bus/bus.h"
#include "common/kafka/kafka_queue.h"

#define OUTLET_STRETCH 10 /* the time-outs of flows that are held grow by this factor */

struct outlet;

struct outlet_stats {
	struct kafka_load records; /* all that were written, whatever became of them */
	struct kafka_load dropped; /* there was no room in the queue */
	struct kafka_queue_stats queue;
	uint64_t holds;                   /* times that flows were held longer */
	struct kafka_queue_limits limits; /* of the queue */
	int64_t stalled_ns; /* how long records have waited without an acknowledgment of any */
};

/* Whether ADDRESS of a LIVE capture has a queue. */
bool outlet_is_queue(const char *address, bool live);

bool outlet_is_kafka(const struct outlet *outlet);
bool outlet_has_queue(const struct outlet *outlet);

/* LIMITS are those of the queue. Returns NULL after logging. */
struct outlet *outlet_open(const char *address, const struct bus_options *bus, bool live,
			   const struct kafka_queue_limits *limits);
/* Writes a copy of RECORD, which tells of so many PACKETS and BYTES. -1 if the output failed (logged). */
int outlet_write(struct outlet *outlet, const struct bus_record *record, uint64_t packets,
		 uint64_t bytes);
/* Counts what became of records, and sets *HOLD, if not NULL: flows are to be held longer. -1 as above. */
int outlet_tend(struct outlet *outlet, bool *hold);
/* A file has all records. Nothing is done for Kafka, whose client sends by itself. */
int outlet_flush(struct outlet *outlet);
/* The capture is over: from now on even the records of a live capture wait, until DEADLINE of when_steady(). */
void outlet_stop(struct outlet *outlet, struct when deadline);
/* Waits until what became of each record is known. -1 if one was not delivered (logged), unless it was dropped. */
int outlet_settle(struct outlet *outlet);
struct outlet_stats outlet_get_stats(const struct outlet *outlet);
/* NULL is allowed. -1 if the output failed (logged). */
int outlet_close(struct outlet *outlet);

#endif
