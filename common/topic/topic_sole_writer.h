/* topic_sole_writer.h - writes records to an address while no other process with the same id
 * does. Chooses between kafka_sole_writer.h and lines_writer.h.
 *
 * (1) On Kafka several processes may have the same id: one writes, the others stand by, and one of
 *     them follows within seconds when it ends or dies. What is flushed is there once and in order,
 *     and readers of committed records see nothing else.
 * (2) A file is locked: a second writer is refused.
 */
#ifndef TENURE_TOPIC_SOLE_WRITER_H
#define TENURE_TOPIC_SOLE_WRITER_H

#include "common/bus/bus.h"

struct topic_sole_writer;

/* ADDRESS, ID and OPTIONS are borrowed. Returns NULL after logging. */
struct topic_sole_writer *topic_sole_writer_open(const char *address, const char *id,
						 const struct bus_options *options);
/* Waits up to about TIMEOUT_MS. Returns 1 if it is this process's turn: then it reads what is at the
 * address, and continues it. 0 if not yet, -1 after logging if never. */
int topic_sole_writer_wait(struct topic_sole_writer *writer, int timeout_ms);
/* Whether another process was found to have the turn. */
bool topic_sole_writer_stands_by(const struct topic_sole_writer *writer);
/* Copies RECORD, and waits while the queue is full. After BUS_LOST the turn is over: call
 * topic_sole_writer_wait() again. */
enum bus_written topic_sole_writer_write(struct topic_sole_writer *writer,
					 const struct bus_record *record);
/* Waits until what was written is there; returns as topic_sole_writer_write(). Call it in every
 * loop, also after nothing was written: it says when the turn is over. */
enum bus_written topic_sole_writer_flush(struct topic_sole_writer *writer);
/* What was not flushed may not be there. NULL is allowed. */
void topic_sole_writer_close(struct topic_sole_writer *writer);

#endif
