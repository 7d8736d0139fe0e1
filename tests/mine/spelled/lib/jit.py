import torch


class Args(list[str]):
    def __str__(self):
        return ", ".join(self)


NAMES = {
    torch.float: "fp32_t",
    torch.bfloat16: "bf16_t",
    torch.int64: "int64_t",
}


def template_args(*args):
    def spell(arg):
        if isinstance(arg, bool):
            return "true" if arg else "false"
        if isinstance(arg, (int, str)):
            return str(arg)
        if isinstance(arg, torch.dtype):
            return NAMES[arg]
        raise TypeError(type(arg))

    return Args(spell(arg) for arg in args)
