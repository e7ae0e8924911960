/* tenure-lookup - who held an address, at any time. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/base/transport.h"
#include "common/bus/lines.h"
#include "common/program/log.h"
#include "common/program/settings.h"
#include "common/program/stop.h"
#include "common/record/flow_endpoints.h"
#include "common/timeline/kube_topic.h"
#include "common/timeline/timeline_settings.h"
#include "common/topic/topic_reader.h"
#include "sink/lookup/manual.h"
#include "sink/lookup/report.h"

enum format { TABLE, JSON };
static const char *const formats[] = {"table", "json", NULL};

struct lookup_program {
	struct settings_list kube;
	struct timeline_settings timeline;
	struct bus_options bus;
	const char *transport_name;
	int format; /* enum format */
	int64_t port;
	struct report_question question;
};

static int check(struct lookup_program *p)
{
	if (timeline_settings_check(&p->timeline) < 0)
		return -1;
	if (when_is_min(p->question.at)) {
		p->question.at = when_now();
	} else if (p->question.history) {
		log_error("--history: tells of all times, so it does not take --at");
		return -1;
	}
	p->question.port = -1;
	p->question.transport = -1;
	if (p->transport_name != NULL) {
		p->question.transport =
			transport_parse(p->transport_name, strlen(p->transport_name));
		if (p->question.transport < 0) {
			log_error("--transport: \"%s\" is wrong, it takes tcp, udp, sctp or a "
				  "protocol's number",
				  p->transport_name);
			return -1;
		}
	}
	if (p->port > UINT16_MAX) {
		log_error("--port: must be at most %d", UINT16_MAX);
		return -1;
	}
	if (p->port > 0)
		p->question.port = (int32_t)p->port;
	return 0;
}

/* Whether COUNT operands can be answered from these inputs. */
static int check_inputs(const struct lookup_program *p, char **operands, int count)
{
	bool input = false;
	struct ip ip;

	for (int i = 0; i < count; i++) {
		if (strcmp(operands[i], "-") == 0) {
			input = true;
		} else if (ip_parse(operands[i], strlen(operands[i]), &ip) < 0) {
			log_error("\"%s\" is no IP address", operands[i]);
			return -1;
		}
	}
	if (count == 0) {
		log_error("no address is given; - reads them from standard input");
		return -1;
	}
	if (p->kube.count == 0) {
		log_error("--kube: is needed, kafka:TOPIC or files of watch events");
		return -1;
	}
	for (size_t i = 0; i < p->kube.count; i++) {
		if (p->kube.count > 1 && bus_is_kafka(p->kube.values[i])) {
			log_error("--kube: takes files, or one topic");
			return -1;
		}
		if (input && strcmp(p->kube.values[i], "-") == 0) {
			log_error("--kube and the addresses cannot both be standard input");
			return -1;
		}
	}
	return bus_is_kafka(p->kube.values[0]) ? topic_options_check(&p->bus) : 0;
}

/* Where the report stand: the end of what is there. A file is complete; a topic may
 * still tell more about moments that it has not reached. */
static int place(struct lookup_program *p, struct timeline *timeline,
		 const struct kube_topic_stats *stats)
{
	struct timeline_position ignored;

	if (stats->unreadable > 1)
		log_warn("%s: %" PRIu64 " records were passed over", p->kube.values[0],
			 stats->unreadable);
	if (timeline_settings_check_cluster(&p->timeline, timeline, p->kube.values[0]) != 0)
		return -1;
	p->question.position = timeline_position_last(timeline).offset;
	p->question.provisional =
		!p->question.history && !timeline_position_for(timeline, p->question.at, &ignored);
	if (p->question.provisional && p->format != JSON)
		log_warn("%s: what happened then may not all be there yet; the answer may change",
			 p->kube.values[0]);
	return 0;
}

static int print(struct report *report, bool end)
{
	struct text out;
	int rc = -1;

	text_init(&out, 2 * ANSWER_TEXT_MAX);
	if (report_print(report, end, &out) < 0)
		log_error("no memory");
	else if (out.length == 0 ||
		 (fwrite(out.data, 1, out.length, stdout) == out.length && fflush(stdout) == 0))
		rc = 0;
	else if (errno != EPIPE)
		log_error("standard output: %s", strerror(errno));
	else
		rc = 0;
	if (rc == 0 && ferror(stdout))
		stop_request(); /* nobody reads any more */
	text_free(&out);
	return rc;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The line without the blanks around it. */
static void trim(struct lines_line *line)
{
	while (line->length > 0 && is_blank(line->bytes[line->length - 1]))
		line->length--;
	while (line->length > 0 && is_blank(line->bytes[0])) {
		line->bytes++;
		line->length--;
	}
}

/* Asks about the addresses in the lines of standard input, blanks around them allowed. An
 * empty line is none; one that is no address is said and passed over. */
static int ask_lines(struct report *report, struct timeline *timeline)
{
	struct lines_reader *reader = lines_reader_open("-", false, 0);
	struct lines_line line;
	enum lines_status status = LINES_BROKEN;
	int rc = EX_OK;
	struct ip ip;

	while (reader != NULL && !stop_requested()) {
		status = lines_read(reader, 200, &line);
		if (status == LINES_END || status == LINES_BROKEN)
			break;
		if (status == LINES_QUIET)
			continue;
		trim(&line);
		if (line.length == 0)
			continue;
		if (ip_parse(line.bytes, line.length, &ip) < 0) {
			log_error("standard input line %" PRId64 ": \"%.*s\" is no IP address",
				  line.number + 1, (int)(line.length > 60 ? 60 : line.length),
				  line.bytes);
			rc = EX_DATAERR;
		} else if (report_ask(report, timeline, &ip) < 0 || print(report, false) < 0) {
			status = LINES_BROKEN;
			break;
		}
	}
	lines_reader_close(reader);
	return status == LINES_BROKEN ? EX_IOERR : rc;
}

static int ask_all(struct lookup_program *p, struct timeline *timeline, char **operands, int count)
{
	struct report report;
	int rc = EX_OK;
	struct ip ip;

	report_init(&report, &p->question, p->format == JSON);
	for (int i = 0; i < count && rc != EX_IOERR && !stop_requested(); i++) {
		if (strcmp(operands[i], "-") == 0) {
			int asked = ask_lines(&report, timeline);

			rc = asked == EX_OK ? rc : asked;
		} else if (ip_parse(operands[i], strlen(operands[i]), &ip) < 0 ||
			   report_ask(&report, timeline, &ip) < 0 || print(&report, false) < 0) {
			rc = EX_IOERR;
		}
	}
	if (rc != EX_IOERR && print(&report, true) < 0)
		rc = EX_IOERR;
	report_free(&report);
	return rc;
}

/* Brings TIMELINE to where the topic ends now, and asks. Returns the exit code. */
static int load_and_ask(struct lookup_program *p, struct timeline *timeline, char **operands,
			int count)
{
	const struct kube_topic_options options = {.addresses = &p->kube, .bus = p->bus};
	struct kube_topic_stats stats;
	struct kube_topic *kube_topic;
	int loaded, rc;

	kube_topic = kube_topic_open(timeline, &options, &rc);
	if (kube_topic == NULL)
		return rc;
	loaded = kube_topic_catch_up(kube_topic);
	stats = kube_topic_stats(kube_topic);
	rc = loaded < 0 ? kube_topic_exit_code(kube_topic) : EX_OK;
	kube_topic_close(kube_topic);
	if (loaded <= 0)
		return rc;
	return place(p, timeline, &stats) == 0 ? ask_all(p, timeline, operands, count) : EX_CONFIG;
}

int main(int argc, char **argv)
{
	static struct lookup_program p = {
		.format = TABLE,
		.question = {.at = {INT64_MIN}},
		.timeline = TIMELINE_SETTINGS_DEFAULT,
	};
	const struct setting table[] = {
		SETTING_LIST("kube", 0, "ADDRESS", &p.kube,
			     "watch events: files, one for each resource, or kafka:TOPIC; may be "
			     "repeated"),
		SETTING_WHEN("at", 0, "TIME", &p.question.at, "when; without it, now"),
		SETTING_BOOL("history", 0, &p.question.history,
			     "everybody who held it, ever; the four instants only with --format "
			     "json"),
		SETTING_NUMBER("port", 0, "PORT", &p.port,
			       "the port there, to tell one service from another"),
		SETTING_TEXT("transport", 0, "NAME", &p.transport_name, "tcp, udp, sctp, ..."),
		SETTING_BOOL("received", 0, &p.question.received,
			     "it was only sent to; without this it is taken to have sent, and "
			     "what needs that is marked"),
		SETTING_CHOICE("format", 0, "FORMAT", formats, &p.format, "format of the answers"),
		TIMELINE_SETTINGS(&p.timeline),
		BUS_SETTINGS(&p.bus),
		SETTING_END,
	};
	struct timeline *timeline = NULL;
	int first, rc = EX_USAGE;

	log_init(manual.program, LOG_LEVEL_INFO, LOG_AUTO);
	first = settings_read(&manual, table, argc, argv);
	if (first < 0 || check(&p) < 0 || check_inputs(&p, argv + first, argc - first) < 0)
		goto out;
	stop_install();
	rc = EX_CANTCREAT;
	timeline = timeline_settings_open(&p.timeline);
	if (timeline != NULL)
		rc = load_and_ask(&p, timeline, argv + first, argc - first);
out:
	timeline_close(timeline);
	return rc;
}
