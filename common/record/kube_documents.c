#define _GNU_SOURCE /* memmem */
#include "common/record/kube_documents.h"

#include <string.h>

#include "common/bus/bus.h"
#include "common/record/kube_resource.h"

#define LIMIT ((size_t)BUS_RECORD_MAX + 1)
#define LOOKED_AT 128 /* bytes of a line, for what begins a List (1) */

void kube_documents_init(struct kube_documents *documents)
{
	*documents = (struct kube_documents){.line = {NULL, 0}};
	text_init(&documents->record, LIMIT);
}

void kube_documents_free(struct kube_documents *documents)
{
	text_free(&documents->record);
}

void kube_documents_add(struct kube_documents *documents, struct span line)
{
	documents->line = line;
	documents->at = 0;
}

bool kube_documents_is_open(const struct kube_documents *documents)
{
	return documents->depth > 0;
}

bool kube_documents_has_more(const struct kube_documents *documents)
{
	return documents->line.data != NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Adds BYTES up to the limit (4). */
static void keep(struct kube_documents *d, const char *bytes, size_t length)
{
	size_t room = LIMIT - d->record.length;

	text_add(&d->record, bytes, length < room ? length : room);
}

static bool may_be_list(struct span line)
{
	size_t length = line.length < LOOKED_AT ? line.length : LOOKED_AT;

	return memmem(line.data, length, "\"items\"", 7) != NULL ||
	       memmem(line.data, length, "List\"", 5) != NULL;
}

/* Whether LINE, outside of a document, is a record, readable or not. */
static bool is_record(struct span line)
{
	while (line.length > 0 && is_blank(line.data[line.length - 1]))
		line.length--;
	while (line.length > 0 && is_blank(line.data[0])) {
		line.data++;
		line.length--;
	}
	if (line.length == 0 || line.data[0] != '{' || line.length > BUS_RECORD_MAX)
		return true;
	return line.length > 1 && line.data[line.length - 1] == '}' && !may_be_list(line);
}

static void begin_document(struct kube_documents *d)
{
	text_clear(&d->record);
	d->listed = d->in_items = d->taking = d->given = d->valued = false;
	d->name = KUBE_NAME_OTHER;
	d->kind[0] = '\0';
}

/* The items of a PodList do not say that they are Pods; those of a List have their kind. */
static void begin_item(struct kube_documents *d)
{
	static const char type[] = "{\"type\":\"MODIFIED\",", object[] = "\"object\":";
	size_t length = strlen(d->kind), end = strlen("List");
	enum kube_resource resource;

	d->taking = true;
	text_clear(&d->record);
	keep(d, type, sizeof(type) - 1);
	if (length > end && strcmp(d->kind + length - end, "List") == 0) {
		resource = kube_resource_from_kind(d->kind, length - end);
		text_add_string(&d->record, "\"resource\":");
		text_add_json_string(&d->record, resource < KUBE_RESOURCES
							 ? kube_resource_name(resource)
							 : d->kind);
		text_add(&d->record, ",", 1);
	}
	keep(d, object, sizeof(object) - 1);
}

/* The string that begins at AT, in the outermost object: a name or a value. */
static void take_string(struct kube_documents *d, const char *at, size_t length)
{
	if (!d->valued) {
		d->name = length == 5 && memcmp(at, "items", 5) == 0  ? KUBE_NAME_ITEMS
			  : length == 4 && memcmp(at, "kind", 4) == 0 ? KUBE_NAME_KIND
								      : KUBE_NAME_OTHER;
	} else if (d->name == KUBE_NAME_KIND && length < sizeof(d->kind)) {
		memcpy(d->kind, at, length);
		d->kind[length] = '\0';
	}
}

/* The end of the string whose quote is before AT, or END. */
static const char *string_end(const char *at, const char *end)
{
	while (at < end && *at != '"')
		at += *at == '\\' && at + 1 < end ? 2 : 1;
	return at < end ? at : end;
}

/* What byte C, outside of strings, does. */
static void take_byte(struct kube_documents *d, char c)
{
	switch (c) {
	case '{':
	case '[':
		d->depth++;
		if (c == '[' && d->depth == 2 && d->valued && d->name == KUBE_NAME_ITEMS)
			d->listed = d->in_items = true;
		break;
	case '}':
	case ']':
		d->depth -= d->depth > 0;
		if (d->depth == 1)
			d->in_items = false;
		break;
	case ':':
		d->valued = d->valued || d->depth == 1;
		break;
	case ',':
		if (d->depth == 1) {
			d->valued = false;
			d->name = KUBE_NAME_OTHER;
		}
		break;
	default:
		break;
	}
}

/* Reads on in the line. 1 if a record is complete, 0 at the end of the line. */
static int read_on(struct kube_documents *d)
{
	const char *begin = d->line.data, *end = begin + d->line.length, *at = begin + d->at;
	const char *from = at;

	for (; at < end; at++) {
		char c = *at;

		if (c == '"') {
			const char *closing = string_end(at + 1, end);

			if (d->depth == 1)
				take_string(d, at + 1, (size_t)(closing - at - 1));
			at = closing < end ? closing : end - 1;
			continue;
		}
		take_byte(d, c);
		if (c == '{' && d->in_items && d->depth == 3 && !d->taking) {
			begin_item(d);
			from = at;
		}
		if (c == '}' && d->taking && d->depth == 2) {
			keep(d, from, (size_t)(at + 1 - from));
			keep(d, "}", 1);
			d->taking = false;
			d->at = (size_t)(at + 1 - begin);
			return 1;
		}
		if (d->depth == 0 && !is_blank(c))
			break;
	}
	if (!d->listed || d->taking) {
		keep(d, from, (size_t)(end - from));
		if (d->depth > 0)
			keep(d, "\n", 1);
	}
	d->line = (struct span){NULL, 0};
	if (d->listed && d->depth == 0 && at + 1 < end)
		kube_documents_add(d, (struct span){at + 1, (size_t)(end - at - 1)});
	return d->depth == 0 && !d->listed;
}

static void give(struct kube_documents *d, struct kube_document *out)
{
	*out = (struct kube_document){text_span(&d->record), d->listed, d->listed && !d->given};
	d->given = true;
}

int kube_documents_break(struct kube_documents *d, struct kube_document *out)
{
	if (d->listed && !d->taking)
		text_clear(&d->record);
	d->depth = 0;
	if (d->record.failed)
		return -1;
	give(d, out);
	return 1;
}

/* One record of the line, or all of it. */
static int next(struct kube_documents *d, struct kube_document *out)
{
	int rc;

	if (d->at == 0 && d->depth > 0 && d->line.length > 0 && d->line.data[0] == '{')
		return kube_documents_break(d, out);
	if (d->at == 0 && d->depth == 0) {
		if (is_record(d->line)) {
			*out = (struct kube_document){.bytes = d->line};
			d->line.data = NULL;
			return 1;
		}
		begin_document(d);
	}
	rc = read_on(d);
	if (d->record.failed)
		return -1;
	if (rc == 1)
		give(d, out);
	return rc;
}

int kube_documents_next(struct kube_documents *d, struct kube_document *out)
{
	int rc = 0;

	while (rc == 0 && d->line.data != NULL)
		rc = next(d, out);
	return rc;
}
