#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/ip.h"

static struct ip ip(const char *text)
{
	struct ip address;

	assert_int_equal(ip_parse(text, strlen(text), &address), 0);
	return address;
}

static struct ip_range range(const char *text)
{
	struct ip_range parsed;

	assert_int_equal(ip_range_parse(text, strlen(text), &parsed), 0);
	return parsed;
}

static void writes_the_one_text_form_of_an_address(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"10.244.1.162", "10.244.1.162"},
		{"0.0.0.0", "0.0.0.0"},
		{"255.255.255.255", "255.255.255.255"},
		{"::", "::"},
		{"::1", "::1"},
		{"FD00:0:0:0:0:0:0:A", "fd00::a"},
		{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
		{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
		{"::ffff:10.0.0.1", "10.0.0.1"},
		{"::ffff:0a00:0001", "10.0.0.1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip address = ip(cases[i].in);
		char text[IP_TEXT_SIZE];

		assert_int_equal(ip_format(&address, text), strlen(cases[i].out));
		assert_string_equal(text, cases[i].out);
	}
}

static void refuses_what_is_not_an_address(void **state)
{
	static const char *const cases[] = {
		"",
		"10.0.0",
		"10.0.0.256",
		"10.0.0.01",
		"00.0.0.1",
		"1.2.3.4.",
		"1.2.3.4.5",
		".1.2.3.4",
		"1..2.3",
		"1.2.3.0004",
		"1.2.3.+4",
		"1.2.3.1000",
		"10.0.0.1 ",
		"10.0.0.1/32",
		"fe80::1%eth0",
		":::",
		"1:2:3:4:5:6:7",
		"localhost",
		"0x0a000001",
		"1:2:3:4:5:6:7:8:9",
		"::ffff:10.0.0.1000000000000000000000000000000000000",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip address = {{42}};

		assert_int_equal(ip_parse(cases[i], strlen(cases[i]), &address), -1);
		assert_int_equal(address.bytes[0], 42);
	}

	struct ip address;

	assert_int_equal(ip_parse("10.0.0.1\0", 9, &address), -1);
	assert_int_equal(ip_parse("10.0.0.12", 8, &address), 0);
}

static void both_families_share_one_order(void **state)
{
	struct ip v4 = ip("10.0.0.1"), next = ip("10.0.0.2"), v6 = ip("fd00::1");

	(void)state;
	assert_true(ip_is_v4(&v4));
	assert_false(ip_is_v4(&v6));
	assert_true(ip_compare(&v4, &next) < 0);
	assert_true(ip_compare(&next, &v6) < 0);
	assert_int_equal(ip_compare(&v6, &v6), 0);

	struct ip made = ip_from_v4((const uint8_t[]){10, 0, 0, 1});

	assert_int_equal(ip_compare(&made, &v4), 0);
}

static void a_range_contains_only_its_own_addresses(void **state)
{
	static const struct {
		const char *range, *address;
		bool inside;
	} cases[] = {
		{"10.96.0.0/12", "10.96.0.10", true},
		{"10.96.0.0/12", "10.111.255.255", true},
		{"10.96.0.0/12", "10.112.0.0", false},
		{"10.96.77.1/12", "10.97.0.0", true},
		{"10.0.0.7", "10.0.0.7", true},
		{"10.0.0.7", "10.0.0.6", false},
		{"10.0.0.7/32", "10.0.0.8", false},
		{"0.0.0.0/0", "192.0.2.1", true},
		{"0.0.0.0/0", "fd00::1", false},
		{"fd00::/8", "fdff::1", true},
		{"fd00::/8", "fe00::1", false},
		{"fd00::/9", "fd80::1", false},
		{"::/0", "fd00::1", true},
		{"::/0", "10.0.0.1", false},
		{"fd00::1", "fd00::1", true},
		{"::ffff:10.0.0.0/104", "10.1.2.3", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip_range r = range(cases[i].range);
		struct ip address = ip(cases[i].address);

		assert_int_equal(ip_in_range(&address, &r), cases[i].inside);
	}
}

static void refuses_what_is_not_a_range(void **state)
{
	static const char *const cases[] = {
		"",
		"/8",
		"10.0.0.0/",
		"10.0.0.0/33",
		"10.0.0.0/-1",
		"10.0.0.0/8x",
		"fd00::/129",
		"fd00::/0128",
		"10.0.0.0/8/8",
		"10.0.0/8",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip_range r = {.bits = 42};

		assert_int_equal(ip_range_parse(cases[i], strlen(cases[i]), &r), -1);
		assert_int_equal(r.bits, 42);
	}
}

static void knows_private_addresses(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} cases[] = {
		{"10.0.0.0", true},        {"10.255.255.255", true},  {"11.0.0.0", false},
		{"172.15.255.255", false}, {"172.16.0.0", true},      {"172.31.255.255", true},
		{"172.32.0.0", false},     {"192.168.0.1", true},     {"192.169.0.0", false},
		{"100.64.0.0", true},      {"100.127.255.255", true}, {"100.128.0.0", false},
		{"fc00::1", true},         {"fdff::1", true},         {"fe00::1", false},
		{"2001:db8::1", false},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct ip ip;

		assert_int_equal(ip_parse(cases[c].text, strlen(cases[c].text), &ip), 0);
		if (ip_is_private(&ip) != cases[c].is)
			fail_msg("%s", cases[c].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_the_one_text_form_of_an_address),
		cmocka_unit_test(refuses_what_is_not_an_address),
		cmocka_unit_test(both_families_share_one_order),
		cmocka_unit_test(a_range_contains_only_its_own_addresses),
		cmocka_unit_test(refuses_what_is_not_a_range),
		cmocka_unit_test(knows_private_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
