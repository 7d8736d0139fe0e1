/*
 * patch_cases.h - a folder of the test's own, with files, patches and git in it.
 *
 * Layer: tests. Only for files named test_*.c: it has the state of one test.
 */
#ifndef CP_TESTS_PATCH_CASES_H
#define CP_TESTS_PATCH_CASES_H

#include "harness.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "patches/patch.h"
#include "patch_sites.h"

static char top[64]; /* a folder of the test's own, the current one while it runs */
static char home[4096];
static cp_findings findings;
static plan_text t;
static cp_patches patches;

static inline int begin_patch(void **state)
{
    begin(state);
    findings = (cp_findings){.arena = &arena};
    strcpy(top, "/tmp/test_patch-XXXXXX");
    return !getcwd(home, sizeof home) || !mkdtemp(top) || chdir(top);
}

static inline int run_command(const char *command)
{
    return system(command); /* NOLINT(cert-env33-c): git is what is tested against */
}

static inline int end_patch(void **state)
{
    run_command(cp_str_printf(&arena, "chmod -R u+w %s; rm -rf %s", top, top).ptr);
    return end(state) || chdir(home);
}

static inline void put(const char *path, cp_str text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
    assert_int_equal(fclose(file), 0);
}

static inline cp_str get(const char *path)
{
    cp_source source;
    cp_err err = {0};
    if (cp_source_read(&arena, cp_str_of(path), &source, &err))
        fail_msg("%s", err.msg);
    return source.text;
}

static inline void sh(const char *command)
{
    cp_str quiet = cp_str_printf(&arena, "(%s) >out 2>&1", command);
    if (run_command(quiet.ptr) != 0)
        fail_msg("%s: %s", command, get("out").ptr);
}

static inline void git_start(void)
{
    sh("git init -q . && git config user.name t && git config user.email t@localhost "
       "&& git config core.autocrlf false && echo out >.git/info/exclude "
       "&& echo patches >>.git/info/exclude && git add -A && git commit -qm start");
}

/* Writes `text` to `path` and makes the patches of the casts in it. */
static inline void make_patches(const char *path, cp_str text, const char *casts)
{
    put(path, text);
    t = plan_text_of(&arena, &findings, path, text);
    cp_str rest = cp_str_of(casts);
    while (rest.len) {
        cp_finding *f =
            plan_text_add(&t, "CP101", cp_str_c(&arena, cp_str_next(&rest, '|')));
        assert_non_null(f);
        f->tensor = CP_STR("x");
        f->effect = CP_EFFECT_EXACT;
    }
    cp_err err = {0};
    assert_int_equal(cp_plan_fixes(&arena, &findings, &t.plan, &err), CP_OK);
    assert_int_equal(cp_patches_make(&arena, &t.plan, NULL, NULL, &patches, &err), CP_OK);
}

static inline void write_patches(void)
{
    cp_err err = {0};
    if (cp_patches_write_dir(&arena, &patches, CP_STR("patches"), &err))
        fail_msg("%s", err.msg);
}

static inline void make_sites(void)
{
    assert_int_equal(mkdir("layers", 0777), 0);
    put("layers/moe.py", cp_str_of(patch_sites));
    t = patch_sites_found(&arena, &findings, "layers/moe.py");
    cp_err err = {0};
    assert_int_equal(cp_plan_fixes(&arena, &findings, &t.plan, &err), CP_OK);
    assert_int_equal(cp_patches_make(&arena, &t.plan, NULL, NULL, &patches, &err), CP_OK);
}

#define PATCH(name) cmocka_unit_test_setup_teardown(name, begin_patch, end_patch)

#endif
