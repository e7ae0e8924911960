/* kube_documents.h - the records in the lines of a kube file, which kubectl may have written as
 * documents of several lines. Pure.
 *
 * (1) A line that begins with { and ends with } is a record, unless it is a List. It is not looked
 *     into, except for the first bytes.
 * (2) Otherwise { begins a document, which ends with its }. Lines are added until then. It is a
 *     record as it stands, with line ends. A line that begins with { inside of one (indented JSON has
 *     none) ends it, broken, and begins another one.
 * (3) A List (an array "items" in the outermost object) is its items: each is a record of type
 *     MODIFIED. It is never held as a whole.
 * (4) A document or an item of more than BUS_RECORD_MAX bytes is cut to BUS_RECORD_MAX + 1.
 */
#ifndef TENURE_KUBE_DOCUMENTS_H
#define TENURE_KUBE_DOCUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/base/text.h"

#define KUBE_LIST_KIND_SIZE 64

/* Of the outermost object: the name before a value. */
enum kube_document_name { KUBE_NAME_OTHER, KUBE_NAME_ITEMS, KUBE_NAME_KIND };

struct kube_documents {
	struct text record; /* what there is of the document or the item */
	struct span line;   /* borrowed; what was not read of it begins at AT */
	size_t at;
	uint64_t depth; /* brackets that are open; 0: no document is */
	bool listed;    /* the document is a List */
	bool in_items;  /* of a List: its array is open */
	bool taking;    /* of a List: an item is open */
	bool given;     /* of a List: it had an item */
	bool valued;    /* a colon came after the last name */
	enum kube_document_name name;
	char kind[KUBE_LIST_KIND_SIZE]; /* of the List, if it came before the items */
};

struct kube_document {
	struct span bytes;  /* borrowed until the next call */
	bool listed, first; /* an item of a List, its first one */
};

void kube_documents_init(struct kube_documents *documents);
void kube_documents_free(struct kube_documents *documents);

/* Adds LINE, which has no newline and is borrowed until kube_documents_next() has returned 0. */
void kube_documents_add(struct kube_documents *documents, struct span line);
/* 1: the next record of what was added, 0: there is none yet, -1 if out of memory. */
int kube_documents_next(struct kube_documents *documents, struct kube_document *out);
/* The document that is open ends here, broken: what there is of it is a record, which cannot be read. */
int kube_documents_break(struct kube_documents *documents, struct kube_document *out);
/* There is something that kube_documents_next() has not read. */
bool kube_documents_has_more(const struct kube_documents *documents);
/* A document has begun and not ended. */
bool kube_documents_is_open(const struct kube_documents *documents);

#endif
