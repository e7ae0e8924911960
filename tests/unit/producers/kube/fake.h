/* fake.h - etcd and the clock of a fake API server (fake_api.h).
 *
 * Objects live in slots; the uid of one is its slot and how many lived there. Its name changes with
 * each change: "s" and the number of the change, so that a reader knows which one it has.
 */
#ifndef TENURE_TEST_FAKE_H
#define TENURE_TEST_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/base/when.h"
#include "common/record/kube_resource.h"
#include "producers/kube/clocks.h"

#define FAKE_SLOTS 6 /* objects of a resource at a time */
#define FAKE_CHANGES 20000

/* A change in etcd. RESOURCE is KUBE_RESOURCES for one of another kind. */
struct fake_change {
	enum kube_resource resource;
	uint64_t revision;
	bool undone;    /* etcd was restored to an instant before it */
	struct when at; /* by the wall clock */
	int slot;
	unsigned life;
	bool first, last;
};

/* Forgets everything. */
void fake_start(uint64_t seed);
void fake_end(void);
/* A number less than BELOW. */
uint64_t fake_draw(uint64_t below);
const struct clocks *fake_clocks(void);
/* Moves the clock. */
void fake_pass(int64_t ns);

/* Commits a change of an object (of another kind: KUBE_RESOURCES). */
void fake_commit(enum kube_resource resource);
/* Other kinds of object change very often: etcd has a much greater revision. */
void fake_age(void);
/* etcd is restored to just before the last time, and so by more revisions than anybody commits
 * meanwhile. */
void fake_undo(void);

uint64_t fake_revision(void);
size_t fake_count(void);
const struct fake_change *fake_changes(void);
/* The newest change of SLOT up to REVISION, or NULL. */
const struct fake_change *fake_newest(enum kube_resource resource, int slot, uint64_t revision);
/* The change that made what SLOT is now, or NULL if it is deleted. */
const struct fake_change *fake_state(enum kube_resource resource, int slot);

/* Adds the line of a watch. */
void fake_add_change(struct text *out, const struct fake_change *change);
/* Adds a page of the state at REVISION, with ITEMS objects from the one of number FROM on. The
 * token of the next page is "REVISION_FROM". */
void fake_add_page(struct text *out, enum kube_resource resource, uint64_t revision, size_t from,
		   size_t items);

/* The number after NAME in the path of a request; 0 without it. */
uint64_t fake_path_number(const char *path, const char *name);
/* The resource that a path asks for. */
enum kube_resource fake_path_resource(const char *path);

#endif
