/* SPDX-License-Identifier: MIT
 *
 * SHA-256, HMAC and MD5 of libcrypto, which is loaded when it is first needed.
 *
 *     crypto lib;
 *     status = crypto_load(&lib, &error);
 *     crypto_sha256(&lib, body, len, sha256);
 *     crypto_digest md5;
 *     status = crypto_md5_begin(&lib, &md5);
 *     status = crypto_digest_add(&md5, bytes, len);
 *     status = crypto_digest_end(&md5, digest);
 *
 * The library stays mapped once it was loaded. A loaded table may be copied and needs no end.
 */
#ifndef UNPEG_STORE_CRYPTO_H
#define UNPEG_STORE_CRYPTO_H

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "unpeg/status.h"

enum { CRYPTO_SHA256_SIZE = 32, CRYPTO_MD5_SIZE = 16 };

typedef struct crypto {
    __typeof__(EVP_MD_CTX_new) *context_new;
    __typeof__(EVP_MD_CTX_free) *context_free;
    __typeof__(EVP_DigestInit_ex) *digest_init;
    __typeof__(EVP_DigestUpdate) *digest_update;
    __typeof__(EVP_DigestFinal_ex) *digest_final;
    __typeof__(EVP_sha256) *sha256;
    __typeof__(EVP_md5) *md5;
    __typeof__(HMAC) *hmac;
} crypto;

/* A running digest; zeroed: none. */
typedef struct crypto_digest {
    const crypto *lib;
    EVP_MD_CTX *context;
} crypto_digest;

/* UNSUPPORTED when libcrypto is not there. */
UNPEG_MUST_CHECK unpeg_status crypto_load(crypto *lib, unpeg_error *error);

UNPEG_MUST_CHECK unpeg_status crypto_sha256(const crypto *lib, const void *bytes, size_t len,
                                            unsigned char ret[CRYPTO_SHA256_SIZE]);

UNPEG_MUST_CHECK unpeg_status crypto_hmac_sha256(const crypto *lib, unpeg_slice key,
                                                 unpeg_slice text,
                                                 unsigned char ret[CRYPTO_SHA256_SIZE]);

/* MD5 may be switched off (FIPS): UNSUPPORTED. */
UNPEG_MUST_CHECK unpeg_status crypto_md5(const crypto *lib, const void *bytes, size_t len,
                                         unsigned char ret[CRYPTO_MD5_SIZE]);

/* Digests of what comes in pieces. Begin fails with NO_MEMORY or UNSUPPORTED. End frees, and
 * crypto_digest_drop does for one that is not ended. */
UNPEG_MUST_CHECK unpeg_status crypto_sha256_begin(const crypto *lib, crypto_digest *ret);
UNPEG_MUST_CHECK unpeg_status crypto_md5_begin(const crypto *lib, crypto_digest *ret);
UNPEG_MUST_CHECK unpeg_status crypto_digest_add(crypto_digest *digest, const void *bytes,
                                                size_t len);
UNPEG_MUST_CHECK unpeg_status crypto_digest_end(crypto_digest *digest, unsigned char *ret);
void crypto_digest_drop(crypto_digest *digest);

#endif
