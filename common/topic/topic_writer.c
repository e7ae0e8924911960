#include "common/topic/topic_writer.h"

#include <stdlib.h>
#include <string.h>

#include "common/bus/lines_writer.h"
#include "common/kafka/kafka_writer.h"
#include "common/program/log.h"

/* Exactly one of the two is set. */
struct topic_writer {
	struct kafka_writer *kafka;
	struct lines_writer *lines;
};

struct topic_writer *topic_writer_open(const char *address, const struct bus_options *options)
{
	struct topic_writer *writer = calloc(1, sizeof(*writer));

	if (writer == NULL) {
		log_error("%s: out of memory for its records", address);
		return NULL;
	}
	if (bus_is_kafka(address))
		writer->kafka = kafka_writer_open(bus_topic(address), options);
	else
		writer->lines = lines_writer_open(address);
	if (writer->kafka != NULL || writer->lines != NULL)
		return writer;
	free(writer);
	return NULL;
}

int topic_writer_write(struct topic_writer *writer, const struct bus_record *record)
{
	if (writer->kafka != NULL)
		return kafka_writer_write(writer->kafka, record);
	/* A newline would split the record. */
	if (memchr(record->value, '\n', record->value_length) != NULL) {
		log_error("a record that contains a newline cannot be a line of a file");
		return -1;
	}
	return lines_writer_add(writer->lines, record->value, record->value_length);
}

int topic_writer_flush(struct topic_writer *writer)
{
	return writer->kafka != NULL ? kafka_writer_flush(writer->kafka)
				     : lines_writer_flush(writer->lines);
}

uint64_t topic_writer_lost(const struct topic_writer *writer)
{
	return writer->lines != NULL ? lines_writer_lost(writer->lines) : 0;
}

int topic_writer_close(struct topic_writer *writer)
{
	int rc;

	if (writer == NULL)
		return 0;
	rc = writer->kafka != NULL ? kafka_writer_close(writer->kafka)
				   : lines_writer_close(writer->lines);
	free(writer);
	return rc;
}
