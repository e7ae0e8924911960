#include "common/timeline/feed/object.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/transport.h"
#include "common/record/kube_annotations.h"

#define SERVICE_LABEL "kubernetes.io/service-name"

static const char long_name[] = "a name in the object is longer than 253 bytes, or a uid than 128";

struct span object_text(struct kube_object *object, struct value value)
{
	struct span text = plain_text(&object->plain, value);

	return text.data != NULL ? text : (struct span){"", 0};
}

struct when object_when(struct kube_object *object, struct value value)
{
	struct span text = object_text(object, value);
	struct when moment;

	return when_parse(text.data, text.length, &moment) == 0 ? moment : WHEN_MIN;
}

bool object_is_true(struct value value)
{
	return value_present(value) && *value.bytes == 't';
}

struct value_cursor object_items(struct value list)
{
	return value_is_array(list) ? value_walk(list) : (struct value_cursor){NULL, NULL, false};
}

struct span object_labelled(struct kube_object *object, struct value all, const char *key)
{
	const struct member wanted[] = {{key, 0, NULL}, {NULL, 0, NULL}};
	struct value value;

	members_find(all, wanted, &value);
	if (!value_present(value) || value_is_null(value))
		return (struct span){NULL, 0};
	return object_text(object, value);
}

void object_controller(struct kube_object *object, struct span *kind, struct span *name,
		       struct span *uid)
{
	enum { CONTROLLER, KIND, NAME, UID, WANTED };
	static const struct member wanted[] = {{"controller", CONTROLLER, NULL},
					       {"kind", KIND, NULL},
					       {"name", NAME, NULL},
					       {"uid", UID, NULL},
					       {NULL, 0, NULL}};
	struct value_cursor owners = object_items(object->parts[PART_OWNERS]);
	struct value found[WANTED];

	*kind = *name = *uid = (struct span){"", 0};
	while (members_next(&owners, wanted, found)) {
		if (!object_is_true(found[CONTROLLER]))
			continue;
		*kind = object_text(object, found[KIND]);
		*name = object_text(object, found[NAME]);
		*uid = object_text(object, found[UID]);
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

const char *object_owner(struct kube_object *object, struct owner_object *out)
{
	struct span uid;

	object_controller(object, &out->kind, &out->name, &uid);
	return out->kind.length > NAME_MAX_BYTES || out->name.length > NAME_MAX_BYTES ? long_name
										      : NULL;
}

static void add_ranges(struct kube_object *object, struct value list, struct range_list *out)
{
	struct value_cursor items = object_items(list);
	struct value none, item;

	while (value_next(&items, &none, &item))
		object_add_range(out, object_text(object, item));
}

/* The ranges of the spec of a node or a ServiceCIDR. */
enum { SPEC_CIDRS, SPEC_POD_CIDRS, SPEC_POD_CIDR, SPEC_RANGES };
static const struct member spec_ranges[] = {{"cidrs", SPEC_CIDRS, NULL},
					    {"podCIDRs", SPEC_POD_CIDRS, NULL},
					    {"podCIDR", SPEC_POD_CIDR, NULL},
					    {NULL, 0, NULL}};

const char *object_ranges(struct kube_object *object, struct range_list *out)
{
	struct value found[SPEC_RANGES];

	*out = (struct range_list){.count = 0};
	members_find(object->parts[PART_SPEC], spec_ranges, found);
	add_ranges(object, found[SPEC_CIDRS], out);
	return NULL;
}

/* The ranges of ovn-kubernetes. */
static void read_subnets(struct kube_object *object, struct range_list *out)
{
	static const struct member wanted[] = {{"default", 0, NULL}, {NULL, 0, NULL}};
	struct span text =
		object_labelled(object, object->parts[PART_ANNOTATIONS], KUBE_SUBNETS_ANNOTATION);
	struct value inner, ranges;

	if (text.length == 0 || !value_parse(text.data, text.length, &inner))
		return;
	members_find(inner, wanted, &ranges);
	object_add_range(out, object_text(object, ranges));
	add_ranges(object, ranges, out);
}

static const char *node_addresses(struct kube_object *object, struct address_list *addresses)
{
	static const struct member list[] = {{"addresses", 0, NULL}, {NULL, 0, NULL}};
	static const struct member entry[] = {
		{"type", 0, NULL}, {"address", 1, NULL}, {NULL, 0, NULL}};
	const char *annotations = KUBE_NODE_ADDRESS_ANNOTATIONS, *why = NULL;
	char annotation[KUBE_ANNOTATION_SIZE];
	struct value_cursor items;
	struct value found[2];

	members_find(object->parts[PART_STATUS], list, found);
	items = object_items(found[0]);
	while (why == NULL && members_next(&items, entry, found)) {
		struct span type;
		bool internal;

		type = object_text(object, found[0]);
		internal = span_equal(type, span_of("InternalIP"));
		if (internal || span_equal(type, span_of("ExternalIP")))
			why = object_add_address(addresses, object_text(object, found[1]),
						 (struct object_address){.internal = internal});
	}
	while (why == NULL && kube_annotations_next(&annotations, annotation))
		why = object_add_address(
			addresses,
			object_labelled(object, object->parts[PART_ANNOTATIONS], annotation),
			(struct object_address){.shared = false});
	return why;
}

static const char *plugin_addresses(struct kube_object *object, struct node_object *out)
{
	const struct object_address gateway = {.gateway = true};
	struct span flannel =
		object_labelled(object, object->parts[PART_ANNOTATIONS], KUBE_FLANNEL_ANNOTATION);
	const char *why = object_add_nth(&out->addresses, &out->subnets, 2,
					 (struct object_address){.gateway = false});

	if (why == NULL)
		why = object_add_nth(&out->addresses, &out->ranges, 1, gateway);
	if (why == NULL && flannel.data != NULL)
		why = object_add_nth(&out->addresses, &out->ranges, 0, gateway);
	return why;
}

const char *object_node(struct kube_object *object, struct node_object *out)
{
	struct value labels = object->parts[PART_LABELS], found[SPEC_RANGES];
	const char *why;

	memset(out, 0, sizeof(*out));
	out->created = object_when(object, object->parts[PART_CREATED]);
	out->names.name = object_text(object, object->parts[PART_NAME]);
	out->zone = object_labelled(object, labels, "topology.kubernetes.io/zone");
	out->region = object_labelled(object, labels, "topology.kubernetes.io/region");
	members_find(object->parts[PART_SPEC], spec_ranges, found);
	add_ranges(object, found[SPEC_POD_CIDRS], &out->ranges);
	object_add_range(&out->ranges, object_text(object, found[SPEC_POD_CIDR]));
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

enum { PORT_PROTOCOL, PORT_PORT, PORT_NODE_PORT, PORT_PARTS };
static const struct member port_parts[] = {{"protocol", PORT_PROTOCOL, NULL},
					   {"port", PORT_PORT, NULL},
					   {"nodePort", PORT_NODE_PORT, NULL},
					   {NULL, 0, NULL}};

/* TCP if absent, as in the Kubernetes API; false for a protocol without a number. */
static bool protocol_of(struct span name, uint8_t *protocol)
{
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
static const char *add_ports(struct kube_object *object, struct value list, size_t member,
			     bool every, struct port_list *ports)
{
	struct value_cursor items = object_items(list);
	struct value found[PORT_PARTS];

	while (members_next(&items, port_parts, found)) {
		struct transport_port port = {0};
		int64_t number;

		if (!protocol_of(object_text(object, found[PORT_PROTOCOL]), &port.protocol))
			continue;
		if (value_i64(found[member], &number)) {
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

/* An address of a list, where "None" is none. */
static const char *add_address(struct address_list *addresses, struct span text, bool shared)
{
	return span_equal(text, span_of("None"))
		       ? NULL
		       : object_add_address(addresses, text,
					    (struct object_address){.shared = shared});
}

static const char *add_addresses(struct kube_object *object, struct value list, bool shared,
				 struct address_list *addresses)
{
	struct value_cursor items = object_items(list);
	struct value none, item;
	const char *why = NULL;

	while (why == NULL && value_next(&items, &none, &item))
		why = add_address(addresses, object_text(object, item), shared);
	return why;
}

static const char *add_ingress(struct kube_object *object, struct address_list *addresses)
{
	static const struct member list[] = {{"ingress", 0, NULL}, {NULL, 0, NULL}},
				   status[] = {{"loadBalancer", 1, list}, {NULL, 0, NULL}},
				   entry[] = {{"ip", 0, NULL}, {NULL, 0, NULL}};
	struct value ip, found[2];
	struct value_cursor items;
	const char *why = NULL;

	members_find(object->parts[PART_STATUS], status, found);
	items = object_items(found[0]);
	while (why == NULL && members_next(&items, entry, &ip))
		why = add_address(addresses, object_text(object, ip), true);
	return why;
}

enum { SERVICE_IP, SERVICE_IPS, SERVICE_EXTERNAL, SERVICE_TYPE, SERVICE_PORTS, SERVICE_PARTS };
static const struct member service_parts[] = {
	{"clusterIP", SERVICE_IP, NULL},         {"clusterIPs", SERVICE_IPS, NULL},
	{"externalIPs", SERVICE_EXTERNAL, NULL}, {"type", SERVICE_TYPE, NULL},
	{"ports", SERVICE_PORTS, NULL},          {NULL, 0, NULL}};

/* kube-proxy serves no other address of a service without a clusterIP, or of an ExternalName
 * (pkg/proxy/util, ShouldSkipService). */
static const char *service_addresses(struct kube_object *object,
				     const struct value spec[static SERVICE_PARTS],
				     struct address_list *addresses)
{
	struct span type = object_text(object, spec[SERVICE_TYPE]);
	const char *why = add_addresses(object, spec[SERVICE_IPS], false, addresses);

	if (why == NULL)
		why = add_address(addresses, object_text(object, spec[SERVICE_IP]), false);
	if (addresses->count == 0 || span_equal(type, span_of("ExternalName")))
		return why;
	if (why == NULL)
		why = add_addresses(object, spec[SERVICE_EXTERNAL], true, addresses);
	if (why == NULL && span_equal(type, span_of("LoadBalancer")))
		why = add_ingress(object, addresses);
	return why;
}

const char *object_service(struct kube_object *object, struct service_object *out)
{
	struct value spec[SERVICE_PARTS];
	const char *why;

	memset(out, 0, sizeof(*out));
	members_find(object->parts[PART_SPEC], service_parts, spec);
	out->created = object_when(object, object->parts[PART_CREATED]);
	out->names.namespace = object_text(object, object->parts[PART_NAMESPACE]);
	out->names.name = object_text(object, object->parts[PART_NAME]);
	why = service_addresses(object, spec, &out->addresses);
	if (why == NULL)
		why = add_ports(object, spec[SERVICE_PORTS], PORT_PORT, false, &out->ports);
	if (why == NULL)
		why = add_ports(object, spec[SERVICE_PORTS], PORT_NODE_PORT, false,
				&out->node_ports);
	return why;
}

void object_service_free(struct service_object *service)
{
	free(service->addresses.list);
	free(service->ports.list);
	free(service->node_ports.list);
}

const char *object_slice(struct kube_object *object, struct slice_object *out)
{
	memset(out, 0, sizeof(*out));
	out->service = object_labelled(object, object->parts[PART_LABELS], SERVICE_LABEL);
	if (span_equal(object_text(object, object->parts[PART_ADDRESS_TYPE]), span_of("FQDN")))
		out->service = (struct span){"", 0};
	if (out->service.length > NAME_MAX_BYTES)
		return long_name;
	out->endpoints = object->parts[PART_ENDPOINTS];
	return add_ports(object, object->parts[PART_PORTS], PORT_PORT, true, &out->ports);
}

void object_slice_free(struct slice_object *slice)
{
	free(slice->ports.list);
}

bool object_next_endpoint(struct value_cursor *endpoints, struct value parts[static ENDPOINT_PARTS])
{
	static const struct member target[] = {{"uid", ENDPOINT_UID, NULL}, {NULL, 0, NULL}};
	static const struct member wanted[] = {{"addresses", ENDPOINT_ADDRESSES, NULL},
					       {"targetRef", ENDPOINT_TARGET, target},
					       {"hostname", ENDPOINT_HOSTNAME, NULL},
					       {NULL, 0, NULL}};

	return members_next(endpoints, wanted, parts);
}

const char *object_endpoint(struct kube_object *object,
			    const struct value parts[static ENDPOINT_PARTS],
			    struct address_list *addresses, struct span *uid, struct span *hostname)
{
	addresses->count = addresses->refused = 0;
	*uid = object_text(object, parts[ENDPOINT_UID]);
	*hostname = object_text(object, parts[ENDPOINT_HOSTNAME]);
	if (hostname->length > NAME_MAX_BYTES)
		*hostname = (struct span){"", 0};
	if (uid->length > UID_MAX_BYTES)
		return long_name;
	return add_addresses(object, parts[ENDPOINT_ADDRESSES], false, addresses);
}
