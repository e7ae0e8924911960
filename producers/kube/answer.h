/* answer.h - what the API server says: a page of a list, a line of a watch, a Status.
 *
 * Everything found points into the bytes that were read.
 */
#ifndef TENURE_KUBE_ANSWER_H
#define TENURE_KUBE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/kube/value.h"

struct answer_page {
	uint64_t revision;  /* of the whole list: the same on each of its pages */
	struct value token; /* "continue", a string; absent or "" on the last page */
	struct value_cursor items;
};

enum answer_kind { ANSWER_ADDED, ANSWER_MODIFIED, ANSWER_DELETED, ANSWER_BOOKMARK, ANSWER_ERROR };

struct answer_change {
	enum answer_kind kind;
	uint64_t revision; /* not of an ERROR */
	struct value object;
};

/* A Status object: why the server refused. */
struct answer_status {
	int64_t code;          /* an HTTP status, 0 when it is not told */
	int64_t retry_after_s; /* 0 when it is not told */
	bool future_revision;  /* the revision asked for is not there yet */
	char message[256];     /* as it stands between its quotes */
};

/* False when BYTES[LENGTH] is no such thing. */
bool answer_read_page(const char *bytes, size_t length, struct answer_page *page);
bool answer_read_change(const char *bytes, size_t length, struct answer_change *change);
/* Whatever cannot be found stays empty; text that is no JSON is the message. */
void answer_read_status(const char *bytes, size_t length, struct answer_status *status);
/* The revision of an item of a page; 0 when it has none. */
uint64_t answer_revision(struct value object);

#endif
