/* serve_topic.h - keeps the timeline of a server up to date, and never waits for a broker.
 *
 * (1) A topic whose broker cannot be reached, or that is lost while it is followed, is opened again
 *     once a broker has answered. Until then the timeline answers with what it has.
 * (2) What was read is saved when the end has been reached, and then at least every minute, so a process
 *     that is killed can answer even if the broker is away when it starts again.
 * (3) A topic that cannot be opened although a broker has answered ends the program, unless it was
 *     read before.
 * (4) A file that is followed and was replaced or cut is read again from its start; what it had before is
 *     forgotten, as it would be by a start. While there is none, it waits for another one.
 */
#ifndef TENURE_LOOKUP_SERVE_TOPIC_H
#define TENURE_LOOKUP_SERVE_TOPIC_H

#include <stdbool.h>

#include "common/base/when.h"
#include "common/bus/bus.h"
#include "common/program/progress.h"
#include "common/timeline/kube_topic.h"
#include "common/timeline/timeline_settings.h"

struct kafka_probe;

struct serve_topic {
	struct timeline *timeline;
	const struct timeline_settings *settings;
	struct kube_topic_options options;
	struct kube_topic *kube_topic; /* NULL while a broker is waited for */
	struct kafka_probe *probe;     /* then; NULL before the next try */
	struct progress_show show;     /* until it was read to its end */
	struct when next_try, next_turn, next_save;
	bool unsaved;   /* records have come since the last save */
	bool caught_up; /* it was read to its end since it was opened */
	bool was_read;  /* it was read to its end since the start */
	bool gone;      /* (4) */
	int exit_code;  /* after a -1 */
};

/* Follows the topic ADDRESSES, or reads the files. A file is followed if BUS says so. What is passed
 * is borrowed. */
void serve_topic_init(struct serve_topic *topic, struct timeline *timeline,
		      const struct timeline_settings *settings,
		      const struct settings_list *addresses, const struct bus_options *bus);
void serve_topic_clear(struct serve_topic *topic);

/* Whether it is open and was read to its end. */
bool serve_topic_is_whole(const struct serve_topic *topic);

/* Applies some of what has arrived. Returns how many records, or -1 after logging. */
int serve_topic_turn(struct serve_topic *topic, struct when now);

#endif
