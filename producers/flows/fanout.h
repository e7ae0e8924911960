/* fanout.h - several processes share the packets of one interface: PACKET_FANOUT of packet(7).
 *
 * Which process gets a packet is chosen in the kernel by a program of ours (PACKET_FANOUT_CBPF, Linux 4.3), from the two
 * addresses of the outermost IP header behind up to two VLAN tags, without their order. So both directions of a
 * conversation, all its fragments, and what two ends of a tunnel send each other have one process. The kernel's own
 * hash (PACKET_FANOUT_HASH) is made with ports, which fragments lack and which tunnels choose for each direction. Its
 * PACKET_FANOUT_FLAG_DEFRAG would give the meter other packets than were sent, and knows IPv4 alone.
 *
 * (1) All other packets, such as MPLS and PPPoE, have one process.
 * (2) Each packet has one process. When a process joins or ends, conversations may change theirs.
 */
#ifndef TENURE_FLOWS_FANOUT_H
#define TENURE_FLOWS_FANOUT_H

#define FANOUT_GROUP_MAX 65535

/* The packet socket FD joins GROUP, 1 to FANOUT_GROUP_MAX: the processes with the same number and interface. Returns -1
 * and sets errno on failure. */
int fanout_join(int fd, unsigned group);

#endif
