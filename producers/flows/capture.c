#include "producers/flows/capture.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>

#include "common/base/when.h"
#include "common/program/log.h"
#include "producers/flows/capture_filter.h"
#include "producers/flows/fanout.h"
#include "producers/flows/links/pod_frames.h"

#undef PACKET_LOOPBACK      /* linux/if_packet.h has a macro of the name of packet.h's enumerator */
#define LINKTYPE_RAW 101    /* files number DLT_RAW so */
#define BLOCK_TIMEOUT_MS 50 /* how long the kernel collects packets before it wakes us */

struct capture {
	pcap_t *pcap;
	char *name;
	enum packet_link link;
	bool gone;
	bool twice; /* the kernel counts the frames of lo twice, and libpcap leaves out one of the two */
	int64_t time_unit;      /* nanoseconds in one of libpcap's units */
	struct when joined;     /* its group; earlier frames are also another process's */
	uint64_t before_joined; /* frames */
	bool read;              /* the last call found no frame */
	struct pod_frames pod;  /* if its MAC is set */
	struct intake intake;
};

int capture_find_link(int link_type, enum packet_link *link)
{
	static const struct {
		int link_type;
		enum packet_link link;
	} links[] = {
		{DLT_EN10MB, PACKET_ETHERNET},
		{DLT_LINUX_SLL, PACKET_SLL},
		{DLT_LINUX_SLL2, PACKET_SLL2},
		{DLT_RAW, PACKET_RAW},
		{LINKTYPE_RAW, PACKET_RAW},
		{DLT_IPV4, PACKET_RAW},
		{DLT_IPV6, PACKET_RAW},
		{DLT_NULL, PACKET_LOOPBACK},
		{DLT_LOOP, PACKET_LOOPBACK},
		{DLT_PPP, PACKET_PPP},
		{DLT_PPP_SERIAL, PACKET_PPP},
		{DLT_C_HDLC, PACKET_PPP},
		{DLT_NFLOG, PACKET_NFLOG},
		{DLT_IEEE802_11, PACKET_WIFI},
		{DLT_IEEE802_11_RADIO, PACKET_RADIOTAP},
	};

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (links[i].link_type == link_type) {
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
	if (capture_find_link(datalink, &capture->link) == 0)
		return EX_OK;
	log_error("%s: link type %d (%s%s%s) is not supported; supported are " CAPTURE_LINK_TYPES,
		  capture->name, datalink, name ? name : "unknown", words ? ", " : "",
		  words ? words : "");
	return EX_DATAERR;
}

static int set_filter(struct capture *capture, const char *filter)
{
	struct bpf_program program;
	int rc = EX_OK;

	if (filter[0] == '\0')
		return EX_OK;
	if (capture_filter_compile(capture->pcap, filter, &program) != EX_OK)
		return EX_USAGE;
	if (pcap_setfilter(capture->pcap, &program) != 0) {
		log_error("%s: cannot set filter \"%s\": %s", capture->name, filter,
			  pcap_geterr(capture->pcap));
		rc = EX_OSERR;
	}
	pcap_freecode(&program);
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

static int keep_payloads(struct capture *capture)
{
	int longest = pcap_snapshot(capture->pcap);

	if (longest < 1 || longest > CAPTURE_SNAPLEN_MAX)
		longest = CAPTURE_SNAPLEN_MAX;
	if (intake_keep_payloads(&capture->intake, (size_t)longest) == 0)
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
		*exit_code = keep_payloads(capture);
	if (*exit_code == EX_OK)
		return capture;
	capture_close(capture);
	return NULL;
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
			  "setcap cap_net_raw+p $(command -v tenure-flows)",
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

static int join(struct capture *capture, unsigned group)
{
	/* A frame of the microseconds of the call may have two processes. */
	capture->joined = when_now();
	if (fanout_join(pcap_fileno(capture->pcap), group) == 0)
		return EX_OK;
	log_error("interface %s: cannot join the group %u of --fanout: %s%s", capture->name, group,
		  strerror(errno),
		  errno == EINVAL ? "; another interface or program may have its number" : "");
	return EX_OSERR;
}

static int open_interface(struct capture *capture, const struct capture_options *options,
			  bool quiet)
{
	char error[PCAP_ERRBUF_SIZE];
	int rc;

	capture->pcap = pcap_create(capture->name, error);
	if (capture->pcap == NULL) {
		log_error("interface %s: %s", capture->name, error);
		return EX_OSERR;
	}
	rc = activate(capture, options, quiet);
	if (rc == EX_OK && options->fanout > 0)
		rc = join(capture, options->fanout);
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

	if (capture != NULL) {
		capture->intake.tunnels = options->tunnels;
		capture->twice = strcmp(name, "lo") == 0 || strcmp(name, "any") == 0;
	}
	*exit_code = capture != NULL ? open_interface(capture, options, quiet) : EX_OSERR;
	return finish_open(capture, options, exit_code);
}

void capture_close(struct capture *capture)
{
	if (capture == NULL)
		return;
	if (capture->pcap != NULL)
		pcap_close(capture->pcap);
	intake_clear(&capture->intake);
	free(capture->name);
	free(capture);
}

/* Called by libpcap for each frame, no more often than there is room. */
static void take_frame(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
	struct capture *capture = (struct capture *)user;
	/* With nanosecond precision tv_usec holds nanoseconds. */
	struct when time = {header->ts.tv_sec * NS_PER_SECOND +
			    header->ts.tv_usec * capture->time_unit};
	const struct packet *packet;

	if (when_before(time, capture->joined)) {
		capture->before_joined++;
		return;
	}
	packet = intake_add(&capture->intake, capture->link,
			    &(struct intake_frame){header->ts.tv_sec,
						   header->ts.tv_usec * capture->time_unit, bytes,
						   header->caplen, header->len});
	if (capture->pod.direction.own == 0)
		return;
	if (packet != NULL)
		pod_frames_packet(&capture->pod, packet, bytes);
	else
		pod_frames_other(&capture->pod, bytes, header->caplen, time);
}

enum capture_status capture_read(struct capture *capture, struct packet *packets, size_t max,
				 size_t *count)
{
	int frames;

	if (capture->pod.direction.own != 0)
		sender_set_clock(&capture->pod.sender, when_now());
	intake_begin(&capture->intake, packets);
	max /= intake_packets(&capture->intake);
	frames = pcap_dispatch(capture->pcap, (int)max, take_frame, (u_char *)capture);
	pod_frames_settle(&capture->pod);
	*count = capture->intake.count;
	capture->read = frames <= 0;
	if (frames >= 0)
		return CAPTURE_PACKETS;
	if (!capture->gone)
		log_info("interface %s: %s", capture->name, pcap_geterr(capture->pcap));
	capture->gone = true;
	return CAPTURE_GONE;
}

void capture_stop(struct capture *capture)
{
	struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = {1, &none};

	/* pcap_setfilter() would also apply to the frames that are in the ring. */
	if (setsockopt(pcap_fileno(capture->pcap), SOL_SOCKET, SO_ATTACH_FILTER, &program,
		       sizeof(program)) != 0)
		log_warn("interface %s: cannot stop the capture: %s", capture->name,
			 strerror(errno));
}

/* The kernel's counters have 32 bits. */
static uint32_t unread(const struct capture *capture, const struct pcap_stat *kernel)
{
	if (capture->twice)
		return 0;
	return kernel->ps_recv - kernel->ps_drop -
	       (uint32_t)(capture->intake.frames + capture->before_joined);
}

bool capture_is_empty(struct capture *capture)
{
	struct pcap_stat kernel;

	return pcap_stats(capture->pcap, &kernel) != 0 ||
	       (!capture->twice && unread(capture, &kernel) == 0);
}

void capture_follow(struct capture *capture, struct links *links, uint16_t number)
{
	sender_follow(&capture->pod.sender, links, number);
}

void capture_set_macs(struct capture *capture, uint64_t own, uint64_t bridge, bool bridged)
{
	direction_set(&capture->pod.direction, capture->link == PACKET_ETHERNET ? own : 0, bridge,
		      bridged);
}

bool capture_is_read(const struct capture *capture)
{
	return capture->read;
}

uint64_t capture_missed(struct capture *capture)
{
	struct capture_stats stats = {0};
	uint64_t missed = capture->pod.unsure;

	capture_add_stats(capture, &stats);
	for (unsigned i = 0; i < PACKET_VERDICTS; i++)
		missed += i == PACKET_OK || i == PACKET_NOT_IP ? 0 : stats.verdicts[i];
	return missed + stats.opened + stats.kernel_drops;
}

uint64_t capture_pod_mac(const struct capture *capture)
{
	return capture->pod.direction.pod;
}

unsigned capture_index(const struct capture *capture)
{
	struct sockaddr_ll address = {0};
	socklen_t length = sizeof(address);

	if (getsockname(pcap_fileno(capture->pcap), (struct sockaddr *)&address, &length) != 0)
		return 0;
	return (unsigned)address.sll_ifindex;
}

int capture_fd(const struct capture *capture)
{
	return pcap_get_selectable_fd(capture->pcap);
}

bool capture_has_interface_ids(const struct capture *capture)
{
	return capture->link == PACKET_SLL2;
}

void capture_add_intake(const struct intake *intake, struct capture_stats *stats)
{
	stats->frames += intake->frames;
	stats->opened += intake->opened;
	for (unsigned i = 0; i < PACKET_VERDICTS; i++) {
		stats->verdicts[i] += intake->verdicts[i];
		stats->unopened[i] += intake->unopened[i];
	}
}

void capture_add_stats(struct capture *capture, struct capture_stats *stats)
{
	struct pcap_stat kernel;

	capture_add_intake(&capture->intake, stats);
	stats->arp_left_out += capture->pod.waiting.left_out;
	if (pcap_stats(capture->pcap, &kernel) == 0) {
		stats->kernel_drops += kernel.ps_drop;
		stats->interface_drops += kernel.ps_ifdrop;
		stats->unread += unread(capture, &kernel);
	}
}
