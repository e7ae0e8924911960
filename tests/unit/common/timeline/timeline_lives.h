/* timeline_lives.h - random lives of kube objects, for the tests of the timeline.
 *
 * A few nodes give a few addresses to many pods, one soon after the other, with
 * everything that a watch shows of them: late writes, restarts, force deletes, pods that
 * only a list shows to be gone, slices, services and owners.
 */
#ifndef TENURE_TESTS_TIMELINE_LIVES_H
#define TENURE_TESTS_TIMELINE_LIVES_H

#include "tests/unit/common/timeline/timeline_topic.h"

/* Adds the drafts of TOPIC_SECONDS to TOPIC, in the order of their times. TEXT is scratch
 * space. */
void lives_draft(struct topic *topic, struct text *text, struct chance *chance);

#endif
