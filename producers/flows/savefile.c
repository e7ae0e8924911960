#include "producers/flows/savefile.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/program/log.h"
#include "common/program/stop.h"
#include "common/record/file_kind.h"
#include "producers/flows/byte_source.h"
#include "producers/flows/capture_filter.h"
#include "producers/flows/intake.h"
#include "producers/flows/records.h"

#define START_BYTES 4096 /* looked at when it is no capture */

/* What is known of an interface of the section; a pcap file has one. */
struct place {
	uint16_t link_type;
	enum packet_link link;
	bool supported;
	bool unfiltered; /* not SUPPORTED, because the filter cannot be applied */
	bool open;       /* every frame is taken: SUPPORTED, with a number and without a filter */
	uint16_t number; /* in the interfaces */
	char name[PCAPNG_NAME_SIZE];
};

struct savefile {
	const struct savefile_options *options;
	struct interfaces *interfaces;
	struct byte_source *source;
	char *name;       /* for messages */
	const char *file; /* the path's last part */
	struct records records;
	bool pending; /* FRAME was read and not taken */
	uint16_t section;
	bool later; /* the next frame is of the next batch */
	bool ended;
	bool unsupported; /* was said */
	bool quiet;       /* the warnings come when the file is opened again */
	struct savefile_frame frame;
	uint64_t truncated;
	struct capture_filter *filter; /* of the link type of the last frame */
	uint16_t filter_link_type;
	struct intake intake;
	struct place places[PCAPNG_INTERFACES_MAX];
};

/* ---- Records ---- */

/* An interface whose NAME is empty has the file's name. */
static void set_place(struct savefile *file, size_t at, uint16_t link_type, const char *name)
{
	struct place *place = &file->places[at];

	*place = (struct place){.link_type = link_type};
	if (file->options->interface_name != NULL)
		name = file->options->interface_name;
	else if (name[0] == '\0')
		name = file->file;
	strncat(place->name, name, sizeof(place->name) - 1);
	place->supported = capture_find_link(link_type, &place->link) == 0;
	place->number = INTERFACES_NONE;
	if (place->supported)
		place->number = interfaces_named(file->interfaces, place->name, (uint32_t)at);
	place->open = place->number != INTERFACES_NONE && file->options->filter[0] == '\0';
	if (place->supported && place->link == PACKET_SLL && !file->quiet)
		log_warn("%s: LINUX_SLL does not say on which interface a packet was "
			 "captured; copies from several interfaces are counted once only "
			 "where they can be told from new packets; use LINUX_SLL2",
			 file->name);
}

/* Makes the next frame pending. False at the end, or if it has to be read LATER. */
static bool peek_frame(struct savefile *file)
{
	struct records *records = &file->records;
	enum records_kind kind = RECORDS_END;

	if (file->pending)
		return true;
	file->later = false;
	while (!file->ended && (kind = records_next(records, &file->frame)) == RECORDS_INTERFACE) {
		size_t last = records->pcapng->count - 1;
		const struct pcapng_interface *interface = &records->pcapng->interfaces[last];

		if (last == 0)
			file->section = interfaces_next_section(file->interfaces);
		set_place(file, last, interface->link_type, interface->name);
	}
	if (kind == RECORDS_DAMAGED) {
		file->truncated++;
		if (!file->quiet)
			log_warn("%s: read up to a damaged or incomplete record: %s", file->name,
				 records->damage);
	}
	file->pending = kind == RECORDS_FRAME;
	file->later = kind == RECORDS_LATER;
	file->ended = !file->pending && !file->later;
	return file->pending;
}

/* ---- Frames ---- */

/* Sets the filter for frames of PLACE. Not every link type can have it (logged). */
static int set_filter(struct savefile *file, struct place *place)
{
	int exit_code = EX_OK;

	if (file->options->filter[0] == '\0' ||
	    (file->filter != NULL && file->filter_link_type == place->link_type))
		return EX_OK;
	capture_filter_free(file->filter);
	file->filter = capture_filter_new(file->options->filter, place->link_type, &exit_code);
	file->filter_link_type = place->link_type;
	place->supported = file->filter != NULL;
	place->unfiltered = file->filter == NULL;
	return exit_code;
}

static bool passes(const struct savefile *file)
{
	const struct savefile_frame *frame = &file->frame;

	return file->filter == NULL ||
	       capture_filter_passes(file->filter, frame->bytes, frame->captured, frame->on_wire);
}

static void refuse_link(struct savefile *file, const struct place *place)
{
	intake_refuse(&file->intake, PACKET_UNKNOWN_LINK);
	if (file->unsupported)
		return;
	file->unsupported = true;
	if (place->unfiltered)
		log_warn("%s: interface %s: the filter cannot be applied to link type %d; its "
			 "frames are counted as unknown_link",
			 file->name, place->name, place->link_type);
	else
		log_warn("%s: interface %s: link type %d is not supported; its frames are counted "
			 "as unknown_link; supported are " CAPTURE_LINK_TYPES,
			 file->name, place->name, place->link_type);
}

/* Sets what the file knows of the last packets, from FIRST on, which are of one frame. A cooked packet has the index
 * that its interface had where it was captured. Without a number they are dropped. */
static void finish_packets(struct savefile *file, const struct place *place, struct packet *first)
{
	struct intake *intake = &file->intake;
	const struct packet *end = intake->packets + intake->count;
	uint16_t number = place->number;
	bool indexed = first->interface != 0;

	if (indexed)
		number = interfaces_named(file->interfaces, place->name, first->interface);
	for (struct packet *packet = first; packet < end; packet++) {
		packet->interface = number;
		packet->section = file->section;
		packet->indexed = indexed;
		if (file->frame.inbound && !packet->cooked)
			packet->incoming = encapsulation_is_none(&packet->encapsulation);
	}
	if (number != INTERFACES_NONE)
		return;
	intake->count -= (size_t)(end - first);
	intake->verdicts[PACKET_OK] -= (size_t)(end - first);
	intake->verdicts[PACKET_NO_INTERFACE] += (size_t)(end - first);
}

/* Whether frames of PLACE are taken; else the last one is counted, unless the filter dropped it. */
static bool admits(struct savefile *file, struct place *place)
{
	if (!place->supported || set_filter(file, place) != EX_OK) {
		refuse_link(file, place);
		return false;
	}
	if (place->number == INTERFACES_NONE) {
		intake_refuse(&file->intake, PACKET_NO_INTERFACE);
		return false;
	}
	return passes(file);
}

static void take_frame(struct savefile *file)
{
	const struct savefile_frame *frame = &file->frame;
	struct place *place = &file->places[0];
	struct intake *intake = &file->intake;
	struct packet *packet;

	if (file->records.pcapng != NULL) {
		size_t count = file->records.pcapng->count;

		if (frame->interface >= count || frame->interface >= PCAPNG_INTERFACES_MAX) {
			intake_refuse(intake, PACKET_NO_INTERFACE);
			return;
		}
		place = &file->places[frame->interface];
	}
	if (!place->open && !admits(file, place))
		return;
	packet = intake_add(intake, place->link,
			    &(struct intake_frame){frame->seconds, frame->nanoseconds, frame->bytes,
						   frame->captured, frame->on_wire});
	if (packet != NULL)
		finish_packets(file, place, packet);
}

enum capture_status savefile_read(struct savefile *file, struct packet *packets, size_t max,
				  size_t *count)
{
	bool more = true;

	intake_begin(&file->intake, packets);
	records_release(&file->records);
	file->records.brief = true;
	max /= intake_packets(&file->intake);
	/* A stretch of frames that give no packet is not read through at once. */
	for (size_t frames = 0; frames < max && more; frames++) {
		more = peek_frame(file);
		if (more)
			take_frame(file);
		file->pending = false;
		records_hold(&file->records);
	}
	*count = file->intake.count;
	return more || file->later || *count > 0 ? CAPTURE_PACKETS : CAPTURE_END;
}

struct when savefile_first_time(struct savefile *file)
{
	if (!peek_frame(file) || file->frame.seconds >= INT64_MAX / NS_PER_SECOND ||
	    file->frame.seconds < 0)
		return WHEN_MAX;
	return (struct when){file->frame.seconds * NS_PER_SECOND + file->frame.nanoseconds};
}

/* ---- Opening ---- */

static int begin_pcap(struct savefile *file)
{
	file->section = interfaces_next_section(file->interfaces);
	set_place(file, 0, file->records.pcap.link_type, "");
	if (file->places[0].supported)
		return set_filter(file, &file->places[0]);
	log_error("%s: link type %d is not supported; supported are " CAPTURE_LINK_TYPES,
		  file->name, file->records.pcap.link_type);
	return EX_DATAERR;
}

/* Reads up to the first frame, to know its interfaces. */
static int begin_pcapng(struct savefile *file)
{
	size_t count;

	peek_frame(file);
	count = file->records.pcapng->count;
	for (size_t i = 0; i < count && i < PCAPNG_INTERFACES_MAX; i++) {
		if (file->places[i].supported)
			return set_filter(file, &file->places[i]);
	}
	if (count == 0)
		return EX_OK; /* a file without frames, or with a warning */
	log_error("%s: link type %d is not supported; supported are " CAPTURE_LINK_TYPES,
		  file->name, file->places[0].link_type);
	return EX_DATAERR;
}

/* Logs what the file is instead of a capture. Returns the exit code. */
static int refuse(struct savefile *file)
{
	const char *error = byte_source_error(file->source), *start, *newline;
	char why[FILE_KIND_SIZE];
	const uint8_t *bytes;
	size_t length = byte_source_peek(file->source, &bytes, START_BYTES);

	if (stop_requested() && length < PCAP_HEADER && !byte_source_is_file(file->source)) {
		log_warn("%s: stopped before it brought %s", file->name,
			 length == 0 ? "anything" : "a whole header");
		return EX_TEMPFAIL;
	}
	start = (const char *)bytes;
	newline = length > 0 ? memchr(start, '\n', length) : NULL;
	if (newline != NULL)
		length = (size_t)(newline - start);
	if (error != NULL)
		log_error("%s: not a pcap or pcapng file: %s", file->name, error);
	else if (length == 0)
		log_error("%s: is empty, not a packet capture", file->name);
	else if (!file_kind_may_be(FILE_CAPTURE, (struct span){start, length}, why))
		log_error("%s: %s", file->name, why);
	else
		log_error("%s: not a pcap or pcapng file", file->name);
	return EX_DATAERR;
}

static int begin(struct savefile *file)
{
	switch (records_begin(&file->records, file->source)) {
	case RECORDS_PCAP:
		return begin_pcap(file);
	case RECORDS_PCAPNG:
		return begin_pcapng(file);
	case RECORDS_NO_MEMORY:
		log_error("%s: out of memory", file->name);
		return EX_OSERR;
	case RECORDS_NEITHER:
		break;
	}
	return refuse(file);
}

struct savefile *savefile_open(const char *path, const struct savefile_options *options,
			       struct interfaces *interfaces, bool again, int *exit_code)
{
	struct savefile *file = calloc(1, sizeof(*file));
	const char *slash = strrchr(path, '/');

	*exit_code = EX_OSERR;
	if (file == NULL) {
		log_error("%s: out of memory", path);
		return NULL;
	}
	file->options = options;
	file->interfaces = interfaces;
	file->intake.tunnels = options->tunnels;
	file->file = slash != NULL ? slash + 1 : path;
	file->name = strdup(strcmp(path, "-") == 0 ? "standard input" : path);
	if (file->name == NULL)
		log_error("%s: out of memory", path);
	else
		file->source = byte_source_open(path, file->name, exit_code);
	if (file->source != NULL) {
		file->quiet = again && byte_source_is_file(file->source);
		*exit_code = begin(file);
	}
	file->intake.frames_stay = options->payload;
	if (*exit_code == EX_OK)
		return file;
	savefile_close(file);
	return NULL;
}

void savefile_close(struct savefile *file)
{
	if (file == NULL)
		return;
	capture_filter_free(file->filter);
	intake_clear(&file->intake);
	byte_source_close(file->source);
	records_clear(&file->records);
	free(file->name);
	free(file);
}

bool savefile_is_regular(const struct savefile *file)
{
	return byte_source_is_file(file->source);
}

void savefile_progress(const struct savefile *file, uint64_t *done, uint64_t *total)
{
	byte_source_progress(file->source, done, total);
}

void savefile_add_stats(const struct savefile *file, struct capture_stats *stats)
{
	capture_add_intake(&file->intake, stats);
	stats->truncated += file->truncated;
}
