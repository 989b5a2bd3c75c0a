/* SPDX-License-Identifier: MIT
 *
 * One row of a V8 log, decoded.
 *
 *     static unpeg_status on_record(void *user, const unpeg_record *record)
 *     {
 *         if (record->kind == UNPEG_RECORD_TICK)
 *             count(user, record->u.tick.pc);
 *         return UNPEG_OK;
 *     }
 *
 * Slices in a record point into the parser's input and live until the callback returns; they are
 * raw, that is still escaped the way V8 wrote them (parser/README.md, "Escaping"). The format is
 * V8's src/logging/log.cc; which release writes what is in parser/README.md.
 */
#ifndef UNPEG_RECORD_H
#define UNPEG_RECORD_H

#include "unpeg/base.h"
#include "unpeg/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Kind, event name. Rows with a member in the union below are decoded; every other kind carries
 * its fields as one raw slice (u.other) for unpeg_record_print. */
#define UNPEG_RECORD_LIST(X)                                                                       \
    X(TICK, "tick")                                                                                \
    X(CODE_CREATION, "code-creation")                                                              \
    X(CODE_MOVE, "code-move")                                                                      \
    X(SFI_MOVE, "sfi-move")                                                                        \
    X(CODE_DELETE, "code-delete")                                                                  \
    X(CODE_SOURCE_INFO, "code-source-info")                                                        \
    X(SCRIPT_SOURCE, "script-source")                                                              \
    X(SHARED_LIBRARY, "shared-library")                                                            \
    X(SHARED_LIBRARY_END, "shared-library-end")                                                    \
    X(V8_VERSION, "v8-version")                                                                    \
    X(V8_PLATFORM, "v8-platform")                                                                  \
    X(PROFILER, "profiler")                                                                        \
    X(CODE_DEOPT, "code-deopt")                                                                    \
    X(NEW, "new")                                                                                  \
    X(DELETE, "delete")                                                                            \
    X(CURRENT_TIME, "current-time")                                                                \
    X(ACTIVE_RUNTIME_TIMER, "active-runtime-timer")                                                \
    X(SCAVENGE, "scavenge")                                                                        \
    X(MARKCOMPACT, "markcompact")                                                                  \
    X(CODE_DISABLE_OPTIMIZATION, "code-disable-optimization")                                      \
    X(CODE_DISASSEMBLE, "code-disassemble")                                                        \
    X(CODE_MOVING_GC, "code-moving-gc")                                                            \
    X(SNAPSHOT_CODE_NAME, "snapshot-code-name")                                                    \
    X(BYTECODE_FLUSH, "bytecode-flush")                                                            \
    X(HEAP_CAPACITY, "heap-capacity")                                                              \
    X(HEAP_AVAILABLE, "heap-available")                                                            \
    X(HEAP_SAMPLE_BEGIN, "heap-sample-begin")                                                      \
    X(HEAP_SAMPLE_END, "heap-sample-end")                                                          \
    X(HEAP_SAMPLE_ITEM, "heap-sample-item")                                                        \
    X(FEEDBACK_VECTOR, "feedback-vector")                                                          \
    X(LOAD_IC, "LoadIC")                                                                           \
    X(STORE_IC, "StoreIC")                                                                         \
    X(KEYED_LOAD_IC, "KeyedLoadIC")                                                                \
    X(KEYED_STORE_IC, "KeyedStoreIC")                                                              \
    X(LOAD_GLOBAL_IC, "LoadGlobalIC")                                                              \
    X(STORE_GLOBAL_IC, "StoreGlobalIC")                                                            \
    X(STORE_IN_ARRAY_LITERAL_IC, "StoreInArrayLiteralIC")                                          \
    X(MAP, "map")                                                                                  \
    X(MAP_CREATE, "map-create")                                                                    \
    X(MAP_DETAILS, "map-details")                                                                  \
    X(MAP_MOVE, "map-move")                                                                        \
    X(FUNCTION, "function")                                                                        \
    X(SCRIPT, "script")                                                                            \
    X(SCRIPT_DETAILS, "script-details")                                                            \
    X(COMPILATION_CACHE, "compilation-cache")                                                      \
    X(TIMER_EVENT_START, "timer-event-start")                                                      \
    X(TIMER_EVENT_END, "timer-event-end")                                                          \
    X(TIMER_EVENT, "timer-event")                                                                  \
    X(API, "api")                                                                                  \
    X(SUSPECT_READ, "suspect-read")

typedef enum unpeg_record_kind {
#define UNPEG_RECORD_ENUM(name, event) UNPEG_RECORD_##name,
    UNPEG_RECORD_LIST(UNPEG_RECORD_ENUM)
#undef UNPEG_RECORD_ENUM
        UNPEG_RECORD_KIND_COUNT
} unpeg_record_kind;

/* v8-version,major,minor,build,patch,[embedder],candidate */
typedef struct unpeg_v8_version {
    uint32_t major, minor, build, patch;
    unpeg_slice embedder; /* "-node.38"; empty in Chromium */
    bool candidate;
} unpeg_v8_version;

/* shared-library,path,start,end,aslr_slide. start is the mapping's start minus its file offset, so
 * address - start is a file offset (V8 src/base/platform/platform-linux.cc). */
typedef struct unpeg_shared_library {
    unpeg_slice path;
    unpeg_addr start, end;
    int64_t slide;
} unpeg_shared_library;

typedef struct unpeg_profiler_row {
    bool begin;           /* profiler,begin,INTERVAL or profiler,end */
    uint64_t interval_us; /* 0 when not begin */
} unpeg_profiler_row;

/* code-creation,tag,kind,time,address,size,name[,sfi,marker]. name is raw and may hold commas
 * and, where a row was joined over lines, newlines. */
typedef struct unpeg_code_creation {
    unpeg_slice tag;
    int64_t kind; /* V8's CodeKind, numbered differently by each release */
    int64_t time_us;
    unpeg_addr address;
    uint64_t size_bytes;
    unpeg_slice name;
    bool has_function; /* the 9-field form: function and marker are set */
    unpeg_addr function;
    unpeg_slice marker; /* "", "~", "^", "+", "*", with "o" in front and "'" behind since V8 14 */
} unpeg_code_creation;

/* code-move, sfi-move: from, to; code-delete: from. */
typedef struct unpeg_move {
    unpeg_addr from, to;
} unpeg_move;

/* tick,pc,time,is_external_callback,tos_or_callback,vm_state[,overflow][,frame...].
 * frames is the raw rest of the row after vm_state, beginning with the comma of its first frame,
 * without a leading ",overflow"; empty when there are none. */
typedef struct unpeg_tick_row {
    unpeg_addr pc;
    int64_t time_us;
    bool is_external_callback;
    unpeg_addr tos_or_callback;
    int32_t vm_state; /* -1 when the row ends before it */
    bool overflow;    /* samples were lost before this one */
    unpeg_slice frames;
} unpeg_tick_row;

/* new,kind,address,size */
typedef struct unpeg_allocation {
    unpeg_slice kind; /* "CodeRange", "MemoryChunk" */
    unpeg_addr address;
    uint64_t size_bytes;
} unpeg_allocation;

/* code-source-info,address,script,start,end,positions,inlining,functions: the grammar of the three
 * raw slices is in parser/README.md. */
typedef struct unpeg_code_source_info {
    unpeg_addr address;
    int64_t script;
    int64_t start, end; /* UTF-16 units from the script's start */
    unpeg_slice positions, inlining, functions;
} unpeg_code_source_info;

/* script-source,id,url,source */
typedef struct unpeg_script_source {
    int64_t script;
    unpeg_slice url, source;
} unpeg_script_source;

/* code-deopt,time,size,address,inlining,offset,kind,location,reason */
typedef struct unpeg_code_deopt {
    int64_t time_us;
    uint64_t size_bytes;
    unpeg_addr address;
    int64_t inlining_id, script_offset;
    unpeg_slice kind, location, reason;
} unpeg_code_deopt;

typedef struct unpeg_record {
    unpeg_record_kind kind;
    uint64_t line;   /* from 1; the first line of a joined row */
    uint64_t offset; /* byte offset of the row in the input */
    unpeg_slice row; /* the whole row without its line end */
    bool cut;        /* the input ends in this row, without a line end: it may be incomplete */
    union {
        unpeg_v8_version version;
        unpeg_shared_library library;
        unpeg_profiler_row profiler;
        unpeg_code_creation code_creation;
        unpeg_move move;
        unpeg_tick_row tick;
        unpeg_allocation allocation;
        unpeg_code_source_info source_info;
        unpeg_script_source script_source;
        unpeg_code_deopt deopt;
        int64_t time_us;   /* current-time */
        unpeg_slice other; /* everything after the event name's comma */
    } u;
} unpeg_record;

/* The event name of a kind ("code-creation"); static. */
UNPEG_API const char *unpeg_record_name(unpeg_record_kind kind);

/* Receives each record. Anything but UNPEG_OK stops the parser and is what it returns. */
typedef unpeg_status (*unpeg_record_fn)(void *user, const unpeg_record *record);

/* Writes the record as one line of printable ASCII without a newline, "kind key=value ...", cut at
 * size - 1 bytes and always terminated. Returns the length the whole text has (as snprintf does).
 */
UNPEG_API size_t unpeg_record_print(const unpeg_record *record, char *buffer, size_t size);

#ifdef __cplusplus
}
#endif
#endif
