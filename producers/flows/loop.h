/* loop.h - packets in, records out, until the end of the input or until the program is asked to stop. */
#ifndef TENURE_FLOWS_LOOP_H
#define TENURE_FLOWS_LOOP_H

#include <stdbool.h>

#include "producers/flows/input.h"
#include "producers/flows/meter.h"
#include "producers/flows/outlet.h"

struct loop {
	struct input *input;
	struct meter *meter;
	struct outlet *outlet;
	bool live; /* of interfaces */
};

/* Returns EX_OK or the exit code (logged). What became of each record is known then. */
int loop_run(const struct loop *loop);

#endif
