import torch

from .jit import load_jit, template_args


def module(dtype):
    args = template_args(dtype, 4)
    return load_jit(
        "gate",
        *args,
        cuda_files=["gate.cuh"],
        cuda_wrappers=[("run", f"Gate<{args}>::run"), ("pack", f"Gate<{args}>::pack")],
    )


def gate(x, out):
    """The table of dtypes is the check of x; out must have the same one."""
    if out is None:
        out = x.new_empty(x.shape)
    module(x.dtype).run(x.view(-1), out.view(-1))


def pack(x, bias, zeros, transposed):
    module(x.dtype).pack(x, bias, zeros, transposed)


def cast(x, out_dtype: torch.dtype):
    """A parameter that is a dtype has dtypes that it can be, as a tensor has."""
    out = torch.empty(x.shape, dtype=out_dtype)
    if out.dtype not in (torch.float16, torch.float32):
        raise TypeError(out_dtype)
    if out_dtype == torch.float16:
        assert x.dtype == torch.float32


def gather(params, ids):
    """What a dictionary of tensors must hold."""
    assert params["table"].dtype == ids.dtype
    rows = params.get("rows", torch.empty(3, dtype=torch.int32))
    assert rows.dtype == torch.int32


def check_all(a, b):
    """The same check for each of a list."""
    if not all(t.dtype == torch.uint8 for t in (a, b)):
        raise ValueError("uint8")
    for name, tensor in zip(("a", "b"), (a, b)):
        assert tensor.dtype == torch.uint8, name


def by_index(ids, table):
    if ids.dtype == torch.int32:
        assert table.dtype == torch.int32
    elif ids.dtype == torch.int64:
        assert table.dtype == torch.int64
    else:
        raise TypeError("ids")
