/* SPDX-License-Identifier: MIT */
/* provd: serves phones until it is told to stop. */
#include "cli/program.h"
#include "server/log/log.h"
#include "server/main/check.h"
#include "server/main/notify.h"
#include "server/main/options.h"
#include "server/main/serve.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

/* The signals that the main thread waits for; all threads are started with them blocked. */
static int
block_signals(sigset_t *awaited)
{
    sigemptyset(awaited);
    sigaddset(awaited, SIGHUP);
    sigaddset(awaited, SIGTERM);
    sigaddset(awaited, SIGINT);
    /* Both are errors of write(2) then: a client that went away, a file that may not grow. */
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
        return errno;
    return pthread_sigmask(SIG_BLOCK, awaited, NULL);
}

/* The next signal, or 0 when it is time for a sign of life. */
static int
wait_for_signal(const sigset_t *awaited, unsigned watchdog)
{
    struct timespec timeout = {.tv_sec = watchdog};
    int found;
    do
        found = watchdog > 0 ? sigtimedwait(awaited, NULL, &timeout) : sigwaitinfo(awaited, NULL);
    while (found < 0 && errno == EINTR);
    return found < 0 ? 0 : found;
}

static void
serve_until_told(struct serve *serve, const struct options *options, const sigset_t *awaited)
{
    unsigned watchdog = notify_watchdog_seconds();
    for (;;) {
        switch (wait_for_signal(awaited, watchdog)) {
        case 0:
            notify_send("WATCHDOG=1");
            break;
        case SIGHUP:
            notify_send("RELOADING=1");
            serve_reload(serve, options);
            notify_send("READY=1");
            break;
        default:
            return;
        }
    }
}

int
main(int argc, char **argv)
{
    static struct options options;
    const struct settings *settings;
    struct serve *serve;
    struct prov_error err;
    sigset_t awaited;
    int status;
    if (!options_parse(argc, argv, &options, &status))
        return status;
    if (options_load(&options, &settings, &err) != PROV_OK) {
        cli_error(NULL, "%s", err.text);
        return strncmp(err.text, "--", 2) == 0 ? CLI_USAGE : CLI_FAILED; /* an option's value */
    }
    if (options.check_config) {
        status = check_settings(settings, options.json);
        settings_free(settings);
        return status;
    }
    if ((errno = block_signals(&awaited)) != 0) {
        cli_error(NULL, "cannot block signals: %s", strerror(errno));
        settings_free(settings);
        return CLI_FAILED;
    }
    if (serve_start(settings, options.config, &serve, &err) != PROV_OK) {
        log_error("%s", err.text);
        if (log_is_elsewhere()) /* who starts it by hand looks here */
            cli_error(NULL, "%s", err.text);
        return CLI_FAILED;
    }
    log_info("ready");
    notify_send("READY=1\nSTATUS=serving");
    serve_until_told(serve, &options, &awaited);
    notify_send("STOPPING=1");
    pthread_sigmask(SIG_UNBLOCK, &awaited, NULL); /* a second signal ends it at once */
    serve_stop(serve);
    log_info("stopped");
    log_close();
    return CLI_DONE;
}
