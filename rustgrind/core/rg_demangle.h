/* rg_demangle.h - Rust symbols, read and written out.

   SPDX-License-Identifier: GPL-2.0-or-later

   Both manglings are known: v0 (RFC 2603 with what rustc has added since: string, array, tuple and struct constants, pattern
   types) and the legacy one (_ZN ... 17h<hash>E).  What is a symbol, and the two text forms, agree with the crate
   rustc-demangle 0.1.27 byte for byte.

   Any bytes may be given.  Reading allocates nothing; the limits below bound recursion, output and work.  */
#ifndef RG_DEMANGLE_H
#define RG_DEMANGLE_H

#include "rg_buf.h"

enum {
    RG_DEMANGLE_MAX_DEPTH = 500,       /* nested paths, types, constants and back references */
    RG_DEMANGLE_MAX_OUTPUT = 1000000,  /* bytes of one demangled name, without suffix */
    RG_DEMANGLE_MAX_STEPS = 600000,    /* paths, types and constants visited for one output; as if it were too long */
};

enum rg_symbol_kind { RG_SYMBOL_LEGACY, RG_SYMBOL_V0 };

/* A symbol that has been read.  A value type, which points into the text it was read from.  */
struct rg_symbol {
    enum rg_symbol_kind kind;
    const char *body; /* what follows the prefix: positions (below) count from here */
    size_t body_len;  /* v0: path and instantiating crate; legacy: up to and with the final E */
    size_t path_len;  /* v0: of the path; what follows it names the instantiating crate, if anything */
    size_t n_elements;      /* legacy: names between the lengths, the hash with them */
    const char *hash;       /* legacy: the digits of a hash as rustc makes it, 16 of them; else NULL */
    const char *suffix;     /* what compilers have appended and the text forms show: .cold .0 .llvm.123.cold */
    size_t suffix_len;
    const char *llvm; /* .llvm.<digits> at the end, which they do not show */
    size_t llvm_len;
};

/* Reads the N bytes at TEXT.  False: no Rust symbol (or one nested deeper than RG_DEMANGLE_MAX_DEPTH), and *S is undefined.
   As in rustc-demangle the prefixes of other systems (R, __R, ZN, __ZN) are accepted, and a C++ symbol without parameters passes
   for legacy: who has to tell them apart looks at HASH.  */
bool rg_symbol_read(struct rg_symbol *s, const char *text, size_t n);

/* PLAIN is what rustc-demangle prints for {}: with hashes, crate disambiguators and the types of constants.  ALTERNATE is {:#},
   without.  */
enum rg_symbol_form { RG_SYMBOL_PLAIN, RG_SYMBOL_ALTERNATE };

/* Appends the text of S.  What cannot be read behind a back reference becomes {invalid syntax}, {recursion limit reached} or ?;
   a text that gets too long ends in {size limit reached}.  */
void rg_symbol_print(const struct rg_symbol *s, enum rg_symbol_form form, struct rg_buf *out);

/* The same without the suffix.  */
void rg_symbol_print_base(const struct rg_symbol *s, enum rg_symbol_form form, struct rg_buf *out);

/* An identifier: ASCII, or PUNY_LEN > 0 and the Punycode (RFC 3492) of the rest of its characters.  */
struct rg_ident {
    const char *ascii, *puny;
    size_t ascii_len, puny_len;
};

/* Appends ID as UTF-8, or as punycode{...} when it cannot be decoded.  */
void rg_ident_print(const struct rg_ident *id, struct rg_buf *out);

/* The path of a v0 symbol in parts, from the crate inward:

       core::slice::<impl [u8]>::sort::<F>::{closure#0}
       CRATE NAME   IMPL         NAME       SPECIAL

   A TRAIT_IMPL or IMPL part comes after the path of the module that holds the impl, its DIS is the number of the impl in it.
   A TRAIT part comes after the path of a trait: what follows belongs to <SELF as that trait>.  */
enum rg_part_kind {
    RG_PART_CRATE,
    RG_PART_NAME,
    RG_PART_SPECIAL, /* closure, shim ...: NS tells which */
    RG_PART_IMPL,
    RG_PART_TRAIT_IMPL,
    RG_PART_TRAIT,
};

struct rg_part {
    enum rg_part_kind kind;
    char ns; /* NAME, SPECIAL: t type, v value, C closure, S shim, K constant ... */
    uint64_t dis;
    struct rg_ident name;
    size_t self;  /* IMPL, TRAIT_IMPL, TRAIT: position of the self type, else 0 */
    size_t trait; /* TRAIT_IMPL: position of the trait's path, else 0 */
    size_t args;  /* position of the generic arguments of this part, 0: none */
};

enum { RG_MAX_PARTS = 48 };

/* Fills PARTS and returns their number; 0 when S is a legacy symbol, has more parts than RG_MAX_PARTS, or cannot be read to its
   end.  rg_symbol_path_parts does the same for the path at position AT.  */
unsigned rg_symbol_parts(const struct rg_symbol *s, struct rg_part parts[RG_MAX_PARTS]);
unsigned rg_symbol_path_parts(const struct rg_symbol *s, size_t at, struct rg_part parts[RG_MAX_PARTS]);

/* Append, in the ALTERNATE form, the type or the path at a position of a v0 symbol, and a list of generic arguments as
   <A, B>.  */
void rg_symbol_print_type(const struct rg_symbol *s, size_t at, struct rg_buf *out);
void rg_symbol_print_path(const struct rg_symbol *s, size_t at, struct rg_buf *out);
void rg_symbol_print_args(const struct rg_symbol *s, size_t at, struct rg_buf *out);

/* The outermost constructor of a type: its first letter in the mangling (R, Q, P, O, A, S, T, F, D, W or a basic type), with *AT
   moved behind back references to it; or 'N' for a path, *AT at the path; 0: cannot be read.  */
char rg_symbol_type_head(const struct rg_symbol *s, size_t *at);

/* The name of a basic type by its letter in the mangling, or NULL.  */
const char *rg_symbol_basic_type(char letter);

/* Name NUMBER (from 0) of a legacy symbol, unescaped.  */
void rg_symbol_print_element(const struct rg_symbol *s, size_t number, struct rg_buf *out);

#endif
