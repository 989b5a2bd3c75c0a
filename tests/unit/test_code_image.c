/* SPDX-License-Identifier: MIT */
#include "code_image.h"

#include <elf.h>
#include <stdlib.h>

#include "check.h"
#include "fake_code.h"

enum { BASE = 0x401000, SIZE = 0x1800 };

static fake_elf elf;

static void write_elf(bool tables_first)
{
    static unsigned char code[SIZE];
    static const fake_fde fde = {BASE, SIZE, (const unsigned char *)"", 0};
    for (size_t i = 0; i < SIZE; i++)
        code[i] = (unsigned char)(i * 7 + i / 256);
    fake_elf_write(&(fake_elf_spec){.vaddr = BASE,
                                    .code = code,
                                    .code_size = SIZE,
                                    .fdes = &fde,
                                    .fde_count = 1,
                                    .build_id = "BUILD-ID",
                                    .tables_first = tables_first},
                   &elf);
}

static code_image *open_elf(void)
{
    code_image *image = NULL;
    const code_file file = fake_elf_file(&elf);
    assert_int_equal(code_image_open(&file, &image), UNPEG_OK);
    return image;
}

static void test_addresses(void **state)
{
    (void)state;
    uint64_t vaddr;
    for (int tables_first = 0; tables_first < 2; tables_first++) {
        write_elf(tables_first);
        code_image *image = open_elf();
        assert_true(code_image_vaddr(image, FAKE_CODE_AT, &vaddr));
        assert_int_equal(vaddr, BASE);
        assert_true(code_image_vaddr(image, FAKE_CODE_AT + SIZE - 1, &vaddr));
        assert_int_equal(vaddr, BASE + SIZE - 1);
        assert_true(code_image_vaddr(image, elf.header_at, &vaddr));
        assert_int_equal(vaddr, BASE + elf.header_at - FAKE_CODE_AT);
        assert_false(code_image_vaddr(image, FAKE_ELF_LIMIT, &vaddr));
        assert_false(code_image_vaddr(image, UINT64_MAX, &vaddr));
        assert_int_equal(code_image_code_bytes(image), SIZE);
        code_image_close(image);
    }
}

static void test_views(void **state)
{
    (void)state;
    write_elf(false);
    code_image *image = open_elf();
    const size_t starts[] = {0, 1, 4095, 4096, 4000, SIZE - 1};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        for (size_t size = 1; size <= SIZE - starts[i]; size = size * 3 + 1) {
            const unsigned char *view = code_image_view(image, BASE + starts[i], size);
            assert_non_null(view);
            assert_memory_equal(view, elf.bytes + FAKE_CODE_AT + starts[i], size);
        }
    assert_null(code_image_view(image, BASE, SIZE + 1));
    assert_null(code_image_view(image, BASE + SIZE, 1));
    assert_null(code_image_view(image, BASE - FAKE_CODE_AT - 1, 1));
    assert_null(code_image_view(image, UINT64_MAX, 1));
    assert_null(code_image_view(image, 0, 1));
    assert_null(code_image_view(image, BASE, (size_t)CODE_IMAGE_VIEW_LIMIT + 1));
    code_image_close(image);
}

/* A segment that says it goes on beyond the end of the file. */
static void test_file_is_cut(void **state)
{
    (void)state;
    write_elf(false);
    elf.len = FAKE_CODE_AT + 4100;
    code_image *image = open_elf();
    assert_non_null(code_image_view(image, BASE, 4100));
    assert_null(code_image_view(image, BASE, 4101));
    assert_null(code_image_view(image, BASE + 4100, 1));
    assert_null(code_image_view(image, BASE + SIZE - 1, 1));
    code_image_close(image);
}

static void test_frame_header_and_build_id(void **state)
{
    (void)state;
    code_span span;
    write_elf(false);
    code_image *image = open_elf();
    const code_image_id *id = code_image_build_id(image);
    assert_int_equal(id->len, 8);
    assert_memory_equal(id->bytes, "BUILD-ID", 8);
    assert_memory_equal(elf.bytes + id->file_offset, "BUILD-ID", 8);
    assert_true(code_image_frame_header(image, &span));
    assert_int_equal(span.start, BASE + elf.header_at - FAKE_CODE_AT);
    assert_int_equal(span.end, BASE + elf.cie_at - FAKE_CODE_AT);
    code_image_close(image);

    fake_elf_write(&(fake_elf_spec){.vaddr = BASE, .code_size = SIZE}, &elf);
    image = open_elf();
    assert_int_equal(code_image_build_id(image)->len, 0);
    assert_false(code_image_frame_header(image, &span));
    code_image_close(image);
}

static void refused(void)
{
    code_image *image = NULL;
    const code_file file = fake_elf_file(&elf);
    assert_int_not_equal(code_image_open(&file, &image), UNPEG_OK);
    assert_null(image);
}

static void test_other_files(void **state)
{
    (void)state;
    static const size_t places[] = {0, EI_CLASS, EI_DATA, offsetof(Elf64_Ehdr, e_phentsize)};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        write_elf(false);
        elf.bytes[places[i]] ^= 3;
        refused();
    }
    write_elf(false);
    elf.len = 0;
    refused();
    write_elf(false);
    elf.len = sizeof(Elf64_Ehdr) + 8;
    refused();
    write_elf(false); /* program headers beyond any address */
    memset(elf.bytes + offsetof(Elf64_Ehdr, e_phoff), 0xff, 8);
    refused();
    write_elf(false); /* none at all */
    memset(elf.bytes + offsetof(Elf64_Ehdr, e_phnum), 0, 2);
    refused();
}

/* Sums of a segment that run over: the segment does not exist. */
static void test_segments_that_run_over(void **state)
{
    (void)state;
    enum { TEXT = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr) };
    static const size_t fields[] = {offsetof(Elf64_Phdr, p_offset), offsetof(Elf64_Phdr, p_vaddr),
                                    offsetof(Elf64_Phdr, p_filesz)};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        write_elf(false);
        memset(elf.bytes + TEXT + fields[i], 0xff, 8);
        code_image *image = open_elf();
        assert_null(code_image_view(image, BASE, 1));
        assert_int_equal(code_image_code_bytes(image), 0);
        code_image_close(image);
    }
}

/* Every byte of the headers and the note, changed: an answer, and no read outside of the file. */
static void test_any_damage_has_an_answer(void **state)
{
    (void)state;
    unsigned answers = 0;
    for (size_t at = 0; at < FAKE_ID_AT + 24; at++) {
        write_elf(false);
        elf.bytes[at] = (unsigned char)(elf.bytes[at] ^ 0xff);
        code_image *image = NULL;
        code_span span;
        uint64_t vaddr;
        const code_file file = fake_elf_file(&elf);
        unpeg_status status = code_image_open(&file, &image);
        answers += status != UNPEG_OK || image != NULL;
        if (status != UNPEG_OK)
            continue;
        (void)code_image_view(image, BASE, 64);
        (void)code_image_vaddr(image, FAKE_CODE_AT, &vaddr);
        (void)code_image_frame_header(image, &span);
        code_image_close(image);
    }
    assert_int_equal(answers, FAKE_ID_AT + 24);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_file_is_cut),
        cmocka_unit_test(test_frame_header_and_build_id),
        cmocka_unit_test(test_other_files),
        cmocka_unit_test(test_segments_that_run_over),
        cmocka_unit_test(test_any_damage_has_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
