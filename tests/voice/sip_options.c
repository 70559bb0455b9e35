/* SPDX-License-Identifier: MIT */
/*
 * Both ends of a SIP OPTIONS over TLS, for the tests. One end asks through a proxy and prints the
 * status line that comes back; the other answers whoever has a certificate of the authority, and
 * prints a line for each request.
 *
 * sip_options ask PROXY:PORT URI NAME CA [PEM]   NAME is what the proxy's certificate must be for
 * sip_options answer PEM CA                      prints its port first; runs until it is ended
 */
#include <arpa/inet.h>
#include <err.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEAD_SIZE = 8192, DEADLINE = 60, FAILED = 1, USAGE = 2 };

struct sip_call {
    char branch[48];
    char call_id[48];
};

static void
die_of_tls(const char *what)
{
    ERR_print_errors_fp(stderr);
    errx(FAILED, "%s", what);
}

static SSL_CTX *
new_context(const char *ca, const char *pem, int mode)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());

    if (context == NULL || SSL_CTX_load_verify_file(context, ca) != 1) {
        die_of_tls("cannot load the authority");
    }
    if (pem != NULL && (SSL_CTX_use_certificate_chain_file(context, pem) != 1 ||
                        SSL_CTX_use_PrivateKey_file(context, pem, SSL_FILETYPE_PEM) != 1)) {
        die_of_tls("cannot load the certificate");
    }
    SSL_CTX_set_verify(context, mode, NULL);
    return context;
}

/* The start line and the header fields of one message, without a body. RFC 3261, section 7. */
static int
read_head(SSL *tls, char *head)
{
    size_t length = 0;

    while (length < HEAD_SIZE - 1 && SSL_read(tls, head + length, 1) == 1) {
        head[++length] = '\0';
        if (strcmp(head, "\r\n") == 0) {
            length = 0; /* section 7.5: before a start line it means nothing */
        } else if (length >= 4 && memcmp(head + length - 4, "\r\n\r\n", 4) == 0) {
            return 0;
        }
    }
    return -1;
}

/* The next line of that header field, with its line end, at or after *at, which moves behind it. */
static const char *
next_field(const char **at, const char *name, size_t *length)
{
    const char *line;

    while ((line = strstr(*at, "\r\n")) != NULL && line[2] != '\r') {
        const char *end = strstr(line + 2, "\r\n");

        line += 2;
        *at = end;
        if (strncasecmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':') {
            *length = (size_t)(end - line) + 2;
            return line;
        }
    }
    return NULL;
}

/* Whether there is exactly one such header field, and it holds the text. */
static int
one_field_with(const char *head, const char *name, const char *text)
{
    const char *at = head;
    size_t length = 0;
    size_t more = 0;
    const char *field = next_field(&at, name, &length);

    return field != NULL && memmem(field, length, text, strlen(text)) != NULL &&
           next_field(&at, name, &more) == NULL;
}

/* --- the end that asks */

static SSL *
connect_to(SSL_CTX *context, const char *proxy, const char *name)
{
    BIO *connection = BIO_new_connect(proxy);
    SSL *tls = SSL_new(context);

    if (connection == NULL || tls == NULL || SSL_set1_host(tls, name) != 1 ||
        SSL_set_tlsext_host_name(tls, name) != 1) {
        die_of_tls("cannot prepare the connection");
    }
    if (BIO_do_connect(connection) != 1) {
        die_of_tls("cannot connect");
    }
    SSL_set_bio(tls, connection, connection);
    if (SSL_connect(tls) != 1) {
        warnx("%s", X509_verify_cert_error_string(SSL_get_verify_result(tls)));
        die_of_tls("no TLS connection");
    }
    return tls;
}

static void
new_call(struct sip_call *call)
{
    unsigned long long number = 0;

    if (RAND_bytes((unsigned char *)&number, sizeof number) != 1) {
        die_of_tls("no random bytes");
    }
    snprintf(call->branch, sizeof call->branch, "z9hG4bK%llx", number);
    snprintf(call->call_id, sizeof call->call_id, "%llx@prov.test", number);
}

static void
send_options(SSL *tls, const char *proxy, const char *uri, const struct sip_call *call)
{
    char request[HEAD_SIZE];
    struct sockaddr_in here = {0};
    socklen_t size = sizeof here;
    int length;

    if (getsockname(SSL_get_fd(tls), (struct sockaddr *)&here, &size) != 0) {
        err(FAILED, "getsockname");
    }
    length = snprintf(request, sizeof request,
                      "OPTIONS %s SIP/2.0\r\n"
                      "Via: SIP/2.0/TLS 127.0.0.1:%d;branch=%s;rport\r\n"
                      "Max-Forwards: 70\r\n"
                      "Route: <sip:%s;transport=tls;lr>\r\n"
                      "From: <sip:asks@prov.test>;tag=asks\r\n"
                      "To: <%s>\r\n"
                      "Call-ID: %s\r\n"
                      "CSeq: 1 OPTIONS\r\n"
                      "Content-Length: 0\r\n\r\n",
                      uri, ntohs(here.sin_port), call->branch, proxy, uri, call->call_id);
    if (length >= HEAD_SIZE || SSL_write(tls, request, length) != length) {
        die_of_tls("cannot send the request");
    }
}

static int
ask(const char *proxy, const char *uri, const char *name, const char *ca, const char *pem)
{
    SSL_CTX *context = new_context(ca, pem, SSL_VERIFY_PEER);
    SSL *tls = connect_to(context, proxy, name);
    struct sip_call call;
    char answer[HEAD_SIZE];

    new_call(&call);
    send_options(tls, proxy, uri, &call);
    do {
        if (read_head(tls, answer) != 0) {
            die_of_tls("no answer");
        }
    } while (strncmp(answer, "SIP/2.0 1", 9) == 0); /* a final one is to come */
    SSL_free(tls);
    SSL_CTX_free(context);
    printf("%.*s\n", (int)strcspn(answer, "\r"), answer);
    /* Section 17.1.3, and 8.1.3.3 for the one Via. */
    if (!one_field_with(answer, "Via", call.branch) ||
        !one_field_with(answer, "Call-ID", call.call_id) ||
        !one_field_with(answer, "CSeq", "1 OPTIONS")) {
        errx(FAILED, "this is no answer to the request");
    }
    return strncmp(answer, "SIP/2.0 2", 9) == 0 ? 0 : FAILED;
}

/* --- the end that answers */

static void
append_fields(char *answer, const char *request, const char *name, const char *tag)
{
    const char *at = request;
    const char *field;
    size_t length = 0;

    while ((field = next_field(&at, name, &length)) != NULL) {
        size_t used = strlen(answer);

        snprintf(answer + used, HEAD_SIZE - used, "%.*s%s\r\n", (int)length - 2, field, tag);
    }
}

/* RFC 3261, section 8.2.6.2. */
static int
send_answer(SSL *tls, const char *request)
{
    char answer[HEAD_SIZE] = "SIP/2.0 200 OK\r\n";

    append_fields(answer, request, "Via", "");
    append_fields(answer, request, "From", "");
    append_fields(answer, request, "To", ";tag=answers");
    append_fields(answer, request, "Call-ID", "");
    append_fields(answer, request, "CSeq", "");
    strncat(answer, "Content-Length: 0\r\n\r\n", HEAD_SIZE - strlen(answer) - 1);
    return SSL_write(tls, answer, (int)strlen(answer)) > 0 ? 0 : -1;
}

static void
serve(SSL *tls)
{
    char request[HEAD_SIZE];
    char peer[256] = "?";

    if (SSL_accept(tls) != 1) {
        ERR_print_errors_fp(stderr);
        return;
    }
    X509_NAME_get_text_by_NID(X509_get_subject_name(SSL_get0_peer_certificate(tls)), NID_commonName,
                              peer, sizeof peer);
    while (read_head(tls, request) == 0) {
        printf("%.*s from %s\n", (int)strcspn(request, "\r"), request, peer);
        fflush(stdout);
        if (strncmp(request, "OPTIONS ", 8) != 0 || send_answer(tls, request) != 0) {
            return;
        }
    }
}

static int
answer_requests(const char *pem, const char *ca)
{
    SSL_CTX *context = new_context(ca, pem, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT);
    BIO *listener = BIO_new_accept("127.0.0.1:0");

    if (listener == NULL || BIO_do_accept(listener) != 1) {
        die_of_tls("cannot listen");
    }
    printf("port %s\n", BIO_get_accept_port(listener));
    fflush(stdout);
    while (BIO_do_accept(listener) == 1) {
        SSL *tls = SSL_new(context);
        BIO *connection = BIO_pop(listener);

        if (tls == NULL) {
            die_of_tls("out of memory");
        }
        SSL_set_bio(tls, connection, connection);
        serve(tls);
        SSL_free(tls);
    }
    die_of_tls("cannot accept");
    return FAILED;
}

int
main(int argc, char *argv[])
{
    if ((argc == 6 || argc == 7) && strcmp(argv[1], "ask") == 0) {
        alarm(DEADLINE);
        return ask(argv[2], argv[3], argv[4], argv[5], argv[6]);
    }
    if (argc == 4 && strcmp(argv[1], "answer") == 0) {
        return answer_requests(argv[2], argv[3]);
    }
    errx(USAGE, "see the head of tests/voice/sip_options.c");
}
