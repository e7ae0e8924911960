/* transport.h - transport protocols and TCP flags, by number and by name. Pure. */
#ifndef TENURE_TRANSPORT_H
#define TENURE_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

/* IANA protocol numbers. */
enum transport {
	TRANSPORT_NONE = -1,
	TRANSPORT_ICMP = 1,
	TRANSPORT_TCP = 6,
	TRANSPORT_UDP = 17,
	TRANSPORT_ICMPV6 = 58,
	TRANSPORT_SCTP = 132,
};

/* The flags of a TCP header's low byte (RFC 9293 section 3.1), as letters from the lowest
 * bit up: "FSRPAUEC". */
enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
};
extern const char tcp_flag_letters[9];

/* Where a service listens. */
struct transport_port {
	uint8_t protocol; /* IANA number */
	uint16_t port;    /* of an EndpointSlice: 0 for every port */
};

/* "tcp", "ipv6-icmp"; NULL for a protocol without a name here. */
const char *transport_name(int protocol);
/* Reads TEXT[LENGTH], a name of transport_name() or a decimal number up to 255. Returns the
 * protocol, or TRANSPORT_NONE if it is neither. */
int transport_parse(const char *text, size_t length);
/* The flags whose letters are in TEXT[LENGTH]; other letters are ignored. */
unsigned tcp_flags_parse(const char *text, size_t length);

#endif
