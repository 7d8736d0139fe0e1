/*
 * python_prefix.h - which Python environment is the current one.
 *
 * Layer: contracts. Private to python_env.c.
 */
#ifndef CP_CONTRACTS_PYTHON_PREFIX_H
#define CP_CONTRACTS_PYTHON_PREFIX_H

#include "base/str.h"

typedef struct cp_python_prefix {
    cp_str what;    /* how it was found, for messages */
    cp_str path;    /* below it are lib/python3.11/site-packages and the like */
    cp_str version; /* "3.11"; "" where nothing says it */
    cp_str base;    /* the prefix whose packages a virtual environment sees too; "" */
    bool is_venv;
} cp_python_prefix;

/* False where there is no environment. */
bool cp_python_prefix_find(cp_arena *arena, cp_python_prefix *prefix);

#endif
