import torch

from somewhere import kind_of, known


def rows(x, layout):
    if kind_of(layout) != 1:
        assert x.dtype == torch.float32
    else:
        assert x.dtype == torch.bfloat16


def columns(x, layout):
    if kind_of(layout) not in known(layout):
        return
    assert x.dtype == torch.int32
