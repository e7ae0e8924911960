#include "common/program/progress.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/program/log.h"

#define BAR 20 /* characters */
#define TERMINAL_NS (200 * NS_PER_MS)
#define LOG_NS (60 * NS_PER_SECOND)
#define UNSURE_NS NS_PER_SECOND /* before, no rate is worth telling */

int64_t progress_left_ns(const struct progress *progress)
{
	int64_t worked_ns = progress->elapsed_ns - progress->waited_ns;
	double left;

	if (progress->total == 0 || progress->done <= progress->before || worked_ns < UNSURE_NS)
		return -1;
	if (progress->done >= progress->total)
		return 0;
	left = (double)worked_ns * (double)(progress->total - progress->done) /
	       (double)(progress->done - progress->before);
	return left < 9e18 ? (int64_t)left : -1;
}

static double percent(const struct progress *progress)
{
	double part = 100.0 * (double)progress->done / (double)progress->total;

	return part < 100.0 ? part : 100.0;
}

/* So many of UNIT in a second. */
static double rate(const struct progress *progress)
{
	return progress->elapsed_ns > 0 ? (double)progress->count * (double)NS_PER_SECOND /
						  (double)progress->elapsed_ns
					: 0;
}

__attribute__((format(printf, 3, 4))) static void add(char line[static PROGRESS_LINE_SIZE],
						      size_t *length, const char *format, ...)
{
	va_list arguments;
	int added;

	va_start(arguments, format);
	added = vsnprintf(line + *length, PROGRESS_LINE_SIZE - *length, format, arguments);
	va_end(arguments);
	if (added > 0)
		*length += (size_t)added;
	if (*length >= PROGRESS_LINE_SIZE)
		*length = PROGRESS_LINE_SIZE - 1;
}

/* An amount in at most four digits: "812", "81.2 k", "1.25 M". */
static void add_amount(char *line, size_t *length, double amount)
{
	static const char *const prefixes[] = {"", " k", " M", " G", " T", " P", " E"};
	size_t i = 0;

	while (amount >= 1000 && i + 1 < sizeof(prefixes) / sizeof(prefixes[0])) {
		amount /= 1000;
		i++;
	}
	add(line, length,
	    i == 0           ? "%.0f%s"
	    : amount < 99.95 ? "%.3g%s"
			     : "%.0f%s",
	    amount, prefixes[i]);
}

static void add_done(char *line, size_t *length, uint64_t done, bool offsets)
{
	add_amount(line, length, (double)done);
	add(line, length, offsets ? " offsets" : done < 1000 ? " B" : "B");
}

static void add_event(char *line, size_t *length, const char *before, struct when event)
{
	char text[WHEN_TEXT_SIZE];

	if (when_is_min(event))
		return;
	when_format(when_whole_second(event), text);
	add(line, length, "%s%s", before, text);
}

static void format_log(const struct progress *progress, char *line, size_t *length)
{
	int64_t left_ns = progress_left_ns(progress);

	add(line, length, "read=%" PRIu64, progress->done);
	if (progress->total > 0)
		add(line, length, " of=%" PRIu64 " percent=%.1f", progress->total,
		    percent(progress));
	add(line, length, " %s=%" PRIu64 " %s_per_second=%.0f", progress->unit, progress->count,
	    progress->unit, rate(progress));
	add_event(line, length, " event_time=", progress->event);
	if (left_ns >= 0)
		add(line, length, " seconds_left=%" PRId64, left_ns / NS_PER_SECOND);
}

static void format_bar(const struct progress *progress, char *line, size_t *length)
{
	int64_t seconds = progress_left_ns(progress);

	if (progress->total > 0) {
		int filled = (int)(percent(progress) * BAR / 100);

		add(line, length, "[%.*s%*s] %3.0f %%  ", filled, "####################",
		    BAR - filled, "", percent(progress));
	}
	add_done(line, length, progress->done, progress->offsets);
	if (progress->total > 0) {
		add(line, length, " of ");
		add_done(line, length, progress->total, progress->offsets);
	}
	add(line, length, ", ");
	add_amount(line, length, (double)progress->count);
	add(line, length, " %s, ", progress->unit);
	add_amount(line, length, rate(progress));
	add(line, length, "/s");
	add_event(line, length, ", ", progress->event);
	if (seconds < 0)
		return;
	seconds /= NS_PER_SECOND;
	add(line, length, ", %" PRId64 ":%02d:%02d left", seconds / 3600, (int)(seconds / 60 % 60),
	    (int)(seconds % 60));
}

size_t progress_format(const struct progress *progress, bool log,
		       char line[static PROGRESS_LINE_SIZE])
{
	size_t length = 0;

	line[0] = '\0';
	if (log)
		format_log(progress, line, &length);
	else
		format_bar(progress, line, &length);
	return length;
}

/* Of a terminal, without its last column, after which some go to the next line. */
static int width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2)
		return 79;
	return size.ws_col - 1;
}

struct progress_show progress_begin(void)
{
	struct progress_show show = {.terminal = log_is_for_people(), .started = when_steady()};

	show.next = when_add(show.started, show.terminal ? TERMINAL_NS : LOG_NS);
	return show;
}

bool progress_is_due(const struct progress_show *show, struct when now)
{
	return when_not_after(show->next, now);
}

void progress_show(struct progress_show *show, const struct progress *progress, struct when now)
{
	char line[PROGRESS_LINE_SIZE];

	show->next = when_add(now, show->terminal ? TERMINAL_NS : LOG_NS);
	progress_format(progress, !show->terminal, line);
	if (!show->terminal) {
		log_info("%s", line);
		return;
	}
	/* The cursor stays at the line's start, where the next line is written over it. */
	fprintf(stderr, LOG_ERASE "%.*s\r", width(), line);
	fflush(stderr);
	log_erase_before(true);
	show->shown = true;
}

static void fill_times(const struct progress_show *show, struct progress *progress, struct when now)
{
	progress->elapsed_ns = when_since(now, show->started);
	progress->before = show->before;
	progress->waited_ns = show->waited_ns;
}

void progress_tell(struct progress_show *show, struct progress *progress)
{
	struct when now = when_steady();

	if (!show->begun && progress->count > 0) {
		show->begun = true;
		show->before = progress->done;
		show->waited_ns = when_since(now, show->started);
	}
	if (!progress_is_due(show, now))
		return;
	fill_times(show, progress, now);
	progress_show(show, progress, now);
}

void progress_log(const struct progress_show *show, struct progress *progress)
{
	char line[PROGRESS_LINE_SIZE];

	fill_times(show, progress, when_steady());
	progress_format(progress, true, line);
	log_info("%s", line);
}

void progress_end(struct progress_show *show)
{
	if (show->shown)
		fputs(LOG_ERASE, stderr);
	log_erase_before(false);
	show->shown = false;
}
