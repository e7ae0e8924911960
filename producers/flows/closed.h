/* closed.h - TCP connections that were closed a short while ago.
 *
 * After a connection is over, an end may still repeat its FIN or answer with RST. Such a segment
 * belongs to no flow: the connection's record is written, and nothing begins.
 *
 * (1) A connection is remembered for CLOSED_LIFE_NS after its last segment, late ones included, but
 *     no longer than SIZE others are closed after it.
 */
#ifndef TENURE_FLOWS_CLOSED_H
#define TENURE_FLOWS_CLOSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/flows/flow_key.h"
#include "producers/flows/packet.h"

/* As long as Linux keeps TIME_WAIT (TCP_TIMEWAIT_LEN; RFC 9293 3.4.1 says 2 MSL, 4 minutes), and more than the 52 s
 * over which it repeats a FIN (tcp_orphan_retries 8, from 200 ms). */
#define CLOSED_LIFE_NS (60 * NS_PER_SECOND)

struct closed;

/* Remembers up to SIZE connections, at 68 bytes each. Returns NULL if out of memory. */
struct closed *closed_new(size_t size);
void closed_free(struct closed *closed);

/* Adds the connection KEY, whose hash's low half is TAG, whose last segment came at LAST, and whose
 * next sequence numbers are NEXT, by direction. */
void closed_add(struct closed *closed, const struct flow_key *key, uint32_t tag, struct when last,
		const uint32_t next[static 2]);

/* True if PACKET, of a connection that is in no flow, is late: it has no SYN, and it is a RST or
 * has no byte after those that its sender had sent when the connection was closed. */
bool closed_is_late(struct closed *closed, const struct flow_key *key, uint32_t tag,
		    const struct packet *packet, unsigned direction);

#endif
