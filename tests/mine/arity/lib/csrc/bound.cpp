void plain(torch::Tensor x, torch::Tensor y) {
  TORCH_CHECK(x.scalar_type() == at::kFloat);
}
void defaults(torch::Tensor x, int y) {}
void once(torch::Tensor x) {}
PYBIND11_MODULE(TORCH_EXTENSION_NAME, m) {
  m.def("plain", &plain);
  m.def("defaults", &defaults, py::arg("x"), py::arg("y") = 1);
  m.def("twice", &once);
  m.def("twice", &plain);
}
