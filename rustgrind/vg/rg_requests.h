/* rg_requests.h - client requests and monitor commands about heap and leaks.

   SPDX-License-Identifier: GPL-2.0-or-later  */
#ifndef RG_REQUESTS_H
#define RG_REQUESTS_H

#include "rg_compat.h"

/* Answers the request ARGS and returns True; False: it is none of these.  */
Bool rg_heap_request(ThreadId tid, UWord *args, UWord *ret);

#endif
