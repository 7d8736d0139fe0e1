/*
 * dotted.h - what a file is called when it is imported.
 *
 * Layer: facts.
 */
#ifndef CP_FACTS_DOTTED_H
#define CP_FACTS_DOTTED_H

#include "base/str.h"

/* The whole path of the folder that holds the outermost package around the current
   folder, else of the project that this is part of; "" where it is in neither. */
cp_str cp_dotted_around(cp_arena *arena);

/*
 * "a/b/c.py" -> "a.b.c", "a/b/__init__.py" -> "a.b"; leading "./" and "../" dropped. A
 * relative path counts from `around` where that is not "", so that a file of a package
 * has its name also for who is within the package.
 */
cp_str cp_dotted_of(cp_arena *arena, cp_str path, cp_str around);

#endif
