/* kafka_sole_writer.h - writes to a topic while no other process with the same id does.
 *
 * (1) kafka_election.h decides whose turn it is, and kafka_fenced_writer.h keeps everybody else
 *     from writing.
 * (2) A turn begins when nothing can come from an earlier writer any more and readers of
 *     committed records see everything that it committed, even while a transaction of another id
 *     on the same topic was open.
 */
#ifndef TENURE_KAFKA_SOLE_WRITER_H
#define TENURE_KAFKA_SOLE_WRITER_H

#include "common/bus/bus.h"

struct kafka_sole_writer;

/* As topic_sole_writer_open() and so on. */
struct kafka_sole_writer *kafka_sole_writer_open(const char *topic, const char *id,
						 const struct bus_options *options);
int kafka_sole_writer_wait(struct kafka_sole_writer *writer, int timeout_ms);
bool kafka_sole_writer_stands_by(const struct kafka_sole_writer *writer);
enum bus_written kafka_sole_writer_write(struct kafka_sole_writer *writer,
					 const struct bus_record *record);
enum bus_written kafka_sole_writer_flush(struct kafka_sole_writer *writer);
void kafka_sole_writer_close(struct kafka_sole_writer *writer);

#endif
