#include "tests/unit/common/timeline/timeline_topic.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/when.h"
#include "tests/unit/quoted.h"

static uint64_t chance_next(struct chance *chance)
{
	chance->state ^= chance->state << 13;
	chance->state ^= chance->state >> 7;
	chance->state ^= chance->state << 17;
	return chance->state * UINT64_C(0x2545f4914f6cdd1d);
}

unsigned chance_pick(struct chance *chance, unsigned bound)
{
	return (unsigned)((chance_next(chance) >> 33) % bound);
}

bool chance_one_in(struct chance *chance, unsigned bound)
{
	return chance_pick(chance, bound) == 0;
}

char *topic_text_copy(struct text *text)
{
	char *copy = strdup(text_terminate(text));

	if (copy == NULL || text->failed)
		abort();
	text_clear(text);
	return copy;
}

void topic_add_time(struct text *out, int at, bool whole)
{
	int64_t ns = (int64_t)at * NS_PER_MS;
	struct when moment = {TOPIC_START * NS_PER_SECOND + ns};

	if (whole)
		moment.ns -= ((moment.ns % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
	text_add_when(out, moment);
}

void topic_draft(struct topic *topic, int at, int resource, const char *type, int number,
		 struct text *object)
{
	struct draft *drafts =
		realloc(topic->drafts, (topic->draft_count + 1) * sizeof(*topic->drafts));

	if (drafts == NULL)
		abort();
	topic->drafts = drafts;
	topic->drafts[topic->draft_count++] = (struct draft){
		at < 1 ? 1 : at, resource, type, type ? topic_text_copy(object) : NULL, number};
}

void topic_add_metadata(struct text *out, const char *kind, int number, int created)
{
	text_add_format(out,
			quoted("{'kind':'%s','metadata':{'name':'%s-%d','namespace':'shop',"
			       "'uid':'uid-%d','resourceVersion':'@','creationTimestamp':"),
			kind, kind, number, number);
	topic_add_time(out, created, true);
}

void topic_add(struct topic *topic, int resource, bool listed, char *line)
{
	if (topic->count == topic->capacity) {
		topic->capacity = topic->capacity ? 2 * topic->capacity : 256;
		topic->records = realloc(topic->records, topic->capacity * sizeof(*topic->records));
		if (topic->records == NULL)
			abort();
	}
	topic->records[topic->count++] = (struct topic_record){resource, listed, line};
}

void topic_free(struct topic *topic)
{
	for (size_t r = 0; r < topic->count; r++)
		free(topic->records[r].line);
	for (size_t d = 0; d < topic->draft_count; d++)
		free(topic->drafts[d].object);
	free(topic->records);
	free(topic->drafts);
	*topic = (struct topic){0};
}
