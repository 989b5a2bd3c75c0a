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

/* Adds a path of count frames below parent, outermost first, and writes its nodes to ret. All ids
 * must be the profile's. Fails with NO_MEMORY or LIMIT. */
UNPEG_MUST_CHECK unpeg_status profile_add_path(unpeg_profile *profile, unpeg_node_id parent,
                                               const unpeg_frame_id *frames, size_t count,
                                               unpeg_node_id *ret);

/* unpeg_profile_add_frame for a frame whose slices unpeg_profile_intern returned, empty ones too.
 */
UNPEG_MUST_CHECK unpeg_status profile_add_own_frame(unpeg_profile *profile,
                                                    const unpeg_frame *frame, unpeg_frame_id *ret);

/* The kind of a frame, for those who ask at each tick. */
unpeg_frame_kind profile_frame_kind(const unpeg_profile *profile, unpeg_frame_id id);

/* Forgets all ticks; frames and nodes stay. */
void profile_clear_ticks(unpeg_profile *profile);

/* Moves a tick to another node. */
void profile_set_tick_node(unpeg_profile *profile, size_t tick, unpeg_node_id node);

#endif
