/* SPDX-License-Identifier: MIT
 *
 * The members of unpeg_recording by name, for what writes and reads them one by one.
 *
 *     for (size_t i = 0; i < RECORDING_NUMBERS; i++)
 *         printf("%s %llu\n", recording_number_name(i), recording_number(recording, i));
 *     recording_set_number(recording, i, 499);
 */
#ifndef UNPEG_MODEL_RECORDING_H
#define UNPEG_MODEL_RECORDING_H

#include "unpeg/profile.h"

enum { RECORDING_NUMBERS = 15, RECORDING_TEXTS = 4 };

const char *recording_number_name(size_t index);
uint64_t recording_number(const unpeg_recording *recording, size_t index);

/* A number that the member cannot hold becomes the largest that it can. */
void recording_set_number(unpeg_recording *recording, size_t index, uint64_t value);

const char *recording_text_name(size_t index);
unpeg_slice recording_text(const unpeg_recording *recording, size_t index);

/* The text is not copied. */
void recording_set_text(unpeg_recording *recording, size_t index, unpeg_slice text);

/* Why a recording without a sample has none. */
unpeg_slice recording_silence(const unpeg_recording *recording);

#endif
