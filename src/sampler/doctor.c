/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "access.h"
#include "elf_file.h"
#include "process_maps.h"
#include "remote_memory.h"
#include "unpeg/process.h"
#include "v8_namer.h"

_Static_assert((int)UNPEG_DOCTOR_CHECKS >= (int)ACCESS_CHECKS_MAX + 2, "room for all checks");

static unpeg_verdict_mark mark_of(access_verdict verdict)
{
    switch (verdict) {
    case ACCESS_OK:
        return UNPEG_MARK_OK;
    case ACCESS_WARN:
        return UNPEG_MARK_WARN;
    default:
        return UNPEG_MARK_BAD;
    }
}

static void add_access(unpeg_doctor *doctor, const access_checks *checks)
{
    for (size_t i = 0; i < checks->count; i++) {
        const access_check *from = &checks->items[i];
        unpeg_doctor_check *to = &doctor->checks[doctor->count++];
        to->name = from->name;
        to->mark = mark_of(from->verdict);
        to->remedy = from->remedy;
        memcpy(to->value, from->value, sizeof from->value);
        memcpy(to->text, from->text, sizeof from->text);
    }
    doctor->can_read = checks->allowed & ACCESS_MEMORY;
    doctor->can_stop = checks->allowed & ACCESS_STOP;
    doctor->can_perf = checks->allowed & ACCESS_PERF;
}

static unpeg_doctor_check *add(unpeg_doctor *doctor, const char *name)
{
    unpeg_doctor_check *check = &doctor->checks[doctor->count++];
    *check = (unpeg_doctor_check){.name = name, .remedy = ""};
    return check;
}

/* C++ functions have names only where the program's file has a symbol table. */
static void check_symbols(unpeg_doctor *doctor)
{
    char path[64];
    elf_file *file;
    elf_symbols_place place;
    unpeg_doctor_check *check = add(doctor, "symbols");
    snprintf(path, sizeof path, "/proc/%d/exe", (int)doctor->pid);
    if (elf_file_open(path, &file) != UNPEG_OK) {
        snprintf(check->value, sizeof check->value, "unknown");
        return;
    }
    bool full = elf_file_find_symbols(file, ELF_SYMTAB, &place) == UNPEG_OK;
    elf_file_close(file);
    snprintf(check->value, sizeof check->value, "%s", full ? "yes" : "stripped");
    if (full)
        return;
    check->mark = UNPEG_MARK_WARN;
    snprintf(check->text, sizeof check->text, "the program is stripped of its symbol table");
    check->remedy = "install its debug symbols, or expect addresses for its C++ functions";
}

static void describe_v8(unpeg_doctor *doctor, const v8_namer *namer)
{
    const v8_layout *layout = v8_namer_layout(namer);
    unpeg_slice file = v8_namer_file(namer);
    unpeg_doctor_check *check = add(doctor, "v8");
    snprintf(check->value, sizeof check->value, "%d.%d by %s of %.*s", (int)layout->major,
             (int)layout->minor, v8_namer_health(namer).layout_source, (int)file.len, file.data);
    doctor->has_v8 = true;
}

static void report_no_v8(unpeg_doctor *doctor)
{
    unpeg_doctor_check *check = add(doctor, "v8");
    snprintf(check->value, sizeof check->value, "not found");
    check->mark = UNPEG_MARK_WARN;
    snprintf(check->text, sizeof check->text, "no file that it has mapped says how V8 is laid out");
    check->remedy = "only native functions can be named, unless it writes a log or a perf map";
}

static unpeg_status try_v8(unpeg_doctor *doctor, const process_maps *maps, remote_memory *remote)
{
    char root[64];
    v8_namer *namer;
    target_memory live = remote_memory_access(remote);
    const v8_process process = {.memory = &live, .mappings = &maps->list, .root = root};
    snprintf(root, sizeof root, "/proc/%d/root", (int)doctor->pid);
    unpeg_status status = v8_namer_create(&process, &namer);
    if (status != UNPEG_OK)
        return status;
    describe_v8(doctor, namer);
    v8_namer_destroy(namer);
    return UNPEG_OK;
}

static void check_v8(unpeg_doctor *doctor)
{
    process_maps maps = {.pid = doctor->pid};
    remote_memory *remote = NULL;
    unpeg_status status = process_maps_refresh(&maps);
    if (status == UNPEG_OK)
        status = remote_memory_create(doctor->pid, &remote);
    if (status == UNPEG_OK)
        status = try_v8(doctor, &maps, remote);
    if (status != UNPEG_OK)
        report_no_v8(doctor);
    remote_memory_destroy(remote);
    process_maps_deinit(&maps);
}

unpeg_status unpeg_doctor_look(int32_t pid, unpeg_doctor *ret, unpeg_error *error)
{
    access_facts facts;
    access_checks checks;
    *ret = (unpeg_doctor){.pid = pid};
    if (pid < 0)
        return unpeg_error_set(error, UNPEG_ARGUMENT, "%d is no process", (int)pid);
    access_facts_read(pid, &facts);
    if (pid != 0 && !facts.target_known)
        return unpeg_error_set(error, UNPEG_NOT_FOUND, "there is no process %d", (int)pid);
    access_judge(&facts, &checks);
    add_access(ret, &checks);
    if (pid != 0 && ret->can_read) {
        check_symbols(ret);
        check_v8(ret);
    }
    return UNPEG_OK;
}
