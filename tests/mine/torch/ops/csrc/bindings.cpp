TORCH_LIBRARY_EXPAND(TORCH_EXTENSION_NAME, m) {
  m.def("topk_softmax(Tensor! weights, Tensor! ids, Tensor gating, Tensor? bias) -> ()");
  m.impl("topk_softmax", torch::kCUDA, &topk_softmax);
  m.def("scale(Tensor x) -> Tensor");
  m.impl("scale", torch::kCUDA, &scale);
}
