#include "enricher/kafka_topics.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sysexits.h>

#include "common/program/log.h"

/* Checks that the outputs have at least as many partitions as the input, and sets *PARTITIONS to those of the input. */
static int check_partitions(const struct exchange_settings *s, struct kafka_producer *producer,
			    int *partitions)
{
	int in = kafka_producer_partitions(producer, bus_topic(s->flows.values[0]));

	if (in < 0)
		return EX_UNAVAILABLE;
	for (int i = 0; i < EXCHANGE_TOPICS; i++) {
		int out = kafka_producer_partitions(producer, bus_topic(s->outputs[i]));

		if (out < 0)
			return EX_UNAVAILABLE;
		if (out < in) {
			log_error("%s: has %d partitions, but %s has %d; an outcome is written to "
				  "the partition of its flow, so give it at least as many",
				  s->outputs[i], out, s->flows.values[0], in);
			return EX_CONFIG;
		}
	}
	*partitions = in;
	return EX_OK;
}

/* Refuses a replay into topics whose retention would delete its records right away. */
static int check_retention(const struct exchange_settings *s, struct kafka_producer *producer)
{
	int64_t age_ms = when_since(when_now(), s->run.since) / NS_PER_MS, kept_ms;
	char value[32];

	for (int i = 0; i < EXCHANGE_TOPICS && !when_is_min(s->run.since); i++) {
		if (kafka_producer_setting(producer, bus_topic(s->outputs[i]), "retention.ms",
					   value, sizeof(value)) < 0)
			return EX_UNAVAILABLE;
		kept_ms = strtoll(value, NULL, 10);
		if (kept_ms < 0 || kept_ms > age_ms)
			continue;
		log_error("%s: keeps records for %" PRId64 " s, but --since is %" PRId64
			  " s ago: older records would be deleted immediately; raise its "
			  "retention.ms",
			  s->outputs[i], kept_ms / 1000, age_ms / 1000);
		return EX_CONFIG;
	}
	return EX_OK;
}

int kafka_topics_check(const struct exchange_settings *settings, struct kafka_producer *producer,
		       int *partitions)
{
	int exit_code = check_partitions(settings, producer, partitions);

	return exit_code == EX_OK ? check_retention(settings, producer) : exit_code;
}
