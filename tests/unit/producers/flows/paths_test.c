#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "producers/flows/interfaces.h"
#include "producers/flows/paths.h"

#define START INT64_C(1700000000000000000)
#define REST INT64_C(60000000000)

static struct paths *new_paths(uint64_t seed, bool ignore_vlan)
{
	const uint64_t words[FLOW_KEY_SEED_WORDS] = {seed, 6, 5, 4, 3, 2, 1};
	struct paths *paths = paths_new(words, PATHS_MAX, REST, ignore_vlan);

	assert_non_null(paths);
	return paths;
}

/* A packet through tunnel ID from 192.168.0.FROM to 192.168.0.TO. */
static struct packet tunnelled(uint32_t id, uint8_t from, uint8_t to)
{
	return (struct packet){
		.time = {START},
		.interface = 3,
		.encapsulation =
			{
				.tunnel = TUNNEL_VXLAN,
				.has_id = true,
				.id = id,
				.ends = {ip_from_v4((const uint8_t[]){192, 168, 0, from}),
					 ip_from_v4((const uint8_t[]){192, 168, 0, to})},
			},
	};
}

static uint16_t number_of(struct paths *paths, struct packet packet)
{
	paths_set(paths, &packet, packet.time);
	return packet.path;
}

static void a_path_with_nothing_on_it_has_its_interface_s_number(void **state)
{
	struct paths *paths = new_paths(1, false);
	struct packet packet = {.interface = 5};

	(void)state;
	assert_int_equal(number_of(paths, packet), 5);
	assert_int_equal(paths_interface(paths, 5), 5);
	assert_null(paths_encapsulation(paths, 5));
	paths_free(paths);
}

static void both_directions_of_a_tunnel_are_one_path(void **state)
{
	struct paths *paths = new_paths(1, false);
	struct packet there = tunnelled(7, 1, 2), back = tunnelled(7, 2, 1);

	(void)state;
	paths_set(paths, &there, there.time);
	paths_set(paths, &back, back.time);
	assert_int_equal(there.path, back.path);
	assert_int_equal(there.reversed, 0);
	assert_int_equal(back.reversed, 1);
	assert_int_equal(paths_interface(paths, there.path), 3);
	assert_int_equal(paths_encapsulation(paths, there.path)->ends[0].bytes[15], 1);
	assert_int_equal(paths_encapsulation(paths, there.path)->id, 7);
	paths_free(paths);
}

static void everything_that_tells_flows_apart_is_another_path(void **state)
{
	struct paths *paths = new_paths(1, false);
	struct packet packets[6];
	uint16_t numbers[6];

	(void)state;
	for (size_t i = 0; i < 6; i++)
		packets[i] = tunnelled(7, 1, 2);
	packets[1].encapsulation.id = 8;
	packets[2].encapsulation.tunnel = TUNNEL_GENEVE;
	packets[3].encapsulation.ends[1].bytes[15] = 9;
	packets[4].interface = 4;
	packets[5].encapsulation.vlans[0] = 5;
	packets[5].encapsulation.vlan_count = 1;
	for (size_t i = 0; i < 6; i++)
		numbers[i] = number_of(paths, packets[i]);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(number_of(paths, packets[i]), numbers[i]);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(numbers[i], numbers[k]);
	}
	paths_free(paths);
}

static void vlans_can_be_ignored(void **state)
{
	struct paths *paths = new_paths(1, true);
	struct packet packet = {.interface = 5, .encapsulation = {{7}, 1, 0, 0, 0, {{{0}}}}};

	(void)state;
	assert_int_equal(number_of(paths, packet), 5);
	paths_free(paths);
}

static void a_full_table_counts_and_reuses_what_has_rested(void **state)
{
	uint16_t first[2] = {0};

	(void)state;
	for (unsigned run = 0; run < 2; run++) {
		struct paths *paths = new_paths(run * UINT64_C(0x9e3779b97f4a7c15), false);
		struct packet late = tunnelled(PATHS_MAX, 1, 2);

		for (uint32_t i = 0; i < PATHS_MAX; i++)
			assert_int_not_equal(number_of(paths, tunnelled(i, 1, 2)), 3);
		assert_int_equal(paths_refused(paths), 0);
		assert_int_equal(number_of(paths, late), 3);
		assert_int_equal(paths_refused(paths), 1);
		late.time.ns += REST;
		first[run] = number_of(paths, late);
		assert_int_not_equal(first[run], 3);
		assert_int_equal(paths_encapsulation(paths, first[run])->id, PATHS_MAX);
		assert_int_equal(number_of(paths, late), first[run]);
		assert_int_equal(paths_refused(paths), 1);
		paths_free(paths);
	}
	assert_int_equal(first[0], first[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_with_nothing_on_it_has_its_interface_s_number),
		cmocka_unit_test(both_directions_of_a_tunnel_are_one_path),
		cmocka_unit_test(everything_that_tells_flows_apart_is_another_path),
		cmocka_unit_test(vlans_can_be_ignored),
		cmocka_unit_test(a_full_table_counts_and_reuses_what_has_rested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
