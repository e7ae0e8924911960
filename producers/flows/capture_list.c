#include "producers/flows/capture_list.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <sysexits.h>

#include "common/program/log.h"

/* Of a network, or of a radio. */
static const char *connection(bpf_u_int32 flags)
{
	bool radio = flags & PCAP_IF_WIRELESS;

	switch (flags & PCAP_IF_CONNECTION_STATUS) {
	case PCAP_IF_CONNECTION_STATUS_CONNECTED:
		return radio ? "Associated" : "Connected";
	case PCAP_IF_CONNECTION_STATUS_DISCONNECTED:
		return radio ? "Not associated" : "Disconnected";
	case PCAP_IF_CONNECTION_STATUS_UNKNOWN:
		return radio ? "Association status unknown" : "Connection status unknown";
	default:
		return NULL;
	}
}

static void print_flags(bpf_u_int32 flags)
{
	static const struct {
		bpf_u_int32 flag;
		const char *name;
	} names[] = {
		{PCAP_IF_UP, "Up"},
		{PCAP_IF_RUNNING, "Running"},
		{PCAP_IF_LOOPBACK, "Loopback"},
		{PCAP_IF_WIRELESS, "Wireless"},
	};
	const char *between = "";

	printf(" [");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((flags & names[i].flag) == 0)
			continue;
		printf("%s%s", between, names[i].name);
		between = ", ";
	}
	if (between[0] == '\0')
		printf("none");
	if (connection(flags) != NULL)
		printf(", %s", connection(flags));
	printf("]");
}

int capture_list(void)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_if_t *list = NULL;
	int number = 0;

	if (pcap_findalldevs(&list, error) != 0) {
		log_error("cannot list the interfaces: %s", error);
		return EX_OSERR;
	}
	for (const pcap_if_t *one = list; one != NULL; one = one->next) {
		printf("%d.%s", ++number, one->name);
		if (one->description != NULL)
			printf(" (%s)", one->description);
		if (one->flags != 0)
			print_flags(one->flags);
		printf("\n");
	}
	pcap_freealldevs(list);
	return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}
