/* exchange_outcome.h - the possible results of reading a flow and of writing its outcome, at every
 * level from the Kafka client up to the loop. */
#ifndef TENURE_EXCHANGE_OUTCOME_H
#define TENURE_EXCHANGE_OUTCOME_H

enum exchange_head {
	EXCHANGE_FLOW,
	EXCHANGE_NONE,   /* none right now */
	EXCHANGE_ENDED,  /* no more will come */
	EXCHANGE_FAILED, /* logged */
};

enum exchange_topic { EXCHANGE_TAGGED, EXCHANGE_REJECTED, EXCHANGE_TOPICS };

enum exchange_outcome {
	EXCHANGE_DONE,
	EXCHANGE_REFUSED, /* this record cannot be written; everything else still can */
	EXCHANGE_AGAIN,   /* what is not committed is void: read it again */
	EXCHANGE_BROKEN,  /* logged */
};

#endif
