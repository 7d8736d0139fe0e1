TVM_FFI_DLL_EXPORT_TYPED_FUNC(routed, lib::routed);
TVM_FFI_DLL_EXPORT_TYPED_FUNC(topk, lib::topk);
void unpermute_hf(int64_t x, int64_t scale) {}
TVM_FFI_DLL_EXPORT_TYPED_FUNC(unpermute_half_float, unpermute_hf);
TVM_FFI_DLL_EXPORT_TYPED_FUNC(unpermute_half_half, unpermute_hf);
#ifdef ENABLE_BF16
TVM_FFI_DLL_EXPORT_TYPED_FUNC(unpermute_bf16_float, unpermute_hf);
TVM_FFI_DLL_EXPORT_TYPED_FUNC(unpermute_bf16_bf16, unpermute_hf);
#endif
