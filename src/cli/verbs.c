/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>

#include "verb.h"

/* clang-format off */
const verb *const verbs[] = {
    &report_verb,
    &line_verb,
    &prof_process_verb,
    &find_verb,
    &dump_verb,
    &record_verb,
    &top_verb,
    &annotate_verb,
    &doctor_verb,
    &arm_verb,
    &sweep_verb,
    &pick_verb,
    &capture_verb,
    &drain_verb,
    &upload_verb,
    &list_verb,
    &fetch_verb,
    &help_verb,
    &version_verb,
    &completion_verb,
    NULL,
};
/* clang-format on */

const verb *verb_find(const char *name)
{
    for (const verb *const *v = verbs; *v; v++)
        if (strcmp((*v)->name, name) == 0)
            return *v;
    return NULL;
}
