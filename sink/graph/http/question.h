/* question.h - a question as it comes over HTTP, in the query of a target. Pure.
 *
 *     /v1/graph?at=2026-11-24T07:49:00Z&window=1m&level=namespace&least=10
 *
 * What is not given has a default; what is given but cannot be read is refused with a sentence.
 *
 * (1) A time is one of when_text_parse(). "now" is the watermark, the end of what is known, so "-2h" is two
 *     hours before it: on a recording too.
 * (2) The question is about FROM <= event.end < TO: from and to; or at, which is now unless it is given, and
 *     the window before it.
 * (3) The window to compare with is the one just before it and as long, unless base_at or base_window says
 *     otherwise.
 * (4) A question has at most QUESTION_POINTS_MAX steps; without a step it has as many whole minutes in one as
 *     that needs.
 */
#ifndef TENURE_GRAPH_QUESTION_H
#define TENURE_GRAPH_QUESTION_H

#include "common/http/http_target.h"
#include "sink/graph/node.h"

#define QUESTION_STEP (60 * NS_PER_SECOND) /* the shortest */
#define QUESTION_POINTS_MAX 400
#define QUESTION_LIMIT 20
#define QUESTION_LIMIT_MAX 100
#define QUESTION_WHY_SIZE 256
#define QUESTION_NAME_SIZE 1024 /* of the id of a node, with its NUL */

struct question {
	struct when from, to; /* (2) */
	struct when base_from, base_to;
	enum node_level level;
	char source[QUESTION_NAME_SIZE], target[QUESTION_NAME_SIZE]; /* ids of nodes; "": any */
	char namespace[QUESTION_NAME_SIZE];
	struct span text, format; /* borrowed from the target; their data is NULL if not given */
	uint64_t least;           /* flows of an edge that is not summed with others */
	size_t limit;             /* of results */
	int64_t step_ns;
};

/* Reads the query of TARGET at the watermark NOW. A window is WINDOW_NS long unless the query says how long
 * it is. -1 with a sentence in WHY. */
int question_read(const struct http_target *target, struct when now, int64_t window_ns,
		  struct question *question, char why[static QUESTION_WHY_SIZE]);

#endif
