/* pcap_loop - counts the packets of a capture file and does nothing else: the floor
 * under everything that reads through libpcap. */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>

static void count(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
	(void)header;
	(void)bytes;
	++*(uint64_t *)(void *)user;
}

int main(int argc, char **argv)
{
	char error[PCAP_ERRBUF_SIZE];
	uint64_t packets = 0;
	pcap_t *pcap;

	if (argc != 2) {
		fprintf(stderr, "usage: pcap_loop FILE\n");
		return 64;
	}
	pcap = pcap_open_offline_with_tstamp_precision(argv[1], PCAP_TSTAMP_PRECISION_NANO, error);
	if (pcap == NULL) {
		fprintf(stderr, "pcap_loop: %s\n", error);
		return 66;
	}
	if (pcap_loop(pcap, -1, count, (u_char *)&packets) != 0) {
		fprintf(stderr, "pcap_loop: %s: %s\n", argv[1], pcap_geterr(pcap));
		return 65;
	}
	pcap_close(pcap);
	printf("%" PRIu64 "\n", packets);
	return 0;
}
