#define LIB_CASES(...) AT_DISPATCH_CASE(at::ScalarType::Int, __VA_ARGS__)
