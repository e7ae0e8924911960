#include "sink/graph/formats/edge_writer.h"

#include "common/program/log.h"
#include "common/topic/topic_writer.h"
#include "sink/graph/formats/edge_records.h"

static int write_step(struct topic_writer *writer, const struct snapshot *whole,
		      const struct series_step *step)
{
	struct text key, value;
	int rc = 0;

	text_init(&key, BUS_RECORD_MAX);
	text_init(&value, BUS_RECORD_MAX);
	for (size_t i = 0; rc == 0 && i < whole->edge_count; i++) {
		struct bus_record record = {.partition = BUS_ANY_PARTITION,
					    .timestamp_ms = step->to.ns / NS_PER_MS};

		text_clear(&value);
		if (!edge_records_add(whole, i, step, &key, &value))
			continue;
		record.key = key.data;
		record.key_length = key.length;
		record.value = value.data;
		record.value_length = value.length;
		if (value.failed) {
			log_error("out of memory");
			rc = -1;
		} else {
			rc = topic_writer_write(writer, &record);
		}
	}
	text_free(&key);
	text_free(&value);
	return rc;
}

int edge_writer_write(const char *address, const struct bus_options *bus,
		      const struct snapshot *whole, const struct series *series, struct when from,
		      struct when to)
{
	struct topic_writer *writer = topic_writer_open(address, bus);
	size_t closed = 0;
	int rc = writer == NULL ? -1 : 0;

	for (size_t i = 0; rc == 0 && i < series->count; i++) {
		const struct series_step *step = &series->steps[i];

		if (when_before(step->from, from) || when_before(to, step->to))
			continue;
		rc = write_step(writer, whole, step);
		closed++;
	}
	if (topic_writer_close(writer) < 0)
		rc = -1;
	if (rc == 0)
		log_info("%s: wrote the edges of %zu windows, not of %zu that begin before the "
			 "records do or end less than --horizon before they do",
			 address, closed, series->count - closed);
	return rc;
}
