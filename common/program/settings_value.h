/* settings_value.h - the value of one row of a settings table: its text, stored and shown. */
#ifndef TENURE_SETTINGS_VALUE_H
#define TENURE_SETTINGS_VALUE_H

#include "common/program/settings.h"

#define SETTINGS_VALUE_NAME_SIZE 72 /* of a variable's name with its NUL */
#define SETTINGS_VALUE_TEXT_SIZE 128

/* Writes the environment variable of option NAME: "TENURE_CLUSTER_MEMBER" for "cluster-member". */
void settings_value_variable(const char *name, char variable[static SETTINGS_VALUE_NAME_SIZE]);

/* Stores TEXT in ROW's variable; a list grows by it. SOURCE is the option or variable as
 * the user wrote it, and NOW what it calls now. Returns -1 (logged) when ROW does not take TEXT. */
int settings_value_store(const struct setting *row, const char *source, const char *text,
			 struct when now);

/* What ROW takes: "a whole number", "one of table, json or dot". Returns BUFFER or static text. */
const char *settings_value_wanted(const struct setting *row,
				  char buffer[static SETTINGS_VALUE_TEXT_SIZE]);

/* What ROW's variable holds now, or NULL if there is no default to show: a number or duration of 0
 * is one that was not given. */
const char *settings_value_default(const struct setting *row,
				   char buffer[static SETTINGS_VALUE_TEXT_SIZE]);

#endif
