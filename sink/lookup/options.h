/* options.h - the options of tenure-lookup, and whether they fit together. */
#ifndef TENURE_LOOKUP_OPTIONS_H
#define TENURE_LOOKUP_OPTIONS_H

#include "common/bus/bus.h"
#include "common/timeline/timeline_settings.h"
#include "sink/lookup/lines/line_time.h"
#include "sink/lookup/question.h"
#include "sink/lookup/report.h"
#include "sink/lookup/serve.h"

struct lookup_options {
	struct settings_list kube;
	struct timeline_settings timeline;
	struct bus_options bus;
	bool no_seccomp;
	struct serve_settings serve;
	const char *server; /* that is asked instead */
	/* As the command line has them. */
	struct settings_list names[TIMELINE_NODE + 1]; /* by enum timeline_name_kind */
	struct settings_list at;
	const char *transport;
	int64_t port;
	int format;
	const char *time_zone;
	int64_t time_year; /* 0: the last such day */
	/* What lookup_options_check() makes of these. */
	struct when moments[SETTINGS_LIST_MAX]; /* WHEN_MIN: now */
	size_t moment_count;
	struct report_options report;
	struct lookup_question question; /* without its address and its moment */
	bool annotate;
	int annotate_with; /* enum annotation_with */
	struct line_time line_time;
};

/* Checks the options and the OPERANDS, which end with NULL as argv does, at the wall clock NOW, and
 * fills the rest of *OPTIONS. -1 after logging. */
int lookup_options_check(struct lookup_options *options, char **operands, struct when now);

#endif
