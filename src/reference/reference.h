/* SPDX-License-Identifier: MIT
 *
 * What the renderer of the text needs to know of a reference.
 *
 *     if (reference_prints_text(reference))
 *         status = unpeg_prof_report_print(unpeg_reference_report(reference), out);
 *     else
 *         status = reference_print_json(reference, out, error);
 */
#ifndef UNPEG_REFERENCE_REFERENCE_H
#define UNPEG_REFERENCE_REFERENCE_H

#include "unpeg/prof_process.h"

bool reference_prints_text(const unpeg_reference *run);

/* The JSON of --preprocess or --serialize-vm-symbols. */
UNPEG_MUST_CHECK unpeg_status reference_print_json(const unpeg_reference *run,
                                                   const unpeg_writer *out, unpeg_error *error);

#endif
