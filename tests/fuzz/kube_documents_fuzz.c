/* Lines of a kube file: whatever they are, the records have at most BUS_RECORD_MAX + 1 bytes, a
 * document that one reader of JSON finds good comes out as it went in, and what a file is instead
 * can be asked of any bytes. */
#define _GNU_SOURCE /* memmem */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/scan.h"
#include "common/bus/bus.h"
#include "common/record/file_kind.h"
#include "common/record/kube_documents.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The records of the lines in TEXT. Returns how many, and the last one in LAST. */
static size_t read_all(struct kube_documents *documents, struct span text, struct text *last)
{
	struct kube_document document;
	size_t count = 0;

	while (text.length > 0) {
		const char *newline = memchr(text.data, '\n', text.length);
		size_t length = newline != NULL ? (size_t)(newline - text.data) : text.length;

		kube_documents_add(documents, (struct span){text.data, length});
		while (kube_documents_next(documents, &document) == 1) {
			if (document.bytes.length > (size_t)BUS_RECORD_MAX + 1)
				abort();
			text_clear(last);
			text_add(last, document.bytes.data, document.bytes.length);
			count++;
		}
		length += newline != NULL;
		text.data += length;
		text.length -= length;
	}
	return count;
}

/* Whether it is written as one document: no line but the last ends an object that began on the first,
 * and no line begins another one. */
static bool is_document(struct span text, size_t closing_brace)
{
	const char *newline = memchr(text.data, '\n', text.length);
	const char *end = newline;

	if (newline == NULL || text.data + closing_brace < newline)
		return closing_brace + 2 >= text.length;
	while (end > text.data && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		end--;
	return end[-1] != '}' && closing_brace + 2 >= text.length &&
	       memmem(text.data, text.length, "\n{", 2) == NULL;
}

/* An object over several lines is one record, unless it has "items". */
static void check_object(struct span text, size_t count, const struct text *last, bool open)
{
	static const struct scan_member items[] = {SCAN_MEMBER("items", 0, 0)};
	struct scan scan;

	if (text.length == 0 || text.data[0] != '{' ||
	    scan_object(text.data, text.length, items, 1, 1, &scan) != SCAN_GOOD)
		return;
	if (!is_document(text, scan.closing_brace))
		return;
	if (open || (scan.values[0].kind == SCAN_ABSENT &&
		     (count != 1 || last->length <= scan.closing_brace)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = {(const char *)data, size};
	struct kube_documents documents;
	struct kube_document document;
	char why[FILE_KIND_SIZE];
	struct text last;
	size_t count;

	for (enum file_kind wanted = FILE_KUBE; wanted <= FILE_CAPTURE; wanted++)
		file_kind_may_be(wanted, text, why);
	kube_documents_init(&documents);
	text_init(&last, (size_t)BUS_RECORD_MAX + 1);
	count = read_all(&documents, text, &last);
	check_object(text, count, &last, kube_documents_is_open(&documents));
	if (kube_documents_is_open(&documents)) {
		kube_documents_break(&documents, &document);
		if (kube_documents_is_open(&documents))
			abort();
	}
	text_free(&last);
	kube_documents_free(&documents);
	return 0;
}
