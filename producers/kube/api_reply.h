/* api_reply.h - reads what the API server sends: a page of a list, a line of a watch, a Status.
 *
 * What is found points into the bytes that were read.
 */
#ifndef TENURE_KUBE_API_REPLY_H
#define TENURE_KUBE_API_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/value.h"
#include "common/record/kube_event.h"

struct api_reply_page {
	uint64_t revision;  /* of the whole list, the same on each of its pages */
	struct value token; /* "continue", a string; absent or "" on the last page */
	struct value_cursor items;
};

struct api_reply_change {
	enum kube_event_type type; /* KUBE_ADDED to KUBE_ERROR */
	uint64_t revision;         /* > 0, except in an ERROR */
	struct value object;
};

/* A Status object: why the server refused. */
struct api_reply_status {
	int64_t code;          /* an HTTP status; 0 when absent */
	int64_t retry_after_s; /* 0 when absent */
	bool future_revision;  /* the server has not reached the requested revision */
	char message[256];     /* cut if it is longer; a blank for a control character */
};

/* False when BYTES[LENGTH] is not a page or not a line. */
bool api_reply_read_page(const char *bytes, size_t length, struct api_reply_page *page);
bool api_reply_read_change(const char *bytes, size_t length, struct api_reply_change *change);
/* Leaves what is absent empty. Text that is not JSON becomes the message. */
void api_reply_read_status(const char *bytes, size_t length, struct api_reply_status *status);
/* The reason of the GAP that CODE (HTTP's or STATUS's) calls for; NULL when the server
 * still has the requested revision. */
const char *api_reply_loss(int64_t code, const struct api_reply_status *status);

#endif
