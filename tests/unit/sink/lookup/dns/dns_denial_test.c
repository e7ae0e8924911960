/* What is not known is not denied. */
#include "sink/lookup/dns/dns_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>

#include "sink/lookup/dns/dns_forward.h"
#include "tests/unit/common/timeline/timeline_fed.h"
#include "tests/unit/quoted.h"
#include "tests/unit/sink/lookup/dns/dns_cluster.h"

#define SERVICE(name)                                                                             \
	"{'metadata':{'name':'" name "','namespace':'shop','uid':'" name "','creationTimestamp':" \
	"'2026-11-23T08:01:40Z'},'spec':{'clusterIP':'10.96.0.7'}}"

static struct dns_source source_of(struct timeline *timeline)
{
	return (struct dns_source){.timeline = timeline,
				   .zones = {"cluster.local", "tenure.internal"}};
}

static void a_name_of_too_many_addresses_is_not_denied(void **state)
{
	struct timeline *timeline = dns_cluster_open();
	const struct dns_source source = source_of(timeline);
	const struct dns_query web = dns_cluster_query("web.shop.svc.cluster.local", DNS_TYPE_A);
	const struct dns_query db = dns_cluster_query("db.shop.svc.cluster.local", DNS_TYPE_A);
	struct dns_answer answer;
	struct ip own;

	(void)state;
	dns_cluster_churn(timeline, "web", DNS_FORWARD_ASKED_MAX);
	dns_cluster_churn(timeline, "db", DNS_FORWARD_ASKED_MAX);
	dns_answer_init(&answer);
	dns_answer_find(&source, &web, dns_cluster_at(101), true, &answer);
	assert_int_equal(answer.count, 1);
	assert_int_equal(ip_parse("10.96.0.1", 9, &own), 0);
	assert_memory_equal(&answer.records[0].ip, &own, sizeof(own));
	assert_int_equal(dns_answer_find(&source, &db, dns_cluster_at(101), true, &answer),
			 DNS_ONCE);
	assert_int_equal(answer.code, DNS_SERVFAIL);
	assert_int_equal(answer.error, DNS_ERROR_OTHER);
	dns_answer_clear(&answer);
	timeline_close(timeline);
}

/* Addresses that no slice lists any more cost no question. */
static void past_endpoints_are_not_asked_about(void **state)
{
	struct timeline *timeline = dns_cluster_open();
	const struct dns_source source = source_of(timeline);
	const struct dns_query query = dns_cluster_query("db.shop.svc.cluster.local", DNS_TYPE_A);
	struct dns_answer answer;
	struct ip ip;

	(void)state;
	dns_cluster_churn(timeline, "db", DNS_FORWARD_ASKED_MAX);
	fed_progress(timeline, 200);
	dns_answer_init(&answer);
	dns_answer_find(&source, &query, dns_cluster_at(201), true, &answer);
	assert_int_equal(answer.code, DNS_NOERROR);
	assert_int_equal(answer.count, 1);
	assert_int_equal(ip_parse("10.1.0.2", 8, &ip), 0);
	assert_memory_equal(&answer.records[0].ip, &ip, sizeof(ip));
	dns_answer_clear(&answer);
	timeline_close(timeline);
}

/* Asks for the A records of NAME at SECOND of the past. */
static void expect_nothing(const struct dns_source *source, const char *name, int second)
{
	struct dns_answer answer;
	struct dns_query query;
	char full[128];

	snprintf(full, sizeof(full), "%s.at-20261123T08%02d%02dZ.tenure.internal", name,
		 second / 60, second % 60);
	query = dns_cluster_query(full, DNS_TYPE_A);
	dns_answer_init(&answer);
	dns_answer_find(source, &query, dns_cluster_at(500), true, &answer);
	if (answer.code != DNS_NOERROR || answer.count > 0)
		fail_msg("%s: %d, %zu records", full, answer.code, answer.count);
	dns_answer_clear(&answer);
}

/* Its address was given to another service within the second. */
static void a_service_that_may_have_an_address_has_no_endpoints(void **state)
{
	struct timeline *timeline = dns_cluster_open();
	const struct dns_source source = source_of(timeline);

	(void)state;
	fed_object(timeline, 110, "ADDED", "services", quoted(SERVICE("one")));
	fed_object(timeline, 111, "ADDED", "endpointslices",
		   quoted("{'metadata':{'name':'one-x','namespace':'shop','uid':'one-x','labels':"
			  "{'kubernetes.io/service-name':'one'}},'endpoints':[{'addresses':["
			  "'10.1.0.1'],'targetRef':{'uid':'u1'}}]}"));
	fed_progress(timeline, 120);
	fed_object(timeline, 150, "DELETED", "services", quoted(SERVICE("one")));
	fed_object(timeline, 150, "ADDED", "services", quoted(SERVICE("two")));
	fed_progress(timeline, 200);
	expect_nothing(&source, "one.shop.svc.cluster.local", 150);
	timeline_close(timeline);
}

static void a_name_is_not_denied_where_records_may_be_missing(void **state)
{
	struct timeline *timeline = dns_cluster_open();
	const struct dns_source source = source_of(timeline);

	(void)state;
	fed_gap(timeline, "endpointslices", 150, 160);
	fed_gap(timeline, "services", 250, 260);
	fed_progress(timeline, 400);
	expect_nothing(&source, "no.shop.svc.cluster.local", 155);
	expect_nothing(&source, "db-1.db.shop.svc.cluster.local", 155);
	expect_nothing(&source, "db.shop.svc.cluster.local", 255);
	timeline_close(timeline);
}

static void expect_upstream_failed(const struct dns_source *source, int64_t second, bool may_wait)
{
	const struct dns_query query = dns_cluster_query("8.8.8.8.in-addr.arpa", DNS_TYPE_PTR);
	struct dns_answer answer;

	dns_answer_init(&answer);
	assert_int_equal(dns_answer_find(source, &query, dns_cluster_at(second), may_wait, &answer),
			 DNS_ONCE);
	assert_int_equal(answer.code, DNS_SERVFAIL);
	assert_int_equal(answer.error, DNS_ERROR_NETWORK);
	assert_false(answer.authoritative);
	dns_answer_clear(&answer);
}

/* Nobody listens at the port. */
static void what_upstream_did_not_answer_is_not_denied(void **state)
{
	struct timeline *timeline = dns_cluster_open();
	struct dns_source source = source_of(timeline);
	const struct dns_query query = dns_cluster_query("8.8.8.8.in-addr.arpa", DNS_TYPE_PTR);
	struct upstream_answer found;
	struct dns_answer answer;

	(void)state;
	source.upstream = upstream_open("127.0.0.1:9");
	assert_non_null(source.upstream);
	expect_upstream_failed(&source, 101, false);
	dns_answer_init(&answer);
	assert_int_equal(dns_answer_find(&source, &query, dns_cluster_at(101), true, &answer),
			 DNS_WAITS);
	dns_answer_clear(&answer);
	for (int i = 0; i < UPSTREAM_TRIES; i++)
		upstream_turn(source.upstream, dns_cluster_at(103 + 2 * i));
	expect_upstream_failed(&source, 108, true);
	for (uint8_t i = 0; i < UPSTREAM_PENDING_MAX; i++) {
		const struct ip ip = ip_from_v4((const uint8_t[4]){9, 9, 9, i});

		assert_int_equal(upstream_find(source.upstream, &ip, dns_cluster_at(120), &found),
				 UPSTREAM_WAITS);
	}
	expect_upstream_failed(&source, 120, true);
	upstream_close(source.upstream);
	timeline_close(timeline);
}

static void a_name_that_upstream_may_have_is_not_denied(void **state)
{
	static const struct {
		const char *name;
		enum dns_code code;
	} cases[] = {
		{"no.shop.svc.cluster.local", DNS_NOERROR},
		{"db-1.db.shop.svc.cluster.local", DNS_NOERROR},
		{"a.b.c.d.svc.cluster.local", DNS_NOERROR},
		{"no.shop.svc.cluster.local"
		 ".at-20261123T080010Z.tenure.internal",
		 DNS_NXDOMAIN},
		{"no.tenure.internal", DNS_NXDOMAIN},
	};
	struct timeline *timeline = dns_cluster_open();
	struct dns_source source = source_of(timeline);
	struct dns_answer answer;

	(void)state;
	source.upstream = upstream_open("127.0.0.1:9");
	assert_non_null(source.upstream);
	dns_answer_init(&answer);
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		const struct dns_query query = dns_cluster_query(cases[c].name, DNS_TYPE_A);

		dns_answer_find(&source, &query, dns_cluster_at(101), true, &answer);
		if (answer.code != cases[c].code || answer.count > 0)
			fail_msg("%s: %d", cases[c].name, answer.code);
	}
	dns_answer_clear(&answer);
	upstream_close(source.upstream);
	timeline_close(timeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_of_too_many_addresses_is_not_denied),
		cmocka_unit_test(past_endpoints_are_not_asked_about),
		cmocka_unit_test(a_service_that_may_have_an_address_has_no_endpoints),
		cmocka_unit_test(a_name_is_not_denied_where_records_may_be_missing),
		cmocka_unit_test(what_upstream_did_not_answer_is_not_denied),
		cmocka_unit_test(a_name_that_upstream_may_have_is_not_denied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
