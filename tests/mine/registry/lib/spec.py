KERNELS = {}


class Spec:
    def __init__(self, op, target, backend="jit"):
        self.op = op
        self.target = target


def register(spec):
    KERNELS[spec.op] = spec


def get_kernel(op, backend=None):
    return load(KERNELS[op].target)


def load(target):
    module, name = target.split(":")
    return getattr(__import__(module), name)
