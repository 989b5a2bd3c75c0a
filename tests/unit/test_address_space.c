/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "fake_code.h"

static fake_process process;

static code_place place_at(unpeg_addr pc)
{
    code_place place;
    assert_true(address_space_locate(process.space, pc, &place));
    return place;
}

static void assert_path(const code_place *place, const char *expected)
{
    assert_true(unpeg_slice_equal(place->path, unpeg_slice_of(expected)));
}

static void finds_what_is_mapped(void **state)
{
    (void)state;
    code_place place;
    process = (fake_process){.maps = "401000-402000 r-xp 00001000 08:01 7 /bin/a\n"
                                     "500000-501000 rw-p 00000000 00:00 0 [heap]\n"
                                     "600000-601000 rwxp 00000000 00:00 0\n"};
    fake_process_open(&process);
    place = place_at(0x401010);
    assert_path(&place, "/bin/a");
    assert_int_equal(place.file_offset, 0x1010);
    assert_null(place.image);
    place = place_at(0x500fff);
    assert_path(&place, "[heap]");
    assert_int_equal(place.file_offset, 0);
    place = place_at(0x600000);
    assert_path(&place, "");
    assert_false(address_space_locate(process.space, 0x402000, &place));
    fake_process_close(&process);
}

/* Frames of a stack hold the paths long after the mappings were read again. */
static void paths_outlive_an_update(void **state)
{
    (void)state;
    process = (fake_process){.maps = "401000-402000 r-xp 00001000 08:01 7 /bin/a\n"
                                     "500000-501000 rw-p 00000000 00:00 0 [heap]\n"};
    fake_process_open(&process);
    const code_place program = place_at(0x401000);
    const code_place heap = place_at(0x500000);
    for (int i = 0; i < 3; i++)
        fake_process_map(&process, "701000-702000 r-xp 00001000 08:01 8 /bin/b\n"
                                   "800000-801000 rw-p 00000000 00:00 0 [none]\n");
    assert_path(&program, "/bin/a");
    assert_path(&heap, "[heap]");
    const code_place other = place_at(0x701000);
    assert_path(&other, "/bin/b");
    fake_process_close(&process);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_is_mapped),
        cmocka_unit_test(paths_outlive_an_update),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
