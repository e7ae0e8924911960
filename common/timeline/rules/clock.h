/* clock.h - --clock: the evidence that an address's tenure begins with (docs/answers.md section 3). */
#ifndef TENURE_CLOCK_H
#define TENURE_CLOCK_H

enum timeline_clock { TIMELINE_SANDBOX, TIMELINE_STARTED, TIMELINE_ENDPOINT, TIMELINE_RECEIVED };

#endif
