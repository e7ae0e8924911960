/* talk.h - one connection between a client and a server, for the tests of messages. */
#ifndef TENURE_TALK_H
#define TENURE_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/text.h"
#include "producers/flows/l7/l7.h"

#define MS 1000000
#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

enum { CLIENT, SERVER };

/* Its packets are a millisecond apart. */
struct talk {
	struct l7 *l7;
	uint32_t slot;
	int64_t clock;
	uint32_t next[2];
	uint32_t first[2];
	uint8_t protocol;
	bool joined;             /* the SYNs were not captured */
	enum l7_payload payload; /* of the latest packet */
	struct flow_l7 taken;
	struct text text;
};

/* For cmocka; *STATE is a struct talk. */
int talk_set_up(void **state);
int talk_tear_down(void **state);

/* A packet a millisecond after the one before it. */
void talk_add(struct talk *talk, unsigned direction, uint32_t sequence, const char *bytes,
	      size_t length, size_t captured, uint8_t flags);
void talk_send(struct talk *talk, unsigned direction, const char *bytes, size_t length);
void talk_say(struct talk *talk, unsigned direction, const char *text);
#define SAY(talk, direction, literal) talk_send((talk), (direction), (literal), sizeof(literal) - 1)
/* Says TEXT of which only the first CAPTURED bytes are captured, or none. */
void talk_say_cut(struct talk *talk, unsigned direction, const char *text, size_t captured);
void talk_say_unseen(struct talk *talk, unsigned direction, const char *text);
void talk_finish(struct talk *talk, unsigned direction);

/* The record's member l7, without its times, is EXPECTED with ' for ". */
void talk_expect(struct talk *talk, const char *expected);

#endif
