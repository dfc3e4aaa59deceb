/* Commands that a user is to copy into a shell. */
#ifndef QREF_CLI_SHELL_WORD_H
#define QREF_CLI_SHELL_WORD_H

#include <stdio.h>

/* Writes a word of a shell's command line, in quotes where it needs them. */
void qref_put_word(FILE *stream, const char *word);

#endif
