/* lab.h - conntrack's events and the flows of one client, for the tests of translations.h. Times are milliseconds. */
#ifndef TENURE_TEST_NAT_LAB_H
#define TENURE_TEST_NAT_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producers/flows/nat/translations.h"

#define REST_MS 60000
#define IDLE_MS 2000
#define CLIENT "10.9.0.1:4000"
#define SERVICE "10.96.0.10:80"
#define POD "10.9.0.11:8080"
#define OTHER_POD "10.9.0.12:8080"

/* A test's set-up and its end, and the table in between. */
int lab_start(void **state);
int lab_start_of(size_t max);
int lab_finish(void **state);
struct translations *lab_table(void);

struct when lab_at(int64_t ms);
struct translations_tuple lab_tuple(const char *source, const char *destination);
/* A TCP connection of CLIENT to SERVICE, which the pod SERVER answers. */
struct translations_connection lab_connection(uint32_t id, const char *server);

/* What conntrack reports, read at MS; everything before had been read. */
void lab_begin(struct translations_connection told, int64_t ms);
void lab_end(struct translations_connection told, int64_t ms);
void lab_list(struct translations_connection told, int64_t ms);

/* A connection with its SYN, an answer and its end. */
struct flow lab_flow(const char *source, const char *destination, int64_t from, int64_t to);
void lab_assert_said(struct flow flow, enum flow_translated when, const char *source,
		     const char *destination);
/* Nothing is said of a flow; UNSURE: but something might be so. */
void lab_assert_unsaid(struct flow flow, bool unsure);
/* Of a flow from CLIENT to SERVICE. */
void lab_assert_answered_by(const char *server, int64_t from, int64_t to);

#endif
