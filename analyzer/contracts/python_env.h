/*
 * python_env.h - where the current Python environment keeps installed packages.
 *
 * Layer: contracts. Found by the names of files and folders alone, no Python is started:
 * the environment that VIRTUAL_ENV or CONDA_PREFIX names, else `.venv` or `venv` in the
 * current folder or, up to the root of its repository, one above it, else that of the
 * first python3 on PATH (what pyenv puts there is looked through).
 */
#ifndef CP_CONTRACTS_PYTHON_ENV_H
#define CP_CONTRACTS_PYTHON_ENV_H

#include "base/str.h"

typedef struct cp_python_env {
    cp_str what;     /* how it was found, for messages: "VIRTUAL_ENV=/opt/env"; "" where
                        there is none */
    cp_str *folders; /* that are there, in the order in which Python looks */
    size_t count;
} cp_python_env;

/*
 * PYTHONPATH, the user's own site-packages where the environment looks there, the
 * site-packages and dist-packages of the environment (and of the one below it, if it says
 * so), and what the plain paths in their .pth files add. Everything is in `arena`.
 */
cp_python_env cp_python_env_find(cp_arena *arena);

#endif
