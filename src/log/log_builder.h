/* SPDX-License-Identifier: MIT
 *
 * Records of a log into a profile.
 *
 *     log_builder *builder;
 *     log_builder_create(profile, symbols, &builder);
 *     unpeg_log_parser_create(&options, log_builder_record, builder, &parser);
 *     ... feed, finish ...
 *     log_builder_finish(builder);
 *     log_builder_destroy(builder);
 */
#ifndef UNPEG_LOG_BUILDER_H
#define UNPEG_LOG_BUILDER_H

#include "symbol_set.h"
#include "unpeg/log_parser.h"
#include "unpeg/profile.h"

typedef struct log_builder log_builder;

/* The kinds of records that a builder wants, and those it needs before the ticks of a tail. */
extern const uint64_t log_builder_wanted;

/* profile and symbols must outlive the builder. */
UNPEG_MUST_CHECK unpeg_status log_builder_create(unpeg_profile *profile, symbol_set *symbols,
                                                 log_builder **ret);
void log_builder_destroy(log_builder *builder); /* NULL is allowed */

/* An unpeg_record_fn whose user is the builder. */
unpeg_status log_builder_record(void *builder, const unpeg_record *record);

/* Ticks before this time are not taken; INT64_MAX takes none. */
void log_builder_set_start(log_builder *builder, int64_t start_us);

/* Forgets the ticks taken so far, and what was remembered of them. */
void log_builder_drop_ticks(log_builder *builder);

/* Completes what had to wait: late code rows, what became of the libraries. */
UNPEG_MUST_CHECK unpeg_status log_builder_finish(log_builder *builder);

/* Time of the last tick seen, taken or not; INT64_MIN if there was none. */
int64_t log_builder_last_time(const log_builder *builder);

#endif
