/* community_id.h - Community ID version 1 with seed 0.
 *
 * One text for both directions of a conversation, equal to what Zeek, Suricata,
 * Arkime and packetbeat print: github.com/corelight/community-id-spec.
 */
#ifndef TENURE_FLOWS_COMMUNITY_ID_H
#define TENURE_FLOWS_COMMUNITY_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/transport.h"
#include "producers/flows/flow.h"

/* Gives what the specification puts in the place of an ICMP (PROTOCOL TRANSPORT_ICMP
 * or TRANSPORT_ICMPV6) packet's ports: its type and the type that answers it. Where
 * no type answers, it gives type and code and returns false: such messages go
 * one way, and the two endpoints must not be ordered. */
bool community_id_icmp_ports(uint8_t protocol, uint8_t type, uint8_t code, uint16_t *source_port,
			     uint16_t *destination_port);

/* Writes the ID of a conversation whose lesser endpoint by address, then port,
 * is A; of a one-way ICMP message A is the sender. PORTS tells whether there
 * are any. */
void community_id(const struct ip *a, uint16_t a_port, const struct ip *b, uint16_t b_port,
		  uint8_t protocol, bool ports, char text[static FLOW_COMMUNITY_ID_SIZE]);

#endif
