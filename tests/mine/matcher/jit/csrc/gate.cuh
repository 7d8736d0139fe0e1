template <int kSize>
struct GateKernel {
  static void run(const tvm::ffi::TensorView logits, const tvm::ffi::TensorView ids,
                  const tvm::ffi::TensorView out) {
    auto N = SymbolicSize{"tokens"};
    auto dtype = SymbolicDType{};
    TensorMatcher({N, -1})  //
        .with_dtype<float, bf16_t>(dtype)
        .verify(logits);
    TensorMatcher({N}).with_dtype<int32_t>().verify(ids);
    TensorMatcher({N, kSize}).with_dtype(dtype).verify(out);
    RuntimeCheck(N.unwrap() > 0, "empty");
  }
};
