/*
 * mine_dist.h - which distribution a source tree is.
 *
 * Layer: contracts. Private to mine_*.c.
 */
#ifndef CP_CONTRACTS_MINE_DIST_H
#define CP_CONTRACTS_MINE_DIST_H

#include "contracts/mine_source.h"

/*
 * Fills in root, packages, package and version from what the tree says of itself:
 * *.dist-info, *.egg-info, PKG-INFO, else pyproject.toml. A folder that is a package
 * itself is taken as that package alone.
 */
void cp_mine_root(cp_arena *arena, cp_str root, cp_mine_source *source);

#endif
