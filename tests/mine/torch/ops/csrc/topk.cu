#define DISPATCH_CASES(...)                             \
  AT_DISPATCH_CASE(at::ScalarType::Half, __VA_ARGS__)   \
  AT_DISPATCH_CASE(at::ScalarType::BFloat16, __VA_ARGS__)
#define DISPATCH_NARROW(TYPE, NAME, ...) AT_DISPATCH_SWITCH(TYPE, NAME, DISPATCH_CASES(__VA_ARGS__))

template <typename T>
void launch(torch::Tensor& weights, torch::Tensor& ids, std::optional<torch::Tensor> bias) {
  const float* bias_ptr = nullptr;
  if (bias.has_value()) {
    bias_ptr = bias.value().data_ptr<float>();
  }
  if (ids.scalar_type() == at::ScalarType::Int) {
    run<int, T>(weights.data_ptr<float>(), ids.data_ptr<int>());
  } else {
    run<int64_t, T>(weights.data_ptr<float>(), ids.data_ptr<int64_t>());
  }
}

void topk_softmax(torch::Tensor& weights, torch::Tensor& ids, torch::Tensor& gating,
                  std::optional<torch::Tensor> bias) {
  if (gating.scalar_type() == at::ScalarType::Float) {
    launch<float>(weights, ids, bias);
  } else if (gating.scalar_type() == at::ScalarType::BFloat16) {
    launch<__nv_bfloat16>(weights, ids, bias);
  } else {
    TORCH_CHECK(false, "unsupported: ", gating.scalar_type());
  }
}

torch::Tensor scale(torch::Tensor x) {
  DISPATCH_NARROW(x.scalar_type(), "scale", [&] {
    scale_kernel<<<1, 32>>>(x.data_ptr<scalar_t>());
  });
  return x;
}
