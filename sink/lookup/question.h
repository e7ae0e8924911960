/* question.h - one question about an address, and its answer, as every interface asks it.
 *
 * (1) The question is whose packet this was: the address is assumed to have sent one, unless it
 *     only RECEIVED one. With a port it is the server, without one nothing says who began.
 * (2) An answer about now is as of the newest moment that is known.
 */
#ifndef TENURE_QUESTION_H
#define TENURE_QUESTION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/text.h"
#include "common/base/when.h"
#include "common/timeline/timeline.h"

/* How much of the topic the answer may use. */
enum lookup_basis {
	LOOKUP_LAST,     /* all of it */
	LOOKUP_FINAL,    /* what timeline_position_for() finds; all of it if there is nothing yet */
	LOOKUP_POSITION, /* what is up to a given position */
};

struct lookup_question {
	struct ip ip;
	struct when at; /* WHEN_MIN: now, by (2) */
	int32_t port;   /* -1 for none */
	int transport;  /* IANA number, -1 for none */
	bool received;  /* (1) */
	enum lookup_basis basis;
	int64_t position; /* of LOOKUP_POSITION */
};

struct lookup_answer {
	struct timeline_answer answer;
	struct when at;   /* as answered */
	int64_t position; /* as answered, -1 before the first record */
	bool provisional; /* later records may change it */
	bool final; /* its position never changes: found by LOOKUP_FINAL, or given and applied */
	struct when known; /* up to when the cluster is known there; WHEN_MIN: not at all */
};

/* Fills *ANSWER but for its "answer", at the wall clock NOW. -1 after logging. */
int lookup_place(struct timeline *timeline, const struct lookup_question *question, struct when now,
		 struct lookup_answer *answer);

/* The question that ANSWER, placed, is about. */
struct timeline_question lookup_timeline_question(const struct lookup_question *question,
						  const struct lookup_answer *answer);

/* Answers QUESTION at the wall clock NOW. -1 after logging. What ANSWER points at is borrowed until the
 * next question or record. */
int lookup_ask(struct timeline *timeline, const struct lookup_question *question, struct when now,
	       struct lookup_answer *answer);

/* Whether ANSWER, placed, is about a moment after what is known. */
bool lookup_is_after_known(const struct lookup_answer *answer);

/* Adds {"ip":A,"at":T,"position":N,"provisional":true,"known":T,"certain":true,"status":...}, an end
 * of a tagged flow (docs/answers.md section 8) with the question in front. "provisional" is there if
 * it is true, "certain" of a known answer, and "known" is null if nothing is known. After "known"
 * nothing is certain. */
void lookup_answer_json(const struct lookup_question *question, const struct lookup_answer *answer,
			struct text *out);

#endif
