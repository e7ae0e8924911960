/* timeline_history.h - the records of a random topic, and questions about it. */
#ifndef TENURE_TESTS_TIMELINE_HISTORY_H
#define TENURE_TESTS_TIMELINE_HISTORY_H

#include "common/timeline/timeline.h"
#include "tests/unit/common/timeline/timeline_topic.h"

/* Returns a topic of cluster "c", to be freed with topic_free(). The same seed makes the same
 * topic. */
struct topic history_topic(uint64_t seed);

/* Returns the same records in another order. The order of one resource stays, so does that of pods
 * and nodes, and its order with PROGRESS and GAP. */
struct topic history_shuffled(const struct topic *topic, struct chance *chance);

/* Returns the same records, some of them repeated later, but not inside a list or after one, where
 * a record says that its object is there. */
struct topic history_repeated(const struct topic *topic, struct chance *chance);

/* Returns a question at a position from 0 to LAST. */
struct timeline_question history_question(struct chance *chance, int64_t last);

struct timeline_options history_options(struct chance *chance);

#endif
