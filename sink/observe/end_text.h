/* end_text.h - an end of a flow in words. Pure.
 *
 * A label has no blanks:
 *
 *   shop/cart-x2x:8080          a pod
 *   node/n1:443                 a node
 *   service/shop/cart:80        a service's address
 *   outside/192.0.2.7:443       an address outside the cluster
 *   unknown/10.244.1.7:8080     nobody knows whose it was
 *   ambiguous/10.244.1.7:8080   it may have been several holders'
 *
 * A pod of a namespace that is called like one of these words is pod/node/n1.
 */
#ifndef TENURE_END_TEXT_H
#define TENURE_END_TEXT_H

#include "common/base/text.h"
#include "common/base/value.h"
#include "common/record/tagged_flow.h"

/* Adds NAME with '?' for each byte that is not visible ASCII. */
void end_text_add_name(struct text *text, const char *name);
void end_text_add_label(struct text *text, const struct tagged_flow_end *end);
/* "10.244.1.7:8080", "[fd00::7]:8080"; without a port only the address. */
void end_text_add_address(struct text *text, const struct tagged_flow_end *end);
/* Its services with commas, else its workload, "deployment/cart"; nothing if it has none. */
void end_text_add_services(struct text *text, const struct tagged_flow_end *end);
/* Why END is not known, the reason's name, and who may have been there, from its TAG:
 * "changing hands (hand_over), maybe shop/a or shop/b". */
void end_text_add_doubt(struct text *text, const struct tagged_flow_end *end, struct value tag);

#endif
