/* recorder.h - reads tagged flows into a history, each exactly once.
 *
 * With what was counted it saves how far the input was read: of each partition the offset of the next
 * record, and which records before it are not counted yet, because their conversation is not over. After
 * a restart it reads from the oldest of those on, and leaves out what is counted.
 *
 * (1) Every record is counted once, whenever the process dies.
 * (2) A flow that ends more than INTAKE_FUTURE after the wall clock is left out, and counted as outside: one
 *     wrong clock must not make everything else old.
 * (3) A conversation is over HORIZON_NS after its last end, by the time of the slowest partition. Of one
 *     that goes on, slices that are older are counted already, and its counted observer does not change
 *     any more. What is not over is provisional in the history, and stays so when the input ends: the next run
 *     on the folder continues it, so that each conversation counts once however often a growing input is read.
 * (4) A file that does not begin with what was read of it (input_mark.h) is refused.
 */
#ifndef TENURE_RECORDER_H
#define TENURE_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/bus/bus.h"
#include "common/topic/topic_reader.h"
#include "sink/graph/history/history.h"
#include "sink/graph/snapshot.h"

struct recorder;

struct recorder_options {
	struct history_options history;
	const char *address; /* of the input; borrowed */
	int64_t horizon_ns;
	int64_t save_ns; /* how often it is saved */
	int64_t held;    /* records at most */
	bool outside_addresses;
};

/* Opens the history and reads how far it has got. NULL after logging, also if it was made of another
 * input. */
struct recorder *recorder_open(const struct recorder_options *options);
/* Saves, unless something has failed, waits until that is on disk, and closes. -1 after logging. NULL is allowed. */
int recorder_close(struct recorder *recorder);
/* Valid until it is closed. */
struct history *recorder_history(struct recorder *recorder);

/* Opens the input where reading continues. NULL after logging. */
struct topic_reader *recorder_input(struct recorder *recorder, const struct bus_options *bus);
/* Adds one record; NOW is the wall clock. -1 after logging. */
int recorder_add(struct recorder *recorder, const struct bus_record *record, struct when now);
/* To be called about once a second, IDLE if everything that there is has been read: counts what is
 * over, and saves from time to time. -1 after logging. */
int recorder_turn(struct recorder *recorder, bool idle, struct when now);
/* Saves what was counted now, and waits until that is on disk. -1 after logging. */
int recorder_save(struct recorder *recorder);
/* To be called before questions: makes what is not over provisional, unless it has been done since the last turn.
 * It takes time for each record that is held, so it is not done for nobody. -1 after logging. */
int recorder_show(struct recorder *recorder);
/* The input has ended: all conversations are over, unless the next run may go on with them (3). -1 after
 * logging. */
int recorder_end(struct recorder *recorder);

/* Up to when flows are known and counted, as of the last turn or the end: the newest end of the
 * slowest partition; WHEN_MIN before the first. */
struct when recorder_watermark(const struct recorder *recorder);
/* Before this time flows may have been whose records are in no window, because they could not be read or by (2): a record
 * is of what was before it was read, by clocks that differ by up to INTAKE_FUTURE. WHEN_MIN if there was none since the
 * history began. */
struct when recorder_unsure_until(const struct recorder *recorder);
struct snapshot_records recorder_records(const struct recorder *recorder);
/* How full the tables of what was read are; those of the history are its own. */
#define RECORDER_TABLES 2
void recorder_tables(const struct recorder *recorder,
		     struct table_use tables[static RECORDER_TABLES]);
/* Logs what was left out and why. */
void recorder_report(const struct recorder *recorder);

#endif
