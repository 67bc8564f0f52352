// SPDX-License-Identifier: Apache-2.0
#include "CYAML.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct cyaml_parser {
    yaml_parser_t parser;
    yaml_event_t event;
    int has_event;
    const uint8_t *bytes;
    size_t length;
};

cyaml_parser *cyaml_open(const uint8_t *bytes, size_t length) {
    cyaml_parser *self = calloc(1, sizeof *self);
    if (!self) return NULL;
    if (!yaml_parser_initialize(&self->parser)) {
        free(self);
        return NULL;
    }
    self->bytes = bytes;
    self->length = length;
    yaml_parser_set_encoding(&self->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&self->parser, bytes, length);
    return self;
}

void cyaml_close(cyaml_parser *self) {
    if (!self) return;
    if (self->has_event) yaml_event_delete(&self->event);
    yaml_parser_delete(&self->parser);
    free(self);
}

// The reader reports an offset only, the scanner and parser a mark.
static void fail(cyaml_parser *self, cyaml_event *out) {
    const char *problem = self->parser.problem ? self->parser.problem : "out of memory";
    out->type = CYAML_FAILED;
    out->text = (const uint8_t *)problem;
    out->length = strlen(problem);
    if (self->parser.error != YAML_READER_ERROR) {
        out->line = self->parser.problem_mark.line;
        out->column = self->parser.problem_mark.column;
        return;
    }
    size_t end = self->parser.problem_offset < self->length ? self->parser.problem_offset : self->length;
    for (size_t i = 0; i < end; i++) {
        if (self->bytes[i] == '\n') {
            out->line++;
            out->column = 0;
        } else {
            out->column++;
        }
    }
}

void cyaml_next(cyaml_parser *self, cyaml_event *out) {
    memset(out, 0, sizeof *out);
    do {
        if (self->has_event) yaml_event_delete(&self->event);
        self->has_event = 0;
        if (!yaml_parser_parse(&self->parser, &self->event)) {
            fail(self, out);
            return;
        }
        self->has_event = 1;
    } while (self->event.type == YAML_STREAM_START_EVENT);

    const yaml_event_t *event = &self->event;
    out->line = event->start_mark.line;
    out->column = event->start_mark.column;
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        out->type = CYAML_DOCUMENT_START;
        break;
    case YAML_DOCUMENT_END_EVENT:
        out->type = CYAML_DOCUMENT_END;
        break;
    case YAML_ALIAS_EVENT:
        out->type = CYAML_ALIAS;
        out->anchor = (const char *)event->data.alias.anchor;
        break;
    case YAML_SCALAR_EVENT:
        out->type = CYAML_SCALAR;
        out->text = event->data.scalar.value;
        out->length = event->data.scalar.length;
        out->anchor = (const char *)event->data.scalar.anchor;
        out->tag = (const char *)event->data.scalar.tag;
        out->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        break;
    case YAML_SEQUENCE_START_EVENT:
        out->type = CYAML_SEQUENCE_START;
        out->anchor = (const char *)event->data.sequence_start.anchor;
        out->tag = (const char *)event->data.sequence_start.tag;
        break;
    case YAML_SEQUENCE_END_EVENT:
        out->type = CYAML_SEQUENCE_END;
        break;
    case YAML_MAPPING_START_EVENT:
        out->type = CYAML_MAPPING_START;
        out->anchor = (const char *)event->data.mapping_start.anchor;
        out->tag = (const char *)event->data.mapping_start.tag;
        break;
    case YAML_MAPPING_END_EVENT:
        out->type = CYAML_MAPPING_END;
        break;
    default:
        out->type = CYAML_STREAM_END;
        break;
    }
}
