struct Size {
  Size(const char* name) : value(kNoSize) {}
  auto unwrap(DebugInfo info = {}) const -> int64_t {
    RuntimeCheck(info, value != kNoSize, "not set");
    return value;
  }
  int64_t value;
};

template <typename T, int N>
struct Gate {
  static void check(const TensorView& x, const TensorView& out) {
    auto rows = Size{"rows"};
    TensorMatcher({rows, N}).with_dtype<T>().verify(out);
    TensorMatcher({rows, N}).with_dtype<T>().verify(x);
    rows.unwrap();
  }
  static void run(TensorView x, TensorView out) {
    check(x, out);
  }
  static void pack(TensorView x, Optional<TensorView> bias, TensorView zeros, bool transposed) {
    auto rows = Size{"rows"};
    TensorMatcher({rows, N}).with_dtype<T>().verify(x);
    if (rows.unwrap() == 0) return;
    if (bias.has_value()) {
      RuntimeCheck(bias.value().dtype().code == kDLFloat && bias.value().dtype().bits == 32);
    }
    if (transposed) {
      RuntimeCheck(std::is_same_v<T, bf16_t>, "transposed bfloat16 only");
      TensorMatcher({rows}).with_dtype<int32_t>().verify(zeros);
    }
  }
};
