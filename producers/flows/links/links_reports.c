#include "producers/flows/links/links_internal.h"

/* One with two addresses of a family is said again all the same: if the only record that had both was lost, the
 * interface would count. */
static bool says_more(const struct link *link)
{
	return link->news || link->quick.moved || link->several || link->schedule.endings > 0;
}

/* Sets over what each address of LINK was alone, if all packets up to SEEN have been passed. */
static void find_alone(const struct links *links, const struct link *link, struct when seen,
		       struct link_report *report)
{
	for (size_t i = 0; i < report->address_count; i++) {
		struct link_address *address = &report->addresses[i];

		address->alone_since = when_later(address->alone_since, links->whole);
		address->alone_until = when_earlier(address->alone_until, seen);
		for (size_t l = 0; l < links->count; l++) {
			struct alone_other other;

			if (&links->list[l] == link || !links->list[l].there)
				continue;
			other = links_other_of(links, &links->list[l]);
			alone_narrow(address, &other);
		}
		alone_finish(address, &links->past);
	}
}

/* For one of its addresses, time goes on over which it is alone. */
static bool is_alone_still(const struct links *links, const struct link_report *report)
{
	for (size_t i = 0; i < report->address_count; i++) {
		if (report->addresses[i].alone_until.ns == links->seen.ns)
			return true;
	}
	return false;
}

/* All that is known of LINK, if all packets up to SEEN have been passed. */
static void fill(struct links *links, struct link *link, struct when seen,
		 struct link_report *report)
{
	*report = link->known;
	report->record = ++links->records;
	report->confirmed = WHEN_MIN;
	find_alone(links, link, links->live ? links->seen : seen, report);
	link->known.again = true;
	link->news = link->quick.moved = false;
}

static void take(struct links *links, struct link *link, struct when now, struct when seen,
		 struct link_report *report)
{
	fill(links, link, seen, report);
	schedule_told(&link->schedule, now, report->gone);
	if (report->gone && (when_is_min(links->seen) || link->schedule.endings == LINKS_ENDINGS ||
			     (link->schedule.endings > 1 && !is_alone_still(links, report))))
		links_forget(links, link);
}

bool links_is_due(const struct links *links, struct when now)
{
	return links->news || when_not_after(links->next, now) ||
	       schedule_is_set_back(links->looked, now) || open_is_due(&links->open, now);
}

/* The next report of an interface that is due by itself. */
static bool take_next(struct links *links, struct when now, struct link_report *report)
{
	struct when next = WHEN_MAX;

	for (size_t i = 0; i < links->count; i++) {
		struct link *link = &links->list[i];
		bool due = link->known.address_count > 0 &&
			   (link->news || schedule_is_due(&link->schedule, now));

		if (due && says_more(link)) {
			take(links, link, now, when_add(links_find_latest(links), -LINKS_LATE_NS),
			     report);
			open_tell(&links->open, report, now, links->seen);
			links->next = WHEN_MIN; /* the others have not been looked at */
			return true;
		}
		if (due)
			schedule_pass(&link->schedule, now);
		if (link->known.address_count > 0)
			next = when_earlier(next, link->schedule.next);
	}
	links->news = false;
	links->next = next;
	links->looked = now;
	return false;
}

/* What was told to be open and no longer is so is news. */
static void check_open(struct links *links)
{
	for (size_t i = 0; i < links->open.count; i++) {
		const struct open_link *open = &links->open.list[i];
		struct link *link = &links->list[open->told.number];
		struct link_report report = link->known;

		find_alone(links, link, links->seen, &report);
		if (!open_holds(&links->open, open, &report, links->seen))
			links_tell(links, link);
	}
}

static bool confirm(struct links *links, struct when now, struct link_report *report)
{
	if (!open_confirm(&links->open, now, links->seen, links->records + 1, report))
		return false;
	links->records++;
	return true;
}

bool links_next(struct links *links, struct when now, struct link_report *report)
{
	if (!links_is_due(links, now))
		return false;
	if (take_next(links, now, report))
		return true;
	if (!open_is_due(&links->open, now))
		return false;
	check_open(links);
	return links->news ? take_next(links, now, report) : confirm(links, now, report);
}

bool links_rest_of(struct links *links, uint16_t number, struct link_report *report)
{
	struct link *link = links_has(links, number) ? &links->list[number] : NULL;

	/* Of one with two addresses nothing has changed. */
	if (link == NULL || link->known.address_count == 0 ||
	    !(link->news || link->quick.moved || link->schedule.endings > 0))
		return false;
	if (link->schedule.endings > 0)
		link->schedule.endings = LINKS_ENDINGS - 1; /* no other can come */
	take(links, link, WHEN_MIN, links_find_latest(links), report);
	open_leave(&links->open, number);
	return true;
}

bool links_rest(struct links *links, struct link_report *report)
{
	for (uint16_t i = 0; i < links->count; i++) {
		if (links_rest_of(links, i, report))
			return true;
	}
	return false;
}
