/* savefile.h - packets from one capture file, decoded.
 *
 * (1) Every frame is either returned or counted under the reason why not.
 * (2) A file that ends inside a record, or is damaged, is read up to there, with a warning.
 * (3) Each packet comes with the number of its interface. The interfaces of a pcapng file have their
 *     own names; the same name and place in the file is the same interface, in all files.
 */
#ifndef TENURE_FLOWS_SAVEFILE_H
#define TENURE_FLOWS_SAVEFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "producers/flows/capture.h"
#include "producers/flows/interfaces.h"
#include "producers/flows/packet.h"

struct savefile;

struct savefile_options {
	const char *filter;         /* as for tcpdump; "" for all frames */
	const char *interface_name; /* in place of the file's names; NULL for those */
	enum intake_tunnels tunnels;
	bool payload; /* the packets' payload is wanted */
};

/* PATH may be "-". AGAIN: if the file is regular, it will be opened again, and has its warnings then.
 * Borrows OPTIONS and INTERFACES. Returns NULL and the exit code on failure (logged). */
struct savefile *savefile_open(const char *path, const struct savefile_options *options,
			       struct interfaces *interfaces, bool again, int *exit_code);
void savefile_close(struct savefile *file);

/* The time of the first frame, WHEN_MAX if there is none. It will be read all the same. */
struct when savefile_first_time(struct savefile *file);
/* True if it can be opened and read once more. */
bool savefile_is_regular(const struct savefile *file);

/* Reads up to MAX packets, 2 to INTAKE_BATCH, and sets *COUNT. Their payload stays until the next
 * call. Returns CAPTURE_PACKETS or CAPTURE_END. */
enum capture_status savefile_read(struct savefile *file, struct packet *packets, size_t max,
				  size_t *count);
/* As byte_source_progress(). */
void savefile_progress(const struct savefile *file, uint64_t *done, uint64_t *total);
/* Adds this file's counters to *STATS. */
void savefile_add_stats(const struct savefile *file, struct capture_stats *stats);

#endif
