/* What a small cluster's timeline says to questions of the DNS. */
#include "sink/lookup/dns/dns_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/sink/lookup/dns/dns_cluster.h"

#define AT_10 ".at-20261123T080010Z.tenure.internal"
#define AT_95 ".at-20261123T080135Z.tenure.internal"
#define AT_101 ".at-20261123T080141Z.tenure.internal" /* after what is known */

static const char *text_of(const struct dns_answer *answer, const struct dns_record *record,
			   char text[static 300])
{
	if (record->type == DNS_TYPE_A || record->type == DNS_TYPE_AAAA)
		ip_format(&record->ip, text);
	else
		snprintf(text, 300, "%.*s", (int)record->length, answer->text.data + record->at);
	return text;
}

/* The records as "TEXT TEXT", NODATA without any, or the response code. */
static const char *said(const struct dns_answer *answer, char out[static 4096])
{
	char text[300];
	size_t length = 0;

	if (answer->code != DNS_NOERROR)
		return answer->code == DNS_NXDOMAIN   ? "NXDOMAIN"
		       : answer->code == DNS_SERVFAIL ? "SERVFAIL"
						      : "REFUSED";
	if (answer->count == 0)
		return "NODATA";
	for (size_t i = 0; i < answer->count && length < 3500; i++)
		length += (size_t)snprintf(out + length, 4096 - length, "%s%s", i > 0 ? " " : "",
					   text_of(answer, &answer->records[i], text));
	return out;
}

static struct dns_source source_of(struct timeline *timeline)
{
	return (struct dns_source){.timeline = timeline,
				   .zones = {"cluster.local", "tenure.internal"}};
}

static const struct {
	const char *name;
	uint16_t type;
	const char *said;
	uint32_t ttl;
} questions[] = {
	{"example.com", DNS_TYPE_A, "REFUSED", 5},
	{"in-addr.arpa", DNS_TYPE_PTR, "NODATA", 5},
	{"0.1.10.in-addr.arpa", DNS_TYPE_PTR, "NODATA", 5},
	{"x.in-addr.arpa", DNS_TYPE_PTR, "NXDOMAIN", 5},
	/* Addresses of the present. */
	{"1.0.96.10.in-addr.arpa", DNS_TYPE_PTR, "web.shop.svc.cluster.local", 5},
	{"1.0.1.10.in-addr.arpa", DNS_TYPE_PTR, "10-1-0-1.web.shop.svc.cluster.local", 5},
	{"2.0.1.10.in-addr.arpa", DNS_TYPE_PTR, "db-0.db.shop.svc.cluster.local", 5},
	{"2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.d.f.ip6.arpa", DNS_TYPE_PTR,
	 "db-0.db.shop.svc.cluster.local", 5},
	{"1.0.0.10.in-addr.arpa", DNS_TYPE_PTR, "n1.node.tenure.internal", 5},
	{"1.0.1.10.in-addr.arpa", DNS_TYPE_A, "NODATA", 5},
	/* One that is free, one that nobody had, and one outside. */
	{"3.0.1.10.in-addr.arpa", DNS_TYPE_PTR, "NODATA", 5},
	{"9.0.1.10.in-addr.arpa", DNS_TYPE_PTR, "NODATA", 5},
	{"8.8.8.8.in-addr.arpa", DNS_TYPE_PTR, "NXDOMAIN", 5},
	{"8.8.8.8.in-addr.arpa", DNS_TYPE_TXT, "NXDOMAIN", 5},
	/* The past: final, and not yet. */
	{"3.0.1.10.in-addr.arpa" AT_10, DNS_TYPE_PTR, "lone.shop.pod.tenure.internal" AT_10, 86400},
	{"1.0.96.10.in-addr.arpa" AT_10, DNS_TYPE_PTR, "web.shop.svc.cluster.local" AT_10, 86400},
	{"1.0.96.10.in-addr.arpa" AT_95, DNS_TYPE_PTR, "web.shop.svc.cluster.local" AT_95, 5},
	{"3.0.1.10.in-addr.arpa" AT_95, DNS_TYPE_PTR, "NODATA", 5},
	{"8.8.8.8.in-addr.arpa" AT_10, DNS_TYPE_PTR, "NXDOMAIN", 86400},
	{"3.0.1.10.in-addr.arpa.ago-1m.tenure.internal", DNS_TYPE_PTR,
	 "lone.shop.pod.tenure.internal.at-20261123T080041Z.tenure.internal", 5},
	/* The past after what is known. */
	{"1.0.1.10.in-addr.arpa" AT_101, DNS_TYPE_PTR, "NODATA", 1},
	{"8.8.8.8.in-addr.arpa" AT_101, DNS_TYPE_PTR, "NODATA", 1},
	{"1.0.1.10.in-addr.arpa.ago-0s.tenure.internal", DNS_TYPE_PTR, "NODATA", 1},
	{"web.shop.svc.cluster.local" AT_101, DNS_TYPE_A, "NODATA", 1},
	{"no.shop.svc.cluster.local" AT_101, DNS_TYPE_A, "NODATA", 1},
	{"n1.node.tenure.internal" AT_101, DNS_TYPE_A, "NODATA", 1},
	/* Not a moment. */
	{"1.0.1.10.in-addr.arpa.at-20261123T080010.tenure.internal", DNS_TYPE_PTR, "NXDOMAIN", 5},
	/* Names. */
	{"web.shop.svc.cluster.local", DNS_TYPE_A, "10.96.0.1", 5},
	{"web.shop.svc.cluster.local", DNS_TYPE_AAAA, "fd96::1", 5},
	{"web.shop.svc.cluster.local", DNS_TYPE_TXT, "NODATA", 5},
	{"db.shop.svc.cluster.local", DNS_TYPE_A, "10.1.0.2", 5},
	{"db.shop.svc.cluster.local", DNS_TYPE_AAAA, "fd01::2", 5},
	{"db-0.db.shop.svc.cluster.local", DNS_TYPE_A, "10.1.0.2", 5},
	{"db-1.db.shop.svc.cluster.local", DNS_TYPE_A, "NXDOMAIN", 5},
	{"10-1-0-1.web.shop.svc.cluster.local", DNS_TYPE_A, "10.1.0.1", 5},
	{"10-1-0-1.web.shop.svc.cluster.local", DNS_TYPE_AAAA, "NODATA", 5},
	{"no.shop.svc.cluster.local", DNS_TYPE_A, "NXDOMAIN", 5},
	/* A later record may show an address that had the name. */
	{"no.shop.svc.cluster.local" AT_10, DNS_TYPE_A, "NXDOMAIN", 5},
	{"n2.node.tenure.internal" AT_10, DNS_TYPE_A, "NODATA", 5},
	{"n1.node.tenure.internal", DNS_TYPE_A, "10.0.0.1", 5},
	{"n2.node.tenure.internal", DNS_TYPE_A, "NODATA", 5},
	{"web-1.shop.pod.tenure.internal", DNS_TYPE_A, "10.1.0.1", 5},
	{"lone.shop.pod.tenure.internal", DNS_TYPE_A, "NODATA", 5},
	{"lone.shop.pod.tenure.internal" AT_10, DNS_TYPE_A, "10.1.0.3", 86400},
	{"ns.tenure.internal", DNS_TYPE_A, "192.0.2.1", 5},
	{"ns.tenure.internal", DNS_TYPE_AAAA, "NODATA", 5},
};

static void each_question_has_its_answer(void **state)
{
	struct timeline *timeline = dns_cluster_open();
	struct dns_source source = source_of(timeline);
	struct dns_answer answer;
	char out[4096];

	(void)state;
	dns_answer_init(&answer);
	assert_int_equal(ip_parse("192.0.2.1", 9, &source.ips[source.ip_count++]), 0);
	for (size_t c = 0; c < sizeof(questions) / sizeof(questions[0]); c++) {
		const struct dns_query query =
			dns_cluster_query(questions[c].name, questions[c].type);

		dns_answer_find(&source, &query, dns_cluster_at(101), true, &answer);
		if (strcmp(said(&answer, out), questions[c].said) != 0 ||
		    answer.ttl != questions[c].ttl)
			fail_msg("%s: %s, ttl %u", questions[c].name, said(&answer, out),
				 answer.ttl);
		assert_int_equal(answer.authoritative, answer.code != DNS_REFUSED);
	}
	dns_answer_clear(&answer);
	timeline_close(timeline);
}

static void only_what_cannot_change_is_final(void **state)
{
	static const struct {
		const char *name;
		enum dns_outcome outcome;
	} cases[] = {
		{"1.0.1.10.in-addr.arpa", DNS_ANSWERED},
		{"1.0.1.10.in-addr.arpa" AT_10, DNS_FINAL},
		{"1.0.1.10.in-addr.arpa" AT_95, DNS_ANSWERED},
		{"1.0.1.10.in-addr.arpa.ago-1m.tenure.internal", DNS_ONCE},
		{"n1.node.tenure.internal" AT_10, DNS_FINAL},
		{"n2.node.tenure.internal" AT_10, DNS_ANSWERED},
		{"no.shop.svc.cluster.local" AT_10, DNS_ANSWERED},
		{"in-addr.arpa", DNS_ANSWERED},
		{"example.com", DNS_ONCE},
	};
	struct timeline *timeline = dns_cluster_open();
	const struct dns_source source = source_of(timeline);
	struct dns_answer answer;

	(void)state;
	dns_answer_init(&answer);
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		const struct dns_query query = dns_cluster_query(cases[c].name, DNS_TYPE_PTR);

		if (dns_answer_find(&source, &query, dns_cluster_at(101), true, &answer) !=
		    cases[c].outcome)
			fail_msg("%s", cases[c].name);
	}
	dns_answer_clear(&answer);
	timeline_close(timeline);
}

static void the_text_says_how_it_is_known(void **state)
{
	struct timeline *timeline = dns_cluster_open();
	const struct dns_source source = source_of(timeline);
	const struct dns_query known = dns_cluster_query("1.0.1.10.in-addr.arpa", DNS_TYPE_TXT);
	const struct dns_query gone = dns_cluster_query("3.0.1.10.in-addr.arpa", DNS_TYPE_TXT);
	struct dns_answer answer;
	char out[4096];

	(void)state;
	dns_answer_init(&answer);
	dns_answer_find(&source, &known, dns_cluster_at(101), true, &answer);
	assert_string_equal(said(&answer, out),
			    "status: known holder: pod shop/web-1 node: n1 service: shop/web "
			    "since: 2026-11-23T08:00:06Z (started) until: not ended as far as is "
			    "known at: 2026-11-23T08:01:40Z known to: 2026-11-23T08:01:40Z "
			    "position: 21 provisional: later records may change this source: "
			    "timeline");
	dns_answer_find(&source, &gone, dns_cluster_at(101), true, &answer);
	assert_string_equal(said(&answer, out),
			    "status: unknown reason: between_holders at: 2026-11-23T08:01:40Z "
			    "known to: 2026-11-23T08:01:40Z position: 21 provisional: later "
			    "records may change this source: timeline");
	dns_answer_clear(&answer);
	timeline_close(timeline);
}

static void an_old_present_is_marked_as_stale(void **state)
{
	struct timeline *timeline = dns_cluster_open();
	const struct dns_source source = source_of(timeline);
	const struct dns_query query = dns_cluster_query("1.0.1.10.in-addr.arpa", DNS_TYPE_PTR);
	struct dns_answer answer;

	(void)state;
	dns_answer_init(&answer);
	dns_answer_find(&source, &query, dns_cluster_at(130), true, &answer);
	assert_int_equal(answer.error, DNS_ERROR_NONE);
	dns_answer_find(&source, &query, dns_cluster_at(131), true, &answer);
	assert_int_equal(answer.error, DNS_ERROR_STALE_ANSWER);
	assert_string_equal(answer.error_text, "known to 2026-11-23T08:01:40Z");
	assert_int_equal(answer.ttl, DNS_TTL_STALE);
	assert_int_equal(answer.count, 1);
	dns_answer_clear(&answer);
	timeline_close(timeline);
}

static void nobody_is_named_after_what_is_known(void **state)
{
	struct timeline *timeline = dns_cluster_open();
	const struct dns_source source = source_of(timeline);
	const struct dns_query pointer =
		dns_cluster_query("1.0.1.10.in-addr.arpa" AT_101, DNS_TYPE_PTR);
	const struct dns_query text =
		dns_cluster_query("8.8.8.8.in-addr.arpa" AT_101, DNS_TYPE_TXT);
	struct dns_answer answer;
	char out[4096];

	(void)state;
	dns_answer_init(&answer);
	dns_answer_find(&source, &pointer, dns_cluster_at(101), true, &answer);
	assert_int_equal(answer.error, DNS_ERROR_STALE_ANSWER);
	assert_string_equal(answer.error_text, "known to 2026-11-23T08:01:40Z");
	dns_answer_find(&source, &text, dns_cluster_at(101), true, &answer);
	assert_int_equal(answer.error, DNS_ERROR_STALE_ANSWER);
	assert_string_equal(said(&answer, out),
			    "status: known holder: outside the cluster at: 2026-11-23T08:01:41Z "
			    "known to: 2026-11-23T08:01:40Z position: 21 provisional: later "
			    "records may change this source: timeline");
	dns_answer_clear(&answer);
	timeline_close(timeline);
}

static void what_is_not_a_moment_is_refused_with_the_form(void **state)
{
	struct timeline *timeline = dns_cluster_open();
	const struct dns_source source = source_of(timeline);
	const struct dns_query query =
		dns_cluster_query("1.0.1.10.in-addr.arpa.ago-1h30m.tenure.internal", DNS_TYPE_PTR);
	struct dns_answer answer;

	(void)state;
	dns_answer_init(&answer);
	dns_answer_find(&source, &query, dns_cluster_at(101), true, &answer);
	assert_int_equal(answer.code, DNS_NXDOMAIN);
	assert_int_equal(answer.error, DNS_ERROR_OTHER);
	assert_string_equal(answer.error_text,
			    "not a moment such as at-20261123T080000Z, at-1795420800, "
			    "ago-5m");
	dns_answer_clear(&answer);
	timeline_close(timeline);
}

static void nothing_is_said_before_the_first_record(void **state)
{
	struct timeline *timeline = dns_cluster_empty();
	const struct dns_source source = source_of(timeline);
	const struct dns_query address = dns_cluster_query("1.0.1.10.in-addr.arpa", DNS_TYPE_PTR);
	const struct dns_query apex = dns_cluster_query("in-addr.arpa", DNS_TYPE_SOA);
	struct dns_answer answer;

	(void)state;
	dns_answer_init(&answer);
	dns_answer_find(&source, &address, dns_cluster_at(1), true, &answer);
	assert_int_equal(answer.code, DNS_SERVFAIL);
	assert_int_equal(answer.error, DNS_ERROR_NOT_READY);
	dns_answer_find(&source, &apex, dns_cluster_at(1), true, &answer);
	assert_int_equal(answer.code, DNS_NOERROR);
	assert_int_equal(answer.count, 1);
	dns_answer_clear(&answer);
	timeline_close(timeline);
}

static void what_is_no_record_is_refused(void **state)
{
	struct timeline *timeline = dns_cluster_open();
	const struct dns_source source = source_of(timeline);
	struct dns_query query = dns_cluster_query("in-addr.arpa", 252); /* AXFR */
	struct dns_answer answer;

	(void)state;
	dns_answer_init(&answer);
	dns_answer_find(&source, &query, dns_cluster_at(101), true, &answer);
	assert_int_equal(answer.code, DNS_REFUSED);
	query = dns_cluster_query("in-addr.arpa", DNS_TYPE_SOA);
	query.class = 3; /* CHAOS */
	dns_answer_find(&source, &query, dns_cluster_at(101), true, &answer);
	assert_int_equal(answer.code, DNS_REFUSED);
	query = dns_cluster_query("1.0.1.10.in-addr.arpa", DNS_TYPE_ANY);
	dns_answer_find(&source, &query, dns_cluster_at(101), true, &answer);
	assert_int_equal(answer.code, DNS_NOERROR);
	assert_int_equal(answer.count, 1);
	assert_int_equal(answer.records[0].type, DNS_TYPE_HINFO);
	dns_answer_clear(&answer);
	timeline_close(timeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_question_has_its_answer),
		cmocka_unit_test(only_what_cannot_change_is_final),
		cmocka_unit_test(the_text_says_how_it_is_known),
		cmocka_unit_test(an_old_present_is_marked_as_stale),
		cmocka_unit_test(nobody_is_named_after_what_is_known),
		cmocka_unit_test(what_is_not_a_moment_is_refused_with_the_form),
		cmocka_unit_test(nothing_is_said_before_the_first_record),
		cmocka_unit_test(what_is_no_record_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
