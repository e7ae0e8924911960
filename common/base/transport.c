#include "common/base/transport.h"

#include <string.h>

const char tcp_flag_letters[9] = "FSRPAUEC";

static const struct {
	const char *name;
	int protocol;
} transports[] = {
	{"tcp", TRANSPORT_TCP},          {"udp", TRANSPORT_UDP},   {"icmp", TRANSPORT_ICMP},
	{"ipv6-icmp", TRANSPORT_ICMPV6}, {"sctp", TRANSPORT_SCTP},
};

#define TRANSPORTS (sizeof(transports) / sizeof(transports[0]))

const char *transport_name(int protocol)
{
	for (size_t i = 0; i < TRANSPORTS; i++) {
		if (transports[i].protocol == protocol)
			return transports[i].name;
	}
	return NULL;
}

int transport_parse(const char *text, size_t length)
{
	int number = 0;

	for (size_t i = 0; i < TRANSPORTS; i++) {
		if (length == strlen(transports[i].name) &&
		    memcmp(text, transports[i].name, length) == 0)
			return transports[i].protocol;
	}
	if (length == 0)
		return TRANSPORT_NONE;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return TRANSPORT_NONE;
		number = 10 * number + (text[i] - '0');
		if (number > UINT8_MAX)
			return TRANSPORT_NONE;
	}
	return number;
}

unsigned tcp_flags_parse(const char *text, size_t length)
{
	unsigned flags = 0;

	for (size_t i = 0; i < length; i++) {
		const char *letter =
			memchr(tcp_flag_letters, text[i], sizeof(tcp_flag_letters) - 1);

		if (letter != NULL)
			flags |= 1u << (letter - tcp_flag_letters);
	}
	return flags;
}
