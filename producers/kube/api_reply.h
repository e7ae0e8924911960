/* api_reply.h - what the API server says: a page of a list, a line of a watch, a Status.
 *
 * Everything found points into the bytes that were read.
 */
#ifndef TENURE_API_REPLY_H
#define TENURE_API_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/kube/value.h"

struct api_reply_page {
	uint64_t revision;  /* of the whole list: the same on each of its pages */
	struct value token; /* "continue", a string; absent or "" on the last page */
	struct value_cursor items;
};

enum api_reply_kind {
	API_REPLY_ADDED,
	API_REPLY_MODIFIED,
	API_REPLY_DELETED,
	API_REPLY_BOOKMARK,
	API_REPLY_ERROR
};

struct api_reply_change {
	enum api_reply_kind kind;
	uint64_t revision; /* not of an ERROR */
	struct value object;
};

/* A Status object: why the server refused. */
struct api_reply_status {
	int64_t code;          /* an HTTP status, 0 when it is not told */
	int64_t retry_after_s; /* 0 when it is not told */
	bool future_revision;  /* the revision asked for is not there yet */
	char message[256];     /* as it stands between its quotes */
};

/* False when BYTES[LENGTH] is no such thing. */
bool api_reply_read_page(const char *bytes, size_t length, struct api_reply_page *page);
bool api_reply_read_change(const char *bytes, size_t length, struct api_reply_change *change);
/* Whatever cannot be found stays empty; text that is no JSON is the message. */
void api_reply_read_status(const char *bytes, size_t length, struct api_reply_status *status);
/* The revision of an item of a page; 0 when it has none. */
uint64_t api_reply_revision(struct value object);

#endif
