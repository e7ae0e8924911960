#include "producers/flows/links/link_message.h"

#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#define KIND_SIZE 16

/* What is read of one message. */
struct reading {
	struct link_message told;
	char kind[KIND_SIZE];
	bool vlan_filtering;
	bool wireless;
	bool without_end; /* the index of the other end is 0 */
	unsigned end;     /* its index */
};

static bool is(const struct nlattr *attribute, enum mnl_attr_data_type type)
{
	return mnl_attr_validate(attribute, type) >= 0;
}

static uint32_t get_u32(const struct nlattr *attribute)
{
	return is(attribute, MNL_TYPE_U32) ? mnl_attr_get_u32(attribute) : 0;
}

/* A text that is too long is none. */
static void get_text(const struct nlattr *attribute, char *text, size_t size)
{
	if (is(attribute, MNL_TYPE_NUL_STRING) && mnl_attr_get_payload_len(attribute) <= size)
		memcpy(text, mnl_attr_get_payload(attribute), mnl_attr_get_payload_len(attribute));
}

static int read_data(const struct nlattr *attribute, void *into)
{
	struct reading *reading = into;

	/* The numbers of other kinds' data mean something else; only a bridge's are looked at. */
	if (mnl_attr_get_type(attribute) == IFLA_BR_VLAN_FILTERING && is(attribute, MNL_TYPE_U8))
		reading->vlan_filtering = mnl_attr_get_u8(attribute) != 0;
	return MNL_CB_OK;
}

static int read_info(const struct nlattr *attribute, void *into)
{
	struct reading *reading = into;

	switch (mnl_attr_get_type(attribute)) {
	case IFLA_INFO_KIND:
		get_text(attribute, reading->kind, sizeof(reading->kind));
		return MNL_CB_OK;
	case IFLA_INFO_DATA:
		return mnl_attr_parse_nested(attribute, read_data, reading);
	default:
		return MNL_CB_OK;
	}
}

static int read_xdp(const struct nlattr *attribute, void *into)
{
	struct reading *reading = into;

	if (mnl_attr_get_type(attribute) == IFLA_XDP_ATTACHED && is(attribute, MNL_TYPE_U8))
		reading->told.passed_by = mnl_attr_get_u8(attribute) != XDP_ATTACHED_NONE;
	return MNL_CB_OK;
}

static int read_member(const struct nlattr *attribute, void *into)
{
	struct reading *reading = into;
	struct link_message *told = &reading->told;

	switch (mnl_attr_get_type(attribute)) {
	case IFLA_IFNAME:
		get_text(attribute, told->name, sizeof(told->name));
		return MNL_CB_OK;
	case IFLA_ADDRESS:
		if (mnl_attr_get_payload_len(attribute) == LINK_MAC_SIZE)
			told->mac = link_mac(mnl_attr_get_payload(attribute));
		return MNL_CB_OK;
	case IFLA_MASTER:
		told->master = get_u32(attribute);
		return MNL_CB_OK;
	case IFLA_LINK:
		reading->end = get_u32(attribute);
		reading->without_end = is(attribute, MNL_TYPE_U32) && reading->end == 0;
		return MNL_CB_OK;
	case IFLA_LINK_NETNSID:
		if (is(attribute, MNL_TYPE_U32))
			told->peer_namespace = (int32_t)mnl_attr_get_u32(attribute);
		return MNL_CB_OK;
	case IFLA_LINKINFO:
		return mnl_attr_parse_nested(attribute, read_info, reading);
	case IFLA_XDP:
		return mnl_attr_parse_nested(attribute, read_xdp, reading);
	case IFLA_WIRELESS:
		reading->wireless = true;
		return MNL_CB_OK;
	default:
		return MNL_CB_OK;
	}
}

static enum link_kind kind_of(const struct reading *reading)
{
	if (strcmp(reading->kind, "veth") == 0 || strcmp(reading->kind, "netkit") == 0)
		return LINK_KIND_PAIR;
	if (strcmp(reading->kind, "bridge") == 0 && !reading->vlan_filtering)
		return LINK_KIND_BRIDGE;
	return LINK_KIND_OTHER;
}

bool link_message_is_answer(const struct nlmsghdr *header, uint32_t port)
{
	return header->nlmsg_pid == port &&
	       ((header->nlmsg_flags & NLM_F_MULTI) || header->nlmsg_type == NLMSG_ERROR);
}

bool link_message_read(const void *bytes, size_t length, struct link_message *told)
{
	struct reading reading = {.told = {.peer_namespace = LINK_NO_PEER}};
	const struct nlmsghdr *header = bytes;
	const struct ifinfomsg *info;

	/* mnl_nlmsg_ok() takes a length with the high bit for a negative one. */
	if (length < sizeof(*header) || length > INT32_MAX || header->nlmsg_len > length ||
	    !mnl_nlmsg_ok(header, (int)length) ||
	    mnl_nlmsg_get_payload_len(header) < sizeof(*info) ||
	    (header->nlmsg_type != RTM_NEWLINK && header->nlmsg_type != RTM_DELLINK))
		return false;
	info = mnl_nlmsg_get_payload(header);
	if (info->ifi_family != AF_UNSPEC || info->ifi_index <= 0 ||
	    mnl_attr_parse(header, sizeof(*info), read_member, &reading) < 0 || reading.wireless ||
	    reading.told.name[0] == '\0')
		return false;
	reading.told.gone = header->nlmsg_type == RTM_DELLINK;
	reading.told.index = (unsigned)info->ifi_index;
	reading.told.kind = kind_of(&reading);
	if (reading.told.kind == LINK_KIND_PAIR && reading.without_end &&
	    reading.told.peer_namespace == LINK_NO_PEER)
		reading.told.peer_namespace = LINK_PEER_GONE;
	if (reading.told.kind == LINK_KIND_PAIR && reading.told.peer_namespace == LINK_NO_PEER)
		reading.told.peer = reading.end;
	if (strcmp(reading.kind, "netkit") == 0)
		reading.told.passed_by = true;
	*told = reading.told;
	return true;
}
