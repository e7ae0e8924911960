/* input.h - the records that a recorder reads, and how far it is with them.
 *
 * (1) A file that begins as no tagged flows do (file_kind.h) is refused: logged, and BUS_BROKEN. One that is still
 *     empty is looked at when it begins.
 */
#ifndef TENURE_GRAPH_INPUT_H
#define TENURE_GRAPH_INPUT_H

#include <stdbool.h>

#include "common/bus/bus.h"
#include "sink/graph/recorder.h"

struct input;

/* Opens the input of RECORDER where reading continues; both are borrowed. NULL after logging. */
struct input *input_open(struct recorder *recorder, const char *address,
			 const struct bus_options *bus);
/* NULL is allowed. */
void input_close(struct input *input);

/* As topic_reader_read(). */
enum bus_status input_read(struct input *input, int timeout_ms, struct bus_record *record);
/* As topic_reader_caught_up(). */
bool input_caught_up(const struct input *input);
/* The program's exit code after BUS_BROKEN. */
int input_exit_code(const struct input *input);

/* Shows how far it is, from time to time, until all that was there at opening is read. */
void input_tell(struct input *input);
/* The same if DUE, and logs it if a signal asks. */
void input_turn(struct input *input, bool due);
/* Shows it no more. */
void input_tell_end(struct input *input);

#endif
