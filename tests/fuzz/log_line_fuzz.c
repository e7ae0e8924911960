/* A line of a log. Without its annotations it is what it was; it has the same addresses with them; and
 * a line of JSON remains one. The first byte selects how its time is found. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/scan.h"
#include "common/base/text.h"
#include "sink/lookup/lines/line_addresses.h"
#include "sink/lookup/lines/line_question.h"
#include "sink/lookup/lines/line_time.h"

#define ANNOTATION "[shop/web?]"
#define ANNOTATION_LENGTH (sizeof(ANNOTATION) - 1)
#define LATEST ((struct when){INT64_C(1796083200) * NS_PER_SECOND})

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void annotate(const char *line, size_t length, struct text *out)
{
	struct line_address found;
	size_t from = 0;

	while (line_addresses_next(line, length, from, &found)) {
		struct ip again;

		if (found.start < from || found.end <= found.start || found.end > length ||
		    ip_parse(line + found.start, found.end - found.start, &again) < 0 ||
		    ip_compare(&again, &found.ip) != 0)
			abort();
		text_add(out, line + from, found.end - from);
		text_add(out, ANNOTATION, ANNOTATION_LENGTH);
		from = found.end;
	}
	text_add(out, line + from, length - from);
}

/* Compares the addresses of ANNOTATED with those of LINE, and what is between them. */
static void compare(const char *line, size_t length, const struct text *annotated)
{
	struct line_address one = {.end = 0}, other = {.end = 0};
	size_t added = 0;

	while (line_addresses_next(line, length, one.end, &one)) {
		if (!line_addresses_next(annotated->data, annotated->length, other.end, &other) ||
		    ip_compare(&one.ip, &other.ip) != 0 || one.start + added != other.start)
			abort();
		added += ANNOTATION_LENGTH;
	}
	if (line_addresses_next(annotated->data, annotated->length, other.end, &other) ||
	    annotated->length != length + added)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const formats[] = {NULL, "%d.%m.%Y %H:%M:%S", "%b %d %H:%M:%S.%f %z",
					      "x=%s"};
	const char *line = (const char *)data + 1;
	struct line_time time = {.zone = {.fixed = true}, .latest = LATEST};
	struct line_question question;
	struct text out;
	struct when moment;

	if (size == 0 || memchr(data, '\n', size) != NULL)
		return 0;
	time.format = formats[data[0] % 4];
	time.zone_given = (data[0] & 4) != 0;
	line_time_find(&time, line, size - 1, &moment);
	line_question_read(line, size - 1, LATEST, &question);
	text_init(&out, 1u << 24);
	annotate(line, size - 1, &out);
	if (!out.failed) {
		compare(line, size - 1, &out);
		if (scan_validate(line, size - 1) == SCAN_GOOD &&
		    scan_validate(out.data, out.length) != SCAN_GOOD)
			abort();
	}
	text_free(&out);
	return 0;
}
