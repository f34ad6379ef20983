/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CORE_OPTION_H
#define OND_CORE_OPTION_H

#include <ondelet/option.h>

/* One row per field; see ond_option. */
#define OND_OPTION_INT_ROW(type, field, preset, minimum, maximum, help)                                                \
    {                                                                                                                  \
#field, OND_OPTION_INT, offsetof(type, field), preset, minimum, maximum, NULL, help, false                     \
    }
#define OND_OPTION_REAL_ROW(type, field, preset, minimum, maximum, help)                                               \
    {                                                                                                                  \
#field, OND_OPTION_REAL, offsetof(type, field), preset, minimum, maximum, NULL, help, false                    \
    }
#define OND_OPTION_BOOL_ROW(type, field, preset, help)                                                                 \
    {                                                                                                                  \
#field, OND_OPTION_BOOL, offsetof(type, field), preset, 0, 1, NULL, help, false                                \
    }
#define OND_OPTION_CHOICE_ROW(type, field, preset, names, help)                                                        \
    {                                                                                                                  \
#field, OND_OPTION_CHOICE, offsetof(type, field), preset, 0, (int)(sizeof(names) / sizeof((names)[0])) - 2,    \
            names, help, false                                                                                         \
    }
#define OND_OPTION_INTERNAL_ROW(type, field, preset, minimum, maximum, help)                                           \
    {                                                                                                                  \
#field, OND_OPTION_INT, offsetof(type, field), preset, minimum, maximum, NULL, help, true                      \
    }
#define OND_OPTION_INTERNAL_REAL_ROW(type, field, preset, minimum, maximum, help)                                      \
    {                                                                                                                  \
#field, OND_OPTION_REAL, offsetof(type, field), preset, minimum, maximum, NULL, help, true                     \
    }
#define OND_OPTION_END                                                                                                 \
    {                                                                                                                  \
        NULL, OND_OPTION_INT, 0, 0, 0, 0, NULL, NULL, false                                                            \
    }

#endif
