void run(TensorView x, TensorView y, int64_t mode = 0) {
  TVM_FFI_ICHECK_EQ(x.dtype(), dl_float32);
}
void short_run(TensorView x, TensorView y) {}
void built(TensorView x, TensorView y,
#ifdef WITH_SCALE
           TensorView scale,
#endif
           int64_t mode, bool pdl) {
}
void extended(TensorView x, TensorView y ADDITIONAL_PARAMS) {}
#if ABI == 1
void one_of_two(TensorView x) {}
#else
void one_of_two(TensorView x, TensorView y, int64_t mode) {}
#endif
TVM_FFI_DLL_EXPORT_TYPED_FUNC(run, run);
TVM_FFI_DLL_EXPORT_TYPED_FUNC(short, short_run);
TVM_FFI_DLL_EXPORT_TYPED_FUNC(built, built);
TVM_FFI_DLL_EXPORT_TYPED_FUNC(extended, extended);
TVM_FFI_DLL_EXPORT_TYPED_FUNC(one_of_two, one_of_two);
