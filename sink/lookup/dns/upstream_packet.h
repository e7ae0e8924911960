/* upstream_packet.h - the question that we ask another server, and its answer, as bytes. Pure. */
#ifndef TENURE_UPSTREAM_PACKET_H
#define TENURE_UPSTREAM_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/text.h"

#define UPSTREAM_QUESTION_MAX 128

enum upstream_reading {
	UPSTREAM_READ_NAMES,
	UPSTREAM_READ_NONE,    /* the server says that there is no name */
	UPSTREAM_READ_FAILURE, /* the server says that it failed */
	UPSTREAM_READ_FOREIGN, /* no answer to this question */
};

/* Writes the question for the PTR records of IP. Returns its length, or 0 if out of memory. */
size_t upstream_packet_write(const struct ip *ip, uint16_t id,
			     uint8_t bytes[static UPSTREAM_QUESTION_MAX]);

/* Reads an answer. Adds its names to NAMES, each without the last dot and with a NUL. *TTL is in
 * seconds; 0 of a failure. */
enum upstream_reading upstream_packet_read(const uint8_t *bytes, size_t length, const struct ip *ip,
					   uint16_t id, struct text *names, uint32_t *ttl);

#endif
