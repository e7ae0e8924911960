#include "common/timeline/history/sole_tenures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct ip ADDRESS = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 1}};
static const struct ip OTHER = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 2}};

/* Of ADDRESS, for flows from 10 to 20, at positions 5 to 9. */
static struct sole_range range_of(void)
{
	return (struct sole_range){
		.ip = ADDRESS, .from_offset = 5, .until_offset = 10, .since = {10}, .until = {20}};
}

static struct sole_tenure *tenure_of(const char *name)
{
	const struct named_holder holder = {.kind = HOLDER_POD, .name = span_of(name)};
	struct packed_names *names = packed_names_new(&holder, span_of("{"), span_of("}"));
	const struct sole_range range = range_of();
	struct sole_tenure *tenure = sole_tenure_new(&range, names, &(struct memberships){0});

	assert_non_null(tenure);
	free(names);
	return tenure;
}

static struct sole_tenures *cache_of(struct sole_tenure *tenure)
{
	struct sole_tenures *cache = sole_tenures_new();
	const struct sole_range range = range_of();

	assert_non_null(cache);
	sole_tenures_add(cache, &range, tenure);
	return cache;
}

static void assert_name(const struct sole_tenure *tenure, const char *name)
{
	char json[PACKED_NAMES_BYTES];
	struct named_holder holder;

	assert_non_null(tenure);
	packed_names_json(tenure->names, json);
	holder = packed_names_holder(tenure->names, json);
	assert_int_equal(holder.name.length, strlen(name));
	assert_memory_equal(holder.name.data, name, strlen(name));
}

static bool has(struct sole_tenures *cache, const struct ip *ip, uint64_t position, int64_t start,
		int64_t end)
{
	struct ranges none = {.own_used_offset = OFFSET_NEVER};

	return sole_tenures_find(cache, &none, ip, position, (struct when){start},
				 (struct when){end}) != NULL;
}

static void it_counts_for_its_flows_and_positions_only(void **state)
{
	struct sole_tenures *cache = cache_of(tenure_of("web"));

	(void)state;
	assert_true(has(cache, &ADDRESS, 5, 10, 20));
	assert_true(has(cache, &ADDRESS, 9, 12, 12));
	assert_false(has(cache, &ADDRESS, 4, 12, 12));
	assert_false(has(cache, &ADDRESS, 10, 12, 12));
	assert_false(has(cache, &ADDRESS, 5, 9, 12));
	assert_false(has(cache, &ADDRESS, 5, 12, 21));
	assert_false(has(cache, &OTHER, 5, 12, 12));
	sole_tenures_free(cache);
}

static void a_record_ends_it_and_leaves_the_positions_before(void **state)
{
	struct sole_tenures *cache = cache_of(tenure_of("web"));

	(void)state;
	sole_tenures_end(cache, &OTHER, 7);
	assert_true(has(cache, &ADDRESS, 7, 12, 12));
	sole_tenures_end(cache, &ADDRESS, 7);
	assert_true(has(cache, &ADDRESS, 6, 12, 12));
	assert_false(has(cache, &ADDRESS, 7, 12, 12));
	sole_tenures_end(cache, &ADDRESS, 9);
	assert_false(has(cache, &ADDRESS, 7, 12, 12));
	sole_tenures_end(cache, &ADDRESS, 5);
	assert_false(has(cache, &ADDRESS, 5, 12, 12));
	sole_tenures_free(cache);
}

static void a_new_version_of_a_name_drops_it(void **state)
{
	struct sole_tenure *tenure = tenure_of("web");
	uint32_t generation = 3;
	struct sole_tenures *cache;

	(void)state;
	tenure->generation[1] = &generation;
	tenure->found[1] = 3;
	cache = cache_of(tenure);
	assert_true(has(cache, &ADDRESS, 5, 12, 12));
	generation = 4;
	assert_false(has(cache, &ADDRESS, 5, 12, 12));
	generation = 3;
	assert_false(has(cache, &ADDRESS, 5, 12, 12));
	sole_tenures_free(cache);
}

static void an_address_has_several(void **state)
{
	struct sole_tenures *cache = cache_of(tenure_of("one"));
	struct sole_range other = range_of();
	const struct sole_tenure *found;

	(void)state;
	other.since = (struct when){30};
	other.until = (struct when){40};
	sole_tenures_add(cache, &other, tenure_of("other"));
	found = sole_tenures_find(cache, NULL, &ADDRESS, 5, (struct when){15}, (struct when){15});
	assert_name(found, "one");
	found = sole_tenures_find(cache, NULL, &ADDRESS, 5, (struct when){35}, (struct when){35});
	assert_name(found, "other");
	sole_tenures_clear(cache);
	assert_false(has(cache, &ADDRESS, 5, 15, 15));
	sole_tenures_free(cache);
}

static void one_of_a_gateway_counts_while_podcidrs_are_used_as_then(void **state)
{
	struct sole_tenures *cache = sole_tenures_new();
	struct sole_range range = range_of();

	(void)state;
	range.by_gateways = true;
	sole_tenures_add(cache, &range, tenure_of("node"));
	assert_true(has(cache, &ADDRESS, 5, 12, 12));
	sole_tenures_clear(cache);
	range.gateways = true;
	sole_tenures_add(cache, &range, tenure_of("node"));
	assert_false(has(cache, &ADDRESS, 5, 12, 12));
	sole_tenures_free(cache);
}

static void an_address_has_a_limited_number(void **state)
{
	struct sole_tenures *cache = sole_tenures_new();
	struct sole_range range = range_of();

	(void)state;
	for (int64_t n = 0; n <= SOLE_TENURES_EACH; n++) {
		range.since = range.until = (struct when){n};
		sole_tenures_add(cache, &range, tenure_of("web"));
	}
	assert_false(has(cache, &ADDRESS, 5, 0, 0));
	assert_true(has(cache, &ADDRESS, 5, 1, 1));
	assert_true(has(cache, &ADDRESS, 5, SOLE_TENURES_EACH, SOLE_TENURES_EACH));
	sole_tenures_free(cache);
}

/* A membership that opens and closes at these seconds, by records 1 and 2. */
static struct membership member(int64_t opening, int64_t closing)
{
	return (struct membership){
		.service = span_of("shop/web"),
		.uid = span_of("u1"),
		.opening = {opening * NS_PER_SECOND},
		.closing = {closing * NS_PER_SECOND},
		.opened_offset = 1,
		.closed_offset = 2,
	};
}

static void only_members_that_can_count_are_copied(void **state)
{
	struct membership list[] = {
		member(10, 94),   /* closed more than the pause before */
		member(20, 96),   /* another one may follow it */
		member(98, 150),  /* counts */
		member(204, 300), /* may keep one open that closed before */
		member(206, 300), /* opens too late */
		member(120, 130), /* its record comes later */
	};
	const uint32_t which[] = {0, 1, 2, 3, 4, 5};
	const struct memberships members = {list, 6, which, 6};
	struct sole_range range = range_of();
	struct packed_names *names =
		packed_names_new(&(struct named_holder){0}, span_of("{"), span_of("}"));
	struct sole_tenure *tenure;

	(void)state;
	list[5].opened_offset = 10;
	list[5].closed_offset = 11;
	range.since = (struct when){100 * NS_PER_SECOND};
	range.until = (struct when){200 * NS_PER_SECOND};
	tenure = sole_tenure_new(&range, names, &members);
	assert_non_null(tenure);
	assert_int_equal(tenure->member_count, 3);
	assert_int_equal(tenure->members[0].opening.ns, 20 * NS_PER_SECOND);
	assert_int_equal(tenure->members[1].opening.ns, 98 * NS_PER_SECOND);
	assert_int_equal(tenure->members[2].opening.ns, 204 * NS_PER_SECOND);
	assert_memory_equal(tenure->members[2].service.data, "shop/web", 8);
	free(tenure);
	free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_counts_for_its_flows_and_positions_only),
		cmocka_unit_test(a_record_ends_it_and_leaves_the_positions_before),
		cmocka_unit_test(a_new_version_of_a_name_drops_it),
		cmocka_unit_test(an_address_has_several),
		cmocka_unit_test(one_of_a_gateway_counts_while_podcidrs_are_used_as_then),
		cmocka_unit_test(an_address_has_a_limited_number),
		cmocka_unit_test(only_members_that_can_count_are_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
