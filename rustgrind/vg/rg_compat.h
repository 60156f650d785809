/* rg_compat.h - everything that differs between the Valgrind versions we build for, in one place.

   SPDX-License-Identifier: GPL-2.0-or-later

   The RG_HAVE_* macros come from configure's probes of the installed headers, never from version numbers.  */
#ifndef RG_COMPAT_H
#define RG_COMPAT_H

#include "rg_config.h"

/* Valgrind's headers are no system headers for the compiler: it would not tell of functions that are not declared, because they are
   named by a macro from there.  This warning is theirs.  */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"

#include "pub_tool_basics.h"

#include "libvex_guest_amd64.h"

#include "pub_tool_aspacemgr.h"
#include "pub_tool_clientstate.h"
#include "pub_tool_debuginfo.h"
#include "pub_tool_libcassert.h"
#include "pub_tool_libcbase.h"
#include "pub_tool_libcfile.h"
#include "pub_tool_libcprint.h"
#include "pub_tool_libcproc.h"
#include "pub_tool_machine.h"
#include "pub_tool_mallocfree.h"
#include "pub_tool_options.h"
#include "pub_tool_stacktrace.h"
#include "pub_tool_threadstate.h"
#include "pub_tool_tooliface.h"
#include "pub_tool_vki.h"
#include "pub_tool_xarray.h"

#pragma GCC diagnostic pop

/* Types that are no tool API; tests/drop-in/core-functions.c has the core's own.  */
#ifndef RG_COMPAT_CORE_TYPES
typedef void SymAVMAs;
typedef Int ThreadStatus;
#endif

/* Core functions that are no tool API but are in libcoregrind with this prototype in 3.19 to 3.27: the address that is
   really executed when the guest jumps to ORIG.  */
extern Addr VG_(redir_do_lookup)(Addr orig, Bool *isWrap);

/* How far A is in its function, by the symbol table; False if it is in none.  */
extern Bool VG_(get_inst_offset_in_function)(DiEpoch ep, Addr a, PtrdiffT *offset);

/* access(2): 0 or -1.  A file descriptor that the program cannot see, in exchange for FD.  */
extern Int VG_(access)(const HChar *path, Bool irusr, Bool iwusr, Bool ixusr);
extern Int VG_(safe_fd)(Int fd);

/* The symbol at A as it stands in the symbol table; and what the core makes of a symbol.  The results live until the next question.  */
extern Bool VG_(get_fnname_raw)(DiEpoch ep, Addr a, const HChar **buf);
extern void VG_(demangle)(Bool do_cxx_demangling, Bool do_z_demangling, const HChar *orig, const HChar **result);

/* The symbol table of an object: how many symbols there are, and one of them; what is not wanted may be NULL.  AVMAS is NULL
   here.  */
extern Int VG_(DebugInfo_syms_howmany)(const DebugInfo *di);
extern void VG_(DebugInfo_syms_getidx)(const DebugInfo *di, Int i, SymAVMAs *avmas, UInt *size, const HChar **name,
                                       const HChar ***other_names, Bool *is_text, Bool *is_ifunc, Bool *is_global);

/* Options: whether inlined calls are read from debug information, and the tool's name.  The path of the launcher, NULL when unknown.  */
extern Bool VG_(clo_read_inline_info);
extern const HChar *VG_(clo_toolname);
extern HChar *VG_(name_of_launcher);

/* Throws away the translations of code in [START, START+RANGE).  The tool API's VG_(discard_translations_safely) is the same, but
   only for client requests.  */
extern void VG_(discard_translations)(Addr start, ULong range, const HChar *who);

/* How many superblocks a thread may run before the tool hears of it; 0 where it cannot be told, because it cannot be changed.  */
extern Word VG_(clo_scheduling_quantum) __attribute__((weak));
static inline UInt rg_compat_quantum(void) { return &VG_(clo_scheduling_quantum) ? VG_(clo_scheduling_quantum) : 0; }

/* Further core functions that are no tool API but have these prototypes in 3.19 to 3.27: Valgrind's lock, which the thread that runs
   has; is the thread to end without running any more; the thread that the kernel's task is, or VG_INVALID_THREADID.  */
extern void VG_(acquire_BigLock)(ThreadId tid, const HChar *who);
extern void VG_(release_BigLock)(ThreadId tid, ThreadStatus status, const HChar *who);
enum { RG_COMPAT_YIELDING = 4 }; /* VgTs_Yielding */
static inline void rg_compat_acquire_lock(ThreadId tid) { VG_(acquire_BigLock)(tid, "rustgrind"); }
static inline void rg_compat_release_lock(ThreadId tid) { VG_(release_BigLock)(tid, RG_COMPAT_YIELDING, "rustgrind"); }
extern Bool VG_(is_exiting)(ThreadId tid);
extern ThreadId VG_(lwpid_to_vgtid)(Int lwpid);

/* The place of the program's stack: moves the stack pointer, and makes sure that there is memory down to an address.  */
extern void VG_(set_SP)(ThreadId tid, Addr sp);
extern Bool VG_(extend_stack)(ThreadId tid, Addr addr);

/* TID, which is about to run, comes back at its first superblock.  */
static inline void rg_compat_run_nothing(ThreadId tid)
{
    static const Int none;
    VG_(set_shadow_regs_area)(tid, 0, __builtin_offsetof(VexGuestAMD64State, host_EvC_COUNTER), sizeof none, (const UChar *)&none);
}

/* The superblocks left of the slice that TID has stopped in, -1: it had run them all.  */
static inline Int rg_compat_blocks_left(ThreadId tid)
{
    Int n;

    VG_(get_shadow_regs_area)(tid, (UChar *)&n, 0, __builtin_offsetof(VexGuestAMD64State, host_EvC_COUNTER), sizeof n);
    return n;
}

/* The code in which the program's own system calls that may wait are made.  */
extern const Addr ML_(blksys_setup), ML_(blksys_finished);
static inline Bool rg_compat_in_client_syscall(Addr pc) { return pc >= ML_(blksys_setup) && pc <= ML_(blksys_finished); }

/* A system call of our own: its result, or minus an error.  */
static inline Long rg_compat_syscall(UWord number, UWord a, UWord b, UWord c, UWord d)
{
    register UWord r10 __asm__("r10") = d;
    Long result;

    __asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
    return result;
}

/* N bytes of zeroed memory straight from the address space manager; NULL when there is none.  Never given back.  */
static inline void *rg_compat_shadow_alloc(SizeT n)
{
#ifdef RG_HAVE_AM_SHADOW_ALLOC_SYSRES
    SysRes r = VG_(am_shadow_alloc)(n);
    return sr_isError(r) ? NULL : (void *)(Addr)sr_Res(r);
#else
    return VG_(am_shadow_alloc)(n);
#endif
}

#endif
