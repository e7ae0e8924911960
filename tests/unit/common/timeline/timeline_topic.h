/* timeline_topic.h - a kube topic under way, for the random tests of the timeline.
 *
 * Drafts are changes of objects at some time; timeline_lives.h invents them and makes the
 * topic's records of them.
 */
#ifndef TENURE_TESTS_TIMELINE_TOPIC_H
#define TENURE_TESTS_TIMELINE_TOPIC_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/base/when.h"
#include "common/record/kube_resource.h"
#include "common/timeline/timeline.h"

#define HISTORY_SECONDS 90
#define HISTORY_START INT64_C(1795420800) /* 2026-11-23T08:00:00Z */
#define BARRIER (-1)                      /* a PROGRESS or a GAP of everything */

struct chance {
	uint64_t state;
};

static inline uint64_t chance_next(struct chance *chance)
{
	chance->state ^= chance->state << 13;
	chance->state ^= chance->state >> 7;
	chance->state ^= chance->state << 17;
	return chance->state * UINT64_C(0x2545f4914f6cdd1d);
}

/* 0 to BOUND - 1 */
static inline unsigned pick(struct chance *chance, unsigned bound)
{
	return (unsigned)((chance_next(chance) >> 33) % bound);
}

static inline bool one_in(struct chance *chance, unsigned bound)
{
	return pick(chance, bound) == 0;
}

/* One record on its way into a topic: AT is in milliseconds since the start. */
struct draft {
	int at;
	int resource;
	const char *type; /* NULL: the object is gone and no record says so */
	char *object;     /* with @ for its revision */
	int number;       /* of the object */
};

struct record {
	int resource; /* or BARRIER */
	bool listed;  /* between SYNC_BEGIN and SYNC_END */
	char *line;
};

struct topic {
	struct draft *drafts;
	size_t draft_count;
	struct record *records;
	size_t count, capacity;
	int objects; /* their numbers */
};

static inline char *copy_text(struct text *text)
{
	char *copy = strdup(text_terminate(text));

	if (copy == NULL || text->failed)
		abort();
	text_clear(text);
	return copy;
}

static inline void add_time(struct text *out, int at, bool whole)
{
	int64_t ns = (int64_t)at * NS_PER_MS;
	struct when moment = {HISTORY_START * NS_PER_SECOND + ns};

	if (whole)
		moment.ns -= ((moment.ns % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
	text_add_when(out, moment);
}

/* Takes OBJECT's bytes and leaves it empty. */
static inline void draft(struct topic *topic, int at, int resource, const char *type, int number,
			 struct text *object)
{
	struct draft *drafts =
		realloc(topic->drafts, (topic->draft_count + 1) * sizeof(*topic->drafts));

	if (drafts == NULL)
		abort();
	topic->drafts = drafts;
	topic->drafts[topic->draft_count++] = (struct draft){
		at < 1 ? 1 : at, resource, type, type ? copy_text(object) : NULL, number};
}

static inline void add_metadata(struct text *out, const char *kind, int number, int created)
{
	text_add_format(out,
			"{\"kind\":\"%s\",\"metadata\":{\"name\":\"%s-%d\",\"namespace\":\"shop\","
			"\"uid\":\"uid-%d\",\"resourceVersion\":\"@\",\"creationTimestamp\":",
			kind, kind, number, number);
	add_time(out, created, true);
}

static inline void topic_add(struct topic *topic, int resource, bool listed, char *line)
{
	if (topic->count == topic->capacity) {
		topic->capacity = topic->capacity ? 2 * topic->capacity : 256;
		topic->records = realloc(topic->records, topic->capacity * sizeof(*topic->records));
		if (!topic->records)
			abort();
	}
	topic->records[topic->count++] = (struct record){resource, listed, line};
}

static inline void topic_free(struct topic *topic)
{
	for (size_t r = 0; r < topic->count; r++)
		free(topic->records[r].line);
	for (size_t d = 0; d < topic->draft_count; d++)
		free(topic->drafts[d].object);
	free(topic->records);
	free(topic->drafts);
	*topic = (struct topic){0};
}

#endif
