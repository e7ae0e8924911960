#include "common/http/http_reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/hash.h"

#define DETAIL_SIZE 512

void http_reply_init(struct http_reply *reply, size_t limit)
{
	*reply = (struct http_reply){
		.status = 200,
		.content_type = "application/json",
		.cache_control = "no-store",
	};
	text_init(&reply->body, limit);
}

static void end_stream(struct http_reply *reply)
{
	if (reply->next != NULL)
		reply->end(reply->stream);
	reply->next = NULL;
}

void http_reply_clear(struct http_reply *reply)
{
	end_stream(reply);
	text_free(&reply->body);
}

/* The names of RFC 9110 15 for what the server and its routes answer. */
static const char *title_of(unsigned status)
{
	switch (status) {
	case 400:
		return "Bad Request";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 412:
		return "Precondition Failed";
	case 413:
		return "Content Too Large";
	case 414:
		return "URI Too Long";
	case 415:
		return "Unsupported Media Type";
	case 421:
		return "Misdirected Request";
	case 500:
		return "Internal Server Error";
	default:
		return "Service Unavailable";
	}
}

void http_reply_problem(struct http_reply *reply, unsigned status, const char *format, ...)
{
	char detail[DETAIL_SIZE];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(detail, sizeof(detail), format, arguments);
	va_end(arguments);
	end_stream(reply);
	text_clear(&reply->body);
	reply->status = status;
	reply->content_type = "application/problem+json";
	reply->cache_control = "no-store";
	reply->encoding = NULL;
	text_add_string(&reply->body, "{\"type\":\"about:blank\",\"title\":");
	text_add_json_string(&reply->body, title_of(status));
	text_add_string(&reply->body, ",\"status\":");
	text_add_u64(&reply->body, status);
	text_add_string(&reply->body, ",\"detail\":");
	/* A name in it may have been cut within a character. */
	if (length >= DETAIL_SIZE)
		length = DETAIL_SIZE - 1;
	text_add_json_repaired(&reply->body, detail, length < 0 ? 0 : (size_t)length);
	text_add_string(&reply->body, "}\n");
}

void http_reply_etag(struct span body, char etag[static HTTP_ETAG_SIZE])
{
	uint64_t hash = hash_quick(HASH_START, body.data, body.length);

	etag[0] = '"';
	for (size_t i = 0; i < 16; i++)
		etag[1 + i] = "0123456789abcdef"[hash >> (60 - 4 * i) & 15];
	etag[17] = '"';
	etag[18] = '\0';
}

bool http_reply_has_tag(const char *tags, const char *etag, bool weak)
{
	size_t length = strlen(etag);

	for (const char *at = tags; at != NULL && *at != '\0';) {
		at += strspn(at, ", \t");
		/* A weak tag names the same bytes here. */
		if (weak && strncmp(at, "W/", 2) == 0)
			at += 2;
		if (*at == '*' || (strncmp(at, etag, length) == 0 &&
				   (at[length] == '\0' || strchr(", \t", at[length]) != NULL)))
			return true;
		at += strcspn(at, ",");
	}
	return false;
}
