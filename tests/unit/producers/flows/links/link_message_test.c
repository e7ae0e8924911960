#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "producers/flows/links/link_message.h"

#define MAC "\x02\x00\x00\x00\x00\x01"

struct message {
	_Alignas(8) uint8_t bytes[1024];
	size_t length;
};

static struct message begin(uint16_t type, uint8_t family, int index)
{
	struct message message = {.length = NLMSG_LENGTH(sizeof(struct ifinfomsg))};
	struct nlmsghdr *header = (struct nlmsghdr *)(void *)message.bytes;
	struct ifinfomsg *info = NLMSG_DATA(header);

	header->nlmsg_type = type;
	info->ifi_family = family;
	info->ifi_index = index;
	return message;
}

/* Returns where the attribute is; with LENGTH 0 others may be put into it. */
static size_t add(struct message *message, uint16_t type, const void *bytes, size_t length)
{
	struct rtattr attribute = {(uint16_t)RTA_LENGTH(length), type};
	size_t at = message->length;

	memcpy(message->bytes + at, &attribute, sizeof(attribute));
	memcpy(message->bytes + at + RTA_LENGTH(0), bytes, length);
	message->length += RTA_SPACE(length);
	return at;
}

static void close_nest(struct message *message, size_t at)
{
	struct rtattr *attribute = (struct rtattr *)(void *)(message->bytes + at);

	attribute->rta_len = (uint16_t)(message->length - at);
}

static void add_kind(struct message *message, const char *kind, int vlan_filtering)
{
	size_t info = add(message, IFLA_LINKINFO, "", 0), data;
	uint8_t on = (uint8_t)vlan_filtering;

	add(message, IFLA_INFO_KIND, kind, strlen(kind) + 1);
	data = add(message, IFLA_INFO_DATA, "", 0);
	if (vlan_filtering >= 0)
		add(message, IFLA_BR_VLAN_FILTERING, &on, 1);
	close_nest(message, data);
	close_nest(message, info);
}

/* CUT bytes are missing, though the header promises them. */
static bool read_message(struct message *message, size_t cut, struct link_message *told)
{
	struct nlmsghdr *header = (struct nlmsghdr *)(void *)message->bytes;
	void *exact = malloc(message->length - cut); /* a sanitizer sees what is read behind it */
	bool good;

	assert_non_null(exact);
	header->nlmsg_len = (uint32_t)message->length;
	memcpy(exact, message->bytes, message->length - cut);
	good = link_message_read(exact, message->length - cut, told);
	free(exact);
	return good;
}

static void test_pair(void **state)
{
	struct message message = begin(RTM_NEWLINK, AF_UNSPEC, 7);
	const uint32_t master = 3;
	const int32_t peer = 0;
	struct link_message told;

	(void)state;
	add(&message, IFLA_IFNAME, "veth1", 6);
	add(&message, IFLA_ADDRESS, MAC, 6);
	add(&message, IFLA_MASTER, &master, 4);
	add(&message, IFLA_LINK_NETNSID, &peer, 4);
	add_kind(&message, "veth", -1);
	assert_true(read_message(&message, 0, &told));
	assert_false(told.gone);
	assert_int_equal(told.index, 7);
	assert_string_equal(told.name, "veth1");
	assert_int_equal(told.mac, link_mac((const uint8_t *)MAC));
	assert_int_equal(told.master, 3);
	assert_int_equal(told.kind, LINK_KIND_PAIR);
	assert_int_equal(told.peer_namespace, 0);
	assert_int_equal(told.peer, 0);
	assert_false(told.passed_by);
	for (size_t cut = 1; cut < message.length; cut++)
		assert_false(read_message(&message, cut, &told));
}

static void test_ends(void **state)
{
	struct message both = begin(RTM_NEWLINK, AF_UNSPEC, 7), dying = both, one = both;
	const uint32_t peer = 8, none = 0;
	struct link_message told;

	(void)state;
	add(&both, IFLA_IFNAME, "a", 2);
	add(&both, IFLA_LINK, &peer, 4);
	add_kind(&both, "veth", -1);
	assert_true(read_message(&both, 0, &told));
	assert_int_equal(told.peer_namespace, LINK_NO_PEER);
	assert_int_equal(told.peer, 8);
	add(&dying, IFLA_IFNAME, "a", 2);
	add(&dying, IFLA_LINK, &none, 4);
	add_kind(&dying, "veth", -1);
	assert_true(read_message(&dying, 0, &told));
	assert_int_equal(told.peer_namespace, LINK_PEER_GONE);
	/* No kind of pair. */
	add(&one, IFLA_IFNAME, "a", 2);
	add(&one, IFLA_LINK, &none, 4);
	assert_true(read_message(&one, 0, &told));
	assert_int_equal(told.peer_namespace, LINK_NO_PEER);
}

static void test_kinds(void **state)
{
	static const struct {
		const char *kind;
		int vlan_filtering;
		enum link_kind read;
	} kinds[] = {
		{"veth", -1, LINK_KIND_PAIR},
		{"netkit", -1, LINK_KIND_PAIR},
		{"bridge", 0, LINK_KIND_BRIDGE},
		{"bridge", -1, LINK_KIND_BRIDGE},
		{"bridge", 1, LINK_KIND_OTHER},
		{"openvswitch", -1, LINK_KIND_OTHER},
		{"ipvlan", -1, LINK_KIND_OTHER},
		{"a kind with a name too long", -1, LINK_KIND_OTHER},
	};
	struct link_message told;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct message message = begin(RTM_NEWLINK, AF_UNSPEC, 1);

		add(&message, IFLA_IFNAME, "a", 2);
		add_kind(&message, kinds[i].kind, kinds[i].vlan_filtering);
		assert_true(read_message(&message, 0, &told));
		assert_int_equal(told.kind, kinds[i].read);
		assert_int_equal(told.peer_namespace, LINK_NO_PEER);
		assert_int_equal(told.mac, 0);
	}
}

static void test_passed_by(void **state)
{
	static const uint8_t modes[] = {XDP_ATTACHED_NONE, XDP_ATTACHED_SKB};
	struct message netkit = begin(RTM_NEWLINK, AF_UNSPEC, 1);
	struct link_message told;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct message message = begin(RTM_NEWLINK, AF_UNSPEC, 1);
		size_t xdp;

		add(&message, IFLA_IFNAME, "a", 2);
		add_kind(&message, "veth", -1);
		xdp = add(&message, IFLA_XDP, "", 0);
		add(&message, IFLA_XDP_ATTACHED, &modes[i], 1);
		close_nest(&message, xdp);
		assert_true(read_message(&message, 0, &told));
		assert_int_equal(told.passed_by, i);
	}
	add(&netkit, IFLA_IFNAME, "a", 2);
	add_kind(&netkit, "netkit", -1);
	assert_true(read_message(&netkit, 0, &told));
	assert_true(told.passed_by);
}

static void test_gone(void **state)
{
	struct message gone = begin(RTM_DELLINK, AF_UNSPEC, 2);
	struct message port = begin(RTM_DELLINK, AF_BRIDGE, 2);
	struct link_message told;

	(void)state;
	add(&gone, IFLA_IFNAME, "veth1", 6);
	add(&port, IFLA_IFNAME, "veth1", 6);
	assert_true(read_message(&gone, 0, &told));
	assert_true(told.gone);
	/* It left its bridge, and is there. */
	assert_false(read_message(&port, 0, &told));
}

static void test_refused(void **state)
{
	struct message address = begin(RTM_NEWADDR, AF_UNSPEC, 2);
	struct message wireless = begin(RTM_NEWLINK, AF_UNSPEC, 2);
	struct message nameless = begin(RTM_NEWLINK, AF_UNSPEC, 2);
	struct message zero = begin(RTM_NEWLINK, AF_UNSPEC, 0);
	struct link_message told;

	(void)state;
	add(&address, IFLA_IFNAME, "a", 2);
	add(&wireless, IFLA_IFNAME, "a", 2);
	add(&wireless, IFLA_WIRELESS, "abcd", 4);
	add(&nameless, IFLA_IFNAME, "a name with sixteen letters", 17);
	add(&zero, IFLA_IFNAME, "a", 2);
	assert_false(read_message(&address, 0, &told));
	assert_false(read_message(&wireless, 0, &told));
	assert_false(read_message(&nameless, 0, &told));
	assert_false(read_message(&zero, 0, &told));
}

static void test_answer(void **state)
{
	struct message listed = begin(RTM_NEWLINK, AF_UNSPEC, 2);
	struct nlmsghdr *header = (struct nlmsghdr *)(void *)listed.bytes;

	(void)state;
	header->nlmsg_pid = 77;
	assert_false(link_message_is_answer(header, 77)); /* of another namespace's port 77 */
	header->nlmsg_flags = NLM_F_MULTI;
	assert_true(link_message_is_answer(header, 77));
	assert_false(link_message_is_answer(header, 78));
	header->nlmsg_flags = 0;
	header->nlmsg_type = NLMSG_ERROR;
	assert_true(link_message_is_answer(header, 77));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pair),    cmocka_unit_test(test_ends),
		cmocka_unit_test(test_kinds),   cmocka_unit_test(test_gone),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_passed_by),
		cmocka_unit_test(test_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
