#include "tests/unit/producers/flows/l7/talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/transport.h"
#include "producers/flows/flow_l7.h"

int talk_set_up(void **state)
{
	struct talk *talk = calloc(1, sizeof(*talk));

	if (talk == NULL)
		return -1;
	talk->l7 = l7_new(UINT32_MAX, 4);
	talk->protocol = TRANSPORT_TCP;
	talk->next[SERVER] = talk->first[SERVER] = UINT32_MAX - 20;
	text_init(&talk->text, 1 << 16);
	*state = talk;
	return talk->l7 != NULL ? 0 : -1;
}

int talk_tear_down(void **state)
{
	struct talk *talk = *state;

	l7_drop(talk->l7, &talk->slot);
	l7_free(talk->l7);
	text_free(&talk->text);
	free(talk);
	return 0;
}

void talk_add(struct talk *talk, unsigned direction, uint32_t sequence, const char *bytes,
	      size_t length, size_t captured, uint8_t flags)
{
	struct packet packet = {
		.time = {talk->clock += MS},
		.protocol = talk->protocol,
		.tcp_flags = (uint8_t)(TCP_ACK | flags),
		.sequence = sequence,
		.acknowledgment = talk->next[!direction],
		.payload = (uint32_t)length,
		.payload_captured = (uint32_t)captured,
		.payload_bytes = (const uint8_t *)bytes,
	};

	talk->payload = l7_add(talk->l7, &talk->slot, &packet, direction,
			       talk->joined ? NULL : &talk->first[direction]);
}

void talk_send(struct talk *talk, unsigned direction, const char *bytes, size_t length)
{
	uint32_t sequence = talk->next[direction];

	talk->next[direction] += (uint32_t)length;
	talk_add(talk, direction, sequence, bytes, length, length, 0);
}

void talk_say(struct talk *talk, unsigned direction, const char *text)
{
	talk_send(talk, direction, text, strlen(text));
}

/* Says TEXT of which only the first CAPTURED bytes are captured. */
void talk_say_cut(struct talk *talk, unsigned direction, const char *text, size_t captured)
{
	uint32_t sequence = talk->next[direction];

	talk->next[direction] += (uint32_t)strlen(text);
	talk_add(talk, direction, sequence, text, strlen(text), captured, 0);
}

void talk_say_unseen(struct talk *talk, unsigned direction, const char *text)
{
	talk->next[direction] += (uint32_t)strlen(text);
}

void talk_finish(struct talk *talk, unsigned direction)
{
	talk_add(talk, direction, talk->next[direction]++, "", 0, 0, TCP_FIN);
}

/* The record's member l7, without its times, is EXPECTED with ' for ". */
void talk_expect(struct talk *talk, const char *expected)
{
	char *got;

	l7_take(talk->l7, talk->slot, CLIENT, true, &talk->taken);
	talk->taken.first_byte.count = talk->taken.last_byte.count = 0;
	text_clear(&talk->text);
	flow_l7_add(&talk->taken, &talk->text);
	got = strdup(text_terminate(&talk->text));
	assert_non_null(got);
	for (char *c = got; *c != '\0'; c++)
		*c = *c == '"' ? '\'' : *c;
	assert_string_equal(got, expected);
	free(got);
}
