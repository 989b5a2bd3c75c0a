/* SPDX-License-Identifier: MIT
 *
 * The rules that find the peg and name it, each with its reason. Measured on logs of Node 12 to 26
 * and Chromium 156, with known pegs of 0.3 to 60 s, also on a machine with several times more work
 * than cores.
 *
 *     bool long_enough = duration_us >= PEG_MIN_US;
 *     bool nearly_all = (double)on_stack >= PEG_STUCK_SHARE * (double)voters;
 */
#ifndef UNPEG_VIEW_PEG_RULES_H
#define UNPEG_VIEW_PEG_RULES_H

#include <stdint.h>

/* A stretch is a peg from this length on: a user waits, a health check fails. */
#define PEG_MIN_US INT64_C(1000000)

/* ... or if it is this part of all work, so that a short log of one loop has a peg. */
#define PEG_MIN_SHARE 0.5

/* ... but never under these: the start of Node alone is one stretch of 15 to 70 ms. */
#define PEG_FLOOR_US INT64_C(100000)
#define PEG_FLOOR_TICKS 20

/* The part of the time in which ticks must have come, at their typical spacing, for a thread to
 * count as busy. An overloaded machine took busy threads down to 0.27 over a third of a second. */
#define PEG_BUSY_SHARE 0.25

/* A gap on an overloaded machine (300 ms were seen inside a loop, and five of 40 to 100 ms in a
 * row) is told from waiting by the time around it: busy before and after it, and with the gap, for
 * so many times its length and at least for so long. */
#define PEG_GAP_SURROUNDINGS 2
#define PEG_GAP_SURROUNDINGS_US UINT64_C(1000000)

/* The stuck frame is on the stack in nearly all ticks. Not in all: while a frameless builtin runs,
 * V8 misses the frame that called it. */
#define PEG_STUCK_SHARE 0.95

/* A tick without the call weighs as much as so many with it, so that a run of ticks has a sum
 * above 0 just when the call has PEG_STUCK_SHARE of it: 0.95 / 0.05. */
#define PEG_MISS_COST 19

/* Such ticks come singly between the others. More of them in a row than this (0.5 to the 16th is
 * rare in 60,000 ticks), and than this part of all, are a time without the frame. */
#define PEG_HIDDEN_RUN 16
#define PEG_HIDDEN_RUN_SHARE 0.01

/* A call that began within the stretch is the peg if it holds so much of the stretch ... */
#define PEG_PART_SHARE 0.5

/* ... or if it lasts from anywhere to the end of a log that was cut, for PEG_MIN_US. In both cases
 * so much of its ticks must be in that one part: what comes again and again does return. */
#define PEG_ONCE_SHARE 0.9

/* Stacks cut at their outermost frame vote only if fewer than this part of the others is left. */
#define PEG_WHOLE_SHARE 0.05

/* Each time a search narrows the stretch costs a pass over the tree. */
#define PEG_NARROWINGS 64

/* A cycle is a repeated run of at most PEG_CYCLE_PERIOD functions, at least PEG_CYCLE_REPEATS
 * times and PEG_CYCLE_FRAMES frames: three levels of a recursive descent are no recursion to
 * report. Looked for in at most PEG_CYCLE_SAMPLES stacks, evenly taken, in their inner
 * PEG_CYCLE_DEPTH frames. */
#define PEG_CYCLE_PERIOD 32
#define PEG_CYCLE_REPEATS 4
#define PEG_CYCLE_FRAMES 12
#define PEG_CYCLE_SAMPLES 256
#define PEG_CYCLE_DEPTH 1024

/* A kind of work names the verdict from this share on; of the ticks outside GC for all but GC, as
 * the collector runs for the work and hides it. */
#define PEG_MAJORITY 0.5

/* Native code called in a loop takes a third of the ticks of an ordinary JavaScript loop; beyond
 * this share the calls are the problem, even if each returns. */
#define PEG_NATIVE_MAJORITY 0.7

/* Not pegged, and so much of the time without work: the thread was waiting. */
#define PEG_IDLE_SHARE 0.8

/* Ticks after which numbers are as sure as they get; below, confidence falls in proportion. */
#define PEG_SURE_TICKS 200

/* Shares that would print as 0.0 % are not printed. */
#define PEG_SHOWN_SHARE 0.0005

/* Self ticks in a function that waits make a stretch without JavaScript a wait. */
#define PEG_WAIT_SHARE 0.5

#endif
