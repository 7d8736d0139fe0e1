from .core import routed as routed
from .core import scores_to_topk as scores_to_topk
from .core import unpermute as unpermute
