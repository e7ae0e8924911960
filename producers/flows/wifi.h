/* wifi.h - the headers of IEEE 802.11 before LLC, and of radiotap before them. */
#ifndef TENURE_FLOWS_WIFI_H
#define TENURE_FLOWS_WIFI_H

#include <stdbool.h>

#include "producers/flows/cursor.h"
#include "producers/flows/packet.h"

/* Moves CURSOR to the LLC header of a data frame. Returns PACKET_NOT_IP for a frame without data, an
 * encrypted one, and one with several packets (A-MSDU). */
enum packet_verdict wifi_skip(bool radiotap, struct cursor *cursor);

#endif
