/* recognise.h - the protocol of a payload, by its first bytes. Pure. */
#ifndef TENURE_FLOWS_L7_RECOGNISE_H
#define TENURE_FLOWS_L7_RECOGNISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/flow.h"
#include "producers/flows/packet.h"

struct recognised {
	enum flow_l7_protocol protocol; /* FLOW_L7_NONE if it is none that is known */
	bool by_server;                 /* the payload is a response */
};

/* BYTES[LENGTH] begin a TCP segment. START: the first payload of its connection. The parser has the last
 * word: these bytes are only such as the protocol begins with. */
struct recognised recognise_segment(const uint8_t *bytes, size_t length, bool start);

/* PACKET is of UDP. What is sent to a group has no responses in its flow, so it is not recognised. */
struct recognised recognise_datagram(const struct packet *packet);

#endif
