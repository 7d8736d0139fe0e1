#include "base/arena.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK ((size_t)4 * 1024)
#define LARGEST_BLOCK ((size_t)64 * 1024)
#define ALIGNMENT _Alignof(max_align_t)

struct cp_arena_block {
    struct cp_arena_block *next;
    size_t used, size;
    max_align_t data[];
};

#if defined(__SANITIZE_ADDRESS__)
/* Every piece is its own block, so that the sanitizer sees an overrun. */
#define ONE_PIECE_A_BLOCK 1
#else
#define ONE_PIECE_A_BLOCK 0
#endif

static void *out_of_memory(size_t size)
{
    fprintf(stderr, "castproof: out of memory (%zu bytes asked for)\n", size);
    exit(2);
}

static struct cp_arena_block *new_block(size_t size, bool zeroed)
{
    size_t all = sizeof(struct cp_arena_block) + size;
    struct cp_arena_block *block = zeroed ? calloc(1, all) : malloc(all);
    if (!block)
        return out_of_memory(size);
    block->size = size;
    return block;
}

/* Small arenas take little, large ones take it in few pieces. */
static size_t next_size(const struct cp_arena_block *head)
{
    size_t size = head ? head->size * 2 : FIRST_BLOCK;
    return size < FIRST_BLOCK ? FIRST_BLOCK : size > LARGEST_BLOCK ? LARGEST_BLOCK : size;
}

static void *alloc(cp_arena *arena, size_t size, bool zeroed)
{
    if (size > SIZE_MAX / 2)
        return out_of_memory(size);
    size = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    struct cp_arena_block *block = arena->head;
    if (!ONE_PIECE_A_BLOCK && block && block->size - block->used >= size) {
        void *piece = (char *)block->data + block->used;
        block->used += size;
        return piece;
    }

    size_t usual = next_size(block);
    bool large = ONE_PIECE_A_BLOCK || size > usual / 4;
    struct cp_arena_block *fresh = new_block(large ? size : usual, zeroed || !large);
    fresh->used = size;
    if (large && block) { /* keep filling the block that was begun */
        fresh->next = block->next;
        block->next = fresh;
    } else {
        fresh->next = block;
        arena->head = fresh;
    }
    return fresh->data;
}

void *cp_arena_alloc(cp_arena *arena, size_t size)
{
    return alloc(arena, size, true);
}

void *cp_arena_alloc_unset(cp_arena *arena, size_t size)
{
    return alloc(arena, size, false);
}

void cp_arena_dispose(cp_arena *arena)
{
    struct cp_arena_block *block = arena->head;
    while (block) {
        struct cp_arena_block *next = block->next;
        free(block);
        block = next;
    }
    arena->head = NULL;
}

void cp_arena_trim(void)
{
#ifdef __GLIBC__
    malloc_trim(0); /* threads that have ended leave theirs unused */
#endif
}

void cp_arena_adopt(cp_arena *into, cp_arena *from)
{
    struct cp_arena_block *last = from->head;
    if (!last)
        return;
    while (last->next)
        last = last->next;
    if (into->head) { /* behind the head, which is still being filled */
        last->next = into->head->next;
        into->head->next = from->head;
    } else {
        into->head = from->head;
    }
    from->head = NULL;
}

size_t cp_arena_size(const cp_arena *arena)
{
    size_t size = 0;
    for (const struct cp_arena_block *b = arena->head; b; b = b->next)
        size += sizeof *b + b->size;
    return size;
}

void *cp_arena_grow(cp_arena *arena, void *array, size_t count, size_t *room, size_t each)
{
    if (count < *room)
        return array;
    size_t more = *room ? *room * 2 : 4;
    if (more > SIZE_MAX / 4 / each)
        return cp_arena_alloc(arena, SIZE_MAX); /* says so and exits */
    void *moved = cp_arena_alloc_unset(arena, more * each);
    if (count)
        memcpy(moved, array, count * each);
    *room = more;
    return moved;
}
