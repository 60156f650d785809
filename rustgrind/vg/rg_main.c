/* rg_main.c - wiring: who is called when.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#include "rg_deterministic.h"
#include "rg_fault.h"
#include "rg_heap_options.h"
#include "rg_requests.h"
#include "rg_roots.h"
#include "rg_sim.h"
#include "rg_systime.h"
#include "rg_version.h"

#include "libvex.h"
#include "valgrind.h"
#include "pub_tool_vkiscnums.h"

/* Exact counts need superblocks that are executed as they are written: no chasing across branches, no unrolling, and SP up
   to date whenever memory is touched.  */
static void force_exact_translation(void)
{
    if (VG_(clo_vex_control).iropt_unroll_thresh != 0 || VG_(clo_vex_control).guest_chase)
        VG_(umsg)("rustgrind: counts need --vex-iropt-unroll-thresh=0 --vex-guest-chase=no: set so\n");
    VG_(clo_vex_control).iropt_unroll_thresh = 0;
    VG_(clo_vex_control).guest_chase = False;
}

static void forget_unmapped(Addr a, SizeT len)
{
    rg_roots_unmapped(a, len);
    if (!rg_code_known(a, len))
        return;
    if (!rg_opt.compat_callgrind)
        rg_sb_resolve_lines(a, len);
    rg_code_forget(a, len);
    rg_sb_forget_targets(a, len);
}

/* execve: an attempt to run what is no program changes nothing, so it is worth no dump.  */
static void pre_syscall(ThreadId tid, UInt number, UWord *args, UInt n_args)
{
    (void)n_args;
    rg_fault_rest();
    if (rg_opt.deterministic)
        rg_deterministic_pre_syscall(tid, number, args);
    if (rg_opt.collect_systime != RG_SYSTIME_NO)
        rg_systime_begin(tid);
    if (number == __NR_exit)
        rg_roots_thread_exits(tid);
    if (!rg_opt.compat_callgrind && number == __NR_execve && VG_(am_is_valid_for_client)(args[0], 1, VKI_PROT_READ) &&
        VG_(access)((const HChar *)args[0], False, False, True) == 0)
        rg_dump_before_exec();
}

static void post_syscall(ThreadId tid, UInt number, UWord *args, UInt n_args, SysRes res)
{
    (void)n_args;
    if (rg_opt.deterministic)
        rg_deterministic_post_syscall(tid, number, args, res);
    if (rg_opt.collect_systime != RG_SYSTIME_NO)
        rg_systime_end(tid);
}

/* Requests of callgrind.h.  Ignoring them in silence would pass numbers of the whole run for numbers of a part of it.  */
static Bool client_request(ThreadId tid, UWord *args, UWord *ret)
{
    static Bool told;

    if (rg_heap_request(tid, args, ret))
        return True;
    if (!VG_IS_TOOL_USERREQ('C', 'T', args[0]))
        return False;
    if (!told)
        VG_(umsg)("rustgrind: callgrind's client requests are not supported yet: request 0x%lx and all others are ignored\n",
                  args[0]);
    told = True;
    *ret = 0;
    return True;
}

static void post_clo_init(void)
{
    rg_version_check();
    rg_options_finish();
    force_exact_translation();
    rg_events_init();
    rg_sim_init();
    rg_code_init();
    rg_threads_register();
    rg_fault_init();
    rg_deterministic_init();
    rg_heap_start();
    if (!rg_opt.compat_callgrind || rg_opt.heap || rg_opt.deterministic || rg_opt.collect_systime != RG_SYSTIME_NO)
        VG_(needs_syscall_wrapper)(pre_syscall, post_syscall);
    VG_(track_die_mem_munmap)(forget_unmapped);
    rg_dump_init();
}

static void fini(Int exitcode)
{
    (void)exitcode;
    rg_threads_finish();
    rg_sim_finish();
    rg_dump_final();
}

static void pre_clo_init(void)
{
    VG_(details_name)("Rustgrind");
    VG_(details_version)(NULL);
    VG_(details_description)("a call-graph profiler for Rust programs");
    VG_(details_copyright_author)("Copyright (C) 2026, and GNU GPL'd, by the rustgrind authors.");
    VG_(details_bug_reports_to)("the rustgrind issue tracker");
    VG_(details_avg_translation_sizeB)(400);

    VG_(clo_vex_control).iropt_register_updates_default = VG_(clo_px_file_backed) = VexRegUpdSpAtMemAccess;
    VG_(clo_vex_control).iropt_unroll_thresh = 0;
    VG_(clo_vex_control).guest_chase = False;

    VG_(basic_tool_funcs)(post_clo_init, rg_instrument, fini);
    VG_(needs_client_requests)(client_request);
    rg_heap_defaults();
    VG_(needs_command_line_options)(rg_options_process, rg_options_usage, rg_options_debug_usage);
}

VG_DETERMINE_INTERFACE_VERSION(pre_clo_init)
