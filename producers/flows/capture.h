/* capture.h - packets from one file or one interface, decoded.
 *
 * libpcap stands behind this module alone.
 *
 * (1) Every frame is either handed out or counted under the reason why not.
 * (2) A file that ends inside a record is read up to there, with a warning.
 * (3) Reading an interface never waits; capture_fd() is what to poll.
 */
#ifndef TENURE_FLOWS_CAPTURE_H
#define TENURE_FLOWS_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/packet.h"

struct capture;

struct capture_options {
	const char *filter; /* as tcpdump's; "" for all */
	int snaplen;
	int buffer_size; /* bytes of the kernel's ring */
	bool promiscuous;
};

struct capture_stats {
	uint64_t frames; /* that libpcap handed over */
	uint64_t verdicts[PACKET_VERDICTS];
	uint64_t kernel_drops; /* the ring was full */
	uint64_t interface_drops;
	uint64_t truncated; /* files that ended inside a record */
};

enum capture_status {
	CAPTURE_PACKETS, /* none or more */
	CAPTURE_END,     /* of the file */
	CAPTURE_GONE,    /* the interface cannot be read any more; logged */
};

/* Both return NULL with the code for exit(), after logging. PATH may be "-". With
 * QUIET an interface that is not there or not up is not logged. */
struct capture *capture_open_file(const char *path, const struct capture_options *options,
				  int *exit_code);
struct capture *capture_open_interface(const char *name, const struct capture_options *options,
				       bool quiet, int *exit_code);
void capture_close(struct capture *capture);

/* Checks a filter for Ethernet before there is anything to capture. EX_OK, or
 * EX_USAGE after logging. */
int capture_check_filter(const char *filter);

/* Fills up to MAX packets, but for their interface, and *COUNT. */
enum capture_status capture_read(struct capture *capture, struct packet *packets, size_t max,
				 size_t *count);
int capture_fd(const struct capture *capture);
/* True when packets tell the interface that they were seen on. */
bool capture_tells_interface(const struct capture *capture);
/* Adds this capture's counters to *STATS. */
void capture_add_stats(struct capture *capture, struct capture_stats *stats);

#endif
