#include "enricher/exchange.h"

#include <stdlib.h>
#include <sysexits.h>

#include "common/program/log.h"
#include "enricher/exchange_file.h"
#include "enricher/exchange_kafka.h"

struct exchange {
	struct exchange_kafka *kafka; /* exactly one of the two is not NULL */
	struct exchange_file *file;
	struct exchange_stats stats; /* of the file form */
};

struct exchange *exchange_open(const struct exchange_settings *settings, int *exit_code)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));

	*exit_code = EX_OSERR;
	if (exchange == NULL) {
		log_error("out of memory for the flows");
		return NULL;
	}
	if (bus_is_kafka(settings->flows.values[0]))
		exchange->kafka = exchange_kafka_open(settings, exit_code);
	else
		exchange->file = exchange_file_open(settings, exit_code);
	if (exchange->kafka != NULL || exchange->file != NULL)
		return exchange;
	free(exchange);
	return NULL;
}

void exchange_close(struct exchange *exchange)
{
	if (exchange == NULL)
		return;
	exchange_kafka_close(exchange->kafka);
	exchange_file_close(exchange->file);
	free(exchange);
}

enum exchange_outcome exchange_serve(struct exchange *exchange, struct when now)
{
	return exchange->kafka != NULL ? exchange_kafka_serve(exchange->kafka, now) : EXCHANGE_DONE;
}

enum exchange_outcome exchange_commit(struct exchange *exchange)
{
	if (exchange->kafka != NULL)
		return exchange_kafka_commit(exchange->kafka);
	exchange->stats.commits++;
	return exchange_file_commit(exchange->file);
}

bool exchange_is_settled(const struct exchange *exchange)
{
	return exchange->kafka == NULL || exchange_kafka_is_member(exchange->kafka);
}

size_t exchange_partitions(const struct exchange *exchange)
{
	return exchange->kafka != NULL ? exchange_kafka_partitions(exchange->kafka) : 1;
}

enum exchange_head exchange_head(struct exchange *exchange, size_t index, struct bus_record *flow)
{
	if (exchange->kafka != NULL)
		return exchange_kafka_head(exchange->kafka, index, flow);
	return exchange_file_head(exchange->file, flow);
}

enum exchange_outcome exchange_put(struct exchange *exchange, size_t index,
				   enum exchange_topic topic, const char *bytes, size_t length,
				   struct when now)
{
	if (exchange->kafka != NULL)
		return exchange_kafka_put(exchange->kafka, index, topic, bytes, length, now);
	return exchange_file_put(exchange->file, topic, bytes, length);
}

void exchange_skip(struct exchange *exchange, size_t index, struct when now)
{
	if (exchange->kafka != NULL)
		exchange_kafka_skip(exchange->kafka, index, now);
	else
		exchange_file_skip(exchange->file);
}

int32_t exchange_partition(const struct exchange *exchange, size_t index, int64_t *behind)
{
	*behind = -1;
	return exchange->kafka == NULL ? 0
				       : exchange_kafka_partition(exchange->kafka, index, behind);
}

int exchange_wait(struct exchange *exchange, int fd, int timeout_ms)
{
	if (exchange->kafka != NULL) {
		exchange_kafka_wait(exchange->kafka, fd, timeout_ms);
		return 0;
	}
	return exchange_file_wait(exchange->file, timeout_ms);
}

struct exchange_stats exchange_stats(const struct exchange *exchange)
{
	return exchange->kafka != NULL ? exchange_kafka_stats(exchange->kafka) : exchange->stats;
}

struct exchange_before exchange_before(const struct exchange *exchange)
{
	return exchange->kafka != NULL ? exchange_kafka_before(exchange->kafka)
				       : exchange_file_before(exchange->file);
}

const char *exchange_flows(const struct exchange *exchange)
{
	return exchange->kafka != NULL ? exchange_kafka_flows(exchange->kafka)
				       : exchange_file_flows(exchange->file);
}

int exchange_exit_code(const struct exchange *exchange)
{
	return exchange->kafka != NULL ? exchange_kafka_exit_code(exchange->kafka)
				       : exchange_file_exit_code(exchange->file);
}

bool exchange_progress(const struct exchange *exchange, uint64_t *done, uint64_t *total)
{
	if (exchange->kafka != NULL)
		exchange_kafka_progress(exchange->kafka, done, total);
	else
		exchange_file_progress(exchange->file, done, total);
	return exchange->kafka != NULL;
}
