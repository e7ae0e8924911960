#include "common/record/kube_event.h"

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "common/base/json.h"
#include "common/bus/bus.h"

static const char *const type_names[] = {
	[KUBE_ADDED] = "ADDED",       [KUBE_MODIFIED] = "MODIFIED",
	[KUBE_DELETED] = "DELETED",   [KUBE_BOOKMARK] = "BOOKMARK",
	[KUBE_ERROR] = "ERROR",       [KUBE_SYNC_BEGIN] = "SYNC_BEGIN",
	[KUBE_SYNC_END] = "SYNC_END", [KUBE_GAP] = "GAP",
	[KUBE_PROGRESS] = "PROGRESS",
};
#define TYPE_COUNT (sizeof(type_names) / sizeof(type_names[0]))

static bool refuse(struct fault *fault, enum fault_reason reason, const char *member)
{
	fault_refuse(fault, reason, member, NULL);
	return false;
}

/* Finds the text at PATH of PARENT. *TEXT stays NULL when it is absent; false when it is
 * something other than a text. MEMBER is its name in the record. */
static bool take_text(struct json_object *parent, const char *path, const char *member,
		      const char **text, struct fault *fault)
{
	*text = NULL;
	return json_text(parent, path, text) != JSON_WRONG_TYPE ||
	       refuse(fault, FAULT_WRONG_TYPE, member);
}

/* As take_text(), into an array of SIZE bytes that stays "" when it is absent. */
static bool copy_text(struct json_object *parent, const char *name, char *to, size_t size,
		      struct fault *fault)
{
	const char *text;

	if (!take_text(parent, name, name, &text, fault))
		return false;
	if (text != NULL && strlen(text) >= size)
		return refuse(fault, FAULT_WRONG_TYPE, name);
	snprintf(to, size, "%s", text != NULL ? text : "");
	return true;
}

static bool take_when(struct json_object *parent, const char *name, bool required,
		      struct when *moment, struct fault *fault)
{
	enum json_found found = json_when(parent, name, moment);

	if (found == JSON_WRONG_TYPE)
		return refuse(fault, FAULT_WRONG_TYPE, name);
	return found == JSON_FOUND || !required || refuse(fault, FAULT_MISSING_MEMBER, name);
}

/* An object that must be there. */
static bool take_member(struct json_object *parent, const char *path, const char *member,
			struct json_object **object, struct fault *fault)
{
	enum json_found found = json_object_at(parent, path, object);

	return found == JSON_FOUND ||
	       refuse(fault, found == JSON_ABSENT ? FAULT_MISSING_MEMBER : FAULT_WRONG_TYPE,
		      member);
}

/* A revision is a decimal integer without leading zeros (KEP-5504). Any other text is 0,
 * and then records are taken in order of arrival. */
static uint64_t revision_from(const char *text)
{
	uint64_t number = 0;

	if (text == NULL || *text < '1' || *text > '9')
		return 0;
	for (; *text >= '0' && *text <= '9'; text++) {
		unsigned digit = (unsigned)(*text - '0');

		if (number > (UINT64_MAX - digit) / 10)
			return 0;
		number = number * 10 + digit;
	}
	return *text ? 0 : number;
}

static bool take_type(struct json_object *root, bool bare, struct kube_event *event,
		      struct fault *fault)
{
	const char *text = NULL;

	/* A bare object has no type: it is the state of an object that exists. */
	event->type = KUBE_ADDED;
	if (bare)
		return true;
	if (!take_text(root, "type", "type", &text, fault))
		return false;
	if (text == NULL)
		return json_object_object_get_ex(root, "object", NULL) ||
		       refuse(fault, FAULT_MISSING_MEMBER, "type");
	for (size_t t = 0; t < TYPE_COUNT; t++) {
		if (strcmp(type_names[t], text) == 0) {
			event->type = (enum kube_event_type)t;
			return true;
		}
	}
	return refuse(fault, FAULT_UNKNOWN_TYPE, "type");
}

static bool take_resource(struct json_object *root, struct kube_event *event, struct fault *fault)
{
	const char *name, *kind = NULL;

	event->resource = KUBE_RESOURCES;
	if (!take_text(root, "resource", "resource", &name, fault))
		return false;
	if (name != NULL) {
		event->resource = kube_resource_from_name(name, strlen(name));
		return event->resource < KUBE_RESOURCES ||
		       refuse(fault, FAULT_UNKNOWN_RESOURCE, "resource");
	}
	if (event->type == KUBE_PROGRESS || event->type == KUBE_ERROR || event->type == KUBE_GAP)
		return true;
	if (event->object == NULL)
		return refuse(fault, FAULT_MISSING_MEMBER, "resource");
	if (!take_text(event->object, "kind", "object.kind", &kind, fault))
		return false;
	if (kind == NULL || strcmp(kind, "PartialObjectMetadata") == 0)
		return refuse(fault, FAULT_MISSING_MEMBER, "resource");
	event->resource = kube_resource_from_kind(kind, strlen(kind));
	return event->resource < KUBE_RESOURCES ||
	       refuse(fault, FAULT_UNKNOWN_RESOURCE, "object.kind");
}

static bool take_identity(struct json_object *metadata, struct kube_event *event,
			  struct fault *fault)
{
	const char *namespace;

	if (!take_text(metadata, "uid", "object.metadata.uid", &event->uid, fault) ||
	    !take_text(metadata, "name", "object.metadata.name", &event->name, fault) ||
	    !take_text(metadata, "namespace", "object.metadata.namespace", &namespace, fault))
		return false;
	if (event->uid == NULL || *event->uid == '\0')
		return refuse(fault, FAULT_MISSING_MEMBER, "object.metadata.uid");
	if (event->name == NULL || *event->name == '\0')
		return refuse(fault, FAULT_MISSING_MEMBER, "object.metadata.name");
	event->namespace = namespace != NULL ? namespace : "";
	return true;
}

static bool take_object(struct json_object *root, bool bare, struct kube_event *event,
			struct fault *fault)
{
	struct json_object *object = root, *metadata;
	const char *revision;

	if (!bare && !take_member(root, "object", "object", &object, fault))
		return false;
	event->object = json_object_get(object);
	if (event->type == KUBE_ERROR)
		return true;
	if (!take_member(object, "metadata", "object.metadata", &metadata, fault) ||
	    !take_text(metadata, "resourceVersion", "object.metadata.resourceVersion", &revision,
		       fault))
		return false;
	event->resource_version = revision_from(revision);
	return event->type == KUBE_BOOKMARK || take_identity(metadata, event, fault);
}

bool kube_scope_is_everything(const struct kube_scope *scope)
{
	return scope->namespace_count == 0 && !scope->selective;
}

static bool take_namespaces(struct json_object *list, struct kube_scope *scope, struct fault *fault)
{
	static const char member[] = "scope.namespaces";

	if (!json_object_is_type(list, json_type_array) || json_length(list) > KUBE_NAMESPACES_MAX)
		return refuse(fault, FAULT_WRONG_TYPE, member);
	for (size_t i = 0; i < json_length(list); i++) {
		const char *name;

		if (json_text(json_element(list, i), "", &name) != JSON_FOUND ||
		    strlen(name) >= KUBE_NAMESPACE_SIZE)
			return refuse(fault, FAULT_WRONG_TYPE, member);
		memcpy(scope->namespaces[i], name, strlen(name) + 1);
	}
	scope->namespace_count = json_length(list);
	return true;
}

static bool take_scope(struct json_object *root, struct kube_scope *scope, struct fault *fault)
{
	struct json_object *value, *list;
	enum json_found found = json_object_at(root, "scope", &value);
	const char *labels, *fields;
	bool named;

	if (found != JSON_FOUND)
		return found == JSON_ABSENT || refuse(fault, FAULT_WRONG_TYPE, "scope");
	if (!take_text(value, "podLabels", "scope.podLabels", &labels, fault) ||
	    !take_text(value, "podFields", "scope.podFields", &fields, fault))
		return false;
	snprintf(scope->pod_labels, sizeof(scope->pod_labels), "%s", labels != NULL ? labels : "");
	snprintf(scope->pod_fields, sizeof(scope->pod_fields), "%s", fields != NULL ? fields : "");
	named = json_object_object_get_ex(value, "namespaces", &list);
	/* With anything else in the scope, absence from the list proves nothing. */
	scope->selective = json_object_object_length(value) > (named ? 1 : 0);
	return !named || take_namespaces(list, scope, fault);
}

static bool take_sync(struct json_object *root, struct kube_event *event, struct fault *fault)
{
	const char *revision;

	if (!take_text(root, "resourceVersion", "resourceVersion", &revision, fault))
		return false;
	event->resource_version = revision_from(revision);
	if (event->type == KUBE_SYNC_END && event->resource_version == 0)
		return refuse(fault, revision ? FAULT_WRONG_TYPE : FAULT_MISSING_MEMBER,
			      "resourceVersion");
	event->new_epoch = json_object_object_get_ex(root, "epoch", NULL);
	return take_scope(root, &event->scope, fault);
}

static bool take_revisions(struct json_object *root, const char *name,
			   uint64_t revisions[static KUBE_RESOURCES], struct fault *fault)
{
	struct json_object *member;
	enum json_found found = json_object_at(root, name, &member);

	if (found != JSON_FOUND)
		return found == JSON_ABSENT || refuse(fault, FAULT_WRONG_TYPE, name);
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		const char *text;

		if (!take_text(member, kube_resource_name((enum kube_resource)r), name, &text,
			       fault))
			return false;
		revisions[r] = revision_from(text);
	}
	return true;
}

static bool take_rest(struct json_object *root, struct kube_event *event, struct fault *fault)
{
	switch (event->type) {
	case KUBE_SYNC_BEGIN:
	case KUBE_SYNC_END:
		return take_sync(root, event, fault);
	case KUBE_GAP:
		return take_when(root, "from", true, &event->from, fault) &&
		       take_when(root, "to", true, &event->to, fault) &&
		       copy_text(root, "reason", event->reason, sizeof(event->reason), fault);
	case KUBE_PROGRESS:
		return take_when(root, "known", true, &event->known, fault) &&
		       take_revisions(root, "revisions", event->revisions, fault) &&
		       take_revisions(root, "proved", event->proved, fault) &&
		       take_scope(root, &event->scope, fault);
	default:
		return true;
	}
}

/* Whether ROOT is what `kubectl get` writes without a watch: a List, PodList or the like. */
static bool is_list(struct json_object *root)
{
	struct json_object *items;
	const char *kind;

	return json_text(root, "kind", &kind) == JSON_FOUND &&
	       json_array(root, "items", &items) == JSON_FOUND;
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

static bool take_record(struct json_object *root, struct kube_event *event, struct fault *fault)
{
	static const char array[] = "it is an array; jq -c '.[]' writes its elements one to a line",
			  list[] = "it is a List; jq -c '.items[]' writes its items one to a line";

	if (json_object_is_type(root, json_type_array) || is_list(root)) {
		fault_refuse(fault, FAULT_NOT_AN_OBJECT, "", is_list(root) ? list : array);
		return false;
	}
	if (!json_object_is_type(root, json_type_object))
		return refuse(fault, FAULT_NOT_AN_OBJECT, "");

	bool bare = json_object_object_get_ex(root, "kind", NULL) &&
		    json_object_object_get_ex(root, "metadata", NULL);

	if (!take_type(root, bare, event, fault))
		return false;
	if (event->type <= KUBE_ERROR && !take_object(root, bare, event, fault))
		return false;
	if (!take_resource(root, event, fault) || !take_rest(root, event, fault))
		return false;
	return bare || (copy_text(root, "cluster", event->cluster, sizeof(event->cluster), fault) &&
			take_when(root, "received", false, &event->received, fault));
}

/* What can be told of ROOT, a record that cannot be read. */
static void tell(struct json_object *root, struct kube_event *event)
{
	const char *name = NULL, *kind = NULL;
	struct fault ignored;
	size_t length = 0;

	event->cluster_untold =
		!copy_text(root, "cluster", event->cluster, sizeof(event->cluster), &ignored);
	if (json_text(root, "resource", &name) == JSON_FOUND) {
		event->resource = kube_resource_from_name(name, strlen(name));
	} else if (json_text(root, "object.kind", &kind) == JSON_FOUND ||
		   json_text(root, "kind", &kind) == JSON_FOUND) {
		length = strlen(kind);
		/* The items of a PodList are Pods, those of a List anything. */
		if (is_list(root) && length >= 4 && strcmp(kind + length - 4, "List") == 0)
			length -= 4;
		event->resource = kube_resource_from_kind(kind, length);
	}
	event->other_kind = (name != NULL || length > 0) && event->resource == KUBE_RESOURCES;
}

int kube_event_parse(const char *bytes, size_t length, struct kube_event *event,
		     struct fault *fault)
{
	const struct kube_event none = {.received = WHEN_MIN, .resource = KUBE_RESOURCES};
	enum scan_outcome outcome;
	struct json_object *root = json_parse(bytes, length, &outcome);
	bool taken;

	*event = none;
	if (root != NULL)
		taken = take_record(root, event, fault);
	else if (outcome == SCAN_TOO_DEEP)
		taken = refuse(fault, FAULT_TOO_DEEP, "");
	else
		taken = fault_refuse(fault, FAULT_NOT_JSON, "", seems(bytes, length)) == 0;
	if (!taken) {
		kube_event_clear(event);
		*event = none;
		event->cluster_untold = true;
		if (json_object_is_type(root, json_type_object))
			tell(root, event);
	}
	json_free(root);
	return taken ? 0 : -1;
}

void kube_event_clear(struct kube_event *event)
{
	if (event == NULL)
		return;
	json_object_put(event->object);
	event->object = NULL;
	event->uid = event->name = event->namespace = NULL;
}

const char *kube_event_type_name(enum kube_event_type type)
{
	return type_names[type];
}
