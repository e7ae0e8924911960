#include "producers/flows/links/open.h"

#include "producers/flows/links/schedule.h"

void open_init(struct open_links *all)
{
	all->count = 0;
	all->refused = 0;
	all->confirmed = WHEN_MIN;
}

static struct open_link *find(struct open_links *all, uint16_t number)
{
	for (size_t i = 0; i < all->count; i++) {
		if (all->list[i].told.number == number)
			return &all->list[i];
	}
	return NULL;
}

static bool has_several(const struct link_report *report)
{
	size_t of_family[2] = {0};

	for (size_t i = 0; i < report->address_count; i++)
		of_family[ip_is_v4(&report->addresses[i].ip)]++;
	return of_family[0] > 1 || of_family[1] > 1;
}

/* Nothing ends so far what is said of the address AT of REPORT (2). */
static bool is_open(const struct open_links *all, const struct link_report *report, size_t at,
		    struct when seen)
{
	return !report->gone && !has_several(report) && !when_is_min(seen) &&
	       when_not_after(all->confirmed, seen) &&
	       report->addresses[at].alone_until.ns == seen.ns;
}

/* The place of NUMBER. NULL if there is no room. */
static struct open_link *take_place(struct open_links *all, uint16_t number, struct when now)
{
	struct open_link *link = find(all, number);

	if (link != NULL)
		return link;
	if (all->count == LINKS_OPEN_MAX) {
		all->refused++;
		return NULL;
	}
	if (all->count == 0)
		all->confirm_at = when_add(now, LINKS_CONFIRM_NS);
	return &all->list[all->count++];
}

void open_tell(struct open_links *all, struct link_report *report, struct when now,
	       struct when seen)
{
	struct open_link *link;
	bool any = false;

	for (size_t i = 0; i < report->address_count; i++)
		any |= is_open(all, report, i, seen);
	if (!any) {
		open_leave(all, report->number);
		return;
	}
	link = take_place(all, report->number, now);
	if (link == NULL)
		return;
	for (size_t i = 0; i < report->address_count; i++)
		report->addresses[i].open = is_open(all, report, i, seen);
	link->told = *report;
}

bool open_leave(struct open_links *all, uint16_t number)
{
	struct open_link *link = find(all, number);

	if (link == NULL)
		return false;
	*link = all->list[--all->count];
	return true;
}

bool open_is_due(const struct open_links *all, struct when now)
{
	return all->count > 0 &&
	       (when_not_after(all->confirm_at, now) ||
		schedule_is_set_back(when_add(all->confirm_at, -LINKS_CONFIRM_NS), now));
}

bool open_holds(const struct open_links *all, const struct open_link *link,
		const struct link_report *report, struct when seen)
{
	for (size_t i = 0; i < report->address_count; i++) {
		const struct link_address *told = &link->told.addresses[i];

		if (i < link->told.address_count && told->open &&
		    (!is_open(all, report, i, seen) ||
		     when_before(told->alone_since, report->addresses[i].alone_since)))
			return false;
	}
	return true;
}

bool open_confirm(struct open_links *all, struct when now, struct when seen, uint64_t record,
		  struct link_report *report)
{
	struct open_link *least = all->list;

	all->confirm_at = when_add(now, LINKS_CONFIRM_NS);
	if (when_not_after(seen, all->confirmed))
		return false;
	all->confirmed = seen;
	for (size_t i = 1; i < all->count; i++) {
		if (all->list[i].told.record < least->told.record)
			least = &all->list[i];
	}
	least->told.record = record;
	*report = least->told;
	report->again = true;
	report->confirmed = seen;
	return true;
}
