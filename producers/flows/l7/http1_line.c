#include "producers/flows/l7/http1_line.h"

#include <string.h>
#include <strings.h>

#define METHOD_MAX 24                  /* bytes; the longest that is registered has 17 */
#define LENGTH_MAX (UINT64_C(1) << 56) /* of a body */

struct http1_line http1_line_whole(const char *bytes, size_t length)
{
	if (length > 0 && bytes[length - 1] == '\r')
		length--;
	return (struct http1_line){bytes, length, bytes + length, length};
}

struct http1_line http1_line_parts(const char head[HTTP1_LINE_HEAD],
				   const char tail[HTTP1_LINE_TAIL], size_t length)
{
	size_t cr = tail[HTTP1_LINE_TAIL - 1] == '\r';

	if (length <= HTTP1_LINE_HEAD)
		return http1_line_whole(head, length);
	return (struct http1_line){head, HTTP1_LINE_HEAD, tail + HTTP1_LINE_TAIL - cr, length - cr};
}

/* The length of the method that BYTES begin with, all of LENGTH if they end inside it; 0 if there
 * is none. Methods are upper case, but for the separators of a few (RFC 9110 9.1). */
static size_t method_length(const char *bytes, size_t length)
{
	size_t i = 0;

	while (i < length && ((bytes[i] >= 'A' && bytes[i] <= 'Z') || bytes[i] == '-'))
		i++;
	if (i > METHOD_MAX || (i < length && (bytes[i] != ' ' || i < 3)))
		return 0;
	return i;
}

bool http1_line_may_be_request(const char *bytes, size_t length)
{
	return method_length(bytes, length) > 0;
}

bool http1_line_may_be_status(const char *bytes, size_t length)
{
	return length > 0 && memcmp(bytes, "HTTP/1.", length < 7 ? length : 7) == 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int http1_line_method(const struct http1_line *line, uint8_t *method)
{
	size_t length = method_length(line->head, line->head_length);
	const char *version = line->end - 9;

	if (length == 0 || length == line->head_length || line->length < length + 11)
		return -1;
	/* In parts the tail may have no room for the space before the version. */
	if (line->head_length == line->length && version[0] != ' ')
		return -1;
	if (memcmp(version + 1, "HTTP/1.", 7) != 0 || !is_digit(version[8]))
		return -1;
	*method = HTTP1_METHOD_OTHER;
	if (length == 4 && memcmp(line->head, "HEAD", 4) == 0)
		*method = HTTP1_METHOD_HEAD;
	else if (length == 7 && memcmp(line->head, "CONNECT", 7) == 0)
		*method = HTTP1_METHOD_CONNECT;
	return 0;
}

int http1_line_status(const struct http1_line *line, uint16_t *status)
{
	const char *head = line->head;

	if (line->head_length < 12 || memcmp(head, "HTTP/1.", 7) != 0 || !is_digit(head[7]) ||
	    head[8] != ' ' || head[9] < '1' || head[9] > '5' || !is_digit(head[10]) ||
	    !is_digit(head[11]) || (line->length > 12 && head[12] != ' '))
		return -1;
	*status = (uint16_t)((head[9] - '0') * 100 + (head[10] - '0') * 10 + (head[11] - '0'));
	return 0;
}

static bool has_name(const struct http1_line *line, const char *name, size_t length)
{
	return line->head_length >= length && strncasecmp(line->head, name, length) == 0;
}

#define HAS_NAME(line, name) has_name((line), (name), sizeof(name) - 1)
#define CONTENT_LENGTH "content-length:"

enum http1_header http1_line_header(const struct http1_line *line)
{
	switch (line->head[0] | 0x20) {
	case 'c':
		return HAS_NAME(line, CONTENT_LENGTH) ? HTTP1_HEADER_CONTENT_LENGTH
						      : HTTP1_HEADER_OTHER;
	case 't':
		return HAS_NAME(line, "transfer-encoding:") ? HTTP1_HEADER_TRANSFER_ENCODING
							    : HTTP1_HEADER_OTHER;
	case 'u':
		return HAS_NAME(line, "upgrade:") ? HTTP1_HEADER_UPGRADE : HTTP1_HEADER_OTHER;
	default:
		return HTTP1_HEADER_OTHER;
	}
}

int http1_line_length(const struct http1_line *line, uint64_t *length)
{
	size_t i = sizeof(CONTENT_LENGTH) - 1, digits;
	uint64_t value = 0;

	if (line->head_length < line->length)
		return -1;
	while (i < line->length && (line->head[i] == ' ' || line->head[i] == '\t'))
		i++;
	for (digits = i; i < line->length && is_digit(line->head[i]); i++) {
		value = value * 10 + (uint64_t)(line->head[i] - '0');
		if (value > LENGTH_MAX)
			return -1;
	}
	if (i == digits)
		return -1;
	while (i < line->length && (line->head[i] == ' ' || line->head[i] == '\t'))
		i++;
	*length = value;
	return i == line->length ? 0 : -1;
}

int http1_line_chunk(const struct http1_line *line, uint64_t *length)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < line->head_length; i++) {
		char c = line->head[i], lower = (char)(c | 0x20);

		if (is_digit(c))
			value = value * 16 + (uint64_t)(c - '0');
		else if (lower >= 'a' && lower <= 'f')
			value = value * 16 + (uint64_t)(lower - 'a' + 10);
		else
			break;
		if (value > LENGTH_MAX)
			return -1;
	}
	if (i == 0 || (i < line->head_length && line->head[i] != ';' && line->head[i] != ' ' &&
		       line->head[i] != '\t'))
		return -1;
	*length = value;
	return 0;
}

bool http1_line_ends_with(const struct http1_line *line, const char *word)
{
	size_t length = strlen(word);

	return line->length >= length && strncasecmp(line->end - length, word, length) == 0;
}
