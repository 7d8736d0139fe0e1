from enum import Enum, IntEnum, auto

import torch


class Method(IntEnum):
    """A comma behind a number makes no difference."""

    First = (0,)
    Second = 1
    Last = 9.0


class Named(Enum):
    A = 1


class Counted(IntEnum):
    A = auto()


class _Private(IntEnum):
    A = 1


def check(x):
    assert x.dtype == torch.float32
