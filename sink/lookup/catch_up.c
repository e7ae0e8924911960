#include "sink/lookup/catch_up.h"

#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>

#include "common/program/log.h"
#include "common/program/progress.h"
#include "common/program/stop.h"

#define TURN_RECORDS 10000
#define TURN_WAIT_MS 200

static void format_known(const struct timeline *timeline, char text[static WHEN_TEXT_SIZE])
{
	struct when known = timeline_known_to(timeline);

	if (when_is_min(known))
		snprintf(text, WHEN_TEXT_SIZE, "nothing yet");
	else
		when_format(when_whole_second(known), text);
}

/* What a signal has stopped. -1 after logging. */
static int check_interrupted(const struct kube_topic *kube_topic, const struct timeline *timeline,
			     const char *address, int *exit_code)
{
	char known[WHEN_TEXT_SIZE];

	if (!kube_topic_is_verified(kube_topic)) {
		log_error("%s: interrupted before it was known to be what the state was made from",
			  address);
		*exit_code = EX_TEMPFAIL;
		return -1;
	}
	format_known(timeline, known);
	log_warn("%s: interrupted, known to %s: the answers are from what was read", address,
		 known);
	return 0;
}

struct reading {
	const struct kube_topic *kube_topic;
	const struct timeline *timeline;
};

static struct progress how_far(const void *of)
{
	const struct reading *reading = of;

	return kube_topic_how_far(reading->kube_topic, reading->timeline);
}

/* Returns 0 at the end of the topic or after a signal, -1 after logging. */
static int read_all(struct kube_topic *kube_topic, const struct timeline *timeline)
{
	struct progress_show shown = progress_begin();
	const struct reading reading = {kube_topic, timeline};
	int rc = 0;

	while (rc == 0 && !kube_topic_caught_up(kube_topic) && !stop_requested()) {
		rc = kube_topic_turn(kube_topic, TURN_RECORDS, TURN_WAIT_MS) < 0 ? -1 : 0;
		/* After a failure there may be no file that is read. */
		if (rc == 0)
			progress_turn(&shown, true, how_far, &reading);
	}
	progress_end(&shown);
	return rc;
}

int catch_up(struct timeline *timeline, const struct settings_list *addresses,
	     const struct bus_options *bus, int *exit_code)
{
	const struct kube_topic_options options = {.addresses = addresses, .bus = *bus};
	const char *address = addresses->values[0];
	struct kube_topic *kube_topic = kube_topic_open(timeline, &options, exit_code);
	uint64_t unreadable;
	int rc;

	if (kube_topic == NULL)
		return -1;
	rc = read_all(kube_topic, timeline);
	if (rc < 0)
		*exit_code = kube_topic_exit_code(kube_topic);
	else if (!kube_topic_caught_up(kube_topic))
		rc = check_interrupted(kube_topic, timeline, address, exit_code);
	if (rc == 0 && bus_is_kafka(address) && timeline_position_last(timeline).offset < 0)
		log_warn("%s: has no records, so nothing is known", address);
	unreadable = kube_topic_stats(kube_topic).unreadable;
	if (rc == 0 && unreadable > 1)
		log_warn("%s: %" PRIu64 " records were skipped", address, unreadable);
	kube_topic_close(kube_topic);
	return rc;
}
