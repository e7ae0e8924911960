/* reason_words.h - why the holder of an address is not known, in plain words. Pure. */
#ifndef TENURE_REASON_WORDS_H
#define TENURE_REASON_WORDS_H

/* The words for REASON, which docs/answers.md defines in section 6: "no holder then". REASON itself if
 * it is none of those. */
const char *reason_words(const char *reason);

#endif
