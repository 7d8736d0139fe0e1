from .layers import Gate, Sigmoid
