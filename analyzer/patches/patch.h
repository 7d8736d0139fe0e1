/*
 * patch.h - fixes as unified diffs, as mails for `git am`, and as written files.
 *
 * Layer: patches. Rendering happens in memory; cp_patches_write_dir and
 * cp_patches_apply are the only functions of the program that write to sources or
 * next to them, and both check everything before they write anything.
 *
 * Paths in a diff are relative to the repository that holds the file, so that
 * `git am` works at its root; without a repository they are as the user gave them.
 */
#ifndef CP_PATCHES_PATCH_H
#define CP_PATCHES_PATCH_H

#include "edits/plan.h"

/* What validation said of a fix; {0} where it did not run. */
typedef struct cp_patch_proof {
    cp_str text; /* for people, some lines */
    cp_str json; /* a JSON value, or "" */
} cp_patch_proof;

typedef struct cp_patch {
    const cp_fix *fix;
    cp_patch_proof proof;
    cp_str path;             /* in the diff, after a/ and b/ */
    cp_str subject;          /* one line, valid UTF-8, without "[PATCH …]" */
    cp_str file;             /* "0001-Drop-the-….patch" */
    cp_str diff;             /* as git prints it, from "diff --git" on */
    uint32_t added, removed; /* lines */
} cp_patch;

typedef struct cp_patches {
    cp_patch *items;
    size_t count, room;
} cp_patches;

typedef struct cp_patch_options {
    bool only_exact; /* leave out what is not CP_EFFECT_EXACT */
} cp_patch_options;

/*
 * A patch for each fix of the plan, in its order. `proofs` has one record for each
 * fix, or is NULL. A hunk has three lines of context, fewer (but one) where those
 * are lines of another patch, more where it would fit at several places.
 *
 * CP_ERR_OVERLAP  fixes that are not of one plan
 * CP_ERR_IO       libgit2 could not make the diff; `patches` is empty then
 */
CP_MUST_CHECK cp_status cp_patches_make(cp_arena *arena, const cp_plan *plan,
                                        const cp_patch_proof *proofs,
                                        const cp_patch_options *options,
                                        cp_patches *patches, cp_err *err);

/* All of them as one diff, a section a file. Codes as above. */
CP_MUST_CHECK cp_status cp_patches_diff(cp_arena *arena, const cp_patches *patches,
                                        cp_str *diff, cp_err *err);

/*
 * The mail of patch `number` (from 1) of `total`. It is the same on every run: its
 * date is that of SOURCE_DATE_EPOCH, or a fixed one.
 */
cp_str cp_patch_mail(cp_arena *arena, const cp_patch *patch, size_t number, size_t total);

/* The text of index.json for them. */
cp_str cp_patches_index(cp_arena *arena, const cp_patches *patches);

/*
 * Writes the mails and index.json into the folder `dir`, which is made where it
 * is missing. The patches of an earlier run there go; other files stay.
 *
 * CP_ERR_USAGE  `dir` is no folder, or a file that is not ours has a name of ours
 * CP_ERR_IO     the system refused; what was there before may then be gone
 */
CP_MUST_CHECK cp_status cp_patches_write_dir(cp_arena *arena, const cp_patches *patches,
                                             cp_str dir, cp_err *err);

/* Called for each file that cannot be written. */
typedef void cp_patches_trouble(void *data, cp_str path, const cp_err *err);

typedef struct cp_apply_options {
    const cp_str *roots; /* what the user named: a link out of these is not followed */
    size_t root_count;   /* 0: no link is followed */
    cp_patches_trouble *trouble; /* may be NULL */
    void *data;
} cp_apply_options;

/*
 * Makes the patches in the files themselves, each through a temporary file beside
 * it that is renamed over it. Mode and, where the system allows it, owner stay.
 * `written` is how many files were changed. Nothing is written unless each file
 * still has the bytes that were analysed and can be written.
 *
 * CP_ERR_USAGE    a file changed meanwhile, is read-only, or is a link to elsewhere
 * CP_ERR_OVERLAP  fixes that are not of one plan
 * CP_ERR_IO       the system refused; `written` files were changed before that
 */
CP_MUST_CHECK cp_status cp_patches_apply(cp_arena *arena, const cp_patches *patches,
                                         const cp_apply_options *options, size_t *written,
                                         cp_err *err);

#endif
