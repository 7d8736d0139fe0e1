import functools
from types import SimpleNamespace

import torch

from .jit import gen_module, load_jit


@functools.cache
def get_module():
    module = gen_module().build_and_load()

    @register_custom_op("lib::run", mutates_args=())
    def run_op(x, y, mode):
        module.run(x, y)

    return SimpleNamespace(run=run_op)


def too_few(x, y):
    return get_module().run(x, y, 1)


def too_many_under_a_mode(x, y, mode):
    if mode == 3:
        gen_module().build_and_load().run(x, y, mode, 4)
    else:
        gen_module().build_and_load().run(x, y, mode)


def as_many(x, y):
    gen_module().build_and_load().run(x, y, 1)


def how_many_is_not_known(x, y, rest):
    module = gen_module().build_and_load()
    module.run(x, y, *rest)
    module.run(x, *rest)


def names_are_not_for_this(x, y):
    gen_module().build_and_load().run(x, y=y)


def parameters_of_the_build(x, y):
    module = gen_module().build_and_load()
    module.built(x, y, 1)
    module.extended(x, y, 1)
    module.one_of_two(x, y, 1)


def a_failure_that_is_caught(x, y):
    try:
        gen_module().build_and_load().run(x, y)
    except TypeError:
        pass


def one_of_several(x, y, mode, option):
    module = gen_module().build_and_load()
    func = module.run if option.kind == 1 else module.short
    if option.kind == 1:
        func(x, y, mode)
    else:
        func(x, y)


def not_both_at_a_time(x, y, mode):
    module = gen_module().build_and_load()
    func = module.run if mode == 1 else module.short
    if mode == 1:
        func(x, y, mode)
    else:
        func(x, y)


def wrapped(x, y):
    module = load_jit(
        "wrapped", cuda_files=["wrapped.cuh"], cuda_wrappers=[("go", "Kernel<3>::go")]
    )
    module.go(x, y, 1)


def wrapped_from_elsewhere(x, y):
    module = load_jit(
        "wrapped", cuda_files=["other.cuh"], cuda_wrappers=[("go", "Kernel<3>::go")]
    )
    module.go(x, y, 1)


def operator_with_defaults(x):
    torch.ops._C.scale(x)
    torch.ops._C.scale(x, 1.0)
    torch.ops._C.scale(x, 1.0, mode="a,b", sizes=[1, 2])


def operator_without_what_it_needs(x):
    if x is not None:
        torch.ops._C.scale()


def operator_with_too_many(x):
    torch.ops._C.scale(x, 1.0, "a", [1], x)


def operator_of_another_library(x):
    torch.ops.other.scale(x, 1.0, "a", [1], x)


def overloaded(x):
    torch.ops._C.fill(x)
    torch.ops._C.fill(x, 1)


def bound(x):
    load_jit("bound", cuda_files=["bound.cpp"]).plain(x)


def bound_with_defaults(x):
    load_jit("bound", cuda_files=["bound.cpp"]).defaults(x)
    load_jit("bound", cuda_files=["bound.cpp"]).twice(x, x)
