/* SPDX-License-Identifier: MIT
 *
 * Keys to sign with: where they come from, and when they are fetched anew.
 *
 *     credential_chain *chain;
 *     credential_chain_create(&(credential_options){.region = "us-east-1"}, &chain, &error);
 *     const credentials *keys;
 *     status = credential_chain_get(chain, &(credential_need){.budget = &budget}, &keys, &error);
 *     credential_chain_destroy(chain);
 *
 * In this order: explicit keys, environment, web identity, profile, container, instance metadata.
 * Keys are wiped where they are freed; no text that comes from here holds one.
 */
#ifndef UNPEG_STORE_CREDENTIALS_H
#define UNPEG_STORE_CREDENTIALS_H

#include "http.h"

enum {
    CREDENTIAL_REFRESH_S = 300,      /* fetched anew when they live less than this */
    CREDENTIAL_REFRESH_PAUSE_S = 60, /* but not more often than this */
    CREDENTIAL_SOURCE_SIZE = 160
};

typedef struct credentials {
    text_buffer access_key;
    text_buffer secret_key;
    text_buffer session_token; /* empty: none */
    int64_t expires_unix_s;    /* 0: never, or not known */
    char source[CREDENTIAL_SOURCE_SIZE];
} credentials;

void credentials_deinit(credentials *keys);

/* Texts are copied; NULL is allowed for each but the transport. */
typedef struct credential_options {
    const char *access_key; /* explicit keys: with secret_key, perhaps session_token */
    const char *secret_key;
    const char *session_token;
    const char *profile;             /* explicit: only this profile is looked at */
    const char *region;              /* of the STS that is asked; NULL: us-east-1 */
    const store_host *host;          /* NULL: the system */
    const http_transport *transport; /* lives as long as the chain */
} credential_options;

typedef struct credential_need {
    const store_budget *budget; /* NULL: no end */
    bool fresh;                 /* the store refused the ones there are */
} credential_need;

typedef struct credential_chain credential_chain;

/* NO_MEMORY or UNSUPPORTED (libcrypto is not installed). Nothing is looked at yet. */
UNPEG_MUST_CHECK unpeg_status credential_chain_create(const credential_options *options,
                                                      credential_chain **ret, unpeg_error *error);

/* Keys that live at least CREDENTIAL_REFRESH_S where that can be had; when fetching anew fails, the
 * old ones as long as they live. They stay valid until the next call. PERMISSION when no place has
 * any or they are refused, INPUT where one is configured wrongly, REMOTE where one does not answer,
 * DEADLINE, STOPPED, UNSUPPORTED, NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status credential_chain_get(credential_chain *chain,
                                                   const credential_need *need,
                                                   const credentials **ret, unpeg_error *error);

/* NULL is allowed. */
void credential_chain_destroy(credential_chain *chain);

#endif
