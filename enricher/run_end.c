#include "enricher/run_end.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sysexits.h>

#include "common/program/log.h"

/* The most frequent reason for a rejection. */
static const char *main_reason(const struct tagger_stats *stats)
{
	int most = 0;

	for (int i = 1; i < FAULT_REASONS; i++)
		if (stats->rejected[i] > stats->rejected[most])
			most = i;
	return fault_name((enum fault_reason)most);
}

static uint64_t count_rejected(const struct tagger_stats *stats)
{
	uint64_t count = 0;

	for (int i = 0; i < FAULT_REASONS; i++)
		count += stats->rejected[i];
	return count;
}

int run_end_check(const struct alignment *a, const struct exchange_settings *settings)
{
	const struct tagger_stats *t = &a->tagger.stats;
	struct exchange_before before = exchange_before(a->exchange);
	uint64_t rejected = count_rejected(t);
	bool useful = t->tagged > 0 || t->corrected > 0 || t->confirmed > 0 ||
		      a->stats.unrevised > 0 || before.tagged;

	if (useful)
		return EXIT_SUCCESS;
	if (rejected > 0) {
		log_error("%s: no flow could be tagged: all %" PRIu64
			  " were rejected, most often as %s; %s has each with its reason",
			  a->tagger.topic, rejected, main_reason(t),
			  settings->outputs[EXCHANGE_REJECTED]);
		return EX_DATAERR;
	}
	if (before.rejected) {
		log_error("%s: no flow could be tagged: all were rejected, by an earlier run; %s "
			  "has each with its reason",
			  a->tagger.topic, settings->outputs[EXCHANGE_REJECTED]);
		return EX_DATAERR;
	}
	if (before.same_run && a->stats.read == 0) {
		log_info("kafka:%s: group %s has read every flow of this run, with the same "
			 "options: nothing is left to do",
			 a->tagger.topic, settings->group);
		return EXIT_SUCCESS;
	}
	if (before.read && a->stats.read == 0) {
		log_error("kafka:%s: group %s had read every flow of this run before, so none was "
			  "tagged: to answer them again, give another --group, and --out and "
			  "--rejected of its own",
			  a->tagger.topic, settings->group);
		return EX_CONFIG;
	}
	if (a->stats.read == 0 && bus_is_kafka(settings->outputs[EXCHANGE_TAGGED]))
		log_warn("kafka:%s: brought this run no flow, so it tagged none", a->tagger.topic);
	if (a->stats.outside > 0)
		log_warn("%s: all %" PRIu64 " flows ended outside --since and --until",
			 a->tagger.topic, a->stats.outside);
	return EXIT_SUCCESS;
}
