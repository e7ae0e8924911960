/* Answers that are given again, as bytes. */
#include "sink/lookup/dns/dns_responder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/common/timeline/timeline_fed.h"
#include "tests/unit/sink/lookup/dns/dns_cluster.h"

#define HEADER_SIZE 12
#define ANSWERS_AT 7 /* the low byte of their number */

/* Asks for NAME, and expects its spelling in the answer. Returns the answer's length. */
static size_t ask(struct dns_responder *responder, const char *name, uint16_t type,
		  uint8_t answer[static 512])
{
	uint8_t bytes[512];
	size_t length = dns_cluster_packet(name, type, false, bytes);
	struct dns_reply reply =
		dns_responder_reply(responder, bytes, length, DNS_UDP, true, dns_cluster_at(101));

	assert_int_equal(reply.status, DNS_REPLY_READY);
	assert_in_range(reply.length, length, 512);
	assert_memory_equal(reply.bytes + HEADER_SIZE, bytes + HEADER_SIZE, length - HEADER_SIZE);
	memcpy(answer, reply.bytes, reply.length);
	return reply.length;
}

static void a_name_in_another_case_has_the_same_answer(void **state)
{
	static const struct {
		const char *name, *other;
	} cases[] = {
		{"web.shop.svc.cluster.local", "WEB.shop.svc.Cluster.LOCAL"},
		{"no.shop.svc.cluster.local", "NO.shop.SVC.cluster.local"}, /* with a SOA */
	};
	struct timeline *timeline = dns_cluster_open();
	const struct dns_source source = {.timeline = timeline,
					  .zones = {"cluster.local", "tenure.internal"}};
	struct dns_responder *responder = dns_responder_open(&source);
	uint8_t first[512], again[512];

	(void)state;
	assert_non_null(responder);
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		size_t after = HEADER_SIZE + strlen(cases[c].name) + 2;
		size_t length = ask(responder, cases[c].name, DNS_TYPE_A, first);

		assert_int_equal(ask(responder, cases[c].other, DNS_TYPE_A, again), length);
		assert_memory_equal(again, first, HEADER_SIZE);
		assert_memory_equal(again + after, first + after, length - after);
		assert_int_equal(dns_responder_stats(responder).cached, c + 1);
	}
	dns_responder_close(responder);
	timeline_close(timeline);
}

/* Types 0x41 and 0x61 are the same letter in another case. */
static void only_the_name_has_a_case(void **state)
{
	struct timeline *timeline = dns_cluster_open();
	const struct dns_source source = {.timeline = timeline,
					  .zones = {"cluster.local", "tenure.internal"}};
	struct dns_responder *responder = dns_responder_open(&source);
	uint8_t answer[512];

	(void)state;
	assert_non_null(responder);
	ask(responder, "web.shop.svc.cluster.local", 'A', answer);
	ask(responder, "web.shop.svc.cluster.local", 'a', answer);
	assert_int_equal(dns_responder_stats(responder).cached, 0);
	dns_responder_close(responder);
	timeline_close(timeline);
}

/* Another topic that begins with the same record and is as long. */
static void nothing_is_kept_of_a_topic_that_was_replaced(void **state)
{
	const char *name = "1.0.1.10.in-addr.arpa.at-20261123T080020Z.tenure.internal";
	struct timeline *timeline = dns_cluster_open();
	const struct dns_source source = {.timeline = timeline,
					  .zones = {"cluster.local", "tenure.internal"}};
	struct dns_responder *responder = dns_responder_open(&source);
	int64_t position = timeline_next_offset(timeline);
	uint8_t answer[512];

	(void)state;
	assert_non_null(responder);
	ask(responder, name, DNS_TYPE_PTR, answer);
	assert_int_equal(answer[ANSWERS_AT], 1);
	assert_int_equal(timeline_reset(timeline), 0);
	fed_list(timeline, 1, "pods", 1, "{}");
	for (int second = 50; timeline_next_offset(timeline) < position; second++)
		fed_progress(timeline, second);
	ask(responder, name, DNS_TYPE_PTR, answer);
	assert_int_equal(answer[ANSWERS_AT], 0);
	dns_responder_close(responder);
	timeline_close(timeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_in_another_case_has_the_same_answer),
		cmocka_unit_test(only_the_name_has_a_case),
		cmocka_unit_test(nothing_is_kept_of_a_topic_that_was_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
