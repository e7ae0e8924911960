/* kafka_reader.h - reads every record of a topic, in order within each partition, without
 * a consumer group.
 *
 * (1) Reads committed records only. Offsets increase but may have gaps.
 */
#ifndef TENURE_KAFKA_READER_H
#define TENURE_KAFKA_READER_H

#include "common/bus/bus.h"

struct kafka_reader;

/* As topic_options_check(). */
int kafka_reader_check(const struct bus_options *options);
/* NULL after logging, also if there is no such topic. */
struct kafka_reader *kafka_reader_open(const char *topic, const struct bus_options *options,
				       const struct bus_start *start);
enum bus_status kafka_reader_read(struct kafka_reader *reader, int timeout_ms,
				  struct bus_record *record);
/* True once every record that existed at opening has been read. */
bool kafka_reader_caught_up(const struct kafka_reader *reader);
/* Offsets that exist and were not read yet, by what the broker said last; -1: not known. */
int64_t kafka_reader_behind(const struct kafka_reader *reader);
int kafka_reader_partitions(const struct kafka_reader *reader);
/* As topic_reader_setting(). */
int kafka_reader_setting(struct kafka_reader *reader, const char *name, char *value, size_t size);
void kafka_reader_close(struct kafka_reader *reader);

#endif
