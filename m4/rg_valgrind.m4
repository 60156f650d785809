dnl rg_valgrind.m4 - finds the installed Valgrind, its compile and link recipe and its differences between versions.
dnl SPDX-License-Identifier: GPL-2.0-or-later

dnl RG_FIND_VALGRIND
dnl Sets VALGRIND_PREFIX, VALGRIND_VERSION, VALGRIND_INCLUDE, VALGRIND_LIB_STATIC, VALGRIND_LIBEXEC, VALGRIND_PROGRAM,
dnl VALGRIND_LOAD_ADDRESS and RG_TOOL_DIR, and the default of --prefix.
AC_DEFUN([RG_FIND_VALGRIND], [
AC_ARG_WITH([valgrind],
    [AS_HELP_STRING([--with-valgrind=PREFIX], [build for the Valgrind installed, or unpacked, in PREFIX (default: the one pkg-config finds)])],
    [], [with_valgrind=])
AC_ARG_WITH([valgrind-libexec],
    [AS_HELP_STRING([--with-valgrind-libexec=DIR], [directory of Valgrind's tools, where memcheck-$RG_PLATFORM is (default: looked for)])],
    [], [with_valgrind_libexec=])

AC_MSG_CHECKING([for valgrind.pc])
rg_pc=
AS_IF([test "x$with_valgrind" = x || test "x$with_valgrind" = xyes], [
    rg_pcdir=`$PKG_CONFIG --variable=pcfiledir valgrind 2>/dev/null`
    AS_IF([test -n "$rg_pcdir"], [rg_pc=$rg_pcdir/valgrind.pc])
], [
    rg_given=`cd "$with_valgrind" 2>/dev/null && pwd`
    AS_IF([test -z "$rg_given"], [AC_MSG_ERROR([--with-valgrind=$with_valgrind: no such directory])])
    for rg_dir in "$rg_given/lib/x86_64-linux-gnu" "$rg_given/lib64" "$rg_given/lib"; do
        AS_IF([test -z "$rg_pc" && test -f "$rg_dir/pkgconfig/valgrind.pc"], [rg_pc=$rg_dir/pkgconfig/valgrind.pc])
    done
])
AS_IF([test -z "$rg_pc" || test ! -f "$rg_pc"], [
    AC_MSG_RESULT([no])
    AC_MSG_ERROR([Valgrind's valgrind.pc was not found. On Debian: apt-get install valgrind.
Elsewhere: --with-valgrind=PREFIX names the prefix whose lib*/pkgconfig holds it.])
])
AC_MSG_RESULT([$rg_pc])

dnl In an unpacked Valgrind valgrind.pc still names the prefix of its package: the given one replaces it.
rg_define=
AS_IF([test -n "$rg_given"], [rg_define="--define-variable=prefix=$rg_given"])
rg_var () {
    PKG_CONFIG_PATH=`dirname "$rg_pc"` $PKG_CONFIG $rg_define --variable=$[]1 valgrind
}
VALGRIND_PREFIX=`rg_var prefix`
VALGRIND_INCLUDE=`rg_var includedir`
VALGRIND_LIB_STATIC=`rg_var libdir`/valgrind
VALGRIND_LOAD_ADDRESS=`rg_var valt_load_address`
VALGRIND_VERSION=`sed -n 's/^Version: *//p' "$rg_pc"`
AC_MSG_CHECKING([for the version of Valgrind])
AS_IF([test -z "$VALGRIND_VERSION"], [AC_MSG_ERROR([$rg_pc has no Version line])])
AC_MSG_RESULT([$VALGRIND_VERSION])
for rg_file in "$VALGRIND_INCLUDE/pub_tool_tooliface.h" "$VALGRIND_LIB_STATIC/libcoregrind-$RG_PLATFORM.a" \
               "$VALGRIND_LIB_STATIC/libvex-$RG_PLATFORM.a"; do
    AS_IF([test ! -f "$rg_file"], [AC_MSG_ERROR([$rg_pc was found, but $rg_file is missing: is Valgrind installed with its headers
and static libraries for $RG_PLATFORM? (on Debian they are in the package valgrind)])])
done

AC_MSG_CHECKING([for the directory of Valgrind's tools])
VALGRIND_LIBEXEC=
for rg_dir in "$with_valgrind_libexec" "$VALGRIND_PREFIX/libexec/valgrind" "$VALGRIND_LIB_STATIC" \
              "$VALGRIND_PREFIX/lib/valgrind" "$VALGRIND_PREFIX/lib64/valgrind"; do
    AS_IF([test -z "$VALGRIND_LIBEXEC" && test -n "$rg_dir" && test -f "$rg_dir/memcheck-$RG_PLATFORM"],
          [VALGRIND_LIBEXEC=$rg_dir])
done
AS_IF([test -z "$VALGRIND_LIBEXEC"], [
    AC_MSG_RESULT([no])
    AC_MSG_ERROR([memcheck-$RG_PLATFORM was not found under $VALGRIND_PREFIX; --with-valgrind-libexec=DIR names its directory])
])
AC_MSG_RESULT([$VALGRIND_LIBEXEC])

VALGRIND_PROGRAM=$VALGRIND_PREFIX/bin/valgrind
AC_MSG_CHECKING([for the valgrind command])
AS_IF([test ! -x "$VALGRIND_PROGRAM"], [AC_MSG_ERROR([$VALGRIND_PROGRAM is missing])])
AC_MSG_RESULT([$VALGRIND_PROGRAM])

dnl The launcher has the directory of its tools compiled in.  An unpacked one knows another directory and needs VALGRIND_LIB.
AC_MSG_CHECKING([whether valgrind finds its tools without VALGRIND_LIB])
rg_launcher=$VALGRIND_PROGRAM
AS_IF([test -f "$VALGRIND_PROGRAM.bin"], [rg_launcher=$VALGRIND_PROGRAM.bin])
AS_IF([grep -a -q "$VALGRIND_LIBEXEC" "$rg_launcher"], [rg_knows=yes], [rg_knows=no])
AS_IF([test $rg_knows = yes && test "`cd "$VALGRIND_LIBEXEC" && pwd`" != "$VALGRIND_LIBEXEC"], [rg_knows=no])
AC_MSG_RESULT([$rg_knows])
AS_IF([test $rg_knows = yes], [rg_launcher_flag=1], [rg_launcher_flag=0])

dnl In Valgrind's own prefix the tool goes beside Valgrind's tools; elsewhere libexecdir/valgrind becomes a whole VALGRIND_LIB directory.
AS_IF([test "x$prefix" = xNONE], [prefix=$VALGRIND_PREFIX])
RG_PREFIX_SHOWN=$prefix
AS_IF([test "x$prefix" = "x$VALGRIND_PREFIX" && test "x$libexecdir" = 'x${exec_prefix}/libexec'],
      [RG_TOOL_DIR=$VALGRIND_LIBEXEC; RG_TOOL_DIR_SHOWN=$RG_TOOL_DIR],
      [RG_TOOL_DIR='${libexecdir}/valgrind'; RG_TOOL_DIR_SHOWN="$RG_TOOL_DIR (with links to Valgrind's files)"])

AC_SUBST([VALGRIND_PREFIX])
AC_SUBST([VALGRIND_INCLUDE])
AC_SUBST([VALGRIND_LIB_STATIC])
AC_SUBST([VALGRIND_LIBEXEC])
AC_SUBST([VALGRIND_PROGRAM])
AC_SUBST([VALGRIND_LOAD_ADDRESS])
AC_SUBST([VALGRIND_VERSION])
AC_SUBST([RG_TOOL_DIR])
AC_DEFINE_UNQUOTED([RG_VALGRIND_VERSION], ["$VALGRIND_VERSION"], [The version of Valgrind that the tool is linked with])
AC_DEFINE_UNQUOTED([RG_VALGRIND_PROGRAM], ["$VALGRIND_PROGRAM"], [The valgrind command of that Valgrind])
AC_DEFINE_UNQUOTED([RG_VALGRIND_LIBEXEC], ["$VALGRIND_LIBEXEC"], [The directory of that Valgrind's tools])
AC_DEFINE_UNQUOTED([RG_VALGRIND_KNOWS_LIBEXEC], [$rg_launcher_flag], [1 if that valgrind command finds RG_VALGRIND_LIBEXEC by itself])
AC_DEFINE_UNQUOTED([RG_PLATFORM], ["$RG_PLATFORM"], [Valgrind's name of the platform])
])

dnl RG_TOOL_FLAGS
dnl Sets RG_TOOL_CPPFLAGS, RG_TOOL_CFLAGS, RG_TOOL_LDFLAGS and RG_TOOL_LIBS: how code that runs inside Valgrind is built.
AC_DEFUN([RG_TOOL_FLAGS], [
RG_TOOL_CPPFLAGS="-DVGA_amd64=1 -DVGO_linux=1 -DVGP_amd64_linux=1 -DVGPV_amd64_linux_vanilla=1"
RG_TOOL_CFLAGS="-m64 -O2 -g -std=gnu11 -fno-builtin -fno-stack-protector -fno-strict-aliasing -fomit-frame-pointer -fno-pie -fno-PIC"
RG_TOOL_LDFLAGS="-m64 -static -no-pie -nodefaultlibs -nostartfiles -Wl,-u,_start -Wl,--build-id=none -Wl,-z,noexecstack"
RG_TOOL_LDFLAGS="$RG_TOOL_LDFLAGS -Wl,-Ttext-segment=$VALGRIND_LOAD_ADDRESS"
RG_TOOL_LIBS="$VALGRIND_LIB_STATIC/libcoregrind-$RG_PLATFORM.a $VALGRIND_LIB_STATIC/libvex-$RG_PLATFORM.a -lgcc"
AS_IF([test -f "$VALGRIND_LIB_STATIC/libgcc-sup-$RG_PLATFORM.a"],
      [RG_TOOL_LIBS="$RG_TOOL_LIBS $VALGRIND_LIB_STATIC/libgcc-sup-$RG_PLATFORM.a"])
AC_SUBST([RG_TOOL_CPPFLAGS])
AC_SUBST([RG_TOOL_CFLAGS])
AC_SUBST([RG_TOOL_LDFLAGS])
AC_SUBST([RG_TOOL_LIBS])
])

dnl RG_PROBE(MACRO, WHAT, INCLUDES, BODY)
dnl Defines MACRO when BODY compiles without a warning against Valgrind's headers.
AC_DEFUN([RG_PROBE], [
AC_CACHE_CHECK([whether $2], [AS_TR_SH([rg_cv_$1])], [
    AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
#include "pub_tool_basics.h"
$3
void rg_probe(void);
void rg_probe(void)
{
    $4
}]])], [AS_TR_SH([rg_cv_$1])=yes], [AS_TR_SH([rg_cv_$1])=no])
])
AS_IF([test "$AS_TR_SH([rg_cv_$1])" = yes], [AC_DEFINE([$1], [1], [Define to 1 if $2])])
])

dnl RG_PROBE_VALGRIND
dnl Differences of the tool interface between versions, found by compiling.  Only vg/rg_compat.h looks at the macros.
AC_DEFUN([RG_PROBE_VALGRIND], [
rg_save_CFLAGS=$CFLAGS
rg_save_CPPFLAGS=$CPPFLAGS
CFLAGS="$RG_TOOL_CFLAGS -Werror"
CPPFLAGS="$RG_TOOL_CPPFLAGS -isystem $VALGRIND_INCLUDE"
AC_MSG_CHECKING([whether Valgrind's headers compile])
AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
#include "pub_tool_basics.h"
#include "pub_tool_tooliface.h"
]])], [AC_MSG_RESULT([yes])], [
    AC_MSG_RESULT([no])
    AC_MSG_ERROR([the headers in $VALGRIND_INCLUDE do not compile; config.log says why])
])
RG_PROBE([RG_HAVE_AM_SHADOW_ALLOC_SYSRES], [VG_(am_shadow_alloc) returns a SysRes],
         [#include "pub_tool_aspacemgr.h"],
         [SysRes r = VG_(am_shadow_alloc)(4096); (void)r;])
RG_PROBE([RG_HAVE_CORE_ERRORS_BOOL], [VG_(needs_core_errors) takes a Bool],
         [#include "pub_tool_tooliface.h"],
         [VG_(needs_core_errors)(True);])
RG_PROBE([RG_HAVE_BOOL_CLO_BITFIELD], [VG_BOOL_CLO can set a bit-field (later versions take the address)],
         [#include "pub_tool_libcbase.h"
          #include "pub_tool_options.h"],
         [struct { Bool b : 1; } s = { 0 }; const HChar *arg = ""; if (VG_BOOL_CLO(arg, "--x", s.b)) {} (void)s;])
RG_PROBE([RG_HAVE_BUINT_CLO], [there is VG_BUINT_CLO],
         [#include "pub_tool_libcbase.h"
          #include "pub_tool_options.h"],
         [UInt v = 0; const HChar *arg = ""; if (VG_BUINT_CLO(arg, "--x", v, 0, 9)) {} (void)v;])
RG_PROBE([RG_HAVE_GET_FNNAME_INL], [there is VG_(get_fnname_inl)],
         [#include "pub_tool_debuginfo.h"],
         [(void)&VG_(get_fnname_inl);])
RG_PROBE([RG_HAVE_CLO_TRACK_FDS], [VG_(clo_track_fds) is public],
         [#include "pub_tool_options.h"],
         [(void)&VG_(clo_track_fds);])
CFLAGS=$rg_save_CFLAGS
CPPFLAGS=$rg_save_CPPFLAGS
])

dnl RG_DROP_IN
dnl In a Valgrind source tree that rustgrind was put into (build-aux/drop-in/apply): its Makefiles, and what differs between versions, found by
dnl compiling against the tree's own headers.
AC_DEFUN([RG_DROP_IN], [
RG_TOOL_CPPFLAGS="-DVGA_amd64=1 -DVGO_linux=1 -DVGP_amd64_linux=1 -DVGPV_amd64_linux_vanilla=1 -isystem $srcdir/VEX/pub"
RG_TOOL_CFLAGS="-m64 -std=gnu11 -fno-builtin"
VALGRIND_INCLUDE=$srcdir/include
RG_PROBE_VALGRIND
AC_CONFIG_FILES([rustgrind/Makefile rustgrind/tests/Makefile])
])
