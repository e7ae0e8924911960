/* The timeline against the model, over random histories. SEED and SEEDS choose which; a
 * failure prints its seed. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/common/timeline/timeline_history.h"
#include "tests/unit/common/timeline/timeline_model_claims.h"

#define QUESTIONS 150
#define SEEDS 12

/* What the flow asks, as numbers, and what is given. */
struct asked {
	const struct timeline_question *question;
	const struct timeline_options *options;
	int64_t s, e;
};

static bool gap_over(const struct told *told, size_t count, const struct asked *asked)
{
	for (size_t i = 0; i < count && told[i].offset <= asked->question->position; i++) {
		if (told[i].type == TOLD_GAP && told[i].resource != KUBE_ENDPOINTSLICES &&
		    told[i].resource != KUBE_REPLICASETS &&
		    later(told[i].from, -asked->options->hold_ns) <= asked->e &&
		    asked->s <= told[i].to)
			return true;
	}
	return false;
}

static bool too_early(const struct model *model, int64_t s)
{
	static const int resources[] = {KUBE_PODS, KUBE_NODES, KUBE_SERVICES};

	for (int r = 0; r < 3; r++) {
		int resource = resources[r];
		int64_t begin = model->first_begin[resource],
			object = model->first_object[resource];

		if (model->end_received[resource] != NONE) {
			if (s < model->end_received[resource])
				return true;
		} else if (begin >= 0 && (object < 0 || begin < object)) {
			return true;
		} else if (object >= 0 && s < model->object_received[resource]) {
			return true;
		}
	}
	return false;
}

static bool another_waits(const struct model *model, const struct claims *claims, const char *uid,
			  const struct asked *asked)
{
	bool excluded = false;

	for (int c = 0; c < claims->count; c++) {
		const struct claim *one = &claims->list[c];
		int64_t to = less(one->certain_to, later(model->known, -asked->options->hold_ns));

		excluded = excluded || more(one->certain_from, asked->e) <= to;
	}
	for (int t = 0; t < model->thing_count; t++) {
		const struct model_pod *pod = &model->things[t]->pod;

		if (!pod->waiting || strcmp(model->things[t]->uid, uid) == 0 ||
		    later(pod->waits_from, -asked->options->skew_ns) > asked->e)
			continue;
		if (pod->waits_until == OPEN
			    ? !excluded
			    : asked->s <= later(pod->waits_until, asked->options->skew_ns))
			return true;
	}
	return false;
}

/* "known KIND UID", or the status and the reason. */
static void judge(const struct model *model, const struct claims *claims, bool gap,
		  const struct asked *asked, char *out, size_t size)
{
	const struct claim *held[CLAIMS_MAX], *best = NULL;
	bool early = too_early(model, asked->s), certain = false, several = false, together = false;
	bool all_after = true;
	int count = 0;

	for (int c = 0; c < claims->count; c++) {
		const struct claim *one = &claims->list[c];
		bool sure = one->certain_from <= asked->s && asked->e <= one->certain_to;

		all_after = all_after && one->possible_from > asked->e;
		if (one->possible_from > asked->e || asked->s > one->possible_to ||
		    ((gap || early) && !sure))
			continue;
		certain = certain || sure;
		held[count++] = one;
		if (best == NULL || one->possible_from > best->possible_from)
			best = one;
	}
	for (int i = 0; i < count; i++) {
		for (int j = 0; j < i; j++) {
			bool other = strcmp(held[i]->uid, held[j]->uid) != 0;
			int64_t from =
				more(more(held[i]->certain_from, held[j]->certain_from), asked->s);

			several = several || other;
			together = together || (other && from <= less(less(held[i]->certain_to,
									   held[j]->certain_to),
								      asked->e));
		}
	}
	if (several)
		snprintf(out, size, "ambiguous %s", together ? "two_holders" : "hand_over");
	else if (best != NULL && (certain || (asked->question->sent &&
					      !another_waits(model, claims, best->uid, asked))))
		snprintf(out, size, "known %s %s", best->kind, best->uid);
	else if (best == NULL && claims->count == 0)
		snprintf(out, size, "known outside");
	else
		snprintf(out, size, "unknown %s",
			 gap                  ? "gap"
			 : early              ? "before_coverage"
			 : best               ? "hand_over"
			 : claims->count == 0 ? "never_seen"
			 : all_after          ? "before_first"
					      : "between_holders");
}

static void ask_model(const struct told *told, size_t count, const struct asked *asked, char *out,
		      size_t size)
{
	const struct timeline_question *question = asked->question;
	struct model *model = model_replay(told, count, question->position);
	struct claims claims = {.count = 0};

	for (int t = 0; t < model->thing_count; t++) {
		claim_pod(model, model->things[t], &question->ip, asked->options->clock, &claims);
		claim_spans(model->things[t], &question->ip, &claims);
	}
	settle(&claims, asked->options->skew_ns);
	judge(model, &claims, gap_over(told, count, asked), asked, out, size);
	model_free(model);
}

static void ask_timeline(struct timeline *timeline, const struct timeline_question *question,
			 char *out, size_t size)
{
	struct timeline_answer answer;

	assert_int_equal(timeline_answer(timeline, question, &answer), 0);
	if (answer.status != TIMELINE_KNOWN)
		snprintf(out, size, "%s %s",
			 answer.status == TIMELINE_AMBIGUOUS ? "ambiguous" : "unknown",
			 answer.reason);
	else if (answer.holder == NULL)
		snprintf(out, size, "known %s", answer.kind);
	else
		snprintf(out, size, "known %s %.*s", answer.kind, (int)answer.holder->uid.length,
			 answer.holder->uid.data);
}

/* Reads the topic's records once. */
static struct told *told_of(const struct topic *topic)
{
	static const char *const types[] = {"", "SYNC_BEGIN", "SYNC_END", "GAP", "PROGRESS"};
	struct told *all = calloc(topic->count, sizeof(*all));

	assert_non_null(all);
	for (size_t r = 0; r < topic->count; r++) {
		struct told *told = &all[r];
		const char *text = "";
		enum scan_outcome outcome;

		told->tree = json_parse(topic->records[r].line, strlen(topic->records[r].line),
					&outcome);
		assert_non_null(told->tree);
		told->offset = (int64_t)r;
		json_text(told->tree, "type", &text);
		for (int t = TOLD_SYNC_BEGIN; t <= TOLD_PROGRESS; t++)
			told->type = strcmp(text, types[t]) == 0 ? (enum told_type)t : told->type;
		told->deleted = strcmp(text, "DELETED") == 0;
		told->resource = KUBE_RESOURCES;
		if (json_text(told->tree, "resource", &text) == JSON_FOUND)
			told->resource = (int)kube_resource_from_name(text, strlen(text));
		told->received = model_moment(told->tree, "received");
		told->known = model_moment(told->tree, "known");
		told->from = model_moment(told->tree, "from");
		told->to = model_moment(told->tree, "to");
		json_object_at(told->tree, "object", &told->object);
		if (json_text(told->tree, "resourceVersion", &text) == JSON_FOUND ||
		    json_text(told->object, "metadata.resourceVersion", &text) == JSON_FOUND)
			told->revision = strtoll(text, NULL, 10);
		json_text(told->object, "metadata.uid", &told->uid);
	}
	return all;
}

static void compare(uint64_t seed)
{
	struct chance chance = {seed + 77};
	struct topic topic = random_topic(seed);
	struct timeline_options options = random_options(&chance);
	struct told *told = told_of(&topic);
	struct timeline *timeline = timeline_open(NULL, &options);

	assert_non_null(timeline);
	for (size_t r = 0; r < topic.count; r++) {
		const char *line = topic.records[r].line, *why;

		assert_in_range(timeline_apply(timeline, (int64_t)r, line, strlen(line), -1, &why),
				TIMELINE_APPLIED, TIMELINE_IGNORED);
	}
	for (int q = 0; q < QUESTIONS; q++) {
		struct timeline_question question =
			random_question(&chance, (int64_t)topic.count - 1);
		struct asked asked = {&question, &options, question.start.ns, question.end.ns};
		char model[160], answer[160], ip[IP_TEXT_SIZE];

		ask_model(told, topic.count, &asked, model, sizeof(model));
		ask_timeline(timeline, &question, answer, sizeof(answer));
		ip_format(&question.ip, ip);
		/* Ranges are not in the model: in one of them nobody was ever seen. */
		if (strcmp(model, answer) != 0 &&
		    !(strcmp(model, "known outside") == 0 && strncmp(answer, "unknown", 7) == 0))
			fail_msg("seed %" PRIu64 ", %s from %" PRId64 " to %" PRId64 " at %" PRId64
				 ": %s, the model %s",
				 seed, ip, asked.s, asked.e, question.position, answer, model);
	}
	timeline_close(timeline);
	for (size_t r = 0; r < topic.count; r++)
		json_free(told[r].tree);
	free(told);
	topic_free(&topic);
}

static void answers_as_the_model_does(void **state)
{
	const char *first = getenv("SEED"), *many = getenv("SEEDS");
	uint64_t seed = first != NULL ? strtoull(first, NULL, 10) : 1;
	uint64_t end = seed + (many ? strtoull(many, NULL, 10) : SEEDS);

	(void)state;
	for (; seed < end; seed++)
		compare(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(answers_as_the_model_does)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
