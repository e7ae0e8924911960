/* tls.h - where the handshake of a TLS connection ends, from its record layer (RFC 5246 6.2, RFC 8446
 * 5). Pure. Nothing is deciphered.
 *
 * (1) TLS 1.3 hides the end of the handshake: the client's last handshake record is the first
 *     application_data record with the length that Finished has under the server's cipher suite.
 * (2) With TLS 1.3 the server's session tickets look like data, so nothing is timed until the first
 *     request has had its answer.
 * (3) A record of the length that an alert has is no request: RFC 8446 6.1 has each side send
 *     close_notify. If it was a request after all, its answer is counted as unmatched.
 */
#ifndef TENURE_FLOWS_L7_TLS_H
#define TENURE_FLOWS_L7_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/l7/exchange.h"
#include "producers/flows/l7/parser.h"
#include "producers/flows/l7/stream.h"

#define TLS_HEADER 5
#define TLS_HELLO \
	79 /* bytes of the server's first record: with the longest session ID, to the suite */

struct tls_side {
	uint32_t left;  /* of the record */
	uint8_t length; /* bytes of HEADER */
	uint8_t header[TLS_HEADER];
	bool changed;   /* ChangeCipherSpec was seen */
	bool handshake; /* and a handshake record after it, so this is TLS 1.2 */
};

/* Zero-initialised. */
struct tls {
	struct tls_side side[2]; /* the client's, the server's */
	uint8_t hello[TLS_HELLO];
	uint8_t hello_length;
	bool v13;
	bool open;     /* the client has finished the handshake */
	bool opaque;   /* the client's records cannot be told from each other any more */
	bool asked;    /* the client has sent data */
	bool answered; /* and the server after it */
	bool alert;    /* the client's last record was one (3) */
	/* What the caller wants to know of a packet; it clears this before each. */
	bool data; /* it had application data */
};

/* True if BYTES may be the start of a ClientHello. */
bool tls_begins(const uint8_t *bytes, size_t length);

/* Sets TLS->DATA. */
enum parser_verdict tls_read(struct tls *tls, struct exchange *exchange, bool server,
			     struct stream_piece *piece);
/* The client's records are out of step: from here everything is data. */
void tls_lose(struct tls *tls);

/* Whether the time to the next answer is one to a request (2). */
static inline bool tls_is_timed(const struct tls *tls)
{
	return !tls->v13 || tls->answered;
}

#endif
