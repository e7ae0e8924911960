/* input.h - the packets that the program meters, from files or from interfaces.
 *
 * (1) Each packet comes with the number of its interface.
 * (2) A packet whose time is a stray (jumps.h) is counted as PACKET_BAD_TIME.
 */
#ifndef TENURE_FLOWS_INPUT_H
#define TENURE_FLOWS_INPUT_H

#include "common/program/settings.h"
#include "producers/flows/interfaces.h"
#include "producers/flows/live.h"
#include "producers/flows/packet.h"

struct input;

struct input_options {
	const struct settings_list *files; /* or "-"; none for interfaces */
	const char *interface_name;        /* of the files; NULL: what they say, or their names */
	char **filter_words;               /* ends with NULL; together one filter, as for tcpdump */
	struct live_options live;          /* the filter is set by input_open() */
};

/* Borrows what OPTIONS points to, and INTERFACES. Returns NULL and the exit code on
 * failure (logged). */
struct input *input_open(const struct input_options *options, struct interfaces *interfaces,
			 int *exit_code);
void input_close(struct input *input);

/* Reads up to MAX packets, which is more than JUMPS_PACKETS and at most JUMPS_BATCH, and sets *COUNT, as
 * live_read(). Files are never quiet, and LIVE_END is their end. */
enum live_status input_read(struct input *input, int timeout_ms, struct packet *packets, size_t max,
			    size_t *count);
/* EX_OK, or why a file could not be read (logged). */
int input_exit_code(const struct input *input);
/* Nothing more is captured: input_read() gives what the kernel has, then LIVE_END. Files end. */
void input_stop(struct input *input);
/* As live_seen(), before the last call of input_read(); WHEN_MIN for files. */
struct when input_seen(const struct input *input);
struct live_stats input_get_stats(const struct input *input);
/* As files_progress(); zeros for interfaces. */
void input_progress(const struct input *input, uint64_t *done, uint64_t *total);
/* As live_get_interface(); false for files. */
bool input_get_interface(const struct input *input, size_t at, struct live_interface *interface);

#endif
