#include "enricher/exchange_kafka.h"

#include <stdlib.h>
#include <sysexits.h>

#include "common/program/log.h"
#include "common/program/stop.h"
#include "enricher/kafka_hanging.h"
#include "enricher/kafka_topics.h"

/* A broker refuses records more than an hour ahead of its clock, and one refusal spoils the whole
 * transaction. The ten minutes left allow for clock differences. */
#define AHEAD_MAX_MS (INT64_C(50) * 60 * 1000)
#define GIVE_UP_AFTER 10 /* failed transactions in a row */

/* (2): the flows of a partition up to CAREFUL_LAST are written one by one; the one that
 * failed even so is REFUSED. -1 for none. */
struct suspicion {
	int64_t careful_last;
	int64_t refused;
};

struct exchange_kafka {
	const struct exchange_settings *settings;
	struct kafka_group_settings member;
	struct kafka_group *group;
	struct kafka_producer *producer;
	struct when began; /* the open transaction, or WHEN_MIN if there is none */
	unsigned flows;    /* put or skipped since the last commit */
	unsigned failures; /* transactions in a row that failed without a new suspicion */
	struct suspicion *suspicions; /* by partition */
	struct exchange_stats stats;
	struct kafka_group_before before; /* when this process joined */
	char run[RUN_OPTIONS_NAME_SIZE];  /* of a bounded one, its name */
};

/* -1 after logging, with *EXIT_CODE. */
static int suspect_none(struct exchange_kafka *exchange, int *exit_code)
{
	int partitions = exchange->member.partitions;

	exchange->suspicions = malloc((size_t)partitions * sizeof(*exchange->suspicions));
	if (exchange->suspicions == NULL) {
		log_error("out of memory for the flows");
		*exit_code = EX_OSERR;
		return -1;
	}
	for (int i = 0; i < partitions; i++)
		exchange->suspicions[i] = (struct suspicion){-1, -1};
	return 0;
}

/* -1 after logging. */
static int name_run(struct exchange_kafka *exchange)
{
	const struct exchange_settings *s = exchange->settings;
	const char *const addresses[] = {s->flows.values[0], s->outputs[EXCHANGE_TAGGED],
					 s->outputs[EXCHANGE_REJECTED], s->kube, NULL};

	exchange->member.run = exchange->run;
	return run_options_name(&s->run, addresses, exchange->run);
}

struct exchange_kafka *exchange_kafka_open(const struct exchange_settings *settings, int *exit_code)
{
	struct exchange_kafka *exchange = calloc(1, sizeof(*exchange));
	const char *topics[EXCHANGE_TOPICS] = {bus_topic(settings->outputs[EXCHANGE_TAGGED]),
					       bus_topic(settings->outputs[EXCHANGE_REJECTED])};

	*exit_code = EX_UNAVAILABLE;
	if (exchange == NULL)
		return NULL;
	exchange->settings = settings;
	exchange->began = WHEN_MIN;
	exchange->member = (struct kafka_group_settings){
		.topic = bus_topic(settings->flows.values[0]),
		.group = settings->group,
		.instance = settings->instance,
		.since = settings->run.since,
		.bounded = !when_is_max(settings->run.until),
		.options = &settings->bus,
	};
	if (exchange->member.bounded && name_run(exchange) < 0)
		goto out;
	/* The producer comes first: it ends the transaction that a killed predecessor left
	 * open. Only then are the committed offsets final. */
	exchange->producer = kafka_producer_open(topics, settings->instance, &settings->bus);
	if (exchange->producer == NULL)
		goto out;
	log_debug("instance %s can write", settings->instance);
	*exit_code = kafka_topics_check(settings, exchange->producer, &exchange->member.partitions);
	if (*exit_code != EX_OK || suspect_none(exchange, exit_code) < 0)
		goto out;
	*exit_code = EX_UNAVAILABLE;
	exchange->group = kafka_group_open(&exchange->member);
	if (exchange->group != NULL)
		return exchange;
out:
	exchange_kafka_close(exchange);
	return NULL;
}

void exchange_kafka_close(struct exchange_kafka *exchange)
{
	if (exchange == NULL)
		return;
	kafka_group_close(exchange->group);
	kafka_producer_close(exchange->producer);
	free(exchange->suspicions);
	free(exchange);
}

/* Returns NULL for a partition that the topic did not have at the start. */
static struct suspicion *suspicion_of(const struct exchange_kafka *exchange, int32_t partition)
{
	return partition < exchange->member.partitions ? &exchange->suspicions[partition] : NULL;
}

/* Learns from the aborted transaction. Returns false if it taught nothing new. */
static bool remember_culprit(struct exchange_kafka *exchange)
{
	struct kafka_producer_culprit culprit = kafka_producer_culprit(exchange->producer);
	struct suspicion *suspicion, before;

	if (!culprit.there)
		return false;
	suspicion = suspicion_of(exchange, culprit.partition);
	if (suspicion == NULL)
		return false;
	before = *suspicion;
	/* It was written alone and failed again. */
	if (culprit.first == culprit.last && culprit.first <= before.careful_last)
		suspicion->refused = culprit.first;
	else
		suspicion->careful_last = culprit.last;
	return suspicion->refused != before.refused ||
	       suspicion->careful_last > before.careful_last;
}

/* Aborts the open transaction and reads again from the committed offsets (2). */
static enum exchange_outcome start_over(struct exchange_kafka *exchange)
{
	struct kafka_group *group = exchange->group;

	if (stop_requested()) {
		log_warn("%s: stopped with uncommitted flows; the next start processes them again",
			 exchange->settings->flows.values[0]);
		return EXCHANGE_BROKEN;
	}
	exchange->stats.aborts++;
	exchange->flows = 0;
	exchange->began = WHEN_MIN;
	exchange->group = NULL; /* which a pause may ask about */
	kafka_group_close(group);
	if (kafka_producer_abort(exchange->producer) != EXCHANGE_DONE)
		return EXCHANGE_BROKEN;
	if (!remember_culprit(exchange) && ++exchange->failures > GIVE_UP_AFTER) {
		log_error("%s: %d transactions in a row failed",
			  exchange->settings->outputs[EXCHANGE_TAGGED], GIVE_UP_AFTER);
		return EXCHANGE_BROKEN;
	}
	for (int tries = 0; exchange->group == NULL && tries < GIVE_UP_AFTER && !stop_requested();
	     tries++) {
		bus_pause_turn(&exchange->settings->bus);
		exchange->group = kafka_group_open(&exchange->member);
	}
	return exchange->group == NULL ? EXCHANGE_BROKEN : EXCHANGE_AGAIN;
}

/* Passes on the OUTCOME of the producer, after starting over if it asks for that. */
static enum exchange_outcome settle(struct exchange_kafka *exchange, enum exchange_outcome outcome)
{
	return outcome == EXCHANGE_AGAIN ? start_over(exchange) : outcome;
}

enum exchange_outcome exchange_kafka_commit(struct exchange_kafka *exchange)
{
	enum exchange_outcome outcome;

	if (exchange->flows == 0)
		return EXCHANGE_DONE;
	outcome = settle(exchange, kafka_producer_commit(exchange->producer, exchange->group));
	if (outcome == EXCHANGE_DONE) {
		exchange->stats.commits++;
		exchange->flows = 0;
		exchange->failures = 0;
		exchange->began = WHEN_MIN;
	}
	return outcome;
}

static int64_t age_max_ns(const struct exchange_kafka *exchange)
{
	return exchange->stats.commits == 0 ? EXCHANGE_KAFKA_FIRST_AGE_NS : EXCHANGE_KAFKA_AGE_NS;
}

/* Starts to read what the group has assigned. */
static enum exchange_outcome start(struct exchange_kafka *exchange)
{
	const struct exchange_settings *s = exchange->settings;
	const struct kafka_hanging_settings hanging = {
		.topics = {bus_topic(s->outputs[EXCHANGE_TAGGED]),
			   bus_topic(s->outputs[EXCHANGE_REJECTED])},
		.flows = bus_topic(s->flows.values[0]),
		.group = s->group,
		.revise = s->run.revise_ns > 0,
		.options = &s->bus,
	};
	enum exchange_outcome outcome =
		kafka_hanging_end(&hanging, exchange->group, exchange->producer);

	if (outcome == EXCHANGE_DONE && kafka_group_start(exchange->group) < 0)
		outcome = EXCHANGE_BROKEN;
	/* No flow was taken, so a stop leaves nothing uncommitted. */
	if (outcome != EXCHANGE_DONE)
		return stop_requested() ? EXCHANGE_AGAIN : settle(exchange, outcome);
	/* The outputs tell it only as long as the offsets hang. */
	exchange->flows = kafka_group_before(exchange->group).ahead;
	if (exchange->stats.commits == 0)
		exchange->before = kafka_group_before(exchange->group);
	log_info("%s: %zu partitions to read", s->flows.values[0],
		 kafka_group_count(exchange->group));
	return EXCHANGE_AGAIN;
}

enum exchange_outcome exchange_kafka_serve(struct exchange_kafka *exchange, struct when now)
{
	enum exchange_outcome outcome;

	switch (kafka_group_poll(exchange->group)) {
	case KAFKA_GROUP_QUIET:
		break;
	case KAFKA_GROUP_ASSIGNED:
		return start(exchange);
	case KAFKA_GROUP_REVOKED:
		outcome = exchange_kafka_commit(exchange);
		if (outcome != EXCHANGE_DONE)
			return outcome;
		kafka_group_release(exchange->group);
		return EXCHANGE_AGAIN;
	case KAFKA_GROUP_LOST:
		log_warn("%s: the partitions were given to another member",
			 exchange->settings->flows.values[0]);
		return start_over(exchange);
	case KAFKA_GROUP_BROKEN:
		return EXCHANGE_BROKEN;
	}
	/* Without a new flow this commits nothing. */
	if (exchange->flows >= EXCHANGE_KAFKA_RECORDS ||
	    when_since(now, exchange->began) >= age_max_ns(exchange))
		return exchange_kafka_commit(exchange);
	return EXCHANGE_DONE;
}

bool exchange_kafka_is_member(const struct exchange_kafka *exchange)
{
	return exchange->group != NULL && kafka_group_is_member(exchange->group);
}

size_t exchange_kafka_partitions(const struct exchange_kafka *exchange)
{
	return exchange->group == NULL ? 0 : kafka_group_count(exchange->group);
}

enum exchange_head exchange_kafka_head(struct exchange_kafka *exchange, size_t index,
				       struct bus_record *flow)
{
	return kafka_group_head(exchange->group, index, flow);
}

static int64_t limited(struct exchange_kafka *exchange, int64_t timestamp_ms, struct when now)
{
	int64_t limit = now.ns / NS_PER_MS + AHEAD_MAX_MS;

	if (timestamp_ms <= limit)
		return timestamp_ms;
	exchange->stats.timestamps_limited++;
	return limit;
}

/* Takes a flow whose outcome is written, or that needs none. */
static void take(struct exchange_kafka *exchange, size_t index, struct when now)
{
	if (when_is_min(exchange->began))
		exchange->began = now;
	exchange->flows++;
	kafka_group_take(exchange->group, index);
}

enum exchange_outcome exchange_kafka_put(struct exchange_kafka *exchange, size_t index,
					 enum exchange_topic topic, const char *bytes,
					 size_t length, struct when now)
{
	struct bus_record flow, record;
	const struct suspicion *suspicion;
	enum exchange_outcome outcome;
	bool refused;

	if (exchange_kafka_head(exchange, index, &flow) != EXCHANGE_FLOW)
		return EXCHANGE_BROKEN;
	suspicion = suspicion_of(exchange, flow.partition);
	refused = suspicion != NULL && flow.offset == suspicion->refused;
	if (refused && topic == EXCHANGE_TAGGED)
		return EXCHANGE_REFUSED;
	record = flow;
	record.value = bytes;
	record.value_length = length;
	record.timestamp_ms = limited(exchange, flow.timestamp_ms, now);
	outcome = kafka_producer_write(exchange->producer, topic, &record, flow.offset);
	if (outcome == EXCHANGE_DONE && suspicion != NULL && flow.offset <= suspicion->careful_last)
		outcome = kafka_producer_flush(exchange->producer);
	if (outcome != EXCHANGE_DONE)
		return settle(exchange, outcome);
	take(exchange, index, now);
	/* One refused flow of a partition is remembered, so it is committed before the next
	 * one can be refused. */
	if (refused || exchange->flows >= EXCHANGE_KAFKA_RECORDS)
		return exchange_kafka_commit(exchange);
	return EXCHANGE_DONE;
}

void exchange_kafka_skip(struct exchange_kafka *exchange, size_t index, struct when now)
{
	take(exchange, index, now);
}

int32_t exchange_kafka_partition(const struct exchange_kafka *exchange, size_t index,
				 int64_t *behind)
{
	return kafka_group_partition(exchange->group, index, behind);
}

void exchange_kafka_wait(struct exchange_kafka *exchange, int fd, int timeout_ms)
{
	kafka_group_wait(exchange->group, fd, timeout_ms);
}

struct exchange_stats exchange_kafka_stats(const struct exchange_kafka *exchange)
{
	return exchange->stats;
}

void exchange_kafka_progress(const struct exchange_kafka *exchange, uint64_t *done, uint64_t *total)
{
	*done = *total = 0;
	if (exchange->group != NULL)
		kafka_group_progress(exchange->group, done, total);
}

struct exchange_before exchange_kafka_before(const struct exchange_kafka *exchange)
{
	return (struct exchange_before){.read = exchange->before.any,
					.same_run = exchange->before.same_run};
}

const char *exchange_kafka_flows(const struct exchange_kafka *exchange)
{
	return bus_topic(exchange->settings->flows.values[0]);
}

int exchange_kafka_exit_code(const struct exchange_kafka *exchange)
{
	return exchange->group != NULL && kafka_group_is_trimmed(exchange->group) ? EX_CONFIG
										  : EX_UNAVAILABLE;
}
