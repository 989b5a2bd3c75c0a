/* SPDX-License-Identifier: MIT
 *
 * Which captures of a store the options of list and fetch are about, newest first.
 *
 *     unpeg_listing listing;
 *     status = newest_list(&wanted, store, &listing, &error);
 */
#ifndef UNPEG_CLI_NEWEST_H
#define UNPEG_CLI_NEWEST_H

#include "store_request.h"

/* Fails as unpeg_store_list does, and with NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status newest_list(const store_request *wanted, unpeg_store *store,
                                          unpeg_listing *ret, unpeg_error *error);

#endif
