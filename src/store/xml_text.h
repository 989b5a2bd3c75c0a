/* SPDX-License-Identifier: MIT
 *
 * The elements of a small XML document (answers of S3 and STS), each with its path and text.
 *
 *     static unpeg_status take(void *user, const char *path, unpeg_slice text)
 *     {
 *         if (strcmp(path, "Error/Code") == 0)
 *             return keep(user, text);
 *         return UNPEG_OK;
 *     }
 *     status = xml_text_parse(body, take, &result, &error);
 *
 * Elements are reported at their end, inner ones first, so that "ListBucketResult/Contents" closes
 * one entry. The text of an element is what stands behind its last inner one, entities resolved, at
 * most XML_TEXT_LIMIT bytes. Names are without attributes; a DOCTYPE is refused. expat is loaded
 * when it is first needed.
 */
#ifndef UNPEG_STORE_XML_TEXT_H
#define UNPEG_STORE_XML_TEXT_H

#include "unpeg/status.h"

enum { XML_TEXT_LIMIT = 64 << 10, XML_PATH_LIMIT = 512, XML_DEPTH_LIMIT = 32 };

/* path: the names from the root on, joined by '/'. text is valid during the call. */
typedef unpeg_status (*xml_element_fn)(void *user, const char *path, unpeg_slice text);

/* INPUT when it is not XML or has a DOCTYPE, LIMIT, NO_MEMORY, UNSUPPORTED (no expat), or what
 * take returned first. Elements before the failure were reported. */
UNPEG_MUST_CHECK unpeg_status xml_text_parse(unpeg_slice document, xml_element_fn take, void *user,
                                             unpeg_error *error);

#endif
