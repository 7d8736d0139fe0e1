#include "parse/cuda.h"

#include <dlfcn.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "read/path.h"

/*
 * The part of libclang's C interface that is used here, declared by hand so that the
 * build needs no header of it. These have been the same since libclang 3.9.
 */
typedef struct clang_cursor {
    int kind, more;
    const void *data[3];
} clang_cursor;
typedef struct clang_string {
    const void *data;
    unsigned flags;
} clang_string;
typedef struct clang_location {
    const void *data[2];
    unsigned more;
} clang_location;
typedef struct clang_range {
    const void *data[2];
    unsigned start, end;
} clang_range;
typedef struct clang_unsaved {
    const char *name, *text;
    unsigned long len;
} clang_unsaved;
typedef int clang_visitor(clang_cursor, clang_cursor, void *);

struct cp_cuda_library {
    void *(*create_index)(int, int);
    void (*dispose_index)(void *);
    int (*parse)(void *, const char *, const char *const *, int, clang_unsaved *,
                 unsigned, unsigned, void **);
    void (*dispose_unit)(void *);
    clang_cursor (*unit_cursor)(void *);
    unsigned (*visit)(clang_cursor, clang_visitor *, void *);
    clang_range (*extent)(clang_cursor);
    clang_location (*range_start)(clang_range);
    clang_location (*range_end)(clang_range);
    void (*expansion)(clang_location, void **, unsigned *, unsigned *, unsigned *);
    void *(*file)(void *, const char *);
    clang_string (*version)(void);
    const char *(*c_string)(clang_string);
    void (*dispose_string)(clang_string);
    const char *name;
};

enum {
    CURSOR_UNEXPOSED = 1,
    CURSOR_STRUCT = 2,
    CURSOR_UNION = 3,
    CURSOR_CLASS = 4,
    CURSOR_ENUM = 5,
    CURSOR_FUNCTION = 8,
    CURSOR_METHOD = 21,
    CURSOR_NAMESPACE = 22,
    CURSOR_LINKAGE = 23,
    CURSOR_CONSTRUCTOR = 24,
    CURSOR_CONVERSION = 26,
    CURSOR_FUNCTION_TEMPLATE = 30,
    CURSOR_CLASS_TEMPLATE = 31,
    CURSOR_PARTIAL = 32,
    VISIT_CONTINUE = 1,
    VISIT_RECURSE = 2,
    PARSE_INCOMPLETE = 0x02,
    PARSE_SKIP_BODIES = 0x40,
    PARSE_KEEP_GOING = 0x200,
};

static bool find_functions(void *handle, cp_cuda_library *library)
{
    const struct {
        const char *name;
        void *slot;
    } wanted[] = {
        {"clang_createIndex", &library->create_index},
        {"clang_disposeIndex", &library->dispose_index},
        {"clang_parseTranslationUnit2", &library->parse},
        {"clang_disposeTranslationUnit", &library->dispose_unit},
        {"clang_getTranslationUnitCursor", &library->unit_cursor},
        {"clang_visitChildren", &library->visit},
        {"clang_getCursorExtent", &library->extent},
        {"clang_getRangeStart", &library->range_start},
        {"clang_getRangeEnd", &library->range_end},
        {"clang_getExpansionLocation", &library->expansion},
        {"clang_getFile", &library->file},
        {"clang_getClangVersion", &library->version},
        {"clang_getCString", &library->c_string},
        {"clang_disposeString", &library->dispose_string},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        void *found = dlsym(handle, wanted[i].name);
        if (!found)
            return false;
        memcpy(wanted[i].slot, &found, sizeof found);
    }
    return true;
}

/* The library of that file name, or NULL. */
static const cp_cuda_library *open_library(cp_arena *arena, const char *name)
{
    void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        return NULL;
    cp_cuda_library *library = cp_new(arena, cp_cuda_library, 1);
    if (!find_functions(handle, library)) {
        dlclose(handle);
        return NULL;
    }
    clang_string version = library->version();
    library->name = cp_str_c(arena, cp_str_of(library->c_string(version)));
    library->dispose_string(version);
    return library;
}

/* The folder of the running program, ready to stand in a pattern; "" where unknown. */
static cp_str program_folder(cp_arena *arena)
{
    cp_str path = cp_path_parent(cp_path_program(arena));
    cp_buf folder = {.arena = arena};
    for (size_t i = 0; i < path.len; i++)
        cp_buf_printf(&folder, strchr("\\*?[", path.ptr[i]) ? "\\%c" : "%c", path.ptr[i]);
    return cp_buf_str(&folder);
}

/* That of PyPI's package `libclang` where this program was installed by pip as well. */
static const cp_cuda_library *open_beside(cp_arena *arena)
{
    static const char *const places[] = {"/../lib*/python3*/*-packages", "/.."};
    const cp_cuda_library *library = NULL;
    cp_str folder = program_folder(arena);
    for (size_t i = 0; !library && i < sizeof places / sizeof *places; i++) {
        glob_t found = {0};
        cp_str pattern = cp_str_printf(arena, "%.*s%s/clang/native/libclang.so",
                                       CP_STR_ARGS(folder), places[i]);
        if (glob(pattern.ptr, 0, NULL, &found) == 0)
            for (size_t n = found.gl_pathc; !library && n > 0; n--)
                library = open_library(arena, found.gl_pathv[n - 1]);
        globfree(&found);
    }
    return library;
}

cp_status cp_cuda_load(cp_arena *arena, const cp_cuda_library **library, cp_err *err)
{
    static const char *const forms[] = {"libclang-%d.so.1", "libclang-%d.so.%d",
                                        "/usr/lib/llvm-%d/lib/libclang.so.1",
                                        "libclang.so.%d"};
    const char *asked = getenv("CASTPROOF_LIBCLANG");
    if (asked) {
        *library = open_library(arena, asked);
        return *library ? CP_OK
                        : cp_fail(err, CP_ERR_IO,
                                  "CASTPROOF_LIBCLANG names %s, which is no libclang "
                                  "that can be loaded",
                                  asked);
    }
    if ((*library = open_beside(arena)))
        return CP_OK;
    for (int version = 30; version >= 14; version--) {
        for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
            cp_str name = cp_str_printf(arena, forms[i], version, version);
            if ((*library = open_library(arena, name.ptr)))
                return CP_OK;
        }
    }
    if ((*library = open_library(arena, "libclang.so")))
        return CP_OK;
    return cp_fail(err, CP_ERR_IO,
                   "CUDA and C++ files were not read: libclang 14 or newer was not found "
                   "(pip install 'castproof[cuda]'; Debian: libclang-19-dev; or set "
                   "CASTPROOF_LIBCLANG to its path)");
}

const char *cp_cuda_version(const cp_cuda_library *library)
{
    return library->name;
}

typedef struct collector {
    const cp_cuda_library *library;
    void *main_file; /* declarations of the shim are left out */
    cp_arena *arena;
    cp_cuda_decl *decls;
    size_t count, room;
} collector;

static int kind_of(int cursor)
{
    switch (cursor) {
    case CURSOR_FUNCTION:
    case CURSOR_METHOD:
    case CURSOR_CONSTRUCTOR:
    case CURSOR_CONVERSION:
    case CURSOR_FUNCTION_TEMPLATE:
        return CP_CUDA_FUNCTION;
    case CURSOR_STRUCT:
    case CURSOR_UNION:
    case CURSOR_CLASS:
    case CURSOR_CLASS_TEMPLATE:
    case CURSOR_PARTIAL:
        return CP_CUDA_CLASS;
    case CURSOR_ENUM:
        return CP_CUDA_ENUM;
    case CURSOR_NAMESPACE:
        return CP_CUDA_NAMESPACE;
    default:
        return -1;
    }
}

static int collect(clang_cursor cursor, clang_cursor parent, void *data)
{
    (void)parent;
    collector *c = data;
    const cp_cuda_library *library = c->library;
    int kind = kind_of(cursor.kind);
    bool linkage = cursor.kind == CURSOR_LINKAGE || cursor.kind == CURSOR_UNEXPOSED;
    if (kind < 0 && !linkage)
        return VISIT_CONTINUE;
    clang_range range = library->extent(cursor);
    cp_cuda_decl decl = {.kind = kind < 0 ? CP_CUDA_NAMESPACE : (cp_cuda_kind)kind};
    void *file = NULL;
    library->expansion(library->range_start(range), &file, NULL, NULL, &decl.start);
    if (file != c->main_file)
        return VISIT_CONTINUE;
    if (linkage)
        return VISIT_RECURSE;
    library->expansion(library->range_end(range), NULL, NULL, NULL, &decl.end);
    if (decl.end > decl.start)
        cp_push(c->arena, c->decls, c->count, c->room, decl);
    return kind == CP_CUDA_FUNCTION || kind == CP_CUDA_ENUM ? VISIT_CONTINUE
                                                            : VISIT_RECURSE;
}

static int by_start(const void *a, const void *b)
{
    const cp_cuda_decl *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->end != y->end ? (x->end > y->end ? -1 : 1) : 0;
}

static bool is_cuda(cp_str path)
{
    return cp_str_ends(path, CP_STR(".cu")) || cp_str_ends(path, CP_STR(".cuh"));
}

cp_status cp_cuda_parse(const cp_cuda_library *library, cp_arena *arena, cp_str path,
                        cp_str text, cp_cuda_decl **decls, size_t *count, cp_err *err)
{
    /* Not the file's own place, so that nothing beside it is included. */
    static const char unit_name[] = "/castproof/unit.cu", shim_name[] = "/castproof/shim";
    static const char *const cuda[] = {
        "-x",         "cuda",       "--cuda-host-only", "-nocudainc",
        "-nocudalib", "-std=c++17", "-nostdinc",        "-nostdinc++",
        "-w",         "-include",   "/castproof/shim",  "-ferror-limit=0"};
    static const char *const plain[] = {
        "-x", "c++",      "-std=c++17",      "-nostdinc",      "-nostdinc++",
        "-w", "-include", "/castproof/shim", "-ferror-limit=0"};
    bool with_cuda = is_cuda(path);
    clang_unsaved files[] = {{unit_name, text.ptr, text.len},
                             {shim_name, cp_cuda_shim, strlen(cp_cuda_shim)}};
    *count = 0;
    void *index = library->create_index(0, 0), *unit = NULL;
    int failed = library->parse(
        index, unit_name, with_cuda ? cuda : plain,
        (int)(with_cuda ? sizeof cuda / sizeof *cuda : sizeof plain / sizeof *plain),
        files, 2, PARSE_KEEP_GOING | PARSE_SKIP_BODIES | PARSE_INCOMPLETE, &unit);
    collector c = {.library = library, .arena = arena};
    if (!failed && unit)
        c.main_file = library->file(unit, unit_name);
    if (!failed && unit)
        library->visit(library->unit_cursor(unit), collect, &c);
    if (unit)
        library->dispose_unit(unit);
    library->dispose_index(index);
    if (failed)
        return cp_fail(err, CP_ERR_SYNTAX, "%.*s: libclang could not parse it",
                       CP_STR_ARGS(path));
    if (c.count)
        qsort(c.decls, c.count, sizeof *c.decls, by_start);
    *decls = c.decls;
    *count = c.count;
    return CP_OK;
}
