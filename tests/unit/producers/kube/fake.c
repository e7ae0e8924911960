#include "tests/unit/producers/kube/fake.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct {
	uint64_t random;
	struct clocks clocks;
	struct fake_change *changes;
	size_t count;
	uint64_t revision;
	unsigned lives[KUBE_RESOURCES][FAKE_SLOTS];
	size_t aged_at;
	int ages;
} fake;

uint64_t fake_draw(uint64_t below)
{
	fake.random ^= fake.random << 13;
	fake.random ^= fake.random >> 7;
	fake.random ^= fake.random << 17;
	return (fake.random >> 11) % below;
}

void fake_start(uint64_t seed)
{
	struct when start = {1767225600 * NS_PER_SECOND};

	memset(&fake, 0, sizeof(fake));
	fake.random = seed * UINT64_C(0x9E3779B97F4A7C15) | 1;
	fake.clocks = (struct clocks){{0}, start, start};
	fake.changes = calloc(FAKE_CHANGES, sizeof(*fake.changes));
	fake.revision = 100;
}

void fake_end(void)
{
	free(fake.changes);
}

const struct clocks *fake_clocks(void)
{
	return &fake.clocks;
}

void fake_pass(int64_t ns)
{
	fake.clocks.tick = when_add(fake.clocks.tick, ns);
	fake.clocks.wall = fake.clocks.received = when_add(fake.clocks.wall, ns);
}

const struct fake_change *fake_newest(enum kube_resource resource, int slot, uint64_t revision)
{
	for (size_t i = fake.count; i-- > 0;) {
		const struct fake_change *change = &fake.changes[i];

		if (change->resource == resource && change->slot == slot && !change->undone &&
		    change->revision <= revision)
			return change;
	}
	return NULL;
}

const struct fake_change *fake_state(enum kube_resource resource, int slot)
{
	const struct fake_change *change = fake_newest(resource, slot, fake.revision);

	return change != NULL && !change->last ? change : NULL;
}

void fake_commit(enum kube_resource resource)
{
	struct fake_change *change = &fake.changes[fake.count];
	const struct fake_change *before;

	assert(fake.count < FAKE_CHANGES);
	*change = (struct fake_change){
		.resource = resource,
		.revision = ++fake.revision,
		.at = fake.clocks.wall,
	};
	if (resource < KUBE_RESOURCES) {
		change->slot = (int)fake_draw(FAKE_SLOTS);
		before = fake_state(resource, change->slot);
		change->first = before == NULL;
		change->last = before != NULL && fake_draw(4) == 0;
		if (change->first)
			fake.lives[resource][change->slot]++;
		change->life = before != NULL ? before->life : fake.lives[resource][change->slot];
	}
	fake.count++;
}

uint64_t fake_revision(void)
{
	return fake.revision;
}

void fake_age(void)
{
	fake.aged_at = fake.count;
	fake.ages++;
	fake.revision += UINT64_C(1) << (30 - fake.ages);
	fake_commit(KUBE_RESOURCES);
}

void fake_undo(void)
{
	for (size_t i = fake.aged_at; i < fake.count; i++)
		fake.changes[i].undone = true;
	fake.revision = fake.changes[fake.aged_at].revision - 1;
	fake.revision -= UINT64_C(1) << (30 - fake.ages);
	fake_age();
}

size_t fake_count(void)
{
	return fake.count;
}

const struct fake_change *fake_changes(void)
{
	return fake.changes;
}

static void add_object(struct text *out, const struct fake_change *change)
{
	text_add_format(out,
			"{\"metadata\":{\"uid\":\"%d-%u\",\"name\":\"s%zd\","
			"\"resourceVersion\":\"%" PRIu64 "\"}}",
			change->slot, change->life, change - fake.changes, change->revision);
}

void fake_add_change(struct text *out, const struct fake_change *change)
{
	text_add_format(out, "{\"type\":\"%s\",\"object\":",
			change->first  ? "ADDED"
			: change->last ? "DELETED"
				       : "MODIFIED");
	add_object(out, change);
	text_add_string(out, "}\n");
}

void fake_add_page(struct text *out, enum kube_resource resource, uint64_t revision, size_t from,
		   size_t items)
{
	size_t there = 0;
	const char *between = "";
	struct text list;

	text_init(&list, 1u << 20);
	for (int slot = 0; slot < FAKE_SLOTS; slot++) {
		const struct fake_change *change = fake_newest(resource, slot, revision);

		if (change == NULL || change->last)
			continue;
		if (there >= from && there < from + items) {
			text_add_string(&list, between);
			add_object(&list, change);
			between = ",";
		}
		there++;
	}
	text_add_format(out, "{\"metadata\":{\"resourceVersion\":\"%" PRIu64 "\"", revision);
	if (there > from + items)
		text_add_format(out, ",\"continue\":\"%" PRIu64 "_%zu\"", revision, from + items);
	text_add_format(out, "},\"items\":[%s]}", text_terminate(&list));
	text_free(&list);
}

uint64_t fake_path_number(const char *path, const char *name)
{
	const char *at = strstr(path, name);

	return at != NULL ? strtoull(at + strlen(name), NULL, 10) : 0;
}

enum kube_resource fake_path_resource(const char *path)
{
	const char *end = strchr(path, '?'), *from = end;

	while (from[-1] != '/')
		from--;
	return kube_resource_from_name(from, (size_t)(end - from));
}
