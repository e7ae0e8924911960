/* tenure-graph - who talks to whom, how much, how fast, and what failed. */
#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#include "common/bus/bus.h"
#include "common/program/log.h"
#include "common/program/settings.h"
#include "common/program/stop.h"
#include "common/topic/topic_reader.h"
#include "sink/graph/dot.h"
#include "sink/graph/graph_json.h"
#include "sink/graph/intake.h"
#include "sink/graph/manual.h"
#include "sink/graph/mermaid.h"
#include "sink/graph/screen.h"
#include "sink/graph/table.h"
#include "sink/graph/window.h"

#define REDRAW_NS NS_PER_SECOND
#define POLL_MS 200
/* By then every partition of a topic has been fetched from. */
#define STARTUP_NS (2 * NS_PER_SECOND)
#define TABLE_FRAME 7 /* lines of a table that are no edges */

enum format { TABLE, JSON, DOT, MERMAID };
static const char *const formats[] = {"table", "json", "dot", "mermaid", NULL};

struct graph_program {
	const char *in;
	int format; /* enum format */
	struct when from, to;
	int64_t window_ns, horizon_ns, held, least;
	bool outside_addresses;
	struct bus_options bus;

	struct intake intake;
	struct window window;   /* what is settled, with --follow */
	struct graph graph;     /* what is settled, without; with --follow what is drawn */
	struct when started_at; /* the first record came */
	struct when drawn_at;
	uint64_t drawn_read; /* records that the last drawing knew */
	bool started;        /* every partition was read from, if there is anything in it */
	bool quiet;          /* nothing is waiting to be read */
};

static int check(struct graph_program *p)
{
	if (when_not_after(p->to, p->from)) {
		log_error("--to: must be later than --from");
		return -1;
	}
	if (p->bus.follow && (!when_is_min(p->from) || !when_is_max(p->to))) {
		log_error("--follow: shows the last --window, so it takes neither --from nor --to");
		return -1;
	}
	if (p->window_ns < NS_PER_SECOND || p->horizon_ns < NS_PER_SECOND) {
		log_error("--window and --horizon: must be at least 1s");
		return -1;
	}
	if (p->held < 1000 || p->held > 100000000) {
		log_error("--held: must be from 1000 to 100000000");
		return -1;
	}
	if (!bus_is_kafka(p->in))
		return 0;
	if (p->bus.brokers == NULL && p->bus.properties.count == 0 &&
	    p->bus.properties_file == NULL) {
		log_error("--brokers: say where Kafka is, HOST:PORT[,HOST:PORT], or give a file of "
			  "tagged flows with --in FILE");
		return -1;
	}
	return topic_options_check(&p->bus);
}

static int add_conversation(struct conversation *conversation, struct graph *graph,
			    struct window *window)
{
	for (size_t i = 0; i < conversation->count; i++) {
		const struct conversation_slice *slice = conversation->slices[i];

		if ((window ? window_add(window, slice) : graph_add(graph, slice)) != 0)
			return -1;
	}
	return 0;
}

/* Counts the conversations that are settled. */
static int take_settled(struct graph_program *p)
{
	struct conversation *conversation;
	int rc = 0;

	for (;;) {
		conversation = conversations_next_settled(p->intake.conversations);
		if (conversation == NULL)
			return rc;
		conversation_choose(conversation, p->from, p->to);
		window_advance(&p->window, intake_newest(&p->intake));
		if (add_conversation(conversation, &p->graph, p->bus.follow ? &p->window : NULL) <
		    0)
			rc = -1;
		conversation_free(conversation);
	}
}

/* With --follow: lets time go on and settles what is over. Partitions are read at
 * different speeds, so while there is more to read the slowest one tells the time. */
static int go_on(struct graph_program *p)
{
	struct when time =
		p->quiet ? intake_newest(&p->intake) : intake_oldest_partition(&p->intake);

	window_advance(&p->window, intake_newest(&p->intake));
	p->intake.limits.from = window_start(&p->window);
	conversations_settle(p->intake.conversations, when_add(time, -p->horizon_ns));
	return take_settled(p);
}

/* With --follow: what is settled and what is not, together. */
static int sum_window(struct graph_program *p)
{
	struct conversation *conversation = NULL;

	graph_clear(&p->graph);
	if (window_sum(&p->window, &p->graph) < 0)
		return -1;
	for (;;) {
		conversation = conversations_next(p->intake.conversations, conversation);
		if (conversation == NULL)
			return 0;
		conversation_choose(conversation, window_start(&p->window), WHEN_MAX);
		if (add_conversation(conversation, &p->graph, NULL) < 0)
			return -1;
	}
}

static enum screen_status draw(struct graph_program *p, struct when now)
{
	const bool terminal = p->bus.follow && screen_is_terminal();
	const struct view view = {&p->graph, &p->intake.nodes, p->intake.limits.from,
				  p->intake.limits.to, intake_records(&p->intake)};
	size_t rows = terminal ? screen_rows() : 0;
	enum screen_status status = SCREEN_BROKEN;
	struct text text;
	int rc = -1;

	text_init(&text, VIEW_TEXT_MAX);
	if (graph_fold(&p->graph, (uint64_t)p->least) < 0) {
		log_error("no memory");
		return SCREEN_BROKEN;
	}
	switch (p->format) {
	case TABLE:
		rc = table_format(&view, rows > TABLE_FRAME ? rows - TABLE_FRAME : 0, &text);
		break;
	case JSON:
		rc = graph_json_format(&view, &text);
		break;
	case DOT:
		rc = dot_format(&view, &text);
		break;
	case MERMAID:
		rc = mermaid_format(&view, &text);
		break;
	}
	if (p->bus.follow && !terminal && p->format != JSON)
		text_add_string(&text, "\n");
	if (rc != 0 || text.failed)
		log_error("no memory for the graph's text, or it is longer than %u MiB",
			  VIEW_TEXT_MAX >> 20);
	else
		status = screen_show(&text, terminal);
	p->drawn_at = now;
	p->drawn_read = p->intake.read;
	text_free(&text);
	return status;
}

/* With --follow, at most once a second, and only when there is something new. */
static enum screen_status redraw(struct graph_program *p, struct when now)
{
	if (when_since(now, p->drawn_at) < REDRAW_NS && when_not_after(p->drawn_at, now))
		return SCREEN_SHOWN;
	p->started |= p->intake.read > 0 && (when_since(now, p->started_at) >= STARTUP_NS ||
					     (p->quiet && !bus_is_kafka(p->in)));
	if (p->drawn_read == p->intake.read || !p->started) {
		p->drawn_at = now;
		return SCREEN_SHOWN;
	}
	if (go_on(p) < 0 || sum_window(p) < 0) {
		log_error("no memory");
		return SCREEN_BROKEN;
	}
	return draw(p, now);
}

/* Reads until the end, a signal, or the reader of our output leaves. */
static int read_all(struct graph_program *p, struct topic_reader *reader)
{
	struct bus_record record;
	enum screen_status status = SCREEN_SHOWN;

	while (!stop_requested() && status == SCREEN_SHOWN) {
		struct when now = when_now();

		switch (topic_reader_read(reader, POLL_MS, &record)) {
		case BUS_RECORD:
			p->quiet = false;
			if (p->intake.read == 0)
				p->started_at = now;
			if (intake_take(&p->intake, record.value, record.value_length,
					record.partition, record.offset, now) < 0 ||
			    take_settled(p) < 0) {
				log_error("no memory");
				return EX_OSERR;
			}
			break;
		case BUS_QUIET:
			p->quiet = true;
			break;
		case BUS_END:
			p->quiet = true;
			return EX_OK;
		case BUS_BROKEN:
			return bus_is_kafka(p->in) ? EX_UNAVAILABLE : EX_IOERR;
		}
		if (p->bus.follow)
			status = redraw(p, now);
	}
	return status == SCREEN_BROKEN ? EX_IOERR : EX_OK;
}

/* The last drawing, of all that was read. */
static int finish(struct graph_program *p)
{
	int rc;

	if (p->bus.follow) {
		if (p->drawn_read == p->intake.read && p->drawn_read > 0)
			return EX_OK;
		rc = go_on(p) == 0 && sum_window(p) == 0 ? 0 : -1;
	} else {
		conversations_settle(p->intake.conversations, WHEN_MAX);
		rc = take_settled(p);
	}
	if (rc != 0) {
		log_error("no memory");
		return EX_OSERR;
	}
	return draw(p, when_now()) == SCREEN_BROKEN ? EX_IOERR : EX_OK;
}

static void report(const struct graph_program *p)
{
	struct view_records records = intake_records(&p->intake);

	for (size_t i = 0; i < INTAKE_REASONS; i++) {
		const struct intake_example *example = &p->intake.unreadable[i];

		if (example->count == 0)
			continue;
		log_warn("%s: %" PRIu64 " records left out, %s; the first at partition %" PRId32
			 " offset %" PRId64 ": %s%sshould be %s",
			 p->in, example->count, tagged_flow_why_name(example->fault.why),
			 example->partition, example->offset, example->fault.member,
			 example->fault.member[0] == '\0' ? "it " : " ", example->fault.wanted);
	}
	if (records.early > 0)
		log_warn("%" PRIu64 " conversations were counted before they were surely over, "
			 "because --held %" PRId64 " records were held",
			 records.early, p->held);
	if (p->intake.nodes.further > 0)
		log_warn("%" PRIu64 " ends beyond %d nodes are shown as further nodes",
			 p->intake.nodes.further, NODES_MAX);
	log_debug("read %" PRIu64 ", outside the window %" PRIu64 ", repeated %" PRIu64
		  ", superseded %" PRIu64 ", late %" PRIu64 ", future %" PRIu64,
		  records.read, records.outside, records.repeated, records.superseded,
		  p->window.late, p->intake.future);
}

int main(int argc, char **argv)
{
	static struct graph_program p = {
		.in = "kafka:tenure.flows.tagged",
		.format = TABLE,
		.from = {INT64_MIN},
		.to = {INT64_MAX},
		.window_ns = 300 * NS_PER_SECOND,
		.horizon_ns = 180 * NS_PER_SECOND,
		.held = 500000,
	};
	const struct setting table[] = {
		SETTING_TEXT("in", 0, "ADDRESS", &p.in, "tagged flows: kafka:TOPIC, a file, or -"),
		SETTING_WHEN("from", 0, "TIME", &p.from, "only flows that ended at TIME or later"),
		SETTING_WHEN("to", 0, "TIME", &p.to, "only flows that ended before TIME"),
		SETTING_CHOICE("format", 0, "FORMAT", formats, &p.format, "format of the graph"),
		SETTING_BOOL("follow", 0, &p.bus.follow,
			     "keep reading, and show the last --window again and again"),
		SETTING_DURATION("window", 0, "DURATION", &p.window_ns,
				 "how much event time --follow shows"),
		SETTING_DURATION("horizon", 0, "DURATION", &p.horizon_ns,
				 "how long a conversation waits for other observers' records"),
		SETTING_BOOL("outside-addresses", 0, &p.outside_addresses,
			     "one node for each address outside the cluster, not one for all"),
		SETTING_NUMBER("least", 0, "FLOWS", &p.least,
			       "edges of fewer flows are shown as one"),
		SETTING_NUMBER("held", 0, "RECORDS", &p.held,
			       "records held until their conversation is over"),
		BUS_SETTINGS(&p.bus),
		SETTING_END,
	};
	struct topic_reader *reader = NULL;
	int rc = EX_USAGE;

	log_init("tenure-graph", LOG_LEVEL_INFO, LOG_AUTO);
	graph_init(&p.graph);
	if (settings_read(&manual, table, argc, argv) < 0 || check(&p) < 0)
		goto out;
	stop_install();
	window_init(&p.window, p.window_ns);

	const struct intake_limits limits = {p.from, p.to, p.horizon_ns, p.outside_addresses};

	rc = EX_OSERR;
	if (intake_init(&p.intake, &limits, (size_t)p.held) < 0) {
		log_error("no memory");
		goto out;
	}
	rc = bus_is_kafka(p.in) ? EX_UNAVAILABLE : EX_NOINPUT;
	reader = topic_reader_open(p.in, &p.bus, BUS_FROM_START);
	if (reader == NULL)
		goto out;
	rc = read_all(&p, reader);
	if (rc == EX_OK)
		rc = finish(&p);
	report(&p);
	if (rc == EX_OK && p.intake.read > 0 && intake_unreadable(&p.intake) == p.intake.read)
		rc = EX_DATAERR;
out:
	topic_reader_close(reader);
	intake_free(&p.intake);
	window_free(&p.window);
	graph_free(&p.graph);
	return rc;
}
