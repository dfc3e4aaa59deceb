/* The model that is used where none is named. */
#ifndef QREF_CLI_DEFAULT_MODEL_H
#define QREF_CLI_DEFAULT_MODEL_H

/* vectors/models/tiny-mamba below the current directory, else the one installed with the running program, found from
 * where the program lies; the former too where neither exists, so that an error names it. malloc'ed; NULL when out of
 * memory. */
char *qref_default_model(void);

#endif
