/* topic_writer.h - writes records to an address, at least once, in order within a
 * partition. Chooses between kafka_writer.h and lines_writer.h.
 */
#ifndef TENURE_TOPIC_WRITER_H
#define TENURE_TOPIC_WRITER_H

#include "common/bus/bus.h"

struct topic_writer;

/* Appends to a file, after cutting an incomplete last line that a crash left. Returns NULL
 * after logging. */
struct topic_writer *topic_writer_open(const char *address, const struct bus_options *options);
/* Copies RECORD, and waits while the queue is full. A record reaches a file with the next
 * topic_writer_flush() at the latest, so call that in every loop. -1 after logging. */
int topic_writer_write(struct topic_writer *writer, const struct bus_record *record);
/* Waits until every record is acknowledged by the broker or written to the file. -1 if any
 * was refused (logged). */
int topic_writer_flush(struct topic_writer *writer);
/* The lines of a file that were not written (lines_writer_lost()); 0 for a topic. */
uint64_t topic_writer_lost(const struct topic_writer *writer);
/* Flushes and frees; returns as topic_writer_flush(). NULL is allowed. */
int topic_writer_close(struct topic_writer *writer);

#endif
