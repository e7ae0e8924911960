/* flow_reader.h - reads flow records, with or without tags, from a topic or from files.
 *
 * (1) Several files are one topic with one partition: they are read in the order of the ends of their first
 *     flows, whatever order they are given in, and an offset counts the records of all of them. A file
 *     whose first record has no end comes first, and an empty one last.
 * (2) A file that is something else (file_kind.h) is refused: logged, and BUS_BROKEN. A file without
 *     records is said.
 */
#ifndef TENURE_FLOW_READER_H
#define TENURE_FLOW_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/bus/bus.h"
#include "common/record/file_kind.h"

struct flow_reader;

struct flow_reader_options {
	const struct settings_list *addresses; /* at least one; with ADDRESSES and BUS borrowed */
	const struct bus_options *bus;
	enum file_kind wanted; /* FILE_FLOWS or FILE_TAGGED */
	struct when
		since; /* of a topic: the first record to read (topic_reader.h); WHEN_MIN for all */
	int64_t from;  /* BUS_FROM_TAIL; of several files only BUS_FROM_START */
};

/* Checks the addresses that the option NAME ("--in") was given: one topic, or files, of which several are read
 * only to their ends. -1 after logging. */
int flow_reader_check(const char *name, const struct settings_list *addresses, bool follow);

/* What OPTIONS points to is borrowed. NULL after logging, with *EXIT_CODE set to the program's. */
struct flow_reader *flow_reader_open(const struct flow_reader_options *options, int *exit_code);
/* As topic_reader_read(). */
enum bus_status flow_reader_read(struct flow_reader *reader, int timeout_ms,
				 struct bus_record *record);
/* True once every record that existed at opening has been read, also with --follow. */
bool flow_reader_caught_up(const struct flow_reader *reader);
/* As topic_reader_progress(), of all files. */
bool flow_reader_progress(const struct flow_reader *reader, uint64_t *done, uint64_t *total);
/* The address of what is read first. */
const char *flow_reader_first(const struct flow_reader *reader);
/* The program's exit code after BUS_BROKEN. */
int flow_reader_exit_code(const struct flow_reader *reader);
/* NULL is allowed. */
void flow_reader_close(struct flow_reader *reader);

#endif
