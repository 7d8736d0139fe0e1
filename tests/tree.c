#include "tree.h"

#include "harness.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <git2.h>

static char folder[64];

int cp_tree_begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/castproof-test-XXXXXX");
    return !mkdtemp(folder) || chdir(folder) || setenv("HOME", folder, 1) ||
           unsetenv("XDG_CONFIG_HOME");
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info;
    (void)type;
    (void)at;
    return remove(path);
}

int cp_tree_end(void)
{
    return chdir("/") || nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *cp_tree_path(void)
{
    return folder;
}

void cp_tree_put(const char *path, const char *text)
{
    char copy[4096];
    snprintf(copy, sizeof copy, "%s", path);
    for (char *slash = copy; (slash = strchr(slash + 1, '/')) != NULL; *slash = '/') {
        *slash = '\0';
        mkdir(copy, 0755);
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

void cp_tree_put_all(const char *paths)
{
    char copy[4096];
    snprintf(copy, sizeof copy, "%s", paths);
    for (char *next, *path = strtok_r(copy, " ", &next); path;
         path = strtok_r(NULL, " ", &next))
        cp_tree_put(path, "x = 1\n");
}

void cp_tree_repository(const char *path)
{
    git_repository *repo = NULL;
    git_libgit2_init();
    assert_int_equal(git_repository_init(&repo, path, 0), 0);
    git_repository_free(repo);
    git_libgit2_shutdown();
}
