"""Writes the router logits of a running PyTorch model, for `castproof validate --logits`.

    from castproof import capture

    with capture.record(model, "logits.safetensors"):
        model(**inputs)

Each router's logits are kept as it hands them on, in the dtype that they have there, and
its `e_score_correction_bias` with them, under the names that castproof reads. Needs torch
and safetensors, which this package does not install.
"""

import os
import re
import warnings

ROUTER = r"(^|\.)(gate|router)$"
BIAS = "e_score_correction_bias"


def _logits(output, experts):
    """The first tensor of floating point among the outputs that has a column an expert."""
    outputs = output if isinstance(output, (tuple, list)) else (output,)
    for tensor in outputs:
        shape = getattr(tensor, "shape", ())
        if len(shape) >= 2 and tensor.is_floating_point() and shape[-1] == experts:
            return tensor
    return None


def _experts(module):
    """How many experts a router chooses from: the rows of its weight; None without one."""
    weight = getattr(module, "weight", None)
    return weight.shape[0] if weight is not None and weight.dim() == 2 else None


class record:  # a context manager, called like a function
    """Captures the logits of all routers of `model` while the block runs.

    Routers are the submodules whose name matches the regular expression `modules` and that
    have a weight of [experts, hidden]. Files are written when the block ends, and before
    whenever `shard_bytes` are kept: PATH, then PATH with -00001, -00002, … before its
    ending. At most `max_tokens` a router are kept. A block that ends by an error writes
    what was captured up to there. `files` lists what was written.
    """

    def __init__(self, model, path, modules=ROUTER, max_tokens=None, shard_bytes=1 << 30):
        import torch

        self.torch = torch
        self.path = os.fspath(path)
        self.max_tokens = max_tokens
        self.shard_bytes = shard_bytes
        self.files = []
        self._kept, self._bytes, self._tokens, self._handles = {}, 0, {}, []
        model = self._eager(model)
        self.routers = {
            name: module
            for name, module in model.named_modules()
            if re.search(modules, name) and _experts(module)
        }
        if not self.routers:
            raise ValueError(f"no submodule with a weight has a name that matches {modules!r}")

    def _eager(self, model):
        original = getattr(model, "_orig_mod", None)
        if original is None:
            return model
        warnings.warn(
            "the model is compiled: within one compiled function Inductor drops a cast from "
            "float32 to bfloat16 and back, so that its logits may not show what a cast does; "
            "capture from the eager model",
            stacklevel=3,
        )
        return original

    def __enter__(self):
        for name, module in self.routers.items():
            self._handles.append(module.register_forward_hook(self._hook(name)))
        return self

    def __exit__(self, *_):
        for handle in self._handles:
            handle.remove()
        self._handles = []
        self._write()
        silent = [name for name in self.routers if not self._tokens.get(name)]
        if silent:
            warnings.warn(f"no logits were seen of {', '.join(silent)}", stacklevel=2)

    def _hook(self, name):
        @self.torch.compiler.disable
        def keep(module, _, output):
            logits = _logits(output, _experts(module))
            if logits is not None:
                self._keep(name, logits.detach().reshape(-1, logits.shape[-1]))

        return keep

    def _keep(self, name, rows):
        seen = self._tokens.get(name, 0)
        if self.max_tokens is not None:
            rows = rows[: max(0, self.max_tokens - seen)]
        if not rows.shape[0]:
            return
        rows = rows.to("cpu", copy=True)
        self._tokens[name] = seen + rows.shape[0]
        self._kept.setdefault(name, []).append(rows)
        self._bytes += rows.numel() * rows.element_size()
        if self._bytes >= self.shard_bytes:
            self._write()

    def _write(self):
        from safetensors.torch import save_file

        if not self._kept:
            return
        tensors = {}
        for name, rows in self._kept.items():
            tensors[f"{name}.router_logits"] = self.torch.cat(rows)
            bias = getattr(self.routers[name], BIAS, None)
            if bias is not None:
                tensors[f"{name}.{BIAS}"] = bias.detach().to("cpu", copy=True).contiguous()
        path = self.path
        if self.files:
            stem, ending = os.path.splitext(self.path)
            path = f"{stem}-{len(self.files):05}{ending}"
        part = f"{path}.part"
        save_file(tensors, part)
        os.replace(part, path)
        self.files.append(path)
        self._kept, self._bytes = {}, 0
