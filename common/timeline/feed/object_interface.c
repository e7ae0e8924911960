/* The interface of a pod, as a meter saw it (docs/answers.md section 3). */
#include "common/timeline/feed/object.h"

#include "common/base/hash.h"

enum { SPEC_NODE, SPEC_HOST, SPEC_METER, METER_ID, METER_START, METER_RECORD, SPEC_PARTS };
static const struct member meter_parts[] = {{"id", METER_ID, NULL},
					    {"start", METER_START, NULL},
					    {"record", METER_RECORD, NULL},
					    {NULL, 0, NULL}};
static const struct member spec_parts[] = {{"node", SPEC_NODE, NULL},
					   {"host", SPEC_HOST, NULL},
					   {"meter", SPEC_METER, meter_parts},
					   {NULL, 0, NULL}};

enum {
	STATUS_SINCE,
	STATUS_APPEARED,
	STATUS_UNTIL,
	STATUS_CONFIRMED,
	STATUS_ADDRESSES,
	STATUS_PARTS
};
static const struct member status_parts[] = {
	{"since", STATUS_SINCE, NULL},         {"appeared", STATUS_APPEARED, NULL},
	{"until", STATUS_UNTIL, NULL},         {"confirmed", STATUS_CONFIRMED, NULL},
	{"addresses", STATUS_ADDRESSES, NULL}, {NULL, 0, NULL}};

enum { ALONE_SINCE, ALONE_UNTIL, ALONE_OPEN, ALONE_PARTS };
static const struct member alone_parts[] = {{"since", ALONE_SINCE, NULL},
					    {"until", ALONE_UNTIL, NULL},
					    {"open", ALONE_OPEN, NULL},
					    {NULL, 0, NULL}};

enum { ADDRESS_IP, ADDRESS_FIRST, ADDRESS_LAST, ADDRESS_ALONE, ADDRESS_PARTS };
static const struct member address_parts[] = {{"ip", ADDRESS_IP, NULL},
					      {"first", ADDRESS_FIRST, NULL},
					      {"last", ADDRESS_LAST, NULL},
					      {"alone", ADDRESS_ALONE, NULL},
					      {NULL, 0, NULL}};

/* Sets over what ADDRESS was alone, if that is told and its first packet is in it. Returns whether that is
 * open. */
static bool read_alone(struct kube_object *object, struct value value,
		       struct interface_address *address)
{
	struct value found[ALONE_PARTS];
	struct when since, until;

	members_find(value, alone_parts, found);
	since = object_when(object, found[ALONE_SINCE]);
	until = object_when(object, found[ALONE_UNTIL]);
	if (when_is_min(since) || when_is_min(until) || when_before(address->first, since) ||
	    when_before(until, address->first))
		return false;
	address->alone_since = since;
	address->alone_until = until;
	return object_is_true(found[ALONE_OPEN]);
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
	size_t family;

	if (object_read_address(text, &address.ip) < 0 || when_is_min(address.first) ||
	    when_before(address.last, address.first)) {
		out->refused++;
		return;
	}
	if (ip_is_local_scope(&address.ip))
		return;
	family = interface_family(&address.ip);
	if (read_alone(object, found[ADDRESS_ALONE], &address))
		out->open[family] = true;
	interface_state_add(&out->told, &address);
	out->any = true;
}

static uint64_t hash_of(struct span one, struct span two, struct span three, struct span four)
{
	const struct span parts[] = {one, two, three, four};
	uint64_t hash = HASH_START;

	for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++) {
		hash = hash_bytes(hash, &parts[p].length, sizeof(parts[p].length));
		hash = hash_bytes(hash, parts[p].data, parts[p].length);
	}
	return hash;
}

/* Which of its meter's records it is. */
static void read_meter(struct kube_object *object, const struct value spec[static SPEC_PARTS],
		       struct span node, struct span host, struct interface_object *out)
{
	int64_t record;

	if (!value_i64(spec[METER_RECORD], &record) || record < 1)
		return;
	out->record = (uint64_t)record;
	out->run = hash_of(node, host, object_text(object, spec[METER_ID]),
			   object_text(object, spec[METER_START]));
}

static struct when when_or_max(struct kube_object *object, struct value value)
{
	struct when when = object_when(object, value);

	return when_is_min(when) ? WHEN_MAX : when;
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
	read_meter(object, spec, node, host, out);
	members_find(object->parts[PART_STATUS], status_parts, found);
	out->confirmed = object_when(object, found[STATUS_CONFIRMED]);
	out->told.since = object_when(object, found[STATUS_SINCE]);
	out->told.until = when_or_max(object, found[STATUS_UNTIL]);
	out->told.appeared = when_or_max(object, found[STATUS_APPEARED]);
	items = object_items(found[STATUS_ADDRESSES]);
	while (members_next(&items, address_parts, parts))
		read_address(object, parts, out);
	return NULL;
}
