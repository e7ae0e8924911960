/* Questions and answers of the DNS as bytes. */
#include "sink/lookup/dns/dns_packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sink/lookup/dns/dns_answer.h"
#include "tests/unit/sink/lookup/dns/dns_cluster.h"

#define ADDRESS "1.0.1.10.in-addr.arpa"
#define FLAGS 2 /* where the flags are */

static void a_question_is_read(void **state)
{
	uint8_t bytes[512], wire[DNS_NAME_WIRE_MAX];
	size_t length = dns_cluster_packet("1.0.1.10.IN-ADDR.arpa", DNS_TYPE_PTR, true, bytes);
	struct dns_query query;

	(void)state;
	assert_int_equal(dns_packet_read(bytes, length, &query), 0);
	assert_int_equal(query.fault, DNS_NOERROR);
	assert_int_equal(query.id, 7);
	assert_true(query.recursion_desired);
	assert_int_equal(query.type, DNS_TYPE_PTR);
	assert_int_equal(query.class, DNS_CLASS_IN);
	assert_true(query.edns);
	assert_false(query.dnssec_ok);
	assert_int_equal(query.udp_size, 1232);
	assert_int_equal(query.name_length, dns_cluster_wire("1.0.1.10.IN-ADDR.arpa", wire));
	assert_memory_equal(query.name, wire, query.name_length);
	length = dns_cluster_packet(ADDRESS, DNS_TYPE_PTR, false, bytes);
	assert_int_equal(dns_packet_read(bytes, length, &query), 0);
	assert_false(query.edns);
}

/* What is wrong with a question in which byte AT is VALUE, or that is cut to LENGTH. */
static void a_fault_has_its_code(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		size_t length; /* 0: whole */
		int code;      /* -1: no answer */
	} cases[] = {
		{0, 9, 0, DNS_NOERROR},       {FLAGS, 0x80, 0, -1},       /* an answer */
		{FLAGS, 0x10, 0, DNS_NOTIMP},                             /* STATUS */
		{FLAGS, 0x20, 0, DNS_NOTIMP},                             /* NOTIFY */
		{FLAGS, 0x28, 0, DNS_NOTIMP},                             /* UPDATE */
		{5, 0, 0, DNS_FORMERR},                                   /* no question */
		{5, 2, 0, DNS_FORMERR},                                   /* two */
		{7, 1, 0, DNS_FORMERR},                                   /* an answer */
		{9, 2, 0, DNS_FORMERR},                                   /* two authorities */
		{11, 3, 0, DNS_FORMERR},      {12, 0xc0, 0, DNS_FORMERR}, /* a pointer */
		{12, 63, 0, DNS_FORMERR}, /* a label beyond the end */
		{12, 64, 0, DNS_FORMERR},     {0, 0, 11, -1},
		{0, 0, 12, DNS_FORMERR},      {0, 0, 20, DNS_FORMERR},
	};
	uint8_t bytes[512];
	struct dns_query query;

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		size_t length = dns_cluster_packet(ADDRESS, DNS_TYPE_PTR, true, bytes);
		int rc;

		bytes[cases[c].at] = cases[c].value;
		query.fault = DNS_NOERROR;
		rc = dns_packet_read(bytes, cases[c].length > 0 ? cases[c].length : length, &query);
		if ((rc < 0 ? -1 : (int)query.fault) != cases[c].code)
			fail_msg("case %zu: %d, %d", c, rc, query.fault);
	}
}

static void another_version_of_edns_is_refused(void **state)
{
	uint8_t bytes[512];
	size_t length = dns_cluster_packet(ADDRESS, DNS_TYPE_PTR, true, bytes);
	struct dns_query query;

	(void)state;
	bytes[length - 5] = 1;
	assert_int_equal(dns_packet_read(bytes, length, &query), 0);
	assert_int_equal(query.fault, DNS_BADVERS);
}

/* RFC 6891 section 6.1.1: at most one OPT, whose name is the root. */
static void a_faulty_opt_is_refused(void **state)
{
	static const uint8_t named[] = {1, 'a', 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0};
	uint8_t bytes[512];
	size_t length = dns_cluster_packet(ADDRESS, DNS_TYPE_PTR, true, bytes);
	struct dns_query query;

	(void)state;
	bytes[11] = 2;
	memcpy(bytes + length, bytes + length - 11, 11);
	assert_int_equal(dns_packet_read(bytes, length + 11, &query), 0);
	assert_int_equal(query.fault, DNS_FORMERR);
	bytes[11] = 1;
	memcpy(bytes + length - 11, named, sizeof(named));
	assert_int_equal(dns_packet_read(bytes, length + 2, &query), 0);
	assert_int_equal(query.fault, DNS_FORMERR);
	length = dns_cluster_packet(ADDRESS, 41, true, bytes);
	assert_int_equal(dns_packet_read(bytes, length, &query), 0);
	assert_int_equal(query.fault, DNS_NOERROR);
}

static void udp_answers_are_small(void **state)
{
	struct dns_query query = {.udp_size = 0};

	(void)state;
	assert_int_equal(dns_packet_udp_limit(&query, 40), 160);
	assert_int_equal(dns_packet_udp_limit(&query, 300), 512);
	query.udp_size = 100;
	assert_int_equal(dns_packet_udp_limit(&query, 300), 512);
	query.udp_size = 1000;
	assert_int_equal(dns_packet_udp_limit(&query, 300), 1000);
	query.udp_size = 4096;
	assert_int_equal(dns_packet_udp_limit(&query, 400), 1232);
}

/* An answer with the PTR record NAME. */
static void fill(struct dns_answer *answer, const char *name)
{
	dns_answer_begin(answer, DNS_NOERROR);
	answer->authoritative = true;
	answer->apex = 9; /* in-addr.arpa */
	answer->own = "tenure.internal";
	answer->records[answer->count++] =
		(struct dns_record){.type = DNS_TYPE_PTR, .length = strlen(name)};
	text_add_string(&answer->text, name);
}

static void an_answer_is_written_with_the_question_as_asked(void **state)
{
	struct dns_query query = dns_cluster_query("1.0.1.10.IN-ADDR.arpa", DNS_TYPE_PTR);
	const size_t asked = 12 + query.name_length + 4;
	struct dns_answer answer;
	uint8_t *bytes;
	size_t length;

	(void)state;
	dns_answer_init(&answer);
	fill(&answer, "web.shop.svc.cluster.local");
	assert_int_equal(dns_packet_write(&query, &answer, 512, &bytes, &length), 0);
	/* QR, AA and no RA; one question, one answer, one OPT. */
	assert_memory_equal(bytes, "\0\7\x84\0\0\1\0\1\0\0\0\1", 12);
	assert_memory_equal(bytes + 12, query.name, query.name_length);
	/* The owner points at the question: PTR, IN, TTL 5. */
	assert_memory_equal(bytes + asked, "\xc0\x0c\0\x0c\0\1\0\0\0\5\0\x1c", 12);
	assert_memory_equal(bytes + asked + 12, "\3web\4shop\3svc\7cluster\5local", 28);
	assert_int_equal(length, asked + 12 + 28 + 11);
	free(bytes);
	/* One byte less, and it does not fit. */
	assert_int_equal(dns_packet_write(&query, &answer, length - 1, &bytes, &length), 0);
	assert_memory_equal(bytes, "\0\7\x86\0\0\1\0\0\0\0\0\1", 12);
	assert_int_equal(length, asked + 11);
	free(bytes);
	dns_answer_clear(&answer);
}

static void a_denial_has_the_soa(void **state)
{
	struct dns_query query = dns_cluster_query(ADDRESS, DNS_TYPE_PTR);
	struct dns_answer answer;
	uint8_t *bytes;
	size_t length;

	(void)state;
	query.edns = false;
	dns_answer_init(&answer);
	fill(&answer, "");
	answer.count = 0;
	answer.code = DNS_NXDOMAIN;
	assert_int_equal(dns_packet_write(&query, &answer, 512, &bytes, &length), 0);
	assert_memory_equal(bytes, "\0\7\x84\3\0\1\0\0\0\1\0\0", 12);
	/* It is named as the end of the question is. */
	assert_memory_equal(bytes + 12 + query.name_length + 4, "\xc0\x15\0\6", 4);
	/* Negative answers are kept as long as the last number of the SOA says. */
	assert_memory_equal(bytes + length - 4, "\0\0\0\5", 4);
	free(bytes);
	dns_answer_clear(&answer);
}

static void an_error_is_explained_with_edns(void **state)
{
	struct dns_query query = dns_cluster_query(ADDRESS, DNS_TYPE_PTR);
	struct dns_answer answer;
	uint8_t *bytes;
	size_t length;

	(void)state;
	dns_answer_init(&answer);
	dns_answer_begin(&answer, DNS_BADVERS);
	answer.error = DNS_ERROR_STALE_ANSWER;
	snprintf(answer.error_text, sizeof(answer.error_text), "old");
	assert_int_equal(dns_packet_write(&query, &answer, 512, &bytes, &length), 0);
	assert_int_equal(bytes[3], 0);
	/* OPT, 1,232 bytes, the upper bits of BADVERS, option 15 with code 3 and text. */
	assert_memory_equal(bytes + length - 20, "\0\0\x29\4\xd0\1\0\0\0\0\x09\0\x0f\0\5\0\3old",
			    20);
	free(bytes);
	query.edns = false;
	assert_int_equal(dns_packet_write(&query, &answer, 512, &bytes, &length), 0);
	assert_int_equal(length, 12 + query.name_length + 4);
	free(bytes);
	dns_answer_clear(&answer);
}

static void every_type_is_written(void **state)
{
	static const enum dns_type types[] = {DNS_TYPE_A,    DNS_TYPE_AAAA, DNS_TYPE_PTR,
					      DNS_TYPE_NS,   DNS_TYPE_TXT,  DNS_TYPE_SOA,
					      DNS_TYPE_HINFO};
	struct dns_query query = dns_cluster_query(ADDRESS, DNS_TYPE_PTR);
	struct dns_answer answer;
	uint8_t *bytes;
	size_t length;

	(void)state;
	dns_answer_init(&answer);
	for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++) {
		fill(&answer, "a.example");
		answer.records[0].type = types[t];
		assert_int_equal(dns_packet_write(&query, &answer, 512, &bytes, &length), 0);
		assert_int_equal(bytes[7], 1);
		assert_int_equal(bytes[12 + query.name_length + 4 + 3], types[t]);
		free(bytes);
	}
	/* Strings that are neighbours are one record. */
	fill(&answer, "one");
	answer.records[0].type = DNS_TYPE_TXT;
	answer.records[1] = answer.records[0];
	answer.count = 2;
	assert_int_equal(dns_packet_write(&query, &answer, 512, &bytes, &length), 0);
	assert_int_equal(bytes[7], 1);
	assert_memory_equal(bytes + length - 11 - 8, "\3one\3one", 8);
	free(bytes);
	dns_answer_clear(&answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_is_read),
		cmocka_unit_test(a_fault_has_its_code),
		cmocka_unit_test(another_version_of_edns_is_refused),
		cmocka_unit_test(a_faulty_opt_is_refused),
		cmocka_unit_test(udp_answers_are_small),
		cmocka_unit_test(an_answer_is_written_with_the_question_as_asked),
		cmocka_unit_test(a_denial_has_the_soa),
		cmocka_unit_test(an_error_is_explained_with_edns),
		cmocka_unit_test(every_type_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
