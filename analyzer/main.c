#include <stdio.h>

#include "cli/commands.h"

int main(int argc, char **argv)
{
    cp_arena arena = {0};
    cp_options options;
    cp_err err = {0};
    int exit_status;
    if (cp_options_read(&arena, argc, argv, &options, &err)) {
        exit_status = cp_command_failed(&err);
    } else {
        exit_status = cp_command_run(&arena, &options);
    }
    cp_arena_dispose(&arena);
    return exit_status;
}
