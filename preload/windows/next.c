#include "next.h"

bind_function *next_bind;
listen_function *next_listen;
