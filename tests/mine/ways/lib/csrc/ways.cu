void route(TensorView logits, Array<Tensor> metadata, bool prepare) {
  if (!metadata.empty()) {
    return;
  }
  TVM_FFI_ICHECK(logits.dtype() == dl_float32 || logits.dtype() == dl_bfloat16);
  launch(logits.data_ptr());
}

TVM_FFI_DLL_EXPORT_TYPED_FUNC(route, route);
