#include "common/timeline/feed/object.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/base/json.h"
#include "common/record/kube_annotations.h"

static bool is_true(struct json_object *object, const char *path)
{
	bool truth;

	return json_boolean(object, path, &truth) == JSON_FOUND && truth;
}

/* Adds the comma-separated addresses of TEXT. */
static const char *add_listed(struct address_list *addresses, struct span text)
{
	const char *why = NULL;

	while (text.length > 0 && why == NULL) {
		const char *comma = memchr(text.data, ',', text.length);
		size_t length = comma != NULL ? (size_t)(comma - text.data) : text.length;

		why = object_add_address(addresses, (struct span){text.data, length},
					 (struct object_address){.shared = false});
		length += comma != NULL;
		text.data += length;
		text.length -= length;
	}
	return why;
}

static const char *add_member(struct address_list *addresses, struct json_object *list,
			      size_t count, const char *member)
{
	const char *why = NULL;

	for (size_t i = 0; i < count && why == NULL; i++)
		why = object_add_address(addresses, object_text(json_element(list, i), member),
					 (struct object_address){.shared = false});
	return why;
}

static const char *add_own(struct json_object *object, struct address_list *addresses)
{
	size_t count;
	struct json_object *list = object_list(object, "status.podIPs", &count);
	const char *why = add_member(addresses, list, count, "ip");

	return why != NULL ? why
			   : object_add_address(addresses, object_text(object, "status.podIP"),
						(struct object_address){.shared = false});
}

/* Those of all of the pod's networks. */
static const char *add_secondary(struct json_object *object, struct address_list *addresses)
{
	struct span text =
		object_labelled(object, "metadata.annotations", KUBE_NETWORK_STATUS_ANNOTATION);
	enum scan_outcome outcome;
	struct json_object *tree =
		text.length > 0 ? json_parse(text.data, text.length, &outcome) : NULL;
	size_t networks, ips;
	struct json_object *list = object_list(tree, "", &networks);
	const char *why = NULL;

	for (size_t n = 0; n < networks && why == NULL; n++) {
		struct json_object *network = object_list(json_element(list, n), "ips", &ips);

		why = add_member(addresses, network, ips, "");
	}
	json_free(tree);
	return why;
}

/* Adds the addresses of annotation NUMBER, with its bit. */
static const char *add_annotation(struct address_list *addresses, struct span text, size_t number,
				  struct pod_object *out)
{
	struct address_list own = {.count = 0};
	const char *why = add_listed(&own, text);

	if (why == NULL)
		why = add_listed(addresses, text);
	for (size_t a = 0; a < addresses->count && a < EPOCH_ADDRESSES_MAX; a++) {
		if (object_address_listed(&own, &addresses->list[a].ip))
			out->annotated_by[a] |= (uint8_t)(1u << number);
	}
	free(own.list);
	return why;
}

static const char *add_annotated(struct json_object *object, struct pod_object *out,
				 struct address_list *addresses)
{
	const char *annotations = KUBE_POD_ADDRESS_ANNOTATIONS, *why = NULL;
	char annotation[KUBE_ANNOTATION_SIZE];
	size_t number = 0;

	for (; why == NULL && kube_annotations_next(&annotations, annotation); number++) {
		struct span text = object_labelled(object, "metadata.annotations", annotation);

		if (text.data != NULL && text.length == 0)
			out->record.annotation_emptied = true;
		if (text.length > 0)
			out->annotations[number] = span_hash(text);
		if (!out->record.published)
			why = add_annotation(addresses, text, number, out);
	}
	return why;
}

/* Copies ADDRESSES from number FROM on to LIST; the extra ones are counted. */
static size_t keep(const struct address_list *addresses, size_t from, struct ip *list,
		   size_t *refused)
{
	size_t count = 0;

	for (size_t a = from; a < addresses->count; a++) {
		if (count == EPOCH_ADDRESSES_MAX)
			++*refused;
		else
			list[count++] = addresses->list[a].ip;
	}
	return count;
}

static const char *read_addresses(struct json_object *object, struct pod_object *out)
{
	struct address_list addresses = {.count = 0};
	struct pod_record *record = &out->record;
	const char *why = add_own(object, &addresses);
	size_t primary;

	record->published = addresses.count > 0;
	if (why == NULL)
		why = add_annotated(object, out, &addresses);
	primary = addresses.count;
	out->annotated = primary > 0 && !record->published;
	if (why == NULL && addresses.count > 0)
		why = add_secondary(object, &addresses);
	out->refused = addresses.refused;
	record->secondary_count = keep(&addresses, primary, record->secondary, &out->refused);
	addresses.count = primary;
	record->address_count = keep(&addresses, 0, record->addresses, &out->refused);
	free(addresses.list);
	return why;
}

/* Adds MOMENT; if there is no room, in place of the oldest of TIMES, which is counted. */
static void take_time(struct when moment, struct when *times, size_t *count, size_t *cut)
{
	size_t oldest = 0;

	if (when_is_min(moment))
		return;
	if (*count < POD_TIMES_MAX) {
		times[(*count)++] = moment;
		return;
	}
	++*cut;
	for (size_t t = 1; t < *count; t++) {
		if (when_before(times[t], times[oldest]))
			oldest = t;
	}
	if (when_before(times[oldest], moment))
		times[oldest] = moment;
}

/* A time that the node's clock gave. Nothing that a record reports is later than its `received`,
 * or earlier than the pod's creation: then that clock is wrong. */
static struct when node_time(struct json_object *object, const char *path,
			     const struct pod_object *pod)
{
	struct when moment = when_earlier(object_when(object, path), pod->received);

	return when_before(moment, pod->created) && pod->record.identity == 0 ? WHEN_MIN : moment;
}

static void read_container(struct json_object *container, struct pod_object *pod, bool *terminated)
{
	struct pod_record *record = &pod->record;
	struct json_object *state;
	struct when running = node_time(container, "state.running.startedAt", pod);
	struct when started = node_time(container, "state.terminated.startedAt", pod);
	struct when finished = node_time(container, "state.terminated.finishedAt", pod);
	struct when last_started = node_time(container, "lastState.terminated.startedAt", pod);
	struct when last_finished = node_time(container, "lastState.terminated.finishedAt", pod);
	struct when newest = when_later(when_later(running, started), finished);

	newest = when_later(newest, when_later(last_started, last_finished));
	record->newest_running = when_later(record->newest_running, newest);
	if (json_object_at(container, "state.running", &state) == JSON_FOUND)
		record->running = true;
	if (!when_is_min(running))
		record->first_running = when_earlier(record->first_running, running);
	*terminated = json_object_at(container, "state.terminated", &state) == JSON_FOUND;
	/* What ended before this sandbox was ready ran in another one. */
	if (record->sandbox == POD_SANDBOX_TRUE && !when_is_min(finished) &&
	    when_before(finished, record->sandbox_changed))
		started = WHEN_MIN;
	take_time(running, record->started, &record->started_count, &pod->refused);
	take_time(started, record->started, &record->started_count, &pod->refused);
	record->newest_started = when_later(record->newest_started, when_later(running, started));
	record->newest_started = when_later(record->newest_started, last_started);
	take_time(finished, record->finished, &record->finished_count, &pod->refused);
	take_time(last_finished, record->finished, &record->finished_count, &pod->refused);
}

static void read_containers(struct json_object *object, struct pod_object *pod)
{
	static const char *const lists[] = {
		"status.containerStatuses",
		"status.initContainerStatuses",
		"status.ephemeralContainerStatuses",
	};

	struct pod_record *record = &pod->record;

	for (size_t l = 0; l < 3; l++) {
		size_t count;
		struct json_object *list = object_list(object, lists[l], &count);

		if (l == 0)
			record->all_terminated = count > 0;
		for (size_t i = 0; i < count; i++) {
			bool terminated;

			read_container(json_element(list, i), pod, &terminated);
			if (l == 0 && !terminated)
				record->all_terminated = false;
		}
	}
}

static void read_conditions(struct json_object *object, struct pod_object *pod)
{
	struct pod_record *record = &pod->record;
	size_t count;
	struct json_object *list = object_list(object, "status.conditions", &count);

	record->sandbox_changed = WHEN_MIN;
	for (size_t i = 0; i < count; i++) {
		struct json_object *condition = json_element(list, i);
		struct span type = object_text(condition, "type");
		struct when changed = node_time(condition, "lastTransitionTime", pod);
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

/* Which static pod a mirror is of: 0 if it is no mirror. */
static uint64_t mirror_of(struct json_object *object, const struct holder_names *names)
{
	static const char mirror[] = "kubernetes.io/config.mirror";
	struct span hash = object_labelled(object, "metadata.annotations", mirror);
	const struct span parts[] = {hash, names->namespace, names->name, names->node};
	uint64_t identity = HASH_START;

	if (hash.data == NULL)
		return 0;
	for (size_t p = 0; p < 4; p++) {
		identity = hash_bytes(identity, parts[p].data, parts[p].length);
		identity = hash_bytes(identity, "", 1);
	}
	return identity;
}

const char *object_pod(struct json_object *object, struct when received, struct pod_object *out)
{
	struct pod_record *record = &out->record;
	struct span phase = object_text(object, "status.phase");
	const char *why;

	memset(out, 0, sizeof(*out));
	out->host_network = is_true(object, "spec.hostNetwork");
	read_names(object, &out->names);
	drop_what_has_no_room(&out->names);
	out->received = received;
	out->created = object_when(object, "metadata.creationTimestamp");
	record->identity = mirror_of(object, &out->names);
	record->kubelet_saw = node_time(object, "status.startTime", out);
	record->start_time = record->kubelet_saw;
	if (record->identity == 0 || when_is_min(record->start_time))
		record->start_time = when_later(record->start_time, out->created);
	record->first_running = WHEN_MAX;
	record->newest_started = WHEN_MIN;
	record->newest_running = record->kubelet_saw;
	record->terminal =
		span_equal(phase, span_of("Succeeded")) || span_equal(phase, span_of("Failed"));
	record->terminating = !when_is_min(object_when(object, "metadata.deletionTimestamp"));
	record->node = span_hash(out->names.node);
	read_conditions(object, out);
	why = object_names_fit(&out->names);
	if (why == NULL)
		why = read_addresses(object, out);
	read_containers(object, out);
	return why;
}
