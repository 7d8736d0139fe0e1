from enum import IntEnum

import torch


class Twice(IntEnum):
    A = 2


def check(x):
    assert x.dtype == torch.float32
