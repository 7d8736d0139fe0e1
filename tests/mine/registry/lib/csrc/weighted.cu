#include "../csrc/dispatch.h"

void weighted(torch::Tensor& x) {
  LIB_DISPATCH(x.scalar_type(), "weighted", [&] { run<scalar_t>(x.data_ptr<scalar_t>()); });
}

TORCH_LIBRARY(lib, m) {
  m.def("weighted(Tensor! x) -> ()");
  m.impl("weighted", &weighted);
}
