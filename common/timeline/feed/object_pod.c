#include "common/timeline/feed/object.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/record/kube_annotations.h"

enum { SPEC_NODE, SPEC_HOST_NETWORK, SPEC_PARTS };
static const struct member spec_parts[] = {
	{"nodeName", SPEC_NODE, NULL}, {"hostNetwork", SPEC_HOST_NETWORK, NULL}, {NULL, 0, NULL}};

enum {
	STATUS_PHASE,
	STATUS_IP,
	STATUS_IPS,
	STATUS_START,
	STATUS_CONDITIONS,
	STATUS_CONTAINERS,
	STATUS_INIT,
	STATUS_EPHEMERAL,
	STATUS_PARTS,
};
static const struct member status_parts[] = {{"phase", STATUS_PHASE, NULL},
					     {"podIP", STATUS_IP, NULL},
					     {"podIPs", STATUS_IPS, NULL},
					     {"startTime", STATUS_START, NULL},
					     {"conditions", STATUS_CONDITIONS, NULL},
					     {"containerStatuses", STATUS_CONTAINERS, NULL},
					     {"initContainerStatuses", STATUS_INIT, NULL},
					     {"ephemeralContainerStatuses", STATUS_EPHEMERAL, NULL},
					     {NULL, 0, NULL}};

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

/* Adds the texts in LIST, or those of the member "ip" of its items. */
static const char *add_items(struct kube_object *object, struct value list, bool members,
			     struct address_list *addresses)
{
	static const struct member wanted[] = {{"ip", 0, NULL}, {NULL, 0, NULL}};
	struct value_cursor items = object_items(list);
	struct value none, item;
	const char *why = NULL;

	while (why == NULL && value_next(&items, &none, &item)) {
		if (members)
			members_find(item, wanted, &item);
		why = object_add_address(addresses, object_text(object, item),
					 (struct object_address){.shared = false});
	}
	return why;
}

static const char *add_own(struct kube_object *object,
			   const struct value status[static STATUS_PARTS],
			   struct address_list *addresses)
{
	const char *why = add_items(object, status[STATUS_IPS], true, addresses);

	return why != NULL ? why
			   : object_add_address(addresses, object_text(object, status[STATUS_IP]),
						(struct object_address){.shared = false});
}

/* Those of all of the pod's networks. */
static const char *add_secondary(struct kube_object *object, struct address_list *addresses)
{
	static const struct member wanted[] = {{"ips", 0, NULL}, {NULL, 0, NULL}};
	struct span text = object_labelled(object, object->parts[PART_ANNOTATIONS],
					   KUBE_NETWORK_STATUS_ANNOTATION);
	struct value none, network = {NULL, 0};
	struct value_cursor networks;
	const char *why = NULL;

	if (text.length == 0 || !value_parse(text.data, text.length, &network))
		return NULL;
	networks = object_items(network);
	while (why == NULL && value_next(&networks, &none, &network)) {
		members_find(network, wanted, &network);
		why = add_items(object, network, false, addresses);
	}
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

static const char *add_annotated(struct kube_object *object, struct pod_object *out,
				 struct address_list *addresses)
{
	const char *annotations = KUBE_POD_ADDRESS_ANNOTATIONS, *why = NULL;
	char annotation[KUBE_ANNOTATION_SIZE];
	size_t number = 0;

	for (; why == NULL && kube_annotations_next(&annotations, annotation); number++) {
		struct span text =
			object_labelled(object, object->parts[PART_ANNOTATIONS], annotation);

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

static const char *read_addresses(struct kube_object *object,
				  const struct value status[static STATUS_PARTS],
				  struct pod_object *out)
{
	struct address_list addresses = {.count = 0};
	struct pod_record *record = &out->record;
	const char *why = add_own(object, status, &addresses);
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

/* The annotation KEY, else the label KEY, else the label LABEL. */
static struct span openshift_note(struct kube_object *object, const char *key, const char *label)
{
	struct span note = object_labelled(object, object->parts[PART_ANNOTATIONS], key);

	if (note.length == 0)
		note = object_labelled(object, object->parts[PART_LABELS], key);
	return note.length > 0 ? note : object_labelled(object, object->parts[PART_LABELS], label);
}

/* OpenShift notes in each pod of a DeploymentConfig the configuration and its ReplicationController
 * (openshift/library-go, apps/appsutil). */
static void find_deployment_config(struct kube_object *object, struct holder_names *names)
{
	struct span config, controller;

	if (!span_equal(names->owner_kind, span_of("ReplicationController")))
		return;
	config = openshift_note(object, "openshift.io/deployment-config.name", "deploymentconfig");
	controller = openshift_note(object, "openshift.io/deployment.name", "deployment");
	if (config.length == 0 || !span_equal(names->owner_name, controller))
		return;
	names->owner_kind = span_of("DeploymentConfig");
	names->owner_name = config;
}

static void read_names(struct kube_object *object, struct value node, struct holder_names *names)
{
	names->namespace = object_text(object, object->parts[PART_NAMESPACE]);
	names->name = object_text(object, object->parts[PART_NAME]);
	names->node = object_text(object, node);
	names->hash = object_labelled(object, object->parts[PART_LABELS], "pod-template-hash");
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
static uint64_t mirror_of(struct kube_object *object, const struct holder_names *names)
{
	static const char mirror[] = "kubernetes.io/config.mirror";
	struct span hash = object_labelled(object, object->parts[PART_ANNOTATIONS], mirror);
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

/* A kubelet that starts again knows no status of its static pods, and writes these times as of then. */
static void drop_written_again(struct pod_record *record)
{
	if (record->identity == 0 || when_not_after(record->least_start, record->first_running))
		return;
	if (record->sandbox == POD_SANDBOX_TRUE &&
	    when_not_after(record->sandbox_changed, record->least_start))
		record->sandbox_changed = WHEN_MIN;
	record->written_again = record->least_start;
	record->least_start = record->first_running;
	record->start_time = WHEN_MIN;
}

const char *object_pod(struct kube_object *object, struct when received, struct pod_object *out)
{
	struct pod_record *record = &out->record;
	struct value spec[SPEC_PARTS], status[STATUS_PARTS];
	struct span phase;
	const char *why;

	memset(out, 0, sizeof(*out));
	members_find(object->parts[PART_SPEC], spec_parts, spec);
	members_find(object->parts[PART_STATUS], status_parts, status);
	phase = object_text(object, status[STATUS_PHASE]);
	out->host_network = object_is_true(spec[SPEC_HOST_NETWORK]);
	read_names(object, spec[SPEC_NODE], &out->names);
	drop_what_has_no_room(&out->names);
	out->received = received;
	out->created = object_when(object, object->parts[PART_CREATED]);
	record->node = span_hash(out->names.node);
	record->identity = mirror_of(object, &out->names);
	record->least_start = object_node_time(object, status[STATUS_START], out);
	record->start_time = record->least_start;
	if (record->identity == 0 || when_is_min(record->start_time))
		record->start_time = when_later(record->start_time, out->created);
	out->accepted = record->node != 0 && !when_is_min(record->least_start);
	record->written_again = WHEN_MIN;
	record->first_running = WHEN_MAX;
	record->newest_started = record->newest_running = WHEN_MIN;
	record->terminal =
		span_equal(phase, span_of("Succeeded")) || span_equal(phase, span_of("Failed"));
	record->terminating = !when_is_min(object_when(object, object->parts[PART_DELETED]));
	object_conditions(object, status[STATUS_CONDITIONS], out);
	why = object_names_fit(&out->names);
	if (why == NULL)
		why = read_addresses(object, status, out);
	record->all_terminated = object_containers(object, status[STATUS_CONTAINERS], out);
	object_containers(object, status[STATUS_INIT], out);
	object_containers(object, status[STATUS_EPHEMERAL], out);
	drop_written_again(record);
	record->newest_running = when_later(record->newest_running, record->least_start);
	record->newest_running = when_later(record->newest_running, record->sandbox_changed);
	return why;
}

bool object_pod_is_published(struct kube_object *object)
{
	struct value status[STATUS_PARTS];

	members_find(object->parts[PART_STATUS], status_parts, status);
	return object_text(object, status[STATUS_IP]).length > 0;
}
