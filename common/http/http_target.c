#include "common/http/http_target.h"

#include <string.h>
#include <strings.h>

#include "common/base/utf8.h"

/* What is being read, and where what is decoded goes. */
struct decoder {
	const char *at, *end;
	char *to;
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_utf8(struct span span)
{
	bool well = true;

	for (size_t i = 0; well && i < span.length;)
		i += utf8_sequence(span.data + i, span.length - i, &well);
	return well;
}

/* Decodes up to a byte that is STOP or OTHER, or the end. -1 if it is malformed. */
static int decode(struct decoder *decoder, char stop, char other, struct span *decoded)
{
	char *start = decoder->to;

	while (decoder->at < decoder->end && *decoder->at != stop && *decoder->at != other) {
		unsigned char c = (unsigned char)*decoder->at++;

		if (c == '%') {
			int high, low;

			if (decoder->end - decoder->at < 2)
				return -1;
			high = hex_digit(decoder->at[0]);
			low = hex_digit(decoder->at[1]);
			if (high < 0 || low < 0)
				return -1;
			c = (unsigned char)(high * 16 + low);
			decoder->at += 2;
		}
		if (c < ' ' || c == 0x7f)
			return -1;
		*decoder->to++ = (char)c;
	}
	*decoded = (struct span){start, (size_t)(decoder->to - start)};
	return is_utf8(*decoded) ? 0 : -1;
}

/* The words of the path, which begins with a slash. */
static enum http_target_outcome read_path(struct decoder *decoder, struct http_target *target)
{
	while (decoder->at < decoder->end && *decoder->at == '/') {
		if (target->word_count == HTTP_WORDS_MAX)
			return HTTP_TARGET_TOO_LONG;
		decoder->at++;
		if (decode(decoder, '/', '?', &target->words[target->word_count++]) < 0)
			return HTTP_TARGET_MALFORMED;
	}
	return target->word_count > 0 ? HTTP_TARGET_GOOD : HTTP_TARGET_MALFORMED;
}

static enum http_target_outcome read_query(struct decoder *decoder, struct http_target *target)
{
	/* At the question mark, then at each ampersand. */
	while (decoder->at < decoder->end) {
		struct http_parameter *parameter = &target->parameters[target->parameter_count];

		decoder->at++;
		if (decoder->at == decoder->end)
			break;
		if (target->parameter_count == HTTP_PARAMETERS_MAX)
			return HTTP_TARGET_TOO_LONG;
		parameter->value = (struct span){"", 0};
		if (decode(decoder, '=', '&', &parameter->name) < 0)
			return HTTP_TARGET_MALFORMED;
		if (decoder->at < decoder->end && *decoder->at == '=') {
			decoder->at++;
			if (decode(decoder, '&', '&', &parameter->value) < 0)
				return HTTP_TARGET_MALFORMED;
		}
		target->parameter_count++;
	}
	return HTTP_TARGET_GOOD;
}

enum http_target_outcome http_target_parse(const char *text, struct http_target *target)
{
	size_t length = strnlen(text, HTTP_TARGET_MAX + 1);
	struct decoder decoder = {text, text + length, target->decoded};
	enum http_target_outcome outcome;

	target->word_count = 0;
	target->parameter_count = 0;
	if (length > HTTP_TARGET_MAX)
		return HTTP_TARGET_TOO_LONG;
	if (strncasecmp(text, "http://", 7) == 0)
		decoder.at += 7 + strcspn(text + 7, "/");
	outcome = read_path(&decoder, target);
	return outcome == HTTP_TARGET_GOOD ? read_query(&decoder, target) : outcome;
}

struct span http_target_value(const struct http_target *target, const char *name)
{
	struct span wanted = span_of(name);

	for (size_t i = 0; i < target->parameter_count; i++)
		if (span_equal(target->parameters[i].name, wanted))
			return target->parameters[i].value;
	return (struct span){NULL, 0};
}
