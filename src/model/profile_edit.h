/* SPDX-License-Identifier: MIT
 *
 * Changes to a profile that only its producer makes.
 *
 *     unpeg_frame_id *map = ...;            (map[old] = new, identity where nothing changes)
 *     profile_merge_frames(profile, map);
 */
#ifndef UNPEG_MODEL_PROFILE_EDIT_H
#define UNPEG_MODEL_PROFILE_EDIT_H

#include "unpeg/profile.h"

/* Replaces frame f by map[f] in the whole tree, merging nodes that become equal. map has one entry
 * for each frame. Frames that are no longer used stay in the table. Fails with NO_MEMORY, leaving
 * the profile as it was. */
UNPEG_MUST_CHECK unpeg_status profile_merge_frames(unpeg_profile *profile,
                                                   const unpeg_frame_id *map);

/* Forgets all ticks; frames and nodes stay. */
void profile_clear_ticks(unpeg_profile *profile);

/* Moves a tick to another node. */
void profile_set_tick_node(unpeg_profile *profile, size_t tick, unpeg_node_id node);

#endif
