/* list_stream.h - a list as the API server sends it, read while it arrives. Pure.
 *
 * The caller adds bytes to BODY in any pieces, and list_stream_next() takes them off.
 *
 * (1) The results do not depend on how the bytes were cut.
 * (2) BODY need not hold more than one value: an item, or a member of the list such as metadata.
 * (3) metadata comes before items, as kube-apiserver writes every list of a built-in kind
 *     (apimachinery:pkg/runtime/serializer/json/collections.go, encodeList). A list with its
 *     items first is refused: they cannot be written before their revision is known.
 * (4) "items" is an array of objects with a uid, or null, which Go writes for a nil slice and
 *     client-go reads as an empty list. client-go also takes a list without "items" for an
 *     empty one. That comes from no Go type, and is refused here.
 * (5) A list is complete at its closing brace; what follows is not read.
 */
#ifndef TENURE_KUBE_LIST_STREAM_H
#define TENURE_KUBE_LIST_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/base/value.h"

#define LIST_STREAM_VALUE_MAX (8u * 1024 * 1024) /* bytes; etcd takes objects of 1.5 MiB */

enum list_stream_status {
	LIST_STREAM_MORE, /* needs more bytes */
	LIST_STREAM_ITEM,
	LIST_STREAM_END,   /* the page is complete */
	LIST_STREAM_WRONG, /* it is not a list, as FAULT says */
};

struct list_stream {
	uint64_t revision; /* of the whole list; 0 until its metadata has come */
	struct text token; /* of the next page; empty on the last one */
	const char *fault;
	bool too_large; /* the fault is a value of more than LIST_STREAM_VALUE_MAX */
	/* The rest is private to list_stream.c. */
	enum list_stream_part {
		LIST_STREAM_PART_LIST,
		LIST_STREAM_PART_NAME,
		LIST_STREAM_PART_COLON,
		LIST_STREAM_PART_VALUE,
		LIST_STREAM_PART_AFTER_VALUE,
		LIST_STREAM_PART_FIRST_ITEM,
		LIST_STREAM_PART_ITEM,
		LIST_STREAM_PART_AFTER_ITEM,
		LIST_STREAM_PART_NONE, /* the list has ended */
	} part;                        /* of the list, that comes next */
	enum { LIST_STREAM_METADATA, LIST_STREAM_ITEMS, LIST_STREAM_OTHER } member;
	bool has_metadata;
	bool has_items;
	bool in_string; /* of the value under way, at SCANNED */
	int depth;
	size_t taken;   /* bytes of BODY that were used */
	size_t scanned; /* bytes of BODY that were seen */
};

void list_stream_init(struct list_stream *stream);
void list_stream_free(struct list_stream *stream);
/* Begins another page, in an empty BODY. */
void list_stream_restart(struct list_stream *stream);

/* ITEM is set with LIST_STREAM_ITEM. It is inside BODY, and valid until the next call. */
enum list_stream_status list_stream_next(struct list_stream *stream, struct text *body,
					 struct value *item);

#endif
