/* conntrack_message.h - one connection, as conntrack writes it in a netlink message
 * (linux/netfilter/nfnetlink_conntrack.h). Pure.
 *
 * (1) Nothing beyond the message is read. No other file includes libmnl.
 */
#ifndef TENURE_FLOWS_CONNTRACK_MESSAGE_H
#define TENURE_FLOWS_CONNTRACK_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "producers/flows/nat/translations.h"

/* Reads the message BYTES[LENGTH], aligned for a struct nlmsghdr. False if it is not about one
 * connection with ports, or not whole. */
bool conntrack_message_read(const void *bytes, size_t length, struct translations_connection *told);

#endif
