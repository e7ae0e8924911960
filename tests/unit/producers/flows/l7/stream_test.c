#include "producers/flows/l7/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/transport.h"

/* What was handed on: bytes as they are, a cut byte as -, a missing one as ?. */
struct heard {
	struct slab blocks;
	struct stream stream;
	size_t length;
	char text[64];
};

static void hear(void *context, const struct stream_piece *piece)
{
	struct heard *heard = context;

	assert_true(piece->length > 0 && heard->length + piece->length < sizeof(heard->text));
	if (piece->bytes != NULL)
		memcpy(heard->text + heard->length, piece->bytes, piece->length);
	else
		memset(heard->text + heard->length, piece->missing == STREAM_CUT ? '-' : '?',
		       piece->length);
	heard->length += piece->length;
}

static int set_up(void **state)
{
	static struct heard heard;

	memset(&heard, 0, sizeof(heard));
	*state = &heard;
	stream_open(&heard.stream, UINT32_MAX - 2);
	return slab_init(&heard.blocks, STREAM_BLOCK_SIZE, 6);
}

static int tear_down(void **state)
{
	struct heard *heard = *state;

	stream_drop(&heard->stream, &heard->blocks);
	slab_clear(&heard->blocks);
	return 0;
}

/* The bytes FIRST to LAST of the alphabet, of which the first CAPTURED are there. */
static void add(struct heard *heard, char first, char last, uint32_t captured)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz";
	struct packet packet = {
		.tcp_flags = TCP_ACK,
		.sequence = UINT32_MAX - 2 + (uint32_t)(first - 'a'),
		.payload = (uint32_t)(last - first + 1),
		.payload_captured = captured,
		.payload_bytes = (const uint8_t *)alphabet + (first - 'a'),
	};

	stream_add(&heard->stream, &heard->blocks, &packet, &(struct stream_reader){hear, heard});
}

static void test_early_segments_wait(void **state)
{
	add(*state, 'g', 'i', 3);
	add(*state, 'd', 'f', 3);
	add(*state, 'a', 'c', 3);
	assert_string_equal(((struct heard *)*state)->text, "abcdefghi");
}

static void test_repeated_bytes_are_left_out(void **state)
{
	add(*state, 'a', 'd', 4);
	add(*state, 'a', 'd', 4);
	add(*state, 'c', 'f', 4);
	add(*state, 'i', 'j', 2);
	add(*state, 'i', 'j', 2);
	add(*state, 'e', 'k', 7);
	assert_string_equal(((struct heard *)*state)->text, "abcdefghijk");
}

static void test_bytes_that_were_cut_are_told(void **state)
{
	add(*state, 'a', 'f', 2);
	add(*state, 'g', 'h', 2);
	assert_string_equal(((struct heard *)*state)->text, "ab----gh");
}

/* As upper_layer.h gives a segment of which only the header was captured. */
static void test_a_segment_without_bytes_waits(void **state)
{
	struct heard *heard = *state;
	struct packet early = {.tcp_flags = TCP_ACK, .sequence = UINT32_MAX - 2 + 3, .payload = 3};

	stream_add(&heard->stream, &heard->blocks, &early, &(struct stream_reader){hear, heard});
	add(heard, 'a', 'c', 3);
	assert_string_equal(heard->text, "abc---");
}

static void test_acknowledged_bytes_will_not_come(void **state)
{
	struct heard *heard = *state;
	struct packet answer = {
		.tcp_flags = TCP_ACK, .acknowledgment = UINT32_MAX - 2 + 6, .payload = 1};

	add(heard, 'a', 'b', 2);
	add(heard, 'e', 'f', 2);
	stream_acknowledge(&heard->stream, &heard->blocks, &answer,
			   &(struct stream_reader){hear, heard});
	assert_string_equal(heard->text, "ab??ef");
}

static void test_what_cannot_wait_ends_the_wait(void **state)
{
	add(*state, 'c', 'c', 1);
	add(*state, 'e', 'e', 1);
	add(*state, 'g', 'g', 1);
	add(*state, 'i', 'i', 1);
	add(*state, 'k', 'k', 1);
	assert_string_equal(((struct heard *)*state)->text, "??c");
	add(*state, 'd', 'd', 1);
	assert_string_equal(((struct heard *)*state)->text, "??cde");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_early_segments_wait),
		TEST(test_repeated_bytes_are_left_out),
		TEST(test_bytes_that_were_cut_are_told),
		TEST(test_a_segment_without_bytes_waits),
		TEST(test_acknowledged_bytes_will_not_come),
		TEST(test_what_cannot_wait_ends_the_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
