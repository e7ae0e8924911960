#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "producers/flows/community_id.h"
#include "producers/flows/flow_key.h"
#include "producers/flows/sha1.h"

static struct ip address(const char *text)
{
	struct ip ip;

	assert_int_equal(ip_parse(text, strlen(text), &ip), 0);
	return ip;
}

static void hashes_up_to_one_block(void **state)
{
	static const struct {
		const char *text;
		uint8_t digest[SHA1_SIZE];
	} cases[] = {
		/* RFC 3174, FIPS 180, and 55 letters, the most that fit. */
		{"abc", {0xA9, 0x99, 0x3E, 0x36, 0x47, 0x06, 0x81, 0x6A, 0xBA, 0x3E,
			 0x25, 0x71, 0x78, 0x50, 0xC2, 0x6C, 0x9C, 0xD0, 0xD8, 0x9D}},
		{"", {0xDA, 0x39, 0xA3, 0xEE, 0x5E, 0x6B, 0x4B, 0x0D, 0x32, 0x55,
		      0xBF, 0xEF, 0x95, 0x60, 0x18, 0x90, 0xAF, 0xD8, 0x07, 0x09}},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		 {0xC1, 0xC8, 0xBB, 0xDC, 0x22, 0x79, 0x6E, 0x28, 0xC0, 0xE1,
		  0x51, 0x63, 0xD2, 0x08, 0x99, 0xB6, 0x56, 0x21, 0xD6, 0x5A}},
	};
	uint8_t digest[SHA1_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sha1((const uint8_t *)cases[i].text, strlen(cases[i].text), digest);
		assert_memory_equal(digest, cases[i].digest, SHA1_SIZE);
	}
}

/* The default baseline of github.com/corelight/community-id-spec; the ports of ICMP
 * are type, and code or the type that answers. */
static const struct baseline {
	uint8_t protocol;
	const char *source, *destination;
	uint16_t source_port, destination_port;
	const char *id;
} baseline[] = {
	{58, "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 135, 136,
	 "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="},
	{58, "fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da", 136, 135,
	 "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="},
	{58, "fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da", 135, 136,
	 "1:zavyT/cezQr1fmImYCwYnMXbgck="},
	{58, "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 136, 135,
	 "1:zavyT/cezQr1fmImYCwYnMXbgck="},
	{58, "3ffe:501:1800:2345::2", "3ffe:507:0:1:200:86ff:fe05:80da", 3, 0,
	 "1:2ObVBgIn28oZvibYZhZMBgh7WdQ="},
	{58, "3ffe:501:410:0:2c0:dfff:fe47:33e", "3ffe:507:0:1:200:86ff:fe05:80da", 1, 4,
	 "1:hLZd0XGWojozrvxqE0dWB1iM6R0="},
	{58, "3ffe:507:0:1:200:86ff:fe05:80da", "3ffe:501:0:1001::2", 128, 129,
	 "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg="},
	{58, "3ffe:501:0:1001::2", "3ffe:507:0:1:200:86ff:fe05:80da", 129, 128,
	 "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg="},
	{58, "fe80::200:86ff:fe05:80da", "ff02::2", 133, 134, "1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0="},
	{58, "fe80::260:97ff:fe07:69ea", "ff02::1", 134, 133, "1:pkvHqCL88/tg1k4cPigmZXUtL00="},
	{1, "192.168.0.89", "192.168.0.1", 8, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
	{1, "192.168.0.1", "192.168.0.89", 0, 8, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
	{1, "10.0.0.1", "10.0.0.2", 11, 0, "1:YHxtAirCG//0OzkcVAukqKQN9xM="},
	{6, "2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a", 63943, 25,
	 "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
	{6, "2607:f8b0:400c:c03::1a", "2001:470:e5bf:dead:4957:2174:e82c:4887", 25, 63943,
	 "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
	{132, "192.168.170.8", "192.168.170.56", 7, 7, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
	{132, "192.168.170.56", "192.168.170.8", 7, 7, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
	{6, "128.232.110.120", "66.35.250.204", 34855, 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
	{6, "66.35.250.204", "128.232.110.120", 80, 34855, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
	{17, "192.168.1.52", "8.8.8.8", 54585, 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
	{17, "8.8.8.8", "192.168.1.52", 53, 54585, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
	{46, "10.1.12.1", "10.1.12.2", 0, 0, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw="},
	{46, "10.1.12.2", "10.1.12.1", 0, 0, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw="},
};

static void assert_id(const struct baseline *line)
{
	struct packet packet = {
		.source = address(line->source),
		.destination = address(line->destination),
		.protocol = line->protocol,
	};
	char text[FLOW_COMMUNITY_ID_SIZE];
	struct flow_key key;

	if (line->protocol == TRANSPORT_ICMP || line->protocol == TRANSPORT_ICMPV6) {
		packet.icmp_type = (uint8_t)line->source_port;
		/* One-way: the baseline has the code. */
		if (packet.icmp_type < 8)
			packet.icmp_code = (uint8_t)line->destination_port;
	} else {
		packet.source_port = line->source_port;
		packet.destination_port = line->destination_port;
	}
	flow_key_from_packet(&packet, &key);
	community_id(&key, text);
	assert_string_equal(text, line->id);
}

static void agrees_with_the_published_baseline(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(baseline) / sizeof(baseline[0]); i++)
		assert_id(&baseline[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_up_to_one_block),
		cmocka_unit_test(agrees_with_the_published_baseline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
