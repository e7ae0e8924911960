/* A small model of conntrack, and of a capture that sees each packet a little earlier: whatever a flow is
 * said to be, every packet of it was that. One tuple is used again and again, translated to one of two
 * servers or not at all; connections are deleted at random; events are read late, and sometimes lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "producers/flows/nat/translations.h"

#define STEPS 40000 /* packets of one run */
#define RUNS 24
#define WAITING 4096
#define IDLE_MS 2000
#define LAG_MS 90 /* from the capture of a packet to conntrack, at most */
#define NOBODY 3  /* the packet is in no connection */

/* What conntrack has for the tuple; SERVER 0: it is not translated. */
struct entry {
	bool there, closed, silent;
	uint32_t id;
	unsigned server;
	int64_t began, used;
};

struct event {
	bool ended;
	int64_t ms, stamp;
	struct entry entry;
};

struct seen {
	bool open;
	struct flow flow;
	unsigned servers; /* a bit for each that had one of its packets */
};

struct model {
	uint64_t chance;
	bool stamps, tcp, silent; /* SILENT: connections of before a list report no end */
	int64_t now;
	unsigned rule; /* where conntrack sends a new connection */
	struct entry entry;
	uint32_t ids;
	uint32_t reported; /* the last that was reported to begin */
	struct event events[WAITING];
	size_t waiting;
	struct seen current;
	struct seen over[WAITING];
	size_t count;
	struct translations *table;
	uint64_t said, unsaid;
};

static unsigned roll(struct model *m, unsigned sides)
{
	m->chance = m->chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(m->chance >> 33) % sides;
}

static struct when at(int64_t ms)
{
	return (struct when){1795000000 * NS_PER_SECOND + ms * NS_PER_MS};
}

static struct ip address(unsigned last)
{
	const uint8_t bytes[4] = {10, 0, 0, (uint8_t)last};

	return ip_from_v4(bytes);
}

static struct translations_connection told(const struct model *m, const struct event *event)
{
	const struct entry *e = &event->entry;
	uint16_t port = e->server == 0 ? 80 : 8080;

	return (struct translations_connection){
		.id = e->id,
		.protocol = m->tcp ? TRANSPORT_TCP : TRANSPORT_UDP,
		.original = {address(1), address(9), 4000, 80},
		.reply = {address(e->server == 0 ? 9 : 10 + e->server), address(1), port, 4000},
		.began = m->stamps && event->ended ? at(e->began) : WHEN_MIN,
		.ended = m->stamps && event->ended ? at(event->stamp) : WHEN_MIN,
	};
}

static void report(struct model *m, bool ended, int64_t ms, int64_t stamp)
{
	assert_true(m->waiting < WAITING);
	m->events[m->waiting++] = (struct event){ended, ms, stamp, m->entry};
}

static void end_entry(struct model *m, int64_t ms, int64_t stamp)
{
	m->entry.there = false;
	report(m, true, ms, stamp);
}

/* Conntrack has a packet. Returns who gets it. */
static unsigned handle(struct model *m, int64_t ms, bool syn, bool reset)
{
	struct entry *e = &m->entry;
	int64_t rest = !m->tcp ? 3000 : e->closed ? 10000 : 3600000;

	if (e->there && e->used + rest < ms)
		end_entry(m, ms, e->used + rest);
	if (e->there && e->closed && syn)
		end_entry(m, ms, ms);
	if (!e->there) {
		if (reset || (m->tcp && !syn && roll(m, 2) == 0))
			return NOBODY;
		*e = (struct entry){.there = true, .id = ++m->ids, .server = m->rule, .began = ms};
		report(m, false, ms, 0);
	}
	e->used = ms;
	e->closed |= reset;
	return e->server;
}

/* ---- Flows ---- */

static void end_flow(struct model *m, enum flow_end_reason reason)
{
	if (!m->current.open)
		return;
	m->current.flow.end_reason = reason;
	assert_true(m->count < WAITING);
	m->over[m->count++] = m->current;
	m->current.open = false;
}

static void capture(struct model *m, int64_t ms, bool syn, bool reset, unsigned server)
{
	struct seen *s = &m->current;

	if (s->open && when_since(at(ms), s->flow.end) > IDLE_MS * NS_PER_MS)
		end_flow(m, FLOW_IDLE_TIMEOUT);
	if (syn)
		end_flow(m, FLOW_END_OF_FLOW);
	if (!s->open)
		*s = (struct seen){
			.open = true,
			.flow = {.start = at(ms),
				 .protocol = m->tcp ? TRANSPORT_TCP : TRANSPORT_UDP,
				 .initiator = syn ? FLOW_BY_SYN : FLOW_BY_NOTHING,
				 .source = {.ip = address(1), .port = 4000},
				 .destination = {.ip = address(9), .port = 80}},
		};
	s->flow.end = at(ms);
	s->servers |= 1u << server;
	s->flow.source.packets++;
	s->flow.source.tcp_flags |= (uint8_t)((syn ? TCP_SYN : TCP_ACK) | (reset ? TCP_RST : 0));
}

/* The server, if there is one, answers a packet that conntrack had at MS. */
static void answer(struct model *m, int64_t ms, bool syn, unsigned server)
{
	struct seen *s = &m->current;

	if (server == NOBODY || roll(m, 2) == 0)
		return;
	m->now = ms + roll(m, 3);
	s->flow.end = at(m->now);
	s->flow.destination.packets++;
	s->flow.destination.tcp_flags |= syn ? TCP_SYN | TCP_ACK : TCP_ACK;
}

static void judge(struct model *m)
{
	for (size_t i = 0; i < m->count; i++) {
		struct seen *s = &m->over[i];
		const struct flow_translation *said = &s->flow.translation;

		translations_find(m->table, &s->flow);
		if (said->when == FLOW_TRANSLATED_UNKNOWN) {
			m->unsaid += (s->servers & 6) != 0;
			continue;
		}
		m->said++;
		assert_int_equal(said->when, FLOW_TRANSLATED_LATER);
		/* Packets of nobody went nowhere. */
		s->servers &= ~(1u << NOBODY);
		assert_int_equal(s->servers, 1u << (said->destination.ip.bytes[15] - 10));
	}
	m->count = 0;
}

/* ---- Reading ---- */

static void read_events(struct model *m)
{
	bool lose = m->waiting > 0 && roll(m, 60) == 0;

	if (lose)
		translations_losing(m->table);
	for (size_t i = 0; i < m->waiting; i++) {
		struct translations_connection c = told(m, &m->events[i]);

		if (lose && roll(m, 2) == 0)
			continue;
		if (m->events[i].ended && !m->events[i].entry.silent)
			translations_end(m->table, &c, at(m->now));
		else if (!m->events[i].ended)
			translations_begin(m->table, &c, at(m->now));
		if (!m->events[i].ended)
			m->reported = c.id;
	}
	m->waiting = 0;
	if (lose)
		translations_lost(m->table, at(m->now));
	translations_drained(m->table, at(m->now));
	if (!lose)
		return;
	translations_list(m->table, at(m->now));
	if (m->entry.there) {
		struct event event = {.entry = m->entry};
		struct translations_connection c = told(m, &event);

		if (m->stamps)
			c.began = at(m->entry.began);
		translations_listed(m->table, &c, at(m->now));
		m->entry.silent = m->silent && m->reported != c.id && roll(m, 2) == 0;
	}
}

/* A packet, and what may happen around it. */
static void step(struct model *m)
{
	static const unsigned pauses[] = {1, 5, 20, 100, 400, 1500, 5000, 12000};
	bool syn = m->tcp && roll(m, 4) == 0, reset = m->tcp && !syn && roll(m, 6) == 0;
	int64_t captured = m->now + 1 + roll(m, pauses[roll(m, 8)]);
	unsigned server;
	int64_t handled = captured + (roll(m, 3) == 0 ? roll(m, LAG_MS) : 0);

	if (m->current.open && (m->current.flow.source.tcp_flags & TCP_RST)) {
		syn = true;
		reset = false;
	}
	if (roll(m, 10) == 0)
		m->rule = roll(m, 3);
	if (roll(m, 30) == 0 && m->entry.there)
		end_entry(m, m->now, m->now);
	/* What was captured before conntrack has it may be read before, too. */
	m->now = captured;
	if (roll(m, 4) == 0)
		read_events(m);
	m->now = handled;
	if (roll(m, 40) == 0 && m->entry.there)
		end_entry(m, m->now, m->now);
	server = handle(m, handled, syn, reset);
	capture(m, captured, syn, reset, server);
	/* A SYN in the midst of a connection is not answered with one. */
	answer(m, handled, syn && m->entry.began == handled, server);
	if (roll(m, 2) == 0)
		read_events(m);
	if (roll(m, 3) == 0)
		judge(m);
}

static void what_is_said_is_so(void **state)
{
	static const uint64_t seed[FLOW_KEY_SEED_WORDS] = {1, 2, 3, 4, 5, 6, 7};
	static struct model m;
	uint64_t said = 0, unsaid = 0;

	(void)state;
	for (unsigned run = 0; run < RUNS; run++) {
		memset(&m, 0, sizeof(m));
		m.chance = run;
		m.stamps = run % 2;
		m.tcp = run / 2 % 2;
		m.silent = run / 4 % 2;
		m.table =
			translations_new(64, 120 * NS_PER_SECOND, IDLE_MS * NS_PER_MS, seed, at(0));
		assert_non_null(m.table);
		for (unsigned i = 0; i < STEPS; i++)
			step(&m);
		translations_free(m.table);
		said += m.said;
		unsaid += m.unsaid;
	}
	assert_true(said > unsaid / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_said_is_so)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
