/* The interface of a pod, as a meter saw it (docs/answers.md section 3). */
#include "common/timeline/feed/object.h"

#include "common/base/hash.h"

enum { SPEC_NODE, SPEC_HOST, SPEC_PARTS };
static const struct member spec_parts[] = {
	{"node", SPEC_NODE, NULL}, {"host", SPEC_HOST, NULL}, {NULL, 0, NULL}};

enum { STATUS_SINCE, STATUS_UNTIL, STATUS_ADDRESSES, STATUS_PARTS };
static const struct member status_parts[] = {{"since", STATUS_SINCE, NULL},
					     {"until", STATUS_UNTIL, NULL},
					     {"addresses", STATUS_ADDRESSES, NULL},
					     {NULL, 0, NULL}};

enum { ALONE_SINCE, ALONE_UNTIL, ALONE_PARTS };
static const struct member alone_parts[] = {
	{"since", ALONE_SINCE, NULL}, {"until", ALONE_UNTIL, NULL}, {NULL, 0, NULL}};

enum { ADDRESS_IP, ADDRESS_FIRST, ADDRESS_LAST, ADDRESS_ALONE, ADDRESS_PARTS };
static const struct member address_parts[] = {{"ip", ADDRESS_IP, NULL},
					      {"first", ADDRESS_FIRST, NULL},
					      {"last", ADDRESS_LAST, NULL},
					      {"alone", ADDRESS_ALONE, NULL},
					      {NULL, 0, NULL}};

/* Sets over what ADDRESS was alone, if that is told and its first packet is in it. */
static void read_alone(struct kube_object *object, struct value value,
		       struct interface_address *address)
{
	struct value found[ALONE_PARTS];
	struct when since, until;

	members_find(value, alone_parts, found);
	since = object_when(object, found[ALONE_SINCE]);
	until = object_when(object, found[ALONE_UNTIL]);
	if (when_is_min(since) || when_is_min(until) || when_before(address->first, since) ||
	    when_before(until, address->first))
		return;
	address->alone_since = since;
	address->alone_until = until;
}

static void read_address(struct kube_object *object, const struct value found[static ADDRESS_PARTS],
			 struct interface_object *out)
{
	struct interface_address address = {
		.there = true,
		.first = object_when(object, found[ADDRESS_FIRST]),
		.last = object_when(object, found[ADDRESS_LAST]),
		.alone_since = WHEN_MAX,
		.alone_until = WHEN_MIN,
	};
	struct span text = object_text(object, found[ADDRESS_IP]);

	if (object_read_address(text, &address.ip) < 0 || when_is_min(address.first) ||
	    when_before(address.last, address.first)) {
		out->refused++;
		return;
	}
	if (ip_is_local_scope(&address.ip))
		return;
	read_alone(object, found[ADDRESS_ALONE], &address);
	interface_state_add(&out->told, &address);
	out->any = true;
}

static uint64_t hash_of(struct span uid, struct span name, struct span node, struct span host)
{
	const struct span parts[] = {uid, name, node, host};
	uint64_t hash = HASH_START;

	for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++) {
		hash = hash_bytes(hash, &parts[p].length, sizeof(parts[p].length));
		hash = hash_bytes(hash, parts[p].data, parts[p].length);
	}
	return hash;
}

const char *object_interface(struct kube_object *object, struct span uid, struct span name,
			     struct interface_object *out)
{
	struct value found[STATUS_PARTS], parts[ADDRESS_PARTS], spec[SPEC_PARTS];
	struct value_cursor items;
	struct span node, host;

	*out = (struct interface_object){.told = interface_state_none()};
	members_find(object->parts[PART_SPEC], spec_parts, spec);
	node = object_text(object, spec[SPEC_NODE]);
	host = object_text(object, spec[SPEC_HOST]);
	if (node.length == 0 || node.length > NAME_MAX_BYTES || host.length > NAME_MAX_BYTES)
		return "spec.node, the Node's name, is not there, or it or spec.host is longer "
		       "than "
		       "253 bytes";
	out->node = span_hash(node);
	out->node_name = node;
	out->name = span_hash(name);
	out->host = host.length > 0 ? span_hash(host) : 0;
	out->uid = span_hash(uid);
	out->hash = hash_of(uid, name, node, host);
	members_find(object->parts[PART_STATUS], status_parts, found);
	out->told.since = object_when(object, found[STATUS_SINCE]);
	if (value_present(found[STATUS_UNTIL]))
		out->told.until = object_when(object, found[STATUS_UNTIL]);
	if (when_is_min(out->told.until))
		out->told.until = WHEN_MAX;
	items = object_items(found[STATUS_ADDRESSES]);
	while (members_next(&items, address_parts, parts))
		read_address(object, parts, out);
	return NULL;
}
