#include "producers/flows/capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/base/when.h"
#include "common/program/log.h"

#define FILE_BUFFER (256 * 1024)
#define FRAME_MAX 262144    /* libpcap's longest */
#define BLOCK_TIMEOUT_MS 50 /* how long the kernel collects packets before it wakes us */
#define LINK_TYPES "Ethernet, LINUX_SLL, LINUX_SLL2, RAW, IPV4, IPV6, NULL, LOOP"
/* 2261-12-31: the last year that a struct when can hold. */
#define SECONDS_MAX INT64_C(9214646400)
#define SECONDS_OF_1970 INT64_C(31536000)

struct capture {
	pcap_t *pcap;
	char *name;
	char *buffer; /* of a file */
	enum packet_link link;
	bool live;
	bool gone;
	int64_t time_unit; /* nanoseconds in one of libpcap's units */
	bool after_1970;   /* a packet had such a time */
	struct capture_stats stats;
	/* libpcap's memory is used again before a batch is complete, so payloads are copied. */
	uint8_t *payloads; /* NULL if they are not wanted */
	size_t payloads_size;
	size_t payloads_used;
	/* Of capture_read(), while libpcap calls back. */
	struct packet *packets;
	size_t count;
};

static int find_link(int datalink, enum packet_link *link)
{
	static const struct {
		int datalink;
		enum packet_link link;
	} links[] = {
		{DLT_EN10MB, PACKET_ETHERNET}, {DLT_LINUX_SLL, PACKET_SLL},
		{DLT_LINUX_SLL2, PACKET_SLL2}, {DLT_RAW, PACKET_RAW},
		{DLT_IPV4, PACKET_RAW},        {DLT_IPV6, PACKET_RAW},
		{DLT_NULL, PACKET_LOOPBACK},   {DLT_LOOP, PACKET_LOOPBACK},
	};

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (links[i].datalink == datalink) {
			*link = links[i].link;
			return 0;
		}
	}
	return -1;
}

static int set_link(struct capture *capture)
{
	bool nanoseconds = pcap_get_tstamp_precision(capture->pcap) == PCAP_TSTAMP_PRECISION_NANO;
	int datalink = pcap_datalink(capture->pcap);
	const char *name = pcap_datalink_val_to_name(datalink);
	const char *words = pcap_datalink_val_to_description(datalink);

	capture->time_unit = nanoseconds ? 1 : 1000;
	if (find_link(datalink, &capture->link) == 0) {
		if (capture->link == PACKET_SLL)
			log_warn("%s: LINUX_SLL does not say on which interface a packet was "
				 "captured; copies from several interfaces are counted once only "
				 "where they can be told from new packets; use LINUX_SLL2",
				 capture->name);
		return EX_OK;
	}
	log_error("%s: link type %d (%s%s%s) is not supported; supported are " LINK_TYPES,
		  capture->name, datalink, name ? name : "unknown", words ? ", " : "",
		  words ? words : "");
	return EX_DATAERR;
}

static int compile(pcap_t *pcap, const char *filter, struct bpf_program *program)
{
	if (pcap_compile(pcap, program, filter, 1, PCAP_NETMASK_UNKNOWN) == 0)
		return EX_OK;
	log_error("filter \"%s\": %s", filter, pcap_geterr(pcap));
	return EX_USAGE;
}

static int set_filter(struct capture *capture, const char *filter)
{
	struct bpf_program program;
	int rc = EX_OK;

	if (filter[0] == '\0')
		return EX_OK;
	if (compile(capture->pcap, filter, &program) != EX_OK)
		return EX_USAGE;
	if (pcap_setfilter(capture->pcap, &program) != 0) {
		log_error("%s: cannot set filter \"%s\": %s", capture->name, filter,
			  pcap_geterr(capture->pcap));
		rc = EX_OSERR;
	}
	pcap_freecode(&program);
	return rc;
}

int capture_check_filter(const char *filter)
{
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 65535);
	struct bpf_program program;
	int rc = EX_OK;

	if (pcap != NULL && filter[0] != '\0') {
		rc = compile(pcap, filter, &program);
		if (rc == EX_OK)
			pcap_freecode(&program);
	}
	if (pcap != NULL)
		pcap_close(pcap);
	return rc;
}

static struct capture *new_capture(const char *name)
{
	struct capture *capture = calloc(1, sizeof(*capture));

	if (capture != NULL)
		capture->name = strdup(name);
	if (capture == NULL || capture->name == NULL) {
		log_error("%s: out of memory", name);
		free(capture);
		return NULL;
	}
	return capture;
}

static int make_room(struct capture *capture)
{
	int longest = pcap_snapshot(capture->pcap);

	if (longest < 1 || longest > FRAME_MAX)
		longest = FRAME_MAX;
	capture->payloads_size = CAPTURE_BATCH * (size_t)longest;
	capture->payloads = malloc(capture->payloads_size);
	if (capture->payloads != NULL)
		return EX_OK;
	log_error("%s: out of memory", capture->name);
	return EX_OSERR;
}

/* The last steps of opening: CAPTURE, or NULL after an error. */
static struct capture *finish_open(struct capture *capture, const struct capture_options *options,
				   int *exit_code)
{
	if (*exit_code == EX_OK)
		*exit_code = set_link(capture);
	if (*exit_code == EX_OK)
		*exit_code = set_filter(capture, options->filter);
	if (*exit_code == EX_OK && options->payload)
		*exit_code = make_room(capture);
	if (*exit_code == EX_OK)
		return capture;
	capture_close(capture);
	return NULL;
}

static int open_file(struct capture *capture, const char *path)
{
	char error[PCAP_ERRBUF_SIZE];
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");

	if (file == NULL) {
		log_error("cannot open %s: %s", path, strerror(errno));
		return errno == EACCES ? EX_NOPERM : EX_NOINPUT;
	}
	/* Standard input outlives the capture. */
	if (file != stdin)
		capture->buffer = malloc(FILE_BUFFER);
	if (capture->buffer != NULL)
		setvbuf(file, capture->buffer, _IOFBF, FILE_BUFFER);
	capture->pcap =
		pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, error);
	if (capture->pcap != NULL)
		return EX_OK;
	log_error("%s: not a pcap or pcapng file: %s", path, error);
	if (file != stdin)
		fclose(file);
	return EX_DATAERR;
}

struct capture *capture_open_file(const char *path, const struct capture_options *options,
				  int *exit_code)
{
	struct capture *capture = new_capture(strcmp(path, "-") == 0 ? "standard input" : path);

	*exit_code = capture != NULL ? open_file(capture, path) : EX_OSERR;
	return finish_open(capture, options, exit_code);
}

static int activate(struct capture *capture, const struct capture_options *options, bool quiet)
{
	int status;

	if (pcap_set_snaplen(capture->pcap, options->snaplen) != 0 ||
	    pcap_set_promisc(capture->pcap, options->promiscuous) != 0 ||
	    pcap_set_timeout(capture->pcap, BLOCK_TIMEOUT_MS) != 0 ||
	    pcap_set_buffer_size(capture->pcap, options->buffer_size) != 0)
		return EX_SOFTWARE;
	/* Stays microseconds if the interface cannot do this. */
	pcap_set_tstamp_precision(capture->pcap, PCAP_TSTAMP_PRECISION_NANO);
	status = pcap_activate(capture->pcap);
	if (status >= 0)
		return EX_OK;
	switch (status) {
	case PCAP_ERROR_PERM_DENIED:
		log_error("%s: no permission to capture; run as root, or run once: "
			  "setcap cap_net_raw+ep $(command -v tenure-flows)",
			  capture->name);
		return EX_NOPERM;
	case PCAP_ERROR_NO_SUCH_DEVICE:
	case PCAP_ERROR_IFACE_NOT_UP:
		if (!quiet)
			log_error("interface %s: %s", capture->name, pcap_statustostr(status));
		return EX_NOINPUT;
	default:
		if (!quiet)
			log_error("interface %s: cannot capture: %s: %s", capture->name,
				  pcap_statustostr(status), pcap_geterr(capture->pcap));
		return EX_OSERR;
	}
}

static int open_interface(struct capture *capture, const struct capture_options *options,
			  bool quiet)
{
	char error[PCAP_ERRBUF_SIZE];
	int rc;

	capture->live = true;
	capture->pcap = pcap_create(capture->name, error);
	if (capture->pcap == NULL) {
		log_error("interface %s: %s", capture->name, error);
		return EX_OSERR;
	}
	rc = activate(capture, options, quiet);
	if (rc != EX_OK)
		return rc;
	/* Only "any" has cooked packets; those of version 2 carry their interface's number. */
	if (pcap_datalink(capture->pcap) == DLT_LINUX_SLL)
		pcap_set_datalink(capture->pcap, DLT_LINUX_SLL2);
	if (pcap_setnonblock(capture->pcap, 1, error) != 0) {
		log_error("interface %s: %s", capture->name, error);
		return EX_OSERR;
	}
	return EX_OK;
}

struct capture *capture_open_interface(const char *name, const struct capture_options *options,
				       bool quiet, int *exit_code)
{
	struct capture *capture = new_capture(name);

	*exit_code = capture != NULL ? open_interface(capture, options, quiet) : EX_OSERR;
	return finish_open(capture, options, exit_code);
}

void capture_close(struct capture *capture)
{
	if (capture == NULL)
		return;
	if (capture->pcap != NULL)
		pcap_close(capture->pcap);
	free(capture->payloads);
	free(capture->buffer);
	free(capture->name);
	free(capture);
}

/* False in the first second of 1970, which means no time (a Simple Packet Block of pcapng), and in
 * all of 1970 once a packet was later: a clock that was not set yet. */
static bool is_good_time(struct capture *capture, int64_t seconds, int64_t nanoseconds)
{
	if (seconds < 1 || seconds >= SECONDS_MAX || nanoseconds < 0 ||
	    nanoseconds >= NS_PER_SECOND)
		return false;
	if (seconds >= SECONDS_OF_1970)
		capture->after_1970 = true;
	return seconds >= SECONDS_OF_1970 || !capture->after_1970;
}

/* Copies PACKET's payload. Of one that finds no room less is captured. */
static void keep_payload(struct capture *capture, struct packet *packet)
{
	size_t room = capture->payloads_size - capture->payloads_used;
	uint8_t *copy = capture->payloads + capture->payloads_used;

	if (packet->payload_captured > room)
		packet->payload_captured = (uint32_t)room;
	if (packet->payload_captured == 0)
		return;
	memcpy(copy, packet->payload_bytes, packet->payload_captured);
	packet->payload_bytes = copy;
	capture->payloads_used += packet->payload_captured;
}

/* Called by libpcap for each frame, no more often than there is room. */
static void take_frame(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
	struct capture *capture = (struct capture *)user;
	struct packet *packet = &capture->packets[capture->count];
	int64_t seconds = header->ts.tv_sec;
	int64_t nanoseconds = header->ts.tv_usec * capture->time_unit;
	enum packet_verdict verdict = PACKET_BAD_TIME;

	capture->stats.frames++;
	/* With nanosecond precision tv_usec holds nanoseconds. */
	if (is_good_time(capture, seconds, nanoseconds)) {
		packet->time.ns = seconds * NS_PER_SECOND + nanoseconds;
		verdict = packet_decode(capture->link, bytes, header->caplen, header->len, packet);
	}
	if (verdict == PACKET_OK && capture->payloads != NULL)
		keep_payload(capture, packet);
	if (verdict == PACKET_OK)
		capture->count++;
	else
		capture->stats.verdicts[verdict]++;
}

enum capture_status capture_read(struct capture *capture, struct packet *packets, size_t max,
				 size_t *count)
{
	int frames;

	capture->packets = packets;
	capture->count = 0;
	capture->payloads_used = 0;
	frames = pcap_dispatch(capture->pcap, (int)max, take_frame, (u_char *)capture);
	*count = capture->count;
	capture->stats.verdicts[PACKET_OK] += capture->count;
	if (frames >= 0)
		return frames > 0 || capture->live ? CAPTURE_PACKETS : CAPTURE_END;
	if (!capture->live) {
		log_warn("%s: read up to a damaged or incomplete record: %s", capture->name,
			 pcap_geterr(capture->pcap));
		capture->stats.truncated++;
		return CAPTURE_END;
	}
	if (!capture->gone)
		log_info("interface %s: %s", capture->name, pcap_geterr(capture->pcap));
	capture->gone = true;
	return CAPTURE_GONE;
}

int capture_fd(const struct capture *capture)
{
	return pcap_get_selectable_fd(capture->pcap);
}

bool capture_has_interface_ids(const struct capture *capture)
{
	return capture->link == PACKET_SLL2;
}

void capture_add_stats(struct capture *capture, struct capture_stats *stats)
{
	struct pcap_stat kernel;

	stats->frames += capture->stats.frames;
	for (unsigned i = 0; i < PACKET_VERDICTS; i++)
		stats->verdicts[i] += capture->stats.verdicts[i];
	stats->truncated += capture->stats.truncated;
	if (capture->live && pcap_stats(capture->pcap, &kernel) == 0) {
		stats->kernel_drops += kernel.ps_drop;
		stats->interface_drops += kernel.ps_ifdrop;
	}
}
