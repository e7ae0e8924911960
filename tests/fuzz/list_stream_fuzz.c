/* A list in pieces: the same items, revision, token and fault as in one piece; and a list that
 * is good has the items that value.h finds in the whole text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "producers/kube/list_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
	struct text items; /* each followed by a line end */
	struct text token;
	uint64_t revision;
	const char *fault;
	enum list_stream_status status;
};

static void read_in(const char *bytes, size_t length, size_t step, struct outcome *outcome)
{
	struct list_stream stream;
	struct value item;
	struct text body;

	list_stream_init(&stream);
	text_init(&body, 1u << 20);
	text_init(&outcome->items, 1u << 24);
	outcome->status = LIST_STREAM_MORE;
	for (size_t at = 0; at < length && outcome->status == LIST_STREAM_MORE; at += step) {
		text_add(&body, bytes + at, length - at < step ? length - at : step);
		while ((outcome->status = list_stream_next(&stream, &body, &item)) ==
		       LIST_STREAM_ITEM) {
			text_add(&outcome->items, item.bytes, item.length);
			text_add(&outcome->items, "\n", 1);
		}
	}
	outcome->token = stream.token;
	outcome->revision = stream.revision;
	outcome->fault = stream.fault;
	text_free(&body);
}

static bool same_text(const struct text *a, const struct text *b)
{
	return a->length == b->length && (a->length == 0 || !memcmp(a->data, b->data, a->length));
}

/* The whole text was read as a list: a walk over it finds the same items. */
static void check_walk(const char *bytes, size_t length, const struct outcome *outcome)
{
	struct value list, name, item;
	struct value_cursor items;
	struct text walked;

	/* What follows the list is not read. */
	while (length > 0 && !value_parse(bytes, length, &list))
		length--;
	/* An item may nest as deep as a whole text. */
	if (length == 0)
		return;
	if (value_integer(value_at(list, "metadata.resourceVersion")) != outcome->revision)
		abort();
	text_init(&walked, 1u << 24);
	items = value_walk(value_at(list, "items"));
	while (value_next(&items, &name, &item)) {
		text_add(&walked, item.bytes, item.length);
		text_add(&walked, "\n", 1);
	}
	if (!same_text(&walked, &outcome->items))
		abort();
	text_free(&walked);
}

static void free_outcome(struct outcome *outcome)
{
	text_free(&outcome->items);
	text_free(&outcome->token);
}

/* The first byte is the length of the pieces. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome whole, pieces;
	const char *bytes = (const char *)data + 1;

	if (size < 2 || size > 65536)
		return 0;
	read_in(bytes, size - 1, size - 1, &whole);
	read_in(bytes, size - 1, data[0] % 64u + 1, &pieces);
	if (whole.status != pieces.status || whole.fault != pieces.fault ||
	    whole.revision != pieces.revision || !same_text(&whole.items, &pieces.items) ||
	    !same_text(&whole.token, &pieces.token))
		abort();
	if (whole.status == LIST_STREAM_END)
		check_walk(bytes, size - 1, &whole);
	free_outcome(&whole);
	free_outcome(&pieces);
	return 0;
}
