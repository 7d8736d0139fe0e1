import os
from enum import IntEnum

import torch

from .jit import gen_module


class InputMode(IntEnum):
    FromLogits = 0
    Packed = 1


def _switched_on():
    return os.getenv("LIB_SPREAD") is not None


def _run(mode, logits, spread, experts):
    def launch():
        gen_module().build_and_load().route(logits, [], False)

    mode = InputMode(mode)
    if mode in (InputMode.Packed,):
        raise ValueError("packed logits do not exist")
    wide = spread and 0 < experts <= 64
    if not wide:
        return launch()
    if not _switched_on():
        return launch()
    return launch_elsewhere(logits)


def route(logits, spread, experts):
    return _run(InputMode.FromLogits, logits, spread, experts)


def route_by_number(logits):
    mode = InputMode(1)
    if mode == InputMode.Packed:
        assert logits.dtype == torch.int32


def collect(first, second):
    both = []
    both.append(first)
    both.append(second)
    for tensor in both:
        assert tensor.dtype == torch.float32
