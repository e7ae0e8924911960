#include "common/bus.h"

#include <stdlib.h>
#include <string.h>

#include "common/kafka_reader.h"
#include "common/kafka_writer.h"
#include "common/lines.h"
#include "common/lines_writer.h"
#include "common/log.h"

#define KAFKA_SCHEME "kafka:"

/* Exactly one of the two is set. */
struct bus_reader {
	struct kafka_reader *kafka;
	struct lines_reader *lines;
};

struct bus_writer {
	struct kafka_writer *kafka;
	struct lines_writer *lines;
};

int bus_options_check(const struct bus_options *options)
{
	return kafka_reader_check(options);
}

bool bus_is_kafka(const char *address)
{
	return strncmp(address, KAFKA_SCHEME, strlen(KAFKA_SCHEME)) == 0;
}

const char *bus_topic(const char *address)
{
	return bus_is_kafka(address) ? address + strlen(KAFKA_SCHEME) : address;
}

struct bus_reader *bus_reader_open(const char *address, const struct bus_options *options,
				   int64_t from)
{
	struct bus_reader *reader = calloc(1, sizeof(*reader));

	if (reader == NULL)
		return NULL;
	if (bus_is_kafka(address))
		reader->kafka = kafka_reader_open(bus_topic(address), options, from);
	else
		reader->lines = lines_reader_open(address, options->follow, from);
	if (reader->kafka != NULL || reader->lines != NULL)
		return reader;
	free(reader);
	return NULL;
}

static enum bus_status read_line(struct lines_reader *lines, int timeout_ms,
				 struct bus_record *record)
{
	struct lines_line line;

	switch (lines_read(lines, timeout_ms, &line)) {
	case LINES_RECORD:
		*record = (struct bus_record){
			.value = line.bytes,
			.value_length = line.length,
			.offset = line.number,
			.timestamp_ms = BUS_NO_TIMESTAMP,
		};
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

enum bus_status bus_read(struct bus_reader *reader, int timeout_ms, struct bus_record *record)
{
	if (reader->kafka != NULL)
		return kafka_reader_read(reader->kafka, timeout_ms, record);
	return read_line(reader->lines, timeout_ms, record);
}

bool bus_reader_caught_up(const struct bus_reader *reader)
{
	if (reader->kafka != NULL)
		return kafka_reader_caught_up(reader->kafka);
	return lines_caught_up(reader->lines);
}

int bus_reader_partitions(const struct bus_reader *reader)
{
	return reader->kafka != NULL ? kafka_reader_partitions(reader->kafka) : 1;
}

int bus_reader_setting(struct bus_reader *reader, const char *name, char *value, size_t size)
{
	if (reader->kafka != NULL)
		return kafka_reader_setting(reader->kafka, name, value, size);
	if (size > 0)
		value[0] = '\0';
	return 0;
}

void bus_reader_close(struct bus_reader *reader)
{
	if (reader == NULL)
		return;
	kafka_reader_close(reader->kafka);
	lines_reader_close(reader->lines);
	free(reader);
}

struct bus_writer *bus_writer_open(const char *address, const struct bus_options *options)
{
	struct bus_writer *writer = calloc(1, sizeof(*writer));

	if (writer == NULL)
		return NULL;
	if (bus_is_kafka(address))
		writer->kafka = kafka_writer_open(bus_topic(address), options);
	else
		writer->lines = lines_writer_open(address);
	if (writer->kafka != NULL || writer->lines != NULL)
		return writer;
	free(writer);
	return NULL;
}

int bus_write(struct bus_writer *writer, const struct bus_record *record)
{
	if (writer->kafka != NULL)
		return kafka_writer_write(writer->kafka, record);
	/* A newline inside would make two records of one. */
	if (memchr(record->value, '\n', record->value_length) != NULL) {
		log_error("a record with a newline inside cannot be a line of a file");
		return -1;
	}
	return lines_writer_add(writer->lines, record->value, record->value_length);
}

int bus_flush(struct bus_writer *writer)
{
	return writer->kafka != NULL ? kafka_writer_flush(writer->kafka)
				     : lines_writer_flush(writer->lines);
}

int bus_writer_close(struct bus_writer *writer)
{
	int rc;

	if (writer == NULL)
		return 0;
	rc = writer->kafka != NULL ? kafka_writer_close(writer->kafka)
				   : lines_writer_close(writer->lines);
	free(writer);
	return rc;
}
