/* topic_reader.h - every record at an address, in order within each partition, without a
 * consumer group.
 *
 * This module only chooses between kafka_reader.h and lines.h.
 *
 * (1) A line longer than BUS_RECORD_MAX is read as its first BUS_RECORD_MAX + 1 bytes.
 * (2) Every failure is logged once, here or below, with the address.
 */
#ifndef TENURE_TOPIC_READER_H
#define TENURE_TOPIC_READER_H

#include "common/bus/bus.h"

struct topic_reader;

/* -1 after logging what is wrong with the Kafka part of OPTIONS. */
int topic_options_check(const struct bus_options *options);

/* Opens ADDRESS at record FROM (an offset for each partition, or BUS_FROM_TAIL); where
 * that is before the first record kept or past the end, at that one.
 * A topic or file that is not there is an error. Returns NULL after logging. */
struct topic_reader *topic_reader_open(const char *address, const struct bus_options *options,
				       int64_t from);
enum bus_status topic_reader_read(struct topic_reader *reader, int timeout_ms,
				  struct bus_record *record);
/* True once every record that was there at opening was read, with --follow too. */
bool topic_reader_caught_up(const struct topic_reader *reader);
int topic_reader_partitions(const struct topic_reader *reader);
/* Puts the topic's setting NAME ("cleanup.policy") into VALUE, "" for a file.
 * -1 after logging. */
int topic_reader_setting(struct topic_reader *reader, const char *name, char *value, size_t size);
/* NULL is allowed. */
void topic_reader_close(struct topic_reader *reader);

#endif
