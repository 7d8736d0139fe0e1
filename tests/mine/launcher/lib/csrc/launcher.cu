#include "not/there.h"

#define CHECK_OF_TYPE(x, t) TVM_FFI_ICHECK_EQ(x.dtype(), t) << #x " must be " #t;

namespace lib {

enum class Method : int { Default, DeepSeekV3 };

class Launcher {
 protected:
  Optional<TensorView> logits;
  Optional<TensorView> bias;

 public:
  Launcher(Optional<TensorView> const& logits, Optional<TensorView> const& bias)
      : logits(logits), bias(bias) {}
  virtual void check() const = 0;

  // The name lies: it looks at a dtype.
  void check_bias_shape() const {
    if (bias.has_value()) {
      TVM_FFI_ICHECK(bias.value().dtype() == dl_bfloat16 ||
                     bias.value().dtype() == dl_float32)
          << "bias";
    }
  }
  virtual int run(int64_t tactic, bool pdl = false);
};

int Launcher::run(int64_t tactic, bool pdl) {
  check();
  return 0;
}

class Concrete : public Launcher {
 public:
  Concrete(Optional<TensorView> const& logits, Optional<TensorView> const& bias, int64_t method)
      : Launcher(logits, bias), method(method) {}
  void check() const override { check_bias_shape(); }
  int64_t method;
};

int routed(Optional<TensorView> const& logits, Optional<TensorView> const& bias, TensorView ids,
           int64_t method, bool on_input) {
  bool use_logits = logits.has_value();
  if (use_logits) {
    if (on_input) {
      TVM_FFI_ICHECK_EQ(logits.value().dtype(), dl_bfloat16);
    } else if (static_cast<Method>(method) == Method::DeepSeekV3) {
      TVM_FFI_ICHECK_EQ(logits.value().dtype(), dl_float32);
    } else {
      TVM_FFI_ICHECK_EQ(logits.value().dtype(), dl_bfloat16);
    }
  }
  int device, major = 0;
  cudaDeviceGetAttribute(&major, kMajor, device);
  TVM_FFI_ICHECK(major == 10) << "device";
  std::unordered_map<int32_t, std::unique_ptr<Launcher>> launchers;
  for (int32_t tile : tiles()) {
    auto one = std::make_unique<Concrete>(logits, bias, method);
    launchers[tile] = std::move(one);
  }
  auto found = launchers.find(choose());
  auto& launcher = found->second;
  return launcher->run(0);
}

template <typename T, int64_t code>
void topk_as(TensorView scores, TensorView bias, TensorView out) {
  auto const type = scores.dtype();
  switch (encode_dlpack_dtype(type)) {
    case float32_code:
      switch (encode_dlpack_dtype(bias.dtype())) {
        case float32_code:
        case bfloat16_code:
          kernel<<<1, 32>>>(scores.data_ptr());
          break;
        default:
          throw std::invalid_argument("bias");
      }
      break;
    case bfloat16_code:
      CHECK_OF_TYPE(bias, dl_bfloat16)
      break;
    default:
      throw std::invalid_argument("scores");
  }
  TVM_FFI_ICHECK(encode_dlpack_dtype(out.dtype()) == code);
}

void topk(TensorView scores, TensorView bias, TensorView out) {
  topk_as<float, float32_code>(scores, bias, out);
}

}  // namespace lib
