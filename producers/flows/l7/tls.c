#include "producers/flows/l7/tls.h"

#include <string.h>

#include "producers/flows/cursor.h"

enum { CHANGE_CIPHER_SPEC = 20, ALERT, HANDSHAKE, APPLICATION_DATA, HEARTBEAT };

#define RECORD_MAX (16384 + 2048) /* RFC 5246 6.2.3 */
#define HELLO_SHORTEST 42
#define HANDSHAKE_HEADER 4
#define RANDOM_END (TLS_HEADER + HANDSHAKE_HEADER + 2 + 32)

static bool is_record(const uint8_t *header)
{
	return header[0] >= CHANGE_CIPHER_SPEC && header[0] <= HEARTBEAT && header[1] == 3 &&
	       header[2] <= 4 && cursor_read16(header + 3) <= RECORD_MAX;
}

bool tls_begins(const uint8_t *bytes, size_t length)
{
	return length > TLS_HEADER && bytes[0] == HANDSHAKE && is_record(bytes) &&
	       cursor_read16(bytes + 3) >= HELLO_SHORTEST && bytes[TLS_HEADER] == 1;
}

/* What TLS 1.3 adds to a message of LENGTH bytes (RFC 8446 5.2): the type and the tag. */
static bool has_length(const struct tls *tls, unsigned record, unsigned sha256, unsigned sha384)
{
	size_t at = RANDOM_END;
	unsigned suite = 0;

	if (tls->hello_length > at)
		at += 1u + tls->hello[at];
	if (tls->hello_length >= at + 2)
		suite = cursor_read16(tls->hello + at);
	switch (suite) {
	case 0x1301: /* AES-128-GCM-SHA256 */
	case 0x1303: /* CHACHA20-POLY1305-SHA256 */
	case 0x1304: /* AES-128-CCM-SHA256 */
		return record == sha256 + 17;
	case 0x1302: /* AES-256-GCM-SHA384 */
		return record == sha384 + 17;
	case 0x1305: /* AES-128-CCM-8-SHA256 */
		return record == sha256 + 9;
	default:
		return record == sha256 + 17 || record == sha384 + 17;
	}
}

static bool is_finished(const struct tls *tls, unsigned record)
{
	return has_length(tls, record, HANDSHAKE_HEADER + 32, HANDSHAKE_HEADER + 48);
}

static bool is_alert(const struct tls *tls, unsigned record)
{
	return tls->v13 && has_length(tls, record, 2, 2);
}

/* A record of application data by the client. */
static void see_client_data(struct tls *tls, unsigned length)
{
	const struct tls_side *side = &tls->side[0];

	if (!tls->open) {
		if (tls->hello_length == 0) {
			tls->data = true; /* early data: RFC 8446 2.3 */
			return;
		}
		tls->v13 = !side->handshake;
		tls->open = true;
		if (tls->v13) {
			tls->open = is_finished(tls, length);
			return;
		}
	}
	tls->alert = is_alert(tls, length);
	if (tls->alert)
		return;
	tls->data = true;
	tls->asked = true;
}

static void see_server_data(struct tls *tls, struct exchange *exchange, unsigned length)
{
	if (!tls->open || is_alert(tls, length))
		return;
	if (tls->alert)
		exchange->uncertain[FLOW_L7_UNMATCHED]++;
	tls->alert = false;
	tls->data = true;
	tls->answered |= tls->asked;
}

static void see_record(struct tls *tls, struct exchange *exchange, bool server)
{
	struct tls_side *side = &tls->side[server];
	unsigned length = cursor_read16(side->header + 3);

	switch (side->header[0]) {
	case CHANGE_CIPHER_SPEC:
		side->changed = true;
		break;
	case HANDSHAKE:
		side->handshake |= side->changed;
		break;
	case APPLICATION_DATA:
		if (server)
			see_server_data(tls, exchange, length);
		else
			see_client_data(tls, length);
		break;
	default:
		break;
	}
}

/* Bytes of a record's rest. */
static void skip(struct tls *tls, struct tls_side *side, struct stream_piece *piece, bool server)
{
	size_t length = side->left < piece->length ? side->left : piece->length;
	size_t room = TLS_HELLO - tls->hello_length;

	if (server && piece->bytes != NULL && tls->hello_length >= TLS_HEADER && room > 0) {
		if (room > length)
			room = length;
		memcpy(tls->hello + tls->hello_length, piece->bytes, room);
		tls->hello_length = (uint8_t)(tls->hello_length + room);
	}
	/* Data of a record that began in an earlier packet. */
	if (side->header[0] == APPLICATION_DATA && tls->open && tls->asked && !tls->alert)
		tls->data = true;
	side->left -= (uint32_t)length;
	parser_skip(piece, length);
}

enum parser_verdict tls_read(struct tls *tls, struct exchange *exchange, bool server,
			     struct stream_piece *piece)
{
	struct tls_side *side = &tls->side[server];

	while (piece->length > 0) {
		if (side->left > 0) {
			skip(tls, side, piece, server);
			continue;
		}
		if (piece->bytes == NULL) {
			exchange->uncertain[parser_reason(piece)]++;
			return PARSER_LOST;
		}
		side->header[side->length++] = *piece->bytes;
		parser_skip(piece, 1);
		if (side->length < TLS_HEADER)
			continue;
		side->length = 0;
		if (!is_record(side->header)) {
			exchange->uncertain[FLOW_L7_MALFORMED]++;
			return PARSER_LOST;
		}
		side->left = cursor_read16(side->header + 3);
		if (server && tls->hello_length == 0) {
			memcpy(tls->hello, side->header, TLS_HEADER);
			tls->hello_length = TLS_HEADER;
		}
		see_record(tls, exchange, server);
	}
	return PARSER_GOOD;
}

void tls_lose(struct tls *tls)
{
	tls->opaque = true;
	tls->open = true;
	tls->alert = false;
}
