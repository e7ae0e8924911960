/* watch_steps.h - the steps of the tests of a watch. */
#ifndef TENURE_TEST_WATCH_STEPS_H
#define TENURE_TEST_WATCH_STEPS_H

#include <stdint.h>

#include "producers/kube/watch.h"

#define OBJECT(revision) "{'metadata':{'uid':'u','name':'n','resourceVersion':'" revision "'}}"
#define LINE(type, revision) "{'type':'" type "','object':" OBJECT(revision) "}\n"

/* Counters of the watch that began last. */
extern struct watch_stats steps_stats;

/* 2026-01-01T00:00:00Z and some seconds. */
struct when steps_at(int64_t seconds);
/* Every clock shows this instant. */
const struct clocks *steps_now(int64_t seconds);
void steps_begin(struct watch *watch, enum kube_resource resource);
/* The request brings TEXT. */
void steps_bring(struct watch *watch, const char *text);
/* The next record as its type and revision, or as GAP and its reason; "" for none. */
const char *steps_next(struct watch *watch, const struct clocks *clocks);
void steps_ask(struct watch *watch, const char *path_begins, int64_t second);
void steps_answer_list(struct watch *watch, const char *page, int64_t second);
/* Lists no pods at revision 10 and opens the watch. */
void steps_open_watch(struct watch *watch);

#endif
