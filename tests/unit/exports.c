/* SPDX-License-Identifier: MIT
 *
 * A library of many exported functions and variables, for tests that look them up.
 */
#define EIGHT(name)                                                                                \
    ONE(name##0)                                                                                   \
    ONE(name##1) ONE(name##2) ONE(name##3) ONE(name##4) ONE(name##5) ONE(name##6) ONE(name##7)
#define SIXTY_FOUR(name)                                                                           \
    EIGHT(name##0)                                                                                 \
    EIGHT(name##1)                                                                                 \
    EIGHT(name##2) EIGHT(name##3) EIGHT(name##4) EIGHT(name##5) EIGHT(name##6) EIGHT(name##7)

#define ONE(name)                                                                                  \
    int name(void);                                                                                \
    int name(void)                                                                                 \
    {                                                                                              \
        return __LINE__;                                                                           \
    }
SIXTY_FOUR(first_of_many_)
SIXTY_FOUR(f)
#undef ONE
#define ONE(name)                                                                                  \
    extern int name;                                                                               \
    int name = 7;
SIXTY_FOUR(variable_)
