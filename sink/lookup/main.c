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
#include "common/timeline/kube_topic.h"
#include "common/timeline/timeline_settings.h"
#include "common/topic/topic_reader.h"
#include "sink/lookup/manual.h"
#include "sink/lookup/report.h"
#include "sink/lookup/serve.h"

static const char *const formats[] = {"table", "json", NULL}; /* enum report_format */

struct lookup_options {
	struct settings_list kube;
	struct timeline_settings timeline;
	struct bus_options bus;
	const char *transport;
	int64_t port;
	struct serve_settings serve;
	const char *server; /* that is asked instead */
	int format;
	struct report_options report;
	struct lookup_question question; /* without its address */
};

static int check_question(struct lookup_options *o)
{
	struct lookup_question *question = &o->question;

	o->report.format = (enum report_format)o->format;
	if (o->report.explain && (o->report.history || o->format != REPORT_TABLE)) {
		log_error("--explain: explains one moment in words, so it takes neither --history "
			  "nor --format json");
		return -1;
	}
	if (o->report.history && !when_is_min(question->at)) {
		log_error("--history: covers all times, so it does not take --at");
		return -1;
	}
	question->transport = -1;
	if (o->transport != NULL) {
		question->transport = transport_parse(o->transport, strlen(o->transport));
		if (question->transport < 0) {
			log_error(
				"--transport: \"%s\" is not tcp, udp, sctp or a protocol's number",
				o->transport);
			return -1;
		}
	}
	if (o->port > UINT16_MAX) {
		log_error("--port: must be at most %d", UINT16_MAX);
		return -1;
	}
	question->port = o->port > 0 ? (int32_t)o->port : -1;
	return 0;
}

/* ADDRESSES ends with NULL, as argv does. */
static int check_addresses(char **addresses, bool *input)
{
	struct ip ip;

	*input = false;
	for (size_t i = 0; addresses[i] != NULL; i++) {
		if (strcmp(addresses[i], "-") == 0) {
			*input = true;
		} else if (ip_parse(addresses[i], strlen(addresses[i]), &ip) < 0) {
			log_error("\"%s\" is not an IP address", addresses[i]);
			return -1;
		}
	}
	if (addresses[0] != NULL)
		return 0;
	log_error("no address is given; - reads them from standard input");
	return -1;
}

static int check_kube(const struct lookup_options *o, bool input)
{
	if (o->server != NULL) {
		if (o->kube.count == 0 && !serve_is_wanted(&o->serve))
			return 0;
		log_error("--server: the server has the topic, so it takes neither --kube nor "
			  "--listen");
		return -1;
	}
	if (o->kube.count == 0) {
		log_error("--kube is required: kafka:TOPIC or files of watch events");
		return -1;
	}
	for (size_t i = 0; i < o->kube.count; i++) {
		if (o->kube.count > 1 && bus_is_kafka(o->kube.values[i])) {
			log_error("--kube: takes files, or one topic");
			return -1;
		}
		if (input && strcmp(o->kube.values[i], "-") == 0) {
			log_error("--kube and the addresses cannot both be standard input");
			return -1;
		}
	}
	return bus_is_kafka(o->kube.values[0]) ? topic_options_check(&o->bus) : 0;
}

static int check_options(struct lookup_options *o, char **addresses)
{
	bool input = false, server = serve_is_wanted(&o->serve);

	if (server && addresses[0] != NULL) {
		log_error("\"%s\": a server takes no addresses", addresses[0]);
		return -1;
	}
	if (timeline_settings_check(&o->timeline) < 0 || check_question(o) < 0 ||
	    serve_check(&o->serve, &o->kube) < 0 ||
	    (!server && check_addresses(addresses, &input) < 0))
		return -1;
	return check_kube(o, input);
}

/* ---- Asking ---- */

/* A reader that closed the pipe is not an error: the work ends. */
static int print(struct report *report, bool end)
{
	struct text out;
	int rc = -1;

	text_init(&out, 2 * ANSWER_TEXT_MAX);
	if (report_print(report, end, &out) < 0) {
		log_error("out of memory");
		goto out;
	}
	if (out.length > 0 &&
	    (fwrite(out.data, 1, out.length, stdout) < out.length || fflush(stdout) != 0)) {
		if (errno != EPIPE) {
			log_error("standard output: %s", strerror(errno));
			goto out;
		}
		stop_request();
	}
	rc = 0;
out:
	text_free(&out);
	return rc;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Drops the blanks around a line. */
static void trim(struct lines_line *line)
{
	while (line->length > 0 && is_blank(line->bytes[line->length - 1]))
		line->length--;
	while (line->length > 0 && is_blank(line->bytes[0])) {
		line->bytes++;
		line->length--;
	}
}

/* Asks about the addresses in the lines of standard input, with or without blanks around
 * them. An empty line is skipped; a line that is not an address is reported and skipped. */
static int ask_lines(const struct lookup_options *o, struct report *report,
		     struct timeline *timeline)
{
	struct lines_reader *reader = lines_reader_open("-", false, 0);
	struct lines_line line;
	enum lines_status status = LINES_BROKEN;
	struct lookup_question question = o->question;
	int rc = EX_OK;

	while (reader != NULL && !stop_requested()) {
		status = lines_read(reader, 200, &line);
		if (status == LINES_END || status == LINES_BROKEN)
			break;
		if (status == LINES_QUIET) {
			if (report_flush(report) == 0 && print(report, false) == 0)
				continue;
			status = LINES_BROKEN;
			break;
		}
		trim(&line);
		if (line.length == 0)
			continue;
		if (ip_parse(line.bytes, line.length, &question.ip) < 0) {
			log_error("standard input line %" PRId64 ": \"%.*s\" is not an IP address",
				  line.number + 1, (int)(line.length > 60 ? 60 : line.length),
				  line.bytes);
			rc = EX_DATAERR;
		} else if (report_ask(report, timeline, &question, when_now()) < 0 ||
			   print(report, false) < 0) {
			status = LINES_BROKEN;
			break;
		}
	}
	lines_reader_close(reader);
	return status == LINES_BROKEN ? EX_IOERR : rc;
}

static int ask_all(const struct lookup_options *o, struct timeline *timeline, char **addresses)
{
	struct lookup_question question = o->question;
	struct report report;
	int rc = EX_OK;

	report_init(&report, &o->report);
	for (size_t i = 0; addresses[i] != NULL && rc != EX_IOERR && !stop_requested(); i++) {
		if (strcmp(addresses[i], "-") == 0) {
			int asked = ask_lines(o, &report, timeline);

			rc = asked == EX_OK ? rc : asked;
		} else if (ip_parse(addresses[i], strlen(addresses[i]), &question.ip) < 0 ||
			   report_ask(&report, timeline, &question, when_now()) < 0 ||
			   print(&report, false) < 0) {
			rc = EX_IOERR;
		}
	}
	if (rc != EX_IOERR && (report_flush(&report) < 0 || print(&report, true) < 0))
		rc = EX_IOERR;
	report_free(&report);
	return rc;
}

/* Brings TIMELINE to where the topic ends now. 1: done, 0: stopped by a signal, -1 after
 * logging, with *EXIT_CODE set. */
static int load(const struct lookup_options *o, struct timeline *timeline, int *exit_code)
{
	const struct kube_topic_options options = {.addresses = &o->kube, .bus = o->bus};
	struct kube_topic *kube_topic = kube_topic_open(timeline, &options, exit_code);
	uint64_t unreadable;
	int loaded;

	if (kube_topic == NULL)
		return -1;
	loaded = kube_topic_catch_up(kube_topic);
	if (loaded < 0)
		*exit_code = kube_topic_exit_code(kube_topic);
	unreadable = kube_topic_stats(kube_topic).unreadable;
	if (loaded == 1 && unreadable > 1)
		log_warn("%s: %" PRIu64 " records were skipped", o->kube.values[0], unreadable);
	kube_topic_close(kube_topic);
	return loaded;
}

/* Reports that the topic ends too early for the moment: later records may still say more.
 * -1 after logging. */
static int report_provisional(const struct lookup_options *o, struct timeline *timeline)
{
	char known[WHEN_TEXT_SIZE] = "the last record";
	struct lookup_answer placed;

	if (lookup_place(timeline, &o->question, when_now(), &placed) < 0)
		return -1;
	if (!placed.provisional || o->report.history || o->format == REPORT_JSON)
		return 0;
	if (!when_is_min(placed.known))
		when_format(placed.known, known);
	log_warn("%s: known to %s, which is too early for that time: the answer may change",
		 o->kube.values[0], known);
	return 0;
}

/* Asks a running server. Returns the exit code. */
static int ask_server(struct lookup_options *o, char **addresses)
{
	const char *format = o->report.explain ? "explain" : formats[o->format];
	struct server_ask ask;
	int rc;

	if (server_ask_init(&ask, o->server, format, o->report.history) < 0)
		return EX_OSERR;
	o->report.server = &ask;
	rc = ask_all(o, NULL, addresses);
	server_ask_clear(&ask);
	return rc == EX_IOERR ? EX_UNAVAILABLE : rc;
}

/* Returns the exit code. */
static int run(struct lookup_options *o, struct timeline *timeline, char **addresses)
{
	int exit_code = EX_OK;

	if (serve_is_wanted(&o->serve))
		return serve_run(&o->serve, timeline, &o->timeline, &o->kube, &o->bus);
	if (load(o, timeline, &exit_code) <= 0)
		return exit_code;
	if (timeline_settings_check_cluster(&o->timeline, timeline, o->kube.values[0]) < 0)
		return EX_CONFIG;
	if (report_provisional(o, timeline) < 0)
		return EX_IOERR;
	return ask_all(o, timeline, addresses);
}

int main(int argc, char **argv)
{
	struct lookup_options o = {
		.format = REPORT_TABLE,
		.serve = SERVE_SETTINGS_DEFAULT,
		.question = {.at = WHEN_MIN, .basis = LOOKUP_LAST},
		.timeline = TIMELINE_SETTINGS_DEFAULT,
	};
	const struct setting table[] = {
		SETTING_LIST("kube", 0, "ADDRESS", &o.kube,
			     "watch events: files, one for each resource, or kafka:TOPIC; may be "
			     "repeated"),
		SETTING_WHEN("at", 0, "TIME", &o.question.at,
			     "the moment to ask about; without it, now"),
		SETTING_BOOL("history", 0, &o.report.history,
			     "list everyone who ever held the address; --format json adds the "
			     "evidence"),
		SETTING_BOOL("explain", 0, &o.report.explain,
			     "explain the answer: the evidence, what follows from it, and the "
			     "verdict"),
		SETTING_NUMBER("port", 0, "PORT", &o.port,
			       "port at the address, to choose among its services"),
		SETTING_TEXT("transport", 0, "NAME", &o.transport,
			     "transport of that port: tcp, udp, sctp or a protocol's number"),
		SETTING_BOOL("received", 0, &o.question.received,
			     "the address only received a packet; the default is that it sent "
			     "one"),
		SETTING_CHOICE("format", 0, "FORMAT", formats, &o.format, "format of the answers"),
		SERVE_SETTINGS(&o.serve),
		SETTING_TEXT("server", 0, "URL", &o.server,
			     "ask the tenure-lookup that serves there, such as "
			     "http://localhost:8080, instead of reading --kube"),
		TIMELINE_SETTINGS(&o.timeline),
		BUS_SETTINGS(&o.bus),
		SETTING_END,
	};
	struct timeline *timeline = NULL;
	int first, rc = EX_USAGE;

	first = settings_read(&manual, table, argc, argv);
	if (first < 0 || check_options(&o, argv + first) < 0)
		goto out;
	stop_install();
	if (o.server != NULL) {
		rc = ask_server(&o, argv + first);
		goto out;
	}
	o.timeline.options.by_name = true;
	rc = EX_CANTCREAT;
	o.timeline.options.by_name = true;
	timeline = timeline_settings_open(&o.timeline);
	if (timeline == NULL)
		goto out;
	rc = run(&o, timeline, argv + first);
out:
	timeline_close(timeline);
	return rc;
}
