/* The options that the rows of a store were made for. */
#include "common/program/log.h"
#include "common/timeline/timeline_internal.h"

/* What was forgotten for another --retention does not come back, and what was not is not known to
 * have ended; what was not kept is not there. What was kept beyond the options does no harm. */
int timeline_check_options(struct timeline *timeline)
{
	struct store_options *wanted = &timeline->made_for;
	const struct store_options *made_for = &timeline->topic.made_for;
	const char *differs = NULL;

	wanted->retention_ns = timeline->options.retention_ns;
	wanted->by_name = timeline->options.by_name;
	wanted->kept = kept_keys_hash(&timeline->options.labels, &timeline->options.annotations);
	if (timeline->topic.next_offset == 0)
		return 0;
	if (wanted->retention_ns != made_for->retention_ns)
		differs = "was made for another --retention";
	else if (wanted->kept != made_for->kept)
		differs = "was made for other keys of --label and --annotation";
	else if (wanted->by_name && !made_for->by_name)
		differs = "was made without the addresses of each name";
	if (differs == NULL) {
		wanted->by_name = made_for->by_name;
		return 0;
	}
	log_warn("timeline: %s; it is rebuilt from the start", differs);
	return timeline_reset(timeline);
}
