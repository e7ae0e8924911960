#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "producers/flows/fragments.h"

#define START INT64_C(1700000000000000000)
#define SECOND INT64_C(1000000000)

static struct fragments *new_fragments(uint64_t seed)
{
	const uint64_t words[FLOW_KEY_SEED_WORDS] = {seed, 6, 5, 4, 3, 2, 1};
	struct fragments *fragments = fragments_new(words, FRAGMENTS_MAX);

	assert_non_null(fragments);
	return fragments;
}

/* A fragment of packet NUMBER from 10.0.0.1 to 10.0.0.2, TIME nanoseconds after START. */
static struct packet fragment_of(uint32_t number, enum packet_fragment fragment, int64_t time)
{
	return (struct packet){
		.time = {START + time},
		.source = ip_from_v4((const uint8_t[]){10, 0, (uint8_t)(number >> 16), 1}),
		.destination = ip_from_v4((const uint8_t[]){10, 0, 0, 2}),
		.protocol = TRANSPORT_UDP,
		.identification = number & 0xffff,
		.fragment = fragment == PACKET_FIRST_FRAGMENT ? PACKET_FIRST_FRAGMENT
							      : PACKET_LATER_FRAGMENT,
		.source_port = fragment == PACKET_FIRST_FRAGMENT ? 40000 : 0,
		.destination_port = fragment == PACKET_FIRST_FRAGMENT ? 53 : 0,
		.bytes = 100 + number % 100,
		.frame_bytes = 114 + number % 100,
		.path = 1,
	};
}

static bool take(struct fragments *fragments, uint32_t number, enum packet_fragment fragment,
		 int64_t time)
{
	struct packet packet = fragment_of(number, fragment, time);
	bool taken = fragments_take(fragments, &packet);

	if (taken)
		assert_int_equal(packet.destination_port, 53);
	return taken;
}

static unsigned release_all(struct fragments *fragments)
{
	struct packet packet;
	unsigned count = 0;

	while (fragments_release(fragments, &packet)) {
		assert_int_equal(packet.fragment, PACKET_LATER_FRAGMENT);
		assert_int_equal(packet.source_port, 40000);
		assert_int_equal(packet.destination_port, 53);
		count++;
	}
	return count;
}

static void later_fragments_get_the_ports_of_the_first(void **state)
{
	struct fragments *fragments = new_fragments(1);
	struct packet other = fragment_of(7, PACKET_LATER_FRAGMENT, 5);

	(void)state;
	assert_true(take(fragments, 7, PACKET_FIRST_FRAGMENT, 5));
	assert_true(take(fragments, 7, PACKET_LATER_FRAGMENT, 5));
	/* Another packet, another path, another protocol, too late. */
	assert_false(take(fragments, 8, PACKET_LATER_FRAGMENT, 5));
	other.path = 2;
	assert_false(fragments_take(fragments, &other));
	other.path = 1;
	other.protocol = TRANSPORT_TCP;
	assert_false(fragments_take(fragments, &other));
	assert_false(take(fragments, 7, PACKET_LATER_FRAGMENT, 5 + FRAGMENTS_LIFE_NS));
	fragments_finish(fragments);
	assert_int_equal(fragments_get_stats(fragments).alone, 4);
	fragments_free(fragments);
}

static void fragments_before_the_first_are_held_back(void **state)
{
	struct fragments *fragments = new_fragments(1);
	struct packet packet;

	(void)state;
	assert_false(take(fragments, 7, PACKET_LATER_FRAGMENT, 0));
	assert_false(take(fragments, 7, PACKET_LATER_FRAGMENT, 1));
	assert_true(take(fragments, 7, PACKET_FIRST_FRAGMENT, 2));
	assert_true(fragments_release(fragments, &packet));
	assert_int_equal(packet.time.ns, START);
	assert_int_equal(packet.bytes, 107);
	assert_int_equal(packet.frame_bytes, 121);
	assert_int_equal(packet.destination_port, 53);
	assert_int_equal(packet.payload, 0);
	assert_true(fragments_release(fragments, &packet));
	assert_int_equal(packet.time.ns, START + 1);
	assert_false(fragments_release(fragments, &packet));
	assert_true(take(fragments, 7, PACKET_LATER_FRAGMENT, 3));
	fragments_finish(fragments);
	assert_int_equal(fragments_get_stats(fragments).alone, 0);
	fragments_free(fragments);
}

static void a_fragment_waits_for_thirty_seconds(void **state)
{
	struct fragments *fragments = new_fragments(1);

	(void)state;
	assert_false(take(fragments, 7, PACKET_LATER_FRAGMENT, 0));
	assert_false(take(fragments, 8, PACKET_LATER_FRAGMENT, SECOND));
	assert_true(take(fragments, 7, PACKET_FIRST_FRAGMENT, FRAGMENTS_LIFE_NS));
	assert_int_equal(release_all(fragments), 0);
	assert_int_equal(fragments_get_stats(fragments).alone, 1);
	assert_true(take(fragments, 8, PACKET_FIRST_FRAGMENT, FRAGMENTS_LIFE_NS + SECOND - 1));
	assert_int_equal(release_all(fragments), 1);
	assert_int_equal(fragments_get_stats(fragments).forgotten, 0);
	fragments_free(fragments);
}

static void all_packets_in_flight_are_known_whatever_the_seed(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 20; seed++) {
		struct fragments *fragments = new_fragments(seed * UINT64_C(0x9e3779b97f4a7c15));
		unsigned found = 0;

		for (uint32_t i = 0; i < FRAGMENTS_MAX; i++)
			assert_true(take(fragments, i, PACKET_FIRST_FRAGMENT, i));
		for (uint32_t i = 0; i < FRAGMENTS_MAX; i++)
			found += take(fragments, i, PACKET_LATER_FRAGMENT, FRAGMENTS_MAX + i);
		assert_int_equal(found, FRAGMENTS_MAX);
		fragments_free(fragments);
	}
}

static void a_full_table_gives_up_the_oldest_packet(void **state)
{
	struct fragments *fragments = new_fragments(1);

	(void)state;
	for (uint32_t i = 0; i <= FRAGMENTS_MAX; i++)
		assert_true(take(fragments, i, PACKET_FIRST_FRAGMENT, i));
	assert_int_equal(fragments_get_stats(fragments).forgotten, 1);
	assert_false(take(fragments, 0, PACKET_LATER_FRAGMENT, 2 * FRAGMENTS_MAX));
	assert_true(take(fragments, 2, PACKET_LATER_FRAGMENT, 2 * FRAGMENTS_MAX));
	fragments_finish(fragments);
	assert_int_equal(fragments_get_stats(fragments).alone, 1);
	fragments_free(fragments);
}

/* Two for each packet, so that the places for held fragments are used up first. */
static void without_room_the_fragments_that_waited_longest_are_given_up(void **state)
{
	struct fragments *fragments = new_fragments(1);
	unsigned released = 0;

	(void)state;
	assert_true(take(fragments, 100000, PACKET_FIRST_FRAGMENT, 0));
	for (uint32_t i = 0; i < FRAGMENTS_MAX / 2 + 10; i++) {
		assert_false(take(fragments, i, PACKET_LATER_FRAGMENT, i));
		assert_false(take(fragments, i, PACKET_LATER_FRAGMENT, i));
	}
	assert_int_equal(fragments_get_stats(fragments).alone, 20);
	assert_int_equal(fragments_get_stats(fragments).forgotten, 10);
	assert_true(take(fragments, 100000, PACKET_LATER_FRAGMENT, SECOND));
	for (uint32_t i = 0; i < FRAGMENTS_MAX / 2 + 10; i++) {
		assert_true(take(fragments, i, PACKET_FIRST_FRAGMENT, SECOND));
		released += release_all(fragments);
	}
	assert_int_equal(released, FRAGMENTS_MAX);
	fragments_free(fragments);
}

static void one_packet_may_use_up_all_room(void **state)
{
	struct fragments *fragments = new_fragments(1);

	(void)state;
	for (uint32_t i = 0; i < 3 * FRAGMENTS_MAX; i++)
		assert_false(take(fragments, 7, PACKET_LATER_FRAGMENT, i));
	fragments_finish(fragments);
	assert_int_equal(fragments_get_stats(fragments).alone, 3 * FRAGMENTS_MAX);
	fragments_free(fragments);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(later_fragments_get_the_ports_of_the_first),
		cmocka_unit_test(fragments_before_the_first_are_held_back),
		cmocka_unit_test(a_fragment_waits_for_thirty_seconds),
		cmocka_unit_test(all_packets_in_flight_are_known_whatever_the_seed),
		cmocka_unit_test(a_full_table_gives_up_the_oldest_packet),
		cmocka_unit_test(without_room_the_fragments_that_waited_longest_are_given_up),
		cmocka_unit_test(one_packet_may_use_up_all_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
