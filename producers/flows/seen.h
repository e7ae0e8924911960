/* seen.h - up to when all packets of pods' interfaces were read, for --links.
 *
 * Does nothing for a capture that does not pass all its packets on (struct live_options).
 */
#ifndef TENURE_FLOWS_SEEN_H
#define TENURE_FLOWS_SEEN_H

#include "producers/flows/sources.h"

/* The watch of ALL is open, or NULL. */
void seen_begin(struct sources *all);
/* Tells LINKS if packets of SOURCE were missed since all was read. */
void seen_note_missed(const struct sources *all, struct source *source);
/* SOURCE is no longer read, and may be there still. */
void seen_leave(struct sources *all, const struct source *source);
/* Finds the pods' interfaces that are not read. One that stays so is said once, counted, and so is the end of it. */
void seen_look(struct sources *all);
/* All packets that were there at THEN, of the wall clock, have been read and passed on: finds up to when nothing was missed
 * but what LINKS is told of, SEEN. */
void seen_update(struct sources *all, struct when then);
/* The same at the end, if no packet was captured after THEN. */
void seen_end(struct sources *all, struct when then);

#endif
