#include "tests/unit/quoted.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM (4u << 20)
#define TEXTS_MAX 4096u

struct quoted_text {
	const char *text;
	const char *copy;
};

static char quote(char letter)
{
	return letter == '\'' ? '"' : letter;
}

/* TEXT may be a buffer that held something else when it was copied. */
static bool is_copy(const char *copy, const char *text)
{
	while (*text != '\0' && *copy == quote(*text)) {
		copy++;
		text++;
	}
	return *copy == *text;
}

/* Not from malloc(), whose calls a test may count. */
static const char *copy_of(const char *text)
{
	static char room[ROOM];
	static size_t used;
	size_t size = strlen(text) + 1;
	char *copy = room + used;

	if (size > ROOM - used) {
		fprintf(stderr, "quoted: no room for more than %u bytes\n", ROOM);
		abort();
	}
	used += size;
	for (size_t i = 0; i < size; i++)
		copy[i] = quote(text[i]);
	return copy;
}

const char *quoted(const char *text)
{
	static struct quoted_text table[TEXTS_MAX];
	size_t first = (size_t)(((uintptr_t)text * UINT64_C(0x9e3779b97f4a7c15)) >> 52);

	for (size_t step = 0; step < TEXTS_MAX; step++) {
		struct quoted_text *entry = &table[(first + step) % TEXTS_MAX];

		if (entry->copy == NULL)
			*entry = (struct quoted_text){text, copy_of(text)};
		if (entry->text == text && is_copy(entry->copy, text))
			return entry->copy;
	}
	fprintf(stderr, "quoted: more than %u texts\n", TEXTS_MAX);
	abort();
}
