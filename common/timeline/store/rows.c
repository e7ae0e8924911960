#include "common/timeline/store/rows.h"

#include <string.h>

static void begin(struct text *key, unsigned letter, uint32_t cluster)
{
	text_clear(key);
	codec_add_u8(key, letter);
	codec_add_u32(key, cluster);
}

/* A name before something else: its length first, so that no name is a prefix of another. */
static void add_name(struct text *key, struct span name)
{
	codec_add_u8(key, (unsigned)name.length);
	text_add(key, name.data, name.length);
}

void row_key_address(struct text *key, uint32_t cluster, const struct ip *ip)
{
	begin(key, 'a', cluster);
	codec_add_ip(key, ip);
}

void row_key_binding(struct text *key, uint32_t cluster, const struct ip *ip, enum holder_kind kind,
		     struct span uid, uint64_t epoch, uint64_t offset)
{
	row_key_address(key, cluster, ip);
	codec_add_u8(key, 'b');
	codec_add_u8(key, (unsigned)kind);
	add_name(key, uid);
	codec_add_u64(key, epoch);
	codec_add_u64(key, offset);
}

void row_key_membership(struct text *key, uint32_t cluster, const struct ip *ip, uint64_t offset,
			uint32_t number)
{
	row_key_address(key, cluster, ip);
	codec_add_u8(key, 'm');
	codec_add_u64(key, offset);
	codec_add_u32(key, number);
}

void row_key_interfaces(struct text *key, uint32_t cluster, const struct ip *ip)
{
	row_key_address(key, cluster, ip);
	codec_add_u8(key, 'i');
}

void row_key_interface(struct text *key, uint32_t cluster, const struct ip *ip, uint64_t interface,
		       uint64_t offset)
{
	row_key_interfaces(key, cluster, ip);
	codec_add_u64(key, interface);
	codec_add_u64(key, offset);
}

void row_key_interface_state(struct text *key, uint32_t cluster, uint64_t interface)
{
	begin(key, 'b', cluster);
	codec_add_u64(key, interface);
}

void row_key_spelled(struct text *key, uint32_t cluster, const struct ip *ip)
{
	row_key_address(key, cluster, ip);
	codec_add_u8(key, 's');
}

void row_key_addresses(struct text *key, uint32_t cluster)
{
	begin(key, 'a', cluster);
}

bool row_address(struct span key, struct ip *ip)
{
	size_t head = ROW_PREFIX_LENGTH - sizeof(ip->bytes);

	if (key.length < ROW_PREFIX_LENGTH)
		return false;
	memcpy(ip->bytes, key.data + head, sizeof(ip->bytes));
	return true;
}

void row_key_version(struct text *key, enum row_table table, uint32_t cluster, struct span name,
		     uint64_t offset)
{
	row_key_versions(key, table, cluster, name);
	codec_add_u64(key, offset);
}

void row_key_versions(struct text *key, enum row_table table, uint32_t cluster, struct span name)
{
	begin(key, (unsigned)table, cluster);
	add_name(key, name);
}

bool row_version_name(struct span key, struct span *name)
{
	struct codec codec = codec_read(key);
	size_t length;

	codec_u8(&codec);
	codec_u32(&codec);
	length = codec_u8(&codec);
	if (codec.failed || codec.left < length)
		return false;
	*name = (struct span){(const char *)codec.at, length};
	return true;
}

void row_key_objects(struct text *key, uint32_t cluster, enum kube_resource resource)
{
	begin(key, 's', cluster);
	codec_add_u8(key, (unsigned)resource);
}

void row_key_object(struct text *key, uint32_t cluster, enum kube_resource resource,
		    struct span uid)
{
	row_key_objects(key, cluster, resource);
	text_add(key, uid.data, uid.length);
}

void row_key_deleted(struct text *key, uint32_t cluster, enum kube_resource resource,
		     struct span uid)
{
	begin(key, 'x', cluster);
	codec_add_u8(key, (unsigned)resource);
	text_add(key, uid.data, uid.length);
}

void row_key_members(struct text *key, uint32_t cluster, struct span uid)
{
	begin(key, 'n', cluster);
	text_add(key, uid.data, uid.length);
}

void row_key_owned(struct text *key, uint32_t cluster, struct span owner, struct span pod)
{
	row_key_versions(key, ROW_OWNED, cluster, owner);
	text_add(key, pod.data, pod.length);
}

void row_key_named(struct text *key, uint32_t cluster, enum holder_kind kind, struct span name,
		   struct span uid)
{
	begin(key, ROW_NAMED, cluster);
	codec_add_u8(key, (unsigned)kind);
	codec_add_span(key, name);
	text_add(key, uid.data, uid.length);
}

void row_key_addresses_of(struct text *key, enum row_table table, uint32_t cluster,
			  struct span name)
{
	begin(key, (unsigned)table, cluster);
	codec_add_span(key, name);
}

void row_key_address_of(struct text *key, enum row_table table, uint32_t cluster, struct span name,
			const struct ip *ip)
{
	row_key_addresses_of(key, table, cluster, name);
	codec_add_ip(key, ip);
}

void row_key_node_there(struct text *key, uint32_t cluster, uint64_t node)
{
	text_clear(key);
	codec_add_u8(key, 't');
	codec_add_u32(key, cluster);
	codec_add_u64(key, node);
}

void row_key_table(struct text *key, enum row_table table, uint32_t cluster)
{
	begin(key, (unsigned)table, cluster);
}

void row_key_numbered(struct text *key, enum row_table table, uint32_t cluster, uint64_t number)
{
	begin(key, (unsigned)table, cluster);
	codec_add_u64(key, number);
}

void row_key_pod_address(struct text *key, uint32_t cluster, const struct ip *ip, uint64_t node)
{
	begin(key, ROW_POD_ADDRESSES, cluster);
	codec_add_ip(key, ip);
	codec_add_u64(key, node);
}

void row_key_cluster(struct text *key, uint32_t cluster)
{
	begin(key, 'w', cluster);
}

void row_key_resource(struct text *key, uint32_t cluster, enum kube_resource resource)
{
	begin(key, 'v', cluster);
	codec_add_u8(key, resource);
}

void row_key_meta(struct text *key)
{
	text_clear(key);
	codec_add_u8(key, 'M');
}

void row_key_mark(struct text *key)
{
	text_clear(key);
	codec_add_u8(key, 'F');
}

void row_key_saves(struct text *key)
{
	text_clear(key);
	codec_add_u8(key, 'S');
}

void row_key_save(char key[SAVE_ROW_KEY_SIZE], uint64_t number)
{
	key[0] = 'S';
	for (int i = SAVE_ROW_KEY_SIZE - 1; i > 0; i--, number >>= 8)
		key[i] = (char)(number & 0xff);
}

uint64_t row_save_number(struct span key)
{
	struct codec codec = codec_read(key);

	codec_u8(&codec);
	return codec_u64(&codec);
}

char row_address_kind(struct span key)
{
	if (key.length <= ROW_PREFIX_LENGTH)
		return 0;
	return key.data[ROW_PREFIX_LENGTH];
}

/* What follows the kind of an address's row. */
static struct codec after_kind(struct span key)
{
	return codec_read((struct span){key.data + ROW_PREFIX_LENGTH + 1,
					key.length - ROW_PREFIX_LENGTH - 1});
}

bool row_interface_key(struct span key, uint64_t *interface, uint64_t *offset)
{
	struct codec codec;

	if (row_address_kind(key) != 'i')
		return false;
	codec = after_kind(key);
	*interface = codec_u64(&codec);
	*offset = codec_u64(&codec);
	return codec_done(&codec);
}

bool row_binding_key(struct span key, struct binding_key *out)
{
	struct codec codec;
	uint8_t length;

	if (row_address_kind(key) != 'b')
		return false;
	codec = after_kind(key);
	out->kind = (enum holder_kind)codec_u8(&codec);
	length = codec_u8(&codec);
	if (codec.failed || codec.left < length)
		return false;
	out->uid = (struct span){(const char *)codec.at, length};
	codec.at += length;
	codec.left -= length;
	out->epoch = codec_u64(&codec);
	out->offset = codec_u64(&codec);
	return codec_done(&codec) &&
	       (out->kind == HOLDER_POD || out->kind == HOLDER_NODE || out->kind == HOLDER_SERVICE);
}

void row_add_evidence(struct text *value, const struct evidence *evidence)
{
	codec_add_evidence(value, evidence);
}

bool row_evidence(struct span value, struct evidence *evidence)
{
	struct codec codec = codec_read(value);

	*evidence = codec_evidence(&codec);
	return codec_done(&codec);
}

void row_add_port(struct text *ports, struct transport_port port)
{
	codec_add_u8(ports, port.protocol);
	codec_add_u8(ports, (unsigned)port.port >> 8);
	codec_add_u8(ports, port.port & 0xffu);
}

void row_add_membership(struct text *value, const struct membership *row)
{
	codec_add_when(value, row->opening);
	codec_add_when(value, row->closing);
	codec_add_u64(value, row->opened_offset);
	codec_add_u64(value, row->closed_offset);
	codec_add_span(value, row->service);
	codec_add_span(value, row->uid);
	codec_add_span(value, row->ports);
	codec_add_span(value, row->hostname);
}

bool row_membership(struct span value, struct membership *row)
{
	struct codec codec = codec_read(value);

	row->opening = codec_when(&codec);
	row->closing = codec_when(&codec);
	row->opened_offset = codec_u64(&codec);
	row->closed_offset = codec_u64(&codec);
	row->service = codec_span(&codec);
	row->uid = codec_span(&codec);
	row->ports = codec_span(&codec);
	row->hostname = codec_span(&codec);
	return codec_done(&codec) && row->ports.length % 3 == 0;
}

void row_add_holder(struct text *value, const struct holder_names *row)
{
	for (size_t n = 0; n < HOLDER_NAMES; n++)
		codec_add_span(value, row->all[n]);
}

bool row_holder(struct span value, struct holder_names *row)
{
	struct codec codec = codec_read(value);

	for (size_t n = 0; n < HOLDER_NAMES; n++)
		row->all[n] = codec_span(&codec);
	return codec_done(&codec);
}

void row_add_pair(struct text *value, struct span first, struct span second)
{
	codec_add_span(value, first);
	codec_add_span(value, second);
}

bool row_pair(struct span value, struct span *first, struct span *second)
{
	struct codec codec = codec_read(value);

	*first = codec_span(&codec);
	*second = codec_span(&codec);
	return codec_done(&codec);
}
