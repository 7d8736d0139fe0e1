namespace lib::narrow {

struct Kernel {
  static void check(TensorView x) { TVM_FFI_ICHECK_EQ(x.dtype(), dl_bfloat16); }
};

void check_all(TensorView x) { Kernel::check(x); }

}  // namespace lib::narrow

void narrow(TensorView x) { lib::narrow::check_all(x); }
TVM_FFI_DLL_EXPORT_TYPED_FUNC(narrow, narrow);
