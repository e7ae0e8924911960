#include "common/timeline/feed/object.h"

#include <string.h>

#include "common/base/json.h"
#include "common/record/kube_annotations.h"

static const char too_many[] = "the pod has more than 16 addresses or 256 container times";

static bool is_true(struct json_object *object, const char *path)
{
	bool truth;

	return json_boolean(object, path, &truth) == JSON_FOUND && truth;
}

/* Adds the comma-separated addresses of TEXT. */
static bool add_listed(struct address_list *addresses, struct span text)
{
	const char *at = text.data;
	const char *end = at != NULL ? at + text.length : NULL;

	while (at != NULL && at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		const char *stop = comma != NULL ? comma : end;

		while (at < stop && *at == ' ')
			at++;
		if (!object_add_address(addresses, (struct span){at, (size_t)(stop - at)}))
			return false;
		at = comma != NULL ? comma + 1 : end;
	}
	return true;
}

static const char *read_addresses(struct json_object *object, struct pod_object *out)
{
	const char *annotations = KUBE_POD_ADDRESS_ANNOTATIONS;
	char annotation[KUBE_ANNOTATION_SIZE];
	struct pod_record *record = &out->record;
	struct address_list addresses = {.count = 0};
	size_t count;
	struct json_object *list = object_list(object, "status.podIPs", &count);
	bool fit = true, told;

	for (size_t i = 0; i < count; i++)
		fit = object_add_address(&addresses, object_text(json_element(list, i), "ip")) &&
		      fit;
	fit = object_add_address(&addresses, object_text(object, "status.podIP")) && fit;
	told = addresses.count > 0;
	while (kube_annotations_next(&annotations, annotation)) {
		struct span text = object_labelled(object, "metadata.annotations", annotation);

		if (text.data != NULL && text.length == 0)
			record->annotation_emptied = true;
		if (!told)
			fit = add_listed(&addresses, text) && fit;
	}
	out->refused = addresses.refused;
	if (!fit || addresses.count > EPOCH_ADDRESSES_MAX)
		return too_many;
	memcpy(record->addresses, addresses.list, addresses.count * sizeof(struct ip));
	record->address_count = addresses.count;
	return NULL;
}

static bool take_time(struct when moment, struct when *times, size_t *count)
{
	if (when_is_min(moment))
		return true;
	if (*count == POD_TIMES_MAX)
		return false;
	times[(*count)++] = moment;
	return true;
}

static bool read_container(struct json_object *container, struct pod_record *record,
			   bool *terminated)
{
	struct json_object *state;
	struct when running = object_when(container, "state.running.startedAt");
	struct when started = object_when(container, "state.terminated.startedAt");
	struct when finished = object_when(container, "state.terminated.finishedAt");
	struct when last_started = object_when(container, "lastState.terminated.startedAt");
	struct when last_finished = object_when(container, "lastState.terminated.finishedAt");
	struct when newest = when_later(when_later(running, started), finished);

	newest = when_later(newest, when_later(last_started, last_finished));
	record->newest_running = when_later(record->newest_running, newest);
	if (json_object_at(container, "state.running", &state) == JSON_FOUND)
		record->running = true;
	if (!when_is_min(running))
		record->first_running = when_earlier(record->first_running, running);
	*terminated = json_object_at(container, "state.terminated", &state) == JSON_FOUND;
	return take_time(running, record->started, &record->started_count) &&
	       take_time(started, record->started, &record->started_count) &&
	       take_time(finished, record->finished, &record->finished_count) &&
	       take_time(last_finished, record->finished, &record->finished_count);
}

static const char *read_containers(struct json_object *object, struct pod_record *record)
{
	static const char *const lists[] = {
		"status.containerStatuses",
		"status.initContainerStatuses",
		"status.ephemeralContainerStatuses",
	};

	for (size_t l = 0; l < 3; l++) {
		size_t count;
		struct json_object *list = object_list(object, lists[l], &count);

		if (l == 0)
			record->all_terminated = count > 0;
		for (size_t i = 0; i < count; i++) {
			bool terminated;

			if (!read_container(json_element(list, i), record, &terminated))
				return too_many;
			if (l == 0 && !terminated)
				record->all_terminated = false;
		}
	}
	return NULL;
}

static void read_conditions(struct json_object *object, struct pod_record *record)
{
	size_t count;
	struct json_object *list = object_list(object, "status.conditions", &count);

	record->sandbox_changed = WHEN_MIN;
	for (size_t i = 0; i < count; i++) {
		struct json_object *condition = json_element(list, i);
		struct span type = object_text(condition, "type");
		struct when changed = object_when(condition, "lastTransitionTime");
		bool sandbox = span_equal(type, span_of("PodReadyToStartContainers")) ||
			       span_equal(type, span_of("PodHasNetwork"));

		if (!sandbox && !span_equal(type, span_of("Initialized")) &&
		    !span_equal(type, span_of("ContainersReady")))
			continue;
		record->newest_running = when_later(record->newest_running, changed);
		if (!sandbox)
			continue;
		struct span status = object_text(condition, "status");

		if (span_equal(status, span_of("True")))
			record->sandbox = POD_SANDBOX_TRUE;
		else if (span_equal(status, span_of("False")))
			record->sandbox = POD_SANDBOX_FALSE;
		record->sandbox_changed = changed;
	}
}

/* The annotation KEY, else the label KEY, else the label LABEL. */
static struct span openshift_note(struct json_object *object, const char *key, const char *label)
{
	struct span note = object_labelled(object, "metadata.annotations", key);

	if (note.length == 0)
		note = object_labelled(object, "metadata.labels", key);
	return note.length > 0 ? note : object_labelled(object, "metadata.labels", label);
}

/* OpenShift notes in each pod of a DeploymentConfig the configuration and its ReplicationController
 * (openshift/library-go, apps/appsutil). */
static void find_deployment_config(struct json_object *object, struct holder_names *names)
{
	struct span config =
		openshift_note(object, "openshift.io/deployment-config.name", "deploymentconfig");
	struct span controller =
		openshift_note(object, "openshift.io/deployment.name", "deployment");

	if (config.length == 0 ||
	    !span_equal(names->owner_kind, span_of("ReplicationController")) ||
	    !span_equal(names->owner_name, controller))
		return;
	names->owner_kind = span_of("DeploymentConfig");
	names->owner_name = config;
}

static void read_names(struct json_object *object, struct holder_names *names)
{
	names->namespace = object_text(object, "metadata.namespace");
	names->name = object_text(object, "metadata.name");
	names->node = object_text(object, "spec.nodeName");
	names->hash = object_labelled(object, "metadata.labels", "pod-template-hash");
	object_controller(object, &names->owner_kind, &names->owner_name, &names->owner_uid);
	find_deployment_config(object, names);
}

/* Anyone who can create a pod can write any text here. If the pod were refused for it, it
 * would still have its address, and its packets would be attributed to another pod. */
static void drop_what_has_no_room(struct holder_names *names)
{
	if (names->hash.length > NAME_MAX_BYTES)
		names->hash = (struct span){"", 0};
	if (names->owner_kind.length > NAME_MAX_BYTES ||
	    names->owner_name.length > NAME_MAX_BYTES || names->owner_uid.length > UID_MAX_BYTES)
		names->owner_kind = names->owner_name = names->owner_uid = (struct span){"", 0};
}

const char *object_pod(struct json_object *object, struct pod_object *out)
{
	struct pod_record *record = &out->record;
	struct span phase = object_text(object, "status.phase");
	const char *why;

	memset(out, 0, sizeof(*out));
	out->host_network = is_true(object, "spec.hostNetwork");
	read_names(object, &out->names);
	drop_what_has_no_room(&out->names);
	record->kubelet_saw = object_when(object, "status.startTime");
	record->start_time = record->kubelet_saw;
	if (when_is_min(record->start_time))
		record->start_time = object_when(object, "metadata.creationTimestamp");
	record->first_running = WHEN_MAX;
	record->newest_running = record->kubelet_saw;
	record->terminal =
		span_equal(phase, span_of("Succeeded")) || span_equal(phase, span_of("Failed"));
	record->terminating = !when_is_min(object_when(object, "metadata.deletionTimestamp"));
	record->node = span_hash(out->names.node);
	read_conditions(object, record);
	why = object_names_fit(&out->names);
	if (why == NULL)
		why = read_addresses(object, out);
	return why != NULL ? why : read_containers(object, record);
}
