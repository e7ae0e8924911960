#include "sink/graph/input_mark.h"

#include <fcntl.h>
#include <unistd.h>

#include "common/base/hash.h"

/* The hash of up to INPUT_MARK_BYTES of FILE from AT on, before END. False if they are not there. */
static bool hash_part(int file, int64_t at, int64_t end, uint64_t *hash)
{
	char bytes[INPUT_MARK_BYTES];
	size_t wanted = end - at < INPUT_MARK_BYTES ? (size_t)(end - at) : INPUT_MARK_BYTES;
	size_t have = 0;

	while (have < wanted) {
		ssize_t got = pread(file, bytes + have, wanted - have, at + (int64_t)have);

		if (got <= 0)
			return false;
		have += (size_t)got;
	}
	*hash = hash_bytes(HASH_START, bytes, have);
	return true;
}

bool input_mark_make(const char *path, int64_t bytes, struct input_mark *mark)
{
	int64_t last = bytes > INPUT_MARK_BYTES ? bytes - INPUT_MARK_BYTES : 0;
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct input_mark made = {.bytes = bytes};
	bool whole;

	if (file < 0)
		return false;
	whole = hash_part(file, 0, bytes, &made.first) && hash_part(file, last, bytes, &made.last);
	close(file);
	if (whole)
		*mark = made;
	return whole;
}

bool input_mark_fits(const char *path, const struct input_mark *mark)
{
	struct input_mark now;

	return mark->bytes == 0 || (input_mark_make(path, mark->bytes, &now) &&
				    now.first == mark->first && now.last == mark->last);
}
