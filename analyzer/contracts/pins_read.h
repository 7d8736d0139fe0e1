/*
 * pins_read.h - from the files of one folder to requirements.
 *
 * Layer: contracts. Shared by pins.c (folders, lookup), pins_toml.c
 * (pyproject.toml) and pins_text.c (everything else); everybody else uses pins.h.
 */
#ifndef CP_CONTRACTS_PINS_READ_H
#define CP_CONTRACTS_PINS_READ_H

#include "base/map.h"
#include "contracts/pins.h"
#include "read/source.h"

/* An installed or built distribution: a *.dist-info or *.egg-info folder. */
typedef struct pin_dist {
    cp_str info; /* path of that folder */
    cp_str name; /* of the distribution, normalized; "" if not stated */
    cp_map owns; /* top folder or module -> "y" or "n", as far as it was asked */
} pin_dist;

/* One requirement of one file. */
typedef struct pin_claim {
    cp_spec spec;
    cp_str path;
    uint32_t line;
    pin_dist *dist;    /* whose files it holds for; NULL: all files of the folder */
    const cp_err *err; /* it cannot be read and allows all; said to who asks first */
    bool told;         /* … and was said */
} pin_claim;

typedef struct pin_claims {
    pin_claim *items;
    size_t count, room;
    cp_map joined; /* top folder or module -> cp_pin */
} pin_claims;

typedef struct pin_folder {
    cp_map by_package; /* normalized name -> pin_claims */
    size_t dist_count;
    bool has_git;
} pin_folder;

/* Where the requirements of the file that is being read go. */
typedef struct pin_sink {
    cp_pins *pins;
    cp_arena *arena; /* of the pins */
    pin_folder *folder;
    cp_str folder_path; /* "" is the current one */
    cp_str path;        /* of the file */
    pin_dist *dist;
} pin_sink;

/* "folder/name", without the slash where `folder` is "" or ends with one. */
cp_str pins_join(cp_arena *arena, cp_str folder, cp_str name);

/* Adds `text`, a PEP 508 requirement, that stands on `line`. */
void pins_add(const pin_sink *sink, cp_str text, uint32_t line);
void pins_add_spec(const pin_sink *sink, cp_str package, const cp_spec *spec,
                   uint32_t line);
/* Adds that `package` is named there in a way that cannot be read. */
void pins_add_broken(const pin_sink *sink, cp_str package, const char *why,
                     uint32_t line);
/* Tells the caller of the run that the file cannot be read. */
void pins_trouble(const pin_sink *sink, const cp_err *err);

/* Each reads one file's text; what it says must live as long as the pins. */
void pins_read_pyproject(const pin_sink *sink, const cp_source *source);
void pins_read_setup_cfg(const pin_sink *sink, const cp_source *source);
void pins_read_metadata(const pin_sink *sink, const cp_source *source);
/* Follows -r and -c within the folder. */
void pins_read_requirements(const pin_sink *sink, const cp_source *source);

/* A version in Poetry's language (^1.2, ~1.2, 1.2.*, *, >=1,<2) as a specifier. */
CP_MUST_CHECK cp_status pins_poetry_spec(cp_arena *arena, cp_str text, cp_spec *spec,
                                         cp_err *err);

#endif
