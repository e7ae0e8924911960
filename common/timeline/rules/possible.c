#include "common/timeline/rules/possible.h"

static bool is_shared(const struct possible *one)
{
	return one->tenure->binding.evidence.shared;
}

static bool is_machine(const struct possible *one)
{
	return one->tenure->binding.kind != HOLDER_SERVICE;
}

/* POD runs on NODE, and both have the address: EKS Fargate. */
static bool is_its_node(const struct possible *pod, const struct possible *node)
{
	return pod->tenure->binding.kind == HOLDER_POD &&
	       node->tenure->binding.kind == HOLDER_NODE &&
	       pod->tenure->binding.evidence.node != 0 &&
	       pod->tenure->binding.evidence.node == node->tenure->binding.evidence.identity;
}

/* A binding of the holder of ONE is certain. */
static bool is_certain_holder(const struct possible *one, const struct possible *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].certain && list[i].tenure->binding.who == one->tenure->binding.who)
			return true;
	}
	return false;
}

/* Of a node and its only pod the pod counts if it is certain, else the node. */
static bool gives_way(const struct possible *one, const struct possible *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if ((is_its_node(&list[i], one) && is_certain_holder(&list[i], list, count)) ||
		    (is_its_node(one, &list[i]) && !is_certain_holder(one, list, count)))
			return true;
	}
	return false;
}

static bool any(const struct possible *list, size_t count, bool (*is)(const struct possible *one))
{
	for (size_t i = 0; i < count; i++) {
		if (is(&list[i]))
			return true;
	}
	return false;
}

static bool is_certain_machine(const struct possible *one)
{
	return one->certain && is_machine(one);
}

static bool serves_port(const struct possible *one)
{
	return is_shared(one) && one->port;
}

size_t possible_leave_out(struct possible *list, size_t count)
{
	bool machine = any(list, count, is_certain_machine);
	bool port = any(list, count, serves_port);
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		bool other = is_shared(&list[i]) && (machine || (port && !list[i].port));

		list[i].left_out = other || gives_way(&list[i], list, count);
	}
	for (size_t i = 0; i < count; i++) {
		if (!list[i].left_out)
			list[left++] = list[i];
	}
	return left;
}

/* Both are certain at some instant of the flow. */
static bool certain_together(const struct tenure *a, const struct tenure *b, struct when start,
			     struct when end)
{
	struct when from = when_later(start, when_later(a->at.certain_from, b->at.certain_from));
	struct when to = when_earlier(end, when_earlier(a->at.certain_to, b->at.certain_to));

	return a->binding.who != b->binding.who && when_not_after(from, to);
}

static bool any_together(const struct possible *list, size_t count, struct when start,
			 struct when end)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (certain_together(list[i].tenure, list[j].tenure, start, end))
				return true;
		}
	}
	return false;
}

struct possible_verdict possible_judge(const struct possible *list, size_t count, struct when start,
				       struct when end, int64_t skew_ns)
{
	struct possible_verdict verdict = {.holders = POSSIBLE_NONE};

	for (size_t i = 0; i < count; i++) {
		const struct binding *binding = &list[i].tenure->binding;

		if (verdict.tenure == NULL) {
			verdict.tenure = list[i].tenure;
			verdict.holders = POSSIBLE_ONE;
		} else if (binding->who != verdict.tenure->binding.who) {
			verdict.holders = POSSIBLE_MANY;
		}
		verdict.certain = verdict.certain || list[i].certain;
		if (!list[i].certain && binding->evidence.how == BINDING_LOST &&
		    when_before(binding->evidence.ended_received, when_add(end, skew_ns))) {
			verdict.lost = true;
			verdict.lost_node = verdict.lost_node || binding->kind == HOLDER_NODE;
		}
	}
	if (verdict.holders == POSSIBLE_MANY)
		verdict.together = any_together(list, count, start, end);
	return verdict;
}
