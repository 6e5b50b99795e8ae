/*
 * What jansson's own configure would find of mingw. Its jansson_config.h is the one that it brings
 * for Android, which asks nothing of the system.
 */
#define HAVE_STDINT_H           1
#define HAVE_SYS_TYPES_H        1
#define HAVE_UNISTD_H           1
#define HAVE_SYS_TIME_H         1
#define HAVE_GETTIMEOFDAY       1
#define HAVE_GETPID             1
#define USE_WINDOWS_CRYPTOAPI   1
#define INITIAL_HASHTABLE_ORDER 3
