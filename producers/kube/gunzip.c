#include "producers/kube/gunzip.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#define PIECE 16384u /* bytes */
#define PACKED_MAX (64u * 1024 * 1024)
#define GZIP_WINDOW 31 /* zlib.h, inflateInit2(): 15, plus 16 for a gzip header */

struct gunzip {
	z_stream stream;
	struct text packed; /* what was added and is still to be unpacked */
};

struct gunzip *gunzip_open(void)
{
	struct gunzip *gunzip = calloc(1, sizeof(*gunzip));

	if (gunzip == NULL || inflateInit2(&gunzip->stream, GZIP_WINDOW) != Z_OK) {
		free(gunzip);
		return NULL;
	}
	text_init(&gunzip->packed, PACKED_MAX);
	return gunzip;
}

void gunzip_close(struct gunzip *gunzip)
{
	if (gunzip == NULL)
		return;
	inflateEnd(&gunzip->stream);
	text_free(&gunzip->packed);
	free(gunzip);
}

int gunzip_add(struct gunzip *gunzip, const char *bytes, size_t length)
{
	text_add(&gunzip->packed, bytes, length);
	return gunzip->packed.failed ? -1 : 0;
}

enum gunzip_status gunzip_move(struct gunzip *gunzip, struct text *plain, size_t length)
{
	struct text *packed = &gunzip->packed;
	z_stream *stream = &gunzip->stream;
	size_t end = plain->length + length;
	int rc = Z_OK;

	stream->next_in = (Bytef *)packed->data;
	stream->avail_in = (uInt)packed->length;
	while (rc == Z_OK && plain->length < end && !plain->failed) {
		Bytef piece[PIECE];

		stream->next_out = piece;
		stream->avail_out = sizeof(piece);
		rc = inflate(stream, Z_NO_FLUSH);
		text_add(plain, (const char *)piece, sizeof(piece) - stream->avail_out);
		/* A stream may have several members. */
		if (rc == Z_STREAM_END)
			rc = inflateReset(stream);
	}
	if (stream->avail_in < packed->length)
		memmove(packed->data, stream->next_in, stream->avail_in);
	packed->length = stream->avail_in;
	/* zlib's word for having neither input nor output left. */
	if (rc == Z_BUF_ERROR)
		return GUNZIP_ALL;
	return rc == Z_OK ? GUNZIP_MORE : GUNZIP_WRONG;
}
