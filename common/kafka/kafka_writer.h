/* kafka_writer.h - writes records to a topic, at least once, in order within a partition. */
#ifndef TENURE_KAFKA_WRITER_H
#define TENURE_KAFKA_WRITER_H

#include "common/bus/bus.h"

struct kafka_writer;

/* As topic_writer_open() and so on. */
struct kafka_writer *kafka_writer_open(const char *topic, const struct bus_options *options);
int kafka_writer_write(struct kafka_writer *writer, const struct bus_record *record);
int kafka_writer_flush(struct kafka_writer *writer);
int kafka_writer_close(struct kafka_writer *writer);

#endif
