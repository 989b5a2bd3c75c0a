/* SPDX-License-Identifier: MIT
 *
 * The format of a raw recording, version 1. All numbers are little-endian; the whole file is one
 * zstd frame (readers take it plain as well).
 *
 *     "UNPEGRAW" u32 version u32 0
 *     then records: u32 type, u32 size, size bytes
 *
 *     HEADER   u32 arch (0 x86-64, 1 aarch64), i32 pid, u32 rate_hz, u32 0, i64 wall_us,
 *              u32 len + path of the program
 *     NOTE     u32 len + name, the rest: a text about the target; a later one of the same name
 *              stands for the earlier
 *     MAPS     /proc/PID/maps as it was; holds from here on
 *     MEMORY   parts of memory that hold from here on: u64 address, u32 len, len bytes, ...
 *     FILE     u32 len + path, then parts of that file: u64 offset, u32 len, len bytes, ...
 *     NAME     u64 program counter, u64 offset in the function, u64 size of the function, u32
 *              reason, u32 len + name: what the native code there is called; reason is an
 *              unpeg_unknown_reason, and not 0 where it has no name
 *     SAMPLE   i64 time_us, i32 tid, u32 flags (1: kept from running before), u64 known (bit n:
 *              DWARF register n), its values in ascending order, u64 address of the stack, the
 *              rest: the bytes of the stack
 *     CODE     u64 program counter, u32 kind, tier, flags, line, column of an unpeg_frame, then u32
 *              len + name, file and tag: what the process itself wrote down about the code that it
 *              generated there; kind 0: nothing any more
 *     PROGRAM  nothing: the process became another program; memory, files, mappings and names from
 *              before hold no more
 *     END      u64 samples, lost, idle, elapsed_us, run_us
 *
 * HEADER comes first, END last; a file without END was cut. The memory that a sample needs comes
 * before the sample; what did not change since it was last written is not written again. Records of
 * a type that is not known are skipped, and so are bytes behind those that a record has here.
 */
#ifndef UNPEG_SAMPLER_RAW_FORMAT_H
#define UNPEG_SAMPLER_RAW_FORMAT_H

#define RAW_MAGIC "UNPEGRAW"

enum {
    RAW_MAGIC_BYTES = 8,
    RAW_VERSION = 1,
    RAW_START_BYTES = 16,
    RAW_RECORD_BYTES_MAX = 128 << 20, /* of one record */
    RAW_PATH_MAX = 4096,
    RAW_FILES_MAX = 1024,
    RAW_NOTES_MAX = 64,
    RAW_NAMES_MAX = 1 << 20,
};

enum { RAW_SAMPLE_KEPT = 1 }; /* flags of a sample */

enum raw_record_type {
    RAW_HEADER = 1,
    RAW_NOTE,
    RAW_MAPS,
    RAW_MEMORY,
    RAW_FILE,
    RAW_SAMPLE,
    RAW_END,
    RAW_NAME,
    RAW_PROGRAM,
    RAW_CODE
};

#endif
