/* serve_topic.h - keeps the history of a server up to date, and never waits for a broker.
 *
 * (1) A topic whose broker cannot be reached, or that is lost while it is followed, is opened again once a
 *     broker has answered. Until then the history answers with what it has.
 * (2) A topic that cannot be opened although a broker has answered ends the program, unless this process or one
 *     before has read it.
 */
#ifndef TENURE_GRAPH_SERVE_TOPIC_H
#define TENURE_GRAPH_SERVE_TOPIC_H

#include <stdbool.h>

#include "common/base/when.h"
#include "common/bus/bus.h"
#include "sink/graph/recorder.h"

struct kafka_probe;
struct input;

struct serve_topic {
	struct recorder *recorder;
	const char *address;
	struct bus_options bus;
	struct input *input;       /* NULL while a broker is waited for */
	struct kafka_probe *probe; /* then; NULL before the next try */
	struct when next_try, next_read, next_turn;
	bool idle;      /* everything that there was had been read */
	bool caught_up; /* it was read to its end since the start, and all of it counts */
	bool ended;     /* a file that is not followed: there is no more */
	bool whole;     /* the totals have all of it */
	int exit_code;  /* after a -1 */
};

/* Reads ADDRESS with RECORDER. A file is followed if BUS says so. What is passed is borrowed. */
void serve_topic_init(struct serve_topic *topic, struct recorder *recorder, const char *address,
		      const struct bus_options *bus);
void serve_topic_clear(struct serve_topic *topic);

/* Reads some of what has arrived. Returns how many records, or -1 after logging. */
int serve_topic_turn(struct serve_topic *topic, struct when now);

#endif
