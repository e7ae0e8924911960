#include "common/timeline/kube_mark.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/hash.h"
#include "common/timeline/store/rows.h"
#include "common/timeline/timeline_internal.h"

/* What says that a file is the same. */
struct identity {
	uint64_t device, inode, size;
	struct when modified, changed;
};

static struct when when_of(struct timespec time)
{
	return (struct when){(int64_t)time.tv_sec * NS_PER_SECOND + time.tv_nsec};
}

/* False if PATH is not a file. */
static bool identify(const char *path, struct identity *identity)
{
	struct stat status;

	if (strcmp(path, "-") == 0 || stat(path, &status) < 0 || !S_ISREG(status.st_mode))
		return false;
	identity->device = status.st_dev;
	identity->inode = status.st_ino;
	identity->size = (uint64_t)status.st_size;
	identity->modified = when_of(status.st_mtim);
	identity->changed = when_of(status.st_ctim);
	return true;
}

struct kube_file kube_mark_file(const char *path)
{
	struct identity identity = {0};

	identify(path, &identity);
	return (struct kube_file){identity.device, identity.inode};
}

enum kube_file_is kube_mark_compare(const char *path, const struct kube_file *was)
{
	struct kube_file is = kube_mark_file(path);

	if (was->inode == 0)
		return KUBE_FILE_SAME;
	if (is.inode == 0)
		return KUBE_FILE_GONE;
	return is.device == was->device && is.inode == was->inode ? KUBE_FILE_SAME
								  : KUBE_FILE_REPLACED;
}

/* A hash of the samples of the first LENGTH bytes of PATH. False if they cannot be read. */
static bool hash_samples(const char *path, int64_t length, uint64_t *hash)
{
	size_t size = length < MARK_SAMPLE_BYTES ? (size_t)length : MARK_SAMPLE_BYTES;
	int64_t step = (length - (int64_t)size) / (MARK_SAMPLES - 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char bytes[MARK_SAMPLE_BYTES];
	bool read = fd >= 0;

	*hash = HASH_START;
	for (int s = 0; s < MARK_SAMPLES && read; s++) {
		int64_t at = s == MARK_SAMPLES - 1 ? length - (int64_t)size : s * step;

		read = pread(fd, bytes, size, at) == (ssize_t)size;
		*hash = hash_quick(*hash, bytes, size);
	}
	if (fd >= 0)
		close(fd);
	return read;
}

int kube_mark_put(struct timeline *timeline, const struct settings_list *addresses,
		  const struct kube_file *files, const struct kube_mark *mark)
{
	struct text *value = &timeline->value;
	struct identity identity;
	uint64_t samples;

	if (!hash_samples(addresses->values[mark->current], mark->place.byte, &samples))
		return 0;
	text_clear(value);
	codec_add_u64(value, mark->current);
	codec_add_u64(value, (uint64_t)mark->base);
	codec_add_u64(value, (uint64_t)mark->place.record);
	codec_add_u64(value, (uint64_t)mark->place.byte);
	codec_add_u64(value, mark->chain);
	codec_add_u64(value, samples);
	for (size_t f = 0; f <= mark->current; f++) {
		if (!identify(addresses->values[f], &identity))
			return 0;
		codec_add_u64(value, files[f].device);
		codec_add_u64(value, files[f].inode);
		codec_add_u64(value, identity.size);
		codec_add_when(value, identity.modified);
		codec_add_when(value, identity.changed);
	}
	row_key_mark(&timeline->key);
	return store_put(timeline->store, &timeline->key, value) < 0
		       ? -1
		       : store_commit(timeline->store);
}

static bool same(const struct identity *a, const struct identity *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->modified.ns == b->modified.ns && a->changed.ns == b->changed.ns;
}

/* Whether the files are those of the row, whose rest CODEC has. */
static bool are_same(struct codec *codec, const struct settings_list *addresses,
		     const struct kube_mark *mark, uint64_t samples)
{
	for (size_t f = 0; f <= mark->current; f++) {
		struct identity was, is;
		uint64_t now;

		was.device = codec_u64(codec);
		was.inode = codec_u64(codec);
		was.size = codec_u64(codec);
		was.modified = codec_when(codec);
		was.changed = codec_when(codec);
		if (codec->failed || !identify(addresses->values[f], &is))
			return false;
		if (!same(&was, &is) &&
		    (f < mark->current || is.device != was.device || is.inode != was.inode ||
		     is.size <= was.size ||
		     !hash_samples(addresses->values[f], mark->place.byte, &now) || now != samples))
			return false;
	}
	return true;
}

int kube_mark_find(struct timeline *timeline, const struct settings_list *addresses,
		   struct kube_mark *mark)
{
	struct kube_mark found;
	struct codec codec;
	uint64_t samples;
	int rc;

	row_key_mark(&timeline->key);
	rc = store_get(timeline->store, &timeline->key, &timeline->value);
	if (rc != 1)
		return rc;
	codec = codec_read(text_span(&timeline->value));
	found.current = codec_u64(&codec);
	found.base = (int64_t)codec_u64(&codec);
	found.place.record = (int64_t)codec_u64(&codec);
	found.place.byte = (int64_t)codec_u64(&codec);
	found.chain = codec_u64(&codec);
	samples = codec_u64(&codec);
	if (found.current >= addresses->count ||
	    found.base + found.place.record > timeline_next_offset(timeline) ||
	    !are_same(&codec, addresses, &found, samples))
		return 0;
	*mark = found;
	return 1;
}
