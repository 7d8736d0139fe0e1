/*
 * project.h - the files of a run, the Python ones as modules that import each other.
 *
 * Layer: facts. A project knows every file that the walk found; only those that
 * mention routing are read at once, in parallel, and an import reads a further
 * one when the flow needs it. Modules are found by the dotted suffix of their
 * path, so no package needs to be installed or to hold an __init__.py.
 * CUDA and C++ files are modules that hold comments alone, where these can be remarks
 * about routing.
 *
 * The project owns the arenas of its modules; they live until it is disposed of.
 */
#ifndef CP_FACTS_PROJECT_H
#define CP_FACTS_PROJECT_H

#include "facts/fact.h"
#include "read/files.h"
#include "read/scan.h"

typedef struct cp_project cp_project;

/* Called for each file that cannot be read; the run goes on. */
typedef void cp_project_trouble(void *data, cp_str path, const cp_err *err);

/*
 * Reads every file of `paths` once and lowers those that hold a needle of
 * `scanner`, on up to `threads` threads. `paths` are sorted and borrowed, and
 * stay the order of the modules. Dispose of the result.
 */
cp_project *cp_project_new(const cp_str *paths, size_t count, const cp_scanner *scanner,
                           int threads, cp_project_trouble *trouble, void *data);

/*
 * The same for the Python files of a set, whose texts are borrowed; but `wanted` says of
 * each file whether it is lowered, given which words of `scanner` it holds (bit i for
 * word i), and files are read whole, not only the functions that hold a needle. It is
 * called from several threads at a time; NULL is as above.
 */
typedef bool cp_project_wanted(cp_str path, uint64_t words);
cp_project *cp_project_new_where(const cp_files *files, const cp_scanner *scanner,
                                 cp_project_wanted *wanted, int threads,
                                 cp_project_trouble *trouble, void *data);

/*
 * A project of one file whose text is at hand (standard input, say); `path` is
 * what it is called, and nothing is read from there.
 */
cp_project *cp_project_of_text(cp_str path, cp_str text);
void cp_project_dispose(cp_project *project);

/* An arena that lives as long as the project. */
cp_arena *cp_project_arena(cp_project *project);

/* The modules read so far, in the order of their paths for those read at once. */
cp_module *const *cp_project_modules(const cp_project *project, size_t *count);
/* How many files were looked at. */
size_t cp_project_file_count(const cp_project *project);

/*
 * The module that `dotted` names when imported from `from`, read now if it was
 * not yet; NULL where the tree holds none, or it cannot be read.
 */
cp_module *cp_project_import(cp_project *project, const cp_module *from, cp_str dotted);

/* The same among the modules that are read already; reads nothing. */
cp_module *cp_project_loaded(cp_project *project, const cp_module *from, cp_str dotted);

#endif
