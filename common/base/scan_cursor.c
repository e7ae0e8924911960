#include "common/base/scan_cursor.h"

#include <string.h>

#include "common/base/utf8.h"

struct scan_block scan_cursor_block(const char *at, const char *end)
{
	char last[SCAN_BLOCK_SIZE] = {0};

	if (end - at >= SCAN_BLOCK_SIZE)
		return scan_block_of(at);
	memcpy(last, at, (size_t)(end - at));
	return scan_block_of(last);
}

/* Returns the end of the escape at AT, or NULL. */
static const char *escape(const char *at, const char *end)
{
	if (end - at < 2)
		return NULL;
	if (at[1] == 'u')
		return scan_value_hex4(at + 2, end) < 0 ? NULL : at + 6;
	return at[1] != '\0' && strchr("\"\\/bfnrt", at[1]) != NULL ? at + 2 : NULL;
}

const char *scan_cursor_special(const char *at, const char *end)
{
	size_t sequence;
	bool well;

	if (at == end)
		return NULL;
	if (*at == '\\')
		return escape(at, end);
	sequence = utf8_sequence(at, (size_t)(end - at), &well);
	return well && (unsigned char)*at >= 0x20 ? at + sequence : NULL;
}

const char *scan_cursor_literal(const char *at, const char *end, struct scan_value *value)
{
	static const struct {
		const char *text;
		size_t length;
		enum scan_kind kind;
	} literals[] = {{"true", 4, SCAN_TRUE}, {"false", 5, SCAN_FALSE}, {"null", 4, SCAN_NULL}};

	for (size_t i = 0; i < 3; i++) {
		if ((size_t)(end - at) < literals[i].length ||
		    memcmp(at, literals[i].text, literals[i].length) != 0)
			continue;
		*value = (struct scan_value){literals[i].kind, false, at, literals[i].length};
		return at + literals[i].length;
	}
	return NULL;
}
