/* upper_layer.h - the header of TCP, UDP, SCTP or ICMP in one packet. */
#ifndef TENURE_FLOWS_UPPER_LAYER_H
#define TENURE_FLOWS_UPPER_LAYER_H

#include "producers/flows/cursor.h"
#include "producers/flows/packet.h"

/* Reads the header at CURSOR, which ends with the IP packet, into PACKET, whose protocol and fragment
 * are set. What was captured of the first bytes is taken, and 0 for the rest. */
enum packet_verdict upper_layer_read(const struct cursor *cursor, struct packet *packet);

#endif
