/* timeline_topic.h - a kube topic under construction, for the random tests of the timeline.
 *
 * A draft is a change of an object at a time. timeline_lives.h invents the drafts, and
 * timeline_history.h turns them into records. Times are milliseconds after
 * TOPIC_START. Running out of memory ends the test.
 */
#ifndef TENURE_TESTS_TIMELINE_TOPIC_H
#define TENURE_TESTS_TIMELINE_TOPIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/text.h"

#define TOPIC_SECONDS 90
#define TOPIC_START INT64_C(1795420800) /* 2026-11-23T08:00:00Z */
#define BARRIER (-1)                    /* a PROGRESS or a GAP of everything */

/* A random generator; STATE is not 0. */
struct chance {
	uint64_t state;
};

/* From 0 to BOUND - 1. */
unsigned chance_pick(struct chance *chance, unsigned bound);
bool chance_one_in(struct chance *chance, unsigned bound);

struct draft {
	int at;
	int resource;
	const char *type; /* NULL: the object is gone and no record says so */
	char *object; /* JSON, with @ for its revision and #0 to #2 for the next number of a meter */
	int number;   /* of the object */
};

struct topic_record {
	int resource; /* or BARRIER */
	bool listed;  /* between SYNC_BEGIN and SYNC_END */
	char *line;
};

struct topic {
	struct draft *drafts;
	size_t draft_count;
	struct topic_record *records;
	size_t count, capacity;
	int objects; /* numbers that are in use */
};

/* Adds a draft. Copies OBJECT, unless TYPE is NULL, and empties it. */
void topic_draft(struct topic *topic, int at, int resource, const char *type, int number,
		 struct text *object);

/* Adds a record. Takes LINE, which is freed with the topic. */
void topic_add(struct topic *topic, int resource, bool listed, char *line);

void topic_free(struct topic *topic);

/* Returns a copy of TEXT, to be freed, and empties TEXT. */
char *topic_text_copy(struct text *text);

/* Adds AT as JSON, cut to whole seconds if WHOLE. */
void topic_add_time(struct text *out, int at, bool whole);

/* Adds the beginning of object NUMBER, up to its creationTimestamp. */
void topic_add_metadata(struct text *out, const char *kind, int number, int created);

#endif
