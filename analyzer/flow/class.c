#include "flow/build.h"
#include "flow/walk.h"

static bool decorated_as(const cp_class *class, const char *name)
{
    for (uint32_t i = 0; i < class->decorator_count; i++) {
        const cp_expr *expr = class->decorators[i];
        if (expr->kind == CP_EXPR_CALL)
            expr = expr->kids[0];
        if ((expr->kind == CP_EXPR_NAME || expr->kind == CP_EXPR_ATTR) &&
            cp_str_is(expr->text, name))
            return true;
    }
    return false;
}

static bool based_on(const cp_class *class, const char *name)
{
    for (uint32_t i = 0; i < class->base_count; i++) {
        const cp_expr *base = class->bases[i];
        if ((base->kind == CP_EXPR_NAME || base->kind == CP_EXPR_ATTR) &&
            cp_str_is(base->text, name))
            return true;
    }
    return false;
}

static bool is_class_var(const cp_expr *annotation)
{
    return annotation->kind == CP_EXPR_SUBSCRIPT &&
           cp_str_is(annotation->kids[0]->text, "ClassVar");
}

static void list_record_fields(cp_flow *flow, cp_class_flow *known)
{
    const cp_class *class = known->class;
    size_t count = 0, room = 0;
    known->is_record = decorated_as(class, "dataclass") ||
                       based_on(class, "NamedTuple") || based_on(class, "Struct") ||
                       based_on(class, "BaseModel");
    for (uint32_t i = 0; i < class->body.count; i++) {
        const cp_stmt *stmt = class->body.stmts[i];
        if (stmt->kind != CP_STMT_ASSIGN || !stmt->annotation || !stmt->target_count ||
            stmt->targets[0]->kind != CP_EXPR_NAME || is_class_var(stmt->annotation))
            continue;
        cp_push(flow->arena, known->record_fields, count, room, stmt->targets[0]->text);
    }
    known->record_field_count = (uint32_t)count;
}

/* The class of the tree that the node's value names, followed through its inputs. */
static cp_class *class_of(const cp_node *node, int depth)
{
    for (uint32_t i = 0; i < node->value.ref_count; i++)
        if (node->value.refs[i]->kind == CP_REF_CLASS)
            return node->value.refs[i]->class;
    if (depth > 8 || node->kind != CP_NODE_JOIN)
        return NULL;
    for (uint32_t i = 0; i < node->input_count; i++) {
        cp_class *found = class_of(node->inputs[i].node, depth + 1);
        if (found)
            return found;
    }
    return NULL;
}

/* A base class may stand in a module that nothing else made worth reading. */
static cp_class *imported_class(cp_flow *flow, cp_module *module, cp_str name, int depth)
{
    for (uint32_t i = 0; i < module->import_count; i++) {
        const cp_stmt *stmt = module->imports[i];
        for (uint32_t k = 0; k < stmt->import_count; k++) {
            const cp_import *import = &stmt->imports[k];
            if (!cp_str_eq(import->local, name) || !import->name.len)
                continue;
            cp_str target = cp_import_target(flow->arena, module, import);
            cp_module *from = cp_project_import(flow->project, module, target);
            if (!from || from == module)
                continue;
            cp_build_module(flow, from);
            for (uint32_t c = 0; c < from->class_count; c++)
                if (cp_str_eq(from->classes[c]->qualname, import->name))
                    return from->classes[c];
            return depth ? imported_class(flow, from, import->name, depth - 1) : NULL;
        }
    }
    return NULL;
}

static cp_class *base_class(cp_flow *flow, const cp_class *class, const cp_expr *base)
{
    cp_walk walk = {.flow = flow, .module = class->module, .func = class->outer};
    if (base->kind == CP_EXPR_SUBSCRIPT) /* Generic[T] and the like */
        base = base->kids[0];
    if (base->kind == CP_EXPR_NAME) {
        cp_node *node = cp_walk_name(&walk, base->text);
        cp_class *found = node ? class_of(node, 0) : NULL;
        return found ? found : imported_class(flow, class->module, base->text, 8);
    }
    if (base->kind != CP_EXPR_ATTR || base->kids[0]->kind != CP_EXPR_NAME)
        return NULL;
    cp_node *owner = cp_walk_name(&walk, base->kids[0]->text);
    for (uint32_t i = 0; owner && i < owner->value.ref_count; i++) {
        const cp_ref *ref = owner->value.refs[i];
        if (ref->kind != CP_REF_MODULE)
            continue;
        cp_build_module(flow, ref->module);
        return class_of(cp_global_of(flow, ref->module, base->text), 0);
    }
    return NULL;
}

static void add_to_mro(cp_flow *flow, cp_class_flow *known, cp_class *class)
{
    for (uint32_t i = 0; i < known->mro_count; i++)
        if (known->mro[i] == class)
            return;
    cp_class **mro = cp_new(flow->arena, cp_class *, known->mro_count + 1);
    if (known->mro_count)
        memcpy(mro, known->mro, known->mro_count * sizeof *mro);
    mro[known->mro_count] = class;
    known->mro = mro;
    known->mro_count++;
}

/* Depth first, left to right: not C3, but the same for the trees that code has. */
static void find_mro(cp_flow *flow, cp_class_flow *known, cp_class *class, int depth)
{
    add_to_mro(flow, known, class);
    for (uint32_t i = 0; i < class->base_count && depth < 16; i++) {
        cp_class *base = base_class(flow, class, class->bases[i]);
        if (base && base != class)
            find_mro(flow, known, base, depth + 1);
        else
            known->foreign_base = true;
    }
}

cp_class_flow *cp_class_flow_of(cp_flow *flow, cp_class *class)
{
    cp_class_flow *known = cp_table_get(&flow->classes, class);
    if (!known) {
        known = cp_new(flow->arena, cp_class_flow, 1);
        known->class = class;
        known->fields = (cp_map){.arena = flow->arena};
        list_record_fields(flow, known);
        add_to_mro(flow, known, class);
        cp_table_put(&flow->classes, class, known);
    }
    bool ready = cp_module_flow_of(flow, class->module)->built;
    if (!known->mro_known && ready) {
        known->mro_known = true;
        find_mro(flow, known, class, 0);
        for (uint32_t i = 1; i < known->mro_count; i++) {
            cp_class_flow *base = cp_class_flow_of(flow, known->mro[i]);
            cp_push(flow->arena, base->subs, base->sub_count, base->sub_room, class);
        }
    }
    return known;
}
