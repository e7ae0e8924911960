#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <zlib.h>

#include "common/base/text.h"
#include "producers/kube/gunzip.h"

#define LENGTH 3000000u

static char original[LENGTH];

/* Adds a gzip member with BYTES[LENGTH]. */
static void pack(struct text *packed, const char *bytes, size_t length)
{
	static Bytef member[LENGTH + 1024];
	z_stream stream = {0};

	assert_int_equal(deflateInit2(&stream, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	stream.next_in = (Bytef *)bytes;
	stream.avail_in = (uInt)length;
	stream.next_out = member;
	stream.avail_out = sizeof(member);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	text_add(packed, (const char *)member, sizeof(member) - stream.avail_out);
	deflateEnd(&stream);
}

static void fill(void)
{
	for (size_t i = 0; i < LENGTH; i++)
		original[i] = (char)('a' + (i / 1000 * 7 + i % 17) % 26);
}

static void unpacks_no_more_than_is_wanted(void **state)
{
	(void)state;
	struct gunzip *gunzip = gunzip_open();
	enum gunzip_status status;
	struct text packed, plain;
	size_t done = 0;

	text_init(&packed, LENGTH);
	text_init(&plain, LENGTH);
	pack(&packed, original, LENGTH);
	assert_true(packed.length < LENGTH / 20);
	assert_int_equal(gunzip_add(gunzip, packed.data, packed.length), 0);
	do {
		status = gunzip_move(gunzip, &plain, 100000);
		assert_int_not_equal(status, GUNZIP_WRONG);
		assert_true(plain.length < 120000);
		assert_memory_equal(plain.data, original + done, plain.length);
		done += plain.length;
		text_clear(&plain);
	} while (status == GUNZIP_MORE);
	assert_int_equal(done, LENGTH);
	text_free(&packed);
	text_free(&plain);
	gunzip_close(gunzip);
}

static void takes_pieces_and_several_members(void **state)
{
	(void)state;
	struct text packed, plain;

	text_init(&packed, LENGTH);
	text_init(&plain, LENGTH);
	pack(&packed, original, 1000);
	pack(&packed, "", 0);
	pack(&packed, original + 1000, 9000);
	for (size_t step = 1; step <= 64; step++) {
		struct gunzip *gunzip = gunzip_open();

		text_clear(&plain);
		for (size_t at = 0; at < packed.length; at += step) {
			assert_int_equal(
				gunzip_add(gunzip, packed.data + at,
					   packed.length - at < step ? packed.length - at : step),
				0);
			assert_int_equal(gunzip_move(gunzip, &plain, LENGTH), GUNZIP_ALL);
		}
		assert_int_equal(plain.length, 10000);
		assert_memory_equal(plain.data, original, 10000);
		gunzip_close(gunzip);
	}
	text_free(&packed);
	text_free(&plain);
}

static void refuses_what_is_not_gzip(void **state)
{
	(void)state;
	struct gunzip *gunzip = gunzip_open();
	struct text packed, plain;

	text_init(&packed, LENGTH);
	text_init(&plain, LENGTH);
	assert_int_equal(gunzip_add(gunzip, "{}", 2), 0);
	assert_int_equal(gunzip_move(gunzip, &plain, LENGTH), GUNZIP_WRONG);
	gunzip_close(gunzip);
	gunzip = gunzip_open();
	pack(&packed, original, 1000);
	packed.data[packed.length - 6] ^= 1; /* its checksum */
	assert_int_equal(gunzip_add(gunzip, packed.data, packed.length), 0);
	assert_int_equal(gunzip_move(gunzip, &plain, LENGTH), GUNZIP_WRONG);
	text_free(&packed);
	text_free(&plain);
	gunzip_close(gunzip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unpacks_no_more_than_is_wanted),
		cmocka_unit_test(takes_pieces_and_several_members),
		cmocka_unit_test(refuses_what_is_not_gzip),
	};

	fill();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
