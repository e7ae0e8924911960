/* Names of the DNS: what each one asks about, and the names of holders. */
#include "sink/lookup/dns/dns_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sink/lookup/dns/dns_holder.h"
#include "tests/unit/sink/lookup/dns/dns_cluster.h"

static const struct dns_zones zones = {"cluster.local", "tenure.internal"};

static struct dns_name read_name(const char *text)
{
	uint8_t wire[DNS_NAME_WIRE_MAX];
	struct dns_name name;
	size_t length = dns_cluster_wire(text, wire);

	assert_int_equal(dns_name_read(&zones, wire, length, &name), 0);
	return name;
}

static const struct {
	const char *name;
	enum dns_name_kind kind;
	enum dns_zone zone;
	const char *text; /* the address or the holder */
} names[] = {
	{"", DNS_NAME_FOREIGN, DNS_ZONE_NONE, NULL},
	{"arpa", DNS_NAME_FOREIGN, DNS_ZONE_NONE, NULL},
	{"local", DNS_NAME_FOREIGN, DNS_ZONE_NONE, NULL},
	{"example.com", DNS_NAME_FOREIGN, DNS_ZONE_NONE, NULL},
	{"xin-addr.arpa", DNS_NAME_FOREIGN, DNS_ZONE_NONE, NULL},
	{"in-addr.arpa", DNS_NAME_APEX, DNS_ZONE_IN_ADDR, NULL},
	{"10.in-addr.arpa", DNS_NAME_APEX, DNS_ZONE_IN_ADDR, NULL},
	{"1.244.10.in-addr.arpa", DNS_NAME_APEX, DNS_ZONE_IN_ADDR, NULL},
	{"17.1.244.10.in-addr.arpa", DNS_NAME_ADDRESS, DNS_ZONE_IN_ADDR, "10.244.1.17"},
	{"17.1.244.10.IN-ADDR.Arpa", DNS_NAME_ADDRESS, DNS_ZONE_IN_ADDR, "10.244.1.17"},
	{"1.17.1.244.10.in-addr.arpa", DNS_NAME_ABSENT, DNS_ZONE_IN_ADDR, NULL},
	{"017.1.244.10.in-addr.arpa", DNS_NAME_ABSENT, DNS_ZONE_IN_ADDR, NULL},
	{"256.1.244.10.in-addr.arpa", DNS_NAME_ABSENT, DNS_ZONE_IN_ADDR, NULL},
	{"0-15.1.244.10.in-addr.arpa", DNS_NAME_ABSENT, DNS_ZONE_IN_ADDR, NULL},
	{"ip6.arpa", DNS_NAME_APEX, DNS_ZONE_IP6, NULL},
	{"0.1.D.f.ip6.arpa", DNS_NAME_APEX, DNS_ZONE_IP6, NULL},
	{"10.d.f.ip6.arpa", DNS_NAME_ABSENT, DNS_ZONE_IP6, NULL},
	{"g.ip6.arpa", DNS_NAME_ABSENT, DNS_ZONE_IP6, NULL},
	{"2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.D.f.ip6.arpa",
	 DNS_NAME_ADDRESS, DNS_ZONE_IP6, "fd01::2"},
	/* An IPv4 address has its name in in-addr.arpa alone. */
	{"1.0.0.0.0.0.a.0.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa",
	 DNS_NAME_ABSENT, DNS_ZONE_IP6, NULL},
	{"cluster.local", DNS_NAME_APEX, DNS_ZONE_DOMAIN, NULL},
	{"svc.cluster.local", DNS_NAME_EMPTY, DNS_ZONE_DOMAIN, NULL},
	{"shop.svc.cluster.local", DNS_NAME_EMPTY, DNS_ZONE_DOMAIN, NULL},
	{"web.shop.svc.cluster.local", DNS_NAME_SERVICE, DNS_ZONE_DOMAIN, "shop/web"},
	{"WEB.Shop.SVC.cluster.local", DNS_NAME_SERVICE, DNS_ZONE_DOMAIN, "shop/web"},
	{"db-0.db.shop.svc.cluster.local", DNS_NAME_ENDPOINT, DNS_ZONE_DOMAIN, "shop/db"},
	{"x.db-0.db.shop.svc.cluster.local", DNS_NAME_ABSENT, DNS_ZONE_DOMAIN, NULL},
	{"10-1-0-1.shop.pod.cluster.local", DNS_NAME_ABSENT, DNS_ZONE_DOMAIN, NULL},
	{"w*b.shop.svc.cluster.local", DNS_NAME_ABSENT, DNS_ZONE_DOMAIN, NULL},
	{"tenure.internal", DNS_NAME_APEX, DNS_ZONE_OWN, NULL},
	{"ns.tenure.internal", DNS_NAME_SERVER, DNS_ZONE_OWN, NULL},
	{"x.tenure.internal", DNS_NAME_ABSENT, DNS_ZONE_OWN, NULL},
	{"pod.tenure.internal", DNS_NAME_EMPTY, DNS_ZONE_OWN, NULL},
	{"shop.pod.tenure.internal", DNS_NAME_EMPTY, DNS_ZONE_OWN, NULL},
	{"lone.shop.pod.tenure.internal", DNS_NAME_POD, DNS_ZONE_OWN, "shop/lone"},
	{"a.b.shop.pod.tenure.internal", DNS_NAME_POD, DNS_ZONE_OWN, "shop/a.b"},
	{"node.tenure.internal", DNS_NAME_EMPTY, DNS_ZONE_OWN, NULL},
	{"n1.node.tenure.internal", DNS_NAME_NODE, DNS_ZONE_OWN, "n1"},
	{"n1.example.com.node.tenure.internal", DNS_NAME_NODE, DNS_ZONE_OWN, "n1.example.com"},
	{"at-20261123T080010Z.tenure.internal", DNS_NAME_EMPTY, DNS_ZONE_OWN, NULL},
	{"arpa.at-20261123T080010Z.tenure.internal", DNS_NAME_EMPTY, DNS_ZONE_OWN, NULL},
	{"in-addr.arpa.ago-5m.tenure.internal", DNS_NAME_EMPTY, DNS_ZONE_OWN, NULL},
	{"cluster.local.ago-5m.tenure.internal", DNS_NAME_EMPTY, DNS_ZONE_OWN, NULL},
	{"com.ago-5m.tenure.internal", DNS_NAME_ABSENT, DNS_ZONE_OWN, NULL},
	{"ns.tenure.internal.ago-5m.tenure.internal", DNS_NAME_ABSENT, DNS_ZONE_OWN, NULL},
	{"1.0.1.10.in-addr.arpa.at-20261123t080010z.tenure.internal", DNS_NAME_ADDRESS,
	 DNS_ZONE_OWN, "10.1.0.1"},
	{"1.0.1.10.in-addr.arpa.at-1795420800.tenure.internal", DNS_NAME_ADDRESS, DNS_ZONE_OWN,
	 "10.1.0.1"},
	{"1.0.1.10.in-addr.arpa.at-1795420800123.tenure.internal", DNS_NAME_ADDRESS, DNS_ZONE_OWN,
	 "10.1.0.1"},
	{"1.0.1.10.in-addr.arpa.at-2026-11-23T08:00:10Z.tenure.internal", DNS_NAME_ADDRESS,
	 DNS_ZONE_OWN, "10.1.0.1"},
	{"at-now.tenure.internal", DNS_NAME_NO_MOMENT, DNS_ZONE_OWN, NULL},
	{"at-.tenure.internal", DNS_NAME_NO_MOMENT, DNS_ZONE_OWN, NULL},
	{"at--5m.tenure.internal", DNS_NAME_NO_MOMENT, DNS_ZONE_OWN, NULL},
	{"web.shop.svc.cluster.local.ago-2h.tenure.internal", DNS_NAME_SERVICE, DNS_ZONE_OWN,
	 "shop/web"},
	{"n1.node.tenure.internal.ago-3d.tenure.internal", DNS_NAME_NODE, DNS_ZONE_OWN, "n1"},
	{"1.0.1.10.in-addr.arpa.ago-1h.tenure.internal.ago-1h.tenure.internal", DNS_NAME_ABSENT,
	 DNS_ZONE_OWN, NULL},
	{"at-20261323T080010Z.tenure.internal", DNS_NAME_NO_MOMENT, DNS_ZONE_OWN, NULL},
	{"at-20261123T080010.tenure.internal", DNS_NAME_NO_MOMENT, DNS_ZONE_OWN, NULL},
	{"n1.node.tenure.internal.ago-1h30m.tenure.internal", DNS_NAME_NO_MOMENT, DNS_ZONE_OWN,
	 NULL},
	{"at-web.shop.svc.cluster.local", DNS_NAME_SERVICE, DNS_ZONE_DOMAIN, NULL},
	{"at.tenure.internal", DNS_NAME_ABSENT, DNS_ZONE_OWN, NULL},
	{"ago-.tenure.internal", DNS_NAME_NO_MOMENT, DNS_ZONE_OWN, NULL},
	{"ago-5y.tenure.internal", DNS_NAME_NO_MOMENT, DNS_ZONE_OWN, NULL},
};

static void a_name_is_of_a_kind(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof(names) / sizeof(names[0]); c++) {
		struct dns_name name = read_name(names[c].name);
		char ip[IP_TEXT_SIZE];

		if (name.kind != names[c].kind || name.zone != names[c].zone)
			fail_msg("%s: kind %d, zone %d", names[c].name, name.kind, name.zone);
		ip_format(&name.ip, ip);
		if (names[c].text != NULL)
			assert_string_equal(name.kind == DNS_NAME_ADDRESS ? ip : name.holder,
					    names[c].text);
	}
}

static void a_moment_follows_the_name(void **state)
{
	struct dns_name at =
		read_name("n1.node.tenure.internal.at-20261123T080010Z.tenure.internal");
	struct dns_name ago = read_name("n1.node.tenure.internal.ago-5m.tenure.internal");

	(void)state;
	assert_int_equal(at.moment, DNS_MOMENT_AT);
	assert_int_equal(at.at.ns, dns_cluster_at(10).ns);
	assert_int_equal(ago.moment, DNS_MOMENT_AGO);
	assert_int_equal(ago.ago_ns, 300 * NS_PER_SECOND);
	assert_int_equal(read_name("n1.node.tenure.internal").moment, DNS_MOMENT_NOW);
}

static void a_name_is_in_the_smallest_zone(void **state)
{
	static const struct {
		const char *name, *apex;
	} cases[] = {
		{"in-addr.arpa", "in-addr.arpa"},
		{"244.10.in-addr.arpa", "244.10.in-addr.arpa"},
		{"x.244.10.in-addr.arpa", "244.10.in-addr.arpa"},
		{"17.1.244.10.in-addr.arpa", "1.244.10.in-addr.arpa"},
		{"9.17.1.244.10.in-addr.arpa", "1.244.10.in-addr.arpa"},
		{"1.0.d.f.ip6.arpa", "1.0.d.f.ip6.arpa"},
		{"x.0.d.f.ip6.arpa", "0.d.f.ip6.arpa"},
		{"web.shop.svc.cluster.local", "cluster.local"},
		{"n1.node.tenure.internal", "tenure.internal"},
		{"17.1.244.10.in-addr.arpa.ago-5m.tenure.internal", "tenure.internal"},
	};
	uint8_t wire[DNS_NAME_WIRE_MAX], apex[DNS_NAME_WIRE_MAX];

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		size_t length = dns_cluster_wire(cases[c].name, wire);
		size_t wanted = dns_cluster_wire(cases[c].apex, apex);

		assert_int_equal(length - read_name(cases[c].name).apex, wanted);
		assert_memory_equal(wire + length - wanted, apex, wanted);
	}
}

static void bytes_that_are_no_name_are_refused(void **state)
{
	static const struct {
		const char *wire;
		size_t length;
	} cases[] = {
		{"", 0},     {"\1a", 2},     {"\2a", 2},    {"\1a\0\0", 4},
		{"\100", 1}, {"\300\14", 2}, {"\1a\1b", 4}, {"\77aaaa", 5},
	};
	struct dns_name name = {.kind = DNS_NAME_POD};
	uint8_t long_one[DNS_NAME_WIRE_MAX + 2];

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
		assert_int_equal(dns_name_read(&zones, (const uint8_t *)cases[c].wire,
					       cases[c].length, &name),
				 -1);
	for (size_t i = 0; i < sizeof(long_one); i++)
		long_one[i] = i % 2 == 0 ? 1 : 'a';
	long_one[sizeof(long_one) - 1] = 0;
	assert_int_equal(dns_name_read(&zones, long_one, sizeof(long_one), &name), -1);
	assert_int_equal(name.kind, DNS_NAME_POD);
}

static struct dns_holder holder_of(enum dns_name_kind kind, const char *name, const char *hostname,
				   const char *ip)
{
	struct dns_holder holder = {
		.kind = kind, .holder = span_of(name), .hostname = span_of(hostname)};

	assert_int_equal(ip_parse(ip, strlen(ip), &holder.ip), 0);
	return holder;
}

static void a_holder_has_a_name_that_leads_back(void **state)
{
	static const struct {
		enum dns_name_kind kind;
		const char *holder, *hostname, *ip, *name;
	} cases[] = {
		{DNS_NAME_SERVICE, "shop/web", "", "10.96.0.1", "web.shop.svc.cluster.local"},
		{DNS_NAME_ENDPOINT, "shop/web", "", "10.1.0.1",
		 "10-1-0-1.web.shop.svc.cluster.local"},
		{DNS_NAME_ENDPOINT, "shop/web", "", "fd01::2",
		 "fd01--2.web.shop.svc.cluster.local"},
		{DNS_NAME_ENDPOINT, "shop/web", "", "fd01::", "fd01--0.web.shop.svc.cluster.local"},
		{DNS_NAME_ENDPOINT, "shop/db", "db-0", "10.1.0.2",
		 "db-0.db.shop.svc.cluster.local"},
		{DNS_NAME_POD, "shop/a.b", "", "10.1.0.2", "a.b.shop.pod.tenure.internal"},
		{DNS_NAME_NODE, "n1.example.com", "", "10.0.0.1",
		 "n1.example.com.node.tenure.internal"},
		/* None of these can be a name. */
		{DNS_NAME_POD, "shop/a b", "", "10.1.0.2", NULL},
		{DNS_NAME_POD, "shop/a..b", "", "10.1.0.2", NULL},
		{DNS_NAME_POD, "shop/", "", "10.1.0.2", NULL},
		{DNS_NAME_POD, "shop", "", "10.1.0.2", NULL},
		{DNS_NAME_NODE, "", "", "10.1.0.2", NULL},
		{DNS_NAME_NODE, "a-label-of-sixty-four-bytes-is-one-byte-longer-than-the-dns-allow",
		 "", "10.1.0.2", NULL},
	};
	struct text text;

	(void)state;
	text_init(&text, 1000);
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct dns_holder holder =
			holder_of(cases[c].kind, cases[c].holder, cases[c].hostname, cases[c].ip);
		struct dns_name name;

		text_clear(&text);
		assert_int_equal(dns_holder_add_name(&zones, &holder, WHEN_MIN, &text),
				 cases[c].name != NULL);
		assert_string_equal(text_terminate(&text),
				    cases[c].name != NULL ? cases[c].name : "");
		if (cases[c].name == NULL)
			continue;
		name = read_name(cases[c].name);
		assert_int_equal(name.kind, cases[c].kind);
		assert_string_equal(name.holder, cases[c].holder);
	}
	text_free(&text);
}

static void a_past_name_has_its_moment(void **state)
{
	struct dns_holder holder = holder_of(DNS_NAME_POD, "shop/lone", "", "10.1.0.3");
	struct text text;

	(void)state;
	text_init(&text, 1000);
	assert_true(dns_holder_add_name(&zones, &holder, dns_cluster_at(10), &text));
	assert_string_equal(text_terminate(&text),
			    "lone.shop.pod.tenure.internal.at-20261123T080010Z.tenure.internal");
	assert_int_equal(read_name(text.data).at.ns, dns_cluster_at(10).ns);
	text_free(&text);
}

static void a_zone_is_lower_case_labels(void **state)
{
	(void)state;
	assert_true(dns_zone_fits("cluster.local"));
	assert_true(dns_zone_fits("x"));
	assert_false(dns_zone_fits(""));
	assert_false(dns_zone_fits("cluster.local."));
	assert_false(dns_zone_fits(".local"));
	assert_false(dns_zone_fits("Cluster.local"));
	assert_false(dns_zone_fits("a b"));
	/* Where the names of addresses are. */
	assert_false(dns_zone_fits("in-addr.arpa"));
	assert_false(dns_zone_fits("10.in-addr.arpa"));
	assert_false(dns_zone_fits("ip6.arpa"));
	assert_false(dns_zone_fits("arpa"));
	assert_true(dns_zone_fits("arpa.internal"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_of_a_kind),
		cmocka_unit_test(a_moment_follows_the_name),
		cmocka_unit_test(a_name_is_in_the_smallest_zone),
		cmocka_unit_test(bytes_that_are_no_name_are_refused),
		cmocka_unit_test(a_holder_has_a_name_that_leads_back),
		cmocka_unit_test(a_past_name_has_its_moment),
		cmocka_unit_test(a_zone_is_lower_case_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
