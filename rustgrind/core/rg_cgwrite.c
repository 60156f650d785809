/* rg_cgwrite.c - writes a profile in the callgrind format.

   SPDX-License-Identifier: GPL-2.0-or-later

   What readers make of the file decides its details:
   - An id of "fn" stands for a name in one file of one object, so every node (function and recursion level) has its own.  The
     ids of "ob", of all kinds of files, and of "fn" count separately.
   - "fl=" comes before every "fn=" that follows a position in another file: some readers return to the function's file by
     themselves, others do not.
   - A "cfi=" may be left out only when the called function's file is both the present file and the caller's own: readers
     disagree on which of the two is meant.
   - Every line that begins with a position is the base of the next relative one; the target on a "calls=" line is relative to
     that base too, but is not a base itself.  */
#include "rg_cgwrite.h"

#include "rg_buf.h"
#include "rg_text.h"

enum {
    FLUSH_AT = 64 * 1024,  /* bytes collected before the sink is called */
    RELATIVE_BELOW = 100,  /* larger differences are written as absolute positions */
    NO_ID = UINT32_MAX,
};

static const char tag[] = "cgwrite";

/* Numbers given to the things of one kind, in the order of their first use.  */
struct ids {
    uint32_t *id; /* 0: not yet */
    uint32_t last;
};

struct writer {
    const struct rg_profile *p;
    const struct rg_cgwrite_options *opt;
    rg_sink_fn sink;
    void *arg;
    bool ok;
    bool dump_line;
    unsigned nevents;
    struct rg_buf buf;
    struct ids objects, files, nodes;
    uint32_t object;    /* of the last "ob="; NO_ID before */
    uint32_t fn_file;   /* of the last "fl=" */
    uint32_t file;      /* of the last "fl=" or "fi=" */
    struct rg_pos last; /* base of relative positions; line or address 0: none */
};

static void flush(struct writer *w)
{
    if (w->ok && w->buf.n > 0)
        w->ok = w->sink(w->arg, w->buf.p, w->buf.n);
    rg_buf_clear(&w->buf);
}

static void end_line(struct writer *w)
{
    rg_buf_char(&w->buf, '\n');
    if (w->buf.n >= FLUSH_AT)
        flush(w);
}

/* Texts.  */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void put_name(struct writer *w, const char *s)
{
    size_t n = strlen(s);
    if (n == 0) {
        rg_buf_str(&w->buf, "???");
        return;
    }
    bool first = s[0] == ' ' || (!w->opt->compress_strings && s[0] == '(' && is_digit(s[1]));
    bool last = n > 1 && s[n - 1] == ' ';
    if (first)
        rg_text_put_escaped(&w->buf, s[0]);
    rg_text_put(&w->buf, s + first, n - first - last);
    if (last)
        rg_text_put_escaped(&w->buf, ' ');
}

/* A header line: KEY and TEXT without trailing blanks.  */
static void put_header(struct writer *w, const char *key, const char *text)
{
    size_t n = strlen(text);
    while (n > 0 && text[n - 1] == ' ')
        n--;
    size_t key_len = strlen(key);
    while (n == 0 && key_len > 0 && key[key_len - 1] == ' ')
        key_len--;
    rg_buf_bytes(&w->buf, key, key_len);
    rg_text_put(&w->buf, text, n);
    end_line(w);
}

static void put_command(struct writer *w, const char *cmd)
{
    struct rg_buf escaped;
    rg_buf_init(&escaped, tag);
    for (; *cmd != '\0'; cmd++) {
        if (*cmd == '\n')
            rg_buf_str(&escaped, "\\n");
        else if (*cmd == '\\')
            rg_buf_str(&escaped, "\\\\");
        else
            rg_buf_char(&escaped, *cmd);
    }
    put_header(w, "cmd:  ", rg_buf_cstr(&escaped));
    rg_buf_free(&escaped);
}

static void put_number_line(struct writer *w, const char *key, int number)
{
    rg_buf_str(&w->buf, key);
    rg_buf_sdec(&w->buf, number);
    end_line(w);
}

static void put_counts(struct writer *w, const uint64_t *cost)
{
    for (unsigned i = 0; i < w->nevents; i++) {
        rg_buf_char(&w->buf, ' ');
        rg_buf_dec(&w->buf, cost[i]);
    }
    end_line(w);
}

static void put_list(struct writer *w, const char *key, const char *const *texts)
{
    for (; texts != NULL && *texts != NULL; texts++)
        put_header(w, key, *texts);
}

static void put_head(struct writer *w)
{
    const struct rg_cgwrite_options *opt = w->opt;
    struct rg_buf *b = &w->buf;
    if (opt->append) {
        end_line(w);
    } else {
        rg_buf_str(b, "# callgrind format\nversion: 1\n");
        put_header(w, "creator: ", opt->creator);
        put_number_line(w, "pid: ", opt->pid);
        put_command(w, opt->cmd);
    }
    put_number_line(w, "part: ", opt->part);
    if (opt->thread != 0)
        put_number_line(w, "thread: ", opt->thread);
    end_line(w);
    if (!opt->append) {
        end_line(w);
        put_list(w, "desc: ", opt->desc);
        if (opt->desc != NULL && opt->desc[0] != NULL)
            end_line(w);
    }
    rg_buf_str(b, "desc: Timerange: Basic block ");
    rg_buf_dec(b, opt->bb_from);
    rg_buf_str(b, " - ");
    rg_buf_dec(b, opt->bb_to);
    end_line(w);
    put_header(w, "desc: Trigger: ", opt->trigger);
    end_line(w);
    rg_buf_str(b, "positions:");
    rg_buf_str(b, opt->dump_instr ? " instr" : "");
    rg_buf_str(b, w->dump_line ? " line" : "");
    end_line(w);
    put_list(w, "event: ", opt->event_defs);
    rg_buf_str(b, "events:");
    for (unsigned i = 0; i < w->nevents; i++) {
        rg_buf_char(b, ' ');
        rg_buf_str(b, opt->events[i]);
    }
    end_line(w);
    rg_buf_str(b, "summary:");
    put_counts(w, opt->summary != NULL ? opt->summary : rg_profile_totals(w->p));
    end_line(w);
    end_line(w);
}

/* Names and positions.  */

/* Writes KEY and the name of thing INDEX of IDS; LEVEL is that of a function, or 1.  */
static void put_spec(struct writer *w, const char *key, struct ids *ids, uint32_t index, const char *name, uint32_t level)
{
    rg_buf_str(&w->buf, key);
    if (w->opt->compress_strings) {
        bool known = ids->id[index] != 0;
        if (!known)
            ids->id[index] = ++ids->last;
        rg_buf_char(&w->buf, '(');
        rg_buf_dec(&w->buf, ids->id[index]);
        rg_buf_char(&w->buf, ')');
        if (known) {
            end_line(w);
            return;
        }
        rg_buf_char(&w->buf, ' ');
    }
    put_name(w, name);
    if (level > 1) {
        rg_buf_char(&w->buf, '\'');
        rg_buf_dec(&w->buf, level);
    }
    end_line(w);
}

static void put_object(struct writer *w, const char *key, uint32_t object)
{
    put_spec(w, key, &w->objects, object, rg_profile_object_name(w->p, object), 1);
}

static void put_file(struct writer *w, const char *key, uint32_t file)
{
    put_spec(w, key, &w->files, file, rg_profile_file_name(w->p, file), 1);
}

static void put_node(struct writer *w, const char *key, uint32_t index, struct rg_node node)
{
    put_spec(w, key, &w->nodes, index, rg_profile_fn_name(w->p, node.fn), node.level);
}

/* Writes VALUE, relative to BASE where that is allowed and shorter.  */
static void put_subposition(struct writer *w, uint64_t value, uint64_t base, bool hex)
{
    struct rg_buf *b = &w->buf;
    uint64_t up = value - base, down = base - value;
    bool relative = w->opt->compress_pos && base != 0;
    if (relative && up == 0) {
        rg_buf_char(b, '*');
    } else if (relative && (up < RELATIVE_BELOW || down < RELATIVE_BELOW)) {
        bool forward = up < RELATIVE_BELOW;
        rg_buf_char(b, forward ? '+' : '-');
        rg_buf_dec(b, forward ? up : down);
    } else if (hex) {
        rg_buf_hex(b, value);
    } else {
        rg_buf_dec(b, value);
    }
}

/* Writes a position without changing the base.  */
static void put_position(struct writer *w, struct rg_pos pos)
{
    if (w->opt->dump_instr)
        put_subposition(w, pos.addr, w->last.addr, true);
    if (w->opt->dump_instr && w->dump_line)
        rg_buf_char(&w->buf, ' ');
    if (w->dump_line)
        put_subposition(w, pos.line, w->last.line, false);
}

static void put_cost_line(struct writer *w, struct rg_pos pos, const uint64_t *cost)
{
    put_position(w, pos);
    w->last = pos;
    put_counts(w, cost);
}

/* Records.  */

static void enter_file(struct writer *w, uint32_t file)
{
    if (file == w->file)
        return;
    put_file(w, "fi=", file);
    w->file = file;
}

/* Writes call C.  */
static void put_call_lines(struct writer *w, const struct rg_call_rec *c)
{
    uint32_t object = rg_profile_fn_object(w->p, c->callee.fn);
    uint32_t file = rg_profile_fn_file(w->p, c->callee.fn);
    enter_file(w, c->pos.file);
    if (object != w->object)
        put_object(w, "cob=", object);
    if (file != w->file || file != w->fn_file)
        put_file(w, "cfi=", file);
    put_node(w, "cfn=", rg_profile_node_index(w->p, c->callee), c->callee);
    rg_buf_str(&w->buf, "calls=");
    rg_buf_dec(&w->buf, c->calls);
    rg_buf_char(&w->buf, ' ');
    put_position(w, c->target);
    end_line(w);
    put_cost_line(w, c->pos, c->cost);
}

/* Does a call at CALL come before a cost at COST, both of one file?  At the same position the cost is first.  */
static bool is_before(struct rg_pos call, struct rg_pos cost)
{
    return call.line != cost.line ? call.line < cost.line : call.addr < cost.addr;
}

/* The records of one node that are still to be written, and where among them those in its own file are.  */
struct pending {
    struct rg_range costs, calls;
    struct rg_range own_costs, own_calls;
};

/* The file of the next cost (call) in RANGE, or NO_ID.  */
static uint32_t file_of_cost(const struct writer *w, struct rg_range range)
{
    return range.begin < range.end ? rg_profile_cost_at(w->p, range.begin).pos.file : NO_ID;
}

static uint32_t file_of_call(const struct writer *w, struct rg_range range)
{
    return range.begin < range.end ? rg_profile_call_at(w->p, range.begin).pos.file : NO_ID;
}

static struct rg_range find_file(const struct writer *w, struct rg_range r, uint32_t file,
                                 uint32_t (*file_of)(const struct writer *, struct rg_range))
{
    while (r.begin < r.end && file_of(w, r) != file)
        r.begin++;
    struct rg_range found = { r.begin, r.begin };
    while (r.begin < r.end && file_of(w, r) == file)
        found.end = ++r.begin;
    return found;
}

/* Writes call C, the first of CALLS, and removes it there.  Returns whether the next call lies in the same file; it is then in
   *C.  */
static bool put_call(struct writer *w, struct rg_call_rec *c, struct rg_range *calls)
{
    uint32_t file = c->pos.file;
    put_call_lines(w, c);
    if (++calls->begin >= calls->end)
        return false;
    *c = rg_profile_call_at(w->p, calls->begin);
    return c->pos.file == file;
}

/* Writes the records at the beginning of COSTS and CALLS that lie in FILE, by line and address, and moves the beginnings on.  */
static void put_records(struct writer *w, uint32_t file, struct rg_range *costs, struct rg_range *calls)
{
    struct rg_call_rec call = { .cost = NULL };
    bool have_call = file_of_call(w, *calls) == file;
    if (have_call)
        call = rg_profile_call_at(w->p, calls->begin);
    for (; w->ok && costs->begin < costs->end; costs->begin++) {
        struct rg_cost_rec cost = rg_profile_cost_at(w->p, costs->begin);
        if (cost.pos.file != file)
            break;
        while (have_call && is_before(call.pos, cost.pos))
            have_call = put_call(w, &call, calls);
        enter_file(w, file);
        put_cost_line(w, cost.pos, cost.cost);
    }
    while (have_call && w->ok)
        have_call = put_call(w, &call, calls);
}

/* The file to write next: the one of the first cost or of the first call, whichever name is smaller.  */
static uint32_t next_file(const struct writer *w, const struct pending *todo)
{
    uint32_t cost_file = file_of_cost(w, todo->costs);
    uint32_t call_file = file_of_call(w, todo->calls);
    if (cost_file == call_file || call_file == NO_ID)
        return cost_file;
    if (cost_file == NO_ID)
        return call_file;
    const char *a = rg_profile_file_name(w->p, cost_file), *b = rg_profile_file_name(w->p, call_file);
    size_t an = strlen(a), bn = strlen(b);
    int c = memcmp(a, b, an < bn ? an : bn);
    return c < 0 || (c == 0 && an < bn) ? cost_file : call_file;
}

static void put_node_head(struct writer *w, uint32_t index, struct rg_node node)
{
    uint32_t object = rg_profile_fn_object(w->p, node.fn);
    uint32_t file = rg_profile_fn_file(w->p, node.fn);
    bool new_object = object != w->object;
    if (new_object)
        put_object(w, "ob=", object);
    if (new_object || file != w->fn_file || file != w->file)
        put_file(w, "fl=", file);
    put_node(w, "fn=", index, node);
    w->object = object;
    w->fn_file = w->file = file;
    w->last = (struct rg_pos){ 0, 0, 0 };
}

static void put_node_records(struct writer *w, uint32_t index)
{
    struct pending todo = { .costs = rg_profile_node_costs(w->p, index), .calls = rg_profile_node_calls(w->p, index) };
    if (todo.costs.begin == todo.costs.end && todo.calls.begin == todo.calls.end)
        return;
    put_node_head(w, index, rg_profile_node_at(w->p, index));
    todo.own_costs = find_file(w, todo.costs, w->fn_file, file_of_cost);
    todo.own_calls = find_file(w, todo.calls, w->fn_file, file_of_call);
    struct rg_range own_costs = todo.own_costs, own_calls = todo.own_calls;
    put_records(w, w->fn_file, &own_costs, &own_calls);
    while (w->ok) {
        if (todo.costs.begin == todo.own_costs.begin)
            todo.costs.begin = todo.own_costs.end;
        if (todo.calls.begin == todo.own_calls.begin)
            todo.calls.begin = todo.own_calls.end;
        uint32_t file = next_file(w, &todo);
        if (file == NO_ID)
            break;
        put_records(w, file, &todo.costs, &todo.calls);
    }
    end_line(w);
}

static struct ids new_ids(uint32_t n)
{
    return (struct ids){ .id = rg_alloc(tag, (n + (size_t)1) * sizeof(uint32_t)) };
}

bool rg_cgwrite(const struct rg_profile *p, const struct rg_cgwrite_options *opt, rg_sink_fn sink, void *arg)
{
    struct writer w = {
        .p = p,
        .opt = opt,
        .sink = sink,
        .arg = arg,
        .ok = true,
        .dump_line = opt->dump_line || !opt->dump_instr,
        .nevents = rg_profile_nevents(p),
        .objects = new_ids(rg_profile_n_objects(p)),
        .files = new_ids(rg_profile_n_files(p)),
        .nodes = new_ids(rg_profile_n_nodes(p)),
        .object = NO_ID,
        .fn_file = NO_ID,
        .file = NO_ID,
    };
    rg_buf_init(&w.buf, tag);
    put_head(&w);
    uint32_t n_nodes = rg_profile_n_nodes(p);
    for (uint32_t i = 0; i < n_nodes && w.ok; i++)
        put_node_records(&w, i);
    rg_buf_str(&w.buf, "totals:");
    put_counts(&w, rg_profile_totals(p));
    flush(&w);
    rg_buf_free(&w.buf);
    rg_free(w.objects.id);
    rg_free(w.files.id);
    rg_free(w.nodes.id);
    return w.ok;
}
