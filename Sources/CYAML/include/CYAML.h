// SPDX-License-Identifier: Apache-2.0
#ifndef WATCHBILL_CYAML_H
#define WATCHBILL_CYAML_H

#include <stddef.h>
#include <stdint.h>

// A pull parser over libyaml: plain structs instead of its unions, one event at a time.

typedef struct cyaml_parser cyaml_parser;

enum cyaml_event_type {
    CYAML_STREAM_END = 0,
    CYAML_DOCUMENT_START,
    CYAML_DOCUMENT_END,
    CYAML_ALIAS,
    CYAML_SCALAR,
    CYAML_SEQUENCE_START,
    CYAML_SEQUENCE_END,
    CYAML_MAPPING_START,
    CYAML_MAPPING_END,
    CYAML_FAILED = -1
};

// What is null is absent. Pointers live until the next call for the same parser.
typedef struct {
    int type;
    // Zero-based place of the event or of the failure.
    size_t line;
    size_t column;
    // Scalar: its text. Failure: the problem, zero-terminated, and in `length` its length.
    const uint8_t *text;
    size_t length;
    // Alias: its name. Others: the anchor's name. Zero-terminated.
    const char *anchor;
    // The resolved tag, zero-terminated; null where the scalar or node has none.
    const char *tag;
    // Scalar: 1 when it stands without quotes and is not a block scalar.
    int plain;
} cyaml_event;

// `bytes` must outlive the parser. Null when there is no memory.
cyaml_parser *cyaml_open(const uint8_t *bytes, size_t length);
void cyaml_next(cyaml_parser *parser, cyaml_event *event);
void cyaml_close(cyaml_parser *parser);

#endif
