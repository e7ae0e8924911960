#include "producers/flows/capture_filter.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <sysexits.h>

#include "common/program/log.h"
#include "producers/flows/capture.h"

#define LINKTYPE_RAW 101 /* files number DLT_RAW so */

struct capture_filter {
	struct bpf_program program;
};

int capture_filter_compile(struct pcap *pcap, const char *filter, struct bpf_program *program)
{
	if (pcap_compile(pcap, program, filter, 1, PCAP_NETMASK_UNKNOWN) == 0)
		return EX_OK;
	log_error("filter \"%s\": %s", filter, pcap_geterr(pcap));
	return EX_USAGE;
}

int capture_check_filter(const char *filter)
{
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 65535);
	struct bpf_program program;
	int rc = EX_OK;

	if (pcap != NULL && filter[0] != '\0') {
		rc = capture_filter_compile(pcap, filter, &program);
		if (rc == EX_OK)
			pcap_freecode(&program);
	}
	if (pcap != NULL)
		pcap_close(pcap);
	return rc;
}

struct capture_filter *capture_filter_new(const char *text, int link_type, int *exit_code)
{
	struct capture_filter *filter = calloc(1, sizeof(*filter));
	pcap_t *pcap = pcap_open_dead(link_type == LINKTYPE_RAW ? DLT_RAW : link_type,
				      CAPTURE_SNAPLEN_MAX);

	*exit_code = EX_OSERR;
	if (filter == NULL || pcap == NULL)
		log_error("out of memory for the filter");
	else
		*exit_code = capture_filter_compile(pcap, text, &filter->program);
	if (pcap != NULL)
		pcap_close(pcap);
	if (*exit_code == EX_OK)
		return filter;
	free(filter);
	return NULL;
}

void capture_filter_free(struct capture_filter *filter)
{
	if (filter == NULL)
		return;
	pcap_freecode(&filter->program);
	free(filter);
}

bool capture_filter_passes(const struct capture_filter *filter, const uint8_t *bytes,
			   size_t captured, size_t on_wire)
{
	const struct pcap_pkthdr header = {
		.caplen = (bpf_u_int32)captured,
		.len = (bpf_u_int32)on_wire,
	};

	return pcap_offline_filter(&filter->program, &header, bytes) != 0;
}
