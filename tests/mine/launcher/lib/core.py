import functools
from types import SimpleNamespace

import torch

from .jit import gen_module
from .utils import requirement, supported_compute_capability


@functools.cache
def get_module():
    module = gen_module().build_and_load()

    @register_custom_op("lib::routed", mutates_args=())
    def routed_op(logits, bias, ids, method, on_input):
        if logits is None:
            assert ids.dtype == torch.int32, "packed"
        module.routed(logits, bias, ids, method, on_input)

    return SimpleNamespace(routed=routed_op)


def routed(logits, bias, method, on_input=False):
    return get_module().routed(logits, bias, None, method, on_input)


def routed_packed(ids, method):
    """Not exported: its name is the module's."""
    return get_module().routed(None, None, ids, method, False)


def _check_topk(scores, bias, out, expected):
    if scores.shape[1] > 256:
        raise ValueError("too many experts")
    if out.dtype != expected:
        raise ValueError("out")
    return True


@supported_compute_capability([90, 100])
def _check_f32(scores, bias, out):
    return _check_topk(scores, bias, out, expected=torch.float32)


@requirement({}, common_check=_check_f32)
def scores_to_topk(scores, bias, out):
    gen_module().build_and_load().topk(scores, bias, out)


def _suffix(dtype):
    if dtype == torch.float16:
        return "half"
    elif dtype == torch.bfloat16:
        return "bf16"
    raise ValueError(dtype)


def unpermute(x, scale):
    module = gen_module().build_and_load()
    if scale.dtype == torch.float32:
        tail = "float"
    elif scale.dtype in (torch.float16, torch.bfloat16):
        tail = _suffix(scale.dtype)
    else:
        raise ValueError(scale.dtype)
    func = module[f"unpermute_{_suffix(x.dtype)}_{tail}"]
    func(x.data_ptr(), scale.data_ptr())


def caught(x):
    try:
        assert x.dtype == torch.float32
    except AssertionError:
        return None
    return x
