namespace lib::wide {

namespace dt = gen::types;

struct Kernel {
  static void check(TensorView x, dt::Dtype type) {
    if (type == dt::Dtype::Packed) {
      TVM_FFI_ICHECK_EQ(x.dtype(), dl_uint8);
    } else {
      TVM_FFI_ICHECK_EQ(x.dtype(), dl_float32);
    }
  }
};

void check_all(TensorView x, bool packed) {
  Kernel::check(x, packed ? dt::Dtype::Packed : dt::Dtype::Plain);
}

}  // namespace lib::wide

void wide(TensorView x, bool packed) { lib::wide::check_all(x, packed); }
TVM_FFI_DLL_EXPORT_TYPED_FUNC(wide, wide);
