#include "tests/unit/producers/flows/nat/lab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/transport.h"

static const uint64_t seed[FLOW_KEY_SEED_WORDS] = {1, 2, 3, 4, 5, 6, 7};
static struct translations *table;

struct translations *lab_table(void)
{
	return table;
}

struct when lab_at(int64_t ms)
{
	return (struct when){1795000000 * NS_PER_SECOND + ms * NS_PER_MS};
}

static struct flow_address address(const char *text)
{
	const char *colon = strrchr(text, ':');
	struct flow_address address = {.port = 0};
	unsigned port = 0;

	assert_int_equal(ip_parse(text, (size_t)(colon - text), &address.ip), 0);
	assert_int_equal(sscanf(colon + 1, "%u", &port), 1);
	address.port = (uint16_t)port;
	return address;
}

struct translations_tuple lab_tuple(const char *source, const char *destination)
{
	struct flow_address from = address(source), to = address(destination);

	return (struct translations_tuple){from.ip, to.ip, from.port, to.port};
}

/* A TCP connection of CLIENT to SERVICE, which the pod SERVER answers. */
struct translations_connection lab_connection(uint32_t id, const char *server)
{
	return (struct translations_connection){
		.id = id,
		.protocol = TRANSPORT_TCP,
		.original = lab_tuple(CLIENT, SERVICE),
		.reply = lab_tuple(server, CLIENT),
		.began = WHEN_MIN,
		.ended = WHEN_MIN,
	};
}

/* Conntrack's events, read at MS; those of before had been read. */
void lab_begin(struct translations_connection told, int64_t ms)
{
	translations_begin(table, &told, lab_at(ms));
	translations_drained(table, lab_at(ms));
}

void lab_end(struct translations_connection told, int64_t ms)
{
	translations_end(table, &told, lab_at(ms));
	translations_drained(table, lab_at(ms));
}

void lab_list(struct translations_connection told, int64_t ms)
{
	translations_listed(table, &told, lab_at(ms));
	translations_drained(table, lab_at(ms));
}

/* A connection that ended as TCP does, from its SYN on. */
struct flow lab_flow(const char *source, const char *destination, int64_t from, int64_t to)
{
	struct flow_address a = address(source), b = address(destination);

	return (struct flow){
		.start = lab_at(from),
		.end = lab_at(to),
		.protocol = TRANSPORT_TCP,
		.source = {.ip = a.ip,
			   .port = a.port,
			   .packets = 3,
			   .tcp_flags = TCP_SYN | TCP_FIN},
		.destination = {.ip = b.ip,
				.port = b.port,
				.packets = 3,
				.tcp_flags = TCP_SYN | TCP_FIN},
		.end_reason = FLOW_END_OF_FLOW,
		.initiator = FLOW_BY_SYN,
	};
}

static void assert_address(const struct flow_address *is, const char *should)
{
	struct flow_address wanted = address(should);

	assert_int_equal(ip_compare(&is->ip, &wanted.ip), 0);
	assert_int_equal(is->port, wanted.port);
}

void lab_assert_said(struct flow flow, enum flow_translated when, const char *source,
		     const char *destination)
{
	translations_find(table, &flow);
	assert_int_equal(flow.translation.when, when);
	assert_address(&flow.translation.source, source);
	assert_address(&flow.translation.destination, destination);
}

/* Nothing is said of a flow; UNSURE: but something might be so. */
void lab_assert_unsaid(struct flow flow, bool unsure)
{
	uint64_t before = translations_get_stats(table).unsure;

	translations_find(table, &flow);
	assert_int_equal(flow.translation.when, FLOW_TRANSLATED_UNKNOWN);
	assert_int_equal(translations_get_stats(table).unsure - before, unsure);
}

void lab_assert_answered_by(const char *server, int64_t from, int64_t to)
{
	lab_assert_said(lab_flow(CLIENT, SERVICE, from, to), FLOW_TRANSLATED_LATER, CLIENT, server);
}

int lab_start_of(size_t max)
{
	table = translations_new(max, REST_MS * NS_PER_MS, IDLE_MS * NS_PER_MS, seed, lab_at(0));
	assert_non_null(table);
	return 0;
}

int lab_start(void **state)
{
	(void)state;
	return lab_start_of(100);
}

int lab_finish(void **state)
{
	(void)state;
	translations_free(table);
	return 0;
}
