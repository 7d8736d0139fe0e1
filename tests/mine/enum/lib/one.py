from enum import IntEnum

import torch


class Twice(IntEnum):
    A = 1


def check(x):
    assert x.dtype == torch.float32
