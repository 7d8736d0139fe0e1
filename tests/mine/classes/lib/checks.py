class Checker:
    def __init__(self, dtype):
        self.dtype = dtype

    def check(self, x):
        if x.dtype != self.dtype:
            raise TypeError(x)
