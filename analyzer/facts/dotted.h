/*
 * dotted.h - what a file is called when it is imported.
 *
 * Layer: facts.
 */
#ifndef CP_FACTS_DOTTED_H
#define CP_FACTS_DOTTED_H

#include "base/str.h"

/* Folders from which names count, by their whole paths; "" where there is none. */
typedef struct cp_dotted_roots {
    cp_arena *arena;
    cp_str around; /* what holds the outermost package around the current folder, else the
                      project that this is part of */
    cp_str outer;  /* the same of the last file that was not below it */
} cp_dotted_roots;

cp_dotted_roots cp_dotted_begin(cp_arena *arena);

/*
 * "a/b/c.py" -> "a.b.c", "a/b/__init__.py" -> "a.b". A path counts from one of the roots,
 * so that a file of a package has its name from wherever it is looked at: within the
 * package, or by a path that leads there from the root of the file system. One in neither
 * package nor project loses its leading "/", "./" and "../" alone.
 */
cp_str cp_dotted_of(cp_dotted_roots *roots, cp_str path);

/* Whether the file is the __init__.py of a package. */
bool cp_dotted_is_package(cp_str path);

#endif
