// SPDX-License-Identifier: Apache-2.0
#include "CCertificates.h"

// The BoringSSL that TLS is made of here and is linked anyway; OpenSSL's own library would add 3.8 MB.
#include <CNIOBoringSSL.h>
#include <string.h>

static EVP_PKEY *new_key(void) {
    EC_KEY *curve = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
    EVP_PKEY *key = EVP_PKEY_new();
    if (curve && key && EC_KEY_generate_key(curve) && EVP_PKEY_set1_EC_KEY(key, curve)) {
        EC_KEY_free(curve);
        return key;
    }
    EC_KEY_free(curve);
    EVP_PKEY_free(key);
    return NULL;
}

static int add_extension(X509 *certificate, X509 *issuer, int kind, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_nconf_nid(NULL, &context, kind, value);
    if (!extension) return 0;
    int ok = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return ok;
}

/// An unsigned certificate; without an issuer it names itself as one.
static X509 *new_certificate(const char *name, EVP_PKEY *key, X509 *issuer, int days) {
    X509 *certificate = X509_new();
    unsigned char serial[8];
    if (!certificate || RAND_bytes(serial, sizeof serial) != 1) return certificate;
    uint64_t number;
    memcpy(&number, serial, sizeof number);
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number >> 1);
    // A little in the past, for clients whose clock is behind.
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), (long)days * 86400);
    X509_NAME *subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(certificate, issuer ? X509_get_subject_name(issuer) : subject);
    X509_set_pubkey(certificate, key);
    return certificate;
}

static int copy(BIO *text, char *out, size_t capacity) {
    char *start = NULL;
    long count = BIO_get_mem_data(text, &start);
    if (count <= 0 || (size_t)count >= capacity) return 0;
    memcpy(out, start, (size_t)count);
    out[count] = 0;
    return 1;
}

static int write_certificate(X509 *certificate, char *out, size_t capacity) {
    BIO *text = BIO_new(BIO_s_mem());
    int ok = text && PEM_write_bio_X509(text, certificate) && copy(text, out, capacity);
    BIO_free(text);
    return ok;
}

static int write_key(EVP_PKEY *key, char *out, size_t capacity) {
    BIO *text = BIO_new(BIO_s_mem());
    int ok = text && PEM_write_bio_PKCS8PrivateKey(text, key, NULL, NULL, 0, NULL, NULL) && copy(text, out, capacity);
    BIO_free(text);
    return ok;
}

int ccertificates_make(const char *names, int days, char *authority, char *certificate, char *key, size_t capacity) {
    int step = 1;
    EVP_PKEY *root_key = new_key();
    EVP_PKEY *server_key = new_key();
    X509 *root = NULL, *server = NULL;
    if (!root_key || !server_key) goto end;
    step = 2;
    root = new_certificate("watchbill-sandbox-ca", root_key, NULL, days);
    if (!root || !add_extension(root, root, NID_basic_constraints, "critical,CA:TRUE") ||
        !add_extension(root, root, NID_key_usage, "critical,keyCertSign,cRLSign") ||
        !add_extension(root, root, NID_subject_key_identifier, "hash") || !X509_sign(root, root_key, EVP_sha256()))
        goto end;
    step = 3;
    server = new_certificate("watchbill-sandbox", server_key, root, days);
    if (!server || !add_extension(server, root, NID_basic_constraints, "critical,CA:FALSE") ||
        !add_extension(server, root, NID_ext_key_usage, "serverAuth") ||
        !add_extension(server, root, NID_authority_key_identifier, "keyid") ||
        !add_extension(server, root, NID_subject_alt_name, names) || !X509_sign(server, root_key, EVP_sha256()))
        goto end;
    step = 4;
    if (write_certificate(root, authority, capacity) && write_certificate(server, certificate, capacity) &&
        write_key(server_key, key, capacity))
        step = 0;
end:
    X509_free(server);
    X509_free(root);
    EVP_PKEY_free(server_key);
    EVP_PKEY_free(root_key);
    return step;
}
