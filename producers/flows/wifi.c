#include "producers/flows/wifi.h"

#define PRESENT_MAX 8 /* words of radiotap's bitmap */
#define PADDED 0x20   /* radiotap: the 802.11 header is padded to 32 bits */

/* Radiotap is little-endian: version, pad, length, bitmaps, then the fields. Of those, the first
 * are the timestamp, aligned to eight bytes, and the flags. */
static enum packet_verdict skip_radiotap(struct cursor *cursor, uint8_t *flags)
{
	const uint8_t *b = cursor->bytes;
	size_t length, at = 4;

	if (cursor->captured < 8)
		return PACKET_SHORT_LINK;
	length = (size_t)(b[3] << 8 | b[2]);
	if (b[0] != 0 || length < 8)
		return PACKET_NOT_IP;
	if (length > cursor->captured)
		return PACKET_SHORT_LINK;
	for (unsigned i = 0; i < PRESENT_MAX && at + 4 <= length; i++) {
		at += 4;
		if (!(b[at - 1] & 0x80))
			break;
	}
	if (b[4] & 1)
		at = ((at + 7) & ~(size_t)7) + 8;
	*flags = b[4] & 2 && at < length ? b[at] : 0;
	cursor_skip(cursor, length);
	return PACKET_OK;
}

enum packet_verdict wifi_skip(bool radiotap, struct cursor *cursor)
{
	const uint8_t *b;
	uint8_t flags = 0;
	size_t length = 24;
	enum packet_verdict verdict;

	if (radiotap) {
		verdict = skip_radiotap(cursor, &flags);
		if (verdict != PACKET_OK)
			return verdict;
	}
	b = cursor->bytes;
	if (cursor->captured < 2)
		return PACKET_SHORT_LINK;
	/* Type 2 is data; subtypes with bit 2 have none; protected frames are encrypted. */
	if ((b[0] & 0x0c) != 0x08 || b[0] & 0x40 || b[1] & 0x40)
		return PACKET_NOT_IP;
	if ((b[1] & 3) == 3)
		length += 6; /* the fourth address */
	if (b[0] & 0x80) {
		length += 2; /* QoS */
		if (cursor->captured < length)
			return PACKET_SHORT_LINK;
		if (b[length - 2] & 0x80)
			return PACKET_NOT_IP;
		if (b[1] & 0x80)
			length += 4; /* HT control */
	}
	if (flags & PADDED)
		length = (length + 3) & ~(size_t)3;
	if (cursor->captured < length)
		return PACKET_SHORT_LINK;
	cursor_skip(cursor, length);
	return PACKET_OK;
}
