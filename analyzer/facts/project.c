#include "facts/project.h"

#include <pthread.h>
#include <stdatomic.h>

#include "facts/dotted.h"
#include "facts/native.h"
#include "read/walk.h"

/* A file of the tree; `module` once it was parsed. */
typedef struct file_record {
    cp_str path;
    cp_str dotted; /* the whole path as a dotted name, "" for no identifier path */
    cp_module *module;
    bool tried;
    bool is_native;
} file_record;

struct cp_project {
    cp_arena arena;
    cp_arena *worker_arenas;
    cp_reader **readers; /* one a worker, and one for what is read later */
    int worker_count;
    const cp_scanner *scanner;
    cp_files source;           /* where the bytes of the files are */
    const cp_scanner *remarks; /* words of C++ comments that matter; NULL without C++ */
    file_record *files;
    size_t count;
    cp_map by_name;  /* last part of the dotted name -> file_list */
    cp_map packages; /* dotted name of each folder that holds an __init__.py */
    cp_map imported; /* dotted name -> import_answer */
    cp_module **modules;
    size_t module_count, module_room;
    cp_project_trouble *trouble;
    void *trouble_data;
    bool whole; /* each file is read whole, not only the functions that hold a needle */
};

typedef struct file_list {
    size_t *at;
    size_t count, room;
} file_list;

typedef struct import_answer {
    file_record *file;
} import_answer;

static cp_str last_part(cp_str dotted)
{
    const char *dot = dotted.len ? memrchr(dotted.ptr, '.', dotted.len) : NULL;
    return dot ? cp_str_cut(dotted, (size_t)(dot - dotted.ptr) + 1, dotted.len) : dotted;
}

static void index_files(cp_project *project)
{
    cp_dotted_roots roots = cp_dotted_begin(&project->arena);
    for (size_t i = 0; i < project->count; i++) {
        file_record *file = &project->files[i];
        file->is_native = cp_file_kind_of(file->path) == CP_FILE_NATIVE;
        if (file->is_native && !project->remarks)
            project->remarks = cp_remark_words(&project->arena);
        if (file->is_native)
            continue;
        file->dotted = cp_dotted_of(&roots, file->path);
        if (cp_dotted_is_package(file->path))
            cp_map_put(&project->packages, file->dotted, file);
        void **slot = cp_map_slot(&project->by_name, last_part(file->dotted));
        if (!*slot)
            *slot = cp_new(&project->arena, file_list, 1);
        file_list *list = *slot;
        cp_push(&project->arena, list->at, list->count, list->room, i);
    }
}

static bool holds_needle(const void *scanner, cp_str text, cp_span func)
{
    return cp_scan(scanner, cp_str_cut(text, func.start, func.end)) != 0;
}

static cp_module *lower(cp_arena *arena, cp_reader *reader, const file_record *file,
                        const cp_source *text, const cp_scanner *scanner)
{
    cp_source *source = cp_new(arena, cp_source, 1);
    *source = *text;
    if (file->is_native)
        return cp_facts_of_comments(arena, source);
    cp_module *module =
        cp_reader_read(reader, source, scanner ? holds_needle : NULL, scanner);
    module->dotted = file->dotted;
    module->is_package = cp_dotted_is_package(file->path);
    return module;
}

typedef struct worker {
    cp_project *project;
    const cp_scanner *scanner;
    cp_project_wanted *wanted;
    atomic_size_t *next;
    pthread_mutex_t *lock;
    cp_arena *arena;
    cp_reader *reader;
    cp_buf bytes; /* of the file at hand: most are not kept */
} worker;

/* Files are taken in small runs, so that threads rarely meet. */
enum { RUN_LENGTH = 8 };

static bool matters(const worker *self, const file_record *file, cp_str bytes)
{
    if (file->is_native)
        return cp_has_remarks(self->project->remarks, bytes);
    uint64_t words = cp_scan(self->scanner, bytes);
    return self->wanted ? self->wanted(file->path, words) : words != 0;
}

static void read_one(worker *self, file_record *file)
{
    const cp_files *from = &self->project->source;
    cp_err err = {0};
    cp_str bytes;
    if (cp_files_read(from, file->path, &self->bytes, &bytes, &err)) {
        pthread_mutex_lock(self->lock);
        file->tried = true;
        self->project->trouble(self->project->trouble_data, file->path, &err);
        pthread_mutex_unlock(self->lock);
        return;
    }
    if (!matters(self, file, bytes))
        return;
    if (!from->packed) /* else they stay where they are */
        bytes = cp_str_copy(self->arena, bytes);
    cp_source source = cp_source_of(self->arena, file->path, bytes);
    file->tried = true;
    file->module = lower(self->arena, self->reader, file, &source,
                         self->project->whole ? NULL : self->scanner);
}

static void *work(void *data)
{
    worker *self = data;
    cp_project *project = self->project;
    cp_arena scratch = {0};
    self->bytes = (cp_buf){.arena = &scratch};
    for (;;) {
        size_t first = atomic_fetch_add(self->next, RUN_LENGTH);
        if (first >= project->count)
            break;
        for (size_t i = first; i < project->count && i < first + RUN_LENGTH; i++)
            read_one(self, &project->files[i]);
    }
    cp_arena_dispose(&scratch);
    return NULL;
}

static void read_all(cp_project *project, const cp_scanner *scanner,
                     cp_project_wanted *wanted, int threads)
{
    atomic_size_t next = 0;
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    project->worker_count = threads;
    project->scanner = scanner;
    project->worker_arenas = cp_new(&project->arena, cp_arena, (size_t)threads);
    project->readers = cp_new(&project->arena, cp_reader *, (size_t)threads + 1);
    project->readers[threads] = cp_reader_new(&project->arena);
    worker *workers = cp_new(&project->arena, worker, (size_t)threads);
    pthread_t *ids = cp_new(&project->arena, pthread_t, (size_t)threads);
    int started = 0;
    for (int i = 0; i < threads; i++) {
        cp_arena *arena = &project->worker_arenas[i];
        project->readers[i] = cp_reader_new(arena);
        workers[i] = (worker){.project = project,
                              .scanner = scanner,
                              .wanted = wanted,
                              .next = &next,
                              .lock = &lock,
                              .arena = arena,
                              .reader = project->readers[i]};
    }
    while (started < threads - 1 &&
           pthread_create(&ids[started], NULL, work, &workers[started + 1]) == 0)
        started++;
    work(&workers[0]); /* all of it, where no thread could be started */
    for (int i = 0; i < started; i++)
        pthread_join(ids[i], NULL);
    pthread_mutex_destroy(&lock);
}

static cp_project *new_project(const cp_files *files)
{
    cp_arena arena = {0};
    cp_project *project = cp_new(&arena, cp_project, 1);
    project->arena = arena;
    project->by_name.arena = project->imported.arena = &project->arena;
    project->packages.arena = &project->arena;
    project->source = (cp_files){.packed = files->packed, .folder = files->folder};
    project->files = cp_new(&project->arena, file_record, files->count + 1);
    for (size_t i = 0; i < files->count; i++)
        if (files->items[i].kind == CP_FILE_PYTHON)
            project->files[project->count++].path = files->items[i].path;
    index_files(project);
    return project;
}

static void list_modules(cp_project *project)
{
    for (size_t i = 0; i < project->count; i++)
        if (project->files[i].module)
            cp_push(&project->arena, project->modules, project->module_count,
                    project->module_room, project->files[i].module);
}

cp_project *cp_project_new_where(const cp_files *files, const cp_scanner *scanner,
                                 cp_project_wanted *wanted, int threads,
                                 cp_project_trouble *trouble, void *data)
{
    cp_project *project = new_project(files);
    project->trouble = trouble;
    project->trouble_data = data;
    project->whole = wanted != NULL;
    read_all(project, scanner, wanted, threads > 0 ? threads : 1);
    list_modules(project);
    return project;
}

cp_project *cp_project_new(const cp_str *paths, size_t count, const cp_scanner *scanner,
                           int threads, cp_project_trouble *trouble, void *data)
{
    cp_arena scratch = {0};
    cp_files files = {.items = cp_new(&scratch, cp_file, count + 1), .count = count};
    for (size_t i = 0; i < count; i++)
        files.items[i] = (cp_file){paths[i], CP_FILE_PYTHON};
    cp_project *project =
        cp_project_new_where(&files, scanner, NULL, threads, trouble, data);
    cp_arena_dispose(&scratch);
    return project;
}

cp_project *cp_project_of_text(cp_str path, cp_str text)
{
    cp_file file = {path, CP_FILE_PYTHON};
    cp_project *project = new_project(&(cp_files){.items = &file, .count = 1});
    cp_str copy = cp_str_copy(&project->arena, text);
    cp_source source = cp_source_of(&project->arena, path, copy);
    project->readers = cp_new(&project->arena, cp_reader *, 1);
    project->readers[0] = cp_reader_new(&project->arena);
    project->files[0].tried = true;
    project->files[0].module =
        lower(&project->arena, project->readers[0], &project->files[0], &source, NULL);
    list_modules(project);
    return project;
}

void cp_project_dispose(cp_project *project)
{
    for (int i = 0; i <= project->worker_count; i++)
        cp_reader_free(project->readers[i]);
    for (int i = 0; i < project->worker_count; i++)
        cp_arena_dispose(&project->worker_arenas[i]);
    cp_arena arena = project->arena; /* the project lies in it */
    cp_arena_dispose(&arena);
}

cp_arena *cp_project_arena(cp_project *project)
{
    return &project->arena;
}

cp_module *const *cp_project_modules(const cp_project *project, size_t *count)
{
    *count = project->module_count;
    return project->modules;
}

size_t cp_project_file_count(const cp_project *project)
{
    return project->count;
}

/* Whether any folder of the dotted path is a package: then nothing is imported from it.
 */
static bool is_in_package(const cp_project *project, cp_str folder)
{
    for (size_t i = 0; i <= folder.len; i++)
        if ((i == folder.len || folder.ptr[i] == '.') &&
            cp_map_get(&project->packages, cp_str_cut(folder, 0, i)))
            return true;
    return false;
}

/*
 * Whether an absolute import of `target` can mean the file: its path ends so,
 * and what stands in front is a place that packages are imported from.
 */
static bool names(const cp_project *project, cp_str dotted, cp_str target)
{
    if (!cp_str_ends(dotted, target))
        return false;
    if (dotted.len == target.len)
        return true;
    size_t front = dotted.len - target.len - 1;
    return dotted.ptr[front] == '.' &&
           !is_in_package(project, cp_str_cut(dotted, 0, front));
}

/*
 * Of the files that the dotted name can mean, the one with the least in front
 * of it; among equals the nearest to the file that imports.
 */
static file_record *best_file(const cp_project *project, const cp_module *from,
                              cp_str target)
{
    const file_list *list = cp_map_get(&project->by_name, last_part(target));
    file_record *best = NULL;
    for (size_t i = 0; list && i < list->count; i++) {
        file_record *file = &project->files[list->at[i]];
        if (!names(project, file->dotted, target))
            continue;
        bool nearer = best && file->dotted.len == best->dotted.len &&
                      cp_str_common(file->dotted, from->dotted) >
                          cp_str_common(best->dotted, from->dotted);
        if (!best || file->dotted.len < best->dotted.len || nearer)
            best = file;
    }
    return best;
}

static void read_late(cp_project *project, file_record *file)
{
    cp_buf bytes = {.arena = &project->arena};
    cp_str text;
    cp_err err = {0};
    file->tried = true;
    if (cp_files_read(&project->source, file->path, &bytes, &text, &err)) {
        project->trouble(project->trouble_data, file->path, &err);
        return;
    }
    cp_source source = cp_source_of(&project->arena, file->path, text);
    file->module = lower(&project->arena, project->readers[project->worker_count], file,
                         &source, project->whole ? NULL : project->scanner);
    cp_push(&project->arena, project->modules, project->module_count,
            project->module_room, file->module);
}

static file_record *find_file(cp_project *project, const cp_module *from, cp_str dotted)
{
    if (dotted.len == 0)
        return NULL;
    import_answer *answer = cp_map_get(&project->imported, dotted);
    if (!answer) {
        answer = cp_new(&project->arena, import_answer, 1);
        answer->file = best_file(project, from, dotted);
        cp_map_put(&project->imported, cp_str_copy(&project->arena, dotted), answer);
    }
    return answer->file;
}

cp_module *cp_project_import(cp_project *project, const cp_module *from, cp_str dotted)
{
    file_record *file = find_file(project, from, dotted);
    if (file && !file->module && !file->tried)
        read_late(project, file);
    return file ? file->module : NULL;
}

cp_module *cp_project_loaded(cp_project *project, const cp_module *from, cp_str dotted)
{
    const file_record *file = find_file(project, from, dotted);
    return file ? file->module : NULL;
}
