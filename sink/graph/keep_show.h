/* keep_show.h - shows what a history has: a window, what changed from one to another, or a series. */
#ifndef TENURE_KEEP_SHOW_H
#define TENURE_KEEP_SHOW_H

#include "common/bus/bus.h"
#include "sink/graph/formats/display.h"
#include "sink/graph/keep.h"

/* Shows what OPTIONS ask for of the history of RECORDER; with DISPLAY->follow the last window. Returns an exit
 * code. */
int keep_show(const struct keep_options *options, struct recorder *recorder,
	      const struct bus_options *bus, struct display *display);

#endif
