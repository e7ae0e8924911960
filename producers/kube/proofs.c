#include "producers/kube/proofs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/program/log.h"
#include "producers/kube/api_reply.h"
#include "producers/kube/evidence.h"
#include "producers/kube/kube_event_add.h"
#include "producers/kube/path.h"

#define LIST_TIMEOUT_S 10L   /* the server waits up to 3 s for its watch cache */
#define LISTEN_TIMEOUT_S 12L /* the server ends it after 1 s */
#define BODY_MAX (4u * 1024 * 1024)
#define SECOND_NS (700 * NS_PER_MS)         /* of the second, with turns of 50 ms */
#define BESIDE_LIST_NS (10 * NS_PER_SECOND) /* between rounds that can bring no PROGRESS */
#define ROUND_NS (20 * NS_PER_SECOND)       /* then it has failed */

void proofs_init(struct proofs *proofs, const char *cluster, int64_t interval_ns,
		 struct watch *watches, struct http *http, uint64_t seed)
{
	*proofs = (struct proofs){
		.cluster = cluster,
		.interval_ns = interval_ns,
		.watches = watches,
		.http = http,
		.began_at = WHEN_MIN,
		.last_known = WHEN_MIN,
		.last_written = WHEN_MIN,
		.problem = "no proof has ended yet",
	};
	retry_init(&proofs->retry, seed);
	for (int i = 0; i < PROOFS_ROUNDS; i++)
		for (int r = 0; r < KUBE_RESOURCES; r++)
			text_init(&proofs->rounds[i].proofs[r].body, BODY_MAX);
}

static void release(struct proof *proof)
{
	http_release(proof->request);
	proof->request = NULL;
	text_free(&proof->body);
}

void proofs_stop(struct proofs *proofs)
{
	for (int i = 0; i < PROOFS_ROUNDS; i++) {
		proofs->failed += proofs->rounds[i].running;
		proofs->rounds[i].running = false;
		for (int r = 0; r < KUBE_RESOURCES; r++)
			release(&proofs->rounds[i].proofs[r]);
	}
	proofs->unanswered = false;
}

static void end_proof(struct proof *proof, enum proof_step step)
{
	proof->step = step;
	release(proof);
}

static void fail(struct proofs *proofs, struct proof_round *round, int r, const char *why)
{
	snprintf(proofs->problem, sizeof(proofs->problem), "%s: %s",
		 kube_resource_name((enum kube_resource)r), why);
	round->failed = true;
	end_proof(&round->proofs[r], PROOF_FAILED);
}

/* The server did not give what was asked for: the next round waits longer each time. */
static void fail_request(struct proofs *proofs, struct proof_round *round, int r,
			 const struct clocks *now)
{
	const struct http_request *request = round->proofs[r].request;
	char why[128];

	if (!round->failed)
		retry_failed(&proofs->retry, now, proofs->interval_ns,
			     request->status != 0 ? RETRY_LONGEST_NS : RETRY_UNREACHED_NS,
			     request->retry_after_s);
	proofs->retry.unreached = request->status == 0;
	if (request->failure != HTTP_FINE)
		snprintf(why, sizeof(why), "%.100s", request->message);
	else
		snprintf(why, sizeof(why), "HTTP %ld", request->status);
	fail(proofs, round, r, why);
}

/* -1 after logging. */
static int send(struct proofs *proofs, struct proof *proof, int r, enum proof_step step)
{
	enum kube_resource resource = (enum kube_resource)r;
	bool list = step != PROOF_LISTENS;
	struct text path;

	http_release(proof->request);
	text_clear(&proof->body);
	proofs->watches[r].stats->requests++;
	proof->taken = 0;
	proof->step = step;
	text_init(&path, 1024);
	if (list)
		path_add_reached(&path, resource, proofs->watches[r].scope,
				 step == PROOF_LEARNS ? 0 : proof->revision);
	else
		path_add_second(&path, resource, proofs->watches[r].scope,
				proof->witness > 0 ? proof->witness - 1
						   : proofs->watches[r].revision);
	proof->request = http_get(proofs->http, text_terminate(&path), path_accept_metadata(list),
				  list ? HTTP_WHOLE : HTTP_STREAM,
				  list ? LIST_TIMEOUT_S : LISTEN_TIMEOUT_S, &proof->body);
	text_free(&path);
	return proof->request != NULL ? 0 : -1;
}

static int begin(struct proofs *proofs, struct proof_round *round, const struct clocks *now)
{
	round->running = true;
	round->failed = false;
	round->asked_at = now->wall;
	round->began_at = proofs->began_at = now->tick;
	round->leader = KUBE_RESOURCES;
	/* Rounds differ in length, and every interval must see a PROGRESS. */
	proofs->retry.at = when_add(now->tick, proofs->interval_ns / 4 * 3);
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		const struct watch *watch = &proofs->watches[r];
		struct proof *proof = &round->proofs[r];
		bool leads = !proofs->own_revisions[r] && round->leader == KUBE_RESOURCES;

		proof->step = PROOF_NONE;
		proof->revision = 0;
		if (!evidence_provable(watch))
			continue;
		proof->era = watch->era;
		proof->before = watch->revision;
		proof->step = PROOF_WAITS;
		if (leads)
			round->leader = r;
		if ((leads || proofs->own_revisions[r]) && send(proofs, proof, r, PROOF_LEARNS) < 0)
			return -1;
	}
	return 0;
}

/* The resource had reached BEFORE when R was asked for, so R cannot be less, unless... */
static void aim(struct proofs *proofs, struct proof_round *round, int r, uint64_t revision)
{
	struct proof *proof = &round->proofs[r];

	if (proof->before <= revision) {
		proof->revision = revision;
		proof->step = PROOF_AIMS;
	} else if (proof->step == PROOF_WAITS) {
		/* ... it is of another etcd than the leader's, or etcd was restored. */
		proofs->own_revisions[r] = true;
		fail(proofs, round, r, "its revisions are not those of the other resources");
	} else {
		/* ... etcd was restored. */
		log_warn("%s: the API server's revisions went back, from %" PRIu64 " to %" PRIu64,
			 kube_resource_name((enum kube_resource)r), proof->before, revision);
		proofs->own_revisions[r] = false;
		fail(proofs, round, r, "its revisions went back");
		watch_relist(&proofs->watches[r], WATCH_WENT_BACK);
	}
}

static void take_list(struct proofs *proofs, struct proof_round *round, int r,
		      const struct clocks *now)
{
	struct proof *proof = &round->proofs[r];
	const struct http_request *request = proof->request;
	struct api_reply_page page;

	server_clock_see(&proofs->clock, round->asked_at, request->date, now->wall, now->tick);
	if (request->failure == HTTP_TIMED_OUT)
		proofs->unanswered = true;
	if (request->status == 504 && proof->step == PROOF_REACHES)
		/* Its watch cache lags, or it counts in revisions of its own. */
		proofs->own_revisions[r] = true;
	if (request->status != 200 || request->failure != HTTP_FINE)
		fail_request(proofs, round, r, now);
	else if (!api_reply_read_page(proof->body.data, proof->body.length, &page) ||
		 (proof->step == PROOF_REACHES && page.revision < proof->revision))
		fail(proofs, round, r, "the answer is not a list of the wanted revision");
	else if (proof->step == PROOF_LEARNS)
		aim(proofs, round, r, page.revision);
}

/* The server no longer has the revision that was asked for. The witness is gone or, without one,
 * history is lost, and the resource's own stream may have stalled before it could say so. */
static void expire(struct proofs *proofs, const struct proof *proof, int r,
		   const struct clocks *now)
{
	struct watch *watch = &proofs->watches[r];

	if (proof->era != watch->era)
		return;
	if (proof->witness == 0)
		evidence_owe(watch, watch->delivered + 1, now);
	else if (watch->witness == proof->witness)
		watch->witness = 0;
}

static void take_change(struct proofs *proofs, struct proof *proof, int r,
			const struct api_reply_change *change, const struct clocks *now)
{
	struct watch *watch = &proofs->watches[r];

	if (proof->era != watch->era || change->type == KUBE_BOOKMARK)
		return;
	if (change->revision == proof->witness) {
		proof->attested = true;
		proof->answered_at = now->tick;
		watch->short_lives = 0; /* the server has the history that the watch wants */
	}
	if (change->revision <= watch->written)
		return;
	proof->heard = true;
	evidence_owe(watch, change->revision, now);
}

/* Reads what the watch has brought. */
static void hear(struct proofs *proofs, struct proof *proof, int r, const struct clocks *now)
{
	const struct text *body = &proof->body;
	const char *end;

	while (proof->taken < body->length &&
	       (end = memchr(body->data + proof->taken, '\n', body->length - proof->taken))) {
		const char *line = body->data + proof->taken;
		struct api_reply_change change;
		struct api_reply_status status;
		bool good = api_reply_read_change(line, (size_t)(end - line), &change);

		proof->taken = (size_t)(end + 1 - body->data);
		if (good && change.type != KUBE_ERROR) {
			take_change(proofs, proof, r, &change, now);
			continue;
		}
		proof->heard = true;
		if (!good)
			continue;
		api_reply_read_status(change.object.bytes, change.object.length, &status);
		if (status.code == 410)
			expire(proofs, proof, r, now);
	}
}

/* The watch has ended. */
static void judge(struct proofs *proofs, struct proof_round *round, int r, const struct clocks *now)
{
	struct proof *proof = &round->proofs[r];
	const struct http_request *request = proof->request;

	if (request->status == 410)
		expire(proofs, proof, r, now);
	if (request->status != 200 || request->failure != HTTP_FINE) {
		fail_request(proofs, round, r, now);
	} else if (proof->heard || proof->taken < proof->body.length) {
		fail(proofs, round, r, "another stream brings more than its watch");
	} else if (proof->witness > 0 && !proof->attested) {
		fail(proofs, round, r, "another stream is silent too");
	} else if (when_since(proof->last_open_at, proof->answered_at) < SECOND_NS) {
		fail(proofs, round, r, "another stream had too little time");
	} else if (proof->connection > 0 && proof->connection != request->connection) {
		fail(proofs, round, r, "the server wants another connection");
	} else {
		evidence_prove(&proofs->watches[r], proof->era, proof->revision, round->asked_at);
		end_proof(proof, PROOF_DONE);
	}
}

static int listen(struct proofs *proofs, struct proof *proof, int r)
{
	const struct http_request *request = proof->request;

	proof->connection = request->multiplexed ? request->connection : 0;
	proof->heard = proof->attested = false;
	proof->witness = proofs->watches[r].witness;
	proof->answered_at = proof->last_open_at = WHEN_MIN;
	return send(proofs, proof, r, PROOF_LISTENS);
}

/* -1 after logging. */
static int advance(struct proofs *proofs, struct proof_round *round, int r,
		   const struct clocks *now)
{
	struct proof *proof = &round->proofs[r];
	struct watch *watch = &proofs->watches[r];
	bool ended = proof->request != NULL && proof->request->ended;

	if (proof->step == PROOF_NONE || proof->step >= PROOF_DONE)
		return 0;
	if (watch->era != proof->era || when_since(now->tick, round->began_at) >= ROUND_NS) {
		fail(proofs, round, r, "its watch began again");
		return 0;
	}
	if (proof->step == PROOF_LISTENS) {
		if (when_is_min(proof->answered_at) && proof->request->status != 0)
			proof->answered_at = now->tick;
		if (!ended)
			proof->last_open_at = now->tick;
		hear(proofs, proof, r, now);
	}
	if (ended && (proof->step == PROOF_LEARNS || proof->step == PROOF_REACHES))
		take_list(proofs, round, r, now);
	else if (proof->step == PROOF_WAITS && round->proofs[round->leader].step == PROOF_FAILED)
		end_proof(proof, PROOF_FAILED);
	else if (proof->step == PROOF_WAITS && round->proofs[round->leader].revision > 0)
		aim(proofs, round, r, round->proofs[round->leader].revision);
	if (proof->revision > 0 && proof->step < PROOF_DONE && watch->revision >= proof->revision) {
		evidence_prove(watch, proof->era, proof->revision, round->asked_at);
		end_proof(proof, PROOF_DONE);
	} else if (proof->step == PROOF_AIMS) {
		return send(proofs, proof, r, PROOF_REACHES);
	} else if (proof->step == PROOF_REACHES && ended) {
		return listen(proofs, proof, r);
	} else if (proof->step == PROOF_LISTENS && ended) {
		judge(proofs, round, r, now);
	}
	return 0;
}

static void end_round(struct proofs *proofs, struct proof_round *round)
{
	for (int r = 0; r < KUBE_RESOURCES; r++)
		if (round->proofs[r].step != PROOF_NONE && round->proofs[r].step < PROOF_DONE)
			return;
	round->running = false;
	proofs->failed += round->failed;
	proofs->done += !round->failed;
	if (!round->failed)
		proofs->retry.failures = 0;
}

static bool due(const struct proofs *proofs, const struct clocks *now)
{
	bool provable = false, listed = false;

	for (int r = 0; r < KUBE_RESOURCES; r++) {
		provable = provable || evidence_provable(&proofs->watches[r]);
		listed = listed || evidence_is_listed(&proofs->watches[r]);
	}
	return provable && retry_due(&proofs->retry, now) &&
	       (!listed || when_since(now->tick, proofs->began_at) >= BESIDE_LIST_NS);
}

int proofs_turn(struct proofs *proofs, const struct clocks *now)
{
	bool is_due;

	if (when_is_min(proofs->began_at))
		proofs->began_at = now->tick;
	is_due = due(proofs, now);
	for (int i = 0; i < PROOFS_ROUNDS; i++) {
		struct proof_round *round = &proofs->rounds[i];

		if (!round->running && is_due) {
			is_due = false;
			if (begin(proofs, round, now) < 0)
				return -1;
		}
		if (!round->running)
			continue;
		for (int r = 0; r < KUBE_RESOURCES; r++)
			if (advance(proofs, round, r, now) < 0)
				return -1;
		end_round(proofs, round);
	}
	return 0;
}

bool proofs_next(struct proofs *proofs, const struct clocks *now, struct text *record)
{
	struct kube_progress progress = {.scope = proofs->watches[KUBE_PODS].scope};
	struct when known = WHEN_MAX;

	for (int r = 0; r < KUBE_RESOURCES; r++) {
		const struct watch *watch = &proofs->watches[r];

		if (watch_left_out(watch))
			continue;
		if (!evidence_provable(watch))
			return false;
		known = when_earlier(known, watch->known);
		progress.revisions[r] = watch->delivered;
		progress.proved[r] = watch->revision;
	}
	/* The wall clock may have been set back. */
	if (when_is_max(known) || when_not_after(known, proofs->last_known) ||
	    when_before(now->received, known))
		return false;
	proofs->written++;
	proofs->last_known = known;
	proofs->last_written = now->tick;
	progress.known = known;
	kube_event_add_progress(record, proofs->cluster, now->received, &progress);
	return true;
}
