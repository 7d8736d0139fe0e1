/*
 * no_network.c - in the place of what libgit2 would fetch with, for the portable program.
 *
 * castproof reads repositories and never asks a server. libgit2 as a static library would
 * bring its clients for HTTP and SSH and all that they need. What it defines for the rest
 * of itself in those files is defined here, by the names and types of libgit2, before the
 * linker looks for it there. tools/link-portable sees whether that fits.
 */
#include <stdbool.h>

enum { NOTHING_DONE = 0, CANNOT = -1 };

int git_transport_ssh_global_init(void);
int git_smart_subtransport_http(void **out, void *owner, void *param);
int git_smart_subtransport_ssh(void **out, void *owner, void *param);
int git_transport_ssh_with_paths(void **out, void *owner, void *paths);

bool git_http__expect_continue = false;

int git_transport_ssh_global_init(void)
{
    return NOTHING_DONE;
}

static int refuse(void **out)
{
    *out = (void *)0;
    return CANNOT;
}

int git_smart_subtransport_http(void **out, void *owner, void *param)
{
    (void)owner;
    (void)param;
    return refuse(out);
}

int git_smart_subtransport_ssh(void **out, void *owner, void *param)
{
    (void)owner;
    (void)param;
    return refuse(out);
}

int git_transport_ssh_with_paths(void **out, void *owner, void *paths)
{
    (void)owner;
    (void)paths;
    return refuse(out);
}
