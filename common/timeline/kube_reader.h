/* kube_reader.h - reads the records of a kube topic: a Kafka topic, or a file that tenure-kube or
 * kubectl wrote.
 *
 * (1) The records of a file are those of kube_documents.h; a record's offset is its number.
 * (2) A document that the end of the file cuts off is a record that cannot be read; with --follow
 *     its rest is waited for.
 * (3) A file that is something else (file_kind.h) is logged and not read.
 */
#ifndef TENURE_KUBE_READER_H
#define TENURE_KUBE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/bus/bus.h"
#include "common/topic/topic_reader.h"

struct kube_reader;

#define KUBE_NO_LIST INT64_C(-1)

/* As topic_reader_open() and topic_reader_open_at(). */
struct kube_reader *kube_reader_open(const char *address, const struct bus_options *options,
				     int64_t from);
struct kube_reader *kube_reader_open_at(const char *path, const struct bus_options *options,
					const struct bus_place *place);
/* As topic_reader_read(). *LIST is the offset of the first item of the record's List, or
 * KUBE_NO_LIST. */
enum bus_status kube_reader_read(struct kube_reader *reader, int timeout_ms,
				 struct bus_record *record, int64_t *list);
bool kube_reader_caught_up(const struct kube_reader *reader);
/* Whether BUS_BROKEN means (3). */
bool kube_reader_refused(const struct kube_reader *reader);
/* What it reads from. */
struct topic_reader *kube_reader_topic(const struct kube_reader *reader);
/* NULL is allowed. */
void kube_reader_close(struct kube_reader *reader);

#endif
