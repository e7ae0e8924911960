/* fault.h - why a record cannot be read: one vocabulary for every reader. Pure. */
#ifndef TENURE_FAULT_H
#define TENURE_FAULT_H

#include <stddef.h>

#define FAULT_MEMBER_SIZE 128 /* of a member's path with its NUL; a longer path is cut */
#define FAULT_WORDS_SIZE 320  /* holds what fault_words() writes */

enum fault_reason {
	FAULT_NONE,
	FAULT_NOT_JSON,
	FAULT_NOT_AN_OBJECT,
	FAULT_TOO_DEEP,
	FAULT_TOO_LARGE,
	FAULT_MEMBER_TWICE,
	FAULT_MISSING_MEMBER,
	FAULT_WRONG_TYPE,
	FAULT_WRONG_VALUE,
	FAULT_ALREADY_TAGGED,
	FAULT_NOT_TAGGED,       /* this and the next four: of a record to revise */
	FAULT_FOREIGN_TAGS,     /* tenure-enrich does not write them so */
	FAULT_ALREADY_REVISED,  /* it is not the first answer */
	FAULT_OTHER_RULES,      /* another version of docs/answers.md answered */
	FAULT_OTHER_POSITION,   /* the first answer had another kube topic, --hold or --skew */
	FAULT_UNKNOWN_TYPE,     /* a kube record of a type that this version does not know */
	FAULT_UNKNOWN_RESOURCE, /* another kind of Kubernetes object */
	FAULT_PRODUCE_FAILED, /* of a flow that was tagged: the broker does not take that record */
	FAULT_REASONS,
};

struct fault {
	enum fault_reason reason;
	char member[FAULT_MEMBER_SIZE]; /* "event.end"; "" where no single member is at fault */
	const char *detail; /* what is needed, or what it is instead; static text, may be NULL */
	size_t at;          /* FAULT_NOT_JSON of a flow: the byte at fault */
};

/* Fills *FAULT and returns -1, for a reader to return. */
int fault_refuse(struct fault *fault, enum fault_reason reason, const char *member,
		 const char *detail);

/* "wrong_type", as counters, messages and the rejected topic have it. */
const char *fault_name(enum fault_reason reason);

/* Writes FAULT in words, "object.metadata.uid is missing", its detail after a colon. */
void fault_words(const struct fault *fault, char words[FAULT_WORDS_SIZE]);

#endif
