#include "patch_cases.h"

static void test_the_sites_come_out_as_by_hand(void **state)
{
    (void)state;
    make_sites();
    cp_str diff;
    assert_int_equal(cp_patches_diff(&arena, &patches, &diff, NULL), CP_OK);
    put("all.diff", diff);
    sh("git apply --whitespace=error all.diff");
    /* each fix alone leaves a use of the first import behind */
    cp_str got = get("layers/moe.py");
    cp_str want = cp_str_of(patch_sites_fixed);
    cp_str line = CP_STR("    from layers.moe.utils import RoutingMethodType\n\n");
    size_t at = cp_str_find(got, line, 0);
    assert_true(at != SIZE_MAX);
    assert_same(
        cp_str_printf(&arena, "%.*s%s", (int)at, got.ptr, got.ptr + at + line.len), want);
}

static void test_both_casts_of_an_if_are_one_patch(void **state)
{
    (void)state;
    make_sites();
    assert_int_equal(patches.count, 3);
    assert_int_equal(patches.items[1].fix->finding_count, 2);
    assert_str(patches.items[1].subject,
               "Drop 2 casts of router_logits before trtllm_fp8_per_tensor_scale_moe");
}

static void test_git_takes_the_patches_in_order(void **state)
{
    (void)state;
    make_sites();
    git_start();
    write_patches();
    sh("for p in patches/*.patch; do git apply --check $p || exit 1; done");
    sh("git am patches/*.patch");
    sh("test $(git rev-list --count HEAD) = 4 && test -z \"$(git status --porcelain)\"");
}

static void test_git_takes_the_patches_in_reverse_order(void **state)
{
    (void)state;
    make_sites();
    git_start();
    write_patches();
    sh("git am patches/*.patch && git tag forward && git reset -q --hard HEAD~3");
    sh("git am $(ls -r patches/*.patch)");
    sh("git diff --exit-code forward");
}

static void test_git_takes_fixes_one_line_apart_in_any_order(void **state)
{
    (void)state;
    make_patches("m.py",
                 CP_STR("a = f(a.to(d))\nb = 0\nc = f(c.to(d))\nd = 0\ne = f(e.to(d))\n"),
                 "a.to(d)|c.to(d)|e.to(d)");
    assert_int_equal(patches.count, 3);
    git_start();
    write_patches();
    sh("cd patches && ln -s 0001* 1 && ln -s 0002* 2 && ln -s 0003* 3");
    sh("for o in '1 2 3' '1 3 2' '2 1 3' '2 3 1' '3 1 2' '3 2 1'; do "
       "for i in $o; do git am patches/$i || exit 1; done; "
       "git diff --quiet HEAD~3 && exit 1; git reset -q --hard HEAD~3; done");
}

static void test_git_finds_the_right_one_of_equal_places(void **state)
{
    (void)state;
    cp_buf text = {.arena = &arena};
    for (int i = 0; i < 6; i++)
        cp_buf_printf(&text,
                      "# %d\na = 1\nb = 2\nc = 3\nif v:\n    x = x.to(d)\n    y = "
                      "y.to(d)\na = 1\nb = 2\nc = 3\n",
                      i);
    make_patches("m.py", cp_buf_str(&text),
                 "x.to(d)|y.to(d)|x.to(d)|y.to(d)|x.to(d)|y.to(d)|x.to(d)|y.to(d)|"
                 "x.to(d)|y.to(d)");
    assert_int_equal(patches.count, 5);
    git_start();
    write_patches();
    sh("git am patches/*.patch && git tag forward && git reset -q --hard HEAD~5");
    sh("git am $(ls -r patches/*.patch) && git diff --exit-code forward");
    assert_non_null(strstr(get("m.py").ptr, "# 5\na = 1\nb = 2\nc = 3\nif v"));
}

static void test_git_takes_crlf_files_with_keep_cr(void **state)
{
    (void)state;
    make_patches("m.py", CP_STR("a = 1\r\nx = f(x.to(d))\r\nb = 2\r\n"), "x.to(d)");
    git_start();
    write_patches();
    sh("git apply --check patches/*.patch && git am --keep-cr patches/*.patch");
    assert_str(get("m.py"), "a = 1\r\nx = f(x)\r\nb = 2\r\n");
    sh("git log -1 --format=%B | grep -q keep-cr");
}

static void test_git_takes_a_file_without_a_last_line_break(void **state)
{
    (void)state;
    make_patches("m.py", CP_STR("a = 1\nx = f(x.to(d))"), "x.to(d)");
    git_start();
    write_patches();
    sh("git am patches/*.patch");
    assert_str(get("m.py"), "a = 1\nx = f(x)");
}

static void test_git_takes_odd_paths_bytes_and_modes(void **state)
{
    (void)state;
    make_patches("a b \xc3\xa9.py", CP_STR("# \xe9 latin\n\f\nx = f(x.to(d))\n"),
                 "x.to(d)");
    chmod("a b \xc3\xa9.py", 0755);
    assert_int_equal(cp_patches_make(&arena, &t.plan, NULL, NULL, &patches, NULL), CP_OK);
    git_start();
    write_patches();
    sh("git am patches/*.patch && ! grep -i warning out");
    assert_str(get("a b \xc3\xa9.py"), "# \xe9 latin\n\f\nx = f(x)\n");
    sh("test $(git ls-files -s | cut -c1-6) = 100755");
}

static void test_words_that_end_a_mail_do_no_harm(void **state)
{
    (void)state;
    make_patches("m.py", CP_STR("x = f(x.to(d))\n"), "x.to(d)");
    cp_finding *f = findings.items[0];
    f->message = CP_STR("---\ndiff --git a/q b/q\nFrom 0 Mon Sep 17 00:00:00 2001\n-- ");
    f->tensor =
        CP_STR("x\n\nSubject: \xc3\xa4\xff \xc3\xb6 and a rather long tail of it");
    f->assumptions = (cp_str[]){CP_STR("--- a/m.py\n+++ b/m.py\n@@ -1 +1 @@\n")};
    f->assumption_count = 1;
    cp_patch_proof proof = {CP_STR("---\nIndex: m.py\ndiff -u\nlast line"),
                            CP_STR("[1]")};
    cp_err err = {0};
    assert_int_equal(cp_patches_make(&arena, &t.plan, &proof, NULL, &patches, &err),
                     CP_OK);
    git_start();
    write_patches();
    sh("git am patches/*.patch");
    assert_str(get("m.py"), "x = f(x)\n");
    sh("git log -1 --format=%B | grep -q '^  last line$'");
    sh("git log -1 --format=%s | grep -q 'Subject: \xc3\xa4? \xc3\xb6 and a rather "
       "long'");
}

static void test_a_long_subject_comes_back_in_one_line(void **state)
{
    (void)state;
    make_patches("m.py", CP_STR("x = f(x.to(d))\n"), "x.to(d)");
    findings.items[0]->tensor =
        CP_STR("a_long_name_of_a_tensor[and_a_long_index, another_one]");
    findings.items[0]->consumer =
        CP_STR("m.a_kernel_with_a_really_long_name_for_a_kernel");
    assert_int_equal(cp_patches_make(&arena, &t.plan, NULL, NULL, &patches, NULL), CP_OK);
    git_start();
    write_patches();
    sh("git am patches/*.patch");
    sh("git log -1 --format=%s | grep -qx 'Drop the redundant cast of "
       "a_long_name_of_a_tensor.and_a_long_index, another_one. before "
       "a_kernel_with_a_really_long_name_for_a_kernel'");
}

static void test_the_body_gives_the_evidence(void **state)
{
    (void)state;
    make_sites();
    cp_finding *f = findings.items[0];
    cp_contract contract = {.package = CP_STR("flashinfer-python"),
                            .parameter = CP_STR("routing_logits"),
                            .accepts = CP_DTYPES(CP_F32) | CP_DTYPES(CP_BF16),
                            .stated = (cp_str[]){CP_STR("launcher.cu:265")},
                            .stated_count = 1};
    f->contract = &contract;
    f->contract_version = CP_STR("0.6.11.post1");
    f->message = CP_STR("the kernel takes bfloat16");
    f->assumptions = (cp_str[]){CP_STR("the model's dtype is bfloat16")};
    f->assumption_count = 1;
    cp_str mail = cp_patch_mail(&arena, &patches.items[0], 1, 3);
    static const char *const parts[] = {
        "Subject: [PATCH 1/3] Drop the redundant cast to float32 of router_logits before",
        "* CP101 layers/moe.py:16\n  the kernel takes bfloat16.",
        "  consumer: flashinfer.fused_moe.trtllm_fp8_block_scale_moe, parameter",
        "  contract: routing_logits accepts float32, bfloat16; flashinfer-python",
        "0.6.11.post1, stated at launcher.cu:265",
        "  assumed: the model's dtype is bfloat16\n",
        "  effect: exact\n",
        "Validation: not run.\n",
        " layers/moe.py | 6 +-----\n 1 file changed, 1 insertion(+), 5 deletions(-)\n",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        cp_str flat = cp_str_of(parts[i]);
        if (i == 0)
            flat = CP_STR("Subject: [PATCH 1/3] Drop the redundant cast to float32");
        if (!cp_str_has(mail, flat))
            fail_msg("no \"%s\" in:\n%s", parts[i], mail.ptr);
    }
}

static void test_mails_are_the_same_on_every_run(void **state)
{
    (void)state;
    make_sites();
    unsetenv("SOURCE_DATE_EPOCH");
    cp_str mail = cp_patch_mail(&arena, &patches.items[0], 1, 3);
    assert_true(cp_str_has(mail, CP_STR("Date: Mon, 17 Sep 2001 00:00:00 +0000\n")));
    setenv("SOURCE_DATE_EPOCH", "86400", 1);
    mail = cp_patch_mail(&arena, &patches.items[0], 1, 3);
    unsetenv("SOURCE_DATE_EPOCH");
    assert_true(cp_str_has(mail, CP_STR("Date: Fri, 2 Jan 1970 00:00:00 +0000\n")));
}

static void test_only_exact_leaves_the_others_out(void **state)
{
    (void)state;
    make_sites();
    t.plan.fixes[1]->effect = CP_EFFECT_CHANGES_EXPERTS;
    cp_patch_options options = {.only_exact = true};
    assert_int_equal(cp_patches_make(&arena, &t.plan, NULL, &options, &patches, NULL),
                     CP_OK);
    assert_int_equal(patches.count, 2);
}

static void test_paths_in_a_diff_start_at_the_repository(void **state)
{
    (void)state;
    assert_int_equal(mkdir("sub", 0777), 0);
    sh("git init -q .");
    assert_int_equal(chdir("sub"), 0);
    make_patches("m.py", CP_STR("x = f(x.to(d))\n"), "x.to(d)");
    assert_str(patches.items[0].path, "sub/m.py");
    assert_int_equal(chdir(".."), 0);
}

static void test_paths_in_a_diff_are_as_given_without_a_repository(void **state)
{
    (void)state;
    make_patches("./m.py", CP_STR("x = f(x.to(d))\n"), "x.to(d)");
    assert_str(patches.items[0].path, "m.py");
}

int main(void)
{
    setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    const struct CMUnitTest tests[] = {
        PATCH(test_the_sites_come_out_as_by_hand),
        PATCH(test_both_casts_of_an_if_are_one_patch),
        PATCH(test_git_takes_the_patches_in_order),
        PATCH(test_git_takes_the_patches_in_reverse_order),
        PATCH(test_git_takes_fixes_one_line_apart_in_any_order),
        PATCH(test_git_finds_the_right_one_of_equal_places),
        PATCH(test_git_takes_crlf_files_with_keep_cr),
        PATCH(test_git_takes_a_file_without_a_last_line_break),
        PATCH(test_git_takes_odd_paths_bytes_and_modes),
        PATCH(test_words_that_end_a_mail_do_no_harm),
        PATCH(test_a_long_subject_comes_back_in_one_line),
        PATCH(test_the_body_gives_the_evidence),
        PATCH(test_mails_are_the_same_on_every_run),
        PATCH(test_only_exact_leaves_the_others_out),
        PATCH(test_paths_in_a_diff_start_at_the_repository),
        PATCH(test_paths_in_a_diff_are_as_given_without_a_repository),
    };
    return cmocka_run_group_tests_name("patch", tests, NULL, NULL);
}
