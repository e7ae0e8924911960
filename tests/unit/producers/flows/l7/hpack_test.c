#include "producers/flows/l7/hpack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct hpack_fields read_block(struct hpack *hpack, const char *bytes, size_t length)
{
	struct hpack_fields fields = {0};

	/* A byte at a time: blocks may end anywhere. */
	for (size_t i = 0; i < length; i++)
		assert_int_equal(hpack_read(hpack, (const uint8_t *)bytes + i, 1, &fields), 0);
	assert_true(hpack_is_between(hpack));
	return fields;
}

#define READ(hpack, literal) read_block((hpack), (literal), sizeof(literal) - 1)

/* RFC 7541 C.6: three responses with Huffman coding, and a table of 256 bytes. */
static void test_the_responses_of_the_standard(void **state)
{
	struct hpack hpack;

	(void)state;
	hpack_begin(&hpack);
	READ(&hpack, "\x3f\xe1\x01"); /* the size of the table: 256 */
	assert_int_equal(READ(&hpack,
			      "\x48\x82\x64\x02\x58\x85\xae\xc3\x77\x1a\x4b\x61\x96\xd0\x7a\xbe"
			      "\x94\x10\x54\xd4\x44\xa8\x20\x05\x95\x04\x0b\x81\x66\xe0\x82\xa6"
			      "\x2d\x1b\xff\x6e\x91\x9d\x29\xad\x17\x18\x63\xc7\x8f\x0b\x97\xc8"
			      "\xe9\xae\x82\xae\x43\xd3")
				 .status,
			 3);
	assert_int_equal(hpack.size, 222);
	assert_int_equal(READ(&hpack, "\x48\x83\x64\x0e\xff\xc1\xc0\xbf").status, 3);
	assert_int_equal(hpack.size, 222);
	assert_int_equal(READ(&hpack,
			      "\x88\xc1\x61\x96\xd0\x7a\xbe\x94\x10\x54\xd4\x44\xa8\x20\x05\x95"
			      "\x04\x0b\x81\x66\xe0\x84\xa6\x2d\x1b\xff\xc0\x5a\x83\x9b\xd9\xab"
			      "\x77\xad\x94\xe7\x82\x1d\xd7\xf2\xe6\xc7\xb3\x35\xdf\xdf\xcd\x5b"
			      "\x39\x60\xd5\xaf\x27\x08\x7f\x36\x72\xc1\xab\x27\x0f\xb5\x29\x1f"
			      "\x95\x87\x31\x60\x65\xc0\x03\xed\x4e\xe5\xb1\x06\x3d\x50\x07")
				 .status,
			 2);
	assert_int_equal(hpack.size, 215);
	assert_int_equal(hpack.count, 3);
}

static void test_fields_of_grpc(void **state)
{
	struct hpack hpack;

	(void)state;
	hpack_begin(&hpack);
	assert_true(READ(&hpack, "\x5f\x16"
				 "application/grpc+proto")
			    .grpc);
	assert_true(READ(&hpack, "\xbe").grpc);
	assert_false(READ(&hpack, "\x0f\x10\x0a"
				  "text/plain")
			     .grpc);
	assert_int_equal(READ(&hpack, "\x40\x0bgrpc-status\x02"
				      "14")
				 .grpc_code,
			 15);
	assert_int_equal(READ(&hpack, "\x0f\x2f\x01"
				      "0")
				 .grpc_code,
			 1);
	assert_int_equal(READ(&hpack, "\x7e\x02"
				      "99")
				 .grpc_code,
			 18);
}

static void test_what_cannot_be_followed(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} bad[] = {
		{"\x80", 1},                     /* index 0 */
		{"\xbe", 1},                     /* an entry that is not there */
		{"\x3f\xe2\x1f", 3},             /* a table of 4097 bytes */
		{"\xff\xff\xff\xff\xff", 5},     /* a number without an end */
		{"\x48\x81\x00", 3},             /* padding that is not all ones */
		{"\x48\x84\xff\xff\xff\xff", 6}, /* the end-of-string symbol */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct hpack_fields fields = {0};
		struct hpack hpack;

		hpack_begin(&hpack);
		assert_int_equal(
			hpack_read(&hpack, (const uint8_t *)bad[i].bytes, bad[i].length, &fields),
			-1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_responses_of_the_standard),
		cmocka_unit_test(test_fields_of_grpc),
		cmocka_unit_test(test_what_cannot_be_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
