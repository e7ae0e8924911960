#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>

#include "common/base/transport.h"
#include "producers/flows/nat/conntrack_message.h"

#define NESTED 0x8000

/* Attributes of a message, the outermost first; a nested one holds those behind it up to DEPTH less. */
struct attribute {
	unsigned depth, type;
	const char *bytes; /* NULL: nested */
	size_t length;
};

#define BYTES(text) (text), sizeof(text) - 1
#define TUPLE(type, source, destination, sport, dport, protocol)                            \
	{0, type, NULL, 0}, {1, CTA_TUPLE_IP, NULL, 0}, {2, CTA_IP_V4_SRC, BYTES(source)},  \
		{2, CTA_IP_V4_DST, BYTES(destination)}, {1, CTA_TUPLE_PROTO, NULL, 0},      \
		{2, CTA_PROTO_NUM, BYTES(protocol)}, {2, CTA_PROTO_SRC_PORT, BYTES(sport)}, \
	{                                                                                   \
		2, CTA_PROTO_DST_PORT, BYTES(dport)                                         \
	}
#define CLIENT "\x0a\x09\x00\x01"
#define SERVICE "\x0a\x60\x00\x0a"
#define POD "\x0a\x09\x00\x0b"

static size_t put(uint8_t *at, const struct attribute *a, size_t count, size_t *done)
{
	struct nlattr header = {.nla_len = sizeof(header), .nla_type = (uint16_t)a->type};
	size_t length = sizeof(header), i = *done;

	if (a->bytes != NULL) {
		memcpy(at + length, a->bytes, a->length);
		length += a->length;
	}
	for (*done = i + 1; a->bytes == NULL && *done < count && a[*done - i].depth > a->depth;)
		length += put(at + length, a + (*done - i), count, done);
	if (a->bytes == NULL)
		header.nla_type |= NESTED;
	header.nla_len = (uint16_t)length;
	memcpy(at, &header, sizeof(header));
	return (length + 3) & ~(size_t)3;
}

static bool read_message(const struct attribute *a, size_t count, size_t cut,
			 struct translations_connection *told)
{
	static _Alignas(8) uint8_t message[1024];
	struct nlmsghdr header = {.nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8};
	size_t length = sizeof(header) + 4, done = 0;
	uint8_t *exact;
	bool good;

	memset(message, 0, sizeof(message));
	while (done < count)
		length += put(message + length, a + done, count, &done);
	header.nlmsg_len = (uint32_t)length;
	memcpy(message, &header, sizeof(header));
	length -= cut;
	exact = malloc(length); /* a sanitizer sees what is read behind it */
	assert_non_null(exact);
	memcpy(exact, message, length);
	good = conntrack_message_read(exact, length, told);
	free(exact);
	return good;
}

static void assert_ip(const struct ip *ip, const char *bytes)
{
	struct ip wanted = ip_from_v4((const uint8_t *)bytes);

	assert_int_equal(ip_compare(ip, &wanted), 0);
}

static void reads_a_translated_connection(void **state)
{
	static const struct attribute message[] = {
		TUPLE(CTA_TUPLE_ORIG, CLIENT, SERVICE, "\x0f\xa0", "\x00\x50", "\x06"),
		TUPLE(CTA_TUPLE_REPLY, POD, CLIENT, "\x1f\x90", "\x0f\xa0", "\x06"),
		{0, CTA_ID, BYTES("\x01\x02\x03\x04")},
		{0, CTA_TIMESTAMP, NULL, 0},
		{1, CTA_TIMESTAMP_START, BYTES("\x18\xe9\x2a\x00\x00\x00\x00\x00")},
		{1, CTA_TIMESTAMP_STOP, BYTES("\x18\xe9\x2a\x00\x00\x00\x00\x01")},
	};
	const size_t count = sizeof(message) / sizeof(message[0]);
	struct translations_connection told;

	(void)state;
	assert_true(read_message(message, count, 0, &told));
	assert_int_equal(told.protocol, TRANSPORT_TCP);
	assert_int_equal(told.zone, 0);
	assert_ip(&told.original.source, CLIENT);
	assert_ip(&told.original.destination, SERVICE);
	assert_int_equal(told.original.source_port, 4000);
	assert_int_equal(told.original.destination_port, 80);
	assert_ip(&told.reply.source, POD);
	assert_ip(&told.reply.destination, CLIENT);
	assert_int_equal(told.reply.source_port, 8080);
	assert_int_equal(told.reply.destination_port, 4000);
	assert_int_equal(told.began.ns, INT64_C(0x18e92a0000000000));
	assert_int_equal(when_since(told.ended, told.began), 1);
	for (size_t cut = 1; cut < 140; cut += 4)
		assert_false(read_message(message, count, cut, &told));
	assert_true(read_message(message, 16, 0, &told));
	assert_true(when_is_min(told.began) && when_is_min(told.ended));
}

static void reads_the_zones(void **state)
{
	struct attribute message[] = {
		TUPLE(CTA_TUPLE_ORIG, CLIENT, SERVICE, "\x0f\xa0", "\x00\x50", "\x11"),
		{1, CTA_TUPLE_ZONE, BYTES("\x00\x05")},
		TUPLE(CTA_TUPLE_REPLY, POD, CLIENT, "\x1f\x90", "\x0f\xa0", "\x11"),
		{0, CTA_ZONE, BYTES("\x00\x07")},
	};
	const size_t count = sizeof(message) / sizeof(message[0]);
	struct translations_connection told;

	(void)state;
	assert_true(read_message(message, count - 1, 0, &told));
	assert_int_equal(told.zone, 5);
	message[8].type = CTA_TUPLE_MAX;
	assert_true(read_message(message, count, 0, &told));
	assert_int_equal(told.zone, 7 << 16 | 7);
}

static void refuses_what_is_not_a_connection_with_ports(void **state)
{
	struct attribute message[] = {
		TUPLE(CTA_TUPLE_ORIG, CLIENT, SERVICE, "\x0f\xa0", "\x00\x50", "\x06"),
		TUPLE(CTA_TUPLE_REPLY, POD, CLIENT, "\x1f\x90", "\x0f\xa0", "\x06"),
	};
	const size_t count = sizeof(message) / sizeof(message[0]);
	struct translations_connection told;

	(void)state;
	assert_true(read_message(message, count, 0, &told));
	assert_false(read_message(message, 8, 0, &told));
	for (size_t i = 0; i < count; i++) {
		struct attribute right = message[i];

		if (right.bytes == NULL)
			continue;
		message[i].length--; /* too short for its type */
		assert_false(read_message(message, count, 0, &told));
		message[i] = right;
	}
	message[5].bytes = message[13].bytes = "\x01"; /* ICMP */
	assert_false(read_message(message, count, 0, &told));
	message[13].bytes = "\x06";
	assert_false(read_message(message, count, 0, &told));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_translated_connection),
		cmocka_unit_test(reads_the_zones),
		cmocka_unit_test(refuses_what_is_not_a_connection_with_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
