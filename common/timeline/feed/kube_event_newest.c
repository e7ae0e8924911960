#include "common/timeline/feed/kube_event_newest.h"

#include <stdbool.h>
#include <stddef.h>

#define TRIGGER_TIME "endpoints.kubernetes.io/last-change-trigger-time"

/* Recursion is as deep as the object, which the parser limited (SCAN_DEPTH_MAX). */
static struct when newest_in(struct plain *plain, struct value value)
{
	struct when newest = WHEN_MIN, moment;
	struct value_cursor cursor;
	struct value name, inner;
	struct span text;

	if (value_is_string(value)) {
		text = plain_text(plain, value);
		return when_parse(text.data, text.length, &moment) == 0 ? moment : WHEN_MIN;
	}
	cursor = value_walk(value);
	while (value_next(&cursor, &name, &inner))
		newest = when_later(newest, newest_in(plain, inner));
	return newest;
}

static struct when newest_in_metadata(struct plain *plain, struct value metadata)
{
	static const struct member wanted[] = {{TRIGGER_TIME, 0, NULL}, {NULL, 0, NULL}};
	struct value_cursor cursor = value_walk(metadata);
	struct when newest = WHEN_MIN;
	struct value name, member, trigger;

	if (!value_is_object(metadata))
		return newest_in(plain, metadata);
	while (value_next(&cursor, &name, &member)) {
		struct span text = plain_text(plain, name);
		bool annotations = span_equal(text, span_of("annotations"));

		if (annotations) {
			members_find(member, wanted, &trigger);
			newest = when_later(newest, newest_in(plain, trigger));
		} else if (!span_equal(text, span_of("labels")) &&
			   !span_equal(text, span_of("deletionTimestamp"))) {
			newest = when_later(newest, newest_in(plain, member));
		}
	}
	return newest;
}

struct when kube_event_newest_instant(struct kube_object *object)
{
	struct value_cursor cursor = value_walk(object->whole);
	struct when newest = WHEN_MIN;
	struct value name, member;

	if (!value_is_object(object->whole))
		return newest;
	while (value_next(&cursor, &name, &member)) {
		struct span text = plain_text(&object->plain, name);
		bool metadata = span_equal(text, span_of("metadata"));

		newest = when_later(newest, metadata ? newest_in_metadata(&object->plain, member)
						     : newest_in(&object->plain, member));
	}
	return newest;
}
