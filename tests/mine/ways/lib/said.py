import torch

from somewhere import kind, known


def rows(x, layout):
    if kind(layout) != 1:
        assert x.dtype == torch.float32
    else:
        assert x.dtype == torch.bfloat16


def columns(x, layout):
    if kind(layout) not in known(layout):
        return
    assert x.dtype == torch.int32


def either(logits, ids):
    if logits is None:
        raise ValueError("logits are needed")
    if logits is not None:
        assert logits.dtype == torch.float16
