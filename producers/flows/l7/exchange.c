#include "producers/flows/l7/exchange.h"

#include <string.h>

/* ---- In order ---- */

void exchange_ask_next(struct exchange *exchange, uint8_t kind)
{
	uint32_t number = exchange->asked++;

	exchange->requests++;
	if (exchange->count < EXCHANGE_MAX)
		exchange->items[(exchange->head + exchange->count++) % EXCHANGE_MAX] =
			(struct exchange_item){.id = number, .kind = kind};
}

void exchange_asked_next(struct exchange *exchange, struct when time)
{
	struct exchange_item *last =
		&exchange->items[(exchange->head + exchange->count - 1) % EXCHANGE_MAX];

	if (exchange->count == 0 || last->id != exchange->asked - 1)
		return;
	last->asked = time;
	last->whole = true;
}

struct exchange_item *exchange_next(struct exchange *exchange)
{
	struct exchange_item *item = &exchange->items[exchange->head];

	return exchange->count > 0 && item->id == exchange->answered ? item : NULL;
}

void exchange_answer_next(struct exchange *exchange, struct when time)
{
	struct exchange_item *item = exchange_next(exchange);

	if (item != NULL) {
		exchange_end(exchange, item, time);
		exchange->head = (exchange->head + 1) % EXCHANGE_MAX;
		exchange->count--;
	}
	if (exchange_waiting_next(exchange) > 0)
		exchange->answered++;
}

void exchange_forget_next(struct exchange *exchange)
{
	exchange->answered = exchange->asked;
	exchange->count = 0;
}

/* ---- By number ---- */

struct exchange_item *exchange_find(struct exchange *exchange, uint32_t id)
{
	for (uint32_t i = 0; i < exchange->count; i++) {
		if (exchange->items[i].id == id)
			return &exchange->items[i];
	}
	return NULL;
}

struct exchange_item *exchange_ask(struct exchange *exchange, uint32_t id)
{
	struct exchange_item *item = &exchange->items[exchange->count];

	exchange->requests++;
	if (exchange->count == EXCHANGE_MAX) {
		exchange->unlisted++;
		return NULL;
	}
	exchange->count++;
	*item = (struct exchange_item){.id = id};
	return item;
}

bool exchange_answer_unlisted(struct exchange *exchange)
{
	if (exchange->unlisted == 0)
		return false;
	exchange->unlisted--;
	return true;
}

void exchange_remove(struct exchange *exchange, struct exchange_item *item)
{
	*item = exchange->items[--exchange->count];
}

/* ---- Both ---- */

void exchange_respond(struct exchange *exchange, struct exchange_item *item, unsigned status,
		      struct when time)
{
	exchange->responses++;
	if (status < FLOW_L7_STATUSES)
		exchange->status[status]++;
	if (item == NULL)
		return;
	item->begun = true;
	item->timed = item->whole && when_not_after(item->asked, time);
	if (item->timed)
		times_add(&exchange->first_byte, exchange->blocks,
			  (uint64_t)when_since(time, item->asked));
}

void exchange_end(struct exchange *exchange, const struct exchange_item *item, struct when time)
{
	if (item->timed && when_not_after(item->asked, time))
		times_add(&exchange->last_byte, exchange->blocks,
			  (uint64_t)when_since(time, item->asked));
}

uint32_t exchange_unanswered(const struct exchange *exchange)
{
	uint32_t sum = exchange->unlisted;

	for (uint32_t i = 0; i < exchange->count; i++)
		sum += !exchange->items[(exchange->head + i) % EXCHANGE_MAX].begun;
	/* In order: those that found no room. */
	if (exchange->asked > 0)
		sum += exchange_waiting_next(exchange) - exchange->count;
	return sum;
}

void exchange_take(struct exchange *exchange, bool final, struct flow_l7 *l7)
{
	if (final)
		exchange->unanswered += exchange_unanswered(exchange);
	l7->requests = exchange->requests;
	l7->responses = exchange->responses;
	l7->retries = exchange->retries;
	l7->unanswered = exchange->unanswered;
	l7->one_way = exchange->one_way;
	memcpy(l7->status, exchange->status, sizeof(l7->status));
	memcpy(l7->uncertain, exchange->uncertain, sizeof(l7->uncertain));
	times_take(&exchange->first_byte, exchange->blocks, &l7->first_byte);
	times_take(&exchange->last_byte, exchange->blocks, &l7->last_byte);
	exchange->requests = exchange->responses = 0;
	exchange->retries = exchange->unanswered = exchange->one_way = 0;
	memset(exchange->status, 0, sizeof(exchange->status));
	memset(exchange->uncertain, 0, sizeof(exchange->uncertain));
}
