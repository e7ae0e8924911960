#include "sink/lookup/ask.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/bus/lines.h"
#include "common/program/log.h"
#include "common/program/stop.h"
#include "sink/lookup/lines/line_question.h"
#include "sink/lookup/output.h"

#define PRINT_BYTES (64u * 1024)
#define WAIT_MS 200

struct asking {
	const struct lookup_options *options;
	struct timeline *timeline;
	struct lookup_question question;
	struct report report;
	struct text out;
	uint64_t lines;    /* of standard input */
	bool closed;       /* nobody reads the answers any more */
	bool data_error;   /* a line was not a question */
	bool missing;      /* a name is not known */
	bool broken;       /* logged */
	bool ignores_stop; /* a signal has ended the catch-up; the next one ends the process */
};

static bool is_over(const struct asking *asking)
{
	return asking->closed || asking->broken || (stop_requested() && !asking->ignores_stop);
}

/* Prints what there is, at the END also the table. A server's answers are waited for. */
static void print(struct asking *asking, bool end)
{
	if (report_flush(&asking->report) < 0) {
		asking->broken = true;
		return;
	}
	report_print(&asking->report, end, &asking->out);
	if (output_print(&asking->out, &asking->closed) < 0)
		asking->broken = true;
}

static void ask(struct asking *asking, struct when at)
{
	asking->question.at = at;
	if (report_ask(&asking->report, asking->timeline, &asking->question, when_now()) < 0)
		asking->broken = true;
	else if (asking->report.out.length >= PRINT_BYTES)
		print(asking, false);
}

static void ask_name(struct asking *asking, const struct lookup_name *name, struct when at)
{
	int rc;

	asking->question.at = at;
	rc = report_ask_name(&asking->report, asking->timeline, name, &asking->question,
			     when_now());
	asking->broken |= rc < 0;
	asking->missing |= rc == 0;
	if (asking->report.out.length >= PRINT_BYTES)
		print(asking, false);
}

/* Asks about the names of the command line at each of its moments. */
static void ask_names(struct asking *asking)
{
	const struct lookup_options *options = asking->options;

	for (int kind = TIMELINE_SERVICE; kind <= TIMELINE_NODE; kind++) {
		const struct settings_list *names = &options->names[kind];

		for (size_t n = 0; n < names->count; n++) {
			struct lookup_name name = {(enum timeline_name_kind)kind,
						   span_of(names->values[n])};

			for (size_t m = 0; m < options->moment_count && !is_over(asking); m++)
				ask_name(asking, &name, options->moments[m]);
		}
	}
}

/* Asks about the moments of the command line. */
static void ask_moments(struct asking *asking)
{
	const struct lookup_options *options = asking->options;

	for (size_t m = 0; m < options->moment_count && !is_over(asking); m++)
		ask(asking, options->moments[m]);
}

static void ask_line(struct asking *asking, const struct lines_line *line)
{
	static const char *const faults[] = {
		[LINE_NO_ADDRESS] = "is not an IP address, with or without a time beside it",
		[LINE_TWO_ADDRESSES] = "has several IP addresses; --annotate says who each is",
		[LINE_NO_TIME] = "has no time that can be read beside its address",
	};
	struct line_question read;
	enum line_question_outcome outcome =
		line_question_read(line->bytes, line->length, when_now(), &read);

	if (outcome == LINE_BLANK)
		return;
	if (outcome != LINE_QUESTION) {
		log_error("standard input line %" PRId64 ": \"%.*s\" %s", line->number + 1,
			  (int)(line->length > 60 ? 60 : line->length), line->bytes,
			  faults[outcome]);
		asking->data_error = true;
		return;
	}
	asking->question.ip = read.ip;
	if (read.timed && !asking->options->report.history)
		ask(asking, read.at);
	else
		ask_moments(asking);
}

/* Asks about the lines of standard input. What was answered is printed before it waits for more. */
static void ask_lines(struct asking *asking)
{
	struct lines_reader *reader = lines_reader_open("-", false, 0);
	enum lines_status status = LINES_RECORD;
	struct lines_line line;

	if (reader == NULL)
		asking->broken = true;
	while (!is_over(asking) && status != LINES_END) {
		status = lines_read(reader, status == LINES_QUIET ? WAIT_MS : 0, &line);
		asking->lines += status == LINES_RECORD;
		if (status == LINES_RECORD)
			ask_line(asking, &line);
		else if (status == LINES_BROKEN)
			asking->broken = true;
		else
			print(asking, false);
		if (stop_take_report())
			log_info("lines read=%" PRIu64, asking->lines);
	}
	lines_reader_close(reader);
}

/* Later records may still say more about a moment that is not known well enough yet. */
static void report_provisional(const struct asking *asking)
{
	const struct lookup_options *options = asking->options;
	size_t count = asking->report.table.provisional;
	char text[WHEN_TEXT_SIZE], shown[WHEN_TEXT_SIZE + sizeof(" ()")] = "";
	struct when known;

	if (count == 0 || options->report.format == REPORT_JSON)
		return;
	if (options->server == NULL) {
		known = timeline_known_to(asking->timeline);
		if (when_is_min(known))
			return; /* nothing is known, which has been logged */
		when_format(known, text);
		snprintf(shown, sizeof(shown), " (%s)", text);
	}
	log_warn("%s: %zu %s too close to, or after, the end of what is known%s: %s may change",
		 options->server != NULL ? options->server : options->kube.values[0], count,
		 count == 1 ? "answer is" : "answers are", shown, count == 1 ? "it" : "they");
}

int ask_all(const struct lookup_options *options, struct timeline *timeline, char **operands)
{
	struct asking asking = {
		.options = options,
		.timeline = timeline,
		.question = options->question,
		.ignores_stop = stop_requested(),
	};

	report_init(&asking.report, &options->report);
	text_init(&asking.out, 2 * ANSWER_TEXT_MAX);
	ask_names(&asking);
	for (size_t i = 0; operands[i] != NULL && !is_over(&asking); i++) {
		if (strcmp(operands[i], "-") == 0)
			ask_lines(&asking);
		else if (ip_parse(operands[i], strlen(operands[i]), &asking.question.ip) == 0)
			ask_moments(&asking);
	}
	if (!asking.closed && !asking.broken)
		print(&asking, true);
	if (!asking.broken)
		report_provisional(&asking);
	report_free(&asking.report);
	text_free(&asking.out);
	if (asking.broken)
		return EX_IOERR;
	if (asking.data_error)
		return EX_DATAERR;
	return asking.missing ? EX_NOHOST : EX_OK;
}
