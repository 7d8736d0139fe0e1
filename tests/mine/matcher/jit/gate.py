from jit.utils import load_jit


def _module(size):
    return load_jit(
        "gate",
        cuda_files=["gate.cuh"],
        cuda_wrappers=[("gate", f"GateKernel<{size}>::run")],
    )


def gate(logits, ids, out):
    _module(ids.shape[1]).gate(logits, ids, out)
