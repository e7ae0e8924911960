/* timeline_fed.h - a timeline that a test feeds record by record. Times are seconds after
 * 2026-11-23T08:00:00Z, below 3600. */
#ifndef TENURE_TESTS_TIMELINE_FED_H
#define TENURE_TESTS_TIMELINE_FED_H

#include "common/timeline/timeline.h"

/* Returns a timeline in a folder of its own, with the default hold, skew and clock. */
struct timeline *fed_open(void);
/* The same with --kube-until. */
struct timeline *fed_open_until(struct when until);

/* Applies a record that was received at SECOND. TYPE is "ADDED" and so on, OBJECT JSON. */
void fed_object(struct timeline *timeline, int second, const char *type, const char *resource,
		const char *object);

/* Applies a SYNC_BEGIN or SYNC_END of revision REVISION, with an empty scope. */
void fed_sync(struct timeline *timeline, int second, const char *type, const char *resource,
	      int revision);

/* Applies an empty list of SCOPE, a JSON object. */
void fed_list(struct timeline *timeline, int second, const char *resource, int revision,
	      const char *scope);

/* Applies a PROGRESS whose known is SECOND. */
void fed_progress(struct timeline *timeline, int second);

/* Applies a GAP of RESOURCE. */
void fed_gap(struct timeline *timeline, const char *resource, int from, int to);

/* Returns the answer as of now for a flow to IP and PORT over tcp at SECOND that this end sent
 * nothing in. It is borrowed until the next call or record. */
struct timeline_answer fed_answer(struct timeline *timeline, const char *ip, int port, int second);

/* Returns the JSON of that answer. The next call overwrites it. */
const char *fed_answer_json(struct timeline *timeline, const char *ip, int port, int second);

#endif
