#include "contracts/mine_source.h"

#include <pthread.h>
#include <stdatomic.h>

#include "contracts/mine_more.h"

typedef struct worker {
    mine_reader *reader;
    cp_arena *arena;
    atomic_size_t *next;
} worker;

static void parse_one(worker *self, native_file *file)
{
    cp_cuda_decl *decls = NULL;
    size_t count = 0;
    file->tried = true;
    if (cp_cuda_parse(self->reader->library, self->arena, file->source.path,
                      file->source.text, &decls, &count, &file->err))
        return;
    file->module = cp_facts_from_native(self->arena, &file->source, decls, count,
                                        self->reader->macros);
}

static void *work(void *data)
{
    worker *self = data;
    for (;;) {
        size_t i = atomic_fetch_add(self->next, 1);
        if (i >= self->reader->count)
            return NULL;
        if (self->reader->files[i].wanted && !self->reader->files[i].tried)
            parse_one(self, &self->reader->files[i]);
    }
}

void mine_parse_wanted(mine_reader *r)
{
    size_t threads = (size_t)r->threads, started = 0;
    worker *workers = cp_new(r->arena, worker, threads);
    pthread_t *ids = cp_new(r->arena, pthread_t, threads);
    atomic_size_t next = 0;
    for (size_t i = 0; i < threads; i++)
        workers[i] = (worker){r, &r->arenas[i], &next};
    while (started + 1 < threads &&
           pthread_create(&ids[started], NULL, work, &workers[started + 1]) == 0)
        started++;
    work(&workers[0]);
    for (size_t i = 0; i < started; i++)
        pthread_join(ids[i], NULL);
    cp_arena_trim();
}

const cp_scanner *cp_mine_native_words(cp_arena *arena)
{
    cp_str words[] = {
        CP_STR("TVM_FFI"),      CP_STR("TORCH_LIBRARY"), CP_STR("TORCH_CHECK"),
        CP_STR("ICHECK"),       CP_STR("dtype()"),       CP_STR("scalar_type"),
        CP_STR("data_ptr<"),    CP_STR("with_dtype"),    CP_STR("PYBIND11"),
        CP_STR("AT_DISPATCH"),  CP_STR("GetFunction"),   CP_STR("TensorView"),
        CP_STR("torch::Tensor")};
    return cp_scanner_new(arena, words, sizeof words / sizeof *words);
}

static void read_native(mine_reader *r, native_file *file, cp_str path,
                        const cp_scanner *words)
{
    cp_arena own = {0};
    cp_buf bytes = {.arena = &own};
    cp_str text;
    cp_err err;
    file->source.path = path;
    if (cp_files_read(r->sources, path, &bytes, &text, &err))
        r->trouble(r->data, CP_MINE_LEFT_OUT, path, err.msg);
    else
        file->wanted = cp_scan(words, text) != 0;
    if (file->wanted) {
        file->source = cp_source_of(&own, path, text);
        file->has_macros = true;
        cp_macros_add(r->macros, &file->source);
        cp_arena_adopt(&r->arenas[r->threads], &own);
    }
    cp_arena_dispose(&own);
}

static void read_natives(mine_reader *r)
{
    const cp_scanner *words = cp_mine_native_words(r->arena);
    r->macros = cp_macros_new(r->arena);
    r->files = cp_new(r->arena, native_file, r->sources->count + 1);
    for (size_t i = 0; i < r->sources->count; i++)
        if (r->sources->items[i].kind == CP_FILE_NATIVE)
            read_native(r, &r->files[r->count++], r->sources->items[i].path, words);
}

/* A line of a file that was not understood is worth one word, not one each. */
static void tell_errors(mine_reader *r, const cp_module *module)
{
    if (!module->error_count)
        return;
    uint32_t line = cp_source_line(module->source, module->errors[0].start);
    cp_str text =
        cp_str_printf(r->arena, "not all of it could be parsed, first at line %u", line);
    r->trouble(r->data, CP_MINE_IN_PART, module->source->path, text.ptr);
}

static void list_modules(mine_reader *r, cp_mine_source *source)
{
    source->input.natives = cp_new(r->arena, cp_module *, r->count + 1);
    for (size_t i = 0; i < r->count; i++) {
        native_file *file = &r->files[i];
        if (file->module) {
            source->input.natives[source->input.native_count++] = file->module;
            tell_errors(r, file->module);
        } else if (file->wanted) {
            r->trouble(r->data, CP_MINE_LEFT_OUT, file->source.path, file->err.msg);
        }
    }
}

static void python_trouble(void *data, cp_str path, const cp_err *err)
{
    mine_reader *r = data;
    r->trouble(r->data, CP_MINE_LEFT_OUT, path, err->msg);
}

/*
 * Python files that are read at once: packages, for the names they export, what leads
 * into C++, and what checks dtypes itself. Files of kernels in a language of their own
 * are read when something calls into them.
 */
enum {
    LEADS_WORDS = 6,
    STATE_WORD = 6,
    FAIL_WORDS = 7,
    KERNEL_WORDS = 9,
    WORD_COUNT = 12
};

static bool is_python_wanted(cp_str path, uint64_t words)
{
    uint64_t leads = ((uint64_t)1 << LEADS_WORDS) - 1;
    bool fails = words & ((uint64_t)3 << FAIL_WORDS);
    bool kernels = words & ((uint64_t)7 << KERNEL_WORDS);
    return cp_str_ends(path, CP_STR("__init__.py")) || (words & leads) ||
           ((words & ((uint64_t)1 << STATE_WORD)) && fails && !kernels);
}

static void read_python(mine_reader *r, cp_mine_source *source, int threads)
{
    cp_str words[WORD_COUNT] = {
        CP_STR("torch.ops"),      CP_STR("build_and_load"), CP_STR("load_jit"),
        CP_STR("load_inline"),    CP_STR("cpp_extension"),  CP_STR("_module()"),
        CP_STR(".dtype"),         CP_STR("raise "),         CP_STR("assert "),
        CP_STR("import cutlass"), CP_STR("from cutlass"),   CP_STR("@cute.")};
    source->input.project =
        cp_project_new_where(r->sources, cp_scanner_new(r->arena, words, WORD_COUNT),
                             is_python_wanted, threads, python_trouble, r);
    size_t modules;
    cp_module *const *list = cp_project_modules(source->input.project, &modules);
    for (size_t i = 0; i < modules; i++)
        tell_errors(r, list[i]);
}

static bool has_natives(const cp_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        if (files->items[i].kind == CP_FILE_NATIVE)
            return true;
    return false;
}

void cp_mine_source_read(cp_mine_source *source, cp_arena *arena,
                         const cp_library *library, int threads, cp_mine_trouble *trouble,
                         void *data)
{
    mine_reader *r = cp_new(arena, mine_reader, 1);
    *r = (mine_reader){.arena = arena,
                       .sources = &library->files,
                       .threads = threads,
                       .trouble = trouble,
                       .data = data};
    *source = (cp_mine_source){.arena_count = threads + 1};
    source->arenas = cp_new(arena, cp_arena, (size_t)threads + 1);
    source->input.packages = library->tops;
    source->input.package_count = library->top_count;
    r->arenas = source->arenas;
    if (!library->files.count)
        trouble(data, CP_MINE_LEFT_OUT, (cp_str){"", 0},
                "no Python, CUDA or C++ file was found in it");
    read_python(r, source, threads);
    bool wanted = has_natives(&library->files);
    cp_err missing;
    if (wanted && cp_cuda_load(arena, &r->library, &missing)) {
        trouble(data, CP_MINE_LEFT_OUT, (cp_str){"", 0}, missing.msg);
    } else if (wanted) {
        read_natives(r);
        mine_parse_wanted(r);
        list_modules(r, source);
        source->input.load = mine_read_more;
        source->input.load_data = r;
    }
}

void cp_mine_source_dispose(cp_mine_source *source)
{
    if (source->input.project)
        cp_project_dispose(source->input.project);
    for (int i = 0; i < source->arena_count; i++)
        cp_arena_dispose(&source->arenas[i]);
    *source = (cp_mine_source){0};
}
