#include "common/timeline/feed/kube_event_newest.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <json-c/json.h>

#define TRIGGER_TIME "endpoints.kubernetes.io/last-change-trigger-time"

static struct when instant_of(struct json_object *text)
{
	struct when moment;
	size_t length = (size_t)json_object_get_string_len(text);

	return when_parse(json_object_get_string(text), length, &moment) == 0 ? moment : WHEN_MIN;
}

/* Recursion is as deep as the tree, which the parser limited (SCAN_DEPTH_MAX). */
static struct when newest_in(struct json_object *value)
{
	struct when newest = WHEN_MIN;
	struct lh_entry *entry;

	switch (json_object_get_type(value)) {
	case json_type_string:
		return instant_of(value);
	case json_type_array:
		for (size_t i = 0; i < json_object_array_length(value); i++)
			newest = when_later(newest, newest_in(json_object_array_get_idx(value, i)));
		return newest;
	case json_type_object:
		lh_foreach(json_object_get_object(value), entry) newest =
			when_later(newest, newest_in(lh_entry_v(entry)));
		return newest;
	default:
		return WHEN_MIN;
	}
}

static struct when newest_in_metadata(struct json_object *metadata)
{
	struct when newest = WHEN_MIN;
	struct json_object *trigger;

	if (!json_object_is_type(metadata, json_type_object))
		return newest_in(metadata);
	json_object_object_foreach(metadata, name, member)
	{
		if (strcmp(name, "annotations") == 0 &&
		    json_object_object_get_ex(member, TRIGGER_TIME, &trigger))
			newest = when_later(newest, newest_in(trigger));
		if (strcmp(name, "annotations") != 0 && strcmp(name, "labels") != 0 &&
		    strcmp(name, "deletionTimestamp") != 0)
			newest = when_later(newest, newest_in(member));
	}
	return newest;
}

struct when kube_event_newest_instant(struct json_object *object)
{
	struct when newest = WHEN_MIN;

	if (!json_object_is_type(object, json_type_object))
		return newest;
	json_object_object_foreach(object, name, member)
	{
		bool metadata = strcmp(name, "metadata") == 0;

		newest = when_later(newest,
				    metadata ? newest_in_metadata(member) : newest_in(member));
	}
	return newest;
}
