#include "common/timeline/feed/object.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/json.h"
#include "common/base/transport.h"
#include "common/record/kube_annotations.h"

#define SERVICE_LABEL "kubernetes.io/service-name"

static const char long_name[] = "a name in the object is longer than 253 bytes, or a uid than 128";

struct span object_text(struct json_object *object, const char *path)
{
	const char *text;

	return json_text(object, path, &text) == JSON_FOUND ? span_of(text) : (struct span){"", 0};
}

struct when object_when(struct json_object *object, const char *path)
{
	struct when moment;

	return json_when(object, path, &moment) == JSON_FOUND ? moment : WHEN_MIN;
}

struct json_object *object_list(struct json_object *object, const char *path, size_t *count)
{
	struct json_object *list = NULL;

	*count = json_array(object, path, &list) == JSON_FOUND ? json_length(list) : 0;
	return *count ? list : NULL;
}

struct span object_labelled(struct json_object *object, const char *path, const char *key)
{
	struct json_object *labels, *value;

	if (json_object_at(object, path, &labels) != JSON_FOUND ||
	    json_member(labels, key, &value) != JSON_FOUND)
		return (struct span){NULL, 0};
	return object_text(value, "");
}

void object_controller(struct json_object *object, struct span *kind, struct span *name,
		       struct span *uid)
{
	size_t count;
	struct json_object *owners = object_list(object, "metadata.ownerReferences", &count);

	*kind = *name = *uid = (struct span){"", 0};
	for (size_t i = 0; i < count; i++) {
		struct json_object *owner = json_element(owners, i);
		bool controller;

		if (json_boolean(owner, "controller", &controller) != JSON_FOUND || !controller)
			continue;
		*kind = object_text(owner, "kind");
		*name = object_text(owner, "name");
		*uid = object_text(owner, "uid");
		return;
	}
}

const char *object_names_fit(const struct holder_names *names)
{
	for (size_t n = 0; n < HOLDER_NAMES; n++) {
		const struct span *name = &names->all[n];

		if (name->length > (name == &names->owner_uid ? UID_MAX_BYTES : NAME_MAX_BYTES))
			return long_name;
	}
	return NULL;
}

const char *object_owner(struct json_object *object, struct owner_object *out)
{
	struct span uid;

	object_controller(object, &out->kind, &out->name, &uid);
	return out->kind.length > NAME_MAX_BYTES || out->name.length > NAME_MAX_BYTES ? long_name
										      : NULL;
}

static void add_ranges(struct json_object *object, const char *path, struct range_list *out)
{
	size_t length;
	struct json_object *list = object_list(object, path, &length);

	for (size_t i = 0; i < length; i++)
		object_add_range(out, object_text(json_element(list, i), ""));
}

const char *object_ranges(struct json_object *object, struct range_list *out)
{
	*out = (struct range_list){.count = 0};
	add_ranges(object, "spec.cidrs", out);
	return NULL;
}

/* The ranges of ovn-kubernetes. */
static void read_subnets(struct json_object *object, struct range_list *out)
{
	struct span text = object_labelled(object, "metadata.annotations", KUBE_SUBNETS_ANNOTATION);
	enum scan_outcome outcome;
	struct json_object *tree =
		text.length > 0 ? json_parse(text.data, text.length, &outcome) : NULL;

	object_add_range(out, object_text(tree, "default"));
	add_ranges(tree, "default", out);
	json_free(tree);
}

static const char *node_addresses(struct json_object *object, struct address_list *addresses)
{
	const char *annotations = KUBE_NODE_ADDRESS_ANNOTATIONS, *why = NULL;
	char annotation[KUBE_ANNOTATION_SIZE];
	size_t count;
	struct json_object *list = object_list(object, "status.addresses", &count);

	for (size_t i = 0; i < count && why == NULL; i++) {
		struct json_object *address = json_element(list, i);
		struct span type = object_text(address, "type");
		bool internal = span_equal(type, span_of("InternalIP"));

		if (internal || span_equal(type, span_of("ExternalIP")))
			why = object_add_address(addresses, object_text(address, "address"),
						 (struct object_address){.internal = internal});
	}
	while (why == NULL && kube_annotations_next(&annotations, annotation))
		why = object_add_address(
			addresses, object_labelled(object, "metadata.annotations", annotation),
			(struct object_address){.shared = false});
	return why;
}

static const char *plugin_addresses(struct json_object *object, struct node_object *out)
{
	const struct object_address gateway = {.gateway = true};
	struct span flannel =
		object_labelled(object, "metadata.annotations", KUBE_FLANNEL_ANNOTATION);
	const char *why = object_add_nth(&out->addresses, &out->subnets, 2,
					 (struct object_address){.gateway = false});

	if (why == NULL)
		why = object_add_nth(&out->addresses, &out->ranges, 1, gateway);
	if (why == NULL && flannel.data != NULL)
		why = object_add_nth(&out->addresses, &out->ranges, 0, gateway);
	return why;
}

const char *object_node(struct json_object *object, struct node_object *out)
{
	const char *why;

	memset(out, 0, sizeof(*out));
	out->created = object_when(object, "metadata.creationTimestamp");
	out->names.name = object_text(object, "metadata.name");
	out->zone = object_labelled(object, "metadata.labels", "topology.kubernetes.io/zone");
	out->region = object_labelled(object, "metadata.labels", "topology.kubernetes.io/region");
	add_ranges(object, "spec.podCIDRs", &out->ranges);
	object_add_range(&out->ranges, object_text(object, "spec.podCIDR"));
	read_subnets(object, &out->subnets);
	why = node_addresses(object, &out->addresses);
	if (why == NULL)
		why = plugin_addresses(object, out);
	if (why == NULL &&
	    (out->zone.length > NAME_MAX_BYTES || out->region.length > NAME_MAX_BYTES))
		why = long_name;
	return why;
}

void object_node_free(struct node_object *node)
{
	free(node->addresses.list);
}

/* TCP if absent, as in the Kubernetes API; false for a protocol without a number. */
static bool protocol_of(struct json_object *port, uint8_t *protocol)
{
	struct span name = object_text(port, "protocol");

	if (name.length == 0 || span_equal(name, span_of("TCP")))
		*protocol = TRANSPORT_TCP;
	else if (span_equal(name, span_of("UDP")))
		*protocol = TRANSPORT_UDP;
	else if (span_equal(name, span_of("SCTP")))
		*protocol = TRANSPORT_SCTP;
	else
		return false;
	return true;
}

/* Adds the port that MEMBER of each element of LIST names. EVERY: an element without it is every
 * port (0); otherwise it is left out. */
static const char *add_ports(struct json_object *list, size_t length, const char *member,
			     bool every, struct port_list *ports)
{
	for (size_t i = 0; i < length; i++) {
		struct json_object *element = json_element(list, i);
		struct transport_port port = {0};
		int64_t number;

		if (!protocol_of(element, &port.protocol))
			continue;
		if (json_i64(element, member, &number) == JSON_FOUND) {
			if (number < 1 || number > UINT16_MAX)
				continue;
			port.port = (uint16_t)number;
		} else if (!every) {
			continue;
		}
		if (ports->count == OBJECT_PORTS_MAX) {
			ports->refused++;
			continue;
		}
		if (array_grow(&ports->list, &ports->capacity, ports->count + 1,
			       sizeof(*ports->list)) < 0)
			return object_no_memory;
		ports->list[ports->count++] = port;
	}
	return NULL;
}

static const char *add_addresses(struct json_object *object, const char *path, const char *member,
				 bool shared, struct address_list *addresses)
{
	size_t count;
	struct json_object *list = object_list(object, path, &count);
	const char *why = NULL;

	for (size_t i = 0; i < count && why == NULL; i++) {
		struct span text = object_text(json_element(list, i), member);

		if (!span_equal(text, span_of("None")))
			why = object_add_address(addresses, text,
						 (struct object_address){.shared = shared});
	}
	return why;
}

/* kube-proxy serves no other address of a service without a clusterIP, or of an ExternalName
 * (pkg/proxy/util, ShouldSkipService). */
static const char *service_addresses(struct json_object *object, struct address_list *addresses)
{
	struct span ip = object_text(object, "spec.clusterIP");
	struct span type = object_text(object, "spec.type");
	bool balanced = span_equal(type, span_of("LoadBalancer"));
	const char *why = add_addresses(object, "spec.clusterIPs", "", false, addresses);

	if (why == NULL && !span_equal(ip, span_of("None")))
		why = object_add_address(addresses, ip, (struct object_address){.shared = false});
	if (addresses->count == 0 || span_equal(type, span_of("ExternalName")))
		return why;
	if (why == NULL)
		why = add_addresses(object, "spec.externalIPs", "", true, addresses);
	if (why == NULL && balanced)
		why = add_addresses(object, "status.loadBalancer.ingress", "ip", true, addresses);
	return why;
}

const char *object_service(struct json_object *object, struct service_object *out)
{
	size_t count;
	struct json_object *list = object_list(object, "spec.ports", &count);
	const char *why;

	memset(out, 0, sizeof(*out));
	out->created = object_when(object, "metadata.creationTimestamp");
	out->names.namespace = object_text(object, "metadata.namespace");
	out->names.name = object_text(object, "metadata.name");
	why = service_addresses(object, &out->addresses);
	if (why == NULL)
		why = add_ports(list, count, "port", false, &out->ports);
	if (why == NULL)
		why = add_ports(list, count, "nodePort", false, &out->node_ports);
	return why;
}

void object_service_free(struct service_object *service)
{
	free(service->addresses.list);
	free(service->ports.list);
	free(service->node_ports.list);
}

const char *object_slice(struct json_object *object, struct slice_object *out)
{
	size_t count;
	struct json_object *list = object_list(object, "ports", &count);

	memset(out, 0, sizeof(*out));
	out->service = object_labelled(object, "metadata.labels", SERVICE_LABEL);
	if (span_equal(object_text(object, "addressType"), span_of("FQDN")))
		out->service = (struct span){"", 0};
	if (out->service.length > NAME_MAX_BYTES)
		return long_name;
	out->endpoints = object_list(object, "endpoints", &count);
	list = object_list(object, "ports", &count);
	return add_ports(list, count, "port", true, &out->ports);
}

void object_slice_free(struct slice_object *slice)
{
	free(slice->ports.list);
}

const char *object_endpoint(const struct slice_object *slice, size_t index,
			    struct address_list *addresses, struct span *uid)
{
	struct json_object *endpoint = json_element(slice->endpoints, index);

	addresses->count = addresses->refused = 0;
	*uid = object_text(endpoint, "targetRef.uid");
	if (uid->length > UID_MAX_BYTES)
		return long_name;
	return add_addresses(endpoint, "addresses", "", false, addresses);
}
