#include "common/topic/topic_sole_writer.h"

#include <stdlib.h>

#include "common/kafka/kafka_sole_writer.h"
#include "common/program/log.h"
#include "common/topic/topic_writer.h"

/* Exactly one of the two is set. */
struct topic_sole_writer {
	struct kafka_sole_writer *kafka;
	struct topic_writer *file;
};

struct topic_sole_writer *topic_sole_writer_open(const char *address, const char *id,
						 const struct bus_options *options)
{
	struct topic_sole_writer *writer = calloc(1, sizeof(*writer));

	if (writer == NULL) {
		log_error("%s: out of memory for its records", address);
		return NULL;
	}
	if (bus_is_kafka(address))
		writer->kafka = kafka_sole_writer_open(bus_topic(address), id, options);
	else
		writer->file = topic_writer_open(address, options);
	if (writer->kafka != NULL || writer->file != NULL)
		return writer;
	free(writer);
	return NULL;
}

int topic_sole_writer_wait(struct topic_sole_writer *writer, int timeout_ms)
{
	return writer->kafka != NULL ? kafka_sole_writer_wait(writer->kafka, timeout_ms) : 1;
}

bool topic_sole_writer_stands_by(const struct topic_sole_writer *writer)
{
	return writer->kafka != NULL && kafka_sole_writer_stands_by(writer->kafka);
}

enum bus_written topic_sole_writer_write(struct topic_sole_writer *writer,
					 const struct bus_record *record)
{
	if (writer->kafka != NULL)
		return kafka_sole_writer_write(writer->kafka, record);
	return topic_writer_write(writer->file, record) < 0 ? BUS_REFUSED : BUS_WRITTEN;
}

enum bus_written topic_sole_writer_flush(struct topic_sole_writer *writer)
{
	if (writer->kafka != NULL)
		return kafka_sole_writer_flush(writer->kafka);
	return topic_writer_flush(writer->file) < 0 ? BUS_REFUSED : BUS_WRITTEN;
}

void topic_sole_writer_close(struct topic_sole_writer *writer)
{
	if (writer == NULL)
		return;
	kafka_sole_writer_close(writer->kafka);
	topic_writer_close(writer->file);
	free(writer);
}
