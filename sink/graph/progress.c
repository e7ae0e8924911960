#include "sink/graph/progress.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "sink/graph/history/varint.h"

#define PARTITIONS_MAX 65536

void progress_free(struct progress *progress)
{
	for (size_t i = 0; i < progress->count; i++)
		free(progress->partitions[i].held);
	free(progress->partitions);
	free(progress->carried);
	*progress = (struct progress){0};
}

int progress_set(struct progress *progress, int32_t partition, int64_t next, struct when newest)
{
	size_t at = (size_t)partition;

	if (at >= PARTITIONS_MAX || array_grow(&progress->partitions, &progress->capacity, at + 1,
					       sizeof(*progress->partitions)) < 0)
		return -1;
	while (progress->count <= at)
		progress->partitions[progress->count++] =
			(struct progress_partition){.newest = WHEN_MIN};
	progress->partitions[at].next = next;
	progress->partitions[at].newest = newest;
	return 0;
}

int progress_hold(struct progress *progress, const struct conversation_place *place,
		  const struct conversation_carry *carry)
{
	struct progress_partition *partition = &progress->partitions[place->partition];

	if (array_grow(&partition->held, &partition->held_capacity, partition->held_count + 1,
		       sizeof(*partition->held)) < 0)
		return -1;
	partition->held[partition->held_count++] = place->offset;
	if (carry == NULL)
		return 0;
	if (array_grow(&progress->carried, &progress->carried_capacity, progress->carried_count + 1,
		       sizeof(*progress->carried)) < 0)
		return -1;
	progress->carried[progress->carried_count++] = (struct progress_carried){*place, *carry};
	return 0;
}

static int compare_offsets(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static int compare_carried(const void *left, const void *right)
{
	const struct progress_carried *a = left, *b = right;

	if (a->place.partition != b->place.partition)
		return a->place.partition < b->place.partition ? -1 : 1;
	return compare_offsets(&a->place.offset, &b->place.offset);
}

void progress_sort(struct progress *progress)
{
	for (size_t i = 0; i < progress->count; i++) {
		struct progress_partition *partition = &progress->partitions[i];

		if (partition->held_count > 1)
			qsort(partition->held, partition->held_count, sizeof(*partition->held),
			      compare_offsets);
	}
	if (progress->carried_count > 1)
		qsort(progress->carried, progress->carried_count, sizeof(*progress->carried),
		      compare_carried);
}

bool progress_has_counted(const struct progress *progress, const struct conversation_place *place)
{
	const struct progress_partition *partition;

	if ((size_t)place->partition >= progress->count)
		return false;
	partition = &progress->partitions[place->partition];
	if (place->offset >= partition->next)
		return false;
	return partition->held_count == 0 ||
	       bsearch(&place->offset, partition->held, partition->held_count,
		       sizeof(*partition->held), compare_offsets) == NULL;
}

const struct conversation_carry *progress_carry(const struct progress *progress,
						const struct conversation_place *place)
{
	const struct progress_carried like = {.place = *place};
	const struct progress_carried *found;

	if (progress->carried_count == 0)
		return NULL;
	found = bsearch(&like, progress->carried, progress->carried_count,
			sizeof(*progress->carried), compare_carried);
	return found != NULL ? &found->carry : NULL;
}

/* ---- As bytes ---- */

static void write_partition(const struct progress_partition *partition, struct text *out)
{
	int64_t last = 0;

	varint_add_signed(out, partition->next);
	varint_add_signed(out, partition->newest.ns);
	varint_add(out, partition->held_count);
	for (size_t i = 0; i < partition->held_count; i++) {
		varint_add(out, (uint64_t)(partition->held[i] - last));
		last = partition->held[i];
	}
}

static void write_carried(const struct progress_carried *carried, struct text *out)
{
	const struct conversation_carry *carry = &carried->carry;
	const struct conversation_counted *counted = &carry->counted;

	varint_add(out, (uint64_t)carried->place.partition);
	varint_add_signed(out, carried->place.offset);
	varint_add(out, carry->source_flags);
	varint_add(out, carry->destination_flags);
	varint_add(out, carry->answered);
	varint_add(out, counted->observer);
	text_add(out, (const char *)counted->server_ip.bytes, sizeof(counted->server_ip.bytes));
	varint_add_signed(out, counted->server_port);
}

void progress_write(const struct progress *progress, const char *address, struct text *out)
{
	varint_add(out, strlen(address));
	text_add_string(out, address);
	varint_add(out, progress->count);
	for (size_t i = 0; i < progress->count; i++)
		write_partition(&progress->partitions[i], out);
	varint_add(out, progress->carried_count);
	for (size_t i = 0; i < progress->carried_count; i++)
		write_carried(&progress->carried[i], out);
	varint_add_signed(out, progress->mark.bytes);
	varint_add(out, progress->mark.first);
	varint_add(out, progress->mark.last);
	varint_add(out, progress->unsure_until.ns > 0 ? (uint64_t)progress->unsure_until.ns : 0);
}

static int read_partition(struct varint_reader *reader, struct progress *progress,
			  int32_t partition)
{
	struct conversation_place place = {.partition = partition};
	int64_t next = varint_next_signed(reader);
	struct when newest = {varint_next_signed(reader)};
	uint64_t held = varint_next(reader);

	if (reader->failed || next < 0 || progress_set(progress, partition, next, newest) < 0)
		return -1;
	for (; held > 0 && !reader->failed; held--) {
		uint64_t more = varint_next(reader);

		if (more >= (uint64_t)(next - place.offset))
			return -1;
		place.offset += (int64_t)more;
		if (progress_hold(progress, &place, NULL) < 0)
			return -1;
	}
	return reader->failed ? -1 : 0;
}

static int read_carried(struct varint_reader *reader, struct progress *progress)
{
	struct progress_carried carried = {.carry.counted.chosen = true};
	struct conversation_carry *carry = &carried.carry;
	uint64_t partition = varint_next(reader);
	struct span ip;

	carried.place.partition = (int32_t)partition;
	carried.place.offset = varint_next_signed(reader);
	carry->source_flags = (unsigned)varint_next(reader);
	carry->destination_flags = (unsigned)varint_next(reader);
	carry->answered = varint_next(reader) != 0;
	carry->counted.observer = varint_next(reader);
	ip = varint_next_bytes(reader, sizeof(carry->counted.server_ip.bytes));
	carry->counted.server_port = (int32_t)varint_next_signed(reader);
	if (reader->failed || partition >= PARTITIONS_MAX ||
	    array_grow(&progress->carried, &progress->carried_capacity, progress->carried_count + 1,
		       sizeof(carried)) < 0)
		return -1;
	memcpy(carry->counted.server_ip.bytes, ip.data, ip.length);
	progress->carried[progress->carried_count++] = carried;
	return 0;
}

int progress_read(struct span bytes, struct progress *progress, struct span *address)
{
	struct varint_reader reader = varint_read(bytes);
	uint64_t count;

	*address = varint_next_bytes(&reader, varint_next(&reader));
	count = varint_next(&reader);
	if (count > PARTITIONS_MAX)
		return -1;
	for (uint64_t i = 0; i < count; i++) {
		if (read_partition(&reader, progress, (int32_t)i) < 0)
			return -1;
	}
	for (count = varint_next(&reader); count > 0 && !reader.failed; count--) {
		if (read_carried(&reader, progress) < 0)
			return -1;
	}
	progress->mark.bytes = varint_next_signed(&reader);
	progress->mark.first = varint_next(&reader);
	progress->mark.last = varint_next(&reader);
	progress->unsure_until.ns = (int64_t)varint_next(&reader);
	return varint_done(&reader) && progress->mark.bytes >= 0 ? 0 : -1;
}
