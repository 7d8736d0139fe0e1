import torch

SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]


def tune(x):
    """Each loop is followed round by round, and there are too many of them."""
    for a in SIZES:
        for b in SIZES:
            for c in SIZES:
                for d in SIZES:
                    for e in SIZES:
                        plan(a, b, c, d, e)
    if x.dtype != torch.float32:
        raise ValueError("x")


def check(x, name):
    if x.dtype != torch.bfloat16:
        raise ValueError(name)


def holder(kind):
    return Holder(kind)


class Holder:
    def __init__(self, kind):
        self.kind = kind


def again(x, y, fast):
    """The same call under another condition, and an object that is made twice."""
    if fast:
        check(x, "x")
    check(x, "x")
    check(x, "x")
    one = holder("x")
    one.kind = y
    two = holder("x")
    if two.kind == "x" and y.dtype != torch.float32:
        raise ValueError("y")
