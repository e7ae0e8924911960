#include "tests/unit/common/timeline/memory_topic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/topic/topic_reader.h"

struct memory_topic memory_topics[MEMORY_TOPICS];
int64_t memory_topic_opened_from;

struct topic_reader {
	const struct memory_topic *topic;
	int64_t next;
	bool follow;
};

struct topic_reader *topic_reader_open(const char *address, const struct bus_options *bus,
				       int64_t from)
{
	for (size_t i = 0; i < MEMORY_TOPICS; i++) {
		const struct memory_topic *topic = &memory_topics[i];
		struct topic_reader *reader;

		if (topic->address == NULL || strcmp(topic->address, address) != 0)
			continue;
		reader = calloc(1, sizeof(*reader));
		assert_non_null(reader);
		memory_topic_opened_from = from;
		*reader = (struct topic_reader){topic, from, bus->follow};
		if (from < topic->kept)
			reader->next = topic->kept;
		if (from > topic->count)
			reader->next = topic->count;
		return reader;
	}
	return NULL;
}

/* Nothing in memory is marked. */
struct topic_reader *topic_reader_open_at(const char *path, const struct bus_options *bus,
					  const struct bus_place *place)
{
	(void)path;
	(void)bus;
	(void)place;
	return NULL;
}

enum bus_status topic_reader_peek(struct topic_reader *reader, int timeout_ms, struct span *start)
{
	(void)reader;
	(void)timeout_ms;
	*start = (struct span){"", 0};
	return BUS_RECORD;
}

enum bus_status topic_reader_read(struct topic_reader *reader, int timeout_ms,
				  struct bus_record *record)
{
	const struct memory_topic *topic = reader->topic;

	(void)timeout_ms;
	if (topic->broken)
		return BUS_BROKEN;
	if (reader->next == topic->count)
		return reader->follow ? BUS_QUIET : BUS_END;
	*record = (struct bus_record){.value = topic->records[reader->next],
				      .value_length = strlen(topic->records[reader->next]),
				      .offset = reader->next,
				      .timestamp_ms = BUS_NO_TIMESTAMP,
				      .end = -1};
	reader->next++;
	return BUS_RECORD;
}

bool topic_reader_caught_up(const struct topic_reader *reader)
{
	return reader->next == reader->topic->count;
}

int64_t topic_reader_behind(const struct topic_reader *reader)
{
	(void)reader;
	return -1;
}

int topic_reader_partitions(const struct topic_reader *reader)
{
	return reader->topic->partitions;
}

int topic_reader_setting(struct topic_reader *reader, const char *name, char *value, size_t size)
{
	const struct memory_topic *topic = reader->topic;

	if (strcmp(name, "retention.ms") == 0) {
		snprintf(value, size, "%s", topic->retention_ms);
		return 0;
	}
	assert_string_equal(name, "cleanup.policy");
	assert_true(strlen(topic->policy) < size);
	snprintf(value, size, "%s", topic->policy);
	return 0;
}

void topic_reader_close(struct topic_reader *reader)
{
	free(reader);
}

bool topic_reader_progress(const struct topic_reader *reader, uint64_t *done, uint64_t *total)
{
	(void)reader;
	*done = *total = 0;
	return true;
}
