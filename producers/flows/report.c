#include "producers/flows/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "common/program/log.h"

static uint64_t value_of(const struct counters *counters, const char *name)
{
	for (size_t i = 0; i < counters->count; i++) {
		if (strcmp(counters->list[i].name, name) == 0)
			return counters->list[i].value;
	}
	return 0;
}

static void say(uint64_t count, const char *words)
{
	fprintf(stderr, "%" PRIu64 " packet%s %s\n", count, count == 1 ? "" : "s", words);
}

/* As tcpdump's. */
static void say_captured(const struct counters *counters, bool live)
{
	uint64_t frames = value_of(counters, "frames");
	uint64_t beyond = value_of(counters, "beyond_count");
	uint64_t dropped = value_of(counters, "kernel_drops");

	say(frames > beyond ? frames - beyond : 0, live ? "captured" : "read");
	if (!live)
		return;
	say(frames + dropped + value_of(counters, "unread"), "received by filter");
	say(dropped, "dropped by kernel");
	if (value_of(counters, "interface_drops") > 0)
		say(value_of(counters, "interface_drops"), "dropped by interface");
}

void report(const struct counters *counters, const struct meter *meter, bool live)
{
	struct flow_table_stats table = meter_get_stats(meter).table;
	bool all = !log_is_for_people();
	struct text line;

	text_init(&line, 4096);
	for (size_t i = 0; i < counters->count; i++) {
		if (all || counters->list[i].value > 0)
			text_add_format(&line, "%s%s=%" PRIu64, line.length > 0 ? " " : "",
					counters->list[i].name, counters->list[i].value);
	}
	if (!all)
		say_captured(counters, live);
	log_info("%s", text_terminate(&line));
	text_free(&line);
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
