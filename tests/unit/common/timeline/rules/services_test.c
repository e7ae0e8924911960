/* docs/answers.md section 7: which services an end belongs to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "common/timeline/rules/offset.h"
#include "common/timeline/rules/services.h"
#include "tests/unit/quoted.h"

#define TCP 6
#define UDP 17

static const char tcp_80[] = {TCP, 0, 80};
static const char tcp_any[] = {TCP, 0, 0};

static struct when s(int64_t tenths)
{
	return (struct when){tenths * NS_PER_SECOND / 10};
}

/* A membership from OPENING to CLOSING (tenths of a second, -1 for open), whose offsets are the
 * same numbers. */
static struct membership row(const char *service, const char *uid, const char *ports,
			     int64_t opening, int64_t closing)
{
	return (struct membership){
		.service = span_of(service),
		.uid = span_of(uid),
		.ports = {ports, ports ? 3u : 0u},
		.opening = s(opening),
		.closing = closing < 0 ? WHEN_MAX : s(closing),
		.opened_offset = (uint64_t)opening,
		.closed_offset = closing < 0 ? OFFSET_NEVER : (uint64_t)closing,
	};
}

static struct services_question question(enum holder_kind kind, int32_t port, int64_t start,
					 int64_t end)
{
	return (struct services_question){
		.kind = kind,
		.serves = true,
		.port = port,
		.transport = TCP,
		.start = s(start),
		.end = s(end),
		.position = 9999,
	};
}

/* The services of the holder whose uid is "a". */
static void find(const struct membership *rows, size_t count, const struct node_ports *ports,
		 const struct services_question *asked, struct services *services)
{
	uint32_t which[SERVICES_MAX + 1];
	struct memberships memberships = {rows, count, which, 0};

	memberships.which_count =
		services_of_holder(&memberships, asked->kind, span_of("a"), which);
	services_find(&memberships, ports, asked, services);
}

static void assert_services(const struct membership *rows, size_t count,
			    const struct node_ports *ports, const struct services_question *asked,
			    const char *expected)
{
	struct services services;
	struct text out;

	find(rows, count, ports, asked, &services);
	text_init(&out, 1 << 16);
	services_add_json(&services, &out);
	assert_string_equal(text_terminate(&out), expected);
	text_free(&out);
}

#define ONE(name) ",'service':{'name':'" name "','namespace':'shop'}"

static void a_membership_counts_while_it_is_open(void **state)
{
	struct membership rows[] = {row("shop/web", "a", tcp_80, 100, 200)};
	static const struct {
		int64_t start, end;
		uint64_t position;
		bool in;
	} cases[] = {
		{50, 99, 9999, false},  {50, 100, 9999, true},   {150, 160, 9999, true},
		{200, 210, 9999, true}, {201, 210, 9999, false}, {201, 210, 199, true},
		{150, 160, 99, false},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct services_question asked =
			question(HOLDER_POD, 80, cases[c].start, cases[c].end);

		asked.position = cases[c].position;
		assert_services(rows, 1, NULL, &asked,
				cases[c].in ? quoted(ONE("web") ",'services':['shop/web']") : "");
	}
}

static void a_service_has_the_first_hostname(void **state)
{
	struct membership rows[] = {
		row("shop/web", "a", tcp_80, 100, 200),
		row("shop/web", "a", tcp_any, 100, 200),
		row("shop/web", "a", tcp_any, 100, 200),
	};
	struct services_question asked = question(HOLDER_POD, 80, 150, 160);
	struct services services;

	(void)state;
	rows[1].hostname = span_of("web-1");
	rows[2].hostname = span_of("web-0");
	find(rows, 3, NULL, &asked, &services);
	assert_int_equal(services.count, 1);
	assert_true(span_equal(services.list[0].hostname, span_of("web-0")));
}

static void a_pause_of_five_seconds_is_bridged(void **state)
{
	struct membership rows[] = {
		row("shop/web", "a", tcp_80, 100, 200),
		row("shop/web", "a", tcp_80, 250, 300),
		row("shop/web", "a", tcp_80, 351, 400),
	};
	static const struct {
		int64_t at;
		uint64_t position;
		bool in;
	} cases[] = {
		{220, 9999, true},
		{220, 249, false},
		{320, 9999, false},
		{360, 9999, true},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct services_question asked = question(HOLDER_POD, 80, cases[c].at, cases[c].at);

		asked.position = cases[c].position;
		assert_services(rows, 3, NULL, &asked,
				cases[c].in ? quoted(ONE("web") ",'services':['shop/web']") : "");
	}
}

static void a_service_is_singled_out_by_its_port(void **state)
{
	struct membership rows[] = {
		row("shop/admin", "a", NULL, 100, -1), row("shop/api", "", tcp_80, 100, -1),
		row("shop/web", "b", tcp_80, 100, -1), /* of another pod */
	};
	struct services_question asked = question(HOLDER_POD, 80, 150, 160);

	(void)state;
	assert_services(rows, 3, NULL, &asked,
			quoted(ONE("api") ",'services':['shop/admin','shop/api']"));
	asked.port = 81;
	assert_services(rows, 3, NULL, &asked, quoted(ONE("admin") ",'services':['shop/admin']"));
	asked.port = 80;
	asked.transport = UDP;
	assert_services(rows, 3, NULL, &asked, quoted(ONE("admin") ",'services':['shop/admin']"));
	rows[0].ports = (struct span){tcp_any, 3};
	asked.transport = TCP;
	assert_services(rows, 3, NULL, &asked, quoted(",'services':['shop/admin','shop/api']"));
	asked.port = -1;
	assert_services(rows, 1, NULL, &asked, quoted(ONE("admin") ",'services':['shop/admin']"));
}

static void a_node_has_the_services_of_its_port(void **state)
{
	struct membership rows[] = {
		row("shop/web", "b", tcp_80, 100, -1),
		row("shop/zoo", "", NULL, 100, -1),
	};
	struct node_ports ports = {0};
	struct node_port port = {.protocol = TCP,
				 .port = 30080,
				 .opened_offset = 100,
				 .closed_offset = 200,
				 .from = s(100),
				 .to = s(200)};
	struct services_question asked = question(HOLDER_NODE, 80, 150, 160);

	(void)state;
	assert_int_equal(node_ports_add(&ports, &port, span_of("shop/front")), 0);
	assert_services(rows, 2, &ports, &asked, quoted(ONE("web") ",'services':['shop/web']"));
	asked.port = 30080;
	assert_services(rows, 2, &ports, &asked, quoted(ONE("front") ",'services':['shop/front']"));
	asked.start = asked.end = s(201);
	assert_services(rows, 2, &ports, &asked, "");
	asked.position = 199;
	assert_services(rows, 2, &ports, &asked, quoted(ONE("front") ",'services':['shop/front']"));
	asked.start = asked.end = s(99);
	assert_services(rows, 2, &ports, &asked, "");
	node_ports_free(&ports);
}

/* A port of an end that does not serve can be any number. */
static void a_port_proves_a_service_only_for_an_end_that_serves(void **state)
{
	struct membership rows[] = {
		row("shop/admin", "a", NULL, 100, -1),
		row("shop/api", "", tcp_80, 100, -1),
		row("shop/web", "a", tcp_80, 100, -1),
	};
	struct services_question asked = question(HOLDER_POD, 80, 150, 160);

	(void)state;
	assert_services(rows, 3, NULL, &asked,
			quoted(",'services':['shop/admin','shop/api','shop/web']"));
	asked.serves = false;
	assert_services(rows, 3, NULL, &asked,
			quoted(ONE("web") ",'services':['shop/admin','shop/web']"));
	assert_services(rows, 1, NULL, &asked, quoted(",'services':['shop/admin']"));
	asked.began = true;
	assert_services(rows, 3, NULL, &asked, quoted(",'services':['shop/admin','shop/web']"));
	assert_services(rows, 1, NULL, &asked, quoted(ONE("admin") ",'services':['shop/admin']"));
	asked.kind = HOLDER_NODE;
	assert_services(rows, 3, NULL, &asked, "");
}

static void an_end_outside_has_the_services_of_its_port(void **state)
{
	struct membership rows[] = {
		row("shop/db", "", tcp_80, 100, 200),
		row("shop/web", "b", tcp_80, 100, -1),
	};
	struct services_question asked = question(HOLDER_NODE, 80, 150, 160);
	struct services services;

	(void)state;
	services_find_all(rows, 2, &asked, &services);
	assert_int_equal(services.count, 2);
	asked.serves = false;
	services_find_all(rows, 2, &asked, &services);
	assert_int_equal(services.count, 0);
	asked.port = 81;
	asked.serves = true;
	services_find_all(rows, 2, &asked, &services);
	assert_int_equal(services.count, 0);
}

static void services_with_a_shared_address_are_told_apart_by_port(void **state)
{
	struct membership rows[] = {
		row("shop/web", "svc-web", tcp_80, 100, 200),
		row("shop/zoo", "svc-zoo", NULL, 100, -1),
	};
	struct services_question asked = question(HOLDER_SERVICE, 80, 150, 160);

	(void)state;
	assert_true(services_shared_port(rows, 2, span_of("svc-web"), &asked));
	assert_false(services_shared_port(rows, 2, span_of("svc-zoo"), &asked));
	asked.transport = UDP;
	assert_false(services_shared_port(rows, 2, span_of("svc-web"), &asked));
	asked.transport = TCP;
	asked.start = asked.end = s(201);
	assert_false(services_shared_port(rows, 2, span_of("svc-web"), &asked));
}

static void more_than_the_limit_are_cut(void **state)
{
	struct membership rows[SERVICES_MAX + 1];
	char names[SERVICES_MAX + 1][16];
	struct services_question asked = question(HOLDER_POD, 80, 150, 160);
	struct services services;

	(void)state;
	for (size_t r = 0; r <= SERVICES_MAX; r++) {
		snprintf(names[r], sizeof(names[r]), "shop/s%03zu", r);
		rows[r] = row(names[r], "a", r == 0 ? tcp_80 : NULL, 100, -1);
	}
	find(rows, SERVICES_MAX + 1, NULL, &asked, &services);
	assert_int_equal(services.count, SERVICES_MAX);
	assert_true(services.cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_membership_counts_while_it_is_open),
		cmocka_unit_test(a_service_has_the_first_hostname),
		cmocka_unit_test(a_pause_of_five_seconds_is_bridged),
		cmocka_unit_test(a_service_is_singled_out_by_its_port),
		cmocka_unit_test(a_node_has_the_services_of_its_port),
		cmocka_unit_test(a_port_proves_a_service_only_for_an_end_that_serves),
		cmocka_unit_test(an_end_outside_has_the_services_of_its_port),
		cmocka_unit_test(services_with_a_shared_address_are_told_apart_by_port),
		cmocka_unit_test(more_than_the_limit_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
