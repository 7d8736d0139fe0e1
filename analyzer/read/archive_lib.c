#include "read/archive_lib.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

static bool find(void *handle, const char *name, void *slot)
{
    void *found = dlsym(handle, name);
    memcpy(slot, &found, sizeof found);
    return found != NULL;
}

cp_status archive_lib_load(archive_lib *lib, cp_err *err)
{
    void *handle = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        handle = dlopen("libarchive.so", RTLD_NOW | RTLD_LOCAL);
    bool complete = handle != NULL;
#define ARCHIVE_FIND(name) complete = complete && find(handle, #name, &lib->name);
    ARCHIVE_FUNCTIONS(ARCHIVE_FIND)
#undef ARCHIVE_FIND
    return complete ? CP_OK
                    : cp_fail(err, CP_ERR_IO,
                              "it takes libarchive 3 to read it, which was not found "
                              "(Debian: libarchive13); install that, or unpack the "
                              "archive and name the folder");
}
