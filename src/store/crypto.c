/* SPDX-License-Identifier: MIT */
#include "crypto.h"

#include "library.h"

unpeg_status crypto_load(crypto *lib, unpeg_error *error)
{
    static const library_function functions[] = {
        LIBRARY_FUNCTION(crypto, context_new, EVP_MD_CTX_new),
        LIBRARY_FUNCTION(crypto, context_free, EVP_MD_CTX_free),
        LIBRARY_FUNCTION(crypto, digest_init, EVP_DigestInit_ex),
        LIBRARY_FUNCTION(crypto, digest_update, EVP_DigestUpdate),
        LIBRARY_FUNCTION(crypto, digest_final, EVP_DigestFinal_ex),
        LIBRARY_FUNCTION(crypto, sha256, EVP_sha256),
        LIBRARY_FUNCTION(crypto, md5, EVP_md5),
        LIBRARY_FUNCTION(crypto, hmac, HMAC),
    };
    static const library spec = {{"libcrypto.so.3", "libcrypto.so.1.1"},
                                 "libssl3",
                                 functions,
                                 sizeof functions / sizeof functions[0]};
    return library_load(&spec, lib, error);
}

static unpeg_status begin(const crypto *lib, const EVP_MD *kind, crypto_digest *ret)
{
    *ret = (crypto_digest){.lib = lib, .context = lib->context_new()};
    if (ret->context == NULL)
        return UNPEG_NO_MEMORY;
    if (kind != NULL && lib->digest_init(ret->context, kind, NULL) == 1)
        return UNPEG_OK;
    crypto_digest_drop(ret);
    return UNPEG_UNSUPPORTED;
}

unpeg_status crypto_sha256_begin(const crypto *lib, crypto_digest *ret)
{
    return begin(lib, lib->sha256(), ret);
}

unpeg_status crypto_md5_begin(const crypto *lib, crypto_digest *ret)
{
    return begin(lib, lib->md5(), ret);
}

unpeg_status crypto_digest_add(crypto_digest *digest, const void *bytes, size_t len)
{
    if (len == 0)
        return UNPEG_OK;
    return digest->lib->digest_update(digest->context, bytes, len) == 1 ? UNPEG_OK
                                                                        : UNPEG_UNSUPPORTED;
}

unpeg_status crypto_digest_end(crypto_digest *digest, unsigned char *ret)
{
    bool ended = digest->lib->digest_final(digest->context, ret, NULL) == 1;
    crypto_digest_drop(digest);
    return ended ? UNPEG_OK : UNPEG_UNSUPPORTED;
}

void crypto_digest_drop(crypto_digest *digest)
{
    if (digest->context != NULL)
        digest->lib->context_free(digest->context);
    digest->context = NULL;
}

static unpeg_status finish(crypto_digest *digest, unpeg_slice bytes, unsigned char *ret)
{
    unpeg_status status = crypto_digest_add(digest, bytes.data, bytes.len);
    if (status == UNPEG_OK)
        return crypto_digest_end(digest, ret);
    crypto_digest_drop(digest);
    return status;
}

unpeg_status crypto_sha256(const crypto *lib, const void *bytes, size_t len,
                           unsigned char ret[CRYPTO_SHA256_SIZE])
{
    crypto_digest digest;
    unpeg_status status = crypto_sha256_begin(lib, &digest);
    return status == UNPEG_OK ? finish(&digest, (unpeg_slice){bytes, len}, ret) : status;
}

unpeg_status crypto_md5(const crypto *lib, const void *bytes, size_t len,
                        unsigned char ret[CRYPTO_MD5_SIZE])
{
    crypto_digest digest;
    unpeg_status status = crypto_md5_begin(lib, &digest);
    return status == UNPEG_OK ? finish(&digest, (unpeg_slice){bytes, len}, ret) : status;
}

unpeg_status crypto_hmac_sha256(const crypto *lib, unpeg_slice key, unpeg_slice text,
                                unsigned char ret[CRYPTO_SHA256_SIZE])
{
    if (key.len > INT32_MAX)
        return UNPEG_ARGUMENT;
    const unsigned char *mac = lib->hmac(lib->sha256(), key.data, (int)key.len,
                                         (const unsigned char *)text.data, text.len, ret, NULL);
    return mac != NULL ? UNPEG_OK : UNPEG_UNSUPPORTED;
}
