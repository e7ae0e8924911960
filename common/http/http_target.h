/* http_target.h - the target of an HTTP request: the words of its path, and its parameters. Pure.
 *
 * "/v1/ip/10.0.0.1?port=80" has the words "v1", "ip", "10.0.0.1" and the parameter "port" = "80".
 *
 * (1) Percent-encoding (RFC 3986 2.1) is decoded within a word, a name and a value, so an encoded
 *     slash is part of its word. "+" is a plus, as in the times of RFC 3339.
 * (2) What is decoded is UTF-8 without control characters.
 */
#ifndef TENURE_HTTP_TARGET_H
#define TENURE_HTTP_TARGET_H

#include <stddef.h>

#include "common/base/span.h"

#define HTTP_TARGET_MAX 4096 /* bytes */
#define HTTP_WORDS_MAX 8
#define HTTP_PARAMETERS_MAX 16

struct http_parameter {
	struct span name, value;
};

struct http_target {
	struct span words[HTTP_WORDS_MAX];
	size_t word_count;
	struct http_parameter parameters[HTTP_PARAMETERS_MAX];
	size_t parameter_count;
	char decoded[HTTP_TARGET_MAX]; /* what the spans point at */
};

enum http_target_outcome { HTTP_TARGET_GOOD, HTTP_TARGET_MALFORMED, HTTP_TARGET_TOO_LONG };

/* Reads TEXT, in the origin or the absolute form (RFC 9112 3.2). *TARGET may not be moved. */
enum http_target_outcome http_target_parse(const char *text, struct http_target *target);

/* The value of the parameter NAME; its data is NULL if there is none. */
struct span http_target_value(const struct http_target *target, const char *name);

#endif
