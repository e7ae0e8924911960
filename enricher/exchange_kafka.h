/* exchange_kafka.h - the exchange on Kafka: see exchange.h.
 *
 * (1) Flows are committed once the first of them is EXCHANGE_KAFKA_AGE_NS old or there are
 *     EXCHANGE_KAFKA_RECORDS, also those that were skipped. The first time after a start it is
 *     EXCHANGE_KAFKA_FIRST_AGE_NS, because they have waited for the start.
 * (2) After any failure the transaction is aborted and the member joins again at the
 *     committed offsets. The records that may be the cause are then written one by one, and
 *     one that fails again is refused.
 */
#ifndef TENURE_EXCHANGE_KAFKA_H
#define TENURE_EXCHANGE_KAFKA_H

#include "enricher/exchange.h"

#define EXCHANGE_KAFKA_AGE_NS (NS_PER_SECOND / 2)
#define EXCHANGE_KAFKA_FIRST_AGE_NS (NS_PER_SECOND / 20)
#define EXCHANGE_KAFKA_RECORDS 20000

struct exchange_kafka;

/* Like the exchange_*() functions of the same names. */
struct exchange_kafka *exchange_kafka_open(const struct exchange_settings *settings,
					   int *exit_code);
void exchange_kafka_close(struct exchange_kafka *exchange);
enum exchange_outcome exchange_kafka_serve(struct exchange_kafka *exchange, struct when now);
enum exchange_outcome exchange_kafka_commit(struct exchange_kafka *exchange);
bool exchange_kafka_is_member(const struct exchange_kafka *exchange);
size_t exchange_kafka_partitions(const struct exchange_kafka *exchange);
enum exchange_head exchange_kafka_head(struct exchange_kafka *exchange, size_t index,
				       struct bus_record *flow);
enum exchange_outcome exchange_kafka_put(struct exchange_kafka *exchange, size_t index,
					 enum exchange_topic topic, const char *bytes,
					 size_t length, struct when now);
void exchange_kafka_skip(struct exchange_kafka *exchange, size_t index, struct when now);
void exchange_kafka_wait(struct exchange_kafka *exchange, int fd, int timeout_ms);
int32_t exchange_kafka_partition(const struct exchange_kafka *exchange, size_t index,
				 int64_t *behind);
struct exchange_stats exchange_kafka_stats(const struct exchange_kafka *exchange);
void exchange_kafka_progress(const struct exchange_kafka *exchange, uint64_t *done,
			     uint64_t *total);
struct exchange_before exchange_kafka_before(const struct exchange_kafka *exchange);
const char *exchange_kafka_flows(const struct exchange_kafka *exchange);
int exchange_kafka_exit_code(const struct exchange_kafka *exchange);

#endif
