#include "producers/flows/report.h"

#include <inttypes.h>

#include "common/base/text.h"
#include "common/program/log.h"

/* What became of fragments and tunnels. */
static void add_decoding(struct text *line, const struct capture_stats *in,
			 const struct meter_stats *out)
{
	text_add_format(line,
			" fragments_forgotten=%" PRIu64 " paths_refused=%" PRIu64
			" encapsulated=%" PRIu64,
			out->fragments.forgotten, out->paths_refused, in->opened);
	for (unsigned i = PACKET_OK + 1; i < PACKET_VERDICTS; i++) {
		if (in->unopened[i] > 0)
			text_add_format(line, " inner_%s=%" PRIu64, packet_verdict_name(i),
					in->unopened[i]);
	}
}

static void add_conntrack(struct text *line, const struct translations_stats *stats)
{
	text_add_format(line,
			" translated=%" PRIu64 " translations_unsure=%" PRIu64
			" conntrack_tracked=%" PRIu64 " conntrack_full=%" PRIu64
			" conntrack_forgotten=%" PRIu64 " conntrack_lost=%" PRIu64,
			stats->found, stats->unsure, stats->tracked, stats->full, stats->forgotten,
			stats->lost);
}

void report(const struct input *input, const struct meter *meter, bool live)
{
	struct live_stats in = input_get_stats(input);
	struct meter_stats out = meter_get_stats(meter);
	struct text line;

	text_init(&line, 4096);
	text_add_format(&line,
			"frames=%" PRIu64 " packets=%" PRIu64 " flows=%" PRIu64 " records=%" PRIu64,
			in.capture.frames,
			in.capture.verdicts[PACKET_OK] - out.fragments.alone -
				out.table.late_segments - out.table.repeated - out.table.unsampled,
			out.table.flows, out.records);
	in.capture.verdicts[PACKET_FRAGMENT_ALONE] += out.fragments.alone;
	in.capture.verdicts[PACKET_REPEATED] += out.table.repeated;
	for (unsigned i = PACKET_OK + 1; i < PACKET_VERDICTS; i++)
		text_add_format(&line, " %s=%" PRIu64, packet_verdict_name(i),
				in.capture.verdicts[i]);
	text_add_format(&line, " late_segments=%" PRIu64 " unsampled=%" PRIu64,
			out.table.late_segments, out.table.unsampled);
	text_add_format(&line,
			" kernel_drops=%" PRIu64 " interface_drops=%" PRIu64
			" truncated_files=%" PRIu64 " evictions=%" PRIu64 " samples_lost=%" PRIu64
			" clock_steps=%" PRIu64 " repeats_unsure=%" PRIu64
			" copies_counted=%" PRIu64 " l7_connections=%" PRIu64 " l7_refused=%" PRIu64
			" l7_times_lost=%" PRIu64,
			in.capture.kernel_drops, in.capture.interface_drops, in.capture.truncated,
			out.table.evictions, out.table.untimed[TURNS_NO_ROOM],
			out.table.clock_steps, out.table.repeats_unsure, out.table.copies_counted,
			out.table.l7.connections, out.table.l7.refused, out.table.l7.times_lost);
	text_add_format(&line,
			" untimed_retransmitted=%" PRIu64 " untimed_disorder=%" PRIu64
			" untimed_unanswered=%" PRIu64 " segments_unsure=%" PRIu64,
			out.table.untimed[TURNS_RETRANSMITTED], out.table.untimed[TURNS_DISORDER],
			out.table.untimed[TURNS_UNANSWERED], out.table.segments_unsure);
	add_decoding(&line, &in.capture, &out);
	if (live)
		text_add_format(&line,
				" unread=%" PRIu64 " interfaces_opened=%" PRIu64
				" interfaces_gone=%" PRIu64 " interfaces_refused=%" PRIu64,
				in.capture.unread, in.opened, in.gone, in.refused);
	if (out.has_translations)
		add_conntrack(&line, &out.translations);
	log_info("%s", text_terminate(&line));
	text_free(&line);
	if (out.table.repeats_unsure > 0)
		log_warn("%" PRIu64
			 " packets equal one that was captured up to 1 ms earlier and were "
			 "counted, because nothing proves that they are copies",
			 out.table.repeats_unsure);
	if (out.table.copies_counted > 0)
		log_warn("%" PRIu64 " of the first %" PRIu64
			 " packets are copies of another, as a mirror port gives, and were "
			 "counted; --mirrored counts each packet once",
			 out.table.copies_counted, out.table.compared);
}
