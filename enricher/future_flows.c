#include "enricher/future_flows.h"

#include <inttypes.h>

#include "common/base/scan.h"
#include "common/base/span.h"
#include "common/program/log.h"

/* The observer.hostname of FLOW; "" if there is none. */
static struct span observer_of(const struct bus_record *flow)
{
	static const struct scan_member members[] = {
		SCAN_MEMBER("observer", 1, 1),
		SCAN_MEMBER("hostname", 0, 0),
	};
	struct scan scan;

	if (scan_object(flow->value, flow->value_length, members, 1, 2, &scan) != SCAN_GOOD ||
	    scan.values[1].kind != SCAN_STRING)
		return span_of("");
	return (struct span){scan.values[1].text, scan.values[1].length};
}

void future_flows_see(struct episode *future, const char *topic, const struct bus_record *flow,
		      struct when end, struct when now)
{
	int64_t ahead_ns = when_since(end, now);
	char ahead[WHEN_TEXT_SIZE];
	struct span observer;

	if (!episode_begins(future, now))
		return;
	observer = observer_of(flow);
	when_format_duration(ahead_ns - ahead_ns % NS_PER_SECOND, ahead);
	log_warn("%s: flows end in the future: that at partition %d, offset %" PRId64
		 ", of observer \"%.*s\", ends %s from now, so the clock of one of the two "
		 "machines is wrong; such flows are answered provisionally (future_flow)",
		 topic, flow->partition, flow->offset, (int)observer.length, observer.data, ahead);
}

void future_flows_tend(struct episode *future, struct when now)
{
	if (episode_ends(future, now))
		log_info("no flow has ended in the future for a minute: %" PRIu64 " did",
			 future->count);
}
