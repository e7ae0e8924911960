/* timeline_settings.h - the options of every program that queries a timeline. */
#ifndef TENURE_TIMELINE_SETTINGS_H
#define TENURE_TIMELINE_SETTINGS_H

#include "common/program/settings.h"
#include "common/timeline/timeline.h"

struct timeline_settings {
	struct timeline_options options;
	struct settings_list ranges, labels, annotations;
	int clock;         /* enum timeline_clock */
	const char *state; /* directory; NULL for a temporary timeline */
};

/* The names of enum timeline_clock, in its order, then NULL. */
extern const char *const timeline_settings_clocks[];

#define TIMELINE_SETTINGS_DEFAULT                          \
	{                                                  \
		.options = {.hold_ns = 10 * NS_PER_SECOND, \
			    .skew_ns = 500 * NS_PER_MS,    \
			    .kube_from = WHEN_MIN,         \
			    .kube_until = WHEN_MIN},       \
		.clock = TIMELINE_SANDBOX                  \
	}

/* The rows of a program's table. WITHOUT says what happens without --state. */
#define TIMELINE_SETTINGS(s, without)                                                              \
	SETTING_TEXT("state", 0, "DIR", &(s)->state,                                               \
		     "directory that keeps the timeline between runs; without it, " without),      \
		SETTING_TEXT("cluster", 0, "NAME", &(s)->options.cluster,                          \
			     "the cluster to ask about; required if the kube topic has several"),  \
		SETTING_DURATION("hold", 0, "DURATION", &(s)->options.hold_ns,                     \
				 "how far past a moment the kube topic must reach before the "     \
				 "answer is final"),                                               \
		SETTING_DURATION("skew", 0, "DURATION", &(s)->options.skew_ns,                     \
				 "how far two clocks may differ"),                                 \
		SETTING_DURATION("retention", 0, "DURATION", &(s)->options.retention_ns,           \
				 "how long to remember what has ended, such as 30d; without it, "  \
				 "forever"),                                                       \
		SETTING_CHOICE("clock", 0, "EVIDENCE", timeline_settings_clocks, &(s)->clock,      \
			       "the evidence that starts a tenure"),                               \
		SETTING_WHEN("kube-from", 0, "TIME", &(s)->options.kube_from,                      \
			     "when the recording of the watch events began, if kubectl wrote "     \
			     "them"),                                                              \
		SETTING_WHEN("kube-until", 0, "TIME", &(s)->options.kube_until,                    \
			     "when the recording of the watch events ended; without it, at the "   \
			     "last record"),                                                       \
		SETTING_LIST("cluster-cidr", 0, "RANGE", &(s)->ranges,                             \
			     "a range of addresses that belongs to the cluster; may be repeated"), \
		SETTING_LIST("label", 0, "KEY", &(s)->labels,                                      \
			     "a label of pods that answers show; may be repeated"),                \
		SETTING_LIST("annotation", 0, "KEY", &(s)->annotations,                            \
			     "an annotation of pods that answers show; may be repeated")

/* Completes the options from what the table read as text. -1 after logging. */
int timeline_settings_check(struct timeline_settings *settings);

/* Opens the timeline inside the directory --state, which it creates if necessary. Returns NULL
 * after logging. */
struct timeline *timeline_settings_open(const struct timeline_settings *settings);

/* Checks that TIMELINE, which has read ADDRESS, knows which cluster answers. -1 after logging if
 * there are several and none is named, or if a complete topic does not contain the one that is
 * named. */
int timeline_settings_check_cluster(const struct timeline_settings *settings,
				    const struct timeline *timeline, const char *address);

#endif
