/* Compiled, not linked, in a Valgrind source tree: where rg_compat.h declares something of the core that is no tool interface, the core's own
   headers must say the same, or the compiler says that the types conflict.
   SPDX-License-Identifier: GPL-2.0-or-later */
#include "pub_core_basics.h"

#include "pub_core_vki.h"

#include "pub_core_clientstate.h"
#include "pub_core_debuginfo.h"
#include "pub_core_demangle.h"
#include "pub_core_libcfile.h"
#include "pub_core_machine.h"
#include "pub_core_options.h"
#include "pub_core_redir.h"
#include "pub_core_scheduler.h"
#include "pub_core_signals.h"
#include "pub_core_threadstate.h"
#include "pub_core_transtab.h"

#undef PACKAGE
#undef PACKAGE_BUGREPORT
#undef PACKAGE_NAME
#undef PACKAGE_STRING
#undef PACKAGE_TARNAME
#undef PACKAGE_URL
#undef PACKAGE_VERSION
#undef VERSION
#define RG_COMPAT_CORE_TYPES 1
#include "rg_compat.h"

_Static_assert((int)RG_COMPAT_YIELDING == (int)VgTs_Yielding, "rg_compat.h has another number for a thread that yields");
