#include "sink/lookup/lines/annotate.h"

#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#include "common/bus/lines.h"
#include "common/program/log.h"
#include "common/program/stop.h"
#include "sink/lookup/http/server_ask.h"
#include "sink/lookup/http/server_client.h"
#include "sink/lookup/lines/annotation.h"
#include "sink/lookup/lines/line_addresses.h"
#include "sink/lookup/output.h"

#define PRINT_BYTES ((size_t)64 * 1024)
#define OUT_MAX ((size_t)256 * 1024 * 1024)
#define WAITING_BYTES ((size_t)1024 * 1024)
#define WAIT_MS 200
#define SHOWN 200 /* bytes of an answer that a message quotes */

struct annotator {
	const struct lookup_options *options;
	struct timeline *timeline;
	struct line_time line_time;
	struct lookup_question question;
	enum annotation_with with;
	struct text out;
	struct server_ask *server;    /* or NULL: who is asked instead of the timeline */
	struct text waiting;          /* lines whose answers the server has not given */
	size_t marks[SERVER_ASK_MAX]; /* where in these the annotations belong */
	size_t mark_count;
	uint64_t lines, untimed; /* lines with an address and no time */
	uint64_t counts[ANNOTATION_KINDS];
	bool closed; /* nobody reads the output any more */
	bool broken; /* logged */
};

/* ---- Asking a server ---- */

/* Puts the ANSWERS, one a line, into the lines that wait for them. -1 after logging; then the output is not
 * to be printed. */
static int merge(struct annotator *annotator, struct span answers)
{
	const struct text *waiting = &annotator->waiting;
	enum annotation_kind kind;
	size_t from = 0;

	for (size_t m = 0; m < annotator->mark_count; m++) {
		const char *newline =
			answers.length > 0 ? memchr(answers.data, '\n', answers.length) : NULL;
		size_t length = newline != NULL ? (size_t)(newline - answers.data) : 0;

		if (newline == NULL || !annotation_read(answers.data, length, &kind)) {
			log_error("the server's answer is not an annotation: %.*s",
				  (int)(length < SHOWN ? length : SHOWN), answers.data);
			return -1;
		}
		annotator->counts[kind]++;
		text_add(&annotator->out, waiting->data + from, annotator->marks[m] - from);
		text_add(&annotator->out, answers.data, length);
		from = annotator->marks[m];
		answers.data += length + 1;
		answers.length -= length + 1;
	}
	if (answers.length > 0) {
		log_error("the server has more answers than it was asked for");
		return -1;
	}
	text_add(&annotator->out, waiting->data + from, waiting->length - from);
	text_clear(&annotator->waiting);
	annotator->mark_count = 0;
	return 0;
}

/* Asks QUESTION, or with NULL waits for the answers to all. */
static void ask_server(struct annotator *annotator, const struct lookup_question *question)
{
	struct text answers;
	int rc;

	text_init(&answers, SERVER_ANSWER_MAX);
	if (question != NULL) {
		annotator->marks[annotator->mark_count++] = annotator->waiting.length;
		rc = server_ask_add(annotator->server, question, &answers);
	} else {
		rc = server_ask_flush(annotator->server, &answers);
	}
	if (rc == 0 && annotator->server->count == 0)
		rc = merge(annotator, text_span(&answers));
	annotator->broken |= rc < 0;
	text_free(&answers);
}

/* ---- Lines ---- */

static void print(struct annotator *annotator)
{
	if (output_print(&annotator->out, &annotator->closed) < 0)
		annotator->broken = true;
}

/* Prints everything that was read. */
static void print_all(struct annotator *annotator)
{
	if (annotator->server != NULL)
		ask_server(annotator, NULL);
	if (!annotator->broken)
		print(annotator);
}

static void annotate_address(struct annotator *annotator, const struct ip *ip)
{
	struct lookup_answer answer;

	annotator->question.ip = *ip;
	if (annotator->server != NULL)
		ask_server(annotator, &annotator->question);
	else if (lookup_ask(annotator->timeline, &annotator->question, annotator->question.at,
			    &answer) < 0)
		annotator->broken = true;
	else
		annotator->counts[annotation_add(&annotator->out, &answer, annotator->with)]++;
}

/* Copies the line, with its newline if it has one. */
static void annotate_line(struct annotator *annotator, const struct lines_line *line)
{
	struct text *out = annotator->server != NULL ? &annotator->waiting : &annotator->out;
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
	if (annotator->waiting.length >= WAITING_BYTES)
		ask_server(annotator, NULL);
	if (annotator->out.length >= PRINT_BYTES && !annotator->broken)
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
		log_warn("%" PRIu64 " %s no time that is recognised, and %s left unchanged "
			 "(--time-format)",
			 annotator->untimed,
			 annotator->untimed == 1 ? "line with addresses has"
						 : "lines with addresses have",
			 annotator->untimed == 1 ? "is" : "are");
}

int annotate_all(const struct lookup_options *options, struct timeline *timeline)
{
	struct annotator annotator = {
		.options = options,
		.timeline = timeline,
		.line_time = options->line_time,
		.question = options->question,
		.with = (enum annotation_with)options->annotate_with,
		.server = options->report.server,
	};
	struct lines_reader *reader = lines_reader_open("-", false, 0);
	bool interrupted = stop_requested();
	enum lines_status status = LINES_RECORD;
	struct lines_line line;

	text_init(&annotator.out, OUT_MAX);
	text_init(&annotator.waiting, OUT_MAX);
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
			print_all(&annotator);
		}
		if (stop_take_report())
			report(&annotator);
	}
	if (!annotator.broken)
		report(&annotator);
	lines_reader_close(reader);
	text_free(&annotator.out);
	text_free(&annotator.waiting);
	return annotator.broken ? EX_IOERR : EX_OK;
}
