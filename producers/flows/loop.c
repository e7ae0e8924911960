#include "producers/flows/loop.h"

#include <sysexits.h>

#include "common/base/when.h"
#include "common/program/log.h"
#include "common/program/stop.h"

#define POLL_MS 100
#define FLUSH_NS NS_PER_SECOND
#define TEND_NS (10 * NS_PER_MS)
/* In silence the table's clock follows the wall clock at this distance: a packet may be
 * in a ring, which releases it within 50 ms. */
#define SILENCE_LAG_NS (2 * NS_PER_SECOND)

struct progress {
	struct when tended; /* of when_steady(), as the next */
	struct when flushed;
	bool stopped;
};

/* What is done from time to time. -1 if the output failed. */
static int tend(const struct loop *loop, struct progress *progress, enum live_status status)
{
	struct when now = when_steady();
	bool hold;

	if (when_since(now, progress->tended) >= TEND_NS) {
		progress->tended = now;
		if (outlet_tend(loop->outlet, &hold) < 0)
			return -1;
		meter_hold(loop->meter, hold);
	}
	if (status != LIVE_QUIET)
		return 0;
	if (meter_advance(loop->meter, when_add(when_now(), -SILENCE_LAG_NS)) < 0)
		return -1;
	if (when_since(now, progress->flushed) < FLUSH_NS)
		return 0;
	progress->flushed = now;
	return outlet_flush(loop->outlet);
}

/* Ends all flows, and waits until their records are where they belong. */
static int finish(const struct loop *loop)
{
	outlet_stop(loop->outlet);
	if (meter_finish(loop->meter) < 0)
		return EX_IOERR;
	if (outlet_settle(loop->outlet) < 0)
		return outlet_is_kafka(loop->outlet) ? EX_UNAVAILABLE : EX_IOERR;
	return EX_OK;
}

int loop_run(const struct loop *loop)
{
	struct packet packets[FLOW_TABLE_BATCH];
	struct progress progress = {.tended = when_steady(), .flushed = when_steady()};
	enum live_status status = LIVE_PACKETS;
	size_t count;
	int rc;

	while (status != LIVE_END) {
		if (stop_requested() && !progress.stopped) {
			progress.stopped = true;
			input_stop(loop->input);
		}
		status = input_read(loop->input, POLL_MS, packets, FLOW_TABLE_BATCH, &count);
		if (meter_add(loop->meter, packets, count) < 0 || tend(loop, &progress, status) < 0)
			return EX_IOERR;
	}
	rc = finish(loop);
	if (rc != EX_OK)
		return rc;
	if (!progress.stopped && loop->live) {
		log_error("no interface is left to capture on");
		return EX_NOINPUT;
	}
	return input_exit_code(loop->input);
}
