/* run_state.h - the records that one meter has made since its start, by their numbers (docs/answers.md section 3,
 * "Interfaces").
 *
 * (1) Numbers that follow each other without a gap are a sequence. A record that came twice or late is in none.
 * (2) It is no part of an answer, and so has no versions: what a sequence confirmed is in confirmed_rows.h.
 */
#ifndef TENURE_RUN_STATE_H
#define TENURE_RUN_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/timeline/store/codec.h"

struct run_state {
	uint64_t greatest;     /* number so far; 0: none */
	uint64_t began;        /* the number that the sequence of GREATEST began with */
	struct when confirmed; /* the greatest in that sequence, or WHEN_MIN */
	struct when latest;    /* the latest time that its records told */
};

struct run_state run_state_none(void);
/* The record NUMBER comes, from 1. Whether it is in a sequence. */
bool run_state_add(struct run_state *state, uint64_t number);
/* A hash of the sequence of GREATEST; RUN is one of the run. Never 0. */
uint64_t run_state_sequence(const struct run_state *state, uint64_t run);

void run_state_write(struct text *value, const struct run_state *state);
bool run_state_read(struct span value, struct run_state *state);

#endif
