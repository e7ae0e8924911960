#include "sink/lookup/options.h"

#include <string.h>

#include "common/base/transport.h"
#include "common/base/when_text.h"
#include "common/program/log.h"
#include "common/topic/topic_reader.h"
#include "sink/lookup/lines/line_format.h"

#define DAY (86400 * NS_PER_SECOND)

static bool has_names(const struct lookup_options *o)
{
	return o->names[TIMELINE_SERVICE].count + o->names[TIMELINE_POD].count +
		       o->names[TIMELINE_NODE].count >
	       0;
}

static int check_moments(struct lookup_options *o, struct when now)
{
	o->moments[0] = WHEN_MIN;
	o->moment_count = o->at.count > 0 ? o->at.count : 1;
	for (size_t i = 0; i < o->at.count; i++) {
		const char *text = o->at.values[i];

		o->moments[i] = WHEN_MIN;
		if (when_text_is_now(text, strlen(text)) ||
		    when_text_parse(text, strlen(text), now, &o->moments[i]) == 0)
			continue;
		log_error("--at: \"%s\" is not " WHEN_TEXT_FORMS, text);
		return -1;
	}
	return 0;
}

static int check_question(struct lookup_options *o)
{
	struct lookup_question *question = &o->question;

	o->report.format = (enum report_format)o->format;
	o->report.labels = o->timeline.labels.count > 0;
	o->report.annotations = o->timeline.annotations.count > 0;
	if (o->report.explain && (o->report.history || o->format != REPORT_TABLE)) {
		log_error("--explain: explains one moment in words, so it takes neither --history "
			  "nor --format json");
		return -1;
	}
	if (o->report.history && o->at.count > 0) {
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

/* ---- Standard input ---- */

static int check_annotate(struct lookup_options *o, char **operands, struct when now)
{
	struct line_time *time = &o->line_time;
	const struct when_date last = {o->time_year, 12, 31, 23, 59, 59};

	if (!o->annotate) {
		if (time->format == NULL && o->time_zone == NULL && o->time_year == 0 &&
		    o->annotate_with == 0)
			return 0;
		log_error("--annotate-with, --time-format, --time-zone and --time-year are options "
			  "of --annotate");
		return -1;
	}
	if (operands[0] != NULL && (strcmp(operands[0], "-") != 0 || operands[1] != NULL)) {
		log_error("\"%s\": --annotate reads a log on standard input and takes no address",
			  operands[0]);
		return -1;
	}
	if (o->report.explain || o->report.history || o->at.count > 0 ||
	    o->format != REPORT_TABLE || has_names(o)) {
		log_error("--annotate: takes neither --service, --pod, --node, --at, --history, "
			  "--explain nor --format");
		return -1;
	}
	if (time->format != NULL && !line_format_is_good(time->format)) {
		log_error("--time-format: \"%s\" has no day and time of day, as strptime(3) reads "
			  "them",
			  time->format);
		return -1;
	}
	time->zone = (struct line_zone){.fixed = true};
	time->zone_given = o->time_zone != NULL;
	if (time->zone_given && line_zone_parse(o->time_zone, &time->zone) < 0) {
		log_error(
			"--time-zone: \"%s\" is not UTC, +01:00 or a zone of the tz database such "
			"as Europe/Berlin",
			o->time_zone);
		return -1;
	}
	time->latest = when_add(now, DAY);
	if (o->time_year > 0 && when_from_date(&last, &time->latest) < 0) {
		log_error("--time-year: must be a year from 1678 to 2261");
		return -1;
	}
	return 0;
}

/* ---- What is asked about ---- */

static int check_names(const struct lookup_options *o)
{
	for (int kind = TIMELINE_SERVICE; kind <= TIMELINE_NODE; kind++) {
		for (size_t n = 0; n < o->names[kind].count; n++) {
			struct lookup_name name = {(enum timeline_name_kind)kind,
						   span_of(o->names[kind].values[n])};

			if (lookup_name_is_good(&name))
				continue;
			log_error("--%s: \"%s\" is not %s", lookup_name_kind(name.kind),
				  o->names[kind].values[n],
				  kind == TIMELINE_NODE ? "a name" : "NAMESPACE/NAME");
			return -1;
		}
	}
	if (!has_names(o) || !o->report.explain)
		return 0;
	log_error("--explain: explains the answer about an address, so it takes neither --service, "
		  "--pod nor --node");
	return -1;
}

static int check_addresses(const struct lookup_options *o, char **operands, bool *input)
{
	struct ip ip;

	for (size_t i = 0; operands[i] != NULL; i++) {
		if (strcmp(operands[i], "-") == 0) {
			*input = true;
		} else if (ip_parse(operands[i], strlen(operands[i]), &ip) < 0) {
			log_error("\"%s\" is not an IP address%s", operands[i],
				  strchr(operands[i], '/') != NULL
					  ? "; --service, --pod and --node take names"
					  : "");
			return -1;
		}
	}
	if (operands[0] != NULL || has_names(o))
		return 0;
	log_error("no address is given; - reads them from standard input");
	return -1;
}

/* A server takes what is asked about from its clients. */
static int check_no_question(const struct lookup_options *o, char **operands)
{
	const struct {
		const char *option;
		bool given;
	} refused[] = {
		{"annotate", o->annotate},
		{"service", o->names[TIMELINE_SERVICE].count > 0},
		{"pod", o->names[TIMELINE_POD].count > 0},
		{"node", o->names[TIMELINE_NODE].count > 0},
		{"at", o->at.count > 0},
		{"history", o->report.history},
		{"explain", o->report.explain},
		{"port", o->port > 0},
		{"transport", o->transport != NULL},
		{"received", o->question.received},
		{"format", o->format != REPORT_TABLE},
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (!refused[i].given)
			continue;
		log_error("--%s: cannot be used with --listen or --listen-dns: a server gets "
			  "its questions from clients",
			  refused[i].option);
		return -1;
	}
	if (operands[0] == NULL)
		return 0;
	log_error("\"%s\": cannot be asked about with --listen or --listen-dns: a server gets its "
		  "questions from clients",
		  operands[0]);
	return -1;
}

/* Each option of a server needs the server that it is of. */
static int check_needs(const struct serve_settings *given)
{
	static const char http[] = "--listen", dns[] = "--listen-dns",
			  any[] = "--listen or --listen-dns";
	const struct serve_settings usual = SERVE_SETTINGS_DEFAULT;
	bool has_http = given->listen != NULL, has_dns = given->dns.listen.count > 0;
	const struct {
		const char *option;
		bool given, served;
		const char *needs;
	} options[] = {
		{"max-age", given->max_age_ns != usual.max_age_ns, has_http || has_dns, any},
		{"log-counters", given->report_ns != usual.report_ns, has_http || has_dns, any},
		{"host", given->hosts.count > 0, has_http, http},
		{"cluster-domain", strcmp(given->dns.domain, usual.dns.domain) != 0, has_dns, dns},
		{"zone", strcmp(given->dns.zone, usual.dns.zone) != 0, has_dns, dns},
		{"upstream", given->dns.upstream != NULL, has_dns, dns},
		{"dns-rate", given->dns.rate != usual.dns.rate, has_dns, dns},
		{"dns-unlimited", given->dns.unlimited.count > 0, has_dns, dns},
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (!options[i].given || options[i].served)
			continue;
		log_error("--%s: is an option of a server, so it needs %s", options[i].option,
			  options[i].needs);
		return -1;
	}
	return 0;
}

/* What decides the answers is of the server that is asked. */
static int check_server(const struct lookup_options *o)
{
	const struct timeline_settings *given = &o->timeline, usual = TIMELINE_SETTINGS_DEFAULT;
	const struct {
		const char *option;
		bool given;
	} refused[] = {
		{"kube", o->kube.count > 0},
		{"listen or --listen-dns", serve_is_wanted(&o->serve)},
		{"state", given->state != NULL},
		{"cluster", given->options.cluster != NULL},
		{"hold", given->options.hold_ns != usual.options.hold_ns},
		{"skew", given->options.skew_ns != usual.options.skew_ns},
		{"retention", given->options.retention_ns != usual.options.retention_ns},
		{"clock", given->clock != usual.clock},
		{"kube-from", !when_is_min(given->options.kube_from)},
		{"kube-until", !when_is_min(given->options.kube_until)},
		{"cluster-cidr", given->ranges.count > 0},
		{"label", given->labels.count > 0},
		{"annotation", given->annotations.count > 0},
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (!refused[i].given)
			continue;
		log_error("--server: the server has the topic and its options, so it does not take "
			  "--%s",
			  refused[i].option);
		return -1;
	}
	return 0;
}

/* INPUT: standard input has the addresses. */
static int check_kube(const struct lookup_options *o, bool input)
{
	if (o->server != NULL)
		return check_server(o);
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

int lookup_options_check(struct lookup_options *o, char **operands, struct when now)
{
	bool input = o->annotate, server = serve_is_wanted(&o->serve);

	if (check_needs(&o->serve) < 0 || (server && check_no_question(o, operands) < 0))
		return -1;
	if (timeline_settings_check(&o->timeline) < 0 || check_moments(o, now) < 0 ||
	    check_question(o) < 0 || check_names(o) < 0 || check_annotate(o, operands, now) < 0 ||
	    serve_check(&o->serve, &o->kube) < 0)
		return -1;
	if (!server && !o->annotate && check_addresses(o, operands, &input) < 0)
		return -1;
	return check_kube(o, input);
}
