#include "common/record/kube_event.h"

#include <stdio.h>
#include <string.h>

#include "common/base/scan.h"
#include "common/bus/bus.h"
#include "common/record/kube_event_watch.h"
#include "common/record/kube_reading.h"

static const char *const type_names[] = {
	[KUBE_ADDED] = "ADDED",       [KUBE_MODIFIED] = "MODIFIED",
	[KUBE_DELETED] = "DELETED",   [KUBE_BOOKMARK] = "BOOKMARK",
	[KUBE_ERROR] = "ERROR",       [KUBE_SYNC_BEGIN] = "SYNC_BEGIN",
	[KUBE_SYNC_END] = "SYNC_END", [KUBE_GAP] = "GAP",
	[KUBE_PROGRESS] = "PROGRESS",
};
#define TYPE_COUNT (sizeof(type_names) / sizeof(type_names[0]))

/* The parts of the object, and what is about the watch, come first. */
enum slot {
	TYPE = KUBE_WATCH_SLOTS,
	CLUSTER,
	RESOURCE,
	RECEIVED,
	OBJECT,
	KIND,
	METADATA,
	ITEMS,
	SLOTS,
};

static const struct member members[] = {
	{"type", TYPE, NULL},
	{"cluster", CLUSTER, NULL},
	{"resource", RESOURCE, NULL},
	{"received", RECEIVED, NULL},
	{"object", OBJECT, kube_object_members},
	{"kind", KIND, NULL},
	{"metadata", METADATA, NULL},
	{"items", ITEMS, NULL},
	{"resourceVersion", WATCH_REVISION, NULL},
	{"epoch", WATCH_EPOCH, NULL},
	{"scope", WATCH_SCOPE, NULL},
	{"from", WATCH_FROM, NULL},
	{"to", WATCH_TO, NULL},
	{"reason", WATCH_REASON, NULL},
	{"known", WATCH_KNOWN, NULL},
	{"revisions", WATCH_REVISIONS, NULL},
	{"proved", WATCH_PROVED, NULL},
	{NULL, 0, NULL},
};

/* One record while it is read. */
struct record {
	struct value found[SLOTS];
	struct kube_event *event;
	struct kube_reading reading;
};

/* VALUE must be an object. */
static bool check_object(struct record *record, struct value value, const char *member)
{
	return value_is_object(value) ||
	       kube_reading_refuse(&record->reading,
				   kube_reading_is_absent(value) ? FAULT_MISSING_MEMBER
								 : FAULT_WRONG_TYPE,
				   member);
}

static bool take_type(struct record *record, bool bare)
{
	struct kube_event *event = record->event;
	struct span text;

	/* A bare object has no type: it is the state of an object that exists. */
	event->type = KUBE_ADDED;
	if (bare)
		return true;
	if (!kube_reading_text(&record->reading, record->found[TYPE], "type", &text))
		return false;
	if (text.data == NULL)
		return value_present(record->found[OBJECT]) ||
		       kube_reading_refuse(&record->reading, FAULT_MISSING_MEMBER, "type");
	for (size_t t = 0; t < TYPE_COUNT; t++) {
		if (span_equal(span_of(type_names[t]), text)) {
			event->type = (enum kube_event_type)t;
			return true;
		}
	}
	return kube_reading_refuse(&record->reading, FAULT_UNKNOWN_TYPE, "type");
}

/* An interface that a meter saw is no object of the API. */
static bool is_of_interface(const struct kube_event *event, struct span name)
{
	return event->type <= KUBE_DELETED && span_equal(name, span_of("interfaces"));
}

static bool take_resource(struct record *record)
{
	struct kube_event *event = record->event;
	struct span name, kind;

	event->resource = KUBE_RESOURCES;
	if (!kube_reading_text(&record->reading, record->found[RESOURCE], "resource", &name))
		return false;
	if (name.data != NULL) {
		event->resource = kube_resource_from_name(name.data, name.length);
		event->of_interface = is_of_interface(event, name);
		return event->of_interface || event->resource < KUBE_RESOURCES ||
		       kube_reading_refuse(&record->reading, FAULT_UNKNOWN_RESOURCE, "resource");
	}
	if (event->type == KUBE_PROGRESS || event->type == KUBE_ERROR || event->type == KUBE_GAP)
		return true;
	if (!value_present(event->object.whole))
		return kube_reading_refuse(&record->reading, FAULT_MISSING_MEMBER, "resource");
	if (!kube_reading_text(&record->reading, event->object.parts[PART_KIND], "object.kind",
			       &kind))
		return false;
	if (kind.data == NULL || span_equal(kind, span_of("PartialObjectMetadata")))
		return kube_reading_refuse(&record->reading, FAULT_MISSING_MEMBER, "resource");
	event->resource = kube_resource_from_kind(kind.data, kind.length);
	return event->resource < KUBE_RESOURCES ||
	       kube_reading_refuse(&record->reading, FAULT_UNKNOWN_RESOURCE, "object.kind");
}

static bool take_identity(struct record *record)
{
	struct kube_event *event = record->event;
	const struct value *parts = event->object.parts;

	if (!kube_reading_text(&record->reading, parts[PART_UID], "object.metadata.uid",
			       &event->uid) ||
	    !kube_reading_text(&record->reading, parts[PART_NAME], "object.metadata.name",
			       &event->name) ||
	    !kube_reading_text(&record->reading, parts[PART_NAMESPACE], "object.metadata.namespace",
			       &event->namespace))
		return false;
	if (event->uid.length == 0)
		return kube_reading_refuse(&record->reading, FAULT_MISSING_MEMBER,
					   "object.metadata.uid");
	if (event->name.length == 0)
		return kube_reading_refuse(&record->reading, FAULT_MISSING_MEMBER,
					   "object.metadata.name");
	return true;
}

static bool take_object(struct record *record)
{
	struct kube_event *event = record->event;
	const struct value *parts = event->object.parts;
	struct span revision;

	if (event->type == KUBE_ERROR)
		return true;
	if (!check_object(record, parts[PART_METADATA], "object.metadata") ||
	    !kube_reading_text(&record->reading, parts[PART_REVISION],
			       "object.metadata.resourceVersion", &revision))
		return false;
	event->resource_version = kube_reading_revision(revision);
	return event->type == KUBE_BOOKMARK || take_identity(record);
}

/* Whether it is what `kubectl get` writes without a watch: a List, PodList or the like. */
static bool is_list(const struct record *record)
{
	return value_is_string(record->found[KIND]) && value_is_array(record->found[ITEMS]);
}

/* What BYTES, which are not JSON, seem to be; NULL if that cannot be told. */
static const char *seems(const char *bytes, size_t length)
{
	if (length > BUS_RECORD_MAX)
		return "it is longer than 8388608 bytes";
	if (length >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0))
		return "it is UTF-16, as PowerShell's > writes it; write UTF-8";
	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		return "it begins with a byte order mark; write UTF-8 without one";
	while (length > 1 && (bytes[length - 1] == '\r' || bytes[length - 1] == ' '))
		length--;
	if (length == 1 && (bytes[0] == '{' || bytes[0] == '['))
		return "it begins an object of several lines; jq -c . writes one on one line";
	return NULL;
}

static bool take_record(struct record *record, struct value root)
{
	static const char array[] = "it is an array; jq -c '.[]' writes its elements one to a line",
			  list[] = "it is a List; jq -c '.items[]' writes its items one to a line";
	struct kube_event *event = record->event;
	const struct value *found = record->found;
	bool bare = value_present(found[KIND]) && value_present(found[METADATA]);

	if (value_is_array(root) || is_list(record)) {
		fault_refuse(record->reading.fault, FAULT_NOT_AN_OBJECT, "",
			     value_is_array(root) ? array : list);
		return false;
	}
	if (!value_is_object(root))
		return kube_reading_refuse(&record->reading, FAULT_NOT_AN_OBJECT, "");
	if (!take_type(record, bare))
		return false;
	if (event->type <= KUBE_ERROR) {
		if (!bare && !check_object(record, found[OBJECT], "object"))
			return false;
		event->object.whole = bare ? root : found[OBJECT];
		memcpy(event->object.parts, found, sizeof(event->object.parts));
		if (bare)
			members_find(root, kube_object_members, event->object.parts);
		if (!take_object(record))
			return false;
	}
	if (!take_resource(record) || !kube_event_watch_take(&record->reading, found, event))
		return false;
	return bare || (kube_reading_copy(&record->reading, found[CLUSTER], "cluster",
					  event->cluster, sizeof(event->cluster)) &&
			kube_reading_when(&record->reading, found[RECEIVED], "received", false,
					  &event->received));
}

/* What can be told of a record that cannot be read. */
static void tell(struct record *record)
{
	struct kube_event *event = record->event;
	struct plain *plain = &event->object.plain;
	const struct value *found = record->found;
	struct fault ignored, *fault = record->reading.fault;
	struct span name = plain_text(plain, found[RESOURCE]);
	struct span kind = plain_text(plain, found[PART_KIND]);

	if (kind.data == NULL)
		kind = plain_text(plain, found[KIND]);
	record->reading.fault = &ignored;
	event->cluster_untold = !kube_reading_copy(&record->reading, found[CLUSTER], "cluster",
						   event->cluster, sizeof(event->cluster));
	record->reading.fault = fault;
	if (name.data != NULL) {
		event->resource = kube_resource_from_name(name.data, name.length);
	} else if (kind.data != NULL) {
		/* The items of a PodList are Pods, those of a List anything. */
		if (is_list(record) && kind.length >= 4 &&
		    memcmp(kind.data + kind.length - 4, "List", 4) == 0)
			kind.length -= 4;
		event->resource = kube_resource_from_kind(kind.data, kind.length);
	}
	event->other_kind =
		(name.data != NULL || kind.length > 0) && event->resource == KUBE_RESOURCES;
}

int kube_event_parse(const char *bytes, size_t length, struct kube_event *event,
		     struct fault *fault)
{
	const struct kube_event none = {.received = WHEN_MIN, .resource = KUBE_RESOURCES};
	struct record record = {.event = event, .reading = {&event->object.plain, fault}};
	enum scan_outcome outcome = scan_validate(bytes, length);
	struct value root = {NULL, 0};
	bool taken;

	*event = none;
	if (outcome == SCAN_GOOD) {
		root = value_of_valid(bytes, length);
		members_find(root, members, record.found);
		taken = take_record(&record, root);
	} else if (outcome == SCAN_TOO_DEEP) {
		taken = kube_reading_refuse(&record.reading, FAULT_TOO_DEEP, "");
	} else {
		taken = fault_refuse(fault, FAULT_NOT_JSON, "", seems(bytes, length)) == 0;
	}
	if (event->object.plain.failed)
		taken = kube_reading_refuse(&record.reading, FAULT_NOT_JSON, "");
	if (taken)
		return 0;
	kube_event_clear(event);
	*event = none;
	event->cluster_untold = true;
	if (value_is_object(root))
		tell(&record);
	kube_event_clear(event);
	return -1;
}

void kube_event_clear(struct kube_event *event)
{
	if (event == NULL)
		return;
	plain_free(&event->object.plain);
	event->object = (struct kube_object){0};
	event->uid = event->name = event->namespace = (struct span){NULL, 0};
}

const char *kube_event_type_name(enum kube_event_type type)
{
	return type_names[type];
}
