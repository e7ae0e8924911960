/* tenure-lookup - who held an address, at any time. */
#include <stdlib.h>
#include <sysexits.h>

#include "common/program/confine.h"
#include "common/program/listen.h"
#include "common/program/log.h"
#include "common/program/settings.h"
#include "common/program/stop.h"
#include "sink/lookup/ask.h"
#include "sink/lookup/catch_up.h"
#include "sink/lookup/lines/annotate.h"
#include "sink/lookup/manual.h"
#include "sink/lookup/options.h"
#include "sink/lookup/state_home.h"

static const char *const formats[] = {"table", "json", NULL}; /* enum report_format */
/* enum annotation_with */
static const char *const names[] = {"service", "workload", "pod", "node", NULL};

/* Asks a running server. Returns the exit code. */
static int ask_server(struct lookup_options *o, char **operands)
{
	/* By enum annotation_with. */
	static const char *const annotations[] = {"annotation", "annotation&with=workload",
						  "annotation&with=pod", "annotation&with=node"};
	const char *format = o->annotate         ? annotations[o->annotate_with]
			     : o->report.explain ? "explain"
						 : formats[o->format];
	struct server_ask ask;
	int rc;

	if (server_ask_init(&ask, o->server, format, o->report.history) < 0)
		return EX_OSERR;
	o->report.server = &ask;
	rc = o->annotate ? annotate_all(o, NULL) : ask_all(o, NULL, operands);
	server_ask_clear(&ask);
	return rc == EX_IOERR ? EX_UNAVAILABLE : rc;
}

/* Returns the exit code. */
static int run(struct lookup_options *o, struct timeline *timeline, char **operands)
{
	int exit_code = EX_OK;

	if (serve_is_wanted(&o->serve))
		return serve_run(&o->serve, timeline, &o->timeline, &o->kube, &o->bus);
	if (catch_up(timeline, &o->kube, &o->bus, &exit_code) < 0)
		return exit_code;
	if (timeline_settings_check_cluster(&o->timeline, timeline, o->kube.values[0]) < 0)
		return EX_CONFIG;
	return o->annotate ? annotate_all(o, timeline) : ask_all(o, timeline, operands);
}

/* The timeline, which may be a temporary one, is written in any case, except by a client of a server. */
static int confine(const struct lookup_options *o)
{
	const struct settings_list *dns = &o->serve.dns.listen;
	unsigned parts = o->server != NULL ? SANDBOX_NETWORK : SANDBOX_WRITING;
	enum privilege kept = listen_privilege(o->serve.listen);

	for (size_t i = 0; i < dns->count && kept == PRIVILEGE_NONE; i++)
		kept = listen_privilege(dns->values[i]);
	parts |= bus_sandbox_parts_in(&o->kube);
	parts |= serve_is_wanted(&o->serve) ? SANDBOX_SERVING : 0;
	return confine_enter(manual.program, o->no_seccomp, parts, kept);
}

int main(int argc, char **argv)
{
	struct lookup_options o = {
		.format = REPORT_TABLE,
		.serve = SERVE_SETTINGS_DEFAULT,
		.question = {.basis = LOOKUP_LAST},
		.timeline = TIMELINE_SETTINGS_DEFAULT,
	};
	const struct setting table[] = {
		SETTING_LIST("kube", 0, "ADDRESS", &o.kube,
			     "watch events: files, one for each resource, or kafka:TOPIC; may be "
			     "repeated"),
		SETTING_LIST("service", 0, "NAMESPACE/NAME", &o.names[TIMELINE_SERVICE],
			     "ask for the addresses of a service: its own and those of its pods; "
			     "may be repeated"),
		SETTING_LIST("pod", 0, "NAMESPACE/NAME", &o.names[TIMELINE_POD],
			     "ask for the addresses of a pod; may be repeated"),
		SETTING_LIST("node", 0, "NAME", &o.names[TIMELINE_NODE],
			     "ask for the addresses of a node; may be repeated"),
		SETTING_LIST("at", 0, "TIME", &o.at,
			     "the moment to ask about, such as 2026-11-23T08:00:00Z, -5m or epoch "
			     "seconds; without it, now; may be repeated"),
		SETTING_BOOL("annotate", 0, &o.annotate,
			     "copy a log from standard input and say after each address who held "
			     "it at the time of its line"),
		SETTING_CHOICE("annotate-with", 0, "NAME", names, &o.annotate_with,
			       "name of a pod in the log: its service (its workload, if it has "
			       "none), its workload, its own, or its node's"),
		SETTING_TEXT("time-format", 0, "FORMAT", &o.line_time.format,
			     "where and how a line has its time, as in strptime(3), with %f for a "
			     "fraction; without it, the usual forms"),
		SETTING_TEXT("time-zone", 0, "ZONE", &o.time_zone,
			     "zone of times that do not say theirs, such as Europe/Berlin or "
			     "+01:00; without it, UTC"),
		SETTING_NUMBER("time-year", 0, "YEAR", &o.time_year,
			       "year of times that do not say theirs; without it, the last such "
			       "day"),
		SETTING_BOOL("history", 0, &o.report.history,
			     "list everyone who ever held the address, or every address that ever "
			     "had the name; --format json adds the evidence"),
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
		TIMELINE_SETTINGS(&o.timeline,
				  "it is in XDG_STATE_HOME; none: every run builds the "
				  "timeline from scratch"),
		BUS_SETTINGS(&o.bus),
		CONFINE_SETTING(&o.no_seccomp),
		SETTING_END,
	};
	struct state_home home = {.lock = -1};
	struct timeline *timeline = NULL;
	int first, rc = EX_USAGE;

	first = settings_read(&manual, table, argc, argv);
	if (first < 0 || lookup_options_check(&o, argv + first, when_now()) < 0)
		goto out;
	stop_install();
	if (confine(&o) < 0) {
		rc = EX_OSERR;
		goto out;
	}
	if (o.server != NULL) {
		rc = ask_server(&o, argv + first);
		goto out;
	}
	o.timeline.options.by_name = true;
	state_home_choose(&home, serve_is_wanted(&o.serve) ? "serve" : "lookup", &o.kube, &o.bus,
			  &o.timeline);
	rc = EX_CANTCREAT;
	timeline = timeline_settings_open(&o.timeline);
	if (timeline == NULL && home.lock >= 0) {
		log_warn("%s: cannot be used, so nothing is kept for the next run",
			 o.timeline.state);
		o.timeline.state = NULL;
		timeline = timeline_settings_open(&o.timeline);
	}
	if (timeline == NULL)
		goto out;
	rc = run(&o, timeline, argv + first);
out:
	timeline_close(timeline);
	state_home_release(&home);
	return rc;
}
