#include "sink/lookup/lines/annotate.h"

#include <inttypes.h>
#include <sysexits.h>

#include "common/bus/lines.h"
#include "common/program/log.h"
#include "common/program/stop.h"
#include "sink/lookup/lines/annotation.h"
#include "sink/lookup/lines/line_addresses.h"
#include "sink/lookup/output.h"

#define PRINT_BYTES ((size_t)64 * 1024)
#define OUT_MAX ((size_t)256 * 1024 * 1024)
#define WAIT_MS 200

struct annotator {
	const struct lookup_options *options;
	struct timeline *timeline;
	struct line_time line_time;
	struct lookup_question question;
	enum annotation_with with;
	struct text out;
	uint64_t lines, untimed; /* lines with an address and no time */
	uint64_t counts[ANNOTATION_KINDS];
	bool closed; /* nobody reads the output any more */
	bool broken; /* logged */
};

static void print(struct annotator *annotator)
{
	if (output_print(&annotator->out, &annotator->closed) < 0)
		annotator->broken = true;
}

static void annotate_address(struct annotator *annotator, const struct ip *ip)
{
	struct lookup_answer answer;

	annotator->question.ip = *ip;
	if (lookup_ask(annotator->timeline, &annotator->question, annotator->question.at, &answer) <
	    0)
		annotator->broken = true;
	else
		annotator->counts[annotation_add(&annotator->out, &answer, annotator->with)]++;
}

/* Copies the line, with its newline if it has one. */
static void annotate_line(struct annotator *annotator, const struct lines_line *line)
{
	struct text *out = &annotator->out;
	struct line_address found = {.end = 0};
	size_t from = 0;
	bool asked = false, timed = false;

	while (line_addresses_next(line->bytes, line->length, from, &found)) {
		if (!asked)
			timed = line_time_find(&annotator->line_time, line->bytes, line->length,
					       &annotator->question.at);
		asked = true;
		if (!timed)
			break;
		text_add(out, line->bytes + from, found.end - from);
		annotate_address(annotator, &found.ip);
		from = found.end;
	}
	annotator->lines++;
	annotator->untimed += asked && !timed;
	text_add(out, line->bytes + from, line->length - from);
	if (line->end >= 0)
		text_add(out, "\n", 1);
	if (out->length >= PRINT_BYTES)
		print(annotator);
}

static void report(const struct annotator *annotator)
{
	const uint64_t *counts = annotator->counts;

	log_info("%" PRIu64 " %s; addresses: %" PRIu64 " named, %" PRIu64
		 " named with doubt, %" PRIu64 " unknown, %" PRIu64 " outside",
		 annotator->lines, annotator->lines == 1 ? "line" : "lines",
		 counts[ANNOTATION_NAMED], counts[ANNOTATION_DOUBTED],
		 counts[ANNOTATION_UNKNOWN] + counts[ANNOTATION_UNCOVERED],
		 counts[ANNOTATION_OUTSIDE]);
	if (counts[ANNOTATION_UNCOVERED] > 0 &&
	    counts[ANNOTATION_NAMED] + counts[ANNOTATION_DOUBTED] == 0)
		log_warn("nobody is named, and the times of %" PRIu64
			 " addresses are outside what is known: see --time-zone",
			 counts[ANNOTATION_UNCOVERED]);
	if (annotator->untimed > 0)
		log_warn("%" PRIu64 " lines with addresses have no time that is recognised, and "
			 "were left as they are (--time-format)",
			 annotator->untimed);
}

int annotate_all(const struct lookup_options *options, struct timeline *timeline)
{
	struct annotator annotator = {
		.options = options,
		.timeline = timeline,
		.line_time = options->line_time,
		.question = options->question,
		.with = (enum annotation_with)options->annotate_with,
	};
	struct lines_reader *reader = lines_reader_open("-", false, 0);
	bool interrupted = stop_requested();
	enum lines_status status = LINES_RECORD;
	struct lines_line line;

	text_init(&annotator.out, OUT_MAX);
	annotator.broken = reader == NULL;
	while (!annotator.closed && !annotator.broken && status != LINES_END &&
	       (interrupted || !stop_requested())) {
		status = lines_read(reader, status == LINES_QUIET ? WAIT_MS : 0, &line);
		if (status == LINES_RECORD && line.length <= BUS_RECORD_MAX) {
			annotate_line(&annotator, &line);
		} else if (status == LINES_RECORD || status == LINES_BROKEN) {
			if (status == LINES_RECORD)
				log_error("standard input line %" PRId64 ": is longer than %u MiB",
					  line.number + 1, BUS_RECORD_MAX >> 20);
			annotator.broken = true;
		} else {
			print(&annotator);
		}
	}
	if (!annotator.broken)
		report(&annotator);
	lines_reader_close(reader);
	text_free(&annotator.out);
	return annotator.broken ? EX_IOERR : EX_OK;
}
