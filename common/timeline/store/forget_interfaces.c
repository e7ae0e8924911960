#include "common/timeline/store/forget_interfaces.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "common/program/log.h"
#include "common/timeline/store/confirmed_rows.h"
#include "common/timeline/store/interface_rows.h"
#include "common/timeline/store/interface_state.h"
#include "common/timeline/store/rows.h"
#include "common/timeline/store/run_state.h"

#define ROW_LIMIT (64 * 1024)
#define CONFIRMED_PER_ROW 16 /* to remove one of these reads nothing else */

/* The version of an interface, of which the last one counts. */
struct version {
	uint64_t interface, offset;
	bool past; /* the horizon, by the interface's last version, or by the one that replaced it */
};

struct versions {
	struct version *list;
	size_t count, capacity;
};

static int read_versions(const struct cluster *cluster, struct store *store,
			 const struct text *prefix, struct versions *all)
{
	struct store_scan *scan = store_scan_begin(store, prefix, prefix);
	struct interface_span span;
	struct span key, value;
	int rc;

	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		struct version one;

		rc = -1;
		if (!row_interface_key(key, &one.interface, &one.offset) ||
		    !row_interface(value, &span)) {
			store_damaged(store, "a row of an address");
			break;
		}
		if (array_grow(&all->list, &all->capacity, all->count + 1, sizeof(*all->list)) <
		    0) {
			log_error("timeline: out of memory for the history of an address");
			break;
		}
		one.past = interface_span_is_past(&span, cluster->horizon) &&
			   one.offset < cluster->horizon_offset;
		all->list[all->count++] = one;
	}
	store_scan_end(scan);
	/* Before HORIZON_OFFSET nothing is asked, so what is replaced by then is seen no more. */
	for (size_t v = all->count; v > 1; v--) {
		const struct version *next = &all->list[v - 1];

		if (all->list[v - 2].interface == next->interface)
			all->list[v - 2].past =
				next->past || next->offset < cluster->horizon_offset;
	}
	return rc;
}

/* Takes IP out of the interface's state. */
static int forget_state(const struct cluster *cluster, struct store *store, uint64_t interface,
			const struct ip *ip)
{
	struct interface_state state;
	bool any = false;
	struct text key, value;
	int rc;

	text_init(&key, ROW_LIMIT);
	text_init(&value, ROW_LIMIT);
	row_key_interface_state(&key, cluster->id, interface);
	rc = store_get(store, &key, &value);
	if (rc <= 0)
		goto out;
	if (!interface_state_read(text_span(&value), &state)) {
		rc = store_damaged(store, "the state of an interface");
		goto out;
	}
	for (size_t f = 0; f < INTERFACE_FAMILIES; f++) {
		if (ip_compare(&state.addresses[f].ip, ip) == 0)
			state.addresses[f] = (struct interface_address){.there = false};
		any = any || state.addresses[f].there;
	}
	text_clear(&value);
	interface_state_write(&value, &state);
	rc = any ? store_put(store, &key, &value) : store_remove(store, &key);
out:
	text_free(&key);
	text_free(&value);
	return rc;
}

static int remove_version(const struct cluster *cluster, struct store *store, const struct ip *ip,
			  const struct version *version)
{
	struct text key;
	int rc;

	text_init(&key, ROW_LIMIT);
	row_key_interface(&key, cluster->id, ip, version->interface, version->offset);
	rc = store_remove(store, &key);
	text_free(&key);
	return rc;
}

int forget_interfaces(const struct cluster *cluster, struct store *store, const struct ip *ip)
{
	struct versions all = {0};
	struct text prefix;
	int rc;

	text_init(&prefix, ROW_LIMIT);
	row_key_interfaces(&prefix, cluster->id, ip);
	rc = read_versions(cluster, store, &prefix, &all);
	text_free(&prefix);
	for (size_t v = 0; v < all.count && rc == 0; v++) {
		bool last =
			v + 1 == all.count || all.list[v + 1].interface != all.list[v].interface;

		if (!all.list[v].past)
			continue;
		rc = remove_version(cluster, store, ip, &all.list[v]);
		if (rc == 0 && last)
			rc = forget_state(cluster, store, all.list[v].interface, ip);
	}
	free(all.list);
	return rc;
}

int forget_confirmed(const struct cluster *cluster, struct store *store, uint64_t sequence,
		     uint64_t offset, int *rows)
{
	int removed = confirmed_rows_forget(cluster, store, sequence, offset);

	if (removed < 0)
		return -1;
	*rows += removed / CONFIRMED_PER_ROW;
	return 0;
}

int forget_run(const struct cluster *cluster, struct store *store, uint64_t run)
{
	struct run_state state;
	struct text key, value;
	int rc;

	text_init(&key, ROW_LIMIT);
	text_init(&value, ROW_LIMIT);
	row_key_numbered(&key, ROW_RUNS, cluster->id, run);
	rc = store_get(store, &key, &value);
	if (rc == 1 && !run_state_read(text_span(&value), &state))
		rc = store_damaged(store, "the state of a meter");
	/* If it told something later meanwhile, that was noted too. */
	if (rc == 1)
		rc = when_before(state.latest, cluster->horizon) ? store_remove(store, &key) : 0;
	text_free(&key);
	text_free(&value);
	return rc;
}
