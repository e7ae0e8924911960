#include "producers/flows/flows_status.h"

#include <inttypes.h>
#include <string.h>

#include "common/http/http_health.h"
#include "producers/flows/flows_metrics.h"
#include "producers/flows/report.h"

/* ---- Readiness ---- */

static bool is_open(const struct input *input, const char *name)
{
	struct live_interface one;

	for (size_t i = 0; input_get_interface(input, i, &one); i++)
		if (strcmp(one.name, name) == 0)
			return true;
	return false;
}

static bool is_capturing(const struct flows_status *status, struct text *out)
{
	const struct settings_list *names = &status->options->interfaces;
	const struct input *input = status->loop->input;
	struct live_interface one;
	size_t count = 0;
	bool all = true;

	if (!status->loop->live) {
		http_health_condition(out, true, "the capture files are open");
		return true;
	}
	for (size_t i = 0; i < names->count; i++) {
		if (is_open(input, names->values[i]))
			continue;
		all = false;
		text_add_format(out, "[-] interface %s is not captured\n", names->values[i]);
	}
	while (input_get_interface(input, count, &one))
		count++;
	text_add_format(out, "[%c] interfaces that are captured: %zu\n", count > 0 ? '+' : '-',
			count);
	return all && count > 0;
}

static bool is_written(const struct flows_status *status, struct text *out)
{
	struct outlet_stats stats = outlet_get_stats(status->loop->outlet);
	const char *address = status->options->out;
	bool moving = stats.stalled_ns < FLOWS_STATUS_STALL_NS;

	if (!outlet_has_queue(status->loop->outlet))
		text_add_format(out, "[+] %s is open\n", address);
	else if (moving)
		text_add_format(out, "[+] %s takes the records\n", address);
	else
		text_add_format(out,
				"[-] %s: the broker has acknowledged no record for %" PRId64 " s\n",
				address, stats.stalled_ns / NS_PER_SECOND);
	return moving;
}

static bool is_ready(void *user, struct text *out)
{
	const struct flows_status *status = user;
	bool capturing, written;

	if (status->loop == NULL) {
		http_health_condition(out, false, "the outputs are not open yet");
		return false;
	}
	capturing = is_capturing(status, out);
	written = is_written(status, out);
	return capturing && written;
}

/* ---- Metrics ---- */

static void add_stats(struct flows_group *group, const struct capture_stats *stats)
{
	group->frames += stats->frames;
	group->kernel_drops += stats->kernel_drops;
	group->interface_drops += stats->interface_drops;
	group->unread += stats->unread;
}

static void count_groups(const struct flows_status *status, struct flows_figures *f)
{
	const struct interface_groups *groups = &status->groups;
	struct live_interface one;

	f->group_count = interface_groups_count(groups);
	for (size_t i = 0; i < f->group_count; i++) {
		f->groups[i].name = interface_groups_name(groups, i);
		add_stats(&f->groups[i], &groups->gone[i]);
	}
	for (; input_get_interface(status->loop->input, f->interfaces, &one); f->interfaces++) {
		add_stats(&f->groups[interface_groups_find(groups, one.asked)], &one.stats);
		f->ring += one.ring;
	}
}

static void add_figures(const struct flows_status *status, struct text *out)
{
	const struct loop *loop = status->loop;
	struct meter_stats meter = meter_get_stats(loop->meter);
	struct outlet_stats outlet = outlet_get_stats(loop->outlet);
	struct counters counters;
	struct flows_figures f = {
		.counters = &counters,
		.meter = &meter,
		.outlet = &outlet,
		.has_queue = outlet_has_queue(loop->outlet),
		.live = loop->live,
		.ring_max = status->options->buffer_total,
		.flows_max = (uint64_t)status->options->max_flows,
		.event = loop->event,
	};

	loop_count(loop, &counters);
	f.has_links = loop->links != NULL;
	f.links_unread = input_get_stats(loop->input).links_unread_now;
	if (loop->live) {
		count_groups(status, &f);
	} else {
		f.groups[0] = (struct flows_group){.name = "",
						   .frames = counters_value(&counters, "frames")};
		f.group_count = 1;
	}
	input_progress(loop->input, &f.file_read, &f.file_max);
	flows_metrics_add(&f, out);
}

static void add_metrics(void *user, struct text *out)
{
	const struct flows_status *status = user;

	flows_metrics_add_build(out);
	if (status->loop != NULL)
		add_figures(status, out);
}

static void log_counters(void *user)
{
	const struct flows_status *status = user;
	struct counters counters;

	if (status->loop == NULL)
		return;
	loop_count(status->loop, &counters);
	report_counters(&counters);
}

void flows_status_init(struct flows_status *status, const struct flows_options *options)
{
	*status = (struct flows_status){
		.options = options,
		.groups = {.names = &options->interfaces, .patterns = &options->patterns},
		.source = {.user = status,
			   .is_ready = is_ready,
			   .add_metrics = add_metrics,
			   .log_counters = log_counters},
	};
}
