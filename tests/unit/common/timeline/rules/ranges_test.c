/* docs/answers.md sections 4 and 6: the ranges of a cluster, and what is amid its pods. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/timeline/rules/offset.h"
#include "common/timeline/rules/ranges.h"

#define N1 77
#define N2 78

static struct ip ip(const char *text)
{
	struct ip parsed;

	assert_int_equal(ip_parse(text, strlen(text), &parsed), 0);
	return parsed;
}

/* As cluster_add_range() does. */
static void tell(struct ranges *ranges, enum range_kind kind, const char *text, uint64_t node,
		 uint64_t offset)
{
	struct range_row row = {.kind = kind, .node = node, .told_offset = offset};

	assert_int_equal(ip_range_parse(text, strlen(text), &row.range), 0);
	assert_false(ranges_told(ranges, &row));
	assert_int_equal(ranges_add(ranges, &row), 0);
	assert_true(ranges_told(ranges, &row));
	for (size_t p = 0; p < ranges->pod_count; p++)
		ranges_use(ranges, &ranges->pods[p], offset);
}

/* As cluster_add_pod_address() does. */
static void place(struct ranges *ranges, const char *text, uint64_t node, uint64_t offset, bool own)
{
	struct pod_address pod = {ip(text), node, offset, own};

	ranges_use(ranges, &pod, offset);
	if (!ranges_is_plain(ranges, &pod))
		assert_int_equal(ranges_add_pod(ranges, &pod), 0);
}

static uint64_t offset_of(const struct ranges *ranges, const struct ip *address)
{
	struct when from;

	return ranges_offset(ranges, address, &from);
}

static void ranges_of_nodes_count_from_the_first_use_of_one(void **state)
{
	struct ranges ranges = ranges_none();
	struct ip service = ip("10.2.9.9"), one = ip("10.1.1.9"), other = ip("10.1.2.9");

	(void)state;
	tell(&ranges, RANGE_POD_CIDR, "10.1.1.0/24", N1, 2);
	tell(&ranges, RANGE_SUBNET, "10.1.2.0/24", N2, 3);
	tell(&ranges, RANGE_SERVICES, "10.2.0.0/16", 0, 4);
	assert_int_equal(offset_of(&ranges, &service), 4);
	assert_true(offset_of(&ranges, &one) == OFFSET_NEVER);
	place(&ranges, "10.1.1.7", N2, 8, true); /* in the podCIDR of another node */
	assert_true(offset_of(&ranges, &one) == OFFSET_NEVER);
	place(&ranges, "10.1.2.7", N2, 9, true);
	assert_int_equal(offset_of(&ranges, &one), 9);
	assert_int_equal(offset_of(&ranges, &other), 9);
	ranges_free(&ranges);
}

static void podcidrs_are_in_use_until_a_pod_is_elsewhere(void **state)
{
	static const struct {
		const char *address;
		bool own, violates;
	} cases[] = {
		{"10.1.1.9", true, false}, {"10.1.2.9", true, true},   {"10.1.1.1", true, true},
		{"10.1.1.0", true, true},  {"10.1.2.9", false, false},
	};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct ranges ranges = ranges_none();

		tell(&ranges, RANGE_POD_CIDR, "10.1.1.0/24", N1, 2);
		tell(&ranges, RANGE_GATEWAY, "10.1.1.1", 0, 2);
		assert_false(ranges_podcidrs_in_use(&ranges, 2));
		place(&ranges, "10.1.1.2", N1, 5, true);
		place(&ranges, cases[c].address, N1, 7, cases[c].own);
		/* A base is a gateway only with flannel, which may be told later. */
		tell(&ranges, RANGE_GATEWAY, "10.1.1.0", 0, 7);
		assert_false(ranges_podcidrs_in_use(&ranges, 4));
		assert_true(ranges_podcidrs_in_use(&ranges, 5));
		assert_int_equal(ranges_podcidrs_in_use(&ranges, 7), !cases[c].violates);
		assert_true(ranges_podcidrs_in_use(&ranges, 6));
		ranges_free(&ranges);
	}
}

static void a_pod_may_come_before_its_node(void **state)
{
	uint64_t nodes[RANGES_NODES_MAX];
	struct ranges ranges = ranges_none();
	struct ip inside = ip("10.1.1.9"), outside = ip("10.9.1.9");

	(void)state;
	place(&ranges, "10.1.1.2", N1, 1, true);
	place(&ranges, "10.1.1.15", N1, 1, true);
	assert_int_equal(ranges_amid(&ranges, &inside, 1), RANGES_AMID);
	tell(&ranges, RANGE_POD_CIDR, "10.1.1.0/24", N1, 4);
	assert_false(ranges_podcidrs_in_use(&ranges, 3));
	assert_true(ranges_podcidrs_in_use(&ranges, 4));
	assert_int_equal(offset_of(&ranges, &inside), 4);
	assert_int_equal(ranges_amid(&ranges, &inside, 4), RANGES_NOT_AMID);
	assert_int_equal(ranges_nodes_of(&ranges, &inside, 4, nodes), 1);
	assert_int_equal(nodes[0], N1);
	assert_int_equal(ranges_nodes_of(&ranges, &inside, 3, nodes), 0);
	assert_int_equal(ranges_nodes_of(&ranges, &outside, 4, nodes), 0);
	ranges_free(&ranges);
}

static void amid_is_the_smallest_prefix_around_the_pods_of_a_family(void **state)
{
	struct ranges ranges = ranges_none();
	struct ip four = ip("192.0.2.6"), far = ip("192.0.2.16"), six = ip("fd00::6");

	(void)state;
	place(&ranges, "192.0.2.1", N1, 1, true);
	assert_int_equal(ranges_amid(&ranges, &four, 1), RANGES_NOT_AMID);
	place(&ranges, "192.0.2.9", N1, 2, true);
	assert_int_equal(ranges_amid(&ranges, &four, 2), RANGES_AMID);
	assert_int_equal(ranges_amid(&ranges, &four, 1), RANGES_NOT_AMID);
	assert_int_equal(ranges_amid(&ranges, &far, 2), RANGES_NOT_AMID);
	assert_int_equal(ranges_amid(&ranges, &six, 2), RANGES_NOT_AMID);
	assert_true(ranges_leave_pods(&ranges, &four, 1));
	place(&ranges, "fd00::1", N1, 3, true);
	place(&ranges, "fd00::8000:0:0:1", N1, 3, true);
	assert_int_equal(ranges_amid(&ranges, &six, 3), RANGES_AMID);
	tell(&ranges, RANGE_INTERNAL, "192.0.2.3", 0, 5);
	assert_int_equal(ranges_amid(&ranges, &four, 4), RANGES_AMID);
	assert_int_equal(ranges_amid(&ranges, &four, 5), RANGES_AMID_SHARED);
	assert_int_equal(ranges_amid(&ranges, &six, 5), RANGES_AMID);
	ranges_free(&ranges);
}

static void secondary_addresses_are_not_amid(void **state)
{
	struct ranges ranges = ranges_none();
	struct ip between = ip("192.0.2.6");

	(void)state;
	place(&ranges, "192.0.2.1", N1, 1, false);
	place(&ranges, "192.0.2.9", N1, 2, false);
	assert_int_equal(ranges_amid(&ranges, &between, 2), RANGES_NOT_AMID);
	ranges_free(&ranges);
}

static void given_ranges_count_from_the_beginning(void **state)
{
	struct ranges ranges = ranges_none();
	struct ip_range given;
	struct ip inside = ip("192.0.2.6"), private = ip("172.31.0.1");

	(void)state;
	assert_int_equal(ip_range_parse("192.0.2.0/24", 12, &given), 0);
	ranges.given = &given;
	ranges.given_count = 1;
	assert_int_equal(offset_of(&ranges, &inside), 0);
	assert_false(ranges_leave_pods(&ranges, &inside, 0));
	place(&ranges, "192.0.2.1", N1, 1, true);
	place(&ranges, "192.0.2.9", N1, 2, true);
	assert_int_equal(ranges_amid(&ranges, &inside, 2), RANGES_NOT_AMID);
	assert_false(ranges_leave_pods(&ranges, &inside, 2));
	place(&ranges, "10.0.0.1", N1, 3, true);
	assert_false(ranges_leave_pods(&ranges, &inside, 3));
	assert_true(ranges_leave_pods(&ranges, &private, 3));
	place(&ranges, "198.51.100.1", N1, 4, true);
	assert_true(ranges_leave_pods(&ranges, &inside, 4));
	assert_false(ranges_leave_pods(&ranges, &inside, 2));
	ranges_free(&ranges);
}

static void nothing_in_a_spelled_range_is_outside(void **state)
{
	struct ranges ranges = ranges_none();
	struct ip inside = ip("192.0.2.6"), other = ip("198.51.100.1");

	(void)state;
	tell(&ranges, RANGE_SPELLED, "192.0.2.0/24", 0, 5);
	assert_false(ranges_spelled(&ranges, &inside, WHEN_MAX, 4));
	assert_true(ranges_spelled(&ranges, &inside, WHEN_MAX, 5));
	assert_false(ranges_spelled(&ranges, &other, WHEN_MAX, 5));
	assert_int_equal(offset_of(&ranges, &inside), OFFSET_NEVER);
	ranges_free(&ranges);
}

/* RANGES as POSITION sees them, without what was summed up for other questions. */
static struct ranges seen_at(const struct ranges *ranges, uint64_t position)
{
	struct ranges seen = ranges_none();

	for (size_t r = 0; r < ranges->count && ranges->list[r].told_offset <= position; r++)
		assert_int_equal(ranges_add(&seen, &ranges->list[r]), 0);
	for (size_t p = 0; p < ranges->pod_count && ranges->pods[p].offset <= position; p++)
		assert_int_equal(ranges_add_pod(&seen, &ranges->pods[p]), 0);
	seen.used_offset = ranges->used_offset;
	seen.own_used_offset = ranges->own_used_offset;
	return seen;
}

static void assert_as_if_asked_first(struct ranges *ranges, const struct ip *ip, uint64_t position)
{
	struct ranges seen = seen_at(ranges, position);

	assert_int_equal(ranges_amid(ranges, ip, position), ranges_amid(&seen, ip, position));
	assert_int_equal(ranges_leave_pods(ranges, ip, position),
			 ranges_leave_pods(&seen, ip, position));
	assert_int_equal(ranges_podcidrs_in_use(ranges, position),
			 ranges_podcidrs_in_use(&seen, position));
	ranges_free(&seen);
}

static uint64_t number_below(uint64_t *random, uint64_t limit)
{
	*random = *random * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (*random >> 33) % limit;
}

/* An address near others, of either family, private or not. */
static const char *any_address(uint64_t *random, char text[static 64])
{
	static const char *const v4[] = {"10.1", "10.2", "192.0"};
	static const char *const v6[] = {"fd00:", "2001:db8:"};
	unsigned net = (unsigned)number_below(random, 4), host = (unsigned)number_below(random, 99);

	if (number_below(random, 2) == 0)
		snprintf(text, 64, "%s.%u.%u", v4[number_below(random, 3)], net, host);
	else
		snprintf(text, 64, "%s:%u:%u", v6[number_below(random, 2)], net, host);
	return text;
}

static void tell_any(struct ranges *ranges, uint64_t *random, uint64_t offset)
{
	static const enum range_kind kinds[] = {RANGE_POD_CIDR, RANGE_SUBNET, RANGE_SERVICES,
						RANGE_GATEWAY, RANGE_INTERNAL};
	enum range_kind kind = kinds[number_below(random, sizeof(kinds) / sizeof(kinds[0]))];
	struct range_row row = {
		kind, {.bits = 128}, N1 + number_below(random, 3), offset, WHEN_MIN};
	char text[64];

	row.range.base = ip(any_address(random, text));
	if (kind <= RANGE_SUBNET) {
		row.range.bits = 120;
		row.range.base.bytes[15] = 0;
	}
	assert_int_equal(ranges_add(ranges, &row), 0);
	for (size_t p = 0; p < ranges->pod_count; p++)
		ranges_use(ranges, &ranges->pods[p], offset);
}

static void an_answer_does_not_depend_on_the_questions_before(void **state)
{
	char text[64];

	(void)state;
	for (uint64_t seed = 0; seed < 60; seed++) {
		struct ranges ranges = ranges_none();
		uint64_t random = seed;

		for (uint64_t offset = 1; offset < 60; offset++) {
			struct ip asked;

			if (number_below(&random, 6) == 0)
				tell_any(&ranges, &random, offset);
			else
				place(&ranges, any_address(&random, text),
				      N1 + number_below(&random, 3), offset,
				      number_below(&random, 8) != 0);
			asked = ip(any_address(&random, text));
			for (int q = 0; q < 4; q++)
				assert_as_if_asked_first(&ranges, &asked,
							 number_below(&random, offset + 3));
		}
		ranges_free(&ranges);
	}
}

static void an_earlier_position_does_not_start_from_scratch(void **state)
{
	struct ranges ranges = ranges_none();
	struct ip between = ip("192.0.2.6");

	(void)state;
	place(&ranges, "192.0.2.1", N1, 1, true);
	place(&ranges, "192.0.2.9", N1, 2, true);
	tell(&ranges, RANGE_INTERNAL, "192.0.9.3", 0, 3);
	assert_int_equal(ranges_amid(&ranges, &between, 3), RANGES_AMID);
	assert_int_equal(ranges_amid(&ranges, &between, 1), RANGES_NOT_AMID);
	assert_int_equal(ranges.sum_count, 1);
	assert_int_equal(ranges.sums[0].pods, 2);
	ranges_free(&ranges);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_of_nodes_count_from_the_first_use_of_one),
		cmocka_unit_test(podcidrs_are_in_use_until_a_pod_is_elsewhere),
		cmocka_unit_test(a_pod_may_come_before_its_node),
		cmocka_unit_test(amid_is_the_smallest_prefix_around_the_pods_of_a_family),
		cmocka_unit_test(secondary_addresses_are_not_amid),
		cmocka_unit_test(given_ranges_count_from_the_beginning),
		cmocka_unit_test(nothing_in_a_spelled_range_is_outside),
		cmocka_unit_test(an_answer_does_not_depend_on_the_questions_before),
		cmocka_unit_test(an_earlier_position_does_not_start_from_scratch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
