/* How much memory the messages of a connection take. */
#include "producers/flows/l7/l7.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/transport.h"

#define FLOWS 16384
#define CONNECTIONS 2048
#define REQUESTS 40
#define SLACK (256 << 10) /* what else the program touches meanwhile */
#define PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define SETTINGS "\0\0\0\4\0\0\0\0\0"

struct side {
	char bytes[256];
	size_t length;
	uint32_t next;
};

static size_t resident(void)
{
	unsigned long total = 0, pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%lu %lu", &total, &pages), 2);
	fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void put(struct side *side, const char *bytes, size_t length)
{
	assert_true(side->length + length <= sizeof(side->bytes));
	for (size_t i = 0; i < length; i++)
		side->bytes[side->length++] = bytes[i];
}

static void put_frame(struct side *side, char type, char flags, char stream, const char *payload,
		      size_t length)
{
	const char header[] = {0, 0, (char)length, type, flags, 0, 0, 0, stream};

	put(side, header, sizeof(header));
	put(side, payload, length);
}

static void say(struct l7 *l7, uint32_t *slot, struct side *side, unsigned direction, int64_t time)
{
	const uint32_t first = 1000;
	struct packet packet = {
		.time = {time},
		.protocol = TRANSPORT_TCP,
		.tcp_flags = TCP_ACK,
		.sequence = first + side->next,
		.acknowledgment = first,
		.payload = (uint32_t)side->length,
		.payload_captured = (uint32_t)side->length,
		.payload_bytes = (const uint8_t *)side->bytes,
	};

	l7_add(l7, slot, &packet, direction, &first);
	side->next += (uint32_t)side->length;
	side->length = 0;
}

/* Requests whose headers fill the tables of both sides, and whose responses' first and last bytes come
 * after times of all sizes. */
static void converse(struct l7 *l7, uint32_t *slot)
{
	/* :method GET, and a new field of one byte each. */
	static const char fields[] = "\x82\x40\1a\1b\x40\1a\1b\x40\1a\1b\x40\1a\1b";
	static const char answer[] = "\x88\x40\1a\1b\x40\1a\1b\x40\1a\1b\x40\1a\1b";
	struct side client = {.length = 0}, server = {.length = 0};
	int64_t time = INT64_C(1700000000) * NS_PER_SECOND;

	put(&client, PREFACE SETTINGS, sizeof(PREFACE SETTINGS) - 1);
	put(&server, SETTINGS, sizeof(SETTINGS) - 1);
	for (unsigned i = 0; i < REQUESTS; i++) {
		char stream = (char)(2 * i + 1);

		put_frame(&client, 1, 5, stream, fields, sizeof(fields) - 1);
		say(l7, slot, &client, 0, time);
		time += INT64_C(1) << i;
		put_frame(&server, 1, 4, stream, answer, sizeof(answer) - 1);
		say(l7, slot, &server, 1, time);
		put_frame(&server, 0, 1, stream, "", 0);
		say(l7, slot, &server, 1, time);
	}
}

static void test_a_connection_takes_at_most_its_room(void **state)
{
	struct l7 *l7 = l7_new(UINT32_MAX, FLOWS);
	uint32_t *slots = calloc(CONNECTIONS, sizeof(*slots));
	struct flow_l7 taken;
	size_t before, used;

	(void)state;
	assert_non_null(l7);
	assert_non_null(slots);
	before = resident();
	for (size_t i = 0; i < CONNECTIONS; i++)
		converse(l7, &slots[i]);
	used = resident() - before;
	print_message("%zu bytes for each of %d connections\n", used / CONNECTIONS, CONNECTIONS);
	assert_true(used <= (size_t)CONNECTIONS * CONNECTION_BYTES + SLACK);
	assert_int_equal(l7_get_stats(l7).refused, 0);
	for (size_t i = 0; i < CONNECTIONS; i++) {
		l7_take(l7, slots[i], 0, true, &taken);
		assert_int_equal(taken.protocol, FLOW_L7_HTTP2);
		assert_int_equal(taken.requests, REQUESTS);
		assert_int_equal(taken.responses, REQUESTS);
		l7_drop(l7, &slots[i]);
	}
	l7_free(l7);
	free(slots);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_connection_takes_at_most_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
