/* SPDX-License-Identifier: MIT
 *
 * Every public header, for those who do not want to pick.
 *
 *     #include <unpeg/unpeg.h>
 *
 *     unpeg_source_open("isolate-0x1-2-v8.log", &source, &error);
 *     unpeg_log_load(NULL, source, &profile, &error);
 *     unpeg_report_text(profile, NULL, &out, &error);
 */
#ifndef UNPEG_UNPEG_H
#define UNPEG_UNPEG_H

#include "unpeg/annotate.h"
#include "unpeg/arm.h"
#include "unpeg/base.h"
#include "unpeg/capture.h"
#include "unpeg/capture_key.h"
#include "unpeg/damage.h"
#include "unpeg/hot_code.h"
#include "unpeg/live.h"
#include "unpeg/log.h"
#include "unpeg/log_parser.h"
#include "unpeg/peg.h"
#include "unpeg/pick.h"
#include "unpeg/process.h"
#include "unpeg/prof_process.h"
#include "unpeg/prof_view.h"
#include "unpeg/profile.h"
#include "unpeg/record.h"
#include "unpeg/render.h"
#include "unpeg/replay.h"
#include "unpeg/source.h"
#include "unpeg/status.h"
#include "unpeg/store.h"
#include "unpeg/sweep.h"
#include "unpeg/view.h"
#include "unpeg/writer.h"

/* Of this header. */
#define UNPEG_VERSION "0.1.0"

#endif
