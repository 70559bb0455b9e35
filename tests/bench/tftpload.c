/* SPDX-License-Identifier: MIT */
/* Phones that fetch files over TFTP, many at once. Each transfer has a port of its own, as the RFC
 * asks and phones do; a request is repeated after 0.5 s, an acknowledgement after 1 s. */
#include "tests/bench/tftpload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tftp_load load = {.wire = &wire_sockets,
                         .phone_count = 50,
                         .rounds = 1,
                         .blksize = TFTP_BLKSIZE_DEFAULT,
                         .windowsize = 1,
                         .request_ms = 500,
                         .ack_ms = 1000,
                         .give_up_seconds = 60};

static const char help[] =
    "usage: tftpload [OPTION...] ADDRESS:PORT FILE...\n"
    "Each phone fetches the files one after the other, all phones at once. `#` in FILE stands for\n"
    "the phone's number (from 1) as 12 hexadecimal digits: SEP#.cnf.xml.\n"
    "  -p, --phones N           phones at once (50)\n"
    "  -r, --rounds N           each phone fetches its files N times (1)\n"
    "  -s, --seconds S          instead: again and again for so long\n"
    "  -b, --blksize N          ask for this block size (none: 512)\n"
    "  -w, --windowsize N       ask for this window (none: 1)\n"
    "  -d, --root FOLDER        compare every byte with the files there\n"
    "      --device NAME        packets through this tun device instead of sockets; the phones "
    "have\n"
    "                           the addresses from 257 on in the server's network of 16 bits\n"
    "      --request-timeout MS repeat the request (500)\n"
    "      --ack-timeout MS     repeat the acknowledgement (1000)\n"
    "      --give-up S          a transfer fails after so long without progress (60)\n"
    "Prints one line of key=value: files, failed, bytes, seconds, files_per_s, mb_per_s,\n"
    "request_resends, ack_resends, duplicates, p50_ms, p99_ms, max_ms (of one transfer), cpu "
    "(seconds\n"
    "of this process). Exit status: 0 if every transfer completed, 1 if not, 2 for wrong usage.\n";

/* SEP#.cnf.xml: SEP000000000001.cnf.xml */
static struct load_file *
numbered_file(const char *name, unsigned number)
{
    const char *mark = strchr(name, '#');
    char *own = NULL;
    struct load_file *file = calloc(1, sizeof *file);
    if (file == NULL ||
        asprintf(&own, "%.*s%012X%s", (int)(mark - name), name, number, mark + 1) < 0)
        load_fatal("out of memory");
    load_file_read(load.run.root, own, file);
    free(own);
    return file;
}

static void
make_phones(void)
{
    load.shared = calloc(load.run.name_count, sizeof *load.shared);
    load.phones = calloc(load.phone_count, sizeof *load.phones);
    if (load.shared == NULL || load.phones == NULL)
        load_fatal("out of memory");
    for (unsigned i = 0; i < load.run.name_count; i++)
        if (strchr(load.run.names[i], '#') == NULL)
            load_file_read(load.run.root, load.run.names[i], &load.shared[i]);
    for (unsigned p = 0; p < load.phone_count; p++) {
        struct phone *phone = &load.phones[p];
        phone->number = p + 1;
        phone->files = calloc(load.run.name_count, sizeof(struct load_file *));
        if (phone->files == NULL)
            load_fatal("out of memory");
        for (unsigned i = 0; i < load.run.name_count; i++)
            phone->files[i] = load.shared[i].name != NULL
                                  ? &load.shared[i]
                                  : numbered_file(load.run.names[i], phone->number);
    }
}

static void
free_phones(void)
{
    for (unsigned p = 0; p < load.phone_count; p++) {
        for (unsigned i = 0; i < load.run.name_count; i++) {
            if (load.phones[p].files[i] != &load.shared[i]) {
                load_file_free(load.phones[p].files[i]);
                free(load.phones[p].files[i]);
            }
        }
        free(load.phones[p].files);
    }
    for (unsigned i = 0; i < load.run.name_count; i++)
        load_file_free(&load.shared[i]);
    free(load.shared);
    free(load.phones);
    free(load.run.times.at);
}

enum { DEVICE = 256, REQUEST_TIMEOUT, ACK_TIMEOUT, GIVE_UP };

static const struct option options[] = {
    {"phones", required_argument, NULL, 'p'},
    {"rounds", required_argument, NULL, 'r'},
    {"seconds", required_argument, NULL, 's'},
    {"blksize", required_argument, NULL, 'b'},
    {"windowsize", required_argument, NULL, 'w'},
    {"root", required_argument, NULL, 'd'},
    {"device", required_argument, NULL, DEVICE},
    {"request-timeout", required_argument, NULL, REQUEST_TIMEOUT},
    {"ack-timeout", required_argument, NULL, ACK_TIMEOUT},
    {"give-up", required_argument, NULL, GIVE_UP},
    {"help", no_argument, NULL, 'h'},
    {0}};

static bool
take_option(int option)
{
    switch (option) {
    case 'p':
        load.phone_count = load_parse_number(optarg, 1, 60000);
        break;
    case 'r':
        load.rounds = load_parse_number(optarg, 1, 1000000);
        break;
    case 'b':
        load.blksize = load_parse_number(optarg, 8, TFTP_BLKSIZE_MAX);
        break;
    case 'w':
        load.windowsize = load_parse_number(optarg, 1, 65535);
        break;
    case DEVICE:
        load.device = optarg;
        load.wire = &wire_device;
        break;
    case REQUEST_TIMEOUT:
        load.request_ms = load_parse_number(optarg, 1, 3600000);
        break;
    case ACK_TIMEOUT:
        load.ack_ms = load_parse_number(optarg, 1, 3600000);
        break;
    case GIVE_UP:
        load.give_up_seconds = load_parse_number(optarg, 1, 86400);
        break;
    default:
        return false;
    }
    return true;
}

int
main(int argc, char **argv)
{
    load_take_options(&load.run, argc, argv, "p:r:s:b:w:d:h", options, help, take_option);
    load.wire->start();
    make_phones();
    phones_run();
    load_print_counts(&load.run, "files");
    printf("request_resends=%ju ack_resends=%ju duplicates=%ju ", (uintmax_t)load.request_resends,
           (uintmax_t)load.ack_resends, (uintmax_t)load.duplicates);
    load_print_times(&load.run);
    free_phones();
    load.wire->stop();
    return load.run.failed == 0 ? 0 : 1;
}
