/* loop.h - packets in, records out, until the end of the input or until the program is asked to stop. */
#ifndef TENURE_FLOWS_LOOP_H
#define TENURE_FLOWS_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/http/status.h"
#include "producers/flows/counters.h"
#include "producers/flows/input.h"
#include "producers/flows/links/link_outlet.h"
#include "producers/flows/meter.h"
#include "producers/flows/nat/conntrack.h"
#include "producers/flows/outlet.h"
#include "producers/flows/statistics.h"

struct loop {
	struct input *input;
	struct conntrack *conntrack; /* NULL for none */
	struct meter *meter;
	struct outlet *outlet;
	struct statistics *statistics; /* NULL for none */
	struct link_outlet *links;     /* NULL for none */
	int links_exit_code;           /* if a record of LINKS may not be there */
	struct status *status;
	bool live;         /* of interfaces */
	uint64_t most;     /* packets to meter; 0: all */
	uint64_t metered;  /* packets; 0 at the start, as the next */
	uint64_t beyond;   /* packets that were read after the last of MOST */
	struct when event; /* the last packet's time; WHEN_MIN: none yet */
	/* Once it has run: until then the last totals may wait for the broker. Of when_steady(). */
	struct when deadline;
};

/* All counters. */
void loop_count(const struct loop *loop, struct counters *counters);
/* Returns EX_OK or the exit code (logged). What became of each record is known then. */
int loop_run(struct loop *loop);

#endif
