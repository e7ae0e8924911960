/* topic_reader.h - reads every record at an address, in order within each partition,
 * without a consumer group. Chooses between kafka_reader.h and lines.h.
 *
 * (1) A line longer than BUS_RECORD_MAX is cut to BUS_RECORD_MAX + 1 bytes.
 * (2) Every failure is logged once, with the address.
 * (3) A last line without a newline is a record if it is a whole JSON object, or begins with } as
 *     the end of a longer one. Otherwise its writer has not finished it: it is logged and not read,
 *     and with --follow it is waited for.
 */
#ifndef TENURE_TOPIC_READER_H
#define TENURE_TOPIC_READER_H

#include "common/base/span.h"
#include "common/bus/bus.h"

struct topic_reader;

/* Checks the Kafka part of OPTIONS. -1 after logging. */
int topic_options_check(const struct bus_options *options);
/* The same for tagged flows, which are read from --in IN: a topic needs --brokers. */
int topic_options_check_in(const char *in, const struct bus_options *options);

/* Opens ADDRESS at FROM, an offset in each partition or BUS_FROM_TAIL, limited to the records
 * that exist. ADDRESS is borrowed. Returns NULL after logging, also if there is no such topic or
 * file. */
struct topic_reader *topic_reader_open(const char *address, const struct bus_options *options,
				       int64_t from);
/* Opens ADDRESS so that no record with a timestamp of SINCE or later is left out: each partition of a
 * topic begins at the first one. A file has no timestamps, and begins at its start. */
struct topic_reader *topic_reader_open_since(const char *address, const struct bus_options *options,
					     struct when since);
/* Opens ADDRESS so that the first records are those at OFFSETS, one for each of the first COUNT partitions;
 * other partitions begin at their start. */
struct topic_reader *topic_reader_open_places(const char *address,
					      const struct bus_options *options,
					      const int64_t *offsets, size_t count);
/* Opens the file PATH, which is borrowed, at PLACE. Returns NULL after logging. */
struct topic_reader *topic_reader_open_at(const char *path, const struct bus_options *options,
					  const struct bus_place *place);
enum bus_status topic_reader_read(struct topic_reader *reader, int timeout_ms,
				  struct bus_record *record);
/* Waits as topic_reader_read() does, and sets *START to how a file begins (lines.h); of a topic it is
 * empty. BUS_END if there is nothing. */
enum bus_status topic_reader_peek(struct topic_reader *reader, int timeout_ms, struct span *start);
/* True once every record that existed at opening has been read, also with --follow. */
bool topic_reader_caught_up(const struct topic_reader *reader);
/* Records of a topic that exist and were not read yet, as offsets; -1 if that is not known, as of a file. */
int64_t topic_reader_behind(const struct topic_reader *reader);
int topic_reader_partitions(const struct topic_reader *reader);
/* Writes the topic's setting NAME ("cleanup.policy") to VALUE[SIZE], "" for a file. -1 after
 * logging. */
int topic_reader_setting(struct topic_reader *reader, const char *name, char *value, size_t size);
/* NULL is allowed. */
void topic_reader_close(struct topic_reader *reader);

#endif
