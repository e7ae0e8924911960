#include "producers/flows/report.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/base/text.h"
#include "common/program/log.h"

static void say(uint64_t count, const char *words)
{
	fprintf(stderr, "%" PRIu64 " packet%s %s\n", count, count == 1 ? "" : "s", words);
}

/* As tcpdump's. */
static void say_captured(const struct counters *counters, bool live)
{
	uint64_t frames = counters_value(counters, "frames");
	uint64_t beyond = counters_value(counters, "beyond_count");
	uint64_t dropped = counters_value(counters, "kernel_drops");

	say(frames > beyond ? frames - beyond : 0, live ? "captured" : "read");
	if (!live)
		return;
	say(frames + dropped + counters_value(counters, "unread"), "received by filter");
	say(dropped, "dropped by kernel");
	if (counters_value(counters, "interface_drops") > 0)
		say(counters_value(counters, "interface_drops"), "dropped by interface");
}

void report_counters(const struct counters *counters)
{
	bool all = !log_is_for_people();
	struct text line;

	text_init(&line, 4096);
	for (size_t i = 0; i < counters->count; i++) {
		if (all || counters->list[i].value > 0)
			text_add_format(&line, "%s%s=%" PRIu64, line.length > 0 ? " " : "",
					counters->list[i].name, counters->list[i].value);
	}
	log_info("%s", text_terminate(&line));
	text_free(&line);
}

void report(const struct counters *counters, const struct meter *meter, bool live)
{
	struct flow_table_stats table = meter_get_stats(meter).table;

	if (log_is_for_people())
		say_captured(counters, live);
	report_counters(counters);
	if (table.copies.unsure > 0)
		log_warn("%" PRIu64
			 " packets equal one that was captured up to 1 ms earlier and were "
			 "counted, because nothing proves that they are copies",
			 table.copies.unsure);
	if (table.copies.counted > 0)
		log_warn("%" PRIu64 " of the first %" PRIu64
			 " packets are copies of another, as a mirror port gives, and were "
			 "counted; --mirrored counts each packet once",
			 table.copies.counted, table.copies.compared);
}
