#include "producers/flows/nat/conntrack_message.h"

#include <arpa/inet.h>
#include <endian.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>

/* What was found of a tuple. */
enum part {
	HAS_SOURCE = 1,
	HAS_DESTINATION = 2,
	HAS_SOURCE_PORT = 4,
	HAS_DESTINATION_PORT = 8,
	HAS_PROTOCOL = 16,
	HAS_ALL = 31,
};

struct reading {
	struct translations_tuple tuple;
	uint8_t protocol;
	uint16_t zone;
	unsigned parts;
};

static bool is(const struct nlattr *attribute, enum mnl_attr_data_type type)
{
	return mnl_attr_validate(attribute, type) >= 0;
}

static uint16_t get_u16(const struct nlattr *attribute)
{
	return is(attribute, MNL_TYPE_U16) ? ntohs(mnl_attr_get_u16(attribute)) : 0;
}

/* WHEN_MIN for none. */
static struct when get_when(const struct nlattr *attribute)
{
	uint64_t ns = 0;

	if (is(attribute, MNL_TYPE_U64))
		ns = be64toh(mnl_attr_get_u64(attribute));
	return ns > 0 && ns < INT64_MAX ? (struct when){(int64_t)ns} : WHEN_MIN;
}

static int read_address(const struct nlattr *attribute, void *into)
{
	struct reading *reading = into;
	unsigned type = mnl_attr_get_type(attribute);
	size_t length = mnl_attr_get_payload_len(attribute);
	bool source = type == CTA_IP_V4_SRC || type == CTA_IP_V6_SRC;
	struct ip *ip = source ? &reading->tuple.source : &reading->tuple.destination;

	if ((type == CTA_IP_V4_SRC || type == CTA_IP_V4_DST) && length == 4)
		*ip = ip_from_v4(mnl_attr_get_payload(attribute));
	else if ((type == CTA_IP_V6_SRC || type == CTA_IP_V6_DST) && length == 16)
		memcpy(ip->bytes, mnl_attr_get_payload(attribute), 16);
	else
		return MNL_CB_OK;
	reading->parts |= source ? HAS_SOURCE : HAS_DESTINATION;
	return MNL_CB_OK;
}

static int read_transport(const struct nlattr *attribute, void *into)
{
	struct reading *reading = into;
	unsigned type = mnl_attr_get_type(attribute);

	if (type == CTA_PROTO_NUM && is(attribute, MNL_TYPE_U8)) {
		reading->protocol = mnl_attr_get_u8(attribute);
		reading->parts |= HAS_PROTOCOL;
	} else if (type == CTA_PROTO_SRC_PORT && is(attribute, MNL_TYPE_U16)) {
		reading->tuple.source_port = get_u16(attribute);
		reading->parts |= HAS_SOURCE_PORT;
	} else if (type == CTA_PROTO_DST_PORT && is(attribute, MNL_TYPE_U16)) {
		reading->tuple.destination_port = get_u16(attribute);
		reading->parts |= HAS_DESTINATION_PORT;
	}
	return MNL_CB_OK;
}

static int read_tuple(const struct nlattr *attribute, void *into)
{
	struct reading *reading = into;

	switch (mnl_attr_get_type(attribute)) {
	case CTA_TUPLE_IP:
		return mnl_attr_parse_nested(attribute, read_address, reading);
	case CTA_TUPLE_PROTO:
		return mnl_attr_parse_nested(attribute, read_transport, reading);
	case CTA_TUPLE_ZONE:
		reading->zone = get_u16(attribute);
		return MNL_CB_OK;
	default:
		return MNL_CB_OK;
	}
}

static int read_time(const struct nlattr *attribute, void *into)
{
	struct translations_connection *told = into;

	if (mnl_attr_get_type(attribute) == CTA_TIMESTAMP_START)
		told->began = get_when(attribute);
	if (mnl_attr_get_type(attribute) == CTA_TIMESTAMP_STOP)
		told->ended = get_when(attribute);
	return MNL_CB_OK;
}

/* The whole message. */
struct message {
	struct translations_connection told;
	struct reading original, reply;
	uint16_t zone; /* of both directions */
};

static int read_member(const struct nlattr *attribute, void *into)
{
	struct message *message = into;

	switch (mnl_attr_get_type(attribute)) {
	case CTA_TUPLE_ORIG:
		return mnl_attr_parse_nested(attribute, read_tuple, &message->original);
	case CTA_TUPLE_REPLY:
		return mnl_attr_parse_nested(attribute, read_tuple, &message->reply);
	case CTA_TIMESTAMP:
		return mnl_attr_parse_nested(attribute, read_time, &message->told);
	case CTA_ID:
		if (is(attribute, MNL_TYPE_U32))
			message->told.id = mnl_attr_get_u32(attribute);
		return MNL_CB_OK;
	case CTA_ZONE:
		message->zone = get_u16(attribute);
		return MNL_CB_OK;
	default:
		return MNL_CB_OK;
	}
}

bool conntrack_message_read(const void *bytes, size_t length, struct translations_connection *told)
{
	struct message message = {.told = {.began = WHEN_MIN, .ended = WHEN_MIN}};
	const struct reading *original = &message.original, *reply = &message.reply;
	const struct nlmsghdr *header = bytes;

	/* mnl_nlmsg_ok() takes a length with the high bit for a negative one. */
	if (length < sizeof(*header) || length > INT32_MAX || header->nlmsg_len > length ||
	    !mnl_nlmsg_ok(header, (int)length) ||
	    mnl_nlmsg_get_payload_len(header) < sizeof(struct nfgenmsg) ||
	    mnl_attr_parse(header, sizeof(struct nfgenmsg), read_member, &message) < 0)
		return false;
	if (original->parts != HAS_ALL || reply->parts != HAS_ALL ||
	    original->protocol != reply->protocol || !flow_has_ports(original->protocol))
		return false;
	message.told.zone = (uint32_t)(message.zone | original->zone) |
			    (uint32_t)(message.zone | reply->zone) << 16;
	message.told.protocol = original->protocol;
	message.told.original = original->tuple;
	message.told.reply = reply->tuple;
	*told = message.told;
	return true;
}
