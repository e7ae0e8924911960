#include "producers/flows/outlet.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/program/log.h"
#include "common/topic/topic_writer.h"
#include "producers/flows/pressure.h"

#define STEP_MS 100

struct outlet {
	const char *address;
	struct topic_writer *writer; /* or QUEUE */
	struct kafka_queue *queue;
	struct kafka_queue_limits limits;
	struct pressure pressure;
	bool of_flows;                    /* which can be held */
	struct kafka_load dropped_before; /* those records were dropped that are dropped now */
	struct outlet_stats stats;
	struct when deadline; /* until then records wait; WHEN_MIN: they do not */
	uint64_t delivered;   /* when the queue moved last, at */
	struct when moved;
};

bool outlet_is_queue(const char *address, bool live)
{
	return live && bus_is_kafka(address);
}

bool outlet_is_kafka(const struct outlet *outlet)
{
	return bus_is_kafka(outlet->address);
}

bool outlet_has_queue(const struct outlet *outlet)
{
	return outlet->queue != NULL;
}

struct outlet *outlet_open(const char *address, const struct bus_options *bus, bool live,
			   const struct kafka_queue_limits *limits)
{
	struct outlet *outlet = calloc(1, sizeof(*outlet));

	if (outlet == NULL) {
		log_error("%s: out of memory for its records", address);
		return NULL;
	}
	outlet->address = address;
	outlet->limits = *limits;
	outlet->deadline = WHEN_MIN;
	outlet->moved = when_steady();
	if (outlet_is_queue(address, live))
		outlet->queue = kafka_queue_open(bus_topic(address), bus, limits);
	else
		outlet->writer = topic_writer_open(address, bus);
	if (outlet->queue != NULL || outlet->writer != NULL)
		return outlet;
	free(outlet);
	return NULL;
}

/* ---- The queue ---- */

static void tell(struct outlet *outlet, enum pressure_change change)
{
	const struct kafka_load *dropped = &outlet->stats.dropped;
	const struct kafka_load *before = &outlet->dropped_before;

	switch (change) {
	case PRESSURE_SAME:
		break;
	case PRESSURE_HOLDS:
		if (!outlet->of_flows)
			break;
		outlet->stats.holds++;
		log_warn("%s: the broker is slow or away, and the queue is half full: flows are "
			 "held up to %d times as long, so that there are fewer records",
			 outlet->address, OUTLET_STRETCH);
		break;
	case PRESSURE_RELEASES:
		if (outlet->of_flows)
			log_info("%s: the broker keeps up again: flows are no longer held",
				 outlet->address);
		break;
	case PRESSURE_DROPS:
		outlet->dropped_before = *dropped;
		log_error("%s: the queue is full: records are dropped, and counted, until the "
			  "broker takes them again",
			  outlet->address);
		break;
	case PRESSURE_ENDS_DROPPING:
		if (!outlet->of_flows)
			log_warn("%s: records are no longer dropped: %" PRIu64 " were",
				 outlet->address, dropped->records - before->records);
		else
			log_warn("%s: records are no longer dropped: %" PRIu64 " were, of %" PRIu64
				 " packets with %" PRIu64 " bytes",
				 outlet->address, dropped->records - before->records,
				 dropped->packets - before->packets,
				 dropped->bytes - before->bytes);
		break;
	}
}

static void set_pressure(struct outlet *outlet)
{
	struct kafka_queue_stats queue = kafka_queue_get_stats(outlet->queue);
	uint64_t records = (uint64_t)outlet->limits.records, bytes = (uint64_t)outlet->limits.bytes;
	/* Whichever limit is nearer. */
	bool by_bytes = (double)queue.queued_bytes / (double)bytes >
			(double)queue.queued_records / (double)records;
	enum pressure_change change;

	do {
		change = pressure_set(&outlet->pressure,
				      by_bytes ? queue.queued_bytes : queue.queued_records,
				      by_bytes ? bytes : records);
		tell(outlet, change);
	} while (change != PRESSURE_SAME);
}

static void add(struct kafka_load *load, uint64_t packets, uint64_t bytes)
{
	load->records++;
	load->packets += packets;
	load->bytes += bytes;
}

static int offer(struct outlet *outlet, const struct bus_record *record, uint64_t packets,
		 uint64_t bytes)
{
	enum kafka_offer offer = kafka_queue_offer(outlet->queue, record, packets, bytes);

	while (offer == KAFKA_FULL && when_before(when_steady(), outlet->deadline)) {
		kafka_queue_poll(outlet->queue, STEP_MS);
		offer = kafka_queue_offer(outlet->queue, record, packets, bytes);
	}
	if (offer == KAFKA_FULL)
		tell(outlet, pressure_drop(&outlet->pressure));
	if (offer != KAFKA_TAKEN)
		add(&outlet->stats.dropped, packets, bytes);
	return offer == KAFKA_FAILED ? -1 : 0;
}

/* ---- ---- */

int outlet_write(struct outlet *outlet, const struct bus_record *record, uint64_t packets,
		 uint64_t bytes)
{
	add(&outlet->stats.records, packets, bytes);
	return outlet->queue != NULL ? offer(outlet, record, packets, bytes)
				     : topic_writer_write(outlet->writer, record);
}

/* Notes whether the broker takes what there is. */
static void note_movement(struct outlet *outlet)
{
	struct kafka_queue_stats queue = kafka_queue_get_stats(outlet->queue);

	if (queue.queued_records == 0 || queue.delivered.records != outlet->delivered)
		outlet->moved = when_steady();
	outlet->delivered = queue.delivered.records;
}

int outlet_tend(struct outlet *outlet, bool *hold)
{
	if (hold != NULL)
		*hold = false;
	outlet->of_flows = hold != NULL;
	if (outlet->queue == NULL)
		return 0;
	if (kafka_queue_poll(outlet->queue, 0) < 0)
		return -1;
	note_movement(outlet);
	set_pressure(outlet);
	if (hold != NULL)
		*hold = outlet->pressure.held;
	return 0;
}

int outlet_flush(struct outlet *outlet)
{
	return !outlet_is_kafka(outlet) ? topic_writer_flush(outlet->writer) : 0;
}

void outlet_stop(struct outlet *outlet, struct when deadline)
{
	outlet->deadline = deadline;
}

int outlet_settle(struct outlet *outlet)
{
	if (outlet->queue == NULL)
		return topic_writer_flush(outlet->writer);
	return kafka_queue_settle(outlet->queue,
				  when_since(outlet->deadline, when_steady()) / NS_PER_MS);
}

struct outlet_stats outlet_get_stats(const struct outlet *outlet)
{
	struct outlet_stats stats = outlet->stats;

	if (outlet->queue == NULL)
		return stats;
	stats.queue = kafka_queue_get_stats(outlet->queue);
	stats.limits = outlet->limits;
	stats.stalled_ns = when_since(when_steady(), outlet->moved);
	if (stats.queue.queued_records == 0)
		stats.stalled_ns = 0;
	return stats;
}

int outlet_close(struct outlet *outlet)
{
	int rc;

	if (outlet == NULL)
		return 0;
	kafka_queue_close(outlet->queue);
	rc = topic_writer_close(outlet->writer);
	free(outlet);
	return rc;
}
