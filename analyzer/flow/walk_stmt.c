#include "flow/walk.h"

static void walk_assign(cp_walk *walk, const cp_stmt *stmt)
{
    if (!stmt->value)
        return;
    cp_node *value = cp_walk_expr(walk, stmt->value);
    for (uint32_t i = 0; i < stmt->target_count; i++)
        cp_walk_bind(walk, stmt->targets[i], value, stmt);
}

/* x += y on a tensor keeps x's dtype; on anything else it is of no interest. */
static void walk_augmented(cp_walk *walk, const cp_stmt *stmt)
{
    cp_walk_expr(walk, stmt->value);
    cp_walk_expr(walk, stmt->targets[0]);
}

static void walk_with(cp_walk *walk, const cp_stmt *stmt)
{
    for (uint32_t i = 0; i < stmt->item_count; i++) {
        cp_node *value = cp_walk_expr(walk, stmt->items[i].value);
        if (stmt->items[i].target)
            cp_walk_bind(walk, stmt->items[i].target, value, NULL);
    }
    cp_walk_block(walk, &stmt->body);
}

static void walk_import(cp_walk *walk, const cp_stmt *stmt)
{
    for (uint32_t i = 0; i < stmt->import_count; i++) {
        const cp_import *import = &stmt->imports[i];
        if (cp_str_is(import->name, "*"))
            continue; /* looked up in the module where a name is not bound */
        cp_node *node = cp_import_node(walk->flow, walk->module, import);
        cp_walk_bind_name(walk, import->local, node, NULL);
    }
}

static void walk_definition(cp_walk *walk, const cp_stmt *stmt)
{
    cp_ref ref = {.kind = CP_REF_FUNC, .func = stmt->func};
    cp_str name = stmt->func ? stmt->func->name : stmt->class->name;
    if (stmt->class) {
        ref = (cp_ref){.kind = CP_REF_CLASS, .class = stmt->class};
        cp_class_flow_of(walk->flow, stmt->class);
    }
    cp_value value = {0};
    cp_value_add_ref(walk->flow->arena, &value, cp_flow_ref(walk->flow, &ref));
    cp_walk_bind_name(walk, name, cp_node_fixed(walk->flow, &value), NULL);
}

static void walk_return(cp_walk *walk, const cp_stmt *stmt)
{
    if (walk->func_flow) {
        cp_value none = {.none = true};
        cp_node *value = stmt->value ? cp_walk_expr(walk, stmt->value)
                                     : cp_node_fixed(walk->flow, &none);
        cp_node_add_input(walk->flow, walk->func_flow->result, value, walk->guard);
    }
    walk->ended = true;
}

static void walk_assert(cp_walk *walk, const cp_stmt *stmt)
{
    cp_walk_expr(walk, stmt->value);
    walk->guard = cp_guard_with(walk->flow->arena, walk->guard, stmt->value, true, false);
}

static void walk_stmt(cp_walk *walk, const cp_stmt *stmt)
{
    switch (stmt->kind) {
    case CP_STMT_ASSIGN:
        walk_assign(walk, stmt);
        return;
    case CP_STMT_AUG:
        walk_augmented(walk, stmt);
        return;
    case CP_STMT_EXPR:
        cp_walk_expr(walk, stmt->value);
        return;
    case CP_STMT_RETURN:
        walk_return(walk, stmt);
        return;
    case CP_STMT_IF:
        cp_walk_if(walk, stmt);
        return;
    case CP_STMT_WHILE:
    case CP_STMT_FOR:
        cp_walk_loop(walk, stmt);
        return;
    case CP_STMT_WITH:
        walk_with(walk, stmt);
        return;
    case CP_STMT_TRY:
        cp_walk_try(walk, stmt);
        return;
    case CP_STMT_MATCH:
        cp_walk_match(walk, stmt);
        return;
    case CP_STMT_ASSERT:
        walk_assert(walk, stmt);
        return;
    case CP_STMT_DEF:
    case CP_STMT_CLASS:
        walk_definition(walk, stmt);
        return;
    case CP_STMT_IMPORT:
        walk_import(walk, stmt);
        return;
    case CP_STMT_RAISE:
        if (stmt->value)
            cp_walk_expr(walk, stmt->value);
        walk->ended = true;
        return;
    case CP_STMT_JUMP:
        walk->ended = true;
        return;
    case CP_STMT_DELETE:
    case CP_STMT_OTHER:
        return;
    }
}

void cp_walk_block(cp_walk *walk, const cp_block *block)
{
    for (uint32_t i = 0; i < block->count && !walk->ended; i++)
        walk_stmt(walk, block->stmts[i]);
}
