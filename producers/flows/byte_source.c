#include "producers/flows/byte_source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "common/program/log.h"
#include "common/program/stop.h"

#define GZIP_ONLY (16 + MAX_WBITS) /* of inflateInit2() */
#define STOP_CHECK_MS 100

struct byte_source {
	int fd; /* 0 outlives the source */
	bool regular;
	uint64_t size; /* of a regular file */
	uint64_t done; /* bytes read from it */
	bool ended;    /* of the file */
	const char *error;
	z_stream *gzip;
	ZSTD_DStream *zstd;
	bool whole; /* no compressed member or frame is open */
	size_t packed_at;
	size_t packed_end;
	size_t at;
	size_t end;
	uint8_t packed[BYTE_SOURCE_WINDOW];
	uint8_t plain[BYTE_SOURCE_WINDOW];
};

/* Whether a read would not wait. */
static bool is_readable(const struct byte_source *source, int timeout_ms)
{
	struct pollfd polled = {.fd = source->fd, .events = POLLIN};

	return source->regular || source->ended || poll(&polled, 1, timeout_ms) > 0;
}

/* Reads once. Returns how many bytes came; 0 at the end or after an error. */
static size_t read_file(struct byte_source *source, uint8_t *bytes, size_t room)
{
	ssize_t length;

	while (!is_readable(source, STOP_CHECK_MS))
		source->ended = stop_requested();
	if (source->ended)
		return 0;
	do
		length = read(source->fd, bytes, room);
	while (length < 0 && errno == EINTR);
	if (length > 0) {
		source->done += (uint64_t)length;
		return (size_t)length;
	}
	source->ended = true;
	if (length < 0)
		source->error = strerror(errno);
	return 0;
}

static bool fill_packed(struct byte_source *source)
{
	if (source->packed_at < source->packed_end)
		return true;
	source->packed_at = 0;
	source->packed_end = read_file(source, source->packed, sizeof(source->packed));
	if (source->packed_end == 0 && !source->whole && source->error == NULL)
		source->error = "the compressed data ends early";
	return source->packed_end > 0;
}

static size_t unpack_gzip(struct byte_source *source, uint8_t *bytes, size_t room)
{
	z_stream *gzip = source->gzip;
	int status;

	gzip->next_in = source->packed + source->packed_at;
	gzip->avail_in = (uInt)(source->packed_end - source->packed_at);
	gzip->next_out = bytes;
	gzip->avail_out = (uInt)room;
	/* A file may have several members. */
	if (source->whole)
		inflateReset(gzip);
	status = inflate(gzip, Z_NO_FLUSH);
	source->whole = status == Z_STREAM_END;
	if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
		source->error = gzip->msg != NULL ? gzip->msg : "damaged gzip data";
	source->packed_at = source->packed_end - gzip->avail_in;
	return room - gzip->avail_out;
}

static size_t unpack_zstd(struct byte_source *source, uint8_t *bytes, size_t room)
{
	ZSTD_inBuffer in = {source->packed, source->packed_end, source->packed_at};
	ZSTD_outBuffer out = {bytes, room, 0};
	size_t status = ZSTD_decompressStream(source->zstd, &out, &in);

	source->whole = status == 0;
	if (ZSTD_isError(status))
		source->error = ZSTD_getErrorName(status);
	source->packed_at = in.pos;
	return out.pos;
}

/* Reads once at most, and adds what comes of it to what can be looked at: of packed bytes that may be nothing yet. False at
 * the end or after an error. */
static bool fill_once(struct byte_source *source)
{
	uint8_t *bytes = source->plain + source->end;
	size_t room = sizeof(source->plain) - source->end, length;

	if (source->gzip == NULL && source->zstd == NULL) {
		length = read_file(source, bytes, room);
		source->end += length;
		return length > 0;
	}
	if (source->error != NULL || !fill_packed(source))
		return false;
	length = source->gzip != NULL ? unpack_gzip(source, bytes, room)
				      : unpack_zstd(source, bytes, room);
	source->end += length;
	return length > 0 || source->error == NULL;
}

/* Adds bytes to what can be looked at. False when there are none. */
static bool fill(struct byte_source *source)
{
	size_t before = source->end;

	while (source->end == before && fill_once(source))
		;
	return source->end > before;
}

/* Makes room behind what is there, if it is not LENGTH bytes. */
static void make_room(struct byte_source *source, size_t length)
{
	if (source->end - source->at >= length || source->at == 0)
		return;
	memmove(source->plain, source->plain + source->at, source->end - source->at);
	source->end -= source->at;
	source->at = 0;
}

bool byte_source_has(struct byte_source *source, uint64_t length, int timeout_ms)
{
	if (source->regular || length > sizeof(source->plain))
		return true;
	make_room(source, (size_t)length);
	while (source->end - source->at < length) {
		bool unpacked = source->packed_at < source->packed_end;

		if (!unpacked && !is_readable(source, timeout_ms))
			return false;
		if (source->error != NULL || !fill_once(source))
			break;
	}
	return true;
}

size_t byte_source_peek(struct byte_source *source, const uint8_t **bytes, size_t length)
{
	make_room(source, length);
	while (source->end - source->at < length && source->error == NULL && fill(source))
		;
	*bytes = source->plain + source->at;
	return source->end - source->at;
}

void byte_source_skip(struct byte_source *source, uint64_t length)
{
	while (length > source->end - source->at) {
		length -= source->end - source->at;
		source->at = source->end = 0;
		if (source->error != NULL || !fill(source))
			return;
	}
	source->at += (size_t)length;
}

/* Looks at the first bytes of the file, and moves them to where packed ones are read. */
static int find_packing(struct byte_source *source)
{
	static const uint8_t zstd_magic[4] = {0x28, 0xb5, 0x2f, 0xfd};
	const uint8_t *bytes;
	size_t length = byte_source_peek(source, &bytes, 4);

	if (length >= 3 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == 8) {
		source->gzip = calloc(1, sizeof(*source->gzip));
		if (source->gzip == NULL || inflateInit2(source->gzip, GZIP_ONLY) != Z_OK)
			return -1;
	} else if (length >= 4 && memcmp(bytes, zstd_magic, 4) == 0) {
		source->zstd = ZSTD_createDStream();
		if (source->zstd == NULL)
			return -1;
	} else {
		return 0;
	}
	source->packed_end = source->end;
	memcpy(source->packed, source->plain, source->end);
	source->end = 0;
	return 0;
}

/* A named pipe is waited for until somebody opens it to write. */
static int open_path(const char *path)
{
	int fd;

	do
		fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd < 0 && errno == EINTR && !stop_requested());
	return fd;
}

static int open_fd(struct byte_source *source, const char *path, const char *name)
{
	struct stat status;

	source->fd = strcmp(path, "-") == 0 ? 0 : open_path(path);
	if (source->fd < 0 && errno == EINTR) {
		log_warn("%s: stopped before it brought anything", name);
		return EX_TEMPFAIL;
	}
	if (source->fd < 0 || fstat(source->fd, &status) != 0) {
		log_error("cannot open %s: %s", name, strerror(errno));
		return errno == EACCES ? EX_NOPERM : EX_NOINPUT;
	}
	if (S_ISDIR(status.st_mode)) {
		log_error("%s is a directory, not a packet capture", name);
		return EX_NOINPUT;
	}
	source->regular = source->fd != 0 && S_ISREG(status.st_mode);
	source->size = S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
	return EX_OK;
}

struct byte_source *byte_source_open(const char *path, const char *name, int *exit_code)
{
	struct byte_source *source = malloc(sizeof(*source));

	*exit_code = EX_OSERR;
	if (source == NULL)
		goto out;
	memset(source, 0, offsetof(struct byte_source, packed));
	source->fd = -1;
	source->whole = true;
	*exit_code = open_fd(source, path, name);
	if (*exit_code != EX_OK) {
		byte_source_close(source);
		return NULL;
	}
	if (find_packing(source) == 0)
		return source;
	*exit_code = EX_OSERR;
out:
	byte_source_close(source);
	log_error("%s: out of memory", name);
	return NULL;
}

void byte_source_close(struct byte_source *source)
{
	if (source == NULL)
		return;
	if (source->gzip != NULL)
		inflateEnd(source->gzip);
	free(source->gzip);
	ZSTD_freeDStream(source->zstd);
	if (source->fd > 0)
		close(source->fd);
	free(source);
}

void byte_source_progress(const struct byte_source *source, uint64_t *done, uint64_t *total)
{
	*done = source->done;
	*total = source->size;
}

const char *byte_source_error(const struct byte_source *source)
{
	return source->error;
}

bool byte_source_is_file(const struct byte_source *source)
{
	return source->regular;
}
