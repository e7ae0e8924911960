/* kube_mark.h - how far the files of a kube topic were read, so that a start does not read them again.
 *
 * (1) A file is the one that was read if its device, inode, size and times of modification and of
 *     change are the same.
 * (2) The last file that was read may have grown since: it is the same if MARK_SAMPLES places of what
 *     was read, spread evenly from the first byte to the last, are the same. A change before its
 *     end that moves nothing and touches none of these places is not noticed; it is in a file that
 *     grew as well.
 * (3) Otherwise nothing is known, nor if another file got its name while it was read.
 */
#ifndef TENURE_KUBE_MARK_H
#define TENURE_KUBE_MARK_H

#include <stddef.h>
#include <stdint.h>

#include "common/bus/bus.h"
#include "common/timeline/timeline.h"

#define MARK_SAMPLES 64
#define MARK_SAMPLE_BYTES 4096 /* of each: a file of 256 KiB is compared completely */

/* Which file was read; zero if it is none. */
struct kube_file {
	uint64_t device, inode;
};

/* What has become of it at its path. */
enum kube_file_is { KUBE_FILE_SAME, KUBE_FILE_GONE, KUBE_FILE_REPLACED };

struct kube_mark {
	size_t current;         /* index of the file */
	int64_t base;           /* records in the files before it */
	struct bus_place place; /* in it; at least one record is before it */
	uint64_t chain;         /* timeline_chain() of all these records */
};

/* The file PATH, to be asked for before it is opened. */
struct kube_file kube_mark_file(const char *path);
/* Compares what is at PATH now with WAS; if that was no file, it is the same. */
enum kube_file_is kube_mark_compare(const char *path, const struct kube_file *was);
/* Keeps MARK in TIMELINE, whose last record is the last one before it; nothing is kept unless all of
 * ADDRESSES up to it are files. FILES are those that were read. -1 after logging. */
int kube_mark_put(struct timeline *timeline, const struct settings_list *addresses,
		  const struct kube_file *files, const struct kube_mark *mark);
/* Finds the last mark if it is known that ADDRESSES are the same up to it. 1, 0, or -1 after logging. */
int kube_mark_find(struct timeline *timeline, const struct settings_list *addresses,
		   struct kube_mark *mark);

#endif
