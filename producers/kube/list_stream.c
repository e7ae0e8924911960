#include "producers/kube/list_stream.h"

#include <string.h>

#include "common/base/scan.h"
#include "common/base/scan_value.h"

#define TOKEN_MAX 65536u /* bytes */

void list_stream_init(struct list_stream *stream)
{
	*stream = (struct list_stream){0};
	text_init(&stream->token, TOKEN_MAX);
}

void list_stream_free(struct list_stream *stream)
{
	text_free(&stream->token);
}

void list_stream_restart(struct list_stream *stream)
{
	struct text token = stream->token;

	text_clear(&token);
	*stream = (struct list_stream){.token = token};
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool wrong(struct list_stream *stream, const char *fault)
{
	stream->fault = fault;
	return false;
}

/* Returns the end of the value that begins at TAKEN, or NULL while that is still to come. */
static const char *find_end(struct list_stream *stream, const struct text *body)
{
	const char *begin = body->data + stream->taken, *end = body->data + body->length;
	const char *at = body->data + stream->scanned;
	bool scalar = *begin != '"' && *begin != '{' && *begin != '[';

	while (at < end) {
		char c = *at;

		if (stream->in_string) {
			at = value_string_stop(at, end);
			if (at == end || (*at == '\\' && end - at < 2))
				break;
			stream->in_string = *at == '\\';
			at += stream->in_string ? 2 : 1;
		} else if (c == '"') {
			stream->in_string = true;
			at++;
			continue;
		} else if (scalar) {
			if (c == ',' || c == '}' || c == ']' || is_blank(c))
				return at;
			at++;
			continue;
		} else {
			/* With this bit '[' is '{' and ']' is '}'. */
			c |= 0x20;
			stream->depth += (c == '{') - (c == '}');
			at++;
		}
		if (stream->depth == 0 && !stream->in_string)
			return at;
	}
	stream->scanned = (size_t)(at - body->data);
	return NULL;
}

static bool too_large(struct list_stream *stream)
{
	stream->too_large = true;
	return wrong(stream, "an object is longer than 8 MiB");
}

/* Takes the next value off BODY; false while it is incomplete, and when it is wrong. */
static bool take_value(struct list_stream *stream, const struct text *body, struct value *value)
{
	const char *begin = body->data + stream->taken, *end;
	size_t length = 0;

	/* Most objects have come whole, and are read once. */
	if (stream->scanned == stream->taken)
		length = scan_first_object(begin, body->length - stream->taken);
	if (length > 0 && length <= LIST_STREAM_VALUE_MAX) {
		*value = (struct value){begin, length};
		stream->scanned = stream->taken += length;
		return true;
	}
	end = find_end(stream, body);
	if (end == NULL)
		return body->length - stream->taken > LIST_STREAM_VALUE_MAX ? too_large(stream)
									    : false;
	if ((size_t)(end - begin) > LIST_STREAM_VALUE_MAX)
		return too_large(stream);
	if (!value_parse(begin, (size_t)(end - begin), value))
		return wrong(stream, "it is not JSON");
	stream->taken = stream->scanned = (size_t)(end - body->data);
	return true;
}

static bool take_metadata(struct list_stream *stream, struct value metadata)
{
	struct value token = value_at(metadata, "continue");
	struct scan_value text = {.kind = SCAN_STRING, .escaped = true};
	char plain[TOKEN_MAX];
	long length;

	stream->revision = value_integer(value_at(metadata, "resourceVersion"));
	if (stream->revision == 0)
		return wrong(stream, "it has no metadata.resourceVersion");
	if (!value_present(token) || value_is_null(token))
		return true;
	if (*token.bytes != '"')
		return wrong(stream, "metadata.continue is not a string");
	text.text = token.bytes + 1;
	text.length = token.length - 2;
	length = scan_value_unescape(&text, plain, sizeof(plain));
	if (length > 0)
		text_add(&stream->token, plain, (size_t)length);
	/* Without its token it would look like the last page. */
	if (length < 0 || stream->token.failed)
		return wrong(stream, "there is no room for the token of the next page");
	return true;
}

static bool take_name(struct list_stream *stream, struct value name)
{
	bool again = false;

	stream->part = LIST_STREAM_PART_COLON;
	stream->member = LIST_STREAM_OTHER;
	if (value_is_text(name, "metadata")) {
		again = stream->has_metadata;
		stream->member = LIST_STREAM_METADATA;
		stream->has_metadata = true;
	} else if (value_is_text(name, "items")) {
		again = stream->has_items;
		stream->member = LIST_STREAM_ITEMS;
		stream->has_items = true;
		if (!stream->has_metadata)
			return wrong(stream, "its items come before its metadata");
	}
	return again ? wrong(stream, "it has a member twice") : true;
}

static bool take_member(struct list_stream *stream, struct value value)
{
	stream->part = LIST_STREAM_PART_AFTER_VALUE;
	if (stream->member == LIST_STREAM_METADATA)
		return take_metadata(stream, value);
	if (stream->member == LIST_STREAM_ITEMS && !value_is_null(value))
		return wrong(stream, "its items are not an array");
	return true;
}

static bool take_item(struct list_stream *stream, struct value value, struct value *item)
{
	stream->part = LIST_STREAM_PART_AFTER_ITEM;
	if (!value_is_string(value_at(value, "metadata.uid")))
		return wrong(stream, "an item has no metadata.uid");
	*item = value;
	return true;
}

static bool take_mark(struct list_stream *stream, enum list_stream_part part)
{
	stream->scanned = ++stream->taken;
	stream->part = part;
	return true;
}

/* Takes one mark, name, value or item, which sets ITEM. False when that is not possible. */
static bool step(struct list_stream *stream, const struct text *body, struct value *item)
{
	char c = body->data[stream->taken];
	struct value value;

	switch (stream->part) {
	case LIST_STREAM_PART_LIST:
		if (c == '{')
			return take_mark(stream, LIST_STREAM_PART_NAME);
		break;
	case LIST_STREAM_PART_NAME:
		if (c == '"')
			return take_value(stream, body, &value) && take_name(stream, value);
		break;
	case LIST_STREAM_PART_COLON:
		if (c == ':')
			return take_mark(stream, LIST_STREAM_PART_VALUE);
		break;
	case LIST_STREAM_PART_VALUE:
		if (c == '[' && stream->member == LIST_STREAM_ITEMS)
			return take_mark(stream, LIST_STREAM_PART_FIRST_ITEM);
		return take_value(stream, body, &value) && take_member(stream, value);
	case LIST_STREAM_PART_AFTER_VALUE:
		if (c == ',')
			return take_mark(stream, LIST_STREAM_PART_NAME);
		if (c == '}' && stream->has_items)
			return take_mark(stream, LIST_STREAM_PART_NONE);
		return wrong(stream, c == '}' ? "it has no items" : "it is not JSON");
	case LIST_STREAM_PART_FIRST_ITEM:
	case LIST_STREAM_PART_ITEM:
		if (c == ']' && stream->part == LIST_STREAM_PART_FIRST_ITEM)
			return take_mark(stream, LIST_STREAM_PART_AFTER_VALUE);
		return take_value(stream, body, &value) && take_item(stream, value, item);
	case LIST_STREAM_PART_AFTER_ITEM:
		if (c == ',')
			return take_mark(stream, LIST_STREAM_PART_ITEM);
		if (c == ']')
			return take_mark(stream, LIST_STREAM_PART_AFTER_VALUE);
		break;
	case LIST_STREAM_PART_NONE:
		return false;
	}
	return wrong(stream, "it is not a list in JSON");
}

/* Moves what was not used to the front. */
static void compact(struct list_stream *stream, struct text *body)
{
	if (stream->taken == 0)
		return;
	body->length -= stream->taken;
	memmove(body->data, body->data + stream->taken, body->length);
	stream->scanned -= stream->taken;
	stream->taken = 0;
}

/* Blanks are skipped only between values: inside one, SCANNED is ahead of TAKEN. */
static void skip_blanks(struct list_stream *stream, const struct text *body)
{
	while (stream->scanned == stream->taken && stream->taken < body->length &&
	       is_blank(body->data[stream->taken]))
		stream->scanned = ++stream->taken;
}

enum list_stream_status list_stream_next(struct list_stream *stream, struct text *body,
					 struct value *item)
{
	bool more = true;

	*item = (struct value){NULL, 0};
	while (more && stream->fault == NULL && !value_present(*item)) {
		skip_blanks(stream, body);
		more = stream->taken < body->length && step(stream, body, item);
	}
	if (stream->fault != NULL)
		return LIST_STREAM_WRONG;
	if (value_present(*item))
		return LIST_STREAM_ITEM;
	if (stream->part == LIST_STREAM_PART_NONE)
		return LIST_STREAM_END;
	compact(stream, body);
	return LIST_STREAM_MORE;
}
