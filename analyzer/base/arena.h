/*
 * arena.h - memory that is given out in pieces and taken back all at once.
 *
 * Layer: base. Not thread safe: one arena belongs to one thread at a time.
 */
#ifndef CP_BASE_ARENA_H
#define CP_BASE_ARENA_H

#include <stddef.h>

/* {0} is an empty arena, ready for use. */
typedef struct cp_arena {
    struct cp_arena_block *head;
} cp_arena;

/* Zeroed memory, aligned for any type. Never NULL: exits when memory is gone. */
void *cp_arena_alloc(cp_arena *arena, size_t size);

/* The same for what will be written over in full: it may hold anything. */
void *cp_arena_alloc_unset(cp_arena *arena, size_t size);

/* Frees everything the arena gave out; the arena is empty and usable again. */
void cp_arena_dispose(cp_arena *arena);

/* Hands memory that was freed back to the system, after work that took much of it. */
void cp_arena_trim(void);

/* Moves all that `from` gave out into `into`, which then owns it; `from` is empty. */
void cp_arena_adopt(cp_arena *into, cp_arena *from);

/* Bytes taken from the system so far. */
size_t cp_arena_size(const cp_arena *arena);

/*
 * An array of elements of `each` bytes with room for one more than `count`.
 * Moves `array` (may be NULL) to a place twice as large when *room is used up. What
 * is behind `count` may hold anything.
 */
void *cp_arena_grow(cp_arena *arena, void *array, size_t count, size_t *room,
                    size_t each);

#define cp_new(arena, T, n) ((T *)cp_arena_alloc((arena), sizeof(T) * (n)))

#define cp_new_unset(arena, T, n) ((T *)cp_arena_alloc_unset((arena), sizeof(T) * (n)))

/* Appends `item` to the array `items` of `count` elements with space for `room`. */
#define cp_push(arena, items, count, room, item)                                         \
    ((items) = cp_arena_grow((arena), (items), (count), &(room), sizeof *(items)),       \
     (items)[(count)++] = (item))

#endif
