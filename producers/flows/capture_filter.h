/* capture_filter.h - which frames are metered, in the words of tcpdump. */
#ifndef TENURE_FLOWS_CAPTURE_FILTER_H
#define TENURE_FLOWS_CAPTURE_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_program;
struct capture_filter;
struct pcap;

/* Compiles FILTER for PCAP. Returns EX_OK and *PROGRAM, to be freed with pcap_freecode(), or EX_USAGE (logged). */
int capture_filter_compile(struct pcap *pcap, const char *filter, struct bpf_program *program);

/* Checks FILTER against Ethernet, before there is an interface. Returns EX_OK, or
 * EX_USAGE (logged). */
int capture_check_filter(const char *filter);

/* FILTER for the frames of files with LINK_TYPE, a number of tcpdump.org/linktypes. Returns NULL and
 * the exit code on failure (logged). */
struct capture_filter *capture_filter_new(const char *filter, int link_type, int *exit_code);
void capture_filter_free(struct capture_filter *filter);
bool capture_filter_passes(const struct capture_filter *filter, const uint8_t *bytes,
			   size_t captured, size_t on_wire);

#endif
