/* http1_line.h - one line of an HTTP/1 message (RFC 9112 2.2 to 6.1). Pure.
 *
 * (1) Of a long line that came in parts only its start and its end are kept; what is read here is
 *     there, or the line is refused.
 */
#ifndef TENURE_FLOWS_L7_HTTP1_LINE_H
#define TENURE_FLOWS_L7_HTTP1_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP1_LINE_HEAD 64 /* bytes that are kept of a line's start */
#define HTTP1_LINE_TAIL 9  /* and of its end: the version of a request line, and a CR */

enum http1_method { HTTP1_METHOD_OTHER, HTTP1_METHOD_HEAD, HTTP1_METHOD_CONNECT };

enum http1_header {
	HTTP1_HEADER_OTHER,
	HTTP1_HEADER_CONTENT_LENGTH,
	HTTP1_HEADER_TRANSFER_ENCODING,
	HTTP1_HEADER_UPGRADE,
};

struct http1_line {
	const char *head;
	size_t head_length;
	const char *end; /* after its last byte; up to HTTP1_LINE_TAIL bytes before it are there */
	size_t length;   /* without CR and LF */
};

/* The line BYTES[LENGTH], without its LF. */
struct http1_line http1_line_whole(const char *bytes, size_t length);
/* The line of LENGTH bytes, without its LF, that has this start and end. */
struct http1_line http1_line_parts(const char head[HTTP1_LINE_HEAD],
				   const char tail[HTTP1_LINE_TAIL], size_t length);

/* True if BYTES[LENGTH] may be the start of a request line, or of a status line. */
bool http1_line_may_be_request(const char *bytes, size_t length);
bool http1_line_may_be_status(const char *bytes, size_t length);

/* These return -1 if LINE is not what is asked for. */
int http1_line_method(const struct http1_line *line, uint8_t *method); /* of a request line */
int http1_line_status(const struct http1_line *line, uint16_t *status);
int http1_line_length(const struct http1_line *line, uint64_t *length); /* Content-Length's */
int http1_line_chunk(const struct http1_line *line, uint64_t *length);  /* a chunk's size */

enum http1_header http1_line_header(const struct http1_line *line);
/* True if LINE ends with WORD, at most HTTP1_LINE_TAIL - 1 lower-case letters. */
bool http1_line_ends_with(const struct http1_line *line, const char *word);

#endif
