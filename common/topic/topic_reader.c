#include "common/topic/topic_reader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/scan.h"
#include "common/bus/lines.h"
#include "common/kafka/kafka_reader.h"
#include "common/program/log.h"

struct topic_reader {
	struct kafka_reader *kafka; /* exactly one of the two is set */
	struct lines_reader *lines;
	const char *address;
};

int topic_options_check(const struct bus_options *options)
{
	return kafka_reader_check(options);
}

int topic_options_check_in(const char *in, const struct bus_options *options)
{
	if (!bus_is_kafka(in))
		return 0;
	if (options->brokers == NULL && options->properties.count == 0 &&
	    options->properties_file == NULL) {
		log_error("--brokers: needed to read from Kafka, HOST:PORT[,HOST:PORT]; tagged "
			  "flows in a file are read with --in FILE");
		return -1;
	}
	return topic_options_check(options);
}

/* Takes what was opened; frees READER if that is nothing. */
static struct topic_reader *opened(struct topic_reader *reader, struct kafka_reader *kafka,
				   struct lines_reader *lines)
{
	reader->kafka = kafka;
	reader->lines = lines;
	if (kafka != NULL || lines != NULL)
		return reader;
	free(reader);
	return NULL;
}

static struct topic_reader *allocate(const char *address)
{
	struct topic_reader *reader = calloc(1, sizeof(*reader));

	if (reader == NULL)
		log_error("%s: out of memory for its records", address);
	else
		reader->address = address;
	return reader;
}

static struct topic_reader *open_from(const char *address, const struct bus_options *options,
				      const struct bus_start *start)
{
	struct topic_reader *reader = allocate(address);

	if (reader == NULL)
		return NULL;
	if (bus_is_kafka(address))
		return opened(reader, kafka_reader_open(bus_topic(address), options, start), NULL);
	return opened(reader, NULL, lines_reader_open(address, options->follow, start->from));
}

struct topic_reader *topic_reader_open(const char *address, const struct bus_options *options,
				       int64_t from)
{
	const struct bus_start start = {.from = from, .since = WHEN_MIN};

	return open_from(address, options, &start);
}

struct topic_reader *topic_reader_open_since(const char *address, const struct bus_options *options,
					     struct when since)
{
	const struct bus_start start = {.from = BUS_FROM_START, .since = since};

	return open_from(address, options, &start);
}

struct topic_reader *topic_reader_open_places(const char *address,
					      const struct bus_options *options,
					      const int64_t *offsets, size_t count)
{
	struct bus_start start = {.from = BUS_FROM_START,
				  .since = WHEN_MIN,
				  .offsets = offsets,
				  .offset_count = count};

	if (!bus_is_kafka(address) && count > 0)
		start.from = offsets[0];
	return open_from(address, options, &start);
}

struct topic_reader *topic_reader_open_at(const char *path, const struct bus_options *options,
					  const struct bus_place *place)
{
	struct topic_reader *reader = allocate(path);

	return reader == NULL
		       ? NULL
		       : opened(reader, NULL, lines_reader_open_at(path, options->follow, place));
}

/* Whether LINE, which has no newline, may be only the beginning of a record: (3). */
static bool is_begun(const struct lines_line *line)
{
	struct scan scan;

	return line->end < 0 && line->length <= BUS_RECORD_MAX && line->bytes[0] != '}' &&
	       scan_object(line->bytes, line->length, NULL, 0, 0, &scan) != SCAN_GOOD;
}

static enum bus_status status_of(enum lines_status status)
{
	switch (status) {
	case LINES_RECORD:
		return BUS_RECORD;
	case LINES_QUIET:
		return BUS_QUIET;
	case LINES_END:
		return BUS_END;
	case LINES_BROKEN:
		break;
	}
	return BUS_BROKEN;
}

static enum bus_status read_line(struct topic_reader *reader, int timeout_ms,
				 struct bus_record *record)
{
	struct lines_line line;
	enum lines_status status = lines_read(reader->lines, timeout_ms, &line);

	if (status != LINES_RECORD)
		return status_of(status);
	if (is_begun(&line)) {
		log_warn("%s: line %" PRId64 " is unfinished and not read: %zu B "
			 "without a newline",
			 strcmp(reader->address, "-") == 0 ? "standard input" : reader->address,
			 line.number + 1, line.length);
		return BUS_END;
	}
	*record = (struct bus_record){
		.value = line.bytes,
		.value_length = line.length,
		.offset = line.number,
		.timestamp_ms = BUS_NO_TIMESTAMP,
		.end = line.end,
	};
	return BUS_RECORD;
}

enum bus_status topic_reader_read(struct topic_reader *reader, int timeout_ms,
				  struct bus_record *record)
{
	if (reader->kafka != NULL)
		return kafka_reader_read(reader->kafka, timeout_ms, record);
	return read_line(reader, timeout_ms, record);
}

enum bus_status topic_reader_peek(struct topic_reader *reader, int timeout_ms, struct span *start)
{
	*start = (struct span){"", 0};
	if (reader->kafka != NULL)
		return BUS_RECORD;
	return status_of(lines_peek(reader->lines, timeout_ms, start));
}

bool topic_reader_caught_up(const struct topic_reader *reader)
{
	if (reader->kafka != NULL)
		return kafka_reader_caught_up(reader->kafka);
	return lines_caught_up(reader->lines);
}

int64_t topic_reader_behind(const struct topic_reader *reader)
{
	return reader->kafka != NULL ? kafka_reader_behind(reader->kafka) : -1;
}

int topic_reader_partitions(const struct topic_reader *reader)
{
	return reader->kafka != NULL ? kafka_reader_partitions(reader->kafka) : 1;
}

int topic_reader_setting(struct topic_reader *reader, const char *name, char *value, size_t size)
{
	if (reader->kafka != NULL)
		return kafka_reader_setting(reader->kafka, name, value, size);
	if (size > 0)
		value[0] = '\0';
	return 0;
}

void topic_reader_close(struct topic_reader *reader)
{
	if (reader == NULL)
		return;
	kafka_reader_close(reader->kafka);
	lines_reader_close(reader->lines);
	free(reader);
}
