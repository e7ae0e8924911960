/* progress.h - how far a program has come with its input.
 *
 * On a terminal one line that is written again in its place, and removed at the end; elsewhere a line of the log
 * from time to time.
 */
#ifndef TENURE_PROGRESS_H
#define TENURE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"

#define PROGRESS_LINE_SIZE 256 /* with its NUL */

struct progress {
	uint64_t done;      /* bytes read, or offsets of a topic */
	uint64_t total;     /* there are; 0: not known */
	uint64_t count;     /* of UNIT that came of them */
	const char *unit;   /* "packets" */
	int64_t elapsed_ns; /* since the start */
	struct when event;  /* the time that the input has reached; WHEN_MIN: none */
	bool offsets;       /* they are not bytes: an offset of a topic need not have a record */
	uint64_t
		before; /* DONE, and the time, when the first of UNIT came: what is left is told by the rate since */
	int64_t waited_ns;
};

/* Pure: the nanoseconds until the end, at the rate so far: a wait for a group or a broker before it counts for nothing. -1 if that cannot be said. */
int64_t progress_left_ns(const struct progress *progress);
/* Pure: writes the line for people, such as "[#####     ]  50 %  1.2 of 2.4 GB, ...", or with LOG that of a log:
 * "read=1200000000 of=2400000000 percent=50.0 packets=...". Returns its length. */
size_t progress_format(const struct progress *progress, bool log,
		       char line[static PROGRESS_LINE_SIZE]);

/* Where and when it is shown. */
struct progress_show {
	struct when started; /* of when_steady() */
	bool terminal;
	bool shown;       /* a line is on the terminal */
	struct when next; /* of when_steady() */
	bool begun;       /* some of UNIT came */
	uint64_t before;  /* as in struct progress */
	int64_t waited_ns;
};

struct progress_show progress_begin(void);
/* Whether to show it NOW, of when_steady(). */
bool progress_is_due(const struct progress_show *show, struct when now);
void progress_show(struct progress_show *show, const struct progress *progress, struct when now);
/* If it is due: shows what PROGRESS has, of which the times are filled here. Call it in each turn. */
void progress_tell(struct progress_show *show, struct progress *progress);
/* Logs what PROGRESS has, of which the times are filled here: for SIGUSR1, of a program without other counters. */
void progress_log(const struct progress_show *show, struct progress *progress);
/* In each turn of a program without other counters: progress_tell() if DUE, and progress_log() if a signal asks for it
 * (stop_take_report()), of what HOW_FAR says of READING. */
void progress_turn(struct progress_show *show, bool due, struct progress (*how_far)(const void *),
		   const void *reading);
/* Removes the line from the terminal. */
void progress_end(struct progress_show *show);

#endif
