#include "producers/flows/loop.h"

#include <sysexits.h>

#include "common/base/when.h"
#include "common/program/log.h"
#include "common/program/progress.h"
#include "common/program/stop.h"
#include "producers/flows/jumps.h"

#define POLL_MS 100
#define FLUSH_NS NS_PER_SECOND
#define TEND_NS (10 * NS_PER_MS)
/* Supervisors kill about 25 s after asking to stop. Of the rest the last totals, which say what became of all records, have
 * 2 s at least. */
#define STOP_PATIENCE_NS (20 * NS_PER_SECOND)
#define LAST_PATIENCE_NS (2 * NS_PER_SECOND)
/* Of the first, what is seen of interfaces waits so long for room in its queue: the rest is left for the flows. */
#define LINKS_PATIENCE_NS (STOP_PATIENCE_NS / 2)
/* In silence the table's clock follows the wall clock at this distance: a packet may be
 * in a ring, which releases it within 50 ms. */
#define SILENCE_LAG_NS (2 * NS_PER_SECOND)
#define LEAST (JUMPS_PACKETS + 2) /* packets that input_read() has room for at least */

/* The times are of when_steady(). */
struct state {
	struct when started;
	struct when tended;
	struct when flushed;
	struct progress_show show;
	bool stopped;
};

void loop_count(const struct loop *loop, struct counters *counters)
{
	counters_collect(loop->input, loop->meter, loop->outlet, loop->live,
			 loop->most > 0 ? &loop->beyond : NULL, loop->links, counters);
}

/* ---- What is done from time to time ---- */

static void write_statistics(const struct loop *loop)
{
	struct counters counters;

	loop_count(loop, &counters);
	statistics_write(loop->statistics, &counters, loop->input);
}

static void show_progress(const struct loop *loop, struct state *state, struct when now)
{
	struct progress progress = {
		.count = loop->metered,
		.unit = "packets",
		.elapsed_ns = when_since(now, state->started),
		.event = loop->event,
	};

	input_progress(loop->input, &progress.done, &progress.total);
	progress_show(&state->show, &progress, now);
}

/* QUIET: no packet waits. EX_OK, or the exit code if an output failed or nothing can be answered (logged). */
static int tend(const struct loop *loop, struct state *state, bool quiet)
{
	struct when now = when_steady();
	bool hold, due = when_since(now, state->tended) >= TEND_NS;

	if ((due || quiet) && status_turn(loop->status, when_now()) < 0)
		return EX_OSERR;
	if (!due)
		return EX_OK;
	state->tended = now;
	if (!loop->live && progress_is_due(&state->show, now))
		show_progress(loop, state, now);
	if (outlet_tend(loop->outlet, &hold) < 0)
		return EX_IOERR;
	meter_hold(loop->meter, hold);
	/* Without these the capture goes on. */
	if (loop->links != NULL)
		link_outlet_tend(loop->links, when_now(), input_seen(loop->input));
	if (loop->statistics != NULL && statistics_is_due(loop->statistics, now))
		write_statistics(loop);
	return EX_OK;
}

/* No packet came: what the wall clock ends. */
static int tend_silence(const struct loop *loop, struct state *state)
{
	struct when now = when_steady();

	if (meter_advance(loop->meter, when_add(when_now(), -SILENCE_LAG_NS)) < 0)
		return -1;
	if (when_since(now, state->flushed) < FLUSH_NS)
		return 0;
	state->flushed = now;
	return outlet_flush(loop->outlet);
}

/* ---- Packets ---- */

/* How many packets to read, so that none beyond MOST is read if that can be had. */
static size_t wanted(const struct loop *loop)
{
	uint64_t left = loop->most - loop->metered;

	if (loop->most == 0 || left == 0 || left >= FLOW_TABLE_BATCH + LEAST)
		return FLOW_TABLE_BATCH;
	if (left > FLOW_TABLE_BATCH)
		return FLOW_TABLE_BATCH - LEAST;
	return left > LEAST ? (size_t)left : LEAST;
}

/* Meters those of COUNT that are up to MOST. */
static int meter_packets(struct loop *loop, struct packet *packets, size_t count)
{
	uint64_t left = loop->most > 0 ? loop->most - loop->metered : UINT64_MAX;
	size_t take = count < left ? count : (size_t)left;

	loop->metered += take;
	loop->beyond += count - take;
	if (take > 0)
		loop->event = packets[take - 1].time;
	if (loop->links != NULL && !loop->live)
		link_outlet_add(loop->links, packets, take);
	return meter_add(loop->meter, packets, take);
}

/* Ends all flows, and waits until their records are where they belong. */
static int finish(const struct loop *loop)
{
	outlet_stop(loop->outlet, loop->deadline);
	if (meter_finish(loop->meter) < 0)
		return EX_IOERR;
	if (outlet_settle(loop->outlet) < 0)
		return outlet_is_kafka(loop->outlet) ? EX_UNAVAILABLE : EX_IOERR;
	return EX_OK;
}

static int read_all(struct loop *loop, struct state *state)
{
	struct packet packets[FLOW_TABLE_BATCH];
	enum live_status status = LIVE_PACKETS;
	size_t count;
	int rc;

	while (status != LIVE_END) {
		if (!state->stopped &&
		    (stop_requested() || (loop->most > 0 && loop->metered == loop->most))) {
			state->stopped = true;
			input_stop(loop->input);
		}
		status = input_read(loop->input, POLL_MS, packets, wanted(loop), &count);
		/* After the packets, so that it knows of connections that began with them. */
		if (loop->conntrack != NULL)
			conntrack_read(loop->conntrack);
		if (meter_packets(loop, packets, count) < 0)
			return EX_IOERR;
		rc = tend(loop, state, status == LIVE_QUIET);
		if (rc != EX_OK)
			return rc;
		if (status == LIVE_QUIET && tend_silence(loop, state) < 0)
			return EX_IOERR;
	}
	return EX_OK;
}

/* The broker is waited for by each output until the same time, because each has a connection of its own, which may be up to
 * 10 s behind the others' when the broker comes back. RC is that of the capture. */
static int end(struct loop *loop, int rc)
{
	loop->deadline = when_add(when_steady(), STOP_PATIENCE_NS);
	if (loop->links != NULL)
		link_outlet_finish(loop->links, when_now(), input_seen(loop->input),
				   when_add(when_steady(), LINKS_PATIENCE_NS));
	if (rc == EX_OK)
		rc = finish(loop);
	else
		outlet_settle(loop->outlet);
	if (loop->links != NULL && link_outlet_settle(loop->links, loop->deadline) < 0 &&
	    rc == EX_OK)
		rc = loop->links_exit_code;
	loop->deadline = when_later(
		loop->deadline,
		when_add(when_steady(), stop_requested() ? LAST_PATIENCE_NS : STOP_PATIENCE_NS));
	return rc;
}

int loop_run(struct loop *loop)
{
	struct when now = when_steady();
	struct state state = {now, now, now, progress_begin(), false};
	int rc = read_all(loop, &state);

	progress_end(&state.show);
	rc = end(loop, rc);
	if (rc != EX_OK)
		return rc;
	if (!state.stopped && loop->live) {
		log_error("no interface is left to capture on");
		return EX_NOINPUT;
	}
	return input_exit_code(loop->input);
}
