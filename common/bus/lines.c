#include "common/bus/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/bus/bus.h"
#include "common/program/log.h"

#define CHUNK ((size_t)256 * 1024)
#define PEEK_BYTES 8

struct lines_reader {
	char *path;
	int fd;
	int changes; /* inotify, -1 unless a file is followed */
	bool regular;
	bool follow;
	bool ended;   /* the input is complete */
	bool at_end;  /* the end has been reached */
	bool cutting; /* the rest of a line that was cut (2) is being skipped */
	char *buffer; /* [start, end) is held; [start, seen) has no newline */
	size_t capacity, start, seen, end;
	int64_t number; /* of the line at START */
	off_t position; /* bytes read from a file, to notice when it shrinks */
};

/* Makes room for another chunk. */
static int make_room(struct lines_reader *reader)
{
	char *larger;
	size_t capacity;

	if (reader->start > 0) {
		memmove(reader->buffer, reader->buffer + reader->start,
			reader->end - reader->start);
		reader->seen -= reader->start;
		reader->end -= reader->start;
		reader->start = 0;
	}
	if (reader->capacity - reader->end >= CHUNK)
		return 0;
	capacity = reader->capacity == 0 ? 2 * CHUNK : reader->capacity * 2;
	larger = realloc(reader->buffer, capacity);
	if (larger == NULL) {
		log_error("%s: out of memory for a line of %zu bytes", reader->path, capacity);
		return -1;
	}
	reader->buffer = larger;
	reader->capacity = capacity;
	return 0;
}

static bool shrank(const struct lines_reader *reader)
{
	struct stat status;

	return fstat(reader->fd, &status) == 0 && status.st_size < reader->position;
}

static enum lines_status wait_for_input(struct lines_reader *reader, int timeout_ms)
{
	struct pollfd input = {.fd = reader->regular ? reader->changes : reader->fd,
			       .events = POLLIN};
	char events[4096];
	int ready = poll(&input, 1, timeout_ms);

	if (ready < 0 && errno != EINTR) {
		log_error("%s: cannot wait for more: %s", reader->path, strerror(errno));
		return LINES_BROKEN;
	}
	if (ready > 0 && reader->regular && read(reader->changes, events, sizeof(events)) < 0 &&
	    errno != EAGAIN) {
		log_error("%s: cannot read change notifications: %s", reader->path,
			  strerror(errno));
		return LINES_BROKEN;
	}
	return ready > 0 ? LINES_RECORD : LINES_QUIET;
}

/* Reads once. LINES_RECORD if there are more bytes, LINES_END at the end of the input. */
static enum lines_status fill(struct lines_reader *reader)
{
	ssize_t got;

	if (make_room(reader) < 0)
		return LINES_BROKEN;
	do
		got = read(reader->fd, reader->buffer + reader->end,
			   reader->capacity - reader->end);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		log_error("%s: cannot read: %s", reader->path, strerror(errno));
		return LINES_BROKEN;
	}
	if (got == 0) {
		if (reader->regular && shrank(reader)) {
			log_error("%s: the file became shorter while it was read; start again",
				  reader->path);
			return LINES_BROKEN;
		}
		reader->at_end = true;
		return LINES_END;
	}
	reader->end += (size_t)got;
	reader->position += got;
	return LINES_RECORD;
}

/* Takes the next line from the buffer if it is whole. */
static bool take(struct lines_reader *reader, bool complete, struct lines_line *line)
{
	const char *newline;
	size_t length;

	for (;;) {
		newline = memchr(reader->buffer + reader->seen, '\n', reader->end - reader->seen);
		length = (newline == NULL ? reader->end : (size_t)(newline - reader->buffer)) -
			 reader->start;
		if (reader->cutting) {
			reader->start += newline == NULL ? length : length + 1;
			reader->seen = reader->start;
			if (newline == NULL)
				return false;
			reader->cutting = false;
			reader->number++;
			continue;
		}
		if (newline == NULL && length <= BUS_RECORD_MAX && !(complete && length > 0)) {
			reader->seen = reader->end;
			return false;
		}
		line->bytes = reader->buffer + reader->start;
		line->length = length > BUS_RECORD_MAX ? (size_t)BUS_RECORD_MAX + 1 : length;
		line->number = reader->number;
		reader->cutting = newline == NULL && !complete;
		if (!reader->cutting)
			reader->number++;
		reader->start += newline == NULL ? length : length + 1;
		reader->seen = reader->start;
		line->end = -1;
		if (newline != NULL)
			line->end = reader->position - (int64_t)(reader->end - reader->start);
		return true;
	}
}

/* Gets more bytes, or sees that the input is complete: LINES_RECORD. WAITED is for the loop of one
 * call. */
static enum lines_status get_more(struct lines_reader *reader, int timeout_ms, bool *waited)
{
	enum lines_status status;

	if (!reader->regular) {
		status = wait_for_input(reader, timeout_ms);
		if (status != LINES_RECORD)
			return status;
	}
	status = fill(reader);
	if (status != LINES_END)
		return status;
	if (!reader->regular || !reader->follow) {
		reader->ended = true;
		return LINES_RECORD;
	}
	if (*waited)
		return LINES_QUIET;
	*waited = true;
	status = wait_for_input(reader, timeout_ms);
	return status == LINES_BROKEN ? status : LINES_RECORD;
}

enum lines_status lines_read(struct lines_reader *reader, int timeout_ms, struct lines_line *line)
{
	enum lines_status status = LINES_RECORD;
	bool waited = false;

	while (status == LINES_RECORD) {
		if (reader->end > 0 && take(reader, reader->ended, line))
			return LINES_RECORD;
		if (reader->ended)
			return LINES_END;
		status = get_more(reader, timeout_ms, &waited);
	}
	return status;
}

enum lines_status lines_peek(struct lines_reader *reader, int timeout_ms, struct span *start)
{
	enum lines_status status = LINES_RECORD;
	bool waited = false;

	while (status == LINES_RECORD) {
		size_t held = reader->end - reader->start;
		const char *at = reader->buffer + reader->start;
		const char *newline = held > 0 ? memchr(at + 1, '\n', held - 1) : NULL;

		if (held >= PEEK_BYTES || newline != NULL || (reader->ended && held > 0)) {
			start->data = at;
			start->length = newline != NULL && newline >= at + PEEK_BYTES
						? (size_t)(newline - at)
						: held;
			return LINES_RECORD;
		}
		if (reader->ended)
			return LINES_END;
		status = get_more(reader, timeout_ms, &waited);
	}
	return status;
}

bool lines_caught_up(const struct lines_reader *reader)
{
	return reader->at_end;
}

void lines_progress(const struct lines_reader *reader, uint64_t *done, uint64_t *total)
{
	struct stat status;

	*done = (uint64_t)(reader->position - (off_t)(reader->end - reader->start));
	*total = 0;
	if (reader->regular && fstat(reader->fd, &status) == 0)
		*total = (uint64_t)status.st_size;
}

/* The number of lines without an incomplete last one; -1 after logging. */
static int64_t count_lines(struct lines_reader *reader)
{
	enum lines_status status;
	int64_t count = 0;
	const char *at, *end;

	while ((status = fill(reader)) == LINES_RECORD) {
		at = reader->buffer;
		end = reader->buffer + reader->end;
		while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
			count++;
			at++;
		}
		reader->start = reader->seen = reader->end = 0;
	}
	reader->at_end = false;
	reader->position = 0;
	if (status == LINES_BROKEN || lseek(reader->fd, 0, SEEK_SET) < 0)
		return -1;
	return count;
}

static int go_to(struct lines_reader *reader, int64_t from)
{
	enum lines_status status;
	struct lines_line line;
	int64_t count;

	if (from < 0) {
		if (!reader->regular) {
			log_error("%s is not a file, so its last records cannot be read alone",
				  reader->path);
			return -1;
		}
		count = count_lines(reader);
		if (count < 0)
			return -1;
		from = count + (from + 1) > 0 ? count + (from + 1) : 0;
	}
	while (reader->number < from) {
		status = lines_read(reader, -1, &line);
		if (status == LINES_BROKEN)
			return -1;
		if (status == LINES_END || status == LINES_QUIET)
			return 0;
	}
	return 0;
}

static int go_to_place(struct lines_reader *reader, const struct bus_place *place)
{
	if (lseek(reader->fd, place->byte, SEEK_SET) < 0) {
		log_error("%s: cannot go to byte %" PRId64 ": %s", reader->path, place->byte,
			  strerror(errno));
		return -1;
	}
	reader->number = place->record;
	reader->position = place->byte;
	return 0;
}

/* At PLACE, or at FROM if it is NULL. */
static struct lines_reader *open_at(const char *path, bool follow, int64_t from,
				    const struct bus_place *place)
{
	struct lines_reader *reader = calloc(1, sizeof(*reader));
	struct stat status;

	if (reader == NULL) {
		log_error("%s: out of memory for its lines", path);
		return NULL;
	}
	reader->changes = -1;
	reader->follow = follow;
	reader->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	reader->path = strdup(strcmp(path, "-") == 0 ? "standard input" : path);
	if (reader->path == NULL) {
		log_error("%s: out of memory for its lines", path);
		goto out;
	}
	if (reader->fd < 0 || fstat(reader->fd, &status) < 0) {
		log_error("%s: cannot open: %s", reader->path, strerror(errno));
		goto out;
	}
	if (S_ISDIR(status.st_mode)) {
		log_error("%s is a directory, not a file of records", reader->path);
		goto out;
	}
	reader->regular = S_ISREG(status.st_mode);
	if (reader->regular && follow) {
		reader->changes = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
		if (reader->changes < 0 ||
		    inotify_add_watch(reader->changes, path, IN_MODIFY) < 0) {
			log_error("%s: cannot be followed: %s", reader->path, strerror(errno));
			goto out;
		}
	}
	if (make_room(reader) == 0 &&
	    (place != NULL ? go_to_place(reader, place) : go_to(reader, from)) == 0)
		return reader;
out:
	lines_reader_close(reader);
	return NULL;
}

struct lines_reader *lines_reader_open(const char *path, bool follow, int64_t from)
{
	return open_at(path, follow, from, NULL);
}

struct lines_reader *lines_reader_open_at(const char *path, bool follow,
					  const struct bus_place *place)
{
	return open_at(path, follow, 0, place);
}

void lines_reader_close(struct lines_reader *reader)
{
	if (reader == NULL)
		return;
	if (reader->fd >= 0)
		close(reader->fd);
	if (reader->changes >= 0)
		close(reader->changes);
	free(reader->buffer);
	free(reader->path);
	free(reader);
}
