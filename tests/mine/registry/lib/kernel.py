import torch


def gate(logits):
    assert logits.dtype == torch.float32


def pick(logits):
    assert logits.dtype == torch.int32
