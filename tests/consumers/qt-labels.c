/* qt-labels.c - preloaded into a Qt program: logs the text of every label it shows.

   SPDX-License-Identifier: GPL-2.0-or-later

   KCachegrind tells the total cost of a profile in its status bar only, and offers no interface to ask for it.  The status bar is a
   QLabel, so QLabel::setText is wrapped here and each text is written as one line to the file named by QT_LABELS_LOG.

   The layout of QString is the only knowledge of Qt used; it differs between Qt 5 (one pointer to a header with a size and an offset)
   and Qt 6 (header, characters, size), and qVersion() tells which one runs.  */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct qt5_header {
    int ref;
    int size;
    unsigned alloc;
    ptrdiff_t offset; /* from the header to the characters */
};

struct qt6_string {
    void *header;
    const uint16_t *chars;
    ptrdiff_t size;
};

static void string_parts(const void *qstring, const uint16_t **chars, ptrdiff_t *size)
{
    const char *(*version)(void) = (const char *(*)(void)) dlsym(RTLD_DEFAULT, "qVersion");
    if (version && version()[0] >= '6') {
        const struct qt6_string *s = qstring;
        *chars = s->chars;
        *size = s->size;
    } else {
        const struct qt5_header *h = *(const struct qt5_header *const *) qstring;
        *chars = (const uint16_t *) ((const char *) h + h->offset);
        *size = h->size;
    }
}

/* Writes one line; what is not ASCII (a thousands separator, say) becomes a blank.  */
static void log_text(const void *qstring)
{
    const char *path = getenv("QT_LABELS_LOG");
    FILE *f = path ? fopen(path, "a") : NULL;
    if (!f)
        return;
    const uint16_t *chars;
    ptrdiff_t size;
    string_parts(qstring, &chars, &size);
    for (ptrdiff_t i = 0; i < size; i++)
        fputc(chars[i] >= ' ' && chars[i] < 127 ? chars[i] : ' ', f);
    fputc('\n', f);
    fclose(f);
}

/* QLabel::setText(QString const&) */
void _ZN6QLabel7setTextERK7QString(void *label, const void *text);
void _ZN6QLabel7setTextERK7QString(void *label, const void *text)
{
    static void (*real)(void *, const void *);
    if (!real)
        real = (void (*)(void *, const void *)) dlsym(RTLD_NEXT, "_ZN6QLabel7setTextERK7QString");
    log_text(text);
    real(label, text);
}
