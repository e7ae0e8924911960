#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "producers/flows/pcap.h"
#include "producers/flows/pcapng.h"

struct block {
	uint8_t bytes[256];
	size_t length;
};

static void add16(struct block *block, uint16_t value)
{
	memcpy(block->bytes + block->length, &value, 2);
	block->length += 2;
}

static void add32(struct block *block, uint32_t value)
{
	memcpy(block->bytes + block->length, &value, 4);
	block->length += 4;
}

static enum pcapng_block read_block(struct pcapng *pcapng, struct block *block,
				    struct savefile_frame *frame)
{
	uint32_t length = (uint32_t)block->length + 4;

	memcpy(block->bytes + 4, &length, 4);
	add32(block, length);
	assert_int_equal(pcapng_length(pcapng, block->bytes), length);
	return pcapng_read(pcapng, block->bytes, length, length, frame);
}

static void begin(struct pcapng *pcapng, uint8_t resolution)
{
	struct block section = {0}, interface = {0};

	memset(pcapng, 0, sizeof(*pcapng));
	add32(&section, 0x0a0d0d0a);
	add32(&section, 0);
	add32(&section, 0x1a2b3c4d);
	add32(&section, 1);
	add32(&section, 0xffffffff);
	add32(&section, 0xffffffff);
	assert_int_equal(read_block(pcapng, &section, NULL), PCAPNG_SECTION);
	add32(&interface, 1);
	add32(&interface, 0);
	add32(&interface, 1);
	add32(&interface, 0);
	add16(&interface, 9);
	add16(&interface, 1);
	add32(&interface, resolution);
	assert_int_equal(read_block(pcapng, &interface, NULL), PCAPNG_INTERFACE);
}

static enum pcapng_block read_frame(struct pcapng *pcapng, uint64_t stamp, uint32_t captured,
				    struct savefile_frame *frame)
{
	struct block block = {0};

	add32(&block, 6);
	add32(&block, 0);
	add32(&block, 0);
	add32(&block, (uint32_t)(stamp >> 32));
	add32(&block, (uint32_t)stamp);
	add32(&block, captured);
	add32(&block, 100);
	add32(&block, 0);
	return read_block(pcapng, &block, frame);
}

static void times_are_in_units_of_the_interface(void **state)
{
	static const struct {
		uint8_t resolution;
		uint64_t stamp;
		int64_t seconds, nanoseconds;
	} cases[] = {
		{6, 1700000000000001, 1700000000, 1000},
		{0, 1700000000, 1700000000, 0},
		{9, UINT64_C(1700000000000000001), 1700000000, 1},
		{19, UINT64_C(15000000000000000000), 1, 500000000},
		{20, UINT64_C(15000000000000000000), 0, 0},
		{0x80 | 10, UINT64_C(1700000000) * 1024 + 512, 1700000000, 500000000},
		{0x80 | 63, (UINT64_C(1) << 63) + (UINT64_C(1) << 62), 1, 500000000},
		{0x80 | 64, UINT64_MAX, 0, 0},
		{6, UINT64_C(4294967296) * 1000000, INT64_C(4294967296), 0},
	};
	static struct pcapng pcapng;
	struct savefile_frame frame;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(&pcapng, cases[i].resolution);
		assert_int_equal(read_frame(&pcapng, cases[i].stamp, 4, &frame), PCAPNG_FRAME);
		assert_int_equal(frame.seconds, cases[i].seconds);
		assert_int_equal(frame.nanoseconds, cases[i].nanoseconds);
		assert_int_equal(frame.captured, 4);
		assert_int_equal(frame.on_wire, 100);
	}
}

static void a_frame_that_is_longer_than_its_block_is_damage(void **state)
{
	static struct pcapng pcapng;
	struct savefile_frame frame;

	(void)state;
	begin(&pcapng, 6);
	assert_int_equal(read_frame(&pcapng, 0, 5, &frame), PCAPNG_DAMAGED);
	assert_int_equal(read_frame(&pcapng, 0, UINT32_MAX, &frame), PCAPNG_DAMAGED);
}

/* A frame of four bytes with COUNT options: 16 bits of code, 16 of length, 32 of value. */
static bool is_inbound(const uint32_t options[][3], size_t count)
{
	static struct pcapng pcapng;
	struct block block = {0};
	struct savefile_frame frame;

	begin(&pcapng, 6);
	add32(&block, 6);
	for (size_t i = 0; i < 4; i++)
		add32(&block, 0);
	add32(&block, 3);
	add32(&block, 100);
	add32(&block, 0); /* three bytes of frame, and one of padding */
	for (size_t i = 0; i < count; i++) {
		add16(&block, (uint16_t)options[i][0]);
		add16(&block, (uint16_t)options[i][1]);
		add32(&block, options[i][2]);
	}
	assert_int_equal(read_block(&pcapng, &block, &frame), PCAPNG_FRAME);
	return frame.inbound;
}

static void the_flags_of_a_packet_say_whether_it_came_in(void **state)
{
	static const uint32_t first[][3] = {{2, 4, 1}}, last[][3] = {{5, 4, 1}, {2, 4, 0x11}},
			      out[][3] = {{2, 4, 2}}, unknown[][3] = {{2, 4, 0}},
			      ended[][3] = {{0, 0, 0}, {2, 4, 1}}, small[][3] = {{2, 2, 1}},
			      long_one[][3] = {{5, 400, 0}, {2, 4, 1}};

	(void)state;
	assert_true(is_inbound(first, 1));
	assert_true(is_inbound(last, 2));
	assert_false(is_inbound(out, 1));
	assert_false(is_inbound(unknown, 1));
	assert_false(is_inbound(ended, 2));
	assert_false(is_inbound(small, 1));
	assert_false(is_inbound(long_one, 2));
	assert_false(is_inbound(first, 0));
}

static void impossible_lengths_are_refused(void **state)
{
	static const uint32_t lengths[] = {0, 8, 11, 13, 0xfffffffd};
	static struct pcapng pcapng;

	(void)state;
	begin(&pcapng, 6);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct block block = {0};

		add32(&block, 6);
		add32(&block, lengths[i]);
		add32(&block, 0);
		assert_int_equal(pcapng_length(&pcapng, block.bytes), 0);
	}
}

static void pcap_has_three_kinds_of_header_in_two_byte_orders(void **state)
{
	static const struct {
		uint32_t magic;
		int64_t nanoseconds;
		size_t record;
	} cases[] = {{0xa1b2c3d4, 5000, 16}, {0xa1b23c4d, 5, 16}, {0xa1b2cd34, 5000, 24}};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		bool swapped = i >= 3;
		uint32_t words[12] = {cases[i % 3].magic, 0x00040002, 0,  0,   65535, 113,
				      0xf0000000,         5,          60, 1500};
		struct savefile_frame frame;
		struct pcap pcap;

		for (size_t w = 0; swapped && w < 12; w++)
			words[w] = __builtin_bswap32(words[w]);
		assert_int_equal(pcap_begin(&pcap, (const uint8_t *)words), 0);
		assert_int_equal(pcap.link_type, 113);
		assert_int_equal(pcap.record, cases[i % 3].record);
		assert_int_equal(pcap_read(&pcap, (const uint8_t *)(words + 6), &frame), 0);
		assert_int_equal(frame.seconds, 0xf0000000);
		assert_int_equal(frame.nanoseconds, cases[i % 3].nanoseconds);
		assert_int_equal(frame.captured, 60);
		assert_int_equal(frame.on_wire, 1500);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_in_units_of_the_interface),
		cmocka_unit_test(a_frame_that_is_longer_than_its_block_is_damage),
		cmocka_unit_test(the_flags_of_a_packet_say_whether_it_came_in),
		cmocka_unit_test(impossible_lengths_are_refused),
		cmocka_unit_test(pcap_has_three_kinds_of_header_in_two_byte_orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
