template <int kSize>
struct Kernel {
  static void go(const tvm::ffi::TensorView x, const tvm::ffi::TensorView y) {
    TVM_FFI_ICHECK_EQ(x.dtype(), y.dtype());
  }
};
