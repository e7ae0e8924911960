#include "producers/flows/report.h"

#include <inttypes.h>

#include "common/base/text.h"
#include "common/program/log.h"

void report(const struct counters *counters, const struct meter *meter)
{
	struct flow_table_stats table = meter_get_stats(meter).table;
	struct text line;

	text_init(&line, 4096);
	for (size_t i = 0; i < counters->count; i++)
		text_add_format(&line, "%s%s=%" PRIu64, i > 0 ? " " : "", counters->list[i].name,
				counters->list[i].value);
	log_info("%s", text_terminate(&line));
	text_free(&line);
	if (table.repeats_unsure > 0)
		log_warn("%" PRIu64
			 " packets equal one that was captured up to 1 ms earlier and were "
			 "counted, because nothing proves that they are copies",
			 table.repeats_unsure);
	if (table.copies_counted > 0)
		log_warn("%" PRIu64 " of the first %" PRIu64
			 " packets are copies of another, as a mirror port gives, and were "
			 "counted; --mirrored counts each packet once",
			 table.copies_counted, table.compared);
}
