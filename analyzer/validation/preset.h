/*
 * preset.h - the router shapes of released models.
 *
 * Layer: validation. Presets are data: rules/presets.toml, part of the binary.
 * The head of that file documents its keys. Everything lives in the arena given.
 */
#ifndef CP_VALIDATION_PRESET_H
#define CP_VALIDATION_PRESET_H

#include "base/str.h"
#include "kernels/route.h"

typedef struct cp_preset {
    cp_str name;        /* "DeepSeek-V3" */
    cp_str origin;      /* where the numbers are from */
    cp_route_spec spec; /* float32 throughout; sound by cp_route_fault */
    int32_t hidden;     /* width of what the gate reads; 0: not stated */
    bool bias;          /* the router adds a bias for the choice */
    bool is_default;    /* run for its method where no model was named */
} cp_preset;

typedef struct cp_presets {
    cp_preset *items; /* in the order of the file */
    size_t count, room;
} cp_presets;

/*
 * Reads [[preset]] tables. `path` is for messages, which name the line.
 * CP_ERR_SYNTAX: not TOML, a key that is missing, unknown or of the wrong kind, or a
 * shape that cannot be routed; `presets` is then untouched.
 */
CP_MUST_CHECK cp_status cp_presets_read(cp_arena *arena, cp_str path, cp_str text,
                                        cp_presets *presets, cp_err *err);

/* The bundled ones. They are part of the binary; a fault in them is a bug. */
cp_presets cp_presets_bundled(cp_arena *arena);

/* The preset of that name, letters compared without case; NULL if there is none. */
const cp_preset *cp_presets_find(const cp_presets *presets, cp_str name);

#endif
