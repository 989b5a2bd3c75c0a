/* SPDX-License-Identifier: MIT
 *
 * Points in time as HTTP and AWS write them, into seconds since 1970.
 *
 *     int64_t unix_s;
 *     time_text_http("Sun, 06 Nov 1994 08:49:37 GMT", &unix_s);
 *     time_text_iso("1994-11-06T08:49:37Z", &unix_s);
 *
 * Always UTC, whatever the locale.
 */
#ifndef UNPEG_STORE_TIME_TEXT_H
#define UNPEG_STORE_TIME_TEXT_H

#include "unpeg/base.h"

/* The one form that servers send (RFC 9110's IMF-fixdate). */
bool time_text_http(const char *text, int64_t *ret_unix_s);

/* Date and time with 'T'; a fraction of a second is cut off; the zone is Z, +hh:mm or -hh:mm. */
bool time_text_iso(const char *text, int64_t *ret_unix_s);

#endif
