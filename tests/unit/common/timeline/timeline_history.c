#include "tests/unit/common/timeline/timeline_history.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/when.h"
#include "common/record/kube_resource.h"
#include "tests/unit/common/timeline/timeline_lives.h"
#include "tests/unit/quoted.h"

#define OBJECTS_MAX 2048

/* The state of the API server: the last draft of each object that exists. */
struct present {
	const struct draft *drafts[OBJECTS_MAX];
	int revisions[OBJECTS_MAX];
	int revision;
	int numbers[3]; /* of the records that each node's meter has made */
};

static const int listed_resources[] = {KUBE_PODS, KUBE_SERVICES, KUBE_ENDPOINTSLICES, KUBE_NODES};

static void add_received(struct text *out, int at)
{
	text_add_string(out, quoted("'received':"));
	topic_add_time(out, at, false);
}

/* Adds OBJECT with the next number of its meter, if it has one. Every ninth record was lost. */
static void add_numbered(struct text *text, const char *object, int *numbers)
{
	const char *mark = strchr(object, '#');
	int *number;

	if (mark == NULL) {
		text_add_string(text, object);
		return;
	}
	number = &numbers[mark[1] - '0'];
	*number += *number % 9 == 7 ? 2 : 1;
	text_add_format(text, "%.*s%d%s", (int)(mark - object), object, *number, mark + 2);
}

static void add_event(struct topic *topic, struct text *text, const struct draft *draft,
		      const char *type, int revision, int at, bool listed, int *numbers)
{
	const char *mark = strchr(draft->object, '@');

	text_add_format(text, quoted("{'type':'%s','cluster':'c','resource':'%s',"), type,
			draft->resource == KUBE_RESOURCES
				? "interfaces"
				: kube_resource_name((enum kube_resource)draft->resource));
	add_received(text, at);
	text_add_format(text, quoted(",'object':%.*s%d"), (int)(mark - draft->object),
			draft->object, revision);
	add_numbered(text, mark + 1, numbers);
	text_add_string(text, "}");
	topic_add(topic, draft->resource, listed, topic_text_copy(text));
}

static void add_sync(struct topic *topic, struct text *text, int resource,
		     const struct present *present, int at)
{
	static const char *const edges[] = {"SYNC_BEGIN", "SYNC_END"};

	for (int edge = 0; edge < 2; edge++) {
		text_add_format(text, quoted("{'type':'%s','cluster':'c','resource':'%s',"),
				edges[edge], kube_resource_name((enum kube_resource)resource));
		add_received(text, at);
		text_add_format(text, quoted(",'resourceVersion':'%d','scope':{}}"),
				present->revision);
		topic_add(topic, resource, true, topic_text_copy(text));
		for (int n = 0; n < OBJECTS_MAX && edge == 0; n++) {
			const struct draft *draft = present->drafts[n];

			if (draft != NULL && draft->resource == resource)
				add_event(topic, text, draft, "ADDED", present->revisions[n], at,
					  true, NULL);
		}
	}
}

static void add_progress(struct topic *topic, struct text *text, struct chance *chance, int at)
{
	if (chance_one_in(chance, 40)) {
		text_add_string(text, quoted("{'type':'GAP','cluster':'c',"));
		if (chance_one_in(chance, 2))
			text_add_format(text, quoted("'resource':'%s',"),
					kube_resource_name(
						(enum kube_resource)
							listed_resources[chance_pick(chance, 4)]));
		add_received(text, at);
		text_add_string(text, quoted(",'reason':'expired','from':"));
		topic_add_time(text, at - (int)chance_pick(chance, 3000), false);
		text_add_string(text, quoted(",'to':"));
		topic_add_time(text, at, false);
		text_add_string(text, "}");
		topic_add(topic, BARRIER, false, topic_text_copy(text));
	}
	text_add_string(text, quoted("{'type':'PROGRESS','cluster':'c',"));
	add_received(text, at);
	text_add_string(text, quoted(",'known':"));
	topic_add_time(text, at - 50, false);
	text_add_string(text, "}");
	topic_add(topic, BARRIER, false, topic_text_copy(text));
}

static void add_change(struct topic *topic, struct text *text, struct present *present,
		       const struct draft *draft)
{
	bool gone = draft->type == NULL || strcmp(draft->type, "DELETED") == 0;

	if (draft->number >= OBJECTS_MAX)
		abort();
	if (draft->type != NULL)
		add_event(topic, text, draft, draft->type, ++present->revision, draft->at, false,
			  present->numbers);
	present->drafts[draft->number] = gone ? NULL : draft;
	present->revisions[draft->number] = present->revision;
}

struct topic history_topic(uint64_t seed)
{
	struct chance chance = {seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
	struct present present = {.revision = 100};
	struct topic topic = {0};
	struct text text;
	size_t next = 0;
	int first = chance_one_in(&chance, 3) ? 20 : 0; /* the watch begins in the middle */

	text_init(&text, 1 << 20);
	lives_draft(&topic, &text, &chance);
	for (int second = 0; second < TOPIC_SECONDS + 20; second++) {
		int at = second * 1000;

		for (; next < topic.draft_count && topic.drafts[next].at < at; next++) {
			size_t before = topic.count;

			add_change(&topic, &text, &present, &topic.drafts[next]);
			if (second <= first) { /* before the watch began */
				for (size_t r = before; r < topic.count; r++)
					free(topic.records[r].line);
				topic.count = before;
			}
		}
		if (second < first)
			continue;
		for (int r = 0; r < 4; r++) {
			if (second == first || chance_one_in(&chance, 25))
				add_sync(&topic, &text, listed_resources[r], &present, at);
		}
		add_progress(&topic, &text, &chance, at);
	}
	text_free(&text);
	return topic;
}

/* Whether a pod is lost depends on the Nodes before its record, so they keep one order. */
static int watch_of(const struct topic_record *record)
{
	return record->resource == KUBE_NODES ? KUBE_PODS : record->resource;
}

/* Shuffles RECORDS[COUNT], which are between two barriers. */
static void shuffle_run(struct topic *out, const struct topic_record *records, size_t count,
			struct chance *chance)
{
	size_t at[KUBE_RESOURCES + 1] = {0}, left = count;

	while (left > 0) {
		int watch = (int)chance_pick(chance, KUBE_RESOURCES + 1);
		size_t *r = &at[watch];

		while (*r < count && watch_of(&records[*r]) != watch)
			++*r;
		if (*r == count)
			continue;
		topic_add(out, records[*r].resource, records[*r].listed, strdup(records[*r].line));
		++*r;
		left--;
	}
}

struct topic history_shuffled(const struct topic *topic, struct chance *chance)
{
	struct topic out = {0};
	size_t begin = 0;

	for (size_t r = 0; r <= topic->count; r++) {
		if (r < topic->count && topic->records[r].resource != BARRIER)
			continue;
		shuffle_run(&out, &topic->records[begin], r - begin, chance);
		if (r < topic->count)
			topic_add(&out, BARRIER, false, strdup(topic->records[r].line));
		begin = r + 1;
	}
	return out;
}

/* Whether a list of the resource of record AGAIN comes after it, up to LAST. */
static bool listed_since(const struct topic *topic, size_t again, size_t last)
{
	for (size_t r = again; r <= last; r++) {
		if (topic->records[r].resource == topic->records[again].resource &&
		    strstr(topic->records[r].line, "SYNC_"))
			return true;
	}
	return false;
}

struct topic history_repeated(const struct topic *topic, struct chance *chance)
{
	struct topic out = {0};

	for (size_t r = 0; r < topic->count; r++) {
		topic_add(&out, topic->records[r].resource, topic->records[r].listed,
			  strdup(topic->records[r].line));
		while (!topic->records[r].listed && chance_one_in(chance, 2)) {
			size_t again = chance_pick(chance, (unsigned)r + 1);
			const struct topic_record *record = &topic->records[again];

			/* After a list an object that it lacked would come back. */
			if (record->resource != BARRIER && !listed_since(topic, again, r))
				topic_add(&out, record->resource, false, strdup(record->line));
		}
	}
	return out;
}

struct timeline_question history_question(struct chance *chance, int64_t last)
{
	static const char *const addresses[] = {
		"10.1.0.0", "10.1.0.1", "10.1.0.2", "10.1.0.3", "fd00::0",  "fd00::1",
		"10.2.0.0", "10.2.0.1", "10.3.0.1", "10.3.0.9", "10.1.1.7", "192.0.2.1",
	};
	static const int ports[] = {80, 81, 30080, 40000};
	static const char *const hosts[] = {"h0", "h1", "h2", ""};
	const char *address = addresses[chance_pick(chance, 12)];
	struct timeline_question question = {
		.port = ports[chance_pick(chance, 4)],
		.transport = 6,
		.sent = chance_one_in(chance, 2),
		.observer = span_hash(span_of(hosts[chance_pick(chance, 4)])),
		.position = chance_pick(chance, (unsigned)last + 1),
	};

	ip_parse(address, strlen(address), &question.ip);
	question.start.ns = TOPIC_START * NS_PER_SECOND +
			    (int64_t)chance_pick(chance, TOPIC_SECONDS * 1000) * NS_PER_MS;
	question.end = when_add(
		question.start,
		(int64_t)chance_pick(chance, chance_one_in(chance, 3) ? 8000 : 300) * NS_PER_MS);
	return question;
}

struct timeline_options history_options(struct chance *chance)
{
	static const int64_t skews[] = {0, 500, 2000};

	return (struct timeline_options){
		.cluster = "c",
		.hold_ns = (int64_t)chance_pick(chance, 11) * NS_PER_SECOND,
		.skew_ns = skews[chance_pick(chance, 3)] * NS_PER_MS,
		.clock = (enum timeline_clock)chance_pick(chance, 4),
		.kube_from = WHEN_MIN,
		.kube_until = WHEN_MIN,
	};
}
