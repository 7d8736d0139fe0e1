#include "patch_sites.h"

/* The three sites of a release that this program was written for, in their shape. */
const char patch_sites[] =
    "import torch\n"
    "\n"
    "\n"
    "def fp8(topk_output, quant_info, hidden_states):\n"
    "    from layers.moe.utils import RoutingMethodType\n"
    "\n"
    "    router_logits = topk_output.router_logits\n"
    "    if quant_info.block_quant:\n"
    "        if topk_output.is_standard:\n"
    "            output = routed(topk_output)\n"
    "        else:\n"
    "            assert topk_output.is_bypassed\n"
    "\n"
    "            output = trtllm_fp8_block_scale_moe_wrapper(\n"
    "                routing_logits=(\n"
    "                    router_logits.to(torch.float32)\n"
    "                    if routing_method_type == RoutingMethodType.DeepSeekV3\n"
    "                    else router_logits\n"
    "                ),\n"
    "                routing_bias=correction_bias,\n"
    "            )\n"
    "    else:\n"
    "        with use_symmetric_memory():\n"
    "            symm_output = torch.empty(\n"
    "                hidden_states.shape[1],\n"
    "                dtype=torch.bfloat16,\n"
    "            )\n"
    "\n"
    "        # Use custom op wrapper for torch.compile compatibility.\n"
    "\n"
    "        # The DeepSeekV3 routing method requires float32 router logits.\n"
    "        if routing_method_type == RoutingMethodType.DeepSeekV3:\n"
    "            router_logits = router_logits.to(torch.float32)\n"
    "        else:\n"
    "            router_logits = router_logits.to(torch.bfloat16)\n"
    "\n"
    "        output = trtllm_fp8_per_tensor_scale_moe_wrapper(\n"
    "            routing_logits=router_logits,\n"
    "        )\n"
    "    return output\n"
    "\n"
    "\n"
    "def fp4(topk_output, quant_info, hidden_states):\n"
    "    from layers.moe.utils import RoutingMethodType, is_default\n"
    "\n"
    "    if is_default(topk_output):\n"
    "        result = routed(topk_output)\n"
    "    else:\n"
    "        assert topk_output.is_bypassed\n"
    "\n"
    "        routing_method_type = quant_info.routing_method_type\n"
    "\n"
    "        # DeepSeekV3 style routing requires float32 router logits\n"
    "        if routing_method_type == RoutingMethodType.DeepSeekV3:\n"
    "            router_logits = router_logits.to(torch.float32)\n"
    "\n"
    "        correction_bias = (\n"
    "            None\n"
    "            if topk_config.correction_bias is None\n"
    "            else topk_config.correction_bias.to(hidden_states.dtype)\n"
    "        )\n"
    "        result = trtllm_fp4_block_scale_moe(\n"
    "            routing_logits=router_logits,\n"
    "            routing_bias=correction_bias,\n"
    "        )\n"
    "    return result\n";

const char patch_sites_fixed[] =
    "import torch\n"
    "\n"
    "\n"
    "def fp8(topk_output, quant_info, hidden_states):\n"
    "    router_logits = topk_output.router_logits\n"
    "    if quant_info.block_quant:\n"
    "        if topk_output.is_standard:\n"
    "            output = routed(topk_output)\n"
    "        else:\n"
    "            assert topk_output.is_bypassed\n"
    "\n"
    "            output = trtllm_fp8_block_scale_moe_wrapper(\n"
    "                routing_logits=router_logits,\n"
    "                routing_bias=correction_bias,\n"
    "            )\n"
    "    else:\n"
    "        with use_symmetric_memory():\n"
    "            symm_output = torch.empty(\n"
    "                hidden_states.shape[1],\n"
    "                dtype=torch.bfloat16,\n"
    "            )\n"
    "\n"
    "        # Use custom op wrapper for torch.compile compatibility.\n"
    "\n"
    "        output = trtllm_fp8_per_tensor_scale_moe_wrapper(\n"
    "            routing_logits=router_logits,\n"
    "        )\n"
    "    return output\n"
    "\n"
    "\n"
    "def fp4(topk_output, quant_info, hidden_states):\n"
    "    from layers.moe.utils import is_default\n"
    "\n"
    "    if is_default(topk_output):\n"
    "        result = routed(topk_output)\n"
    "    else:\n"
    "        assert topk_output.is_bypassed\n"
    "\n"
    "        routing_method_type = quant_info.routing_method_type\n"
    "\n"
    "        correction_bias = (\n"
    "            None\n"
    "            if topk_config.correction_bias is None\n"
    "            else topk_config.correction_bias.to(hidden_states.dtype)\n"
    "        )\n"
    "        result = trtllm_fp4_block_scale_moe(\n"
    "            routing_logits=router_logits,\n"
    "            routing_bias=correction_bias,\n"
    "        )\n"
    "    return result\n";

#define L32 "router_logits.to(torch.float32)"
#define L16 "router_logits.to(torch.bfloat16)"

plan_text patch_sites_found(cp_arena *arena, cp_findings *findings, const char *path)
{
    static const struct {
        const char *code, *cast, *consumer, *stale;
    } all[] = {
        {"CP101", L32, "trtllm_fp8_block_scale_moe", NULL},
        {"CP101", L32, "trtllm_fp8_per_tensor_scale_moe", "The DeepSeekV3 routing"},
        {"CP104", L16, "trtllm_fp8_per_tensor_scale_moe", NULL},
        {"CP101", L32, "trtllm_fp4_block_scale_moe", "DeepSeekV3 style"},
    };
    plan_text t = plan_text_of(arena, findings, path, cp_str_of(patch_sites));
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        cp_finding *f = plan_text_add(&t, all[i].code, all[i].cast);
        f->tensor = CP_STR("router_logits");
        f->consumer = cp_str_printf(arena, "flashinfer.fused_moe.%s", all[i].consumer);
        f->parameter = CP_STR("routing_logits");
        f->to = cp_str_is(f->code, "CP104") ? CP_BF16 : CP_F32;
        f->effect = CP_EFFECT_EXACT;
        if (all[i].stale)
            plan_text_stale(&t, f, all[i].stale);
    }
    return t;
}
