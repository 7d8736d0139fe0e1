import torch

from .checks import Checker


class Router:
    """What it chooses by is up to the classes below it."""

    out_dtype = torch.float32

    def __init__(self, bias, checker=None):
        self.bias = bias
        self.count = 0
        self.checker = Checker(torch.int32)

    def select(self, logits, ids):
        self.checker.check(ids)
        return self.score(logits)

    def score(self, logits):
        raise NotImplementedError

    @property
    def gate_dtype(self):
        return self.weight.dtype

    def helper(self, x):
        assert x.dtype == torch.uint8


class Sigmoid(Router):
    def score(self, logits):
        if self.bias is not None:
            assert self.bias.dtype == logits.dtype
        assert logits.dtype in (torch.float32, torch.bfloat16)
        if self.count:
            assert logits.dtype == torch.float32

    @classmethod
    def make(cls, table):
        assert table.dtype == torch.int64
        return cls.check_table(table)

    @staticmethod
    def check_table(table):
        assert table.dtype == torch.int64


class Gate:
    def forward(self, x):
        assert x.dtype == self.weight.dtype
        out = torch.empty(3, dtype=Sigmoid.out_dtype)
        self._run(x, **{"out": out, **dict(scale=x)})

    def _run(self, x, **kwargs):
        assert kwargs["out"].dtype == torch.float32
        assert kwargs["scale"].dtype == torch.bfloat16


class _Hidden:
    def forward(self, x):
        assert x.dtype == torch.uint8
