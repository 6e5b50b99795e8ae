#include "env.h"

#include "env_split.h"

#include <err.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_SIGNALS = 0x1000, /* those that say nothing of what is started */
    MOST_SPLITS = 16,        /* a string can ask for another -S, with variables even for ever */
    FAILED = 2,
};

/* Those of GNU coreutils 9.5. */
static const char letters[] = "+:a:C:iS:u:v0";
static const struct option options[] = {
    {"argv0", required_argument, NULL, 'a'},
    {"chdir", required_argument, NULL, 'C'},
    {"debug", no_argument, NULL, 'v'},
    {"ignore-environment", no_argument, NULL, 'i'},
    {"null", no_argument, NULL, '0'},
    {"split-string", required_argument, NULL, 'S'},
    {"unset", required_argument, NULL, 'u'},
    {"block-signal", optional_argument, NULL, OPTION_SIGNALS},
    {"default-signal", optional_argument, NULL, OPTION_SIGNALS},
    {"ignore-signal", optional_argument, NULL, OPTION_SIGNALS},
    {"list-signal-handling", no_argument, NULL, OPTION_SIGNALS},
    {0},
};

/* The program is looked up, and started, with what was set last. */
static void replace(char **kept, const char *value)
{
    free(*kept);
    *kept = value == NULL ? NULL : strdup(value);
    if (value != NULL && *kept == NULL)
        err(FAILED, "portclaim");
}

static void clear(struct env *env)
{
    env->drops_preload = true;
    replace(&env->path, NULL);
}

static void unset(struct env *env, const char *name)
{
    if (strcmp(name, "LD_PRELOAD") == 0)
        env->drops_preload = true;
    if (strcmp(name, "PATH") == 0)
        replace(&env->path, NULL);
}

static void assign(struct env *env, const char *assignment)
{
    static const char preload[] = "LD_PRELOAD=";
    static const char path[] = "PATH=";
    if (strncmp(assignment, preload, strlen(preload)) == 0)
        env->drops_preload = true;
    if (strncmp(assignment, path, strlen(path)) == 0)
        replace(&env->path, assignment + strlen(path));
}

/* Puts the words of the string in the place of all that was read, to be read in turn. */
static bool split(struct string_list *words, const char *string)
{
    struct string_list split = {0};
    string_list_add(&split, words->list[0]);
    bool fine = env_split(string, &split);
    string_list_add_all(&split, words->list + optind);
    string_list_free(words);
    *words = split;
    optind = 0;
    return fine;
}

/* False for a mistake. */
static bool take_option(struct env *env, struct string_list *words, int option, int *splits)
{
    switch (option) {
    case 'i':
        clear(env);
        return true;
    case 'u':
        unset(env, optarg);
        return true;
    case 'C':
        replace(&env->directory, optarg);
        return true;
    case 'S':
        return ++*splits <= MOST_SPLITS && split(words, optarg);
    case '0': /* not with a program */
    case '?':
    case ':':
        return false;
    default:
        return true;
    }
}

/* Afterwards what is no option begins at optind; an optind of 0 makes getopt_long() begin anew. */
static bool take_options(struct env *env, struct string_list *words)
{
    int splits = 0;
    int option;
    optind = 0;
    opterr = 0;
    do {
        option = getopt_long((int)words->count, words->list, letters, options, NULL);
    } while (option != -1 && take_option(env, words, option, &splits));
    return option == -1;
}

void env_read(char *const *arguments, const char *path, struct env *env)
{
    struct string_list words = {0};
    int before[] = {optind, opterr};
    *env = (struct env){0};
    replace(&env->path, path);
    string_list_add_all(&words, arguments);
    if (take_options(env, &words)) {
        char **rest = words.list + optind;
        if (*rest != NULL && strcmp(*rest, "-") == 0) {
            clear(env);
            rest++;
        }
        for (; *rest != NULL && strchr(*rest, '=') != NULL; rest++)
            assign(env, *rest);
        string_list_add_all(&env->program, rest);
    }
    string_list_free(&words);
    optind = before[0];
    opterr = before[1];
}

void env_free(struct env *env)
{
    string_list_free(&env->program);
    free(env->path);
    free(env->directory);
    *env = (struct env){0};
}
