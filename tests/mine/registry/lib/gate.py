import torch

from .spec import Spec, get_kernel, register

register(Spec(op="moe.gate", target="lib.kernel:gate"))
register(Spec(op="moe.pick", target="other_wheel:pick"))
register(Spec(op="moe.pick", target="lib.kernel:pick"))


def gate(logits):
    impl = get_kernel("moe.gate")
    return impl(logits)


def pick(logits):
    return get_kernel("moe.pick", "jit")(logits)


def experts_impl(x, inplace=False):
    assert x.dtype == torch.bfloat16


direct_register_custom_op(
    op_name="experts",
    op_func=experts_impl,
    mutates_args=[],
)


@torch.library.custom_op("lib::scale", mutates_args=())
def scale_op(x: torch.Tensor) -> torch.Tensor:
    assert x.dtype == torch.float16
    return x


def experts(x):
    return torch.ops.lib.experts(x=x)


def scaled(x):
    return torch.ops.lib.scale(x)


def weighted(x):
    torch.ops.lib.weighted(x)
