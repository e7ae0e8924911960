/* The JSON of a record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "producers/flows/links/link_record.h"
#include "tests/unit/quoted.h"

#define T(ns) ((struct when){INT64_C(1700000000000000000) + (ns)})

static const struct link_meter meter = {"prod", "n1", "n1.example.com", 0x12ab, {10}};

static void check(const struct link_report *report, const char *expected)
{
	struct text text;

	text_init(&text, LINK_RECORD_MAX);
	link_record_add(&text, &meter, T(9), report);
	assert_string_equal(text_terminate(&text), quoted(expected));
	text_free(&text);
}

static void a_record_says_what_is_known(void **state)
{
	struct link_report report = {
		.record = 1,
		.confirmed = WHEN_MIN,
		.name = "veth12",
		.order = 7,
		.since = WHEN_MIN,
		.appeared = WHEN_MAX,
		.until = WHEN_MAX,
		.address_count = 1,
	};

	(void)state;
	ip_parse("10.0.0.1", 8, &report.addresses[0].ip);
	report.addresses[0].first = T(1);
	report.addresses[0].last = T(2);
	report.addresses[0].alone_since = T(0);
	report.addresses[0].alone_until = T(4);
	check(&report,
	      "{'type':'ADDED','cluster':'prod','resource':'interfaces','received':'2023-11-14T22:"
	      "13:20.000000009Z',"
	      "'object':{'kind':'Interface','metadata':{'name':'veth12','uid':'00000000000012ab-a-"
	      "0-7'},"
	      "'spec':{'node':'n1','host':'n1.example.com','meter':{'id':'00000000000012ab','start'"
	      ":'1970-01-01T00:00:00.000000010Z','record':1}},"
	      "'status':{'addresses':[{'ip':'10.0.0.1','first':'2023-11-14T22:13:20.000000001Z',"
	      "'last':'2023-11-14T22:13:20.000000002Z',"
	      "'alone':{'since':'2023-11-14T22:13:20Z','until':'2023-11-14T22:13:20.000000004Z'}}"
	      "]}}}");
}

static void a_last_record_says_since_when_and_until_when(void **state)
{
	struct link_report report = {
		.record = 18446744073709551615u,
		.confirmed = WHEN_MIN,
		.name = "veth12",
		.index = 12,
		.has_mac = true,
		.mac = {0x0a, 0x58, 0, 1, 2, 0xff},
		.since = T(0),
		.appeared = T(1),
		.gone = true,
		.until = T(3),
		.again = true,
		.address_count = 2,
	};

	(void)state;
	ip_parse("10.0.0.1", 8, &report.addresses[0].ip);
	ip_parse("fd00::1", 7, &report.addresses[1].ip);
	for (size_t i = 0; i < 2; i++) {
		report.addresses[i].first = report.addresses[i].last = T(0);
		report.addresses[i].alone_until = WHEN_MIN;
	}
	check(&report,
	      "{'type':'DELETED','cluster':'prod','resource':'interfaces','received':'2023-11-"
	      "14T22:13:20.000000009Z',"
	      "'object':{'kind':'Interface','metadata':{'name':'veth12','uid':'00000000000012ab-a-"
	      "12-0'},"
	      "'spec':{'node':'n1','host':'n1.example.com','index':12,'mac':'0a:58:00:01:02:ff',"
	      "'meter':{'id':'00000000000012ab','start':'1970-01-01T00:00:00.000000010Z',"
	      "'record':18446744073709551615}},"
	      "'status':{'since':'2023-11-14T22:13:20Z','appeared':'2023-11-14T22:13:20.000000001Z'"
	      ",'until':'2023-11-14T22:13:20.000000003Z','"
	      "addresses':["
	      "{'ip':'10.0.0.1','first':'2023-11-14T22:13:20Z','last':'2023-11-14T22:13:20Z'},"
	      "{'ip':'fd00::1','first':'2023-11-14T22:13:20Z','last':'2023-11-14T22:13:20Z'}]}}}");
}

static void what_is_open_and_confirmed_is_said(void **state)
{
	struct link_report report = {
		.record = 12,
		.confirmed = T(5),
		.name = "veth12",
		.since = T(0),
		.appeared = T(1),
		.until = WHEN_MAX,
		.again = true,
		.address_count = 2,
	};

	(void)state;
	ip_parse("10.0.0.1", 8, &report.addresses[0].ip);
	ip_parse("fd00::1", 7, &report.addresses[1].ip);
	for (size_t i = 0; i < 2; i++) {
		report.addresses[i].first = report.addresses[i].last = T(0);
		report.addresses[i].alone_since = T(0);
		report.addresses[i].alone_until = T(5);
	}
	report.addresses[1].open = true;
	check(&report,
	      "{'type':'MODIFIED','cluster':'prod','resource':'interfaces','received':'2023-11-"
	      "14T22:13:20.000000009Z',"
	      "'object':{'kind':'Interface','metadata':{'name':'veth12','uid':'00000000000012ab-a-"
	      "0-0'},"
	      "'spec':{'node':'n1','host':'n1.example.com',"
	      "'meter':{'id':'00000000000012ab','start':'1970-01-01T00:00:00.000000010Z',"
	      "'record':12}},"
	      "'status':{'since':'2023-11-14T22:13:20Z','appeared':'2023-11-14T22:13:20.000000001Z'"
	      ",'confirmed':'2023-11-14T22:13:20."
	      "000000005Z','addresses':["
	      "{'ip':'10.0.0.1','first':'2023-11-14T22:13:20Z','last':'2023-11-14T22:13:20Z',"
	      "'alone':{'since':'2023-11-14T22:13:20Z','until':'2023-11-14T22:13:20.000000005Z'}},"
	      "{'ip':'fd00::1','first':'2023-11-14T22:13:20Z','last':'2023-11-14T22:13:20Z',"
	      "'alone':{'since':'2023-11-14T22:13:20Z','until':'2023-11-14T22:13:20.000000005Z',"
	      "'open':true}}]}}}");
}

static void the_longest_names_fit(void **state)
{
	char name[254], whole[LINKS_NAME_SIZE];
	struct link_meter longest = {name, name, name, UINT64_MAX, {INT64_MAX - 1}};
	struct link_report report = {.record = UINT64_MAX,
				     .confirmed = T(123456789),
				     .since = T(1),
				     .appeared = T(123456789),
				     .gone = true,
				     .until = T(1),
				     .has_mac = true,
				     .index = UINT32_MAX,
				     .order = UINT64_MAX,
				     .address_count = LINKS_ADDRESSES_MAX};
	struct text text;

	(void)state;
	memset(name, '"', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memset(whole, '\x01', sizeof(whole) - 1);
	whole[sizeof(whole) - 1] = '\0';
	memcpy(report.name, whole, sizeof(whole));
	for (size_t i = 0; i < LINKS_ADDRESSES_MAX; i++) {
		memset(&report.addresses[i].ip, 0xfd, sizeof(report.addresses[i].ip));
		report.addresses[i].first = report.addresses[i].last = T(123456789);
		report.addresses[i].alone_since = report.addresses[i].alone_until = T(123456789);
		report.addresses[i].open = true;
	}
	text_init(&text, LINK_RECORD_MAX);
	link_record_add(&text, &longest, T(1), &report);
	assert_false(text.failed);
	text_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_says_what_is_known),
		cmocka_unit_test(a_last_record_says_since_when_and_until_when),
		cmocka_unit_test(what_is_open_and_confirmed_is_said),
		cmocka_unit_test(the_longest_names_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
