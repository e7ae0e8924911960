/* capture.h - packets from one file or one interface, decoded.
 *
 * No other module of this program uses libpcap.
 *
 * (1) Every frame is either returned or counted under the reason why not.
 * (2) A file that ends inside a record is read up to there, with a warning.
 * (3) Reading from an interface never waits; poll capture_fd() for that.
 */
#ifndef TENURE_FLOWS_CAPTURE_H
#define TENURE_FLOWS_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/packet.h"

#define CAPTURE_BATCH 32 /* packets of one capture_read() */

struct capture;

struct capture_options {
	const char *filter; /* as for tcpdump; "" for all frames */
	int snaplen;
	int buffer_size; /* bytes of the kernel's ring */
	bool promiscuous;
	bool payload; /* the packets' payload is wanted */
};

struct capture_stats {
	uint64_t frames; /* from libpcap */
	uint64_t verdicts[PACKET_VERDICTS];
	uint64_t kernel_drops; /* the ring was full */
	uint64_t interface_drops;
	uint64_t truncated; /* files that ended inside a record */
};

enum capture_status {
	CAPTURE_PACKETS, /* any number, even none */
	CAPTURE_END,     /* of the file */
	CAPTURE_GONE,    /* the interface cannot be read any more (logged) */
};

/* Both return NULL and the exit code on failure (logged). PATH may be "-". QUIET: an
 * interface that does not exist or is not up is not logged. */
struct capture *capture_open_file(const char *path, const struct capture_options *options,
				  int *exit_code);
struct capture *capture_open_interface(const char *name, const struct capture_options *options,
				       bool quiet, int *exit_code);
void capture_close(struct capture *capture);

/* Checks FILTER against Ethernet, before there is an interface. Returns EX_OK, or
 * EX_USAGE (logged). */
int capture_check_filter(const char *filter);

/* Reads up to MAX packets, at most CAPTURE_BATCH, and sets *COUNT. The packets' interface is not set; their payload is only if
 * it is wanted, and is valid until the next call. */
enum capture_status capture_read(struct capture *capture, struct packet *packets, size_t max,
				 size_t *count);
int capture_fd(const struct capture *capture);
/* True if each packet carries the number of its interface. */
bool capture_has_interface_ids(const struct capture *capture);
/* Adds this capture's counters to *STATS. */
void capture_add_stats(struct capture *capture, struct capture_stats *stats);

#endif
