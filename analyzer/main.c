#include <unistd.h>

#include "cli/commands.h"

int main(int argc, char **argv)
{
    cp_arena arena = {0};
    cp_options options;
    cp_err err = {0};
    cp_progress progress = {0};
    int exit_status;
    if (cp_options_read(&arena, argc, argv, &options, &err)) {
        exit_status = cp_command_failed(&err);
    } else {
        options.progress = &progress;
        if (!options.quiet)
            cp_progress_begin(&progress, STDERR_FILENO, 1000);
        exit_status = cp_command_run(&arena, &options);
        cp_progress_end(&progress);
    }
    cp_arena_dispose(&arena);
    return exit_status;
}
