#include "common/bus/lines_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/program/log.h"
#include "common/program/stop.h"

#define BUFFER_SIZE ((size_t)256 * 1024)

struct lines_writer {
	char *path;
	int fd;
	char *buffer;
	size_t length;
	bool standard; /* standard output */
	bool closed;   /* its reader has ended */
	uint64_t given, lost;
};

/* The position after the last newline before FROM; 0 if there is none. */
static off_t end_of_lines(int fd, off_t from)
{
	char block[4096];

	while (from > 0) {
		size_t size = from < (off_t)sizeof(block) ? (size_t)from : sizeof(block);
		off_t at = from - (off_t)size;

		if (pread(fd, block, size, at) != (ssize_t)size)
			return -1;
		for (size_t i = size; i > 0; i--)
			if (block[i - 1] == '\n')
				return at + (off_t)i;
		from = at;
	}
	return 0;
}

int lines_writer_last(const char *path, struct text *line)
{
	struct stat status;
	off_t end, start;
	char *bytes = NULL;
	int rc = -1, fd = open(path, O_RDONLY | O_CLOEXEC);

	text_clear(line);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &status) < 0)
		goto out;
	end = S_ISREG(status.st_mode) ? end_of_lines(fd, status.st_size) : 0;
	start = end > 0 ? end_of_lines(fd, end - 1) : end;
	if (end < 0 || start < 0)
		goto out;
	if (end == 0) {
		close(fd);
		return 0;
	}
	bytes = malloc((size_t)(end - start));
	if (bytes == NULL ||
	    pread(fd, bytes, (size_t)(end - start), start) != (ssize_t)(end - start))
		goto out;
	text_add(line, bytes, (size_t)(end - start - 1));
	rc = line->failed ? -1 : 1;
out:
	if (rc < 0)
		log_error("%s: cannot read its last line: %s", path, strerror(errno));
	free(bytes);
	if (fd >= 0)
		close(fd);
	return rc;
}

/* Cuts what a crash left after the last newline (1). */
static int cut_tail(struct lines_writer *writer, off_t size)
{
	off_t end = end_of_lines(writer->fd, size);

	if (end < 0 || (end < size && ftruncate(writer->fd, end) < 0)) {
		log_error("%s: cannot cut its incomplete last line: %s", writer->path,
			  strerror(errno));
		return -1;
	}
	if (end < size)
		log_warn("%s: cut an incomplete last line of %" PRId64 " bytes", writer->path,
			 (size - end));
	return 0;
}

struct lines_writer *lines_writer_open(const char *path)
{
	struct lines_writer *writer = calloc(1, sizeof(*writer));
	bool standard = strcmp(path, "-") == 0;
	struct stat status;

	if (writer == NULL) {
		log_error("%s: out of memory for its lines", path);
		return NULL;
	}
	writer->fd = standard ? dup(STDOUT_FILENO)
			      : open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	writer->path = strdup(standard ? "standard output" : path);
	writer->buffer = malloc(BUFFER_SIZE);
	if (writer->path == NULL || writer->buffer == NULL) {
		log_error("%s: out of memory for its lines", path);
		goto out;
	}
	writer->standard = standard;
	if (writer->fd < 0) {
		log_error("%s: cannot open for writing: %s", writer->path, strerror(errno));
		goto out;
	}
	if (fstat(writer->fd, &status) < 0) {
		log_error("%s: %s", writer->path, strerror(errno));
		goto out;
	}
	/* A terminal and /dev/null may have several. */
	if (S_ISCHR(status.st_mode))
		return writer;
	if (flock(writer->fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
		log_error("%s: another process is writing to it", writer->path);
		goto out;
	}
	if (standard || !S_ISREG(status.st_mode) || cut_tail(writer, status.st_size) == 0)
		return writer;
out:
	lines_writer_close(writer);
	return NULL;
}

/* Counts the lines that end in BYTES[LENGTH], which are not written. */
static void lose(struct lines_writer *writer, const char *bytes, size_t length)
{
	const char *end = bytes + length;

	while (bytes < end && (bytes = memchr(bytes, '\n', (size_t)(end - bytes))) != NULL) {
		writer->lost++;
		bytes++;
	}
}

static int write_all(struct lines_writer *writer, const char *bytes, size_t length)
{
	while (length > 0 && !writer->closed) {
		ssize_t put = write(writer->fd, bytes, length);

		if (put < 0 && errno == EAGAIN) {
			struct pollfd room = {.fd = writer->fd, .events = POLLOUT};

			poll(&room, 1, -1);
			continue;
		}
		if (put < 0 && errno == EPIPE && writer->standard) {
			writer->closed = true;
			stop_request();
			continue;
		}
		if (put < 0 && errno != EINTR) {
			log_error("%s: cannot write: %s", writer->path, strerror(errno));
			lose(writer, bytes, length);
			return -1;
		}
		if (put > 0) {
			bytes += put;
			length -= (size_t)put;
		}
	}
	lose(writer, bytes, length);
	return 0;
}

int lines_writer_flush(struct lines_writer *writer)
{
	size_t length = writer->length;

	writer->length = 0;
	return write_all(writer, writer->buffer, length);
}

int lines_writer_add(struct lines_writer *writer, const char *bytes, size_t length)
{
	writer->given++;
	if ((writer->length + length + 1 > BUFFER_SIZE && lines_writer_flush(writer) < 0) ||
	    (length + 1 > BUFFER_SIZE && write_all(writer, bytes, length) < 0)) {
		writer->lost++;
		return -1;
	}
	if (length + 1 > BUFFER_SIZE) {
		length = 0;
	} else {
		memcpy(writer->buffer + writer->length, bytes, length);
	}
	writer->length += length;
	writer->buffer[writer->length++] = '\n';
	return 0;
}

uint64_t lines_writer_lost(const struct lines_writer *writer)
{
	return writer->lost;
}

static void log_lost(const struct lines_writer *writer)
{
	if (writer->lost == 0)
		return;
	/* Whoever ends the reader knows it. */
	if (writer->closed)
		log_info("%s: its reader ended before %" PRIu64 " of %" PRIu64
			 " lines were written",
			 writer->path, writer->lost, writer->given);
	else
		log_error("%s: %" PRIu64 " of %" PRIu64 " lines were not written", writer->path,
			  writer->lost, writer->given);
}

int lines_writer_close(struct lines_writer *writer)
{
	int rc = 0;

	if (writer == NULL)
		return 0;
	if (writer->fd >= 0) {
		rc = lines_writer_flush(writer);
		if (close(writer->fd) < 0)
			rc = -1;
		log_lost(writer);
	}
	free(writer->buffer);
	free(writer->path);
	free(writer);
	return rc;
}
