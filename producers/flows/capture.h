/* capture.h - packets from one interface, decoded.
 *
 * Beside capture_filter.h and capture_list.h no other module of this program uses libpcap.
 *
 * (1) Every frame is either returned or counted under the reason why not.
 * (2) Reading from an interface never waits; poll capture_fd() for that.
 */
#ifndef TENURE_FLOWS_CAPTURE_H
#define TENURE_FLOWS_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/intake.h"
#include "producers/flows/links/links.h"
#include "producers/flows/packet.h"

#define CAPTURE_SNAPLEN_MAX 262144
#define CAPTURE_LINK_TYPES                                                              \
	"Ethernet, LINUX_SLL, LINUX_SLL2, RAW, IPV4, IPV6, NULL, LOOP, PPP, PPP_HDLC, " \
	"C_HDLC, NFLOG, IEEE802_11, IEEE802_11_RADIOTAP"

struct capture;

struct capture_options {
	const char *filter; /* as for tcpdump; "" for all frames */
	int snaplen;
	int buffer_size; /* bytes of the kernel's ring */
	bool promiscuous;
	unsigned fanout; /* the group of processes that share the packets (fanout.h); 0: none */
	enum intake_tunnels tunnels;
	bool payload; /* the packets' payload is wanted */
};

struct capture_stats {
	uint64_t frames; /* that passed the filter */
	uint64_t verdicts[PACKET_VERDICTS];
	uint64_t opened; /* of struct intake, like UNOPENED */
	uint64_t unopened[PACKET_VERDICTS];
	uint64_t kernel_drops; /* the ring was full */
	uint64_t interface_drops;
	uint64_t unread; /* frames that the kernel took and that were not read; 0 for lo and any */
	uint64_t truncated;    /* files that ended inside a record */
	uint64_t arp_left_out; /* of links/arp.h */
};

enum capture_status {
	CAPTURE_PACKETS, /* any number, even none */
	CAPTURE_END,     /* of a file */
	CAPTURE_GONE,    /* the interface cannot be read any more (logged) */
};

/* Returns NULL and the exit code on failure (logged). QUIET: an interface that does not exist or
 * is not up is not logged. */
struct capture *capture_open_interface(const char *name, const struct capture_options *options,
				       bool quiet, int *exit_code);
void capture_close(struct capture *capture);

/* Sets *LINK for LINK_TYPE, as a file or libpcap numbers it. Returns -1 if it is not supported. */
int capture_find_link(int link_type, enum packet_link *link);

/* Reads up to MAX packets, 2 to INTAKE_BATCH, and sets *COUNT. Their payload stays until the next
 * call. The packets' interface is not set. */
enum capture_status capture_read(struct capture *capture, struct packet *packets, size_t max,
				 size_t *count);
/* From now on the kernel takes no frame of this interface; those in its ring can still be read. */
void capture_stop(struct capture *capture);
/* True if no frame is left in the ring: every one that the kernel took was read or dropped. Always false for
 * lo and any, whose frames the kernel counts twice. */
bool capture_is_empty(struct capture *capture);
/* From now on LINKS, which is borrowed, is told of each packet that came from the pod at the other end (direction.h), as one of
 * NUMBER, before capture_read() returns it: not of those in a VLAN, which may be of another space of addresses, nor of those
 * whose time is not now (sender.h). */
void capture_follow(struct capture *capture, struct links *links, uint16_t number);
/* OWN is the interface's MAC, BRIDGE that of its bridge or OWN; 0: no packet is from a pod, as before the first call. After
 * capture_follow(). BRIDGED: it has a bridge, whose MAC may be OWN. */
void capture_set_macs(struct capture *capture, uint64_t own, uint64_t bridge, bool bridged);
/* Whether the last call of capture_read() found nothing more: what was there has been read. */
bool capture_is_read(const struct capture *capture);
/* How often LINKS may not have been told of a packet from the pod: dropped by the kernel, not decoded, or of an
 * unknown direction. It may count others. */
uint64_t capture_missed(struct capture *capture);
/* The pod's MAC; 0 while no packet has told it. */
uint64_t capture_pod_mac(const struct capture *capture);
/* The system's number of the interface that is captured on; 0 once that is gone. */
unsigned capture_index(const struct capture *capture);
int capture_fd(const struct capture *capture);
/* True if each packet carries the number of its interface. */
bool capture_has_interface_ids(const struct capture *capture);
/* Adds the counters of INTAKE to *STATS. */
void capture_add_intake(const struct intake *intake, struct capture_stats *stats);
/* Adds this capture's counters to *STATS. */
void capture_add_stats(struct capture *capture, struct capture_stats *stats);

#endif
