#include "pack.h"

#include "harness.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "read/source.h"
#include "read/walk.h"

static struct archive *pack;

static bool ends(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static void begin_pack(const char *path, bool secret)
{
    bool zip = ends(path, ".zip") || ends(path, ".whl");
    pack = archive_write_new();
    if (zip)
        assert_int_equal(archive_write_set_format_zip(pack), ARCHIVE_OK);
    else
        assert_int_equal(archive_write_set_format_pax_restricted(pack), ARCHIVE_OK);
    if (!zip && ends(path, ".gz"))
        assert_int_equal(archive_write_add_filter_gzip(pack), ARCHIVE_OK);
    if (secret) {
        archive_write_set_options(pack, "zip:encryption=traditional");
        archive_write_set_passphrase(pack, "secret");
    }
    assert_int_equal(archive_write_open_filename(pack, path), ARCHIVE_OK);
}

void cp_pack_begin(const char *path)
{
    begin_pack(path, false);
}

void cp_pack_begin_secret(const char *path)
{
    begin_pack(path, true);
}

static struct archive_entry *new_member(const char *name, size_t size)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)size);
    return entry;
}

static void put_member(struct archive_entry *entry, const char *bytes, size_t size)
{
    assert_int_equal(archive_write_header(pack, entry), ARCHIVE_OK);
    if (size)
        assert_int_equal(archive_write_data(pack, bytes, size), size);
    archive_entry_free(entry);
}

void cp_pack_add(const char *name, const char *text)
{
    put_member(new_member(name, strlen(text)), text, strlen(text));
}

void cp_pack_add_large(const char *name, size_t size)
{
    char *bytes = malloc(size);
    assert_non_null(bytes);
    memset(bytes, '#', size);
    put_member(new_member(name, size), bytes, size);
    free(bytes);
}

void cp_pack_add_symlink(const char *name, const char *target)
{
    struct archive_entry *entry = new_member(name, 0);
    archive_entry_set_filetype(entry, AE_IFLNK);
    archive_entry_set_symlink(entry, target);
    put_member(entry, NULL, 0);
}

void cp_pack_add_hardlink(const char *name, const char *target)
{
    struct archive_entry *entry = new_member(name, 0);
    archive_entry_set_hardlink(entry, target);
    put_member(entry, NULL, 0);
}

void cp_pack_add_tree(const char *folder, const char *prefix)
{
    cp_arena own = {0};
    cp_file *files = NULL;
    size_t count = 0;
    cp_str root = cp_str_of(folder);
    cp_walk_options walk = {.kinds = CP_FILE_PYTHON | CP_FILE_NATIVE};
    assert_int_equal(cp_walk_files(&own, &root, 1, &walk, &files, &count, NULL), CP_OK);
    for (size_t i = 0; i < count; i++) {
        cp_source source;
        assert_int_equal(cp_source_read(&own, files[i].path, &source, NULL), CP_OK);
        cp_pack_add(
            cp_str_printf(&own, "%s%s", prefix, files[i].path.ptr + root.len + 1).ptr,
            source.text.ptr);
    }
    cp_arena_dispose(&own);
}

void cp_pack_end(void)
{
    assert_int_equal(archive_write_close(pack), ARCHIVE_OK);
    archive_write_free(pack);
}

void cp_pack_cut(const char *path, long size)
{
    assert_int_equal(truncate(path, size), 0);
}
