/* What the scan accepts, json-c accepts too, and both find the same members. The two classifiers of
 * its blocks give the same bits. */
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/scan.h"
#include "common/base/scan_block.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct scan_member members[] = {
	SCAN_MEMBER("a", 0, 0), SCAN_MEMBER("b", 2, 2), SCAN_MEMBER("c", 4, 1),
	SCAN_MEMBER("e", 0, 0), SCAN_MEMBER("d", 0, 0),
};

static void check(int truth)
{
	if (!truth)
		abort();
}

static void same(const struct scan_value *value, struct json_object *parent, const char *name)
{
	static const enum json_type types[] = {
		[SCAN_STRING] = json_type_string, [SCAN_TRUE] = json_type_boolean,
		[SCAN_FALSE] = json_type_boolean, [SCAN_NULL] = json_type_null,
		[SCAN_OBJECT] = json_type_object, [SCAN_ARRAY] = json_type_array,
	};
	struct json_object *found = NULL;
	int there = json_object_is_type(parent, json_type_object) &&
		    json_object_object_get_ex(parent, name, &found);
	char plain[4096];
	uint64_t number;
	long length;

	check(there == (value->kind != SCAN_ABSENT));
	if (!there)
		return;
	if (value->kind == SCAN_NUMBER) {
		check(json_object_is_type(found, json_type_int) ||
		      json_object_is_type(found, json_type_double));
		if (scan_value_unsigned(value, &number) == 0)
			check(json_object_get_uint64(found) == number);
		return;
	}
	check(json_object_get_type(found) == types[value->kind]);
	if (value->kind != SCAN_STRING || value->length > sizeof(plain) / 2)
		return;
	length = scan_value_unescape(value, plain, sizeof(plain));
	if (length >= 0)
		check((size_t)length == (size_t)json_object_get_string_len(found) &&
		      memcmp(plain, json_object_get_string(found), (size_t)length) == 0);
}

/* json-c drops what follows a NUL in a name. */
static int has_nul_name(const char *text, size_t length)
{
	for (size_t i = 0; i + 6 <= length; i++)
		if (memcmp(text + i, "\\u0000", 6) == 0)
			return 1;
	return 0;
}

static void same_blocks(const char *text, size_t length)
{
	for (size_t at = 0; at + SCAN_BLOCK_SIZE <= length; at++) {
		struct scan_block fast = scan_block_of(text + at),
				  plain = scan_block_plain(text + at);

		check(fast.stops == plain.stops && fast.others == plain.others);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct json_tokener *tokener;
	struct json_object *root, *b = NULL, *c = NULL;
	struct scan scan;
	enum scan_outcome outcome;
	size_t first;

	if (size > 100000)
		return 0;
	same_blocks(text, size);
	outcome = scan_object(text, size, members, 2, 5, &scan);
	check(scan.fault_at <= size);
	check((scan_validate(text, size) == SCAN_GOOD) ==
		      (outcome == SCAN_GOOD || outcome == SCAN_NOT_AN_OBJECT ||
		       outcome == SCAN_TWICE) ||
	      outcome == SCAN_TWICE);
	first = scan_first_object(text, size);
	check(first == 0 || (text[first - 1] == '}' && scan_validate(text, first) == SCAN_GOOD));
	if (outcome == SCAN_GOOD && *text == '{')
		check(first == scan.closing_brace + 1);
	if (outcome != SCAN_GOOD || has_nul_name(text, size))
		return 0;
	check(text[scan.closing_brace] == '}');
	tokener = json_tokener_new_ex(2 * SCAN_DEPTH_MAX);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tokener, text, (int)size);
	check(json_tokener_get_error(tokener) == json_tokener_success);
	same(&scan.values[0], root, "a");
	same(&scan.values[1], root, "b");
	json_object_object_get_ex(root, "b", &b);
	same(&scan.values[2], b, "c");
	same(&scan.values[3], b, "e");
	if (json_object_is_type(b, json_type_object))
		json_object_object_get_ex(b, "c", &c);
	same(&scan.values[4], c, "d");
	check(scan.empty == (json_object_object_length(root) == 0));
	json_object_put(root);
	json_tokener_free(tokener);
	return 0;
}
