#include "common/timeline/rules/ranges.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "common/timeline/rules/offset.h"

struct ranges ranges_none(void)
{
	return (struct ranges){.used_offset = OFFSET_NEVER, .own_used_offset = OFFSET_NEVER};
}

void ranges_free(struct ranges *ranges)
{
	free(ranges->list);
	free(ranges->pods);
	free(ranges->sums);
	*ranges = ranges_none();
}

int ranges_add(struct ranges *ranges, const struct range_row *row)
{
	if (array_grow(&ranges->list, &ranges->capacity, ranges->count + 1, sizeof(*ranges->list)) <
	    0)
		return -1;
	ranges->list[ranges->count++] = *row;
	ranges->generation++;
	return 0;
}

static bool same_range(const struct ip_range *a, const struct ip_range *b)
{
	return a->bits == b->bits && ip_compare(&a->base, &b->base) == 0;
}

bool ranges_told(const struct ranges *ranges, const struct range_row *row)
{
	for (size_t r = 0; r < ranges->count; r++) {
		const struct range_row *one = &ranges->list[r];

		if (one->kind == row->kind && one->node == row->node &&
		    same_range(&one->range, &row->range))
			return true;
	}
	return false;
}

int ranges_add_pod(struct ranges *ranges, const struct pod_address *pod)
{
	if (array_grow(&ranges->pods, &ranges->pod_capacity, ranges->pod_count + 1,
		       sizeof(*ranges->pods)) < 0)
		return -1;
	ranges->pods[ranges->pod_count++] = *pod;
	ranges->generation++;
	return 0;
}

/* Whether one of the first ROWS rows of KIND, of the pod's node, contains its address. */
static bool is_in_own(const struct ranges *ranges, size_t rows, enum range_kind kind,
		      const struct pod_address *pod)
{
	for (size_t r = 0; r < rows; r++) {
		const struct range_row *row = &ranges->list[r];

		if (row->kind == kind && row->node == pod->node &&
		    ip_in_range(&pod->ip, &row->range))
			return true;
	}
	return false;
}

static bool is_gateway(const struct ranges *ranges, size_t rows, const struct ip *ip)
{
	for (size_t r = 0; r < rows; r++) {
		const struct range_row *row = &ranges->list[r];

		if (row->kind == RANGE_GATEWAY && ip_in_range(ip, &row->range))
			return true;
	}
	return false;
}

bool ranges_is_plain(const struct ranges *ranges, const struct pod_address *pod)
{
	/* The base becomes a gateway with an annotation that may come later. */
	for (size_t r = 0; r < ranges->count; r++) {
		const struct range_row *row = &ranges->list[r];

		if (row->kind == RANGE_POD_CIDR && row->node == pod->node &&
		    ip_compare(&row->range.base, &pod->ip) == 0)
			return false;
	}
	return is_in_own(ranges, ranges->count, RANGE_POD_CIDR, pod) &&
	       !is_gateway(ranges, ranges->count, &pod->ip);
}

bool ranges_use(struct ranges *ranges, const struct pod_address *pod, uint64_t offset)
{
	bool in_cidr = is_in_own(ranges, ranges->count, RANGE_POD_CIDR, pod);
	bool changed = false;

	if (ranges->used_offset == OFFSET_NEVER &&
	    (in_cidr || is_in_own(ranges, ranges->count, RANGE_SUBNET, pod))) {
		ranges->used_offset = offset;
		changed = true;
	}
	if (ranges->own_used_offset == OFFSET_NEVER && in_cidr && pod->own) {
		ranges->own_used_offset = offset;
		changed = true;
	}
	ranges->generation += changed;
	return changed;
}

static bool is_node_range(const struct range_row *row)
{
	return row->kind == RANGE_POD_CIDR || row->kind == RANGE_SUBNET;
}

static uint64_t counts_from(const struct ranges *ranges, const struct range_row *row)
{
	if (row->kind == RANGE_SERVICES)
		return row->told_offset;
	if (!is_node_range(row))
		return OFFSET_NEVER;
	return row->told_offset > ranges->used_offset ? row->told_offset : ranges->used_offset;
}

static bool is_given(const struct ranges *ranges, const struct ip *ip)
{
	for (size_t r = 0; r < ranges->given_count; r++) {
		if (ip_in_range(ip, &ranges->given[r]))
			return true;
	}
	return false;
}

uint64_t ranges_offset(const struct ranges *ranges, const struct ip *ip, struct when *from)
{
	uint64_t offset = is_given(ranges, ip) ? 0 : OFFSET_NEVER;

	*from = offset == 0 ? WHEN_MIN : WHEN_MAX;

	for (size_t r = 0; r < ranges->count; r++) {
		const struct range_row *row = &ranges->list[r];
		uint64_t counts = counts_from(ranges, row);

		if (counts == OFFSET_NEVER || !ip_in_range(ip, &row->range))
			continue;
		offset = counts < offset ? counts : offset;
		*from = when_earlier(*from, row->from);
	}
	return offset;
}

/* The first of RANGES that POSITION does not see. */
static size_t rows_seen(const struct ranges *ranges, uint64_t position)
{
	return array_up_to(ranges->list, ranges->count, sizeof(*ranges->list),
			   offsetof(struct range_row, told_offset), position);
}

static size_t pods_seen(const struct ranges *ranges, uint64_t position)
{
	return array_up_to(ranges->pods, ranges->pod_count, sizeof(*ranges->pods),
			   offsetof(struct pod_address, offset), position);
}

/* How many of the first ROWS there are up to the last one that matters to sum_up(). */
static size_t rows_for_pods(const struct ranges *ranges, size_t rows)
{
	while (rows > 0 && (ranges->list[rows - 1].kind == RANGE_INTERNAL ||
			    ranges->list[rows - 1].kind == RANGE_SPELLED))
		rows--;
	return rows;
}

/* IP, of the pod with this NUMBER, is in no range. */
static void add_amid(struct ranges_amid_pods *family, const struct ip *ip, size_t number)
{
	if (family->amid == 0) {
		family->amid = number;
		family->around = (struct ip_range){*ip, 128};
	}
	if (family->global == 0 && !ip_is_private(ip))
		family->global = number;
	while (!ip_in_range(ip, &family->around))
		family->widened[--family->around.bits] = number;
}

/* Adds the next pod. POSITION sees the same ranges as SUM. */
static void sum_up(const struct ranges *ranges, struct ranges_sum *sum, uint64_t position)
{
	const struct pod_address *pod = &ranges->pods[sum->pods++];
	struct when from;

	if (!pod->own)
		return;
	if (sum->violated == 0 && (!is_in_own(ranges, sum->rows, RANGE_POD_CIDR, pod) ||
				   is_gateway(ranges, sum->rows, &pod->ip)))
		sum->violated = sum->pods;
	if (ranges_offset(ranges, &pod->ip, &from) > position)
		add_amid(&sum->families[ip_is_v4(&pod->ip) ? 0 : 1], &pod->ip, sum->pods);
}

static struct ranges_sum *find_sum(struct ranges *ranges, size_t rows, bool used)
{
	struct ranges_sum *sum = &ranges->spare;

	for (size_t s = ranges->sum_count; s > 0; s--) {
		if (ranges->sums[s - 1].rows == rows && ranges->sums[s - 1].used == used)
			return &ranges->sums[s - 1];
	}
	if (array_grow(&ranges->sums, &ranges->sum_capacity, ranges->sum_count + 1,
		       sizeof(*ranges->sums)) == 0)
		sum = &ranges->sums[ranges->sum_count++];
	*sum = (struct ranges_sum){.rows = rows, .used = used};
	return sum;
}

/* What a position sees. */
struct view {
	size_t rows, pods; /* how many are visible */
	const struct ranges_sum *sum;
};

static struct view view_at(struct ranges *ranges, uint64_t position)
{
	struct view view = {rows_seen(ranges, position), pods_seen(ranges, position), NULL};
	struct ranges_sum *sum =
		find_sum(ranges, rows_for_pods(ranges, view.rows), ranges->used_offset <= position);

	while (sum->pods < view.pods)
		sum_up(ranges, sum, position);
	view.sum = sum;
	return view;
}

/* Whether NUMBER, of a pod in the sum, is one that VIEW sees. */
static bool sees(const struct view *view, size_t number)
{
	return number > 0 && number <= view->pods;
}

/* The smallest prefix around the pods of FAMILY, of which VIEW sees one. */
static struct ip_range around(const struct view *view, const struct ranges_amid_pods *family)
{
	struct ip_range range = {family->around.base, 128};

	while (range.bits > 0 && sees(view, family->widened[range.bits - 1]))
		range.bits--;
	return range;
}

bool ranges_podcidrs_in_use(struct ranges *ranges, uint64_t position)
{
	struct view view;

	if (ranges->own_used_offset > position)
		return false;
	view = view_at(ranges, position);
	return !sees(&view, view.sum->violated);
}

size_t ranges_nodes_of(const struct ranges *ranges, const struct ip *ip, uint64_t position,
		       uint64_t nodes[static RANGES_NODES_MAX])
{
	size_t count = 0;

	for (size_t r = 0; r < ranges->count && ranges->list[r].told_offset <= position; r++) {
		const struct range_row *row = &ranges->list[r];

		if (row->kind != RANGE_POD_CIDR || !ip_in_range(ip, &row->range))
			continue;
		if (count == RANGES_NODES_MAX)
			return 0;
		nodes[count++] = row->node;
	}
	return count;
}

enum ranges_amid ranges_amid(struct ranges *ranges, const struct ip *ip, uint64_t position)
{
	const struct view view = view_at(ranges, position);
	const struct ranges_amid_pods *family = &view.sum->families[ip_is_v4(ip) ? 0 : 1];
	struct ip_range amid;

	if (!sees(&view, family->amid))
		return RANGES_NOT_AMID;
	amid = around(&view, family);
	if (!ip_in_range(ip, &amid))
		return RANGES_NOT_AMID;
	for (size_t r = 0; r < view.rows; r++) {
		const struct range_row *row = &ranges->list[r];

		if (row->kind == RANGE_INTERNAL && ip_in_range(&row->range.base, &amid))
			return RANGES_AMID_SHARED;
	}
	return RANGES_AMID;
}

static bool is_of_family(const struct ip_range *range, bool v4)
{
	return ip_is_v4(&range->base) == v4;
}

bool ranges_leave_pods(struct ranges *ranges, const struct ip *ip, uint64_t position)
{
	const struct view view = view_at(ranges, position);
	bool v4 = ip_is_v4(ip);
	const struct ranges_amid_pods *family = &view.sum->families[v4 ? 0 : 1];

	if (sees(&view, family->amid))
		return sees(&view, family->global) || ip_is_private(ip);
	for (size_t r = 0; r < ranges->given_count; r++) {
		if (is_of_family(&ranges->given[r], v4))
			return false;
	}
	for (size_t r = 0; view.sum->used && r < view.rows; r++) {
		if (is_node_range(&ranges->list[r]) && is_of_family(&ranges->list[r].range, v4))
			return false;
	}
	return true;
}

bool ranges_spelled(const struct ranges *ranges, const struct ip *ip, struct when last,
		    uint64_t position)
{
	for (size_t r = 0; r < ranges->count && ranges->list[r].told_offset <= position; r++) {
		const struct range_row *row = &ranges->list[r];

		if (row->kind == RANGE_SPELLED && when_not_after(row->from, last) &&
		    ip_in_range(ip, &row->range))
			return true;
	}
	return false;
}
