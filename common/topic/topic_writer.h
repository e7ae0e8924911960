/* topic_writer.h - records to an address, at least once, in order within a partition.
 *
 * This module only chooses between kafka_writer.h and lines_writer.h.
 */
#ifndef TENURE_TOPIC_WRITER_H
#define TENURE_TOPIC_WRITER_H

#include "common/bus/bus.h"

struct topic_writer;

/* A file is appended to, after an incomplete last line (a crash) is cut.
 * Returns NULL after logging. */
struct topic_writer *topic_writer_open(const char *address, const struct bus_options *options);
/* Copies RECORD. Waits while the queue is full. A file gets it with the next
 * topic_writer_flush() at the latest: call that once a turn. -1 after logging. */
int topic_writer_write(struct topic_writer *writer, const struct bus_record *record);
/* Waits until all that was written is acknowledged by the broker or handed to
 * the kernel; -1 when any of it was refused. */
int topic_writer_flush(struct topic_writer *writer);
/* Flushes, then frees; -1 as topic_writer_flush(). NULL is allowed. */
int topic_writer_close(struct topic_writer *writer);

#endif
