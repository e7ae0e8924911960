/* hpack.h - the few header fields of HTTP/2 that say what a response is, out of HPACK (RFC 7541).
 * Pure.
 *
 * Every field is decoded, because each may change the dynamic table; of the table only sizes and
 * what the entries mean here are kept, no name and no value.
 *
 * (1) The table has at most HPACK_TABLE bytes, the size that every decoder begins with. An encoder
 *     that uses a larger one cannot be followed.
 */
#ifndef TENURE_FLOWS_L7_HPACK_H
#define TENURE_FLOWS_L7_HPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/l7/huffman.h"

#define HPACK_TABLE 4096
#define HPACK_ENTRIES (HPACK_TABLE / 32) /* RFC 7541 4.1: 32 bytes of overhead each */
#define HPACK_TEXT 17 /* bytes that are kept of a text; application/grpc has 16 */

/* What a header block says. */
struct hpack_fields {
	uint16_t status;   /* :status; 0 for none */
	uint8_t grpc_code; /* 1 + grpc-status; 0 for none */
	bool grpc;         /* the content is gRPC's */
};

struct hpack_entry {
	uint16_t size;       /* with the overhead */
	uint8_t name_length; /* 255 for 255 and more */
	uint8_t name : 2;    /* enum in hpack.c */
	uint8_t value : 6;   /* the same */
};

/* Set up by hpack_begin(). */
struct hpack {
	struct hpack_entry entries[HPACK_ENTRIES]; /* a ring; the newest is at HEAD - 1 */
	uint32_t size;                             /* of all */
	uint32_t limit;
	uint32_t number;      /* an integer so far */
	uint32_t left;        /* bytes of the text that are to come */
	uint32_t text_length; /* decoded */
	struct huffman huffman;
	uint32_t padding; /* ones since the text's last symbol */
	uint8_t head;
	uint8_t count;
	uint8_t state;
	uint8_t shift;            /* of the integer's next bits */
	uint8_t form;             /* of the field */
	bool coded;               /* the text is in Huffman's code */
	bool in_name;             /* the text is a name */
	struct hpack_entry field; /* without its size */
	uint32_t name_length;
	char text[HPACK_TEXT];
};

void hpack_begin(struct hpack *hpack);
/* Reads LENGTH bytes of a header block into *FIELDS, which is zero at the block's start. Returns -1 if
 * they are none or cannot be followed (1). */
int hpack_read(struct hpack *hpack, const uint8_t *bytes, size_t length,
	       struct hpack_fields *fields);
/* Whether a header block may end here. */
bool hpack_is_between(const struct hpack *hpack);

#endif
